"""The user's configuration: its layers, its errors, and which model a task gets."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from pydantic import BaseModel

from skillrepo import resource, yaml_text
from skillrepo.config import SHIPPED, Config
from skillrepo.errors import SkillRepoError
from skillrepo.user_config import (
    ForgeHost,
    MetricWeights,
    Parameters,
    RegisteredModel,
    Roles,
    RunnerSettings,
    Tasks,
    UserConfig,
)

FLASH = "gemini/gemini-3-flash-preview"
PRO = "gemini/gemini-3-pro-preview"
Load = Callable[..., Config]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Load with a user's file of the given text; environment by keyword."""

    def _load(text: str | None = None, options: Mapping[str, object] = {}, **env: str) -> Config:
        if text is not None:
            folder = tmp_path / ".config" / "skillrepo"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "config.yaml").write_text(text, encoding="utf-8")
        return Config.load(env, tmp_path, options)

    return _load


def problem(load: Load, text: str | None = None, **env: str) -> str:
    with pytest.raises(SkillRepoError) as caught:
        load(text, **env)
    assert caught.value.__cause__ is None
    return str(caught.value)


def test_shipped_values(load: Load) -> None:
    user = load().user
    assert user.dspy.adapter == "chat"
    assert user.models.default == FLASH
    assert {name: entry.timeout for name, entry in user.models.registry.items()} == {
        FLASH: 60,
        PRO: 120,
        "anthropic/claude-sonnet-5": 120,
        "openai/gpt-5.4-mini": 120,
        "mistral/mistral-medium-latest": 120,
        "deepseek/deepseek-flash": 120,
    }
    assert user.models.registry[PRO].parameters.max_tokens == 16384
    efforts = {
        name: (
            task["role"],
            task["parameters"]["reasoning_effort"],
            task["parameters"]["temperature"],
        )
        for name, task in user.tasks.model_dump().items()
    }
    assert efforts == {
        "skill_understand": ("planner", "medium", None),
        "skill_plan": ("planner", "high", None),
        "skill_initialize": ("worker", "high", None),
        "skill_edit": ("worker", "high", None),
        "skill_package": ("worker", "medium", None),
        "skill_validate": ("judge", "high", None),
        "conversational_agent": ("planner", "high", None),
        "skill_evaluate": ("judge", None, 1.0),
        "skill_optimize": ("judge", None, 1.0),
        "skill_route": ("router", None, None),
    }
    assert user.roles.router.parameter_overrides.reasoning_effort == "high"
    assert user.optimization.default_optimizer == "gepa"
    assert user.evaluation.thresholds.target_quality == 0.8
    assert (user.writer.default, user.writer.command) == ("offline", None)


def test_every_setting_says_where_it_came_from(load: Load) -> None:
    lines = yaml_text.load(resource.read(SHIPPED))
    config = load()
    assert config.origins["writer.default"] == f"{SHIPPED}:{lines.line_of(('writer', 'default'))}"
    shown = {key: (value, origin) for key, value, origin in config.items()}
    assert shown["tasks.skill_plan.role"] == ("planner", config.origins["tasks.skill_plan.role"])
    assert shown[f"models.registry.{FLASH}.num_retries"] == (2, "built-in default")
    # What nobody set and has no value is not worth a line.
    assert f"models.registry.{FLASH}.parameters.seed" not in shown
    assert shown["writer.command"][0] is None


def test_every_setting_is_read() -> None:
    """What stands in the file and does nothing would be believed to do something."""
    package = Path(resource.__file__).parent
    code = "\n".join(
        path.read_text() for path in package.rglob("*.py") if path.name != "user_config.py"
    )
    shapes = (UserConfig, RegisteredModel, ForgeHost, RunnerSettings)
    keys = {key for of in shapes for key in _settings(of)}
    unread = [key for key in sorted(keys) if not re.search(rf"\.{key}\b", code)]
    # `skillrepo config show` tells them to people.
    assert unread == ["capabilities"]


