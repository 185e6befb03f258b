"""Builds git's objects as bytes: blobs, trees, commits, and the pack that carries them.

Formats: https://git-scm.com/docs/gitformat-pack. Building them here costs one git process for
any number of files, where `hash-object` and `mktree` take one each, and works for SHA-256.
"""

import os
import re
import zlib
from collections.abc import Mapping

from skillrepo.errors import SkillRepoError

FILE = b"100644"
EXECUTABLE = b"100755"
FOLDER = b"40000"
_COMMIT = 1
_TREE = 2
_BLOB = 3
_NAMES = {_COMMIT: b"commit", _TREE: b"tree", _BLOB: b"blob"}

Entries = Mapping[bytes, tuple[bytes, bytes]]
"""What a tree holds: name → mode, object name in bytes."""


class NewObjects:
    """New objects, on their way into the repository as one pack."""

    def __init__(self, algorithm: str) -> None:
        self._algorithm = algorithm
        self._objects: dict[bytes, tuple[int, bytes]] = {}

    def add_folder(self, files: Mapping[str, tuple[bytes, bytes]]) -> bytes:
        """Take entries of files by their paths; give the name of the tree that holds them."""
        entries = {}
        below: dict[str, dict[str, tuple[bytes, bytes]]] = {}
        for path, entry in files.items():
            name, slash, rest = path.partition("/")
            if slash:
                below.setdefault(name, {})[rest] = entry
            else:
                entries[os.fsencode(name)] = entry
        for name, inner in below.items():
            entries[os.fsencode(name)] = (FOLDER, self.add_folder(inner))
        return self.add_tree(entries)

    def add_blob(self, content: bytes) -> bytes:
        """Take a file's content; give its name in bytes."""
        return self._add(_BLOB, content)

    def blob_name(self, content: bytes) -> bytes:
        """The name in bytes that a file's content has."""
        return self._hash(b"blob %d\0%s" % (len(content), content))

    def add_tree(self, entries: Entries) -> bytes:
        """Take a tree; give its name in bytes."""
        # git sorts a folder as if its name ended in a slash.
        order = sorted(entries.items(), key=lambda e: e[0] + b"/" * is_folder(e[1][0]))
        return self._add(
            _TREE, b"".join(b"%s %s\0%s" % (mode, name, oid) for name, (mode, oid) in order)
        )

    def add_commit(
        self, tree: bytes, parent: str | None, who: tuple[bytes, bytes], message: bytes
    ) -> bytes:
        """Take a commit, which is not signed; give its name in bytes.

        `who` are author and committer as `git var` gives them, with the time; `message` is UTF-8.
        """
        lines = [b"tree " + tree.hex().encode()]
        if parent:
            lines.append(b"parent " + parent.encode())
        lines += (b"author " + who[0], b"committer " + who[1], b"", message)
        return self._add(_COMMIT, b"\n".join(lines))

    def __len__(self) -> int:
        return len(self._objects)

    def pack(self, compression: int = 0) -> bytes:
        """Give all of them in git's pack format, version 2.

        A pipe needs no compression; a pack that stays should have some, of 1 to 9 as in zlib.
        """
        parts = [b"PACK", (2).to_bytes(4, "big"), len(self._objects).to_bytes(4, "big")]
        for kind, content in self._objects.values():
            # Four bits of the size beside the kind, then seven a byte; the top bit says "more".
            size = len(content)
            byte, size = kind << 4 | size & 15, size >> 4
            while size:
                parts.append(bytes([byte | 128]))
                byte, size = size & 127, size >> 7
            parts += (bytes([byte]), zlib.compress(content, compression))
        data = b"".join(parts)
        return data + self._hash(data)

    def _add(self, kind: int, content: bytes) -> bytes:
        header = b"%s %d\0" % (_NAMES[kind], len(content))
        oid = self._hash(header + content)
        self._objects[oid] = (kind, content)
        return oid

    def _hash(self, data: bytes) -> bytes:
        import hashlib  # noqa: PLC0415 - 5 ms, which one who only reads need not spend

        return hashlib.new(self._algorithm, data, usedforsecurity=False).digest()


def parse_tree(content: bytes, width: int) -> dict[bytes, tuple[bytes, bytes]]:
    """Give the entries of a tree whose object names have `width` bytes.

    SkillRepoError for a tree that git would not write, of which something would get lost.
    """
    found = re.findall(rb"([0-7]+) ([^\0]+)\0(.{%d})" % width, content, re.DOTALL)
    entries = {name: (mode, oid) for mode, name, oid in found}
    if sum(len(name) + len(mode) + width + 2 for name, (mode, _) in entries.items()) != len(
        content
    ):
        why = "a tree of the base commit is damaged: run `git fsck`"
        raise SkillRepoError(why)
    return entries


def is_folder(mode: bytes) -> bool:
    """Say whether an entry of this mode is a tree; old tools wrote it with a zero in front."""
    return mode.lstrip(b"0") == FOLDER
