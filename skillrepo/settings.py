"""`skillrepo.yaml` → `Settings`: what a content repository wants otherwise than shipped.

It is read from repositories that may be hostile: no program to run, no address to call, no name
of a key may stand here. Those are `config`'s, which reads the user's own file.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from skillrepo import resource, schema, yaml_node, yaml_text
from skillrepo.errors import SkillRepoError
from skillrepo.visible import one_line

FILE_NAME = "skillrepo.yaml"
Profile = Literal["house", "spec"]
FailOn = Literal["error", "warning", "info"]
GateMode = Literal["off", "warn", "enforce"]
Layer = Literal["integrity", "static", "routing", "judge", "behaviour"]


class Section(NamedTuple):
    """One section that a policy asks for: a heading, or one of the aliases.

    With `or_description` a description that says when to use the skill serves as well.
    """

    title: str
    aliases: tuple[str, ...] = ()
    or_description: bool = False


class Policy(NamedTuple):
    """Which sections the skills of a category need, and whether in that order."""

    required: tuple[Section, ...] = ()
    ordered: bool = False


class RuleSetting(NamedTuple):
    """What the repository wants of a rule: a severity (`off`, or None as shipped), and where."""

    severity: str | None = None
    paths: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


class Ignore(NamedTuple):
    """Findings of one rule in one skill that the repository accepts; `line` is the entry's."""

    rule: str
    skill: str
    reason: str
    line: int


class Grading(NamedTuple):
    """What a change has to be to pass the gate of `skillrepo grade`."""

    gate: GateMode = "warn"
    require: tuple[Layer, ...] = ("integrity", "static")
    minimum: float = 0.6
    max_drop: float = 0.05
    max_thefts: int = 0
    max_losses: int = 0
    max_removed_queries: int = 0
    fail_inconclusive: bool = False


class Settings(NamedTuple):
    """The settings of a content repository; `file_shapes.SettingsFile` says what each is."""

    version: int = 1
    profile: Profile = "house"
    fail_on: FailOn = "error"
    exclude: tuple[str, ...] = ()
    max_body_lines: int = 500
    max_body_tokens: int = 5_000
    required_keys: tuple[str, ...] = ()
    sections: Mapping[str, Policy] = MappingProxyType({})
    rules: Mapping[str, RuleSetting] = MappingProxyType({})
    ignore: tuple[Ignore, ...] = ()
    clients: tuple[str, ...] = ()
    baseline: str = ""
    grade: Grading = Grading()

    def policy(self, name: str) -> Policy | None:
        """The section policy `name`: the repository's own, else the shipped one."""
        return self.sections.get(name) or shipped_policies().get(name)


DEFAULT = Settings()


def load(text: str) -> Settings:
    """Read the text of a `skillrepo.yaml`. Raises `SkillRepoError` with every problem."""
    loaded = _valid(text, FILE_NAME, "settings")
    if loaded is None:
        return DEFAULT
    value = loaded.value
    plain = ("version", "profile", "fail_on", "max_body_lines", "max_body_tokens", "baseline")
    return Settings(
        **{key: value[key] for key in plain if key in value},
        exclude=tuple(value.get("exclude", ())),
        required_keys=tuple(value.get("required_keys", ())),
        sections=dict(_policies(value.get("sections", {}))),
        rules={name: _rule(item) for name, item in value.get("rules", {}).items()},
        ignore=tuple(
            Ignore(
                entry["rule"],
                entry["skill"].strip("/"),
                entry.get("reason", "").strip(),
                loaded.line_of(("ignore", number)),
            )
            for number, entry in enumerate(value.get("ignore", ()))
        ),
        clients=tuple(value.get("clients", ())),
        grade=_grading(value.get("grade", {})),
    )


def _grading(value: Mapping[str, Any]) -> Grading:
    mode = value.get("gate", Grading().gate)
    return Grading(
        **{
            **value,
            "require": tuple(value.get("require", Grading().require)),
            # As with the severity of a rule.
            "gate": "off" if mode is False else mode,
        }
    )


def _rule(value: Any) -> RuleSetting:
    fields = value if isinstance(value, dict) else {"severity": value}
    severity = fields.get("severity")
    return RuleSetting(
        # An unquoted `off` is the boolean false to YAML 1.1.
        "off" if severity is False else severity,
        tuple(fields.get("paths", ())),
        tuple(fields.get("exclude", ())),
    )


@cache
def shipped_policies() -> Mapping[str, Policy]:
    """The policies of `config/sections.yaml`."""
    name = "config/sections.yaml"
    loaded = _valid(resource.read(name), name, "sections")
    return dict(_policies(loaded.value["policies"] if loaded else {}))


def _policies(value: Mapping[str, Any]) -> Iterator[tuple[str, Policy]]:
    for name, policy in value.items():
        required = (
            Section(
                title=section["title"],
                aliases=tuple(section.get("aliases", ())),
                or_description=section.get("or_description", False),
            )
            for section in policy.get("required", ())
        )
        yield name, Policy(tuple(required), policy.get("ordered", False))


def _valid(text: str, file: str, shape: str) -> yaml_node.Loaded | None:
    """The valid value in the text, or `SkillRepoError`; None for an empty file."""
    try:
        loaded = yaml_text.load(text)
    except yaml_node.YamlError as error:
        message = f"{file}:{error.line}:{error.column}: {error.why}"
        raise SkillRepoError(message) from None
    if loaded.value is None:
        return None
    found = schema.violations(shape, loaded.value)
    if found:
        lines = (
            f"{file}:{loaded.line_of(violation.path)}: {one_line(schema.explain(violation))}"
            for violation in found
        )
        raise SkillRepoError("\n".join(lines))
    return loaded
