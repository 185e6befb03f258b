"""One draft → its score from 0 to 1: the gate, what no source says, who finds it, its grade.

Nothing is judged by its looks, and nothing is won by more text. What was not measured, such as
grounding without sources, is left out of the score, and never a 0 or a 1.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from posixpath import join

from skillrepo import document, grounding
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.draft import Draft, Neighbour, Request
from skillrepo.errors import SkillRepoError
from skillrepo.files import SKILL_FILE, Overlay
from skillrepo.finding import Severity
from skillrepo.grade.profile import shipped
from skillrepo.grade.score import grade
from skillrepo.nearest import Nearest, described
from skillrepo.propose import Proposal, propose, static_readings, weak
from skillrepo.taxonomy import Taxonomy
from skillrepo.visible import visible

PARTS = ("check", "grounding", "routing", "grade")
"""What a score is made of; `Scorer` has what makes each."""
_MOST_TOLD = 10
_Measured = tuple[float | None, list[str]]
"""A number from 0 to 1, None where it cannot be measured; and in words what is wrong."""


@dataclass(frozen=True, slots=True)
class Score:
    """The parts that were measured, and in words what was found."""

    parts: Mapping[str, float]
    told: tuple[str, ...]

    @property
    def total(self) -> float:
        """What the gate says, times the mean of the others.

        So a draft that the gate refuses is worth at most a half, however well it is found.
        """
        others = [value for name, value in self.parts.items() if name != "check"]
        mean = sum(others) / len(others) if others else 1.0
        return self.parts.get("check", 1.0) * mean


@dataclass(frozen=True, slots=True)
class Aim:
    """What a draft is measured against: its request, and what was merged in the end.

    The merged skill is `address`, which is withheld while a draft is measured; `description` is
    what those who look for it would say.
    """

    request: Request
    address: str
    description: str


@dataclass(frozen=True, slots=True)
class Scorer:
    """Scores drafts in the repository that `context` is of, by the `parts` that are wanted."""

    context: Context
    parts: Sequence[str] = PARTS

    def __call__(self, draft: Draft, aim: Aim) -> Score:
        """Score one draft."""
        judged = _judged(draft, aim, self.withheld(aim.address))
        measures: Mapping[str, Callable[[], _Measured]] = {
            "check": lambda: _check(judged),
            "grounding": lambda: _grounding(draft, aim),
            "routing": lambda: self._routing(draft, aim),
            "grade": lambda: self._grade(judged),
        }
        found: dict[str, float] = {}
        told: list[str] = []
        for part in self.parts:
            value, words = measures[part]()
            told += words
            if value is not None:
                found[part] = value
        return Score(found, tuple(told))

    def withheld(self, address: str) -> Context:
        """The repository without a skill."""
        taxonomy = self.context.taxonomy
        folder = taxonomy.folder(address) if isinstance(taxonomy, Taxonomy) else address
        source = self.context.library.source
        if source.kind(join(folder, SKILL_FILE)) == "missing":
            return self.context
        return self.context.with_source(Overlay(source, folder, {}))

    def _grade(self, judged: Proposal | SkillRepoError) -> _Measured:
        """The static grade; not measured where the draft cannot be stored or read."""
        found = {} if isinstance(judged, SkillRepoError) else static_readings(judged, self.context)
        if isinstance(judged, SkillRepoError) or not found:
            return None, []
        told = [f"Static grade: {each.message}" for each in weak(found, judged.folder)]
        return grade(found, shipped()).score, told[:_MOST_TOLD]

    def _routing(self, draft: Draft, aim: Aim) -> _Measured:
        """The reciprocal rank of the draft, among all skills, for the merged description."""
        if not aim.description.strip():
            return None, []
        context = self.withheld(aim.address)
        drafted = Neighbour(join(draft.category, draft.name), _description(draft))
        # Of equal ones the draft is the last: what only ties is not found.
        known = (*described(context, whole=True), drafted)
        ranked = Nearest(known).to(aim.description, most=len(known))
        rank = ranked.index(drafted) + 1 if drafted in ranked else None
        if rank == 1:
            return 1.0, []
        before = ", ".join(each.address for each in ranked[:3] if each != drafted)
        told = f"Who looks for “{aim.description[:300]}” finds before it: {before or 'nothing'}."
        return 1 / rank if rank else 0.0, [told]


def _grounding(draft: Draft, aim: Aim) -> _Measured:
    """The share of claims that stand in a source; not measured without sources or claims."""
    claims = grounding.claimed(draft) if aim.request.sources else 0
    if not claims:
        return None, []
    without = grounding.unsupported(draft, aim.request)
    told = [f"No source says: {visible(str(each))}" for each in without[:_MOST_TOLD]]
    return 1 - len(without) / claims, told


def _check(judged: Proposal | SkillRepoError) -> _Measured:
    if isinstance(judged, SkillRepoError):
        return 0.0, [f"The draft cannot be stored: {judged}"]
    errors = [each for each in judged.gate.findings if each.severity is Severity.ERROR]
    told = [f"The gate: line {each.line}: {visible(each.message)}" for each in errors]
    return 1 / (1 + len(errors)), told[:_MOST_TOLD]


def _judged(draft: Draft, aim: Aim, context: Context) -> Proposal | SkillRepoError:
    """The draft in its place, with what the rules say; or why it can have none."""
    request = replace(aim.request, taken=context.library.names)
    try:
        return propose(request, lambda _: draft, context, max_rounds=1)
    except SkillRepoError as error:
        return error


def _description(draft: Draft) -> str:
    found = document.read(SKILL_FILE, "", draft.files[SKILL_FILE])
    return str(found.frontmatter.get("description", "")) if isinstance(found, Document) else ""
