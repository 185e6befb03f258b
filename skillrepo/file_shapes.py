"""The shapes of the files of a content repository, as pydantic models; `schemas/` is made of them.

The hooks read these files without pydantic, which takes 90 ms to import: `taxonomy` and
`settings` take the values that the schemas accept, and a test compares the defaults.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from skillrepo.settings import DEFAULT, FailOn, GateMode, Grading, Layer, Profile
from skillrepo.taxonomy import DEFAULT_MAX_DEPTH, DEFAULT_ROOT

_GRADING = Grading()
_Version = Annotated[Literal[1], Field(description="Version of this file's shape.")]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class CategoryShape(_Shape):
    """A category; the path of its folder is made of the ids down to it."""

    title: Annotated[str, Field(min_length=1)]
    """What people call the category."""
    description: str = ""
    """What belongs here, in a sentence or two."""
    owners: tuple[str, ...] = ()
    """Who reviews: `@user`, `@org/team` or an address."""
    sections: Annotated[str, Field(min_length=1)] = "default"
    """The section policy of its skills; left out, it has its parent's."""
    aliases: tuple[str, ...] = ()
    """Former paths of this category."""
    children: "dict[str, CategoryShape]" = {}
    """Category id → category."""


class TaxonomyFile(_Shape):
    """The categories of a repository of Agent Skills: `taxonomy.yaml`."""

    version: _Version
    categories: dict[str, CategoryShape]
    """Category id → category; without any, every skill lies in the root."""
    root: Annotated[str, Field(min_length=1)] = DEFAULT_ROOT
    """The folder that holds the categories; `.` is the repository itself."""
    max_depth: Annotated[int, Field(ge=1, le=10)] = DEFAULT_MAX_DEPTH
    """How many categories deep a skill may lie."""


class SectionShape(_Shape):
    """One section that a policy asks for."""

    title: Annotated[str, Field(min_length=1)]
    """Its heading, of any level."""
    aliases: tuple[str, ...] = ()
    """Other headings that serve as well."""
    or_description: bool = False
    """A description that says when to use the skill serves as well."""


class PolicyShape(_Shape):
    """Which sections the skills of a category need."""

    required: tuple[SectionShape, ...] = ()
    """Each must be there and not be empty."""
    ordered: bool = False
    """They must stand in this order."""


class SectionsFile(_Shape):
    """The section policies that ship with the tool: `config/sections.yaml`."""

    version: _Version
    policies: dict[str, PolicyShape]
    """Policy name → policy."""


class ClientShape(_Shape):
    """A client that reads skills."""

    title: Annotated[str, Field(min_length=1)]
    """What it is called."""
    link: Annotated[str, Field(pattern="^https://")]
    """The page that documents its skills."""
    keys: dict[str, Annotated[str, Field(min_length=1)]]
    """Key that it reads at the top of the frontmatter, outside the specification → what it does."""


class ClientsFile(_Shape):
    """The clients whose own keys are known, which ship with the tool: `config/clients.yaml`."""

    version: _Version
    clients: dict[str, ClientShape]
    """Client name → client."""


_Share = Annotated[float, Field(ge=0, le=1)]


class GroupsShape(_Shape):
    """How much each group of measures weighs; together they weigh 1."""

    routing: _Share
    integrity: _Share
    economy: _Share
    actionability: _Share
    evidence: _Share


class LabelShape(_Shape):
    """A label: the share of published skills, in %, that do not reach it, and its least score."""

    percentile: Annotated[float, Field(ge=0, le=100)]
    score: _Share


class LabelsShape(_Shape):
    """The labels of a grade."""

    minimum: LabelShape
    target: LabelShape
    excellent: LabelShape


class CalibrationShape(_Shape):
    """A row of the table that turns raw means into scores."""

    raw: _Share
    """The weighted mean of the measures."""
    percentile: Annotated[float, Field(ge=0, le=100)]
    """The share of published skills, in %, that have less."""
    score: _Share
    """What is shown."""


