"""The rules about SKILL.md and its files, where a fixture cannot show it: bytes, fixes, sizes."""

from pathlib import Path

import pytest
from content_repo import skill

from skillrepo.bundle import MOST_BYTES, MOST_FILES
from skillrepo.check import check
from skillrepo.context import Context
from skillrepo.document import MAX_BYTES
from skillrepo.files import Folder
from skillrepo.finding import Finding
from skillrepo.rule import Rule
from skillrepo.rules import (
    conflict_markers,
    fences_closed,
    file_sizes,
    files_readable,
    line_ends,
)

FENCES = fences_closed.RULE
LINE_ENDS = line_ends.RULE
CONFLICTS = conflict_markers.RULE
SIZES = file_sizes.RULE
READABLE = files_readable.RULE
LINE = b"A lion rampant, or on azure, below a crown of three leaves.\n"


@pytest.fixture
def wax(tmp_path: Path) -> Path:
    (tmp_path / "wax/references").mkdir(parents=True)
    (tmp_path / "wax/SKILL.md").write_text(skill("wax"))
    return tmp_path / "wax"


def found_in(root: Path, rule: Rule) -> list[Finding]:
    context = Context.of(Folder(root))
    skills = context.library.load(context.library.skill_files)
    return list(check(skills, [rule], context, "house").findings)


def fixed(root: Path, finding: Finding) -> bytes:
    """Apply the finding's fix to its file, and give what the file holds then."""
    assert finding.fix is not None
    path = root / finding.path
    data = path.read_bytes()
    for edit in reversed(finding.fix.edits):
        data = data[: edit.start] + edit.text.encode() + data[edit.end :]
    path.write_bytes(data)
    return data


# --- Fences ----------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("rest", ["", "\n", "\n\n \n", "  \n"])
@pytest.mark.parametrize("name", ["SKILL.md", "references/arms.md"])
@pytest.mark.parametrize(
    ("code", "closing"),
    [
        ("```sh\nseals --list", "```"),
        ("~~~~ sh\nseals --list\n\n  --all é", "~~~~"),
        ("  ```python\n  import os\n\n\n  class Seal:\n      pass\n\n  Seal().read()", "  ```"),
        ("```\nlion\n  ~ eagle", "```"),
        ("````yaml\nname: wax\n\nkind:\n  - red", "````"),
    ],
)
def test_open_fence_is_closed_at_the_end(  # noqa: PLR0913, PLR0917 - parts of the file
    code: str, closing: str, name: str, rest: str, end: str, wax: Path
) -> None:
    before = skill("wax", body=f"# Wax\n\n```text\nlion\n```\n\n{code}").replace("\n", end)
    (wax / name).write_bytes((before + rest.replace("\n", end)).encode())
    (finding,) = found_in(wax, FENCES)
    assert finding.path == name
    blanks = rest[: len(rest) - len(rest.lstrip(" "))]
    after = rest.removeprefix(blanks).replace("\n", end)
    assert fixed(wax, finding).decode() == before + blanks + end + closing + after
    assert found_in(wax, FENCES) == []


@pytest.mark.parametrize(
    "code",
    [
        "```sh\nseals --list\n\nThen compare the arms.\n",
        "```sh\nseals --list\n\n那么比较。\n",
        "```sh\nseals --list\n\nThen compare the arms\n",
        "```sh\nseals --list\n\nSteps:\n\n1. Look.\n",
        "```sh\nseals --list\n\n- Look.\n",
        "```sh\nseals --list\n\n1. Look.\n",
        "```sh\nseals --list\n\n> Look.\n",
        "```sh\nseals --list\n\n**Look**\n",
        "```sh\nseals --list\n## Dating\n",
        "```markdown\n# Report\n",
        "```text\nlion\n",
        "```sh\n",
        "```sh\n\n",
        "```\n\nlion\n",
        "```\nlion\n\neagle\n",
        "Look:\n```\nlion\n",
        "````sh\nseals\n```\n",
        "- ```sh\n  seals\n",
        "> ```sh\n> seals\n",
        "```md\n```sh\nseals\n```\n```\n\n```sh\nseals\n",
        "```md\n```sh\nseals\n```\n",
    ],
)
def test_open_fence_without_one_right_end(code: str, wax: Path) -> None:
    (wax / "SKILL.md").write_text(skill("wax", body=code))
    assert {finding.fix for finding in found_in(wax, FENCES)} == {None}


