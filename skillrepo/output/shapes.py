"""The shapes of every machine-readable output; `schemas/` is made from them."""

from dataclasses import dataclass
from typing import Literal

SeverityName = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class EditShape:
    """Replace the bytes of the file from `start` up to `end` by `text`, in UTF-8."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class MoveShape:
    """Move the folder at `old` to `new`."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class FixShape:
    """The one right repair of a finding."""

    description: str
    edits: tuple[EditShape, ...]
    move: MoveShape | None


@dataclass(frozen=True, slots=True)
class FindingShape:
    """One finding; columns count code points from 1."""

    path: str
    line: int
    column: int
    code: str
    rule: str
    severity: SeverityName
    message: str
    fix: FixShape | None


@dataclass(frozen=True, slots=True)
class NotCheckedShape:
    """A rule that could not run, and why."""

    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class NotAnalysedShape:
    """A file that no rule looked into, and why."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class IgnoredShape:
    """A finding that a comment or the settings would ignore, and the reason that they give."""

    finding: FindingShape
    reason: str


@dataclass(frozen=True, slots=True)
class ReportShape:
    """`skillrepo validate --format json`.

    Only `findings` count. Those in `refused` are among them: the comments that would ignore them
    are not honoured. `stale` are the entries of the baseline that match nothing.
    """

    version: Literal[1]
    checked: int
    findings: tuple[FindingShape, ...]
    not_checked: tuple[NotCheckedShape, ...]
    not_analysed: tuple[NotAnalysedShape, ...]
    ignored: tuple[IgnoredShape, ...]
    refused: tuple[IgnoredShape, ...]
    baselined: tuple[FindingShape, ...]
    stale: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CategoryShape:
    """A category with the number of skills in it and below it."""

    id: str
    title: str
    skills: int
    children: tuple["CategoryShape", ...]


@dataclass(frozen=True, slots=True)
class TreeShape:
    """`skillrepo taxonomy tree --json`."""

    version: Literal[1]
    categories: tuple[CategoryShape, ...]


@dataclass(frozen=True, slots=True)
class SkillShape:
    """One skill of `skillrepo list --json`; empty text where the skill does not say."""

    address: str
    path: str
    name: str
    version: str
    status: str
    description: str


@dataclass(frozen=True, slots=True)
class ListShape:
    """`skillrepo list --json`; `invalid` are the paths of what breaks the specification."""

    version: Literal[1]
    skills: tuple[SkillShape, ...]
    invalid: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SettingShape:
    """One setting in force and where it came from."""

    key: str
    value: str | int | float | bool | tuple[str, ...] | None
    origin: str


@dataclass(frozen=True, slots=True)
class SettingsShape:
    """`skillrepo config show --json`."""

    version: Literal[1]
    settings: tuple[SettingShape, ...]


@dataclass(frozen=True, slots=True)
class RuleShape:
    """One rule of `skillrepo explain --json`; a profile without it is absent."""

    code: str
    rule: str
    title: str
    severities: dict[str, SeverityName]


@dataclass(frozen=True, slots=True)
class RulesShape:
    """`skillrepo explain --json`."""

    version: Literal[1]
    rules: tuple[RuleShape, ...]


@dataclass(frozen=True, slots=True)
class TrailerShape:
    """One trailer of a commit's message."""

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class PullRequestShape:
    """A pull request; after `written` it is to be opened by `command`, with what is in `folder`."""

    state: Literal["created", "updated", "unchanged", "written"]
    number: int | None
    url: str | None
    folder: str | None
    command: str | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfferedShape:
    """Where a branch was pushed, and its pull request, null where none was wanted."""

    branch: str
    remote: str
    pushed: Literal["created", "updated", "unchanged"]
    pull_request: PullRequestShape | None


@dataclass(frozen=True, slots=True)
class PrShape:
    """`skillrepo pr --json`."""

    version: Literal[1]
    offered: OfferedShape


@dataclass(frozen=True, slots=True)
class NewShape:
    """`skillrepo new --json`.

    `files` maps a path in the skill's folder to its text. One of `branch` (with `commit`),
    `written` and `kept` is set, none after a dry run; `offered` after `--push` and `--pr`.
    """

    version: Literal[1]
    address: str
    name: str
    category: str
    path: str
    files: dict[str, str]
    writer: str
    model: str | None
    rounds: int
    passes: bool
    gate: ReportShape
    house: ReportShape
    notes: tuple[str, ...]
    branch: str | None
    commit: str | None
    trailers: tuple[TrailerShape, ...]
    written: str | None
    kept: str | None
    offered: OfferedShape | None
