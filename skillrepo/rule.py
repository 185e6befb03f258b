"""What a rule is: `Rule`, and what it yields: `Hit`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from skillrepo.context import Context
from skillrepo.document import Document, Unreadable
from skillrepo.facts import Facts
from skillrepo.finding import Fix, Severity

Profile = Literal["house", "spec"]
ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO


class Hit(NamedTuple):
    """One thing a rule found; `check` adds code and severity.

    `path` names another file of the skill, from the root of what is checked; None is SKILL.md.
    """

    line: int
    column: int
    message: str
    fix: Fix | None = None
    path: str | None = None


class Use(NamedTuple):
    """Something that ignores findings of a rule: a comment, or an entry of the settings.

    `rule` is as it was written; `needed` says whether it ignored anything, None where that could
    not be seen, since the rule or the skill was not looked at; `known` whether there is the rule.
    """

    path: str
    line: int
    column: int
    rule: str
    reason: str
    needed: bool | None
    known: bool


class Change(NamedTuple):
    """What a change makes of skills: the files before and after it, with the settings of before.

    `skills` leads from the SKILL.md of each skill that is looked at to what it was in the base,
    None for a new one. `gone` are those of the base that are there no more, moved or not, `changed`
    the paths of all files that differ; both are empty where skills were named.
    """

    before: Context
    after: Context
    skills: Mapping[str, str | None]
    gone: Sequence[str] = ()
    changed: Sequence[str] = ()


class Rule(NamedTuple):
    """A rule: its stable code, its severity by profile, and how it looks at a skill.

    A profile without a severity does not run it. `manual` is its page: the docstring of its
    file. What `needs_taxonomy` is not checked outside a content repository. One of these is
    set; or `run_any` for SKILL.md, and `run` for the other files:

    - `run` sees each document whose frontmatter could be read. What it says may depend on the
      skill's own files, the settings and the taxonomy, and on nothing else: it is remembered.
    - `run_any` sees each file, read or not; what it says may depend on that file alone.
    - `run_related` sees the facts of each skill, and those of all others.
    - `run_once` sees the repository, and yields the path of the file with each hit.
    - `run_ignores` sees what ignores findings, after all other rules, as `run_once` does.
    - `run_change` sees both sides of a change, as `run_once` does; `grade` alone has them.
    """

    code: str
    name: str
    severities: Mapping[Profile, Severity]
    manual: str | None
    run: Callable[[Document, Context], Iterator[Hit]] | None = None
    run_any: Callable[[Document | Unreadable], Iterator[Hit]] | None = None
    run_related: Callable[[Facts, Context], Iterator[Hit]] | None = None
    run_once: Callable[[Context], Iterator[tuple[str, Hit]]] | None = None
    run_ignores: Callable[[Sequence[Use]], Iterator[tuple[str, Hit]]] | None = None
    run_change: Callable[[Change], Iterator[tuple[str, Hit]]] | None = None
    needs_taxonomy: bool = False
