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
class SpentCountsShape:
    """What calls of models cost: tokens, and US dollars, null where a price is not known.

    `replayed` calls cost nothing and are not among `calls`; `estimated` says that a provider did
    not count its tokens.
    """

    calls: int
    replayed: int
    input_tokens: int
    output_tokens: int
    estimated: bool
    cost: float | None


@dataclass(frozen=True, slots=True)
class StepShape:
    """What one step of the program spent."""

    step: str
    spent: SpentCountsShape


@dataclass(frozen=True, slots=True)
class SpentShape:
    """What a run spent on models: each step in the order in which they began, and all together."""

    total: SpentCountsShape
    steps: tuple[StepShape, ...]


@dataclass(frozen=True, slots=True)
class MeasuredShape:
    """A held-out example: the scores of its drafts with the program as shipped and optimised."""

    skill: str
    base: float
    optimized: float


@dataclass(frozen=True, slots=True)
class OptimizeShape:
    """`skillrepo optimize --json`: what was learnt from, measured and saved.

    Scores are means over the held-out examples that were measured, from 0 to 1, and null where
    nothing was; `low` and `high` bound the gain with 95 % confidence. `refused` says why the
    program will not be used, null where it will. `failed` counts drafts of which nothing came.
    """

    version: Literal[1]
    optimizer: Literal["bootstrap", "gepa", "miprov2"]
    metric: tuple[str, ...]
    train: int
    held_out: int
    measured: int
    not_measured: int
    failed: int
    examples: tuple[MeasuredShape, ...]
    base: float | None
    optimized: float | None
    gain: float | None
    low: float | None
    high: float | None
    program: str | None
    sha256: str | None
    refused: str | None
    spent: SpentShape | None


@dataclass(frozen=True, slots=True)
class ProgressShape:
    """A line of `--progress json`: what happened to a call, its cost, and that of all so far.

    `id` is that of the brief of a batch that it was made for; else null.
    """

    version: Literal[1]
    event: Literal["asked", "answered", "replayed", "failed"]
    step: str
    model: str
    spent: SpentCountsShape
    total: SpentCountsShape
    id: str | None


@dataclass(frozen=True, slots=True)
class LostShape:
    """The last line of `--progress json` where nothing came of what was asked: what it cost.

    The error follows as text. Where there is a result, that has what it cost.
    """

    version: Literal[1]
    event: Literal["lost"]
    spent: SpentShape


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
    `written` and `kept` is set, none after a dry run; `offered` after `--push` and `--pr`; `spent`
    where models were asked.
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
    spent: SpentShape | None


BriefStatus = Literal["done", "skipped", "failed", "error"]


@dataclass(frozen=True, slots=True)
class BriefResultShape:
    """What became of one line of a batch.

    `done` has a branch now, `skipped` had one before; the draft of one that `failed` did not pass
    the gate, and in an `error` there is none. `why` says more, `gate` what the check said, and
    `kept` where the text is that was not taken. `rounds` is 0 where nothing was written.
    """

    line: int
    id: str
    status: BriefStatus
    name: str | None
    branch: str | None
    commit: str | None
    rounds: int
    gate: str | None
    why: str | None
    kept: str | None
    offered: OfferedShape | None


@dataclass(frozen=True, slots=True)
class BriefProgressShape:
    """A line of `--progress json` of a batch: what became of a brief, the `number`th of them."""

    version: Literal[1]
    event: Literal["brief"]
    number: int
    briefs: int
    brief: BriefResultShape


@dataclass(frozen=True, slots=True)
class BatchShape:
    """`skillrepo new --batch --json`: each brief, and how many there are of each status."""

    version: Literal[1]
    briefs: tuple[BriefResultShape, ...]
    done: int
    skipped: int
    failed: int
    error: int
    spent: SpentShape | None


BumpName = Literal["patch", "minor", "major"]
DiffStatus = Literal["changed", "unchanged", "added", "deleted", "unreadable"]


@dataclass(frozen=True, slots=True)
class ChangeShape:
    """One change of a skill; `kind` is a word such as `section-removed`, `text` says it all.

    `before` and `after` are empty but where something has another value or name; `within` is the
    section that it stood in.
    """

    kind: str
    bump: BumpName
    subject: str
    before: str
    after: str
    within: str
    text: str


@dataclass(frozen=True, slots=True)
class DiffShape:
    """`skillrepo diff --json`.

    `base` is a commit; `commit` that of the draft's `branch`, both null for the worktree. Where
    `status` is none of `changed` and `unchanged`, `why` says so in a sentence. What is not known is
    null; tokens are estimates, of SKILL.md.
    """

    version: Literal[1]
    address: str
    path: str
    old_path: str | None
    base: str
    base_name: str
    branch: str | None
    commit: str | None
    status: DiffStatus
    why: str | None
    bump: BumpName | None
    version_before: str | None
    version_after: str | None
    raised_enough: bool | None
    tokens_before: int | None
    tokens_after: int | None
    changes: tuple[ChangeShape, ...]


