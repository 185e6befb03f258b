"""The report that the first stage left: read as what a stranger wrote.

A pull request from a fork can have its job write any report, so it is one regular file of a usual
size, JSON of our own shape, of the commit that the run was for; and no text of it is ever taken
for Markdown.
"""

import json
import os
import stat
from pathlib import Path

from skillrepo import schema
from skillrepo.errors import SkillRepoError
from skillrepo.grade.graded import Graded
from skillrepo.output import grade_read
from skillrepo.visible import one_line

NAME = "grade.json"
_MOST_BYTES = 8 << 20


def read_report(folder: Path, head: str) -> Graded | None:
    """The report in a folder, None where there is none. SkillRepoError for one that is unfit."""
    try:
        data = _bytes(folder / NAME)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SkillRepoError(f"the report {NAME} cannot be read: {error.strerror}") from None
    try:
        value = json.loads(data, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise SkillRepoError(f"the report {NAME} is no JSON") from None
    for violation in schema.violations("grade", value):
        why = one_line(schema.explain(violation))
        raise SkillRepoError(f"the report {NAME} is not of this version's shape: {why}")
    found = grade_read.read(value)
    if found.head != head:
        raise SkillRepoError(f"the report {NAME} is of another commit than its run")
    return found


def _bytes(file: Path) -> bytes:
    # Neither through a link nor from a FIFO.
    handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as opened:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise SkillRepoError(f"the report {NAME} is no regular file")
        data = opened.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise SkillRepoError(f"the report {NAME} has more than {_MOST_BYTES >> 20} MiB")
    return data


def _no_number(name: str) -> float:
    raise ValueError(name)
