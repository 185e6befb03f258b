"""The path of every SKILL.md in the tree of HEAD, remembered, and found by the folder's name.

The file `skillrepo/skills` below the git directory may be deleted at any time. Its lines are
`+PATH` and `-PATH` as JSON, and `tree OID SUM` behind those of a tree: when HEAD has moved, the
difference is added at the end. The sum is a CRC-32 of all that stands above it: a file that was
edited, or torn since a process was killed, is made anew.
"""

import json
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cached_property
from posixpath import dirname

from skillrepo.git import Repository
from skillrepo.put_file import put

_FILE = "skillrepo/skills"
_NAME = "skill.md"
_LAST = re.compile(r"tree ([0-9a-f]{40}(?:[0-9a-f]{24})?) ([0-9a-f]{8})\n\Z")
_MOST_TREES = 200
"""Then the file is made anew, and small."""


class SkillPaths:
    """The paths in one tree; `tree` is None before the first commit."""

    def __init__(self, repository: Repository, tree: str | None) -> None:
        self._repository = repository
        self._tree = tree
        self._file = repository.git_dir / _FILE

    def named(self, name: str) -> set[str]:
        """The paths of the SKILL.md, in any case, in folders of this name, in any case."""
        found: set[str] = set()
        for form in {name.lower(), name.casefold()}:
            wanted = json.dumps(f"{form}/{_NAME}")[1:] + "\n"
            for at in self._places(wanted):
                if self._text[at - 1] in '/"':
                    self._take(self._line(at), found)
        # Letters beyond ASCII may fold to others (`ß` to `ss`), so they are not to be searched for.
        odd: set[str] = set()
        for at in self._places("\\u"):
            self._take(self._line(at), odd)
        return found | self.among(odd, name)

    def _places(self, words: str) -> Iterator[int]:
        at = self._lower.find(words)
        while at >= 0:
            yield at
            at = self._lower.find(words, at + 1)

    def _line(self, at: int) -> str:
        return self._text[self._text.rfind("\n", 0, at) + 1 : self._text.find("\n", at)]

    @staticmethod
    def among(paths: Iterable[str], name: str) -> set[str]:
        """Those of the paths that are a SKILL.md, in any case, in a folder of this name."""
        return {
            path
            for path in paths
            if path[-len(_NAME) :].lower() == _NAME
            and dirname(path).rpartition("/")[2].casefold() == name.casefold()
        }

    @cached_property
    def _lower(self) -> str:
        # The text is ASCII, so the places are the same.
        return self._text.lower()

    @staticmethod
    def _take(line: str, found: set[str]) -> None:
        with suppress(ValueError):
            if line.startswith("+"):
                found.add(json.loads(line[1:]))
            elif line.startswith("-"):
                found.discard(json.loads(line[1:]))

    @cached_property
    def _text(self) -> str:
        """The text of the file, brought up to this tree."""
        if self._tree is None:
            return ""
        text, tree = self._remembered()
        if tree == self._tree:
            return text
        changes = None
        if tree and text.count("\ntree ") < _MOST_TREES:
            changes = self._repository.tree_changes(tree, self._tree)
        if changes is None:
            paths = self._repository.tree_entries(self._tree)
            text = self._ended(self._lines((path, True) for path in sorted(paths)))
            with suppress(OSError):  # a read-only repository
                put(self._file, text.encode("ascii"))
            return text
        whole = self._ended(text + self._lines(changes.items()))
        with suppress(OSError), self._file.open("a", encoding="ascii") as file:
            file.write(whole[len(text) :])
        return whole

    def _remembered(self) -> tuple[str, str | None]:
        """The text of the file, and the tree that it ends with; None where it is not sound."""
        try:
            text = self._file.read_bytes().decode("ascii")
        except (OSError, ValueError):
            return "", None
        start = text.rfind("\ntree ") + 1
        last = _LAST.match(text, start)
        return text, last[1] if last and last[2] == _sum(text[:start]) else None

    def _ended(self, text: str) -> str:
        return f"{text}tree {self._tree} {_sum(text)}\n"

    @staticmethod
    def _lines(paths: Iterable[tuple[str, bool]]) -> str:
        return "".join(
            f"{'+' if there else '-'}{json.dumps(path)}\n"
            for path, there in paths
            if path[-len(_NAME) :].lower() == _NAME
        )


def _sum(text: str) -> str:
    return f"{zlib.crc32(text.encode('ascii')):08x}"