@dataclass(frozen=True, slots=True)
class VersionShape:
    """A version of a skill, and the first commit that has it."""

    skill_version: str
    commit: str
    date: str


@dataclass(frozen=True, slots=True)
class CommitShape:
    """A commit that changed a skill; `trailers` are those of skillrepo, which begin with Skill."""

    commit: str
    date: str
    author: str
    subject: str
    trailers: tuple[TrailerShape, ...]


@dataclass(frozen=True, slots=True)
class RelatedShape:
    """A skill by its name; `address` is null where there is none of that name."""

    name: str
    address: str | None


@dataclass(frozen=True, slots=True)
class FileShape:
    """A file of a skill; `tokens` is an estimate, null for what is no text."""

    name: str
    executable: bool
    tokens: int | None


@dataclass(frozen=True, slots=True)
class BranchShape:
    """A branch with a draft of a skill, here or of a remote as it was when last fetched."""

    name: str
    commit: str


@dataclass(frozen=True, slots=True)
class ShowShape:
    """`skillrepo show --json`.

    `why` says why SKILL.md cannot be read; then its fields are empty. Dates are in ISO 8601.
    `complete` is false where there is more history than is told.
    """

    version: Literal[1]
    address: str
    path: str
    branch: str | None
    commit: str | None
    why: str | None
    name: str
    description: str
    skill_version: str
    status: str
    tokens: int
    files: tuple[FileShape, ...]
    requires: tuple[RelatedShape, ...]
    recommends: tuple[RelatedShape, ...]
    conflicts: tuple[RelatedShape, ...]
    required_by: tuple[RelatedShape, ...]
    versions: tuple[VersionShape, ...]
    history: tuple[CommitShape, ...]
    complete: bool
    drafts: tuple[BranchShape, ...]


@dataclass(frozen=True, slots=True)
class BreachShape:
    """How a revision breaks its contract: `clause` is a word such as `keeps-sections`, or a rule's.

    `message` says what to do.
    """

    clause: str
    message: str


@dataclass(frozen=True, slots=True)
class ReviseShape:
    """`skillrepo revise --json`.

    `files` maps a path in the skill's folder to its text; what is not given to a writer is left
    out. It passes where there are no breaches. One of `branch` (with `commit`), `written` and
    `kept` is set, none after a dry run; `offered` after `--push` and `--pr`; `spent` where models
    were asked. `bump` is what the changes ask for.
    """

    version: Literal[1]
    address: str
    name: str
    path: str
    files: dict[str, str]
    writer: str
    model: str | None
    rounds: int
    passes: bool
    breaches: tuple[BreachShape, ...]
    bump: BumpName | None
    version_before: str
    version_after: str
    changes: tuple[ChangeShape, ...]
    gate: ReportShape
    house: ReportShape
    notes: tuple[str, ...]
    branch: str | None
    commit: str | None
    trailers: tuple[TrailerShape, ...]
    written: str | None
    kept: str | None
    offered: OfferedShape | None
    spent: SpentShape | None


@dataclass(frozen=True, slots=True)
class CountsShape:
    """How many findings of each severity the gate has: the profile `spec`."""

    errors: int
    warnings: int
    infos: int


@dataclass(frozen=True, slots=True)
class OpenShape:
    """A pull request that is open; `base` is what it is to be merged into."""

    number: int
    state: Literal["open", "draft"]
    base: str
    url: str


@dataclass(frozen=True, slots=True)
class DraftShape:
    """A draft's branch, here or of a remote as it was when last fetched; null is not measured.

    `remotes` are those that have the branch on the same commit. `kind` is null for a branch that is
    named otherwise; `address` is that of its skill, and `files` how many files it adds, changes or
    removes. `bump` is what a revision asks for. `ahead` and `behind` count commits.
    `pull_requests` are those that are open, after `--forge`.
    """

    branch: str
    remote: str | None
    remotes: tuple[str, ...]
    commit: str
    date: str
    subject: str
    kind: Literal["new", "revise", "move", "taxonomy"] | None
    address: str | None
    files: int | None
    bump: BumpName | None
    ahead: int | None
    behind: int | None
    gate: CountsShape | None
    pull_requests: tuple[OpenShape, ...] | None


@dataclass(frozen=True, slots=True)
class DroppedShape:
    """A draft that was dropped; `git branch BRANCH COMMIT` brings it back. Dates are in UTC."""

    branch: str
    ref: str
    commit: str
    dropped: str
    kept_until: str


@dataclass(frozen=True, slots=True)
class DraftsShape:
    """`skillrepo drafts --json`.

    `base` is the branch that drafts are compared with, null where there is none.
    """

    version: Literal[1]
    base: str | None
    drafts: tuple[DraftShape, ...]
    dropped: tuple[DroppedShape, ...]


