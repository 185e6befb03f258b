"""An assertion of an eval → what code can decide of it, if that is what it says.

Both forms are read: a sentence that says no more than one of these, and a mapping with a `type`.
Nothing that a skill brings is run to decide: there are these forms, and no programs.

| sentence | mapping |
| --- | --- |
| the output contains `x`; … does not contain `x` | `{type: contains, value: x}`, `not_contains` |
| the output matches `pattern` | `{type: regex, value: pattern}` |
| the output is valid JSON | `{type: json_valid}` |
| the exit code is 0 | `{type: exit_code, value: 0}` |
| a file `a.md` exists; … does not exist | `{type: file_exists, path: a.md}`, `not_exists` |
| `a.md` contains `x`; matches; is valid JSON | the mappings above with `path: a.md` |

What is looked for stands in quotes or backticks, and letter case counts. A sentence that says more
than this is none of them: to guess what it means is a model's work.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Literal, NamedTuple

Kind = Literal[
    "contains", "not_contains", "regex", "json_valid", "exit_code", "file_exists", "not_exists"
]
# What other formats call them.
_NAMES: Mapping[str, Kind] = {
    "contains": "contains",
    "not_contains": "not_contains",
    "output_contains": "contains",
    "output_not_contains": "not_contains",
    "file_contains": "contains",
    "file_not_contains": "not_contains",
    "regex": "regex",
    "matches": "regex",
    "output_matches": "regex",
    "file_matches": "regex",
    "json_valid": "json_valid",
    "exit_code": "exit_code",
    "exit_success": "exit_code",
    "file_exists": "file_exists",
    "file_not_exists": "not_exists",
    "not_exists": "not_exists",
}
_LONGEST = 600
"""Characters of a sentence that is looked at."""


class Check(NamedTuple):
    """What is to be true; of the file at `path` from the runner's folder on, else of the output."""

    kind: Kind
    value: str = ""
    path: str = ""

    @property
    def told(self) -> str:
        """The check in words."""
        what = f"`{self.path}`" if self.path else "the output"
        said: Mapping[Kind, str] = {
            "contains": f"{what} contains `{self.value}`",
            "not_contains": f"{what} does not contain `{self.value}`",
            "regex": f"{what} matches `{self.value}`",
            "json_valid": f"{what} is valid JSON",
            "exit_code": f"the exit code is {self.value}",
            "file_exists": f"the file {what} exists",
            "not_exists": f"the file {what} does not exist",
        }
        return said[self.kind]


def check_of(text: str, form: Mapping[str, str | int | bool]) -> Check | None:
    """What code can decide of an assertion; None where that is nothing."""
    return _of_form(form) if form else _of_text(text)


def _of_form(form: Mapping[str, str | int | bool]) -> Check | None:
    kind = _NAMES.get(str(form.get("type")))
    value = _first(form, "value", "text", "pattern", "substring")
    path = _first(form, "path", "file")
    match kind:
        case None:
            return None
        case "exit_code":
            value = "0" if form.get("type") == "exit_success" else value
            return Check(kind, value) if re.fullmatch(r"\d{1,3}", value) else None
        case "json_valid":
            return Check(kind, "", path)
        case "file_exists" | "not_exists":
            path = path or value
            return Check(kind, "", path) if path else None
        case _:
            of_file = str(form["type"]).startswith("file_")
            return Check(kind, value, path) if value and (path or not of_file) else None


def _first(form: Mapping[str, str | int | bool], *keys: str) -> str:
    return next((str(form[key]) for key in keys if key in form), "")


def _of_text(text: str) -> Check | None:
    if len(text) > _LONGEST:
        return None
    for kind, pattern in _patterns():
        if match := pattern.fullmatch(text.strip()):
            found = {name: value for name, value in match.groupdict().items() if value}
            named = ("quoted_path", "plain_path")
            path = next((found[name] for name in named if name in found), "")
            quotes = ("ticked", "double", "single", "curly", "fenced", "code")
            value = next((found[name] for name in quotes if name in found), "")
            return Check(kind, value, path)
    return None


@cache
def _patterns() -> tuple[tuple[Kind, re.Pattern[str]], ...]:
    # No quantifier stands in another's: hostile text is matched in linear time.
    quoted = (
        r"(?:`(?P<ticked>[^`\n]+)`|\"(?P<double>[^\"\n]+)\"|'(?P<single>[^'\n]+)'"
        r"|\u201c(?P<curly>[^\u201d\n]+)\u201d|```(?:regex)?\n(?P<fenced>[^`\n]+)\n```)"
    )
    path = r"(?:[`\"'](?P<quoted_path>[^`\"'\n]+)[`\"']|(?P<plain_path>[\w./-]{1,150}\.\w{1,10}))"
    output = r"(?:the )?(?:output|reply|response|answer)"
    subject = rf"(?:{output}|(?:the )?(?:file )?{path})"
    word = r"(?:the )?(?:(?:exact )?(?:text|string|word|phrase|line) )?"
    file = rf"(?:(?:a |the )?(?:output )?file (?:named |called )?|the )?{path}"
    has = "(?:contains|includes|mentions)"
    has_not = "(?:does not|doesn't) (?:contain|include|mention)"
    expression = r"(?:the )?(?:regex |pattern |regular expression )?"
    ends = r"(?:command|program|script|run) (?:exits|ends) with (?:exit )?(?:code |status )?"
    code = r"(?P<code>\d{1,3})"
    forms: tuple[tuple[Kind, str], ...] = (
        ("contains", rf"{subject} {has} {word}{quoted}"),
        ("not_contains", rf"{subject} {has_not} {word}{quoted}"),
        ("regex", rf"{subject} matches {expression}\s?{quoted}"),
        ("json_valid", rf"{subject} is valid JSON"),
        ("exit_code", rf"(?:the )?exit (?:code|status) (?:is|equals) {code}"),
        ("exit_code", rf"(?:the )?{ends}{code}"),
        ("file_exists", rf"{file} (?:exists|is (?:written|created))"),
        ("not_exists", rf"{file} (?:does not|doesn't) exist"),
    )
    return tuple((kind, re.compile(rf"{form}\.?", re.IGNORECASE)) for kind, form in forms)
