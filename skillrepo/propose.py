"""brief → draft → check → redraft, until the gate passes or the rounds are used up."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from posixpath import join

from skillrepo.check import check
from skillrepo.context import Context
from skillrepo.contract import Revision
from skillrepo.document import Document
from skillrepo.draft import Draft, Request, Reviewer, Write
from skillrepo.errors import NoRecordingError, SkillRepoError, WriterFailed
from skillrepo.files import SKILL_FILE, Overlay
from skillrepo.finding import Finding, Report, Severity
from skillrepo.grounding import Unsupported, unsupported
from skillrepo.measure import Reading, Subject
from skillrepo.measures import ALL as MEASURES
from skillrepo.measures import readings
from skillrepo.rules import ALL
from skillrepo.taxonomy import Taxonomy
from skillrepo.tree_path import path_problem, paths_problem

_MOST_GUESSED = 50
_WEAK = 0.5
"""Of a static measure, the value below which a writer is told of it."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A draft in its place with what the rules say of it.

    `gate` is the report of the `spec` profile, which decides; `house` that of the other, which
    is shown. `document` is None where SKILL.md cannot be read. `rounds` is the number of the
    round that the draft is of. A `revision` is judged by its contract instead.
    `unsupported` are the claims that no source says; None where there are no sources.
    """

    draft: Draft
    folder: str
    document: Document | None
    gate: Report
    house: Report
    rounds: int
    notes: tuple[str, ...] = ()
    revision: Revision | None = None
    unsupported: tuple[Unsupported, ...] | None = None

    @property
    def address(self) -> str:
        """`category/name`."""
        return join(self.draft.category, self.draft.name)

    @property
    def guessed(self) -> tuple[Unsupported, ...]:
        """What a model says that no source does, and that it has not marked."""
        found = self.unsupported if self.draft.writer == "model" else None
        return tuple(each for each in found or () if not each.claim.marked)

    @property
    def passes(self) -> bool:
        """Whether the gate lets it through, or it keeps the contract of a revision."""
        if self.revision:
            return not self.revision.breaches
        return self.gate.worst() is not Severity.ERROR

    @property
    def faults(self) -> tuple[int, int]:
        """How many errors the gate finds, and how many it and the house rules find together.

        Of a revision count whether it cannot be read, and the breaches of its contract.
        """
        if self.revision:
            return int(self.revision.diff is None), len(self.revision.breaches)
        gate = _errors(self.gate)
        return len(gate), len(gate | _errors(self.house))


Judge = Callable[[Draft, int], Proposal]
"""A draft and the number of its round → what is to be said of it."""


Hints = Callable[[Proposal], tuple[Finding, ...]]
"""What might be better in a draft, though no rule says so."""


def propose(
    request: Request,
    write: Write,
    context: Context,
    *,
    max_rounds: int,
    reviewer: Reviewer | None = None,
) -> Proposal:
    """Let `write` draft a new skill in rounds, see `in_rounds`; `reviewer` sees what passes.

    Raises `SkillRepoError`.
    """
    if request.name and request.category is not None:
        # Before anybody is paid.
        _folder(request.category, request.name, context)

    def judge(draft: Draft, number: int) -> Proposal:
        return _judge(draft, request, context, number)

    def hints(proposal: Proposal) -> tuple[Finding, ...]:
        if proposal.draft.writer != "model":
            return ()
        return weak(static_readings(proposal, context), proposal.folder)

    proposal = in_rounds(request, write, judge, max_rounds=max_rounds, hints=hints)
    return _reviewed(proposal, request, reviewer) if reviewer and proposal.passes else proposal


def _reviewed(proposal: Proposal, request: Request, reviewer: Reviewer) -> Proposal:
    try:
        return replace(proposal, draft=reviewer.review(request, proposal.draft))
    except NoRecordingError:
        raise
    except SkillRepoError as error:
        return replace(proposal, notes=(*proposal.notes, f"Nobody reviewed it: {error}"))


def in_rounds(
    request: Request, write: Write, judge: Judge, *, max_rounds: int, hints: Hints | None = None
) -> Proposal:
    """Let `write` draft, judge what it wrote, and let it redraft with the findings.

    A model is told the claims that no source says, too, and once asked for another draft for these
    alone, or again while there are more than it could be told. The best draft is kept: of two the
    one with fewer errors at the gate, then with fewer in all, then with fewer such claims, then the
    later one. Whatever goes wrong after the first round does not lose the draft that is there
    already, but for a replay that lacks a reply: its draft would be another. What `hints` says of
    a draft is told with the rest, and is worth no round of its own. Raises `SkillRepoError`.
    """

    def judged(draft: Draft, number: int) -> Proposal:
        proposal = judge(draft, number)
        if not request.sources:
            return proposal
        return replace(proposal, unsupported=unsupported(draft, request))

    best = judged(write(request), 1)
    untold: set[tuple[str, str]] | None = None
    for number in range(2, max_rounds + 1):
        news = [each for each in best.guessed if untold is None or each.key in untold]
        if not best.faults[1] and not news:
            break
        if best.guessed:
            untold = {each.key for each in news[_MOST_GUESSED:]}
        guessed = dict.fromkeys((*news, *best.guessed))
        findings = _findings(best, list(guessed)[:_MOST_GUESSED])
        findings += hints(best) if hints else ()
        again = replace(request, previous=best.draft, findings=findings)
        try:
            draft = write(again)
            # What a round cost was paid, whichever draft is kept.
            best = replace(best, draft=replace(best.draft, cost=draft.cost))
            if _same(draft, best.draft):
                break
            other = judged(draft, number)
        except NoRecordingError:
            raise
        except SkillRepoError as error:
            note = f"Round {number} failed, and the draft before it was kept: {error}"
            return replace(best, notes=(*best.notes, note))
        if (other.faults, len(other.guessed)) <= (best.faults, len(best.guessed)):
            best = other
    return best


def _findings(proposal: Proposal, made_up: Iterable[Unsupported]) -> tuple[Finding, ...]:
    """What both profiles find, each once; where they weigh it differently, as the gate does.

    The writer of a revision is told what breaks its contract, and nothing that was there before.
    A model is told what it made up.
    """
    guessed = tuple(each.finding(proposal.folder) for each in made_up)
    if proposal.revision:
        return (*proposal.revision.breaches, *guessed)
    found = {each.order(): each for each in (*proposal.house.findings, *proposal.gate.findings)}
    return (*(found[key] for key in sorted(found)), *guessed)


def static_readings(proposal: Proposal, context: Context) -> Mapping[str, Reading]:
    """What the static measures say of a draft; nothing where it cannot be read."""
    if proposal.document is None or proposal.document.problem is not None:
        return {}
    source = Overlay(context.library.source, proposal.folder, proposal.draft.files)
    return readings(
        Subject(proposal.document, context.with_source(source).bundle(proposal.document))
    )


def weak(found: Mapping[str, Reading], folder: str) -> tuple[Finding, ...]:
    """The static measures that are low, as findings that no rule has: they count nowhere."""
    about = {measure.name: (measure.manual or "").partition("\n")[0] for measure in MEASURES}
    return tuple(
        Finding(
            path=join(folder, SKILL_FILE),
            line=1,
            column=1,
            code="grade",
            rule=name,
            severity=Severity.INFO,
            message=f"{about[name]} Here: {reading.why} ({reading.value:.2f} of 1)",
        )
        for name, reading in found.items()
        # Evals are no part of a draft.
        if reading.value is not None and reading.value < _WEAK and name != "eval_coverage"
    )


def _same(one: Draft, other: Draft) -> bool:
    return (one.category, one.name, one.files) == (other.category, other.name, other.files)


def _judge(draft: Draft, request: Request, context: Context, number: int) -> Proposal:
    """Put the draft into the library, where it must not be in the way of another, and check it."""
    try:
        folder = _place(draft, request, context)
    except SkillRepoError as error:
        raise WriterFailed(str(error), draft.files) from None
    inside = context.with_source(Overlay(context.library.source, folder, draft.files))
    skills = list(inside.library.load([join(folder, SKILL_FILE)]))
    document = skills[0] if isinstance(skills[0], Document) else None
    return Proposal(
        draft,
        folder,
        document,
        gate=check(skills, ALL, inside, "spec"),
        house=check(skills, ALL, inside, "house"),
        rounds=number,
    )


def _place(draft: Draft, request: Request, context: Context) -> str:
    """The folder that the draft wants; raises `SkillRepoError` where it may not have it."""
    name, category = draft.name, draft.category
    if "/" in name or request.name not in (None, name):
        raise SkillRepoError(f"the writer called the skill {name!r}; give its name with --name")
    if name.casefold() in request.taken:
        raise SkillRepoError(
            f"a skill or draft called `{name}` is there already; choose another name with "
            "--name, or revise the existing one"
        )
    if category not in {choice.id for choice in request.choices}:
        raise SkillRepoError(
            f"the writer chose the category `{category}`, which is not in taxonomy.yaml; "
            "give one with --at"
        )
    if request.category not in (None, category):
        raise SkillRepoError(
            f"the writer chose the category `{category}`, not `{request.category}` as it was told"
        )
    folder = _folder(category, name, context)
    if why := paths_problem(join(folder, path) for path in draft.files):
        raise SkillRepoError(f"the draft cannot be stored: {why}")
    return folder


def _folder(category: str, name: str, context: Context) -> str:
    """The folder of a new skill; it must be free, for the commit replaces the whole of it."""
    if not isinstance(context.taxonomy, Taxonomy):
        raise SkillRepoError("there is no usable taxonomy.yaml; run `skillrepo init` first")
    address = join(category, name)
    if address in context.taxonomy.categories:
        raise SkillRepoError(f"`{address}` is a category; choose another name with --name")
    folder = context.taxonomy.folder(address)
    if why := path_problem(folder):
        raise SkillRepoError(f"the skill cannot be stored: {why}")
    if context.library.source.kind(folder) != "missing":
        raise SkillRepoError(f"{folder} is there already; choose another name with --name")
    return folder


def _errors(*reports: Report) -> set[Finding]:
    return {
        finding
        for report in reports
        for finding in report.findings
        if finding.severity is Severity.ERROR
    }