class CalibrationsShape(_Shape):
    """The table of each profile, by rising raw means from 0 to 1."""

    default: Annotated[tuple[CalibrationShape, ...], Field(min_length=2)]
    fleet_compat: Annotated[tuple[CalibrationShape, ...], Field(alias="fleet-compat", min_length=2)]


class GradingFile(_Shape):
    """How measures become a grade, which ships with the tool: `config/grading.yaml`."""

    version: _Version
    floor: Annotated[float, Field(gt=0, lt=1)]
    """What a group counts for at least."""
    groups: GroupsShape
    labels: LabelsShape
    calibration: CalibrationsShape


class RubricItemShape(_Shape):
    """A question to which yes is the better answer."""

    ask: str
    """The question."""
    quote: Literal["yes", "no"]
    """The answer that has to be proven by the skill's own words."""
    whole: bool = False
    """Whether the answer rests on all of the skill, so that any change asks anew."""
    na: bool = False
    """Whether it need not apply."""
    description: bool = False
    """Whether only the frontmatter of SKILL.md proves it."""


class RubricDimensionShape(_Shape):
    """Questions that belong together."""

    title: str
    blocks: bool = False
    """Whether a single no fails, where the item is calibrated."""
    items: Annotated[dict[str, RubricItemShape], Field(min_length=1)]


class RubricControlsShape(_Shape):
    """How often a model that can tell skills apart says yes of the two control skills."""

    good_at_least: Annotated[int, Field(ge=1)]
    """Of the good one, of all questions."""
    bad_at_most: Annotated[int, Field(ge=0)]
    """Of the bad one."""


class RubricFile(_Shape):
    """What a model is asked of a skill, which ships with the tool: `config/rubric.yaml`."""

    version: _Version
    dimensions: Annotated[dict[str, RubricDimensionShape], Field(min_length=1)]
    controls: RubricControlsShape


_Level = Literal["error", "warning", "info", "off", False]


class RuleSettingShape(_Shape):
    """What a repository wants of one rule, or of a family of rules."""

    severity: _Level | None = None
    """How bad its findings are; `off` does not run it."""
    paths: tuple[str, ...] = ()
    """Globs of the files that it is limited to; none means all."""
    exclude: tuple[str, ...] = ()
    """Globs of files that it leaves alone."""


class IgnoreShape(_Shape):
    """Findings of one rule in one skill that are not reported as such."""

    rule: Annotated[str, Field(min_length=1)]
    """Code or name of the rule."""
    skill: Annotated[str, Field(min_length=1)]
    """Address of the skill (`data/pdf-merge`), or a glob of paths."""
    reason: str = ""
    """Why; an ignore without a reason is a finding itself."""


class GradingShape(_Shape):
    """What a change has to be to pass the gate of `skillrepo grade`."""

    gate: GateMode | Literal[False] = _GRADING.gate
    """What the gate's verdict does: `off` makes none, `warn` tells it, `enforce` ends in 1."""
    require: tuple[Layer, ...] = _GRADING.require
    """Layers without which a verdict is inconclusive."""
    minimum: Annotated[float, Field(ge=0, le=1)] = _GRADING.minimum
    """The least static grade of a new skill; 0 asks for none."""
    max_drop: Annotated[float, Field(ge=0, le=1)] = _GRADING.max_drop
    """How much of its static grade a changed skill may lose."""
    max_thefts: Annotated[int, Field(ge=0)] = _GRADING.max_thefts
    """How many labelled queries of other skills a changed skill may capture."""
    max_losses: Annotated[int, Field(ge=0)] = _GRADING.max_losses
    """For how many of its own labelled queries it may no longer be found first."""
    max_removed_queries: Annotated[int, Field(ge=0)] = _GRADING.max_removed_queries
    """How many labelled queries of a skill that stays may be removed; more are inconclusive."""
    fail_inconclusive: bool = _GRADING.fail_inconclusive
    """With `enforce`: an inconclusive verdict ends in 1, too."""


