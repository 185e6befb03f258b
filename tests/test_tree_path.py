"""What may stand in a tree: hostile names are refused, real ones are not."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillrepo.tree_path import (
    MAX_LENGTH,
    MAX_SEGMENT,
    clash_problem,
    path_problem,
    paths_problem,
    same_file_key,
)

GOOD = [
    "SKILL.md",
    "skills/data/pdf-merge/SKILL.md",
    "references/a b.md",
    "references/überblick.md",
    "参考/手册.md",
    ".gitignore",
    ".github/workflows/skills.yml",
    "git",
    "digit~1x",
    "console.md",
    "com10.txt",
    "auxiliary/nullable.py",
    "-rf",
    "--output=x",
    "$(touch x)",
    "a;b",
    "...a",
    "👍.md",
    "a" * MAX_SEGMENT,
]

BAD = {
    "": "empty",
    "/etc/passwd": "absolute",
    "//server/share": "absolute",
    "a//b": "empty part",
    "a/": "empty part",
    "..": "`..`",
    "a/../b": "`..`",
    "./a": "`.`",
    "a\\b": "has one of",
    "C:/x": "has one of",
    "a:b": "has one of",
    ".git::$INDEX_ALLOCATION/config": "has one of",
    "what?": "has one of",
    "*": "has one of",
    '"': "has one of",
    "a<b": "has one of",
    "a>b": "has one of",
    "a|b": "has one of",
    "a\nb": "invisible",
    "a\0b": "invisible",
    "a\x1b[2Jb": "invisible",
    "a\x7f": "invisible",
    "a\x85": "invisible",
    "a\u2028b": "invisible",
    "a\u202eb": "invisible",
    "\ufeffa": "invisible",
    "a\udcff": "invisible",
    ".g\u200cit/config": "invisible",
    "trailing.": "dot or a space",
    "trailing /x": "dot or a space",
    ".git ": "dot or a space",
    "...": "dot or a space",
    "u\u0308.md": "normal form",
    ".git": "`.git`",
    "a/.GIT/config": "`.git`",
    ".Git/hooks/x": "`.git`",
    "git~1": "`.git`",
    "GIT~12/config": "`.git`",
    ".gitmodules": "`.git`",
    "gitmod~1": "`.git`",
    "GI7EBA~1": "`.git`",
    "con": "device",
    "NUL.txt": "device",
    "a/aux.tar.gz/b": "device",
    "con .txt": "device",
    "Lpt1": "device",
    "com¹": "device",
    "CONIN$": "device",
    "a" * (MAX_SEGMENT + 1): "more than 100 characters",
    "漢" * 90: "more than 255 bytes",
    "a/" * (MAX_LENGTH // 2) + "b": f"{MAX_LENGTH + 1} characters",
}


@pytest.mark.parametrize("path", GOOD)
def test_accepts(path: str) -> None:
    assert path_problem(path) is None


@pytest.mark.parametrize(("path", "why"), BAD.items())
def test_refuses(path: str, why: str) -> None:
    problem = path_problem(path)
    assert problem is not None
    assert why in problem


@given(st.text())
def test_any_text_is_judged_and_the_message_is_printable(path: str) -> None:
    problem = path_problem(path)
    if problem is None:
        assert unicodedata.is_normalized("NFC", path)
        assert not set(path) & set('\0\n\x1b\u200c\u202e\\:*?"<>|')
        assert {"", ".", "..", ".git"}.isdisjoint(path.lower().split("/"))
    else:
        assert problem.isprintable()


@pytest.mark.parametrize(
    ("paths", "why"),
    [
        (["a", "b/../c"], "`..`"),
        (["README.md", "readme.md"], "case"),
        (["Docs/a", "docs/b"], "case"),
        (["straße", "STRASSE"], "case"),
        (["a", "a/b"], "a file and a folder"),
        (["a/b", "a"], "a file and a folder"),
    ],
)
def test_refuses_a_set(paths: list[str], why: str) -> None:
    problem = paths_problem(paths)
    assert problem is not None
    assert why in problem


def test_accepts_a_set() -> None:
    assert paths_problem([]) is None
    assert paths_problem(["SKILL.md", "references/a.md", "references/b.md", "a-b", "a/b"]) is None


def test_key_ignores_case_and_normal_form() -> None:
    assert same_file_key("U\u0308ber") == same_file_key("über")
    assert same_file_key("a") != same_file_key("b")


@pytest.mark.parametrize(
    ("path", "clashes"),
    [
        ("a/b", False),
        ("dir/new", False),
        ("link", True),
        ("LINK", True),
        ("link/x", True),
        ("dir", True),
        ("Dir/x", True),
        ("dir/sub/file/x", True),
    ],
)
def test_clash_problem(path: str, *, clashes: bool) -> None:
    assert bool(clash_problem([path], {"link", "dir/sub/file", "aux.c:x"})) is clashes
