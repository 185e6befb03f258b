"""What a rule is: `Rule`, and what it yields: `Hit`."""

from collections.abc import Callable, Iterator, Mapping
from typing import Literal, NamedTuple

from skillrepo.context import Context
from skillrepo.document import Document, Unreadable
from skillrepo.finding import Fix, Severity

Profile = Literal["house", "spec"]
ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO


class Hit(NamedTuple):
    """One thing a rule found; `check` adds path, code and severity."""

    line: int
    column: int
    message: str
    fix: Fix | None = None


DocumentCheck = Callable[[Document, Context], Iterator[Hit]]


class Rule(NamedTuple):
    """A rule: its stable code, its severity by profile, and how it looks at a skill.

    A profile without a severity does not run it. `manual` is its page: the docstring of its
    file. `run` sees each document whose frontmatter could be read; `run_any` each file, read or
    not; `run_once` the repository, and yields the path of the file with each hit. What
    `needs_taxonomy` is not checked outside a content repository.
    """

    code: str
    name: str
    severities: Mapping[Profile, Severity]
    manual: str | None
    run: DocumentCheck | None = None
    run_any: Callable[[Document | Unreadable], Iterator[Hit]] | None = None
    run_once: Callable[[Context], Iterator[tuple[str, Hit]]] | None = None
    needs_taxonomy: bool = False
