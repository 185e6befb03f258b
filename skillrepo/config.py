"""The user's own configuration: shipped < the user's file < environment < command line.

Programs to run, addresses to call and names of key variables come from here alone; a content
repository's `skillrepo.yaml` is another file with another shape. No value of a key is ever read.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self, cast, get_args

from pydantic import BaseModel, ValidationError

from skillrepo import resource, yaml_node, yaml_text
from skillrepo.errors import SkillRepoError
from skillrepo.user_config import (
    ForgeHost,
    RegisteredModel,
    Role,
    RoleSettings,
    RunnerSettings,
    Task,
    TaskSettings,
    UserConfig,
)

SHIPPED = "config/config.yaml"
_BUILT_IN = "built-in default"
_Keys = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class ResolvedModel:
    """The model that a task is done with.

    `name` is the registry's name or the id as it was given, `model` LiteLLM's id. The first of
    `key_env` that is set holds the key. `timeout` is in seconds. `response_schema` says whether it
    keeps to a JSON schema, None where LiteLLM is to know. `origins` says of `model` and each
    parameter where its value came from.
    """

    name: str
    model: str
    model_type: str
    api_base: str | None
    key_env: tuple[str, ...]
    parameters: Mapping[str, str | int | float]
    timeout: float
    retries: int
    origins: Mapping[str, str]
    response_schema: bool | None = None


@dataclass(frozen=True, slots=True)
class _Layer:
    """The values of one source; with `loaded`, `name` is the file that they stand in."""

    value: Mapping[str, Any]
    name: str
    loaded: yaml_node.Loaded | None = None

    def place(self, path: _Keys) -> str:
        return f"{self.name}:{self.loaded.line_of(path)}" if self.loaded else self.name


@dataclass(frozen=True, slots=True)
class Config:
    """The configuration in force; `origins` maps each dotted key to where its value came from."""

    user: UserConfig
    origins: Mapping[str, str]

    def __reduce__(self) -> tuple[type[Self], tuple[UserConfig, dict[str, str]]]:
        """What a worker on another machine is sent."""
        return type(self), (self.user, dict(self.origins))

    @classmethod
    def load(
        cls, environ: Mapping[str, str], home: Path, options: Mapping[str, object] | None = None
    ) -> Self:
        """Read all layers; `options` are dotted keys of the command line with their values.

        Raises `SkillRepoError` that names each wrong setting with its file and line.
        """
        shipped = _read(SHIPPED, resource.read(SHIPPED))
        layers = [shipped, *_user_layer(user_file(environ, home))]
        layers[1:1] = _picked_by_key(environ, _merged(layers))
        layers += _environment(environ, _merged(layers))
        layers += (
            _Layer(_nested(tuple(key.split(".")), value), "command line")
            for key, value in (options or {}).items()
        )
        user = _validated(layers)
        origins = {_dotted(path): _origin(layers, path) for path, _ in _leaves(user.model_dump())}
        return cls(user, MappingProxyType(origins))

    def items(self) -> Iterator[tuple[str, object, str]]:
        """Each setting in force: dotted key, value, where it came from."""
        for path, value in _leaves(self.user.model_dump()):
            origin = self.origins[_dotted(path)]
            if value is not None or origin != _BUILT_IN:
                yield _dotted(path), value, origin

    def resolve(self, task: Task, model: str | None = None) -> ResolvedModel:
        """The model of a task; `model`, from the command line, goes before all others."""
        settings: TaskSettings = getattr(self.user.tasks, task)
        role: RoleSettings = getattr(self.user.roles, settings.role)
        chain = (
            (model, "command line"),
            (settings.model, self._origin(f"tasks.{task}.model")),
            (role.model, self._origin(f"roles.{settings.role}.model")),
            (self.user.models.default, self._origin("models.default")),
        )
        name, origin = next((name, origin) for name, origin in chain if name)
        entry = self.user.models.registry.get(name, RegisteredModel())
        # A key that picks this model is one of its provider, which no other address is to see.
        picking = [key for key, picked in self.user.models.by_key.items() if picked == name]
        keys = (entry.env, *([] if entry.api_base else picking), entry.env_fallback)
        origins = {"model": origin}
        parameters: dict[str, str | int | float] = {}
        for prefix, given in (
            (f"models.registry.{name}.parameters", entry.parameters),
            (f"roles.{settings.role}.parameter_overrides", role.parameter_overrides),
            (f"tasks.{task}.parameters", settings.parameters),
        ):
            for key, value in given.model_dump(exclude_none=True).items():
                parameters[key] = value
                origins[key] = self._origin(f"{prefix}.{key}")
        return ResolvedModel(
            name=name,
            model=entry.model or name,
            model_type=entry.model_type,
            api_base=entry.api_base,
            key_env=tuple(dict.fromkeys(variable for variable in keys if variable)),
            parameters=MappingProxyType(parameters),
            timeout=entry.timeout,
            retries=entry.num_retries,
            origins=MappingProxyType(origins),
            response_schema=entry.response_schema,
        )

    def _origin(self, key: str) -> str:
        return self.origins.get(key, _BUILT_IN)


def user_file(environ: Mapping[str, str], home: Path) -> Path:
    """Where the user's own configuration is, or would be."""
    # https://specifications.freedesktop.org/basedir/latest/: a relative path is to be ignored;
    # it would lie in whatever repository one stands in.
    given = Path(environ.get("XDG_CONFIG_HOME", ""))
    return (given if given.is_absolute() else home / ".config") / "skillrepo" / "config.yaml"


