"""What a batch remembers of each brief, so that a finished draft is never paid for twice.

A draft is written down, and on the disk, before its branch is asked for; the commit and the branch
are on the disk (git's core.fsync) before the record is replaced by a short one that names them. So
neither a kill nor a loss of power leaves a record of a branch that was not made, and a draft that
was written down stays. Whoever finds the branch without that record has its trailers. Of a loss
of power is promised what the disk promises of fsync, and nothing of drafts that a writer or a
cluster had not given back. Where commits are signed, or the file system ignores case, branches are
made one by one, and are as safe as git's own.
"""

import base64
import binascii
import fcntl
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skillrepo.draft import Draft
from skillrepo.drafting import Drafted
from skillrepo.errors import SkillRepoError
from skillrepo.put_file import put

_VERSION = 1
_UNREADABLE = (
    *(OSError, ValueError, LookupError, TypeError, AttributeError, binascii.Error),
    # What is nested too deep, and a number without end.
    *(RecursionError, OverflowError),
)


@dataclass(frozen=True, slots=True)
class Landed:
    """A draft that is on a branch; `gate` is what the check said of it."""

    name: str
    branch: str
    commit: str
    rounds: int
    gate: str


@dataclass(frozen=True, slots=True)
class Records:
    """The records in a folder, one file a draft: whole while it has no branch, short afterwards."""

    folder: Path

    @contextmanager
    def alone(self, work: str) -> Iterator[None]:
        """Hold a lock, which ends with the process, however it ends.

        SkillRepoError where another process holds the same, or the folder cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            file = (self.folder / f"{work}.lock").open("wb")
        except OSError as error:
            raise self._unwritable(error) from None
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise SkillRepoError("another process works on this batch; wait for it") from None
            yield

    def load(self, key: str) -> Drafted | Landed | None:
        """What is remembered; None where there is nothing, or nothing that can be read."""
        try:
            value = json.loads(self.file(key).read_bytes())
            return _landed(value) if "branch" in value else _drafted(value)
        except _UNREADABLE:
            return None

    def store(self, key: str, drafted: Drafted) -> None:
        """Remember a draft with its files, come what may. Raises `SkillRepoError`."""
        draft = drafted.draft
        files = {path: base64.b64encode(data).decode() for path, data in draft.files.items()}
        self._put(
            key,
            {
                "category": draft.category,
                "name": draft.name,
                "files": files,
                "writer": draft.writer,
                "model": draft.model,
                "program": draft.program,
                "draft_notes": draft.notes,
                "rounds": drafted.rounds,
                "notes": drafted.notes,
            },
            lasting=True,
        )

    def finish(self, key: str, landed: Landed) -> None:
        """Remember of a draft that it is on its branch, and its files no longer.

        Not waiting for the disk: were this lost, the trailers of the branch would say the same.
        Raises `SkillRepoError`.
        """
        fields = ("name", "branch", "commit", "rounds", "gate")
        self._put(key, {field: getattr(landed, field) for field in fields}, lasting=False)

    def forget(self, key: str) -> None:
        """Let the draft be written again."""
        self.file(key).unlink(missing_ok=True)

    def file(self, key: str) -> Path:
        """Where the record of a draft lies."""
        return self.folder / f"{key}.json"

    def _put(self, key: str, value: Mapping[str, Any], *, lasting: bool) -> None:
        data = json.dumps({"version": _VERSION, **value}).encode()
        try:
            put(self.file(key), data, lasting=lasting)
        except OSError as error:
            raise self._unwritable(error) from None

    def _unwritable(self, error: OSError) -> SkillRepoError:
        return SkillRepoError(f"{self.folder} cannot be written: {error.strerror}")


def _landed(value: Mapping[str, Any]) -> Landed:
    return Landed(
        str(value["name"]),
        str(value["branch"]),
        str(value["commit"]),
        int(value["rounds"]),
        str(value["gate"]),
    )


def _drafted(value: Mapping[str, Any]) -> Drafted:
    files = {
        str(path): base64.b64decode(text, validate=True) for path, text in value["files"].items()
    }
    draft = Draft(
        str(value["category"]),
        str(value["name"]),
        files,
        str(value["writer"]),
        model=_text(value["model"]),
        program=_text(value["program"]),
        notes=tuple(map(str, value["draft_notes"])),
    )
    return Drafted(draft, int(value["rounds"]), tuple(map(str, value["notes"])), passes=True)


def _text(value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError
    return value
