"""The lines of a batch → briefs, all of them checked before the first is written."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from skillrepo import schema
from skillrepo.draft import Source
from skillrepo.errors import SkillRepoError
from skillrepo.visible import one_line

MAX_BYTES = 67_108_864
MAX_BRIEFS = 100_000
_TOLD = 20
_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Brief:
    """One line of a batch.

    `id` is the one that was given, which is `label`, too; else it is made of the line's number and
    its meaning. `origins` are POSIX paths, relative to the folder of the batch.
    """

    line: int
    id: str
    text: str
    name: str | None = None
    at: str | None = None
    origins: tuple[str, ...] = ()
    label: str = ""

    @property
    def meaning(self) -> str:
        """The sha256 (hex) of what is asked for, on whatever line it stands."""
        return _sha256(self.label, self.text, self.name, self.at, self.origins)


def parse(data: bytes) -> tuple[Brief, ...]:
    """Read JSON Lines. Raises `SkillRepoError` with the number of each line that is wrong."""
    if len(data) > MAX_BYTES:
        raise SkillRepoError(f"the batch has more than {MAX_BYTES:,} bytes; split it")
    every = enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1)
    lines = [(number, line) for number, line in every if line.strip()]
    if len(lines) > MAX_BRIEFS:
        raise SkillRepoError(f"the batch has more than {MAX_BRIEFS:,} lines; split it")
    found: list[Brief] = []
    problems: list[str] = []
    for number, line in lines:
        read = _read(number, line)
        if isinstance(read, Brief):
            found.append(read)
        else:
            problems.append(f"line {number}: {read}")
    problems += _doubles(found)
    refuse(problems)
    if not found:
        raise SkillRepoError('the batch is empty; write one line for each skill: {"brief": "…"}')
    return tuple(found)


def refuse(problems: Sequence[str]) -> None:
    """Raise `SkillRepoError` that tells the problems, where there are any."""
    if problems:
        more = len(problems) - _TOLD
        told = [*problems[:_TOLD], *([f"and {more:,} more"] if more > 0 else [])]
        raise SkillRepoError("the batch cannot be used:\n  " + "\n  ".join(told))


def shard(briefs: Sequence[Brief], number: int, count: int) -> tuple[Brief, ...]:
    """The briefs of one of `count` shards, numbered from 1.

    Each brief is in one shard, whatever the order of the lines, and no shard has more than one
    more than another.
    """
    chosen = sorted(briefs, key=lambda brief: brief.meaning)[number - 1 :: count]
    return tuple(sorted(chosen, key=lambda brief: brief.line))


def key(brief: Brief, sources: Iterable[Source], writer: Sequence[str]) -> str:
    """The name (sha256, hex) under which the draft of a brief by a writer is remembered.

    The number of the line, the commit to start from and the taxonomy are no part of it: a draft
    that is finished stays so when they change.
    """
    digests = [(source.path, source.sha256) for source in sources]
    return _sha256(brief.meaning, digests, writer)


def _read(number: int, line: bytes) -> Brief | str:
    """The brief of a line, or what is wrong with it."""
    value = _value(line)
    if isinstance(value, str):
        return value
    found = [one_line(schema.explain(each)) for each in schema.violations("brief", value)]
    if found:
        # Of a line that is no object they would speak of a file.
        return "; ".join(found) if isinstance(value, dict) else "must be a JSON object"
    words = (value.get("id", ""), value.get("name", ""), value.get("at", ""))
    if not all(map(str.isprintable, (*words, *value.get("from", ())))):
        return "`id`, `name`, `at` and `from` must have no line ends or control characters"
    text = value["brief"].strip()
    if not text:
        return "`brief` is empty; say in a sentence what the skill is for"
    brief = Brief(
        number,
        "",
        text,
        value.get("name"),
        value.get("at"),
        tuple(value.get("from", ())),
        value.get("id", ""),
    )
    made = f"{number}-{brief.meaning[:_DIGITS]}"
    return Brief(
        number, brief.label or made, text, brief.name, brief.at, brief.origins, brief.label
    )


def _value(line: bytes) -> Any:
    """What a line holds; a text that says why it is no JSON."""
    try:
        value = json.loads(
            line.decode(), object_pairs_hook=_object, parse_constant=_refuse_constant
        )
        # A lone surrogate, which JSON can spell, is no text.
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeError:
        return "is not text in UTF-8"
    except json.JSONDecodeError as error:
        return f"is not JSON ({error.msg} at column {error.colno})"
    except (ValueError, RecursionError) as error:
        return f"is not JSON that can be used ({one_line(str(error))})"
    return [] if isinstance(value, str) else value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice in it")
    return found


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _doubles(briefs: Iterable[Brief]) -> Iterator[str]:
    """What two lines may not share."""
    seen: dict[tuple[str, str], int] = {}
    for brief in briefs:
        shared = {
            ("name", brief.name or ""): f"the name `{brief.name}`",
            ("id", brief.id): f"the id `{brief.id}`",
            ("", brief.meaning): "all that it says; remove one, or give each an `id`",
        }
        for mark, what in shared.items():
            if mark != ("name", "") and (other := seen.setdefault(mark, brief.line)) != brief.line:
                yield f"line {brief.line}: shares with line {other} {what}"


def _sha256(*values: object) -> str:
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()