def _user_layer(path: Path) -> Iterator[_Layer]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return
    except UnicodeDecodeError:
        message = f"{path} is not UTF-8; save it as UTF-8"
        raise SkillRepoError(message) from None
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}"
        raise SkillRepoError(message) from None
    yield _read(str(path), text)


def _picked_by_key(environ: Mapping[str, str], files: Mapping[str, Any]) -> Iterator[_Layer]:
    """The default model by the first variable of `models.by_key` that is set."""
    by_key = _get(files, ("models", "by_key"))
    for variable, model in by_key.items() if isinstance(by_key, Mapping) else ():
        if isinstance(variable, str) and environ.get(variable, "").strip():
            yield _Layer(_nested(("models", "default"), model), f"environment {variable} is set")
            return


def _read(name: str, text: str) -> _Layer:
    try:
        loaded = yaml_text.load(text)
    except yaml_node.YamlError as error:
        message = f"{name}:{error.line}:{error.column}: {error.why}"
        raise SkillRepoError(message) from None
    if loaded.value is not None and not isinstance(loaded.value, dict):
        message = f"{name}:1: holds no settings; write `key: value` lines, such as `writer:`"
        raise SkillRepoError(message)
    return _Layer(loaded.value or {}, name, loaded)


_TASK_PREFIX = "SKILLREPO_MODEL_TASK_"
_ROLE_PREFIX = "SKILLREPO_MODEL_ROLE_"


def _environment(environ: Mapping[str, str], files: Mapping[str, Any]) -> Iterator[_Layer]:
    """The variables as settings: the order of precedence is kept by where each is put."""
    for variable, value in sorted(environ.items()):
        origin = f"environment {variable}"
        if not value:
            continue
        if variable == "SKILLREPO_MODEL":
            yield _Layer(_nested(("models", "default"), value), origin)
        elif variable == "DSPY_TEMPERATURE":
            parameters = {"parameters": {"temperature": _number(variable, value)}}
            yield _Layer({"tasks": dict.fromkeys(get_args(Task), parameters)}, origin)
        elif variable.startswith(_TASK_PREFIX):
            task = _known(variable, _TASK_PREFIX, get_args(Task))
            yield _Layer(_nested(("tasks", task, "model"), value), origin)
        elif variable.startswith(_ROLE_PREFIX):
            role = _known(variable, _ROLE_PREFIX, get_args(Role))
            # A role's own model in a file goes before its variable.
            if not _get(files, ("roles", role, "model")):
                yield _Layer(_nested(("roles", role, "model"), value), origin)


def _number(variable: str, value: str) -> float:
    try:
        return float(value)
    except ValueError:
        message = f"environment {variable}: must be a number, such as 0.7"
        raise SkillRepoError(message) from None


