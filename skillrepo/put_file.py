"""Puts a file in place at once: whoever looks sees the old one or the whole new one."""

import os
import threading
from collections.abc import Iterable
from pathlib import Path


def put(
    target: Path, data: bytes, *, mode: int = 0o666, exact: bool = False, lasting: bool = False
) -> None:
    """Write the bytes of a file, as `put_parts` does."""
    put_parts(target, (data,), mode=mode, exact=exact, lasting=lasting)


def put_parts(
    target: Path,
    parts: Iterable[bytes],
    *,
    mode: int = 0o666,
    exact: bool = False,
    lasting: bool = False,
) -> None:
    """Write a file part by part, and make the folders that it needs.

    A symbolic link in its place is replaced; nothing is written through it. The user's umask is
    taken off `mode`, unless that is to be `exact`. What is `lasting` is on the disk when this
    returns, and outlives a loss of power. Raises OSError.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    # Not the file's own name with something added: it may be as long as a name may be.
    new = target.with_name(f".skillrepo-{os.getpid()}-{threading.get_native_id()}.new")
    try:
        # Who was killed may have left one of our name, which nobody else writes to.
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.writelines(parts)
            if exact:
                os.fchmod(file.fileno(), mode)
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        new.replace(target)
        if lasting:
            _sync_folder(target.parent)
    finally:
        new.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def replace(target: Path, before: bytes, data: bytes) -> bool:
    """Give a file new bytes and keep its mode; False where it no longer holds `before`."""
    if target.is_symlink() or not target.is_file() or target.read_bytes() != before:
        return False
    put(target, data, mode=target.stat().st_mode & 0o7777, exact=True)
    return True
