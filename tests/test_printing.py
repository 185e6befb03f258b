"""How `skillrepo validate` shows its report: terminals, colors, files, and how far it has come."""

import fcntl
import json
import os
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from content_repo import Result, Run, runner
from reports import FILES, INK, context

from skillrepo.commands.printing import form_of
from skillrepo.commands.progress import progress

ANSI = re.compile(r"\x1b\[[0-9;]*m")
ENVIRONMENT = {"TERM": "xterm-256color"}


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    context(tmp_path, FILES)
    return tmp_path


def at_terminal(
    cwd: Path,
    *arguments: str,
    command: tuple[str, ...] = ("-m", "skillrepo", "validate"),
    columns: int = 80,
    **environment: str,
) -> tuple[int, str]:
    """Run validate at a terminal; gives its exit code and what is shown."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, *command, *arguments],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, **ENVIRONMENT, **environment},
    )
    os.close(theirs)
    said = b""
    with suppress(OSError):  # EIO: the other end is closed
        while data := os.read(ours, 65_536):
            said += data
    os.close(ours)
    return process.wait(timeout=60), said.decode().replace("\r\n", "\n")


# Terminals


def test_terminal(root: Path) -> None:
    code, said = at_terminal(root, columns=40)
    assert code == 1
    assert f"\x1b[1m{INK}\x1b[0m\n" in said
    shown = ANSI.sub("", said)
    assert "\n    9 | 蜡    See [a](gone.md).\n      |           ^\n" in shown
    assert shown.endswith(" can be mended with --fix.\n")
    assert all(len(line) <= 40 for line in shown.splitlines() if " | " in line)


def test_terminal_without_color(root: Path) -> None:
    _, colored = at_terminal(root)
    _, plain = at_terminal(root, NO_COLOR="1")
    assert "\x1b" not in plain
    assert plain == ANSI.sub("", colored)
    assert at_terminal(root, NO_COLOR="", FORCE_COLOR="") == (1, colored)


def test_dumb_terminal_and_pipe_get_plain_text(root: Path, run: Run) -> None:
    piped = run(root, "validate")
    assert piped.out.startswith(f"{INK}:2:7: error M102 ")
    assert at_terminal(root, TERM="dumb") == (1, piped.out)


def test_terminal_of_no_size(root: Path) -> None:
    assert at_terminal(root, columns=0) == at_terminal(root, columns=80)


def test_forced_color_in_a_pipe(root: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    done = run(root, "validate")
    assert f"\x1b[1m{INK}\x1b[0m\n" in done.out
    assert json.loads(run(root, "validate", "--json").out)["checked"] == 3


@pytest.mark.parametrize(
    ("environment", "is_terminal", "form"),
    [
        ({}, True, (True, True)),
        ({}, False, (False, False)),
        ({"TERM": "dumb"}, True, (False, False)),
        ({"NO_COLOR": "1"}, True, (True, False)),
        ({"NO_COLOR": "0"}, True, (True, False)),
        ({"NO_COLOR": ""}, True, (True, True)),
        ({"FORCE_COLOR": "1"}, False, (True, True)),
        ({"CLICOLOR_FORCE": "1"}, False, (True, True)),
        ({"FORCE_COLOR": "0", "CLICOLOR_FORCE": "0"}, False, (False, False)),
        ({"FORCE_COLOR": ""}, False, (False, False)),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, False, (True, True)),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, (False, False)),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, (True, False)),
    ],
)
def test_form(environment: Mapping[str, str], is_terminal: bool, form: tuple[bool, bool]) -> None:  # noqa: FBT001
    assert form_of(environment, is_terminal=is_terminal) == form


# Quiet


def test_quiet(root: Path, run: Run) -> None:
    whole = run(root, "validate").out.splitlines()
    errors = [line for line in whole if " error " in line]
    done = run(root, "validate", "--quiet")
    assert done == Result(1, "\n".join([*errors, whole[-1], ""]), "")
    assert 0 < len(errors) < len(whole) - 1
    (root / INK).unlink()
    (root / "skills/data/wax/SKILL.md").unlink()
    assert run(root, "validate", "-q") == Result(0, "", "")
    assert at_terminal(root, "-q") == (0, "")


def test_quiet_is_for_text_alone(root: Path, run: Run) -> None:
    assert run(root, "validate", "-q", "--json") == run(root, "validate", "--json")


# Files


def test_output_goes_to_a_file_and_the_text_to_the_log(root: Path, run: Run) -> None:
    plain = run(root, "validate")
    sarif = run(root, "validate", "--format", "sarif").out
    (root / "new").mkdir()
    for path in ("report.sarif", str(root / "new/report.sarif")):
        assert run(root, "validate", "--format", "sarif", "--output", path) == plain
        assert (root / path).read_text() == sarif
    quiet = run(root, "validate", "--format", "sarif", "--output", "report.sarif", "--quiet")
    assert quiet == run(root, "validate", "--quiet")
    assert (root / "report.sarif").read_text() == sarif
    assert [path.name for path in root.glob("*report*")] == ["report.sarif"]


def test_output_makes_no_folder(root: Path, run: Run) -> None:
    done = run(root, "validate", "--output", "reports/new/r.txt")
    said = "error: reports/new/r.txt cannot be written: there is no folder reports/new\n"
    assert (done.code, done.out, done.err) == (2, "", said)
    assert not (root / "reports").exists()


def test_output_in_a_file_is_that_of_a_pipe(root: Path, run: Run) -> None:
    plain = run(root, "validate").out
    for options in ([], ["--quiet"]):
        code, _ = at_terminal(root, "--output", "report.txt", *options)
        assert code == 1
        assert (root / "report.txt").read_text() == plain


def test_output_has_the_mode_that_the_user_wants(root: Path, run: Run) -> None:
    old = os.umask(0o027)
    try:
        run(root, "validate", "--output", "report.txt")
    finally:
        os.umask(old)
    assert (root / "report.txt").stat().st_mode & 0o777 == 0o640


def test_output_goes_through_no_link_of_the_repository(root: Path, run: Run) -> None:
    (root / "mine.txt").write_text("mine")
    (root / "report.txt").symlink_to("mine.txt")
    assert run(root, "validate", "--output", "report.txt").code == 1
    assert (root / "mine.txt").read_text() == "mine"
    assert not (root / "report.txt").is_symlink()


def test_output_to_a_device(root: Path, run: Run) -> None:
    done = run(root, "validate", "--format", "junit", "--output", "/dev/stderr", "--quiet")
    assert done.out == run(root, "validate", "--quiet").out
    assert ET.fromstring(done.err).tag == "testsuites"  # noqa: S314 - our own
    assert run(root, "validate", "--output", "/dev/null").code == 1
    assert Path("/dev/null").is_char_device()


def test_output_that_cannot_be_written(root: Path, run: Run) -> None:
    done = run(root, "validate", "--output", "skills")
    assert (done.code, done.out) == (2, "")
    assert "is a directory" in done.err
    (root / "file").write_text("x")
    done = run(root, "validate", "--output", "file/report.txt")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: file/report.txt cannot be written: ")
    (root / "file").unlink()


@pytest.mark.parametrize("options", [("--fix", "--dry-run"), ("--write-baseline",)])
def test_output_without_a_report(options: tuple[str, ...], root: Path, run: Run) -> None:
    done = run(root, "validate", "--output", "report.txt", *options)
    assert (done.code, done.out) == (2, "")
    assert "--output is for a report" in done.err
    assert not (root / "report.txt").exists()


# Progress


class Terminal:
    """Standard error of a test: a terminal, or none."""

    def __init__(self, *, is_terminal: bool = True) -> None:
        self.said = ""
        self.is_terminal = is_terminal

    def isatty(self) -> bool:
        return self.is_terminal

    def write(self, text: str) -> None:
        self.said += text

    def flush(self) -> None: ...


def clock(*times: float) -> Iterator[float]:
    yield from times


def test_progress_says_nothing_in_the_first_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    times = clock(0, 0.2, 0.9, 0.999)
    assert list(progress("abc", 3, lambda: next(times))) == ["a", "b", "c"]
    assert terminal.said == ""


def test_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    monkeypatch.setenv("TERM", "xterm")
    times = clock(0, 0.5, 1.0, 1.01, 1.05, 1.11)
    assert list(progress("abcde", 5_000, lambda: next(times))) == list("abcde")
    assert terminal.said == (
        "\r\x1b[K1 of 5,000 skills checked\r\x1b[K4 of 5,000 skills checked\r\x1b[K"
    )


def test_progress_leaves_a_clean_line_when_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    monkeypatch.setenv("TERM", "xterm")
    times = clock(0, 2)
    items = progress("ab", 2, lambda: next(times))
    next(items)
    items.close()
    assert terminal.said == "\r\x1b[K0 of 2 skills checked\r\x1b[K"


@pytest.mark.parametrize(("is_terminal", "term"), [(False, "xterm"), (True, "dumb")])
def test_progress_is_for_terminals(
    is_terminal: bool,  # noqa: FBT001
    term: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stderr", terminal := Terminal(is_terminal=is_terminal))
    monkeypatch.setenv("TERM", term)
    times = clock()
    assert list(progress("ab", 2, lambda: next(times))) == ["a", "b"]
    assert terminal.said == ""


def test_progress_of_a_long_run(root: Path) -> None:
    # Any run is long here.
    code = (
        "import sys; from skillrepo import cli; from skillrepo.commands import progress\n"
        "progress._FIRST = 0; sys.exit(cli.main(['validate', '--quiet']))"
    )
    status, said = at_terminal(root, command=("-c", code))
    assert status == 1
    assert re.match(r"\r\x1b\[K0 of 3 skills checked\r\x1b\[K", said)
    assert f"\r\x1b[K\x1b[1m{INK}\x1b[0m\n" in said
