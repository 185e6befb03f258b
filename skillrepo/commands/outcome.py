"""What `skillrepo new` says of a proposal and of what became of it: as text or as JSON."""

from collections.abc import Iterator, Sequence
from posixpath import dirname, join

from skillrepo.commands.landing import Outcome
from skillrepo.commands.offering import Offered, shape
from skillrepo.commands.work import OFFERS, Ground, Work
from skillrepo.files import SKILL_FILE
from skillrepo.finding import Severity
from skillrepo.output import json, render, shapes
from skillrepo.propose import Proposal
from skillrepo.secret_text import masked
from skillrepo.visible import one_line, shell_word, visible

_MOST = 12


def as_text(proposal: Proposal, outcome: Outcome, work: Work) -> Iterator[str]:
    """The lines for people: notes, findings, then what was done and what to do next."""
    draft = proposal.draft
    if work.step == "dry-run":
        yield visible(draft.files[SKILL_FILE].decode(errors="replace"))
    for note in (*draft.notes, *proposal.notes):
        # What a program printed may have many lines; none of them is to look like one of ours.
        yield f"note: {visible(masked(note)).replace(chr(10), chr(10) + '  ')}"
    yield from render("text", proposal.house if proposal.passes else proposal.gate)
    category = work.taxonomy.categories.get(draft.category)
    title = f" ({one_line(category.title)})" if category else ""
    yield f"skill: {one_line(proposal.address)}{title}"
    yield f"files: {', '.join(few(sorted(map(one_line, draft.files))))}"
    yield from result(proposal, outcome, work) if proposal.passes else _failure(proposal, outcome)


def result(proposal: Proposal, outcome: Outcome, work: Ground) -> Iterator[str]:
    """What was done with a proposal that passes, and what to do next."""
    mend = proposal.house.worst() is Severity.ERROR
    if outcome.branch and outcome.commit:
        start = f"from {one_line(work.start)}, {str(work.base)[:12]}"
        yield f"committed {outcome.commit[:12]} on {outcome.branch} ({start})"
        trailers = [f"{key}: {one_line(value)}" for key, value in outcome.trailers]
        yield from (f"  {line}" for line in few(trailers))
        if mend:
            yield f"next: git switch {outcome.branch}, mend the errors above, and commit"
        elif work.step != "pr":  # of which the next step is told when it is there
            yield f"next: git show {outcome.branch}"
            if outcome.remote and work.step not in OFFERS:
                yield f"then: git push {shell_word(outcome.remote)} {outcome.branch}"
    elif outcome.written:
        yield f"written to {one_line(outcome.written)}, not committed"
        first = "mend the errors above, then " if mend else ""
        yield f"next: {first}git add {shell_word(outcome.written)}, and commit"
    else:
        yield "dry run: nothing was written"


def _failure(proposal: Proposal, outcome: Outcome) -> Iterator[str]:
    yield "the draft does not pass the gate (the specification): it was not taken"
    if outcome.kept:
        yield f"its text is kept in {visible(outcome.kept)}"
        place = one_line(join(dirname(proposal.folder), "<name>"))
        yield f"next: mend it there, move it to {place}, and commit it"


def few(lines: Sequence[str]) -> list[str]:
    """The first of many lines, and how many more there are."""
    more = len(lines) - _MOST
    return [*lines[:_MOST], f"and {more:,} more"] if more > 1 else list(lines)


def as_json(
    proposal: Proposal,
    outcome: Outcome,
    spent: shapes.SpentShape | None,
    offered: Offered | None,
) -> str:
    """One JSON object."""
    draft = proposal.draft
    files = {path: data.decode(errors="replace") for path, data in sorted(draft.files.items())}
    return json.dumps(
        shapes.NewShape(
            version=1,
            address=proposal.address,
            name=draft.name,
            category=draft.category,
            path=proposal.folder,
            files=files,
            writer=draft.writer,
            model=draft.model,
            rounds=proposal.rounds,
            passes=proposal.passes,
            gate=json.shape(proposal.gate),
            house=json.shape(proposal.house),
            notes=tuple(map(masked, (*draft.notes, *proposal.notes))),
            branch=outcome.branch,
            commit=outcome.commit,
            trailers=tuple(shapes.TrailerShape(*pair) for pair in outcome.trailers),
            written=outcome.written,
            kept=outcome.kept,
            offered=shape(offered) if offered else None,
            spent=spent,
        )
    )
