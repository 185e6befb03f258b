"""Examples to optimise by, as JSON Lines: what was asked for, drafted, changed, and merged."""

import json
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from skillrepo.errors import SkillRepoError

_MOST_BYTES = 256_000_000
_Text = Annotated[str, Field(max_length=2_000_000)]


class _Strict(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True
    )


class GoldSource(_Strict):
    """A document that the skill was made from."""

    path: _Text
    text: _Text
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class GoldInputs(_Strict):
    """What a draft is asked for with."""

    brief: Annotated[str, Field(min_length=1, max_length=100_000)]
    """What the skill is for; made from the commit that added it, and worth a look by hand."""
    sources: tuple[GoldSource, ...]


class GoldChange(_Strict):
    """A commit that changed SKILL.md after its first version."""

    commit: _Text
    feedback: _Text
    """What the commit says it is for."""
    text: _Text
    """SKILL.md after it."""


class Gold(_Strict):
    """A skill that was merged, and how it came to be what it is."""

    version: Literal[1] = 1
    skill: Annotated[str, Field(min_length=1, max_length=500)]
    """Its address; it decides whether the example is held out."""
    commit: _Text
    inputs: GoldInputs
    outputs: dict[str, dict[str, Any]]
    """Predictor → the fields that it would best have answered with, as far as they are known."""
    draft: _Text
    """SKILL.md as it was added."""
    changes: tuple[GoldChange, ...]
    """The oldest first."""
    final: _Text
    """SKILL.md as it is."""

    def output(self, predictor: str, field: str) -> str:
        """A field as text; nothing where it is not known."""
        return str(self.outputs.get(predictor, {}).get(field, ""))


def read(data: bytes, name: str) -> list[Gold]:
    """The examples of a file. Raises `SkillRepoError` with the line that is none."""
    if len(data) > _MOST_BYTES:
        raise SkillRepoError(f"{name} has more than {_MOST_BYTES:,} bytes")
    found: dict[str, Gold] = {}
    for number, line in enumerate(data.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            each = Gold.model_validate_json(line)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(map(str, first["loc"]))
            why = f"{where}: {first['msg']}" if where else first["msg"]
            raise SkillRepoError(f"{name}:{number}: {why}") from None
        if each.skill in found:
            raise SkillRepoError(f"{name}:{number}: {each.skill} stands there twice")
        found[each.skill] = each
    return list(found.values())


def lines(examples: Iterable[Gold]) -> Iterator[str]:
    """The lines of a file."""
    for each in examples:
        # No provider takes lone surrogates, which JSON can write down.
        yield json.dumps(each.model_dump(mode="json"), ensure_ascii=True)
