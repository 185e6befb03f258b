"""The types of what a model answers, as it is asked for them and as they are checked."""

from typing import Any, Literal

from pydantic import BaseModel, Field

Level = Literal["beginner", "intermediate", "advanced", "expert"]
Kind = Literal["how_to", "reference", "concept", "workflow", "checklist"]
Length = Literal["short", "medium", "long"]


class Question(BaseModel):
    """What the brief leaves open, and what may be answered."""

    question: str = Field(description="one sentence that ends with a question mark")
    why: str = Field(description="what is decided by it")
    options: list[str] = Field(description="two to four answers; the likeliest first")


class Intent(BaseModel):
    """What somebody wants a skill for."""

    purpose: str = Field(description="what the skill makes an agent able to do")
    problem: str = Field(description="what goes wrong without it")
    audience: str = Field(description="whose agent, in which situation")
    value: str = Field(description="what is better with it")


class Scope(BaseModel):
    """Where a skill begins and ends."""

    inside: list[str] = Field(description="what it covers, a phrase each")
    outside: list[str] = Field(description="what is near and not covered, a phrase each")


class Section(BaseModel):
    """A part of a skill's body."""

    heading: str = Field(description="the heading, without marks")
    points: list[str] = Field(description="what it says, a phrase each")


class PlannedFile(BaseModel):
    """A file beside SKILL.md."""

    path: str = Field(description="below references/ (Markdown) or scripts/")
    purpose: str = Field(description="what it holds, and when an agent opens or runs it")


class WrittenFile(BaseModel):
    """A file beside SKILL.md with its text."""

    path: str = Field(description="as it was planned or given")
    content: str = Field(description="the whole text")


class Verdict(BaseModel):
    """Whether a draft meets one criterion."""

    criterion: str = Field(description="as it was given")
    met: bool = Field(description="whether the draft meets it")
    evidence: str = Field(description="words of the draft that show it, or what is missing")


def encodable(value: Any) -> Any:
    """The same without lone surrogates, which JSON can spell and no file or provider can take."""
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, list):
        return [encodable(each) for each in value]
    if isinstance(value, BaseModel):
        return value.model_copy(update={name: encodable(each) for name, each in value})
    return value