def _settings(of: type[BaseModel]) -> Iterator[str]:
    """The keys that hold a value; those of tasks, roles and parameters are read by their names."""
    for key, field in of.model_fields.items():
        inner = field.annotation
        if inner is MetricWeights:
            yield key  # its fields are the names of features
        elif inner in {Roles, Tasks}:
            yield from _settings(next(iter(inner.model_fields.values())).annotation)
        elif isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from () if inner is Parameters else _settings(inner)
        else:
            yield key


def test_layers(load: Load, tmp_path: Path) -> None:
    config = load(
        "models:\n  registry:\n    openai/local:\n      api_base: http://127.0.0.1:1/v1\n"
        f"    {FLASH}: {{timeout: 5}}\n"
        "writer:\n  command: [agent, '{folder}']\n  max_rounds: 2\n",
        options={"writer.max_rounds": 4},
        SKILLREPO_MODEL="openai/local",
    )
    file = tmp_path / ".config/skillrepo/config.yaml"
    assert config.user.writer.command == ("agent", "{folder}")
    assert config.user.writer.max_rounds == 4
    assert config.user.writer.command_timeout == 900
    assert set(config.user.models.registry) > {FLASH, PRO, "openai/local"}
    assert config.user.models.registry[FLASH].timeout == 5
    assert config.user.models.registry[FLASH].env == "GOOGLE_API_KEY"
    assert config.origins["writer.command"] == f"{file}:7"
    assert config.origins[f"models.registry.{FLASH}.timeout"] == f"{file}:5"
    assert config.origins["writer.max_rounds"] == "command line"
    assert config.origins["models.default"] == "environment SKILLREPO_MODEL"


def test_xdg_config_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere" / "skillrepo"
    elsewhere.mkdir(parents=True)
    (elsewhere / "config.yaml").write_text("writer: {default: model}")
    xdg = {"XDG_CONFIG_HOME": str(elsewhere.parent)}
    assert Config.load(xdg, tmp_path).user.writer.default == "model"
    # A relative one would lie in whatever repository one stands in: the standard says to ignore it.
    monkeypatch.chdir(tmp_path)
    assert Config.load({"XDG_CONFIG_HOME": "elsewhere"}, tmp_path).user.writer.default == "offline"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "writer:\n  defualt: model",
            "2: `writer.defualt` is not a known key; did you mean `default`?",
        ),
        ("wrtr: 1", "1: `wrtr` is not a known key; did you mean `writer`?"),
        ("skill: 1", "1: `skill` is not a known key; known here: dspy, models, roles, "),
        (
            "models:\n  registry:\n    env:\n      parameters:\n        top: 1",
            "5: `models.registry.env.parameters.top` is not a known key; did you mean `top_p`?",
        ),
        (
            "tasks:\n  skill_pln: {}",
            "2: `tasks.skill_pln` is not a known key; did you mean `skill_plan`?",
        ),
        ("writer: {default: modle}", "1: `writer.default` must be 'offline', 'command' or 'model'"),
        ("writer: {command: rm -rf x}", "1: `writer.command` must be a list"),
        ("writer: {command: []}", "1: `writer.command` must not be empty"),
        ("writer:\n  command:\n  - a\n  - 5", "2: `writer.command.1` must be a valid string"),
        ("writer: {max_rounds: true}", "1: `writer.max_rounds` must be a valid integer"),
        ("writer: {max_rounds: 0}", "1: `writer.max_rounds` must be greater than or equal to 1"),
        ("writer: {command_timeout: .inf}", "1: `writer.command_timeout` must be a valid number"),
        ("writer: {command_timeout: '5'}", "1: `writer.command_timeout` must be a valid number"),
        ("roles:\n", "1: `roles` must be a mapping"),
        (
            "runners: {a: {command: [x], comand: [x]}}",
            "1: `runners.a.comand` is not a known key; did you mean `command`?",
        ),
        ("models: {registry: [a]}", "1: `models.registry` must be a mapping"),
        (
            "models: {registry: {a: {api_base: 'https://u:secret@h/'}}}",
            "1: `models.registry.a.api_base` must be an address such as http://127.0.0.1:8080/v1, ",
        ),
        ("- a", "1: holds no settings; write `key: value` lines, such as `writer:`"),
        ("a: 1\na: 2", "2:1: the key `a` stands here a second time"),
    ],
)
def test_wrong_settings(load: Load, tmp_path: Path, text: str, message: str) -> None:
    found = problem(load, text)
    assert found.startswith(f"{tmp_path}/.config/skillrepo/config.yaml:{message}")


