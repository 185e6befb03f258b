"""What the rules found: `Severity`, `Edit`, `Fix`, `Finding` and `Report`.

The types of the hook's path are named tuples: a frozen dataclass takes 0.9 ms to define, a named
tuple 0.1 ms, and a hook that looks at one file defines thirty of them.
"""

from collections.abc import Callable
from enum import IntEnum
from typing import NamedTuple


class Severity(IntEnum):
    """How bad a finding is; a higher number is worse."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    def __str__(self) -> str:
        return self.name.lower()


class Edit(NamedTuple):
    """Replace the bytes from `start` up to `end` of the file by `text`."""

    start: int
    end: int
    text: str


class Fix(NamedTuple):
    """The one right repair of a finding; edits do not overlap and are in order.

    `move` is a folder and the place that it is to have, both relative to the root.
    """

    description: str
    edits: tuple[Edit, ...] = ()
    move: tuple[str, str] | None = None


class Finding(NamedTuple):
    """One thing that one rule found.

    `path` is a POSIX path relative to the root of what was checked; `line` and `column`
    count from 1, columns in code points.
    """

    path: str
    line: int
    column: int
    code: str
    rule: str
    severity: Severity
    message: str
    fix: Fix | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """What stays the same where lines are moved: path, code and message."""
        return self.path, self.code, self.message

    def order(self) -> tuple[str, int, int, str, str]:
        """Sorts findings by place, those of one place by rule and message."""
        return self.path, self.line, self.column, self.code, self.message


class NotAnalysed(NamedTuple):
    """A file that no rule looked into, and why: it is not clean, it is unknown."""

    path: str
    why: str


class Ignored(NamedTuple):
    """A finding that a comment or the settings ignore, and the reason that they give."""

    finding: Finding
    reason: str


class Report(NamedTuple):
    """The outcome of one check.

    `skills` are the paths of what was checked, in order. `not_checked` holds a pair (rule name,
    reason) for each rule that could not run, `not_analysed` the files that were not looked into.
    `ignored` and `baselined` are findings that do not count; `refused` are some of `findings`,
    with the reason why what would ignore them is not honoured. `stale` names the entries of the
    baseline that match nothing, the path first.
    """

    skills: tuple[str, ...]
    findings: tuple[Finding, ...]
    not_checked: tuple[tuple[str, str], ...] = ()
    not_analysed: tuple[NotAnalysed, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    baselined: tuple[Finding, ...] = ()
    refused: tuple[Ignored, ...] = ()
    stale: tuple[str, ...] = ()

    @property
    def checked(self) -> int:
        """How many skills were checked."""
        return len(self.skills)

    def renamed(self, name: Callable[[str], str]) -> "Report":
        """The same report with other names for its files."""

        def finding(each: Finding) -> Finding:
            fix = each.fix
            if fix and fix.move:
                fix = fix._replace(move=(name(fix.move[0]), name(fix.move[1])))
            return each._replace(path=name(each.path), fix=fix)

        def ignored(each: Ignored) -> Ignored:
            return each._replace(finding=finding(each.finding))

        return self._replace(
            skills=tuple(map(name, self.skills)),
            findings=tuple(map(finding, self.findings)),
            not_analysed=tuple(each._replace(path=name(each.path)) for each in self.not_analysed),
            ignored=tuple(map(ignored, self.ignored)),
            baselined=tuple(map(finding, self.baselined)),
            refused=tuple(map(ignored, self.refused)),
            stale=tuple(map(name, self.stale)),
        )

    def worst(self) -> Severity | None:
        """The highest severity found, None where nothing was found."""
        return max((finding.severity for finding in self.findings), default=None)
