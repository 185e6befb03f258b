"""The shape of the user's own `config.yaml`: pydantic models; `UserConfig` is the whole file."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Role = Literal["router", "planner", "worker", "judge"]
Task = Literal[
    "skill_understand",
    "skill_plan",
    "skill_initialize",
    "skill_edit",
    "skill_package",
    "skill_validate",
    "conversational_agent",
    "skill_evaluate",
    "skill_optimize",
    "skill_route",
]

_Count = Annotated[int, Field(ge=0, le=10_000)]
_Positive = Annotated[int, Field(ge=1, le=10_000_000)]
_Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
_Share = Annotated[float, Field(ge=0, le=1)]
_ModelId = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\s\x00]+$")]
# A key that was pasted where its variable's name belongs mostly fails here.
_Variable = Annotated[str, StringConstraints(max_length=100, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
# No user:password@, for addresses are printed.
_Url = Annotated[str, StringConstraints(pattern=r"^https?://[^/\s@?#]+(/[^\s?#]*)?$")]
# A folder below that of a content repository: none of its parts is `..`.
_PART = r"[A-Za-z0-9._-]*[A-Za-z0-9_-][A-Za-z0-9._-]*"
_Folder = Annotated[str, StringConstraints(max_length=150, pattern=rf"^{_PART}(/{_PART})*$")]
_RunnerName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
_Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
# Lists come from YAML as `list`; the values in them stay strict.
_Strings = Annotated[tuple[str, ...], Field(strict=False)]


def _all_optional(schema: dict[str, Any]) -> None:
    """A user's file holds only what differs, so an editor must ask for no key."""
    schema.pop("required", None)


class _Settings(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
        json_schema_extra=_all_optional,
    )


class Parameters(_Settings):
    """What a model is asked with; a parameter that is left out is not sent."""

    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    """How freely words are chosen."""
    max_tokens: _Positive | None = None
    """The longest reply, in tokens."""
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high", "xhigh"] | None = None
    """How long a reasoning model thinks before it replies."""
    top_p: _Share | None = None
    """Choose among the likeliest words that together have this probability."""
    top_k: _Positive | None = None
    """Choose among this many of the likeliest words."""
    seed: int | None = None
    """Asks for the same reply to the same request, where a provider can."""
    frequency_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    """Discourages words by how often they were used."""
    presence_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    """Discourages words that were used at all."""


class Dspy(_Settings):
    """How the program speaks to models."""

    adapter: Literal["chat", "json", "xml"]
    """The form of a request and its reply."""


class RegisteredModel(_Settings):
    """A model and how to reach it."""

    model: _ModelId | None = None
    """LiteLLM's name of the model, such as `openai/gpt-5-mini`; else the name of this entry."""
    model_type: Literal["chat"] = "chat"
    """Which kind of interface the provider offers."""
    env: _Variable | None = None
    """Name of the environment variable that holds the key."""
    env_fallback: _Variable | None = None
    """Name of the variable to use where the first is not set."""
    timeout: _Seconds = 60
    """Seconds to wait for a reply."""
    parameters: Parameters = Parameters()
    """Parameters of every request; roles and tasks may override them."""
    api_base: _Url | None = None
    """Address of the interface, for a proxy or a model on your machine: `http://127.0.0.1:8080/v1`."""
    response_schema: bool | None = None
    """Whether it keeps to a JSON schema, which the adapter json then sends; else LiteLLM knows."""
    num_retries: _Count = 2
    """How often a request is sent again when the provider is busy, fails or cannot be reached."""


class Models(_Settings):
    """The models that may be used."""

    by_key: Mapping[_Variable, _ModelId]
    """Variable of a key → the default model where it is the first of these that is set."""
    default: _ModelId
    """A name in the registry, or any model that LiteLLM knows; where none of those is set."""
    registry: Mapping[str, RegisteredModel]
    """Name → model."""


class RoleSettings(_Settings):
    """A part that a model plays."""

    model: _ModelId | None
    """Its model; null for the default one."""
    description: str
    """What the role does."""
    capabilities: _Strings
    """What its model must be good at."""
    parameter_overrides: Parameters
    """Parameters of its requests."""


class Roles(_Settings):
    """The parts that models play."""

    router: RoleSettings
    planner: RoleSettings
    worker: RoleSettings
    judge: RoleSettings


class TaskSettings(_Settings):
    """One step that a model does."""

    model: _ModelId | None
    """Its model; null for its role's."""
    role: Role
    """The role that does it."""
    parameters: Parameters
    """Parameters of its requests; they override the role's and the model's."""


class Tasks(_Settings):
    """The steps that models do."""

    skill_understand: TaskSettings
    skill_plan: TaskSettings
    skill_initialize: TaskSettings
    skill_edit: TaskSettings
    skill_package: TaskSettings
    skill_validate: TaskSettings
    conversational_agent: TaskSettings
    skill_evaluate: TaskSettings
    skill_optimize: TaskSettings
    skill_route: TaskSettings


class Miprov2(_Settings):
    """Settings of the optimizer MIPROv2."""

    auto: Literal["light", "medium", "heavy"]
    """How thoroughly it searches where `--max-drafts` does not say."""
    max_bootstrapped_demos: Annotated[int, Field(ge=0, le=8)]
    """Most demonstrations of a step; with 0 it changes the instructions alone."""


class BootstrapFewshot(_Settings):
    """Settings of the optimizer BootstrapFewShot."""

    max_bootstrapped_demos: Annotated[int, Field(ge=1, le=8)]
    """Most demonstrations of a step."""
    max_rounds: Annotated[int, Field(ge=1, le=100)]
    """Attempts at each example."""
    max_errors: Annotated[int, Field(ge=1, le=10_000)]
    """Drafts of which nothing came, after which it gives up."""


