"""Programs that an optimizer made, as JSON: what they say, how they were measured, whether to use.

A program is what a content repository says to the user's model, so it is a stranger's text. Only
instructions and demonstrations are read, each held to the fields of its predictor; there is no
pickle, no model, no address and no code. `MATERIAL` of `signatures` is told after whatever it says.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from skillrepo.errors import SkillRepoError
from skillrepo.program import demonstrations, gain
from skillrepo.program.answers import encodable
from skillrepo.program.predictors import module
from skillrepo.program.signatures import PREDICTORS, fingerprint
from skillrepo.visible import visible

MOST_BYTES = 4_000_000
MOST_DEMOS = 8
MOST_INSTRUCTIONS = 20_000
"""Characters of the instructions of one predictor."""
_MOST_LOST = 0.2
_MOST_STRANGE = 10

_Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Text = Annotated[str, Field(max_length=200)]
_Score = Annotated[float, Field(ge=0, le=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class State(_Strict):
    """What one predictor says: its instructions, and demonstrations, field → value."""

    instructions: Annotated[str, Field(min_length=1, max_length=MOST_INSTRUCTIONS)]
    demos: Annotated[tuple[Mapping[str, Any], ...], Field(max_length=MOST_DEMOS)]


class Measured(_Strict):
    """Scores on the held-out examples, each of the base with that of the program.

    `not_measured` counts examples of which a model gave no draft to one of them.
    """

    pairs: Annotated[tuple[tuple[_Score, _Score], ...], Field(max_length=10_000)]
    not_measured: Annotated[int, Field(ge=0)]
    parts: Annotated[tuple[_Text, ...], Field(max_length=10)]


class Cost(_Strict):
    """What it took to make and to measure; dollars are None where a price was not known.

    Replies that were replayed were paid for by an earlier run.
    """

    calls: Annotated[int, Field(ge=0)]
    replayed: Annotated[int, Field(ge=0)]
    tokens: Annotated[int, Field(ge=0)]
    dollars: Annotated[float, Field(ge=0)] | None


class SavedProgram(_Strict):
    """The file."""

    version: Literal[1] = 1
    signature: _Hash
    optimizer: _Text
    model: _Text
    predictors: Mapping[str, State]
    versions: Mapping[str, _Text]
    train: _Hash
    held_out: _Hash
    measured: Measured
    cost: Cost
    digest: str = ""

    def data(self) -> bytes:
        """The file's bytes, with the digest of the rest."""
        value = self.model_dump(mode="json", exclude={"digest"})
        return _bytes({**value, "digest": _digest(value)})


@dataclass(frozen=True, slots=True)
class Loaded:
    """A program that is used: `name` is the sha256 of its file."""

    name: str
    states: Mapping[str, State]

    def module(self, dspy: Any) -> Any:
        """The predictors, with what the program says in place of what is shipped."""
        whole = module(dspy, PREDICTORS)
        predictors = dict(whole.named_predictors())
        for name, state in self.states.items():
            predictor = predictors[name]
            predictor.signature = predictor.signature.with_instructions(state.instructions)
            predictor.demos = [demonstrations.shown(dspy, name, demo) for demo in state.demos]
        return whole


def load(data: bytes, *, force: bool = False) -> tuple[Loaded, list[str]]:
    """A program to be used, and warnings. Raises `SkillRepoError` with the reason it is not to be.

    With `force` one is taken that does not fit or was not measured to be better, and one in the
    layout of DSPy, too: predictor → state. What is no program, or was altered, is never taken.
    """
    name = hashlib.sha256(data).hexdigest()
    value = _json(data)
    if "digest" not in value and "predictors" not in value:
        states, warnings = _of_dspy(value)
        if not force:
            raise SkillRepoError(
                "the program is a saved state of DSPy, and nothing says that it is better than "
                "the program that is shipped; --force-program uses it all the same"
            )
        return Loaded(name, states), warnings
    saved = _read(value)
    why = unusable(saved)
    if why and not force:
        raise SkillRepoError(f"the program is refused: {why}")
    return Loaded(name, saved.predictors), [f"the program is used by force: {why}"] if why else []


