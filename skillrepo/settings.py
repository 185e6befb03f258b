"""`skillrepo.yaml` → `Settings`: what a content repository wants otherwise than shipped.

It is read from repositories that may be hostile: no program to run, no address to call, no name
of a key may stand here. Those are `config`'s, which reads the user's own file.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from skillrepo import resource, schema, yaml_text
from skillrepo.errors import SkillRepoError
from skillrepo.visible import one_line

FILE_NAME = "skillrepo.yaml"
Profile = Literal["house", "spec"]
FailOn = Literal["error", "warning", "info"]


class Section(NamedTuple):
    """One section that a policy asks for: a heading, or one of the aliases.

    With `or_description` a description that says when to use the skill serves as well.
    """

    title: str
    aliases: tuple[str, ...] = ()
    or_description: bool = False


class Policy(NamedTuple):
    """Which sections the skills of a category need."""

    required: tuple[Section, ...] = ()


class Settings(NamedTuple):
    """The settings of a content repository; `file_shapes.SettingsFile` says what each is."""

    version: int = 1
    profile: Profile = "house"
    fail_on: FailOn = "error"
    exclude: tuple[str, ...] = ()
    max_body_lines: int = 500
    max_body_tokens: int = 5_000
    sections: Mapping[str, Policy] = MappingProxyType({})

    def policy(self, name: str) -> Policy | None:
        """The section policy `name`: the repository's own, else the shipped one."""
        return self.sections.get(name) or shipped_policies().get(name)


DEFAULT = Settings()


def load(text: str) -> Settings:
    """Read the text of a `skillrepo.yaml`. Raises `SkillRepoError` with every problem."""
    value = _valid(text, FILE_NAME, "settings")
    if value is None:
        return DEFAULT
    kept = {key: item for key, item in value.items() if key not in ("exclude", "sections")}
    return Settings(
        **kept,
        exclude=tuple(value.get("exclude", ())),
        sections=dict(_policies(value.get("sections", {}))),
    )


@cache
def shipped_policies() -> Mapping[str, Policy]:
    """The policies of `config/sections.yaml`."""
    name = "config/sections.yaml"
    return dict(_policies(_valid(resource.read(name), name, "sections")["policies"]))


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
        yield name, Policy(tuple(required))


def _valid(text: str, file: str, shape: str) -> Any:
    """The value in the text, or `SkillRepoError`; None for an empty file."""
    try:
        loaded = yaml_text.load(text)
    except yaml_text.YamlError as error:
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
    return loaded.value
