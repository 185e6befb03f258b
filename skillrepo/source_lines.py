"""The text of single lines of the files of a source, for what shows or compares them."""

import os

from skillrepo.document import text_of
from skillrepo.files import Source

_HELD = 4
"""Files whose lines are held: findings come in the order of their files."""


class SourceLines:
    """Gives a line by path and number; call it."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._held: dict[str, list[str]] = {}

    def __call__(self, path: str, line: int) -> str | None:
        """The text of a line, None where there is none or the file is not text."""
        lines = self._lines(path)
        return lines[line - 1] if 0 < line <= len(lines) else None

    def raw(self, path: str) -> bytes | None:
        """The bytes of a file that is not text, the target of a link; else None."""
        kind = self._source.kind(path)
        if kind == "link":
            return os.fsencode(self._source.link(path))
        if kind != "file" or self._lines(path):
            return None
        data = next(self._source.read([path]))
        return data if isinstance(data, bytes) else None

    def _lines(self, path: str) -> list[str]:
        if path not in self._held:
            data = next(self._source.read([path])) if self._source.kind(path) == "file" else None
            text = text_of(data) if isinstance(data, bytes) else None
            if len(self._held) >= _HELD:
                del self._held[next(iter(self._held))]
            self._held[path] = [] if text is None else text.split("\n")
        return self._held[path]