def test_all_problems_at_once(load: Load) -> None:
    assert len(problem(load, "writer: {defalt: a, max_rounds: b}").splitlines()) == 2


@pytest.mark.parametrize("field", ["env", "env_fallback", "api_key", "key"])
def test_a_key_in_the_file_is_refused_and_not_shown(load: Load, field: str) -> None:
    found = problem(load, f"models: {{registry: {{a: {{{field}: sk-Abc-123}}}}}}")
    assert "sk-Abc" not in found
    assert "variable" in found


@pytest.mark.parametrize("data", [b"\xff\xfea\x00", None])
def test_a_file_that_cannot_be_read(tmp_path: Path, data: bytes | None) -> None:
    path = tmp_path / ".config" / "skillrepo" / "config.yaml"
    path.parent.mkdir(parents=True)
    if data is None:
        path.mkdir()
    else:
        path.write_bytes(data)
    with pytest.raises(SkillRepoError, match=r"config\.yaml (is not UTF-8|cannot be read: )"):
        Config.load({}, tmp_path)


def test_the_model_of_a_task(load: Load) -> None:
    steps: list[tuple[str, dict[str, str]]] = [
        (FLASH, {}),
        ("o/default", {"SKILLREPO_MODEL": "o/default"}),
        ("o/role", {"SKILLREPO_MODEL_ROLE_PLANNER": "o/role"}),
    ]
    environ: dict[str, str] = {}
    for model, added in steps:
        environ |= added
        assert load("", **environ).resolve("skill_plan").model == model
    in_role = "roles: {planner: {model: o/file-role}}\n"
    assert load(in_role, **environ).resolve("skill_plan").model == "o/file-role"
    in_task = in_role + "tasks: {skill_plan: {model: o/file-task}}\n"
    assert load(in_task, **environ).resolve("skill_plan").model == "o/file-task"
    environ["SKILLREPO_MODEL_TASK_SKILL_PLAN"] = "o/task"
    resolved = load(in_task, **environ).resolve("skill_plan")
    assert resolved.model == "o/task"
    assert resolved.origins["model"] == "environment SKILLREPO_MODEL_TASK_SKILL_PLAN"
    resolved = load(in_task, **environ).resolve("skill_plan", "o/option")
    assert (resolved.model, resolved.origins["model"]) == ("o/option", "command line")
    # An empty variable is one that is not set.
    assert load("", SKILLREPO_MODEL="").resolve("skill_plan").model == FLASH


def test_parameters_of_a_task(load: Load) -> None:
    text = (
        "roles: {planner: {parameter_overrides: {temperature: 0.5, top_p: 0.9, max_tokens: 10}}}\n"
        "tasks: {skill_plan: {parameters: {temperature: 0.25}}}\n"
    )
    resolved = load(text).resolve("skill_plan")
    assert resolved.parameters == {
        "temperature": 0.25,
        "max_tokens": 10,
        "top_p": 0.9,
        "reasoning_effort": "high",
    }
    assert resolved.origins["temperature"].endswith("config.yaml:2")
    hot = load(text, DSPY_TEMPERATURE="1.5")
    assert hot.resolve("skill_plan").parameters["temperature"] == 1.5
    assert hot.resolve("skill_plan").origins["temperature"] == "environment DSPY_TEMPERATURE"
    assert hot.resolve("skill_edit").parameters["temperature"] == 1.5


def test_how_a_model_is_reached(load: Load) -> None:
    flash = load().resolve("skill_plan")
    assert (flash.key_env, flash.timeout, flash.retries, flash.api_base) == (
        ("GOOGLE_API_KEY", "GEMINI_API_KEY", "LITELLM_API_KEY"),
        60,
        2,
        None,
    )
    text = (
        "models: {registry: {mine: {model: openai/x, model_type: chat, num_retries: 0, "
        "api_base: 'http://[::1]:8/v1', env: MINE}}}"
    )
    mine = load(text).resolve("skill_edit", "mine")
    assert (mine.name, mine.model, mine.model_type) == ("mine", "openai/x", "chat")
    assert (mine.api_base, mine.key_env, mine.retries) == ("http://[::1]:8/v1", ("MINE",), 0)
    unknown = load().resolve("skill_edit", "ollama/llama3")
    assert (unknown.name, unknown.model, unknown.key_env) == ("ollama/llama3", "ollama/llama3", ())
    assert (unknown.timeout, unknown.api_base) == (60, None)


