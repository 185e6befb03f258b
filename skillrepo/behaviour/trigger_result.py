"""For which requests a model would load a skill, as one value: the note of a tree holds it.

An error is a third outcome: it is never "not triggered". What was not asked is not measured.
"""

from dataclasses import dataclass
from typing import Literal

from skillrepo.behaviour.result import Side, Verdict

Outcome = Literal["triggered", "not triggered", "error", "not measured"]
Dimension = Literal["positives", "negatives"]


@dataclass(frozen=True, slots=True)
class RouteRun:
    """What one reply chose: the name of a skill, null for none; `seed` is that of its order.

    With a `problem` it says nothing, and `skill` is null.
    """

    seed: int
    skill: str | None
    problem: str


@dataclass(frozen=True, slots=True)
class Routed:
    """A request with the skills of one side; `rate` is the share of runs that chose the skill.

    The outcome is that on which most of the runs that were wanted agree. The rate is null without
    one.
    """

    side: Side
    runs: tuple[RouteRun, ...]
    outcome: Outcome
    rate: float | None


@dataclass(frozen=True, slots=True)
class QueryResult:
    """A labelled query, with the skills of each side."""

    query: str
    should_trigger: bool
    sides: tuple[Routed, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with the 95 % interval (Wilson); null of none."""

    found: int
    of: int
    rate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Confusion:
    """A skill, or none (null), that was chosen for positive queries instead, in so many runs."""

    skill: str | None
    runs: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What a model could choose from on a side: `name` is what the skill is called there.

    `catalogue` (sha256, hex) names it, `skills` is how many there are, and `fewest` how many of
    them a request showed at least: fewer than all where they do not fit.
    """

    side: Side
    name: str
    catalogue: str
    skills: int
    fewest: int


@dataclass(frozen=True, slots=True)
class SideResult:
    """How often the skill is chosen where it should be, and left where it should be left.

    Queries with errors, and those that were not measured, are in neither share.
    """

    shown: Shown
    recall: Share
    specificity: Share
    errors: int
    not_measured: int
    confusions: tuple[Confusion, ...]


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """A request of which it is known what is right, and what was chosen; null where not asked."""

    request: str
    skill: str | None
    run: RouteRun | None
    is_right: bool


@dataclass(frozen=True, slots=True)
class Controls:
    """The probes; `recall` is that of the positive, `loaded` counts the negative that went wrong.

    What failed, or was not asked, counts as wrong. `faults` say why the model is no instrument.
    """

    catalogue: str
    probes: tuple[ProbeResult, ...]
    recall: Share
    loaded: Share
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TriggerComparison:
    """The head against the base by queries: how much more of the runs were right.

    The fields are those of `result.Compared`; `p` and `detectable` allow for all dimensions (Holm).
    """

    dimension: Dimension
    verdict: Verdict
    mean: float | None
    low: float | None
    high: float | None
    p: float | None
    detectable: float | None
    tasks: int
    wanted: int | None
    left_out: int
    why: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What was asked of the model; `cost` is in US dollars, null where the price is not known."""

    calls: int
    input_tokens: int
    output_tokens: int
    cost: float | None
    estimated: bool


@dataclass(frozen=True, slots=True)
class Triggers:
    """For which labelled queries a model chooses a skill, before and after a change.

    `exam` (sha256, hex) names the queries, `exam_side` says whose they are. `trials` is how often
    each was asked at most. `stopped` says why not all was asked, empty where it was. `fingerprints`
    are what the provider says of the model.
    """

    model: str
    fingerprints: tuple[str, ...]
    exam: str
    exam_side: Side
    trials: int
    controls: Controls
    queries: tuple[QueryResult, ...]
    sides: tuple[SideResult, ...]
    compared: tuple[TriggerComparison, ...]
    usage: Usage
    stopped: str
    verdict: Verdict
    reasons: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TriggersNote:
    """One line of a git note in refs/notes/skillrepo/grades, which is on the tree of a skill.

    `base` is the tree of the skill before the change, null for a new one.
    """

    version: Literal[1]
    kind: Literal["triggers"]
    tool: str
    base: str | None
    triggers: Triggers
