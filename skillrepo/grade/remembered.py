"""What was made of git objects before: one file below the git directory, by key.

`skillrepo/routing-<code>` may be deleted at any time. Its name holds a hash of the installation, so
that what another version made counts for nothing. A line of it is one key:

    sum TAB key TAB value as JSON

`sum` is a hash of the rest: a damaged line counts for nothing. The file is replaced as a whole, so
a kill leaves the old one, and of two runs the later one wins.
"""

import json
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

from skillrepo import resource
from skillrepo.put_file import put_parts

_FORM = 1
"""Of the values; a change of it makes all that is remembered worthless."""
_KEPT = 2
"""Files of other versions that are kept, for those who work with two."""


class Remembered:
    """Values by key; `folder` is where they are kept, None for nowhere.

    A key is text without tabs and line ends, a value is whatever JSON can hold.
    """

    def __init__(self, folder: Path | None) -> None:
        code = digest(f"{_FORM}\n{resource.stamp()}")
        self._file = folder / f"routing-{code}" if folder else None
        self._lines = dict(self._read())
        self._used: dict[bytes, bytes] = {}
        self._is_new = False

    def _read(self) -> Iterator[tuple[bytes, bytes]]:
        if self._file is None:
            return
        try:
            data = self._file.read_bytes()
        except OSError:
            return  # there is none yet, or it may not be read
        for line in data.split(b"\n"):
            parts = line.split(b"\t", 2)
            if len(parts) == 3:  # noqa: PLR2004 - as above
                yield parts[1], line

    def recall(self, key: str) -> Any:
        """The value of a key; None where it is not known."""
        name = key.encode()
        line = self._used.get(name) or self._lines.get(name)
        if line is None:
            return None
        total, _, rest = line.partition(b"\t")
        if total != _sum(rest):
            return None
        self._used[name] = line
        return json.loads(rest.partition(b"\t")[2])

    def learn(self, key: str, value: object) -> None:
        """Take a value."""
        name = key.encode()
        rest = name + b"\t" + json.dumps(value, separators=(",", ":")).encode()
        self._used[name] = _sum(rest) + b"\t" + rest
        self._is_new = True

    def save(self) -> None:
        """Write what was used, if there is something new; what cannot be written is lost."""
        if self._file is None or not self._is_new:
            return
        # As much again is kept of what was not used: it may be of another branch.
        others = [line for key, line in self._lines.items() if key not in self._used]
        lines = [*self._used.values(), *others[: len(self._used)]]
        try:
            put_parts(self._file, (b"%b\n" % line for line in lines))
            _tidy(self._file.parent)
        except OSError:
            return  # a read-only checkout, a full disk: the next run reads again
        self._is_new = False


def _tidy(folder: Path) -> None:
    files = sorted(folder.glob("routing-*"), key=lambda file: file.stat().st_mtime)
    for file in files[:-_KEPT]:
        file.unlink(missing_ok=True)


def _sum(data: bytes) -> bytes:
    return blake2b(data, digest_size=8).hexdigest().encode()


def digest(text: str) -> str:
    """A hash of a text as a key or part of a file name."""
    return blake2b(text.encode(errors="surrogatepass"), digest_size=16).hexdigest()
