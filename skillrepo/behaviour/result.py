"""What became of a skill's tasks, as one value: the note of a tree holds it, every output is of it.

Nothing of the machine stands in it: no paths, no times of day, and of what was printed only short
pieces of evidence, without keys.
"""

from dataclasses import dataclass
from typing import Literal

Configuration = Literal["head", "base", "none"]
"""Which version of the skill there is: that of the change, the one before, or none."""
Against = Literal["base", "none"]
Side = Literal["base", "head"]
Verdict = Literal["pass", "fail", "inconclusive"]


@dataclass(frozen=True, slots=True)
class Tally:
    """How often an assertion held, did not, or was not measured, and why it was so at last."""

    configuration: Configuration
    passed: int
    failed: int
    not_measured: int
    evidence: str

    @property
    def rate(self) -> float | None:
        """The share of those measured in which it held; None without any."""
        measured = self.passed + self.failed
        return self.passed / measured if measured else None


@dataclass(frozen=True, slots=True)
class AssertionResult:
    """An assertion, whether code or a model decides it, and what became of it.

    `discrimination` is its rate with the skill less that without, or with the one before; null
    where that was not measured. One that is `constant` held always, or never, with and without.
    """

    text: str
    by: Literal["code", "model"]
    tallies: tuple[Tally, ...]
    discrimination: float | None
    constant: Literal["always", "never"] | None

    def rate(self, configuration: Configuration) -> float | None:
        """How often it held with a configuration; None where that was not measured."""
        found = (each.rate for each in self.tallies if each.configuration == configuration)
        return next(found, None)


@dataclass(frozen=True, slots=True)
class Runs:
    """How the runs of a task with one configuration ended; `why` is said of the last that failed.

    Only those that ended by themselves were assessed. `seconds` and `tokens` are medians of them,
    null where there are none, or the program does not say.
    """

    configuration: Configuration
    ended: int
    failed: int
    timeout: int
    cut_off: int
    why: str
    seconds: float | None
    tokens: int | None

    @property
    def lost(self) -> int:
        """Those that say nothing of the skill."""
        return self.failed + self.timeout + self.cut_off


@dataclass(frozen=True, slots=True)
class TaskResult:
    """A task; with a `problem` it was not run. `leaks` say what its text gives away."""

    id: str
    prompt: str
    problem: str
    leaks: tuple[str, ...]
    runs: tuple[Runs, ...]
    assertions: tuple[AssertionResult, ...]


@dataclass(frozen=True, slots=True)
class ConfigurationResult:
    """All tasks with one configuration: the mean over tasks, and the medians of all runs."""

    configuration: Configuration
    pass_rate: float | None
    seconds: float | None
    tokens: int | None
    runs: int
    lost: int


@dataclass(frozen=True, slots=True)
class Compared:
    """The head against the base, or against no skill: the mean difference over tasks.

    `low` and `high` are its 95 % interval, `p` is one-sided, `detectable` the fall that would be
    found in four of five comparisons like this, `wanted` about how many more tasks are needed. What
    is null was not measured. `left_out` counts tasks that could not be compared.
    """

    against: Against
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
class Evaluated:
    """A skill before and after a change, by runs of its tasks.

    `exam` (sha256, hex) names the tasks, `side` says whose they are. `trials` is how often each was
    run with each configuration. The verdict is that of the first of `compared`; `reasons` say why
    it is no other. `notes` are about the evals.
    """

    runner: str
    exam: str
    side: Side
    trials: int
    model: str
    configurations: tuple[ConfigurationResult, ...]
    tasks: tuple[TaskResult, ...]
    compared: tuple[Compared, ...]
    verdict: Verdict
    reasons: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BehaviourNote:
    """One line of a git note in refs/notes/skillrepo/grades, which is on the tree of a skill.

    `base` is the tree of the skill before the change, null for a new one or where it was not run.
    """

    version: Literal[1]
    kind: Literal["behaviour"]
    tool: str
    base: str | None
    evaluated: Evaluated
