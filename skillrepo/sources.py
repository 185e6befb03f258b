"""Files and folders that a user names → `Source`s."""

import hashlib
import os
import stat
import time
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath
from posixpath import join, normpath

from skillrepo import pdf
from skillrepo.draft import Source
from skillrepo.errors import SkillRepoError
from skillrepo.visible import one_line

MAX_FILE_BYTES = 2_000_000
MAX_FILES = 200
MAX_CHARACTERS = 10_000_000
# Of a folder, whatever they are: a drive that is named by mistake is not read to its end.
MAX_LOOKED_AT = 5_000
_NAMED_LEFT_OUT = 20
_NOT_TEXT = "not text in UTF-8; convert it first"


def read(
    paths: Sequence[Path], *, inside: Path | None = None
) -> tuple[tuple[Source, ...], tuple[str, ...]]:
    """Read each file, and each text file below each folder; and say what was left out.

    A file that is named must be text in UTF-8 or a PDF; in a folder, what is neither, hidden, a
    link or too large is left out. A file that is named twice is read once. Where a stranger may
    have written the paths, they lead down from the folder `inside`, and a link that leaves it or a
    hidden part is refused. Raises `SkillRepoError` for a name that cannot be read, a folder
    without text, and where the whole is over the limits.
    """
    reading = _Reading(inside or Path())
    for path in paths:
        if inside and (why := _outside(inside, path)):
            raise SkillRepoError(f"--from {one_line(str(path))}: {why}")
        if _is_folder(reading.start / path):
            reading.add_folder(path)
        else:
            reading.add_file(path)
    more = len(reading.left_out) - _NAMED_LEFT_OUT
    rest = [f"{more:,} more files were left out."] if more > 0 else []
    return tuple(reading.found.values()), (*reading.left_out[:_NAMED_LEFT_OUT], *rest)


class _Reading:
    """What was found so far, by the path that is shown for it; paths start at a folder."""

    def __init__(self, start: Path) -> None:
        self.start = start
        self.found: dict[str, Source] = {}
        self.left_out: list[str] = []
        self._seen: set[Path] = set()
        self._characters = 0
        self._seconds = pdf.SECONDS

    def add_file(self, path: Path) -> None:
        read = _read(self.start / path)
        if isinstance(read, str):
            raise SkillRepoError(f"--from {one_line(str(path))}: {read}")
        if why := self._add(_shown(path), self.start / path, read):
            raise SkillRepoError(f"--from {one_line(str(path))}: {why}")

    def add_folder(self, folder: Path) -> None:
        name = _shown(folder)
        texts = 0
        top = self.start / folder
        for number, path in enumerate(_walk(top, self.left_out), start=1):
            if number > MAX_LOOKED_AT:
                message = f"--from {folder}: holds more than {MAX_LOOKED_AT:,} files; name fewer"
                raise SkillRepoError(message)
            shown = join(name, path.relative_to(top).as_posix())
            read = "a symbolic link" if _is_link(path) else _read(path)
            why = read if isinstance(read, str) else self._add(shown, path, read)
            if why:
                self.left_out.append(f"{shown} was left out: {why}.")
            else:
                texts += 1
        if not texts:
            raise SkillRepoError(f"--from {folder}: holds no file that is text in UTF-8")

    def _add(self, shown: str, path: Path, data: bytes) -> str | None:
        """Take what was read; why not, if it is a PDF that cannot be."""
        real = path.resolve()
        if real in self._seen:
            return None
        text, why = self._pdf(data) if pdf.is_pdf(data) else (data.decode("utf-8-sig"), None)
        if why:
            return why
        self._seen.add(real)
        # Two files that are called alike are told apart by the folders they lie in.
        parts = real.parts
        longer = ("/".join(parts[-length:]) for length in range(1, len(parts) + 1))
        names = (name for name in (shown, *longer) if name not in self.found)
        name = next(names)
        source = Source(name, text, hashlib.sha256(data).hexdigest())
        self.found[name] = source
        self._characters += len(source.text)
        if len(self.found) > MAX_FILES or self._characters > MAX_CHARACTERS:
            message = (
                f"the sources are more than {MAX_FILES:,} files or {MAX_CHARACTERS:,} characters; "
                "name fewer with --from"
            )
            raise SkillRepoError(message)
        return None

    def _pdf(self, data: bytes) -> tuple[str, str | None]:
        began = time.monotonic()
        if self._seconds <= 0:
            return "", f"reading PDFs has taken {pdf.SECONDS:g} seconds; name fewer"
        found = pdf.text_of(data, self._seconds)
        self._seconds -= time.monotonic() - began
        return found


def _outside(folder: Path, path: Path) -> str | None:
    """Why a path that a stranger wrote is not read; None where it is."""
    if path.is_absolute() or any(part.startswith(".") for part in path.parts):
        return "must lead down from the folder, without a part that begins with a dot"
    try:
        if not (folder / path).resolve().is_relative_to(folder.resolve()):
            return "is a symbolic link that leaves the folder"
    except (OSError, RuntimeError, ValueError):
        return "cannot be a path"
    return None


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _is_link(path: Path) -> bool:
    return os.path.islink(path)  # noqa: PTH114 - the method raises where a path is too long


def _shown(path: Path) -> str:
    """The path as it was given if that leads down from the current folder, else its last part."""
    plain = PurePath(normpath(path))
    if plain.parts and not plain.is_absolute() and ".." not in plain.parts:
        return plain.as_posix()
    return plain.name if plain.name not in ("", "..") else path.resolve().name


def _walk(folder: Path, left_out: list[str]) -> Iterator[Path]:
    def unreadable(error: OSError) -> None:
        left_out.append(f"{error.filename} was left out: {error.strerror}.")

    for base, folders, names in os.walk(folder, onerror=unreadable):
        links = [name for name in folders if _is_link(Path(base) / name)]
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        shown = (name for name in (*names, *links) if not name.startswith("."))
        yield from (Path(base) / name for name in sorted(shown))


def _read(path: Path) -> bytes | str:
    """The bytes of a text file or a PDF, or why it is none."""
    try:
        # Without blocking, or a FIFO would hold us.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return "not a regular file"
            # Some files of /proc are regular, and have nothing to give without blocking.
            data: bytes | None = file.read(MAX_FILE_BYTES + 1)
            most = MAX_FILE_BYTES
            if data and pdf.is_pdf(data):
                most = pdf.MAX_BYTES
                data += file.read(most + 1 - len(data))
    except OSError as error:
        return str(error.strerror)
    if data is None:
        return "gives nothing to read"
    if len(data) > most:
        return f"larger than {most:,} bytes; name a part of it"
    return data if pdf.is_pdf(data) or _is_text(data) else _NOT_TEXT


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return b"\0" not in data
