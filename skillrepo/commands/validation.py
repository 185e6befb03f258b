"""What `skillrepo validate` does; without click, which a hook has no time for."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from skillrepo import settings
from skillrepo.check import Plan, Verdict, report
from skillrepo.commands.known import Known
from skillrepo.commands.place import Place, affected
from skillrepo.commands.printing import say_all, show, view_of
from skillrepo.commands.progress import progress
from skillrepo.context import Context
from skillrepo.errors import SkillRepoError
from skillrepo.files import SKILL_FILE, IndexSource, Source
from skillrepo.finding import Severity
from skillrepo.rules import ALL, KNOWN
from skillrepo.selection import applied, check_settings, chosen
from skillrepo.source_lines import SourceLines
from skillrepo.verdicts import verdicts

if TYPE_CHECKING:
    from skillrepo.commands.since import Since


class Options(NamedTuple):
    """The options of one call."""

    staged: bool = False
    rev: str | None = None
    base: str | None = None
    profile: settings.Profile | None = None
    form: str = "text"
    output: Path | None = None
    quiet: bool = False
    fail_on: str | None = None
    level: str | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    client: tuple[str, ...] = ()
    fix: bool = False
    dry_run: bool = False
    baseline: Path | None = None
    write_baseline: bool = False


def validate(paths: Sequence[str | Path], asked: Options) -> int:
    """Check the skills at the paths, mend them if asked, and print what is found.

    Gives the exit code. Raises `SkillRepoError`.
    """
    place = Place.of([Path(path) for path in paths])
    since = _since(place, asked.base)
    source = _source(place, asked)
    # What may be ignored is not for the change to say that is looked at.
    context = Context.of(source, settings_of=since.rules if since else None)
    _check_clients(context.clients.union(_split(asked.client)))
    if asked.client:
        context = context._replace(clients=frozenset(_split(asked.client)))
    plan = _plan(asked, context)
    chosen_paths = _choose(place, context, since)
    whole = not place.named and not asked.staged and since is None
    found = _verdicts(chosen_paths, plan, context, place)
    if not found and whole and context.taxonomy is None:
        raise SkillRepoError(f"no {SKILL_FILE} found below {place.root}")
    if asked.fix:
        from skillrepo.commands import fixing  # noqa: PLC0415 - what a hook does not need

        done = fixing.repair(found, plan, context, move=not asked.staged)
        if asked.dry_run:
            say_all(fixing.diff(done))
            fixing.say_what_would_be(done)
            return 1 if done.files or done.moves else 0
        fixing.write(done, place, staged=asked.staged, plan=plan, context=context)
        if done.fixed:
            context = context.with_source(_source(place, asked))
            found = _verdicts(done.moved(chosen_paths), plan, context, place)
    honoured = since.honoured(plan, context) if since else None
    told = report(found, plan, context, whole=whole, honoured=honoured)
    if since:
        told = since.limit(told, plan, context)
    lines = SourceLines(context.library.source)
    known = Known.of(place, context, asked.baseline, since, new=asked.write_baseline)
    if asked.write_baseline:
        say_all([known.write(told, lines, context, whole=whole)])
        return 0
    told = known.part(told, lines, whole=whole)
    limit = Severity[(asked.fail_on or context.settings.fail_on).upper()]
    # A commit that touches no skill is none of a hook's business.
    view = view_of(limit, lines, quiet=asked.quiet or (asked.staged and not found))
    worst = told.worst()
    if prefix := place.prefix:
        told = told.renamed(lambda path: prefix + path)
        view = view._replace(lines=lambda path, line: lines(path.removeprefix(prefix), line))
    show(told, asked.form, view, asked.output)
    return 1 if worst is not None and worst >= limit else 0


def _check_clients(names: Iterable[str]) -> None:
    for name in names:
        from skillrepo.clients import check  # noqa: PLC0415 - for those who name one

        check(name)


def _since(place: Place, base: str | None) -> "Since | None":
    if base is None:
        return None
    from skillrepo.commands.since import Since  # noqa: PLC0415 - what a hook does not need

    return Since.of(place, base)


def _verdicts(paths: Sequence[str], plan: Plan, context: Context, place: Place) -> list[Verdict]:
    folder = place.repository.common_dir / "skillrepo" if place.repository else None
    return verdicts(paths, plan, context, folder, progress)


def _plan(asked: Options, context: Context) -> Plan:
    check_settings(context.settings.rules, KNOWN)
    rules = chosen(ALL, _split(asked.select), _split(asked.ignore))
    # A hook is to say what is wrong; what might be better is for a quieter moment.
    least = Severity[(asked.level or ("warning" if asked.staged else "info")).upper()]
    profile = asked.profile or context.settings.profile
    return Plan.of(applied(rules, profile, context.settings.rules, least), ALL, context)


def _split(values: Sequence[str]) -> tuple[str, ...]:
    """The parts of options that may be repeated and may hold commas."""
    parts = (part.strip() for value in values for part in value.split(","))
    return tuple(part for part in parts if part)


def _source(place: Place, asked: Options) -> Source:
    if asked.staged:
        return place.staged()
    return place.worktree() if asked.rev is None else place.commit(asked.rev)


def _choose(place: Place, context: Context, since: "Since | None") -> list[str]:
    library = context.library
    if isinstance(library.source, IndexSource):
        changes = library.source.changes
        if not place.named:
            return affected(library, changes)
        # pre-commit names no file that a commit removes, and its skill may need it.
        removed = affected(library, (path for path, entry in changes.items() if entry is None))
        return sorted({*removed, *place.select(library, others=True)})
    if since is None:
        return place.select(library)
    concerned = since.affected(context)
    return sorted(set(concerned).intersection(place.select(library))) if place.named else concerned