def test_a_message_about_many_marks_is_short(wax: Path) -> None:
    (wax / "SKILL.md").write_text(skill("wax", body=f"{'~' * 9_000} sh\nseals\n"))
    (finding,) = found_in(wax, FENCES)
    assert finding.message.endswith("by a line of 9,000 “~”")


# --- Line ends -------------------------------------------------------------------------------


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize(
    ("odd", "even"),
    [
        (b"a\r\nb\r\n", b"a\nb\n"),
        (b"a\r\nb\nc\r\n\r\n", b"a\nb\nc\n\n"),
        (b"a\rb\r", b"a\nb\n"),
        (b"a\r\r\n\rb\n", b"a\n\n\nb\n"),
        ("é\r\nü 🕯\r\n\x0b\u2028z".encode(), "é\nü 🕯\n\x0b\u2028z".encode()),
    ],
)
def test_lines_are_made_to_end_with_lf(odd: bytes, even: bytes, start: bytes, wax: Path) -> None:
    head = start + skill("wax").encode()
    (wax / "SKILL.md").write_bytes(head + odd)
    (finding,) = found_in(wax, LINE_ENDS)
    assert finding.line == head.count(b"\n") + 1
    assert fixed(wax, finding) == head + even
    assert found_in(wax, LINE_ENDS) == []


def test_a_file_that_is_not_text_has_no_lines(wax: Path) -> None:
    (wax / "SKILL.md").write_bytes(b"<<<<<<< HEAD\r\n\0>>>>>>> main\r\n")
    assert found_in(wax, LINE_ENDS) == found_in(wax, CONFLICTS) == []


# --- Sizes and encodings of the other files --------------------------------------------------


def test_large_files_that_are_not_text(wax: Path) -> None:
    for name in ("seal.png", "arms.woff2", "arms.zip", "arms", "arms.bin"):
        (wax / name).write_bytes(b"x" * (MAX_BYTES + 1))
    assert found_in(wax, SIZES) == []


def test_large_text(wax: Path) -> None:
    for name in ("b.CSV", "a.py", "c.json"):
        (wax / "references" / name).write_bytes(b"x" * (MAX_BYTES + 1))
    (wax / "d.md").write_bytes(b"x" * MAX_BYTES)
    found = found_in(wax, SIZES)
    assert [(each.path, each.line, each.column) for each in found] == [
        (f"references/{name}", 1, 1) for name in ("a.py", "b.CSV", "c.json")
    ]


def test_a_large_page(wax: Path) -> None:
    (wax / "references/register.md").write_bytes(LINE * (MAX_BYTES // len(LINE) + 1))
    (finding,) = found_in(wax, SIZES)
    assert (finding.path, finding.line, finding.column) == ("references/register.md", 1, 1)
    said = "has 1,048,620 bytes, more than the limit of 1,048,576, and nobody looked into it"
    assert finding.message.startswith(said)


def test_too_many_files(wax: Path) -> None:
    for number in range(MOST_FILES + 2):
        (wax / f"references/{number:04}.md").write_bytes(LINE)
        (wax / f"{number:04}.png").write_bytes(b"\0")
    (finding,) = found_in(wax, SIZES)
    assert (finding.path, finding.line) == ("SKILL.md", 1)
    assert finding.message.startswith("1,002 text files (`references/0000.md` is the first)")


def test_too_much_text(wax: Path) -> None:
    for number in range(MOST_BYTES // MAX_BYTES + 3):
        (wax / f"references/{number:02}.txt").write_bytes(b"x" * MAX_BYTES)
    (finding,) = found_in(wax, SIZES)
    assert finding.message.startswith("2 text files (`references/17.txt` is the first)")
    assert found_in(wax, READABLE) == []
