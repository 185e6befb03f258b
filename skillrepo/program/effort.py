"""How much an optimizer does: its drafts, at most, and what follows from them."""

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal

from skillrepo.errors import SkillRepoError
from skillrepo.program.bench import FIRST
from skillrepo.user_config import Optimization

Optimizer = Literal["bootstrap", "gepa", "miprov2"]
LEAST_TRAIN = 2
_MINIBATCH = 3
# Sets of instructions and demonstrations that MIPROv2 combines, by its setting `auto`.
_CANDIDATES = {"light": 3, "medium": 5, "heavy": 8}
_LEAST_CANDIDATES = 2


def refuse_missing(optimizer: Optimizer) -> None:
    """Refuse an optimizer that needs what is not installed. Raises `SkillRepoError`."""
    missing = [name for name in ("optuna", "numpy") if find_spec(name) is None]
    if optimizer == "miprov2" and missing:
        raise SkillRepoError(
            f"miprov2 needs {' and '.join(missing)}: pip install {' '.join(missing)}; or use "
            "--optimizer gepa"
        )


@dataclass(frozen=True, slots=True)
class Effort:
    """How much a search does with so many examples to learn from: `drafts` are its limit."""

    optimizer: Optimizer
    settings: Optimization
    train: int
    drafts: int

    @classmethod
    def of(
        cls, optimizer: Optimizer, settings: Optimization, train: int, most: int | None
    ) -> "Effort":
        """The effort that is usual, or `most` drafts. SkillRepoError where these are too few."""
        rounds = settings.bootstrap_fewshot.max_rounds
        least = {"bootstrap": rounds, "gepa": train + _step(train), "miprov2": 3 * train}
        usual = {
            "bootstrap": train * rounds,
            # Each step looks at a few examples twice, and where that was better at all of them.
            "gepa": train + len(FIRST) * _step(train),
            "miprov2": 2 * _CANDIDATES[settings.miprov2.auto] * train,
        }
        if most is not None and most < least[optimizer]:
            raise SkillRepoError(
                f"{optimizer} makes at least {least[optimizer]} drafts with {train} examples to "
                "learn from: raise --max-drafts, or lower --max-examples"
            )
        return cls(optimizer, settings, train, most or usual[optimizer])

    @property
    def minibatch(self) -> int:
        """Of GEPA: the examples by which it thinks of an instruction."""
        return min(_MINIBATCH, self.train)

    @property
    def candidates(self) -> int:
        """Of MIPROv2: half of the drafts find them, the others try how they go together."""
        most = _CANDIDATES[self.settings.miprov2.auto]
        return max(_LEAST_CANDIDATES, min(most, self.drafts // self.train // 2))

    @property
    def trials(self) -> int:
        """Of MIPROv2: each drafts all examples, as do finding a candidate and the base."""
        return self.drafts // self.train - self.candidates

    @property
    def metric_calls(self) -> int:
        """Of GEPA, which begins a step while it made fewer: the last is not to exceed `drafts`."""
        return self.drafts - _step(self.train) + 1

    @property
    def reflections(self) -> int:
        """About how often the model is asked for new instructions, at most."""
        return {
            "bootstrap": 0,
            "gepa": (self.drafts - self.train) // (2 * self.minibatch),
            "miprov2": len(FIRST) * self.candidates,
        }[self.optimizer]


def _step(train: int) -> int:
    """The drafts of a step of GEPA: a few examples before and after, and where it helped all."""
    return 2 * min(_MINIBATCH, train) + train