class SettingsFile(_Shape):
    """Settings of a repository of Agent Skills: `skillrepo.yaml`."""

    version: _Version = 1
    profile: Profile = DEFAULT.profile
    """Which rules apply, and how strictly."""
    fail_on: FailOn = DEFAULT.fail_on
    """The lowest severity that fails a validation."""
    exclude: tuple[str, ...] = DEFAULT.exclude
    """Globs of paths that are not checked, from the root of the repository: `docs/**`."""
    max_body_lines: Annotated[int, Field(ge=1)] = DEFAULT.max_body_lines
    """The most lines of a SKILL.md below its frontmatter."""
    max_body_tokens: Annotated[int, Field(ge=1)] = DEFAULT.max_body_tokens
    """The most tokens of the same text (characters / 4)."""
    required_keys: tuple[Annotated[str, Field(pattern=r"^\S+$")], ...] = DEFAULT.required_keys
    """Keys that the frontmatter of each skill must have: `license`, `metadata.owner`."""
    sections: dict[str, PolicyShape] = {}
    """Section policies of your own, by name; they replace shipped ones."""
    rules: dict[str, _Level | RuleSettingShape] = {}
    """Code, name or family (a code's first letter) of rules → severity, or more."""
    ignore: tuple[IgnoreShape, ...] = ()
    """Findings that are known and accepted."""
    clients: tuple[str, ...] = DEFAULT.clients
    """Clients whose own frontmatter keys are known: `claude-code` and others."""
    baseline: str = DEFAULT.baseline
    """The file with the findings that were there when the tool was adopted."""
    grade: GradingShape = GradingShape()
    """The gate of `skillrepo grade`."""


class BriefShape(_Shape):
    """One line of a batch, which `skillrepo new --batch` reads: a skill that is wanted."""

    brief: Annotated[str, Field(min_length=1, max_length=50_000)]
    """What the skill is for, in a sentence or more."""
    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")] = ""
    """What the summary calls this line; else it is the line's number with a digest."""
    name: Annotated[str, Field(max_length=64, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")] = ""
    """The skill's name; else the writer makes one."""
    at: str = ""
    """Its category; else the one that fits best."""
    from_: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=4_096)], ...],
        Field(alias="from", max_length=100),
    ] = ()
    """Files and folders to make it from, relative to the folder of the batch, and inside of it."""


class BaselineEntryShape(_Shape):
    """Findings of one rule in lines of one file that have the same text."""

    rule: str
    """The rule's code."""
    path: str
    hash: str
    """Of what it binds to: the first 16 hexadecimal digits of SHA-256."""
    count: Annotated[int, Field(ge=1)]


class BaselineFile(_Shape):
    """The findings that were there when the tool was adopted: `skillrepo-baseline.json`."""

    version: _Version
    entries: tuple[BaselineEntryShape, ...]


_Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Kappa = Annotated[float, Field(ge=-1, le=1)]


class ItemAgreementShape(_Shape):
    """How far a model's answers to one item agree with people's."""

    item: str
    labels: Annotated[int, Field(ge=1)]
    """How many labels people gave."""
    agreed: _Share | None
    """The share of answers that are the label."""
    kappa: _Kappa | None
    """Cohen's kappa, null where it is not defined; with a `low` of 0.4 the item may decide."""
    low: _Kappa | None
    high: _Kappa | None


class JudgeCalibrationShape(_Shape):
    """How far a model answers as people do, asked certain questions in a certain way."""

    model: Annotated[str, Field(min_length=1)]
    rubric: _Sha256
    prompt: _Sha256
    labels: _Sha256
    """Of the file of labels."""
    skills: Annotated[int, Field(ge=1)]
    votes: Literal[1, 3, 5]
    retest: _Share | None
    """The share of answers that came again when the same was asked again."""
    swap: _Share | None
    """The same with the items in the reverse order."""
    items: tuple[ItemAgreementShape, ...]


class CalibrationFile(_Shape):
    """What `skillrepo judge calibrate --write` writes: `.skillrepo/judge.json`."""

    version: _Version
    calibrations: tuple[JudgeCalibrationShape, ...]
