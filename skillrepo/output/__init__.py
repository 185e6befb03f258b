"""Reports and lists for people and for machines: one file a format."""

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import NamedTuple

from skillrepo.conceal import concealed
from skillrepo.finding import Report, Severity

FORMATS = ("text", "github", "gitlab", "json", "junit", "sarif")
"""The formats of a report. Each is a module of this folder with a function `render(report, view)`.

It yields lines without line ends, and is pure: the same report gives the same bytes, wherever and
whenever. Text from skills is hostile; each format makes it safe in its own way.
"""

Lines = Callable[[str, int], str | None]
"""Path and number → the text of that line, without its line end; None where there is none."""


class View(NamedTuple):
    """How a report is to be shown.

    `limit` is the lowest severity that makes a run fail. `quiet` shows what makes it fail, and
    nothing where nothing does. `terminal` asks for the form for people, in `width` columns, with
    the lines that are at fault.
    """

    limit: Severity = Severity.ERROR
    quiet: bool = False
    terminal: bool = False
    color: bool = False
    width: int = 80
    lines: Lines = lambda _path, _line: None


PLAIN = View()


def render(form: str, report: Report, view: View = PLAIN) -> Iterator[str]:
    """The lines of a report in one of the `FORMATS`; only the module of that one is imported."""
    module = import_module(f"{__name__}.{'terminal' if form == 'text' and view.terminal else form}")
    lines: Iterator[str] = module.render(concealed(report), view)
    return lines