class Training(_Settings):
    """Where training data lies, from the folder of a content repository on."""

    gold_skills_path: str | None
    """The examples that are used without `--trainset`; null to collect them each time."""
    optimized_programs_dir: _Folder
    """Folder of optimised programs, where they are written and found again."""


class Optimization(_Settings):
    """How the program is optimised."""

    programs: Annotated[tuple[_Sha256, ...], Field(strict=False)]
    """Trusted files of `optimized_programs_dir`, by their sha256; the first that fits is used."""
    default_optimizer: Literal["miprov2", "bootstrap_fewshot", "gepa"]
    """The optimizer that is used when none is named."""
    miprov2: Miprov2
    bootstrap_fewshot: BootstrapFewshot
    training: Training


class Thresholds(_Settings):
    """Scores from which the draft of an example counts as usable, good or excellent."""

    minimum_quality: _Share
    """Usable; below it the table says poor."""
    target_quality: _Share
    """Good: it may serve as a demonstration."""
    excellent_quality: _Share
    """Excellent."""


class MetricWeights(_Settings):
    """How much each feature weighs in the grade of the reference system, `fleet-compat`."""

    pattern_count: _Share
    has_anti_patterns: _Share
    has_key_insights: _Share
    has_real_world_impact: _Share
    has_quick_reference: _Share
    has_common_mistakes: _Share
    has_red_flags: _Share
    frontmatter_completeness: _Share
    code_examples_quality: _Share


class Evaluation(_Settings):
    """How programs are measured."""

    num_threads: _Positive
    """Drafts at the same time."""
    display_progress: bool
    """Whether `skillrepo optimize` shows its progress where `--progress` does not say."""
    display_table: bool
    """Whether the score of each example is shown, or their mean alone."""
    thresholds: Thresholds
    metric_weights: MetricWeights
    """Of `skillrepo grade --profile fleet-compat` alone."""


class Judge(_Settings):
    """How a model judges skills."""

    votes: Literal[1, 3, 5]
    """How often each question is asked, at most; most answers decide."""
    in_flight: Annotated[int, Field(ge=1, le=256)]
    """Requests at the same time."""
    max_prompt_tokens: Annotated[int, Field(ge=4_000, le=10_000_000)]
    """The longest request, in tokens (≈); what is longer is judged in parts."""


class Writer(_Settings):
    """Who writes drafts."""

    default: Literal["offline", "command", "model"]
    """The writer that is used when none is named; only `model` sends anything to a provider."""
    command: Annotated[tuple[str, ...], Field(strict=False, min_length=1)] | None
    """A program and its arguments; `{folder}` stands for the folder that it works in."""
    command_timeout: _Seconds
    """Seconds that the program may run each time."""
    max_rounds: Annotated[int, Field(ge=1, le=20)]
    """How often a draft is written anew with what the check found."""
    max_change: _Share
    """The share of a skill's lines that `skillrepo revise` may change at most, from 0 to 1."""


class RunnerSettings(_Settings):
    """A program that does the tasks of `skillrepo eval`, such as a coding agent."""

    command: Annotated[tuple[str, ...], Field(strict=False, min_length=1)]
    """The program and its arguments; `{folder}`, `{task}` and `{timing}` stand for paths."""
    env: Annotated[tuple[_Variable, ...], Field(strict=False)] = ()
    """Names of environment variables that it gets beside PATH, HOME, TMPDIR and LANG."""
    timeout: _Seconds = 600
    """Seconds that it may run each time."""
    max_output: _Positive = 1_000_000
    """Bytes that it may print each time."""
    skills: _Folder = "skills"
    """Where it looks for skills, from its folder on: `skills`, `.claude/skills`."""


class Tool(_Settings):
    """Where the repositories that `skillrepo init` sets up get skillrepo from."""

    address: str | None
    """A git URL or a folder; null for the project's own."""
    revision: str | None
    """A tag or commit of it; null for the version that is installed."""


class ForgeHost(_Settings):
    """A server of your own that pull requests are opened on."""

    kind: Literal["github", "gitlab"]
    """What runs there; `github` for GitHub Enterprise."""
    env: _Variable
    """Name of the environment variable that holds the token for this host, and for no other."""
    api_base: _Url | None = None
    """Address of its interface; else `https://HOST/api/v3` of GitHub, `/api/v4` of GitLab."""


class ForgeSettings(_Settings):
    """How pull requests are opened."""

    kind: Literal["auto", "none"]
    """`auto` goes by the remote's host; `none` writes title and body for you to open it by hand."""
    hosts: Mapping[str, ForgeHost]
    """Host, as it stands in the remote's URL → what runs there."""
    max_open: Annotated[int, Field(ge=1, le=1000)]
    """How many pull requests of skillrepo's may be open at once in a project."""
    timeout: _Seconds
    """Seconds to wait for a server."""
    dispatch: _Strings
    """Workflows to start where the token of a GitHub Actions job starts no checks: `skills.yml`."""


class UserConfig(_Settings):
    """Your own configuration of skillrepo; what you leave out has the shipped value."""

    dspy: Dspy
    models: Models
    roles: Roles
    tasks: Tasks
    optimization: Optimization
    evaluation: Evaluation
    judge: Judge
    writer: Writer
    runners: Mapping[_RunnerName, RunnerSettings]
    """Name → a program that does tasks with a skill and without, for `skillrepo eval`."""
    tool: Tool
    forge: ForgeSettings
