"""What a writer is asked for and what it gives back: `Source`, `Request`, `Draft`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from skillrepo.finding import Finding
from skillrepo.settings import Section


@dataclass(frozen=True, slots=True)
class Source:
    """A document that a draft is made from.

    `path` is how the user named it (for a file of a folder: folder/relative/path, POSIX);
    `sha256` is the hex digest of its bytes.
    """

    path: str
    text: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A skill that there is already; its description is empty where nobody has read it."""

    address: str
    description: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A category that a skill may be put into; `skills` are those in it, if they are known.

    With `ordered` the sections must stand in that order.
    """

    id: str
    title: str
    description: str
    required_sections: tuple[Section, ...]
    aliases: tuple[str, ...] = ()
    skills: tuple[Neighbour, ...] = ()
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Cost:
    """What the calls of models for a draft cost.

    `dollars` is None where a model's price is not known. `estimated` says that a provider did not
    count its tokens.
    """

    calls: int
    input_tokens: int
    output_tokens: int
    dollars: float | None
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A skill as a writer left it: paths relative to the skill's folder → bytes.

    `files` always holds `SKILL.md`. `category` and `name` say where it wants to be; `writer` is
    `offline`, `command` or `model`; `model` and `program` (a sha256) are set by the model
    writer alone, as `cost` is. By `criteria` the plan wants it to be judged. `notes` are sentences
    for the commit's body: what was assumed, what was left out.
    """

    category: str
    name: str
    files: Mapping[str, bytes]
    writer: str
    model: str | None = None
    program: str | None = None
    notes: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()
    cost: Cost | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What one call of a writer is asked for.

    `name` and `category` are None where the writer may choose; a category must be the id of one
    of `choices`. `taken` are the names in use, `near` the skills that may concern the same. For a
    revision `revises` is the skill as it is, and `brief` what is to be changed. From the second
    round on `previous` is the last draft and `findings` what is wrong with it.
    """

    brief: str
    sources: tuple[Source, ...]
    choices: tuple[Choice, ...]
    name: str | None = None
    category: str | None = None
    taken: frozenset[str] = frozenset()
    near: tuple[Neighbour, ...] = ()
    revises: Draft | None = None
    previous: Draft | None = None
    findings: tuple[Finding, ...] = ()


Write = Callable[[Request], Draft]


@runtime_checkable
class Reviewer(Protocol):
    """A writer that can also judge a finished draft by its plan, and have a person look at it."""

    def __call__(self, request: Request) -> Draft:
        """Write a draft. Raises `SkillRepoError`."""
        ...

    def of(self, brief: str) -> "Reviewer":
        """Give the same writer, which tells of its calls as made for the brief with this id."""
        ...

    def review(self, request: Request, draft: Draft) -> Draft:
        """Give the draft with notes on what is open. Raises `SkillRepoError`."""
        ...

    def confirm(self, shown: str, question: str) -> str | None:
        """Ask the person, if there is one; None to go on, else what is to be changed.

        Raises `SkillRepoError` where nothing is wanted of it.
        """
        ...

    def change(self, request: Request, draft: Draft, wish: str) -> Draft:
        """Give the draft with a change that the person wants. Raises `SkillRepoError`."""
        ...