@dataclass(frozen=True, slots=True)
class PromoteShape:
    """`skillrepo promote --json`.

    `how` and `commit` are null where the gate was not passed, and `dropped`, the ref that keeps the
    draft, but for `--drop`. `worktree` is the folder that was updated, `before` the commit that
    `into` stood on.
    """

    version: Literal[1]
    branch: str
    into: str
    passes: bool
    gate: ReportShape
    how: Literal["fast-forward", "squash"] | None
    before: str
    commit: str | None
    worktree: str | None
    dropped: str | None


@dataclass(frozen=True, slots=True)
class PublishedShape:
    """A skill of the flat tree; `tree` is the object that holds its files, in both places.

    `change` is against the last publication.
    """

    name: str
    address: str
    skill_version: str
    description: str
    tree: str
    change: Literal["added", "changed", "unchanged"]


@dataclass(frozen=True, slots=True)
class HeldShape:
    """A skill that is held back: its status, or another reason."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class PushedShape:
    """Where a branch was pushed."""

    remote: str
    pushed: Literal["created", "updated", "unchanged"]


@dataclass(frozen=True, slots=True)
class PublishShape:
    """`skillrepo publish --json`.

    `base` is the commit whose skills they are, called `base_name`; `parent` the last publication.
    `commit` is the new one, null where nothing was to do, after a dry run, and where `gate` has
    errors: then it is `refused`.
    """

    version: Literal[1]
    status: Literal["published", "unchanged", "dry-run", "refused"]
    branch: str
    base: str
    base_name: str
    parent: str | None
    commit: str | None
    skills: tuple[PublishedShape, ...]
    removed: tuple[str, ...]
    held: tuple[HeldShape, ...]
    notes: tuple[str, ...]
    gate: ReportShape
    pushed: PushedShape | None


@dataclass(frozen=True, slots=True)
class MovedShape:
    """The addresses of a skill before and after a move."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class MoveEditShape:
    """A file that changes with a move, by its path after it, and what of it changes."""

    path: str
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TaxonomyMoveShape:
    """`skillrepo taxonomy mv --json`.

    `old` and `new` are addresses, with their folders as paths. `gate` holds the errors that the
    move would bring; where it has some, the move is `refused`. `base` is null with `--here`;
    `branch` and `commit` are null but for a move on a branch.
    """

    version: Literal[1]
    status: Literal["moved", "dry-run", "refused"]
    kind: Literal["skill", "category"]
    old: str
    new: str
    old_path: str
    new_path: str
    skills: tuple[MovedShape, ...]
    edits: tuple[MoveEditShape, ...]
    notes: tuple[str, ...]
    base: str | None
    branch: str | None
    commit: str | None
    gate: ReportShape


@dataclass(frozen=True, slots=True)
class TaxonomyAddShape:
    """`skillrepo taxonomy add --json`.

    `base` is null with `--here`; `branch` and `commit` are null but for one that was added on a
    branch.
    """

    version: Literal[1]
    status: Literal["added", "dry-run"]
    category: str
    title: str
    description: str
    owners: tuple[str, ...]
    base: str | None
    branch: str | None
    commit: str | None


@dataclass(frozen=True, slots=True)
class DoctorCheckShape:
    """Something that skillrepo needs or can use: what was `found`, and what to do where it is not.

    What is `absent` is not needed; what is `wrong` is.
    """

    name: str
    state: Literal["ok", "absent", "wrong"]
    found: str | None
    advice: str | None


@dataclass(frozen=True, slots=True)
class DoctorModelShape:
    """A model, who says so, the `tasks` that it is for, and the variables that may hold its key.

    `key` is the first of them that is set; its value is never shown.
    """

    model: str
    origin: str
    tasks: tuple[str, ...]
    address: str | None
    keys: tuple[str, ...]
    key: str | None


@dataclass(frozen=True, slots=True)
class DoctorCallShape:
    """The one call of `--model`: `problem` says what failed, with the kind of thing to look at.

    An `address` that is null is the provider's own. `key` is the variable that held the key; null
    where none was sent, or LiteLLM found it. `dollars` is null where the price is not known;
    `estimated` says that the provider did not count the tokens.
    """

    model: str
    address: str | None
    key: str | None
    seconds: float | None
    input_tokens: int | None
    output_tokens: int | None
    dollars: float | None
    estimated: bool
    notes: tuple[str, ...]
    kind: (
        Literal[
            "key",
            "quota",
            "rate-limit",
            "model",
            "address",
            "tls",
            "proxy",
            "network",
            "time-out",
            "package",
            "too-long",
            "refused",
            "provider",
            "reply",
        ]
        | None
    )
    problem: str | None


@dataclass(frozen=True, slots=True)
class DoctorShape:
    """`skillrepo doctor --json`; `call` is null without `--model`."""

    version: Literal[1]
    status: Literal["fine", "wrong"]
    checks: tuple[DoctorCheckShape, ...]
    models: tuple[DoctorModelShape, ...]
    call: DoctorCallShape | None
