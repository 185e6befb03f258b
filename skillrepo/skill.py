"""`Frontmatter` and `Skill`: a document that is proven to satisfy the specification."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from skillrepo.document import Document

# Python's `\W` knows all alphabets, as the reference library does; to an editor, which follows
# ECMAScript, the same pattern is ASCII's, as the specification's text has it.
NAME_PATTERN = r"^[^\W_A-Z]+(-[^\W_A-Z]+)*$"


def _normal(name: object) -> object:
    """The name as the reference library compares it."""
    return unicodedata.normalize("NFKC", name.strip()) if isinstance(name, str) else name


def _proper(name: str) -> str:
    """The name, if the reference library takes it: small letters of any alphabet."""
    if name != name.lower() or not re.fullmatch(NAME_PATTERN, name):
        raise ValueError("is no name of a skill")
    return name


class Frontmatter(BaseModel):
    """The frontmatter of a SKILL.md, after https://agentskills.io/specification."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: Annotated[
        str,
        BeforeValidator(_normal),
        Field(
            min_length=1,
            max_length=64,
            description="Lowercase letters, digits and single hyphens; the folder's name.",
            json_schema_extra={"pattern": NAME_PATTERN},
        ),
        AfterValidator(_proper),
    ]
    description: Annotated[
        str,
        StringConstraints(strip_whitespace=True),
        Field(
            min_length=1,
            max_length=1024,
            description="What the skill does and when to use it.",
        ),
    ]
    license: Annotated[
        str, Field(description="A licence's name, or the file that holds its text.")
    ] = ""
    compatibility: Annotated[
        str,
        Field(
            min_length=1, max_length=500, description="What the skill needs of its surroundings."
        ),
    ] = ""
    metadata: Annotated[
        dict[str, str], Field(description="Everything else: keys and values are text.")
    ] = {}
    allowed_tools: Annotated[
        str,
        Field(alias="allowed-tools", description="Tools that need no asking, separated by spaces."),
    ] = ""


@dataclass(frozen=True, slots=True)
class Skill:
    """A skill whose fields satisfy the specification; `path` is its SKILL.md's.

    Keys that the specification does not have are left out, as clients leave them out.
    """

    path: str
    frontmatter: Frontmatter

    @property
    def version(self) -> str:
        """Its `metadata.version`, empty where there is none."""
        return self.frontmatter.metadata.get("version", "")

    @property
    def status(self) -> str:
        """Its `metadata.status`, empty where there is none."""
        return self.frontmatter.metadata.get("status", "")

    @classmethod
    def of(cls, document: Document) -> Self | None:
        """The skill that a document is; None where a field breaks the specification."""
        known = {field.alias or name for name, field in Frontmatter.model_fields.items()}
        fields = {key: value for key, value in document.frontmatter.items() if key in known}
        try:
            frontmatter = Frontmatter.model_validate(fields, by_alias=True)
        except ValidationError:
            return None
        return cls(document.path, frontmatter)
