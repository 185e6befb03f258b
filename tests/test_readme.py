"""The README: each command in it runs, and prints what stands there.

Commands stand in `console` blocks after a `$`, and run in order, in a folder where the checkout
is called `skillrepo`. A line `...` stands for any lines, hashes for any others. A block that
cannot run here has a comment above it that says why.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import checkout
import pytest

README = (checkout.CHECKOUT / "README.md").read_text()
_BLOCK = re.compile(
    r"^(?P<why><!-- not run: [^>]+ -->\n)?```console\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
_HASH = re.compile(r"\b[0-9a-f]{7,64}\b")
_LINK = re.compile(r"\]\((?!https?:|#)([^)]+)\)")


@dataclass
class Command:
    """A command, and the lines that it is said to print; None where nothing is said."""

    line: str
    output: list[str] = field(default_factory=list)


def commands() -> Iterator[Command]:
    for block in _BLOCK.finditer(README):
        if block["why"]:
            continue
        found: list[Command] = []
        for line in block["text"].splitlines():
            if line.startswith("$ "):
                found.append(Command(line.removeprefix("$ ")))
            else:
                found[-1].output.append(line)
        yield from found


def matches(said: str, output: list[str]) -> bool:
    parts = "\n".join(_HASH.sub("HASH", line) for line in output).split("...")
    pattern = ".*".join(map(re.escape, parts))
    return re.fullmatch(pattern, _HASH.sub("HASH", said).rstrip("\n"), re.DOTALL) is not None


def test_every_command_does_what_stands_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    (tmp_path / "skillrepo").symlink_to(checkout.CHECKOUT)
    folder = tmp_path
    ran = 0
    for command in commands():
        words = shlex.split(command.line)
        if words[0] == "make":
            subprocess.run(["make", "-n", *words[1:]], cwd=checkout.CHECKOUT, check=True)
            continue
        if words[0] == "cd":
            folder /= words[1]
            continue
        done = subprocess.run(
            ["bash", "-c", command.line],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        said = f"$ {command.line}\n{done.stdout}"
        # A validation that finds errors is shown too.
        assert done.returncode == int(": error " in done.stdout), said
        assert matches(done.stdout, command.output), said
        ran += 1
    assert ran > 8


def test_the_first_commands_are_the_demo_and_the_tests() -> None:
    first, second, *_ = commands()
    assert (first.line, second.line) == ("make demo", "make test")


def test_links_lead_to_files() -> None:
    links = _LINK.findall(README)
    assert links
    assert [link for link in links if not (checkout.CHECKOUT / link).exists()] == []


def test_the_line_for_editors_is_the_one_that_init_writes(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "skillrepo", "init", tmp_path / "new"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    first = (tmp_path / "new/taxonomy.yaml").read_text().splitlines()[0]
    assert f"```yaml\n{first}\n```" in README


def test_every_command_line_of_the_tool_has_a_place_in_it() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "skillrepo", "--help"], capture_output=True, text=True, check=True
    )
    names = re.findall(r"^  ([a-z]+)  ", done.stdout.partition("Commands:")[2], re.MULTILINE)
    assert "validate" in names
    assert [name for name in names if f"skillrepo {name}" not in README] == []
