"""Faults of integrity that only the two sides of a change show: no rule sees the base."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from skillrepo import trigger_queries
from skillrepo.commands.sides import Sides
from skillrepo.document import Document
from skillrepo.finding import Finding, Severity
from skillrepo.grade.neighbours import mention
from skillrepo.library import Library

_CODE = "grade"


def faults(sides: Sides, paths: Sequence[str], old: Mapping[str, str]) -> Iterator[Finding]:
    """What the change does to the skills at `paths`; `old` has their SKILL.md of the base."""
    after, before = sides.after.library, sides.before.library
    yield from _widened(after, before, {path: old[path] for path in paths if path in old})
    for path in paths:
        was = old.get(path)
        if not after.stands_for_another(path):
            yield from _named(after, before, path, was)
        elif was and before.source.kind(was) != "link":
            yield _LINKED._replace(path=path)


_LINKED = Finding(
    *("", 1, 1, "D101", "readable", Severity.ERROR),
    "was a file, and is a link to another now, which is not graded; make it a file again",
)
_KEY = "allowed-tools"


def _widened(after: Library, before: Library, old: Mapping[str, str]) -> Iterator[Finding]:
    """Tools that are pre-approved now, and were not."""
    granting = {each.path: each for each in _read(after, old) if each.frontmatter.get(_KEY)}
    known = {each.path: each for each in _read(before, sorted({old[path] for path in granting}))}
    for path, now in granting.items():
        then = known.get(old[path])
        if then is None or then.frontmatter.get(_KEY) == now.frontmatter[_KEY]:
            continue
        from skillrepo.semantic_diff import tools_widened  # noqa: PLC0415 - seldom

        if tools := tools_widened(then, now):
            lines = enumerate(now.text.splitlines(), 1)
            line = next((number for number, text in lines if text.startswith(_KEY)), 1)
            names = ", ".join(f"`{tool}`" for tool in tools)
            why = f"`allowed-tools` grants more than before: {names}; a maintainer has to want that"
            yield Finding(path, line, 1, _CODE, "tools-widened", Severity.ERROR, why)


def _read(library: Library, paths: Iterable[str]) -> Iterator[Document]:
    found = (each for each in library.load(paths) if isinstance(each, Document))
    return (each for each in found if each.problem is None)


def _named(after: Library, before: Library, path: str, was: str | None) -> Iterator[Finding]:
    """Prompts for the skill that name it, and did not stand there before: they find it anyway."""
    name = after.folder_name(path)
    known = {text for text, _, _ in _prompts(before, was)} if was else set[str]()
    for text, place, line in _prompts(after, path):
        if text not in known and mention(name).search(text):
            why = f"the prompt names the skill `{name}`, so it tests nothing; say it as a user does"
            yield Finding(place, line, 1, _CODE, "eval-names-skill", Severity.ERROR, why)


def _prompts(library: Library, path: str) -> Iterator[tuple[str, str, int]]:
    bundle = library.bundle(path)
    if not any(trigger_queries.is_eval_file(each.name) for each in bundle.items):
        return
    evals = trigger_queries.of_bundle(bundle, library.folder_name(path))
    wanted = {query.text: query for query in evals.queries if query.should_trigger}
    for text, query in wanted.items():
        yield text, query.path, query.line
    for task in evals.tasks:
        if task.prompt not in wanted:
            yield task.prompt, task.path, task.line
