"""Whether an assertion holds of what a program left: by code, else by a callable that asks a model.

What neither can decide is None, "not measured", and never a pass or a fail. A model has to prove
what it says by words of what it was shown, and code looks whether they stand there.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from skillrepo.behaviour import bounded_regex
from skillrepo.behaviour.checks import Check
from skillrepo.behaviour.exam import Assertion, ExamTask
from skillrepo.behaviour.left import Left, UnknownError
from skillrepo.behaviour.pleas import sober
from skillrepo.secret_text import masked
from skillrepo.visible import one_line, visible

_LONGEST = 200
"""Characters of evidence that are kept."""
_SHORTEST = 8
"""Characters of a quote, if it is not all that there is."""
_SHOWN_FILE = 20_000
_MOST_SHOWN = 60_000
"""Characters of what a program left that a model is shown: more of it decides nothing."""
NO_MODEL = "code cannot decide this, and no model was asked: --judge"
"""The evidence of an assertion that nobody looked at."""


class Decision(NamedTuple):
    """What a model says: None where it cannot tell. `quote` is a text that it was shown."""

    passed: bool | None
    quote: str
    why: str = ""


Decide = Callable[[ExamTask, str, str], Decision]
"""Says of a task, of what came of it and of an assertion's text whether that holds."""


class Verdict(NamedTuple):
    """Whether an assertion holds, None where that was not measured; `evidence` says why."""

    passed: bool | None
    evidence: str


def grade(task: ExamTask, left: Left, decide: Decide | None) -> tuple[Verdict, ...]:
    """A verdict on each assertion of the task, in their order."""
    shown = _Shown(left)
    return tuple(_verdict(task, each, left, shown, decide) for each in task.assertions)


def _verdict(
    task: ExamTask, assertion: Assertion, left: Left, shown: "_Shown", decide: Decide | None
) -> Verdict:
    passed: bool | None
    try:
        if assertion.check:
            passed, evidence = _by_code(assertion.check, left)
        elif decide is None:
            return Verdict(None, NO_MODEL)
        else:
            passed, evidence = _by_model(task, assertion, shown, decide)
    except (UnknownError, bounded_regex.PatternError) as error:
        return Verdict(None, short(str(error)))
    return Verdict(passed, short(evidence))


def short(text: str) -> str:
    """A text as it may be kept and shown: on one line, without keys, cut."""
    # What is cut is no longer known as a secret. Who works here is nobody's business.
    clean = _without_home(masked(one_line(text)))
    return clean if len(clean) <= _LONGEST else f"{clean[: _LONGEST - 1]}…"


def _without_home(text: str) -> str:
    home = str(Path.home())
    return re.sub(rf"(?<![\w.-]){re.escape(home)}(?![\w.-])", "~", text) if home in text else text


def _by_code(check: Check, left: Left) -> tuple[bool, str]:
    match check.kind:
        case "exit_code":
            return str(left.code) == str(int(check.value)), f"the exit code is {left.code}"
        case "file_exists" | "not_exists":
            there = left.exists(check.path)
            said = f"`{check.path}` {'is' if there else 'is not'} there"
            return there == (check.kind == "file_exists"), said
    text = left.text(check.path) if check.path else left.output
    if text is None:
        return False, f"there is no file `{check.path}`"
    return _of_text(check, text)


def _of_text(check: Check, text: str) -> tuple[bool, str]:
    match check.kind:
        case "regex":
            found = bounded_regex.search(check.value, text)
            if found is None:
                return False, "nothing matches"
            return True, f"it matches “{_around(text, *found, more=0)}”"
        case "json_valid":
            try:
                json.loads(text)
            except (ValueError, RecursionError) as error:
                return False, f"it is no JSON: {error}"
            return True, "it is JSON"
    at = text.find(check.value)
    end = at + len(check.value)
    said = "it is not in the text" if at < 0 else f"“{_around(text, at, end)}”"
    return (at >= 0) == (check.kind == "contains"), said


def _around(text: str, start: int, end: int, more: int = 40) -> str:
    # Half a key would not be known as one.
    return masked(text)[max(0, start - more) : min(end, start + _LONGEST) + more]


def _by_model(
    task: ExamTask, assertion: Assertion, shown: "_Shown", decide: Decide
) -> tuple[bool | None, str]:
    said = decide(task, shown.text(), assertion.text)
    if said.passed is None:
        return None, said.why or "the model cannot tell"
    stands = shown.holds(said.quote)
    if not stands and shown.pleads(said.quote):
        return None, "the model quotes what speaks to those who grade, or is hidden"
    if not stands and (said.passed or said.quote.strip()):
        return None, "the model quotes nothing that stands there"
    return said.passed, f"“{said.quote}”" if stands else "the model finds nothing that shows it"


def _plain(text: str) -> str:
    return " ".join(text.split())


def _stands(quote: str, texts: Iterable[str]) -> bool:
    words = _plain(quote)
    return bool(words) and any(
        words == each or (len(words) >= _SHORTEST and words in each) for each in map(_plain, texts)
    )


class _Shown:
    """What a model is shown of what a program left, made when it is first wanted."""

    def __init__(self, left: Left) -> None:
        self._left = left
        self._text: str | None = None
        self._whole: list[str] = []
        self._quotable: list[str] = []

    def text(self) -> str:
        """The output, and the text files. Raises `UnknownError` where that is too long to show."""
        if self._text is None:
            self._text = "\n".join(self._parts())
        if len(self._text) > _MOST_SHOWN:
            raise UnknownError(f"what it left is longer than the {_MOST_SHOWN:,} characters shown")
        return self._text

    def holds(self, quote: str) -> bool:
        """Whether a quote stands in what the program left; a word or two would stand anywhere."""
        return _stands(quote, self._quotable)

    def pleads(self, quote: str) -> bool:
        """Whether a quote that does not hold stands in a part that proves nothing."""
        return _stands(quote, self._whole)

    def _parts(self) -> Iterator[str]:
        yield f"The program printed:\n{self._quoted(self._left.output)}"
        for name, text in self._left.made():
            if text is None or len(text) > _SHOWN_FILE:
                yield f"It left a file {one_line(name)}, which is not shown."
            else:
                yield f"It left a file {one_line(name)}:\n{self._quoted(text)}"

    def _quoted(self, text: str) -> str:
        """A text as a model may see it, and quote it: without keys, and nothing in it hidden."""
        clean = masked(visible(text))
        self._whole.append(clean)
        self._quotable += (masked(visible(each)) for each in sober(text))
        return clean
