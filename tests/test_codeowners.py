"""CODEOWNERS as GitHub reads it; the examples are those of its documentation, and more."""

import pytest

from skillrepo import codeowners

EXAMPLE = """\
# all
*       @global-owner1 @global-owner2
*.js    @js-owner #inline
*.go docs@example.com
/build/logs/ @doctocat
docs/*  docs@example.com
apps/ @octocat
/scripts/ @doctocat @octocat
**/logs @octocat
/apps/github
"""


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("README", ("@global-owner1", "@global-owner2")),
        ("src/deep/a.js", ("@js-owner",)),
        ("a.go", ("docs@example.com",)),
        ("build/logs/a/b.txt", ("@octocat",)),
        ("docs/a.md", ("docs@example.com",)),
        ("docs/a/b.md", ("@global-owner1", "@global-owner2")),
        ("x/docs/a.md", ("@global-owner1", "@global-owner2")),
        ("x/apps/a/b.js", ("@octocat",)),
        ("scripts/a.sh", ("@doctocat", "@octocat")),
        ("x/scripts/a.sh", ("@global-owner1", "@global-owner2")),
        ("deeply/nested/logs/a", ("@octocat",)),
        ("apps/github/a", ()),
    ],
)
def test_example(path: str, owners: tuple[str, ...]) -> None:
    entry = codeowners.owner(codeowners.parse(EXAMPLE), path)
    assert entry is not None
    assert entry.owners == owners


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("/a", "a", True),
        ("/a", "a/b/c", True),
        ("/a", "x/a", False),
        ("a/b", "a/b/c", True),
        ("a/b", "x/a/b", False),
        ("a/", "a", False),
        ("a/", "x/a/b", True),
        ("/a/", "a/b", True),
        ("/*", "a", True),
        ("/*", "a/b", False),
        ("*", "a/b", True),
        ("a/**", "a/b/c", True),
        ("a/**", "a", False),
        ("a/**/c", "a/c", True),
        ("a/**/c", "a/b/b/c/d", True),
        ("a/**/c", "a/b", False),
        ("**/a/*", "x/a/b", True),
        ("**/a/*", "x/a/b/c", False),
        ("/a*/b?", "abc/bd/e", True),
        ("/a*/b?", "abc/b", False),
        ("A", "a", False),
        ("/a\\ b/", "a b/c", True),
        ("/a\\ b/", "a/b", False),
    ],
)
def test_pattern(pattern: str, path: str, matches: bool) -> None:  # noqa: FBT001 - a table
    entry = codeowners.owner(codeowners.parse(f"{pattern} @x"), path)
    assert (entry is not None) == matches


def test_what_github_cannot_read_is_skipped() -> None:
    text = "!/a @x\n\\#a @x\n/[ab] @x\n\n   \n# /a @x\n"
    assert codeowners.parse(text) == []


def test_entries() -> None:
    (entry,) = codeowners.parse("\n  /a\\ b @x y@z.org # @not\n")
    assert entry == (2, "/a\\ b", ("@x", "y@z.org"))