def read(data: bytes) -> SavedProgram:
    """The file's content. Raises `SkillRepoError` where it is none, or was altered."""
    return _read(_json(data))


def unusable(saved: SavedProgram) -> str | None:
    """Why a program is not to be used; None where it is."""
    if saved.signature != fingerprint():
        return (
            "it was made for other signatures than this version of skillrepo has "
            f"({saved.signature[:12]}, not {fingerprint()[:12]}); run `skillrepo optimize` again"
        )
    measured = saved.measured
    # A program whose replies are of no use would be measured on what is easy for it.
    if measured.not_measured > len(measured.pairs) * _MOST_LOST:
        return (
            f"a model gave no draft of {measured.not_measured} of "
            f"{measured.not_measured + len(measured.pairs)} held-out examples"
        )
    return gain.insufficient(measured.pairs)


def states_of(compiled: Any) -> dict[str, State]:
    """What a module that an optimizer returned says, as far as it can be saved.

    Demonstrations that lack a field, or are too long, are left out.
    """
    found = {}
    for name, predictor in compiled.named_predictors():
        demos = [demonstrations.read(name, dict(each.items())) for each in predictor.demos]
        kept = [demo for demo in demos if demo is not None][:MOST_DEMOS]
        instructions = encodable(str(predictor.signature.instructions)[:MOST_INSTRUCTIONS])
        found[name] = State(instructions=instructions, demos=tuple(kept))
    return found


def _json(data: bytes) -> dict[str, Any]:
    if len(data) > MOST_BYTES:
        raise SkillRepoError(f"the program has more than {MOST_BYTES:,} bytes")
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise SkillRepoError(f"the program is no JSON: {error}") from None
    if not isinstance(value, dict):
        raise SkillRepoError("the program is no JSON object")
    return value


def _read(value: Mapping[str, Any]) -> SavedProgram:
    try:
        saved = SavedProgram.model_validate_json(json.dumps(value))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise SkillRepoError(f"the program cannot be read: {where}: {first['msg']}") from None
    rest = {key: each for key, each in value.items() if key != "digest"}
    if saved.digest != _digest(rest):
        raise SkillRepoError("the program was altered after it was measured: its digest differs")
    for name, state in saved.predictors.items():
        _refuse_unfit(name, state)
    return saved


def _refuse_unfit(name: str, state: State) -> None:
    if name not in PREDICTORS:
        raise SkillRepoError(f"the program has a predictor {name!r}, which there is not")
    for demo in state.demos:
        if demonstrations.read(name, demo) is None:
            raise SkillRepoError(
                f"a demonstration of {name} has not the fields that it must have, or is too long"
            )


def _of_dspy(value: Mapping[str, Any]) -> tuple[dict[str, State], list[str]]:
    """The states of a module that DSPy saved, and warnings of what does not fit in them."""
    found: dict[str, State] = {}
    strange, lost = [], 0
    for key, state in value.items():
        # `ChainOfThought` keeps its predictor under this name.
        name = key.removesuffix(".predict")
        if not isinstance(state, dict) or key == "metadata":
            continue
        signature = state.get("signature")
        told = signature.get("instructions") if isinstance(signature, dict) else None
        if name not in PREDICTORS or not isinstance(told, str):
            strange.append(visible(key)[:100])
            continue
        demos = [each for each in _listed(state.get("demos")) if isinstance(each, dict)]
        kept = [demo for each in demos if (demo := demonstrations.read(name, each)) is not None]
        lost += len(demos) - len(kept[:MOST_DEMOS])
        if 0 < len(told) <= MOST_INSTRUCTIONS:
            found[name] = State(instructions=told, demos=tuple(kept[:MOST_DEMOS]))
    if not found:
        raise SkillRepoError("the program has no predictor of ours; it is no program of skillrepo")
    warnings = ["the program was never measured; it is used by force"]
    if strange:
        warnings.append(f"of the program are left out: {', '.join(strange[:_MOST_STRANGE])}")
    if lost:
        warnings.append(
            f"of its demonstrations {lost} are left out, which lack fields that they must have"
        )
    return found, warnings


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _digest(value: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _bytes(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode(errors="replace") + b"\n"