def _known(variable: str, prefix: str, names: tuple[str, ...]) -> str:
    name = variable.removeprefix(prefix).lower()
    if name in names:
        return name
    known = ", ".join(prefix + name.upper() for name in names)
    message = f"environment {variable}: there is no such variable; known: {known}"
    raise SkillRepoError(message)


def _validated(layers: Sequence[_Layer]) -> UserConfig:
    try:
        return UserConfig.model_validate(_merged(layers))
    except ValidationError as error:
        problems = [(each["loc"], each["type"], each["msg"]) for each in error.errors()]
    # Outside of the handler: what was wrong may be a key, and no traceback is to carry it.
    raise SkillRepoError("\n".join(_explain(layers, *problem) for problem in problems))


# pydantic's words where they are Python's, by kind of problem or by key.
_WORDS = {
    "model_type": "must be a mapping",
    "dict_type": "must be a mapping",
    "tuple_type": "must be a list",
    "too_short": "must not be empty",
    "env": "must be the name of an environment variable",
    "env_fallback": "must be the name of an environment variable",
    "[key]": "must have names of environment variables for its keys",
    "optimized_programs_dir": "must be a folder in the repository, such as .skillrepo/programs",
    "api_base": "must be an address such as http://127.0.0.1:8080/v1, without user or password",
}


def _explain(layers: Sequence[_Layer], path: _Keys, kind: str, message: str) -> str:
    where = _origin(layers, path)
    # A key of a mapping that is none may be one that is secret.
    key = f"`{_dotted(path[:-2] if path[-1] == '[key]' else path)}`"
    if kind != "extra_forbidden":
        why = _WORDS.get(kind) or _WORDS.get(str(path[-1])) or message
        return (
            f"{where}: {key} {why.replace('Input should', 'must').replace('String should', 'must')}"
        )
    if path[-1] in {"api_key", "key"}:
        return f"{where}: {key}: keys never stand in a file; name their variable under `env`"
    known = _known_keys(path[:-1])
    close = difflib.get_close_matches(str(path[-1]), known, n=1)
    hint = f"did you mean `{close[0]}`?" if close else f"known here: {', '.join(known)}"
    return f"{where}: {key} is not a known key; {hint}"


# Mappings whose keys the user chooses.
_NAMED: Mapping[str | int, type[BaseModel]] = {
    "registry": RegisteredModel,
    "hosts": ForgeHost,
    "runners": RunnerSettings,
}


def _known_keys(path: _Keys) -> list[str]:
    model: type[BaseModel] = UserConfig
    keys = iter(path)
    for key in keys:
        annotation = model.model_fields[str(key)].annotation
        if key in _NAMED:
            annotation = _NAMED[key]
            next(keys)
        model = cast("type[BaseModel]", annotation)
    return list(model.model_fields)


def _origin(layers: Sequence[_Layer], path: _Keys) -> str:
    """Where the value at `path`, or the list that holds it, was set last."""
    path = tuple(takewhile(lambda key: isinstance(key, str), path))
    for layer in reversed(layers):
        if _get(layer.value, path, _MISSING) is not _MISSING:
            return layer.place(path)
    return _BUILT_IN


_MISSING = object()


def _get(value: object, path: _Keys, default: object = None) -> object:
    for key in path:
        if not isinstance(value, Mapping) or key not in value:
            return default
        value = value[key]
    return value


def _nested(path: tuple[str, ...], value: object) -> dict[str, Any]:
    for key in reversed(path):
        value = {key: value}
    return value  # type: ignore[return-value]


def _merged(layers: Iterable[_Layer]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for layer in layers:
        merged = _merge(merged, layer.value)
    return merged


def _merge(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Mappings are merged key by key; everything else replaces what was there."""
    merged = dict(under)
    for key, value in over.items():
        old = merged.get(key)
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            merged[key] = _merge(old, value)
        else:
            merged[key] = value
    return merged


def _leaves(value: object, path: _Keys = ()) -> Iterator[tuple[_Keys, object]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, (*path, key))
    else:
        yield path, value


def _dotted(path: _Keys) -> str:
    return ".".join(map(str, path))
