r"""A CODEOWNERS file of GitHub → who owns a path.

https://docs.github.com/articles/about-code-owners: the last pattern that matches decides, patterns
are those of gitignore without `!`, `[ ]` and `\#`, and a line that GitHub cannot read is skipped.
"""

import re
from typing import NamedTuple

from skillrepo.globs import matches

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where the file may lie; GitHub takes the first."""

_LONGEST_LINE = 4_096
# No name in a path has it: behind a glob and a path it says that the glob ends where the path does.
_END = "/\0"


class Entry(NamedTuple):
    """A line with a pattern; without owners it takes them away."""

    line: int
    pattern: str
    owners: tuple[str, ...]


def parse(text: str) -> list[Entry]:
    """The entries of a file, in order."""
    found: list[Entry] = []
    for number, line in enumerate(text.split("\n"), start=1):
        words = _words(line)
        if words and not words[0].startswith(("!", "\\#")) and "[" not in words[0]:
            found.append(Entry(number, words[0], tuple(words[1:])))
    return found


def _words(line: str) -> list[str]:
    """The words of a line without its comment; a space behind a backslash is part of a word."""
    words = re.findall(r"(?:\\.|[^\s\\])+", line[:_LONGEST_LINE])
    comment = next((n for n, word in enumerate(words) if word.startswith("#")), len(words))
    return words[:comment]


def owner(entries: list[Entry], path: str) -> Entry | None:
    """The entry that decides who owns the file at `path`; None where no pattern matches."""
    return next((entry for entry in reversed(entries) if _matches(entry.pattern, path)), None)


def _matches(pattern: str, path: str) -> bool:
    """Whether the pattern names the file, or a folder above it."""
    plain = pattern.replace("\\ ", " ")
    glob = plain.strip("/")
    # As in gitignore: a slash at the front or in the middle ties the pattern to the root.
    tied = "/" in plain.rstrip("/")
    if not tied:
        glob = f"**/{glob}"
    if plain.endswith(("/", "/**")):
        return matches(f"{glob}/*", path)
    if tied and plain.endswith("/*"):
        # `docs/*` means the files in `docs`, and none in the folders below.
        return matches(glob + _END, path + _END)
    return matches(glob, path)
