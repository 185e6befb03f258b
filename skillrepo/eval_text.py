"""JSON or YAML text of an eval file → plain values, and the lines on which its texts stand."""

import json
from typing import Any

from skillrepo import yaml_text
from skillrepo.yaml_node import YamlError

_MOST_LOST = 20
"""Texts of a file that are not where they are expected: each costs a look at all of it."""


class EvalTextError(Exception):
    """The text is not JSON or YAML that we take."""

    def __init__(self, why: str, line: int) -> None:
        super().__init__(why)
        self.why = why
        self.line = line


class Parsed:
    """The value of a file. Its texts are asked for by and large in the order of the file."""

    def __init__(self, value: Any, text: str, *, is_json: bool) -> None:
        self.value = value
        self.line = 1
        """Of the text that was found last."""
        self._text = text
        self._is_json = is_json
        self._at = 0
        self._lost = 0

    def line_of(self, said: str) -> int:
        """The line of a text of the file, counted from 1.

        It is looked for as it is most often written. JSON may be written in other ways and YAML
        may fold a text: then it is the line of the text that was found before.
        """
        if self._lost == _MOST_LOST:
            return self.line
        written = [json.dumps(said), json.dumps(said, ensure_ascii=False)]
        if not self._is_json:
            written.append(said.strip().split("\n", 1)[0])
        at = next((at for each in written if (at := self._text.find(each, self._at)) >= 0), -1)
        if at >= 0:
            self.line += self._text.count("\n", self._at, at)
            self._at = at
            return self.line
        self._lost += 1
        at = next((at for each in written if (at := self._text.find(each)) >= 0), -1)
        return self._text.count("\n", 0, at) + 1 if at >= 0 else self.line


def parse(text: str, *, is_json: bool) -> Parsed:
    """Read a text. Raises `EvalTextError`."""
    value = _json(text) if is_json else _yaml(text)
    return Parsed(value, text, is_json=is_json)


def _yaml(text: str) -> Any:
    try:
        return yaml_text.load(text).value
    except YamlError as error:
        raise EvalTextError(f"is not YAML that can be used: {error.why}", error.line) from None


def _json(text: str) -> Any:
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse)
        # A lone surrogate, which JSON can spell, is no text.
        json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        why = f"is not JSON ({error.msg} at column {error.colno})"
        raise EvalTextError(why, error.lineno) from None
    except UnicodeError:
        raise EvalTextError("is not JSON that can be used (half a character)", 1) from None
    except RecursionError:
        raise EvalTextError("is not JSON that can be used (nested too deeply)", 1) from None
    except ValueError as error:
        raise EvalTextError(f"is not JSON that can be used ({error})", 1) from None
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice in an object")
    return found


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