def test_the_first_key_that_is_set_picks_the_default_model(load: Load) -> None:
    sonnet, mini = "anthropic/claude-sonnet-5", "openai/gpt-5.4-mini"
    both = {"OPENAI_API_KEY": "sk-1", "ANTHROPIC_API_KEY": "sk-2"}
    config = load(**both)
    assert config.user.models.default == sonnet
    assert config.origins["models.default"] == "environment ANTHROPIC_API_KEY is set"
    assert config.resolve("skill_plan").key_env == ("ANTHROPIC_API_KEY",)
    assert config.user.writer.default == "offline"
    assert load(OPENAI_API_KEY="sk-1", ANTHROPIC_API_KEY=" ").user.models.default == mini
    gemini = load(GEMINI_API_KEY="sk-1").resolve("skill_plan")
    assert (gemini.model, "GEMINI_API_KEY" in gemini.key_env) == (FLASH, True)
    assert load().user.models.default == FLASH
    # What the user says goes before it.
    assert load(**both, SKILLREPO_MODEL="o/mine").user.models.default == "o/mine"
    assert load("models: {default: o/file}", **both).user.models.default == "o/file"
    own = "models: {by_key: {OWN_KEY: o/own, ANTHROPIC_API_KEY: o/other}}"
    assert load(own, **both).user.models.default == "o/other"
    picked = load(own, OWN_KEY="x").resolve("skill_edit")
    assert (picked.model, picked.key_env) == ("o/own", ("OWN_KEY",))


def test_a_key_that_picks_a_model_is_for_its_provider_alone(load: Load) -> None:
    text = f"models: {{registry: {{{FLASH}: {{api_base: 'http://127.0.0.1:8/v1'}}}}}}"
    resolved = load(text, GEMINI_API_KEY="x").resolve("skill_plan")
    assert resolved.key_env == ("GOOGLE_API_KEY", "LITELLM_API_KEY")


def test_what_is_no_variable_is_not_shown(load: Load) -> None:
    said = problem(load, "models: {by_key: {sk-0123456789: openai/x}}")
    assert "`models.by_key` must have names of environment variables for its keys" in said
    assert "sk-0123456789" not in said


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("DSPY_TEMPERATURE", "warm", "environment DSPY_TEMPERATURE: must be a number"),
        ("DSPY_TEMPERATURE", "9", "environment DSPY_TEMPERATURE: `tasks.skill_understand.param"),
        (
            "SKILLREPO_MODEL_TASK_PLAN",
            "x",
            "there is no such variable; known: SKILLREPO_MODEL_TASK_",
        ),
        (
            "SKILLREPO_MODEL_ROLE_BOSS",
            "x",
            "there is no such variable; known: SKILLREPO_MODEL_ROLE_",
        ),
        ("SKILLREPO_MODEL", "a b", "environment SKILLREPO_MODEL: `models.default` must match"),
    ],
)
def test_wrong_variables(load: Load, variable: str, value: str, message: str) -> None:
    assert message in problem(load, **{variable: value})


def test_an_unknown_option_is_an_error(load: Load) -> None:
    with pytest.raises(SkillRepoError, match=r"command line: `writer\.defalt` is not a known key"):
        load(options={"writer.defalt": "model"})


def test_no_value_of_a_key_is_read(load: Load) -> None:
    config = load(GOOGLE_API_KEY="sk-secret-value")
    assert "sk-secret-value" not in repr(
        (config, config.resolve("skill_plan"), list(config.items()))
    )


def test_schema_asks_for_nothing_and_describes_everything() -> None:
    schema = UserConfig.model_json_schema()
    shapes = [schema, *schema["$defs"].values()]
    assert all("required" not in shape for shape in shapes)
    assert all(shape["additionalProperties"] is False for shape in shapes)
    assert all(shape["description"] for shape in shapes)
