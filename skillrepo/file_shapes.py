"""The shapes of the files of a content repository, as pydantic models; `schemas/` is made of them.

The hooks read these files without pydantic, which takes 90 ms to import: `taxonomy` and
`settings` take the values that the schemas accept, and a test compares the defaults.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from skillrepo.settings import DEFAULT, FailOn, Profile
from skillrepo.taxonomy import DEFAULT_MAX_DEPTH, DEFAULT_ROOT

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


class SectionsFile(_Shape):
    """The section policies that ship with the tool: `config/sections.yaml`."""

    version: _Version
    policies: dict[str, PolicyShape]
    """Policy name → policy."""


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
    sections: dict[str, PolicyShape] = {}
    """Section policies of your own, by name; they replace shipped ones."""
