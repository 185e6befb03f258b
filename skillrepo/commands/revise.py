"""`skillrepo revise`: change a skill as feedback asks, on a branch, under a contract."""

import os
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path

import click

from skillrepo import sources
from skillrepo.commands import ladder, writing
from skillrepo.commands.changes import lines, shapes_of
from skillrepo.commands.feedback import Asked, Feedback
from skillrepo.commands.fixing import Repaired
from skillrepo.commands.fixing import diff as unified
from skillrepo.commands.landing import Outcome, kept, safely_written
from skillrepo.commands.offering import Offered, shape
from skillrepo.commands.outcome import few, result
from skillrepo.commands.programs import Trained, program_options, with_program
from skillrepo.commands.revision import Job, Ladder, check_slug, is_dirty, land, prepare
from skillrepo.commands.spending import (
    Spending,
    spending_options,
    spent_lines,
    spent_shape,
    told_if_lost,
)
from skillrepo.commands.writing import Chosen, writer_of
from skillrepo.config import Config
from skillrepo.contract import Terms
from skillrepo.draft import Request, Source
from skillrepo.errors import SkillRepoError
from skillrepo.output import json, shapes, text
from skillrepo.propose import Proposal
from skillrepo.revise import Order, revise
from skillrepo.secret_text import masked
from skillrepo.semver import Bump
from skillrepo.visible import one_line, visible
from skillrepo.writer.mend import Mender


@click.command()
@click.argument("skill")
@click.argument("words", metavar="[FEEDBACK] [PROGRAM]...", nargs=-1, type=click.UNPROCESSED)
@click.option("--feedback-file", type=click.Path(path_type=Path), help="A file with the feedback.")
@click.option(
    "--from-review",
    type=click.Path(path_type=Path),
    help="Review comments on a pull request, as GitHub's API gives them (JSON).",
)
@click.option("--from-findings", is_flag=True, help="What `skillrepo validate` finds in it.")
@writing.options(origins="to draw from")
@spending_options
@program_options
@click.option(
    "--as",
    "least",
    type=click.Choice([str(bump) for bump in Bump]),
    help="The version bump, where the changes ask for less.",
)
@click.option("--allow-loss", is_flag=True, help="Let go what the feedback does not name, too.")
@click.option("--slug", help="The last part of the branch; else made from the feedback.")
@ladder.options(
    dry_run="Show it; change nothing.",
    write_only="Change the files of the worktree, if they are those of HEAD; make no commit.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def command(  # noqa: PLR0913 - one parameter an option
    ctx: click.Context,
    skill: str,
    words: tuple[str, ...],
    *,
    feedback_file: Path | None,
    from_review: Path | None,
    from_findings: bool,
    origins: tuple[Path, ...],
    writer: str | None,
    model: str | None,
    spending: Spending,
    trained: Trained,
    least: str | None,
    allow_loss: bool,
    slug: str | None,
    steps: tuple[str, ...],
    draft_pr: bool,
    remote: str | None,
    to: str | None,
    base: str | None,
    as_json: bool,
) -> None:
    """Revise SKILL as FEEDBACK asks, and commit it on the branch skill/revise/<name>/<slug>.

    SKILL is a name, an address, a path, or a draft's branch, which gets another commit, as an open
    branch of the same slug does. FEEDBACK may be `-`, and is left out where an option gives it.
    What it does not name stays: docs/revising.md has the contract. Without a model (--writer
    offline, the default) only --from-findings can be answered.
    """
    step = ladder.highest(steps, draft=draft_pr, remote=remote, to=to)
    elsewhere = bool(feedback_file or from_review or from_findings)
    if not words and not elsewhere:
        raise click.UsageError("say what is to be changed: FEEDBACK, or an option that gives it")
    if words and elsewhere and writer != "command":
        raise click.UsageError(
            "leave FEEDBACK out where --feedback-file, --from-review or --from-findings gives it"
        )
    said, program = (None, words) if elsewhere else (words[0], words[1:])
    if slug is not None:
        check_slug(slug)
    config = Config.load(os.environ, Path.home())
    account = spending.account()
    write = writer_of(Chosen(writer, model, program, spending), config, account)
    trained.refuse_unless(write)
    asked = Asked(said, feedback_file, from_review, from_findings)
    if write is None:
        _refuse_offline(asked, origins)
    job = prepare(skill, Ladder(step, base, slug))
    target = ladder.target_of(job, config, remote=remote, to=to, base=base, draft=draft_pr)
    feedback = asked.read(job.original.folder, (job.original.gate, job.original.house))
    there = job.onto(slug or feedback.slug)
    if there.goes_on and base is not None:
        raise click.UsageError(
            f"{there.branch} is there, and goes on from its tip: leave out --base, or choose "
            "another --slug"
        )
    if there.goes_on and from_findings:
        # What is found at the tip, which is not what is found where the branch began.
        feedback = asked.read(there.original.folder, (there.original.gate, there.original.house))
    if is_dirty(there):
        where = f"the worktree has {one_line(there.address)} otherwise than {one_line(there.start)}"
        click.echo(f"{where}; what was changed there is not in the revision", err=True)
    read, left_out = sources.read(origins)
    order = Order(
        feedback.title,
        Terms(feedback.text, config.user.writer.max_change, allow_loss),
        Bump[least.upper()] if least else None,
    )
    request = _request(there, feedback, read)
    context = there.original.context
    who = (
        with_program(write, trained, config, context)
        if write
        else Mender(context, there.original.path)
    )
    rounds = config.user.writer.max_rounds
    with (
        told_if_lost(account, spending),
        safely_written(there, request.name or "", who) as remember,
    ):
        proposal = revise(there.original, order, request, remember, max_rounds=rounds)
    proposal = replace(proposal, notes=(*left_out, *proposal.notes))
    if proposal.passes:
        outcome = land(proposal, request, there)
    else:
        outcome = Outcome(kept=kept(proposal, there))
    ladder.finish(
        there,
        outcome,
        target,
        text=chain(_text(proposal, outcome, there), spent_lines(account)),
        as_json=partial(_as_json, proposal, outcome, there, spent_shape(account))
        if as_json
        else None,
    )
    ctx.exit(0 if proposal.passes else 1)


