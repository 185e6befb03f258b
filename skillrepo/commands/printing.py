"""Shows a report: on standard output as suits the terminal, or in a file."""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path

from skillrepo.errors import SkillRepoError
from skillrepo.finding import Report, Severity
from skillrepo.output import Lines, View, render
from skillrepo.put_file import put

_FORCE = ("FORCE_COLOR", "CLICOLOR_FORCE")
_WIDTH = 80
_LINES = 1_000
"""That are written at once."""


def view_of(limit: Severity, lines: Lines, *, quiet: bool) -> View:
    """How standard output wants it: for people at a terminal, else plain."""
    terminal, color = form_of(os.environ, is_terminal=sys.stdout.isatty())
    return View(limit, quiet, terminal, color, _width() if terminal else _WIDTH, lines)


def form_of(environ: Mapping[str, str], *, is_terminal: bool) -> tuple[bool, bool]:
    """Whether to use the form for terminals, and whether to use colors.

    `NO_COLOR` (https://no-color.org) goes before `FORCE_COLOR` (https://force-color.org) and
    `CLICOLOR_FORCE` (https://bixense.com/clicolors/), which ask for both wherever it goes; `0`
    does not, as many programs have it.
    """
    plain = bool(environ.get("NO_COLOR"))
    forced = not plain and any(environ.get(name, "0") not in ("", "0") for name in _FORCE)
    terminal = forced or (is_terminal and environ.get("TERM") != "dumb")
    return terminal, terminal and not plain


def _width() -> int:
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or _WIDTH
    except OSError:
        return _WIDTH


def show(report: Report, form: str, view: View, output: Path | None) -> None:
    """Print a report; with `output` write it there, and print its text for the log.

    Raises `SkillRepoError` where the file cannot be written.
    """
    if output is not None:
        plain = view._replace(quiet=False, terminal=False, color=False)
        text = "".join(f"{line}\n" for line in render(form, report, plain))
        _write(output, text.encode(errors="backslashreplace"))
        form = "text"
    say_all(render(form, report, view))


def one_form(forms: Sequence[str]) -> str:
    """The one format that was asked for, text without any. Raises `click.UsageError`."""
    if len(set(forms)) > 1:
        import click  # noqa: PLC0415 - what a hook has no time for

        raise click.UsageError(f"{' and '.join(dict.fromkeys(forms))}: name one format")
    return forms[0] if forms else "text"


def say_all(lines: Iterable[str]) -> None:
    """Print lines; what is colored has been asked to be."""
    each = iter(lines)
    # A line at a time takes ten times as long, and all at once as much memory as the report.
    while text := "".join(f"{line}\n" for line in islice(each, _LINES)):
        sys.stdout.write(text)
    sys.stdout.flush()


def say_error(text: str) -> None:
    """Print a line on standard error."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _write(output: Path, data: bytes) -> None:
    try:
        if not output.parent.is_dir():
            raise SkillRepoError(f"{output} cannot be written: there is no folder {output.parent}")
        # `/dev/stdout` and what the shell makes of `>(command)` are no files to be replaced.
        if output.absolute().is_relative_to("/dev"):
            output.write_bytes(data)
        else:
            put(output, data)
    except OSError as error:
        raise SkillRepoError(f"{output} cannot be written: {error.strerror}") from None
