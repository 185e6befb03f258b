"""What a model is shown of a skill: JSON between two lines that are made of its own hash."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple

from skillrepo.judge.case import Material
from skillrepo.secret_text import masked
from skillrepo.visible import one_line, visible

BEGIN = "BEGIN CONTENT"
END = "END CONTENT"


class Shown(NamedTuple):
    """A version of a skill as a model sees it: no keys, and nothing that cannot be seen.

    `files`, `void` and `left_out` are those of `case.Material`.
    """

    files: Mapping[str, str]
    void: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def shown(material: Material) -> Shown:
    """What of a skill a model is shown; HTML comments stand in it as they are."""
    return Shown(
        {one_line(masked(path)): _text(text) for path, text in material.files.items()},
        tuple(map(_text, material.void)),
        tuple(one_line(masked(path)) for path in material.left_out),
    )


def _text(text: str) -> str:
    return visible(masked(text))


def enclosed(content: object) -> str:
    """The content as JSON on one line, between two that name the SHA-256 (hex) of that line.

    Whoever writes content cannot forge them: its hash would have to stand in it. The same content
    gives the same text, which providers' caches need.
    """
    # ASCII would make four times as many tokens of other scripts; `visible` left no line end in it
    # that JSON does not escape.
    line = json.dumps(content, ensure_ascii=False)
    mark = sha256(line.encode()).hexdigest()
    return f"{BEGIN} {mark}\n{line}\n{END} {mark}"