def _refuse_offline(asked: Asked, origins: tuple[Path, ...]) -> None:
    if asked.words is None and not (asked.file or asked.review or origins):
        return
    raise SkillRepoError(
        "the offline writer understands no words; it answers --from-findings alone. Have the skill "
        "revised by a program (--writer command -- PROGRAM …) or a model (--model ID)"
    )


def _request(job: Job, feedback: Feedback, read: tuple[Source, ...]) -> Request:
    draft = job.original.draft
    return Request(
        brief=feedback.text,
        sources=read,
        choices=job.choices,
        name=draft.name,
        category=draft.category,
        revises=draft,
    )


def _text(proposal: Proposal, outcome: Outcome, job: Job) -> Iterator[str]:
    if job.step == "dry-run":
        yield from _unified(proposal, job)
    for note in (*proposal.draft.notes, *proposal.notes):
        yield f"note: {visible(masked(note)).replace(chr(10), chr(10) + '  ')}"
    yield from text.render(proposal.house)
    diff = proposal.revision.diff if proposal.revision else None
    yield f"skill: {one_line(job.address)}"
    if diff:
        yield from lines(diff, part=job.goes_on and proposal.passes)
    if proposal.passes:
        yield from result(proposal, outcome, job)
        return
    yield "the draft breaks the contract of a revision: it was not taken"
    found = proposal.revision.breaches if proposal.revision else ()
    yield from few([f"  {each.rule}: {one_line(each.message)}" for each in found])
    if outcome.kept:
        yield f"its text is kept in {visible(outcome.kept)}"
    if any(each.rule.startswith("keeps-") for each in found):
        yield "next: name in the feedback what may go, or give --allow-loss; else mend it by hand"
    else:
        yield "next: say it in other words, or mend it by hand"


def _unified(proposal: Proposal, job: Job) -> Iterator[str]:
    """The changed lines of the files."""
    old, new = job.original.draft.files, proposal.draft.files
    changed = {
        f"{proposal.folder}/{name}": (old.get(name, b""), new.get(name, b""))
        for name in old.keys() | new.keys()
        if old.get(name) != new.get(name)
    }
    return unified(Repaired(changed, (), ()))


def _as_json(
    proposal: Proposal,
    outcome: Outcome,
    job: Job,
    spent: shapes.SpentShape | None,
    offered: Offered | None,
) -> str:
    draft, revision = proposal.draft, proposal.revision
    diff = revision.diff if revision else None
    found = revision.breaches if revision else ()
    before, after = diff.versions if diff else (job.original.now.version, "")
    return json.dumps(
        shapes.ReviseShape(
            version=1,
            address=job.address,
            name=draft.name,
            path=proposal.folder,
            files={
                path: data.decode(errors="replace") for path, data in sorted(draft.files.items())
            },
            writer=draft.writer,
            model=draft.model,
            rounds=proposal.rounds,
            passes=proposal.passes,
            breaches=tuple(shapes.BreachShape(each.rule, each.message) for each in found),
            bump=str(diff.bump) if diff and diff.bump else None,  # type: ignore[arg-type]
            version_before=before,
            version_after=after,
            changes=shapes_of(diff) if diff else (),
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
