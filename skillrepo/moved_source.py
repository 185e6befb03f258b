"""A source as it is after a move: `Moved`."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from posixpath import dirname

from skillrepo.files import Kind, Source, within
from skillrepo.move import Move


class Moved:
    """The files of a source with one folder at another place."""

    def __init__(self, below: Source, move: Move) -> None:
        self.name = below.name
        self._below = below
        self._move = move

    @cached_property
    def _files(self) -> list[str]:
        return sorted(map(self._move.now, self._below.files()))

    def files(self, under: str = "") -> list[str]:
        """Every file below the folder."""
        return [path for path in self._files if not under or path.startswith(f"{under}/")]

    def executable(self, path: str) -> bool:
        """Whether the file may be run."""
        was = self._move.was(path)
        return was is not None and self._below.executable(was)

    def kind(self, path: str) -> Kind:
        """What stands at a path."""
        was = self._move.was(path)
        kind = "missing" if was is None else self._below.kind(was)
        above = kind == "missing" and within(dirname(self._move.new_folder), path)
        return "folder" if above and self._below.kind(self._move.old_folder) == "folder" else kind

    def read(self, paths: Iterable[str]) -> Iterator[bytes | int | None]:
        """The bytes of each file."""
        for path in paths:
            was = self._move.was(path)
            yield None if was is None else next(iter(self._below.read([was])))

    def link(self, path: str) -> str:
        """The target of a symbolic link, which does not change."""
        return self._below.link(self._move.was(path) or path)

    def stamp(self, path: str) -> str:
        """What changes when the file does."""
        return self._below.stamp(self._move.was(path) or path)

    def object_id(self, path: str, data: bytes | None = None) -> str:
        """Git's mode and blob."""
        return self._below.object_id(self._move.was(path) or path, data)
