"""What is wrong with the skills of a change, by the rules of the base, and what is not known."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple, Self

from skillrepo.baseline import entry_of
from skillrepo.bundle import NOT_TEXT
from skillrepo.check import Plan, judge, of_change, report
from skillrepo.commands.known import Known
from skillrepo.commands.progress import progress
from skillrepo.commands.sides import Sides
from skillrepo.context import Context
from skillrepo.files import within
from skillrepo.finding import Finding, NotAnalysed, Report, Severity
from skillrepo.rule import Change
from skillrepo.rules import KNOWN, taxonomy_valid
from skillrepo.secret_text import masked
from skillrepo.selection import applied, check_settings
from skillrepo.source_lines import SourceLines
from skillrepo.taxonomy import FILE_NAME, Taxonomy
from skillrepo.verdicts import verdicts

_MOST_LOOKED_AT = 50
"""Skills with errors; one with an old error is among the first of a repository that has them."""


class Integrity(NamedTuple):
    """Errors, and files that were not looked at, each by the SKILL.md of their skill.

    Errors outside of any skill are those of None. `had_errors` says that some were there before the
    change.
    """

    faults: Mapping[str | None, Sequence[Finding]]
    unseen: Mapping[str, Sequence[NotAnalysed]]
    had_errors: bool

    @classmethod
    def of(
        cls,
        sides: Sides,
        paths: Sequence[str],
        touched: AbstractSet[str],
        old: Mapping[str, str],
    ) -> Self:
        """Find the errors as `validate --base` does, and those of the change itself.

        `paths` are the skills that are graded, `touched` those of which a file differs; `old` leads
        to what they were.
        """
        named = bool(sides.place.named)
        change = Change(
            sides.before,
            sides.after,
            {path: old.get(path) for path in paths if path in touched},
            () if named else sides.gone(),
            () if named else sides.since.changed,
        )
        plan = _plan(sides.after)
        found = _report(sides, paths, change, plan)
        faults: dict[str | None, list[Finding]] = {}
        for fault in found.findings:
            faults.setdefault(sides.after.library.owner(fault.path), []).append(fault)
        unseen: dict[str, list[NotAnalysed]] = {}
        differing = frozenset(sides.since.changed)
        for each in _unseen(found, sides, paths):
            owner = sides.after.library.owner(each.path)
            # What is as it was is none of the change's.
            asked = each.path in differing or each.path == owner
            if owner and (asked or (named and owner not in touched)):
                unseen.setdefault(owner, []).append(each)
        wrong = {was: faults[path] for path, was in old.items() if path in faults}
        return cls(faults, unseen, _had(sides, plan, wrong))


def _plan(context: Context) -> Plan:
    check_settings(context.settings.rules, KNOWN)
    rules = applied(KNOWN, context.settings.profile, context.settings.rules, Severity.ERROR)
    return Plan.of(rules, KNOWN, context)


def _had(sides: Sides, plan: Plan, wrong: Mapping[str, Sequence[Finding]]) -> bool:
    """Whether a skill of the base has an error of those that are told of it now."""
    lines, base_lines = (SourceLines(each.library.source) for each in (sides.after, sides.before))
    for skill in sides.before.library.load(list(wrong)[:_MOST_LOOKED_AT]):
        there = report([judge(skill, plan, sides.before)], plan.alone(), sides.before).findings
        known = {entry_of(each, base_lines)[::2] for each in there}
        if not known.isdisjoint(entry_of(each, lines)[::2] for each in wrong[skill.path]):
            return True
    return False


def _report(sides: Sides, paths: Sequence[str], change: Change, plan: Plan) -> Report:
    context, since, place = sides.after, sides.since, sides.place
    concerned = sorted({*paths, *(() if place.named else since.affected(context))})
    folder = place.git().common_dir / "skillrepo"
    judged = verdicts(concerned, plan, context, folder, progress)
    honoured = since.honoured(plan, context)
    also = (*of_change(change, plan), *_of_taxonomy(sides))
    told = report(judged, plan, context, honoured=honoured, also=also)
    if not place.named:
        told = since.limit(told, plan, context)
    known = Known.of(place, context, None, since, new=False)
    return known.part(told, SourceLines(context.library.source), whole=False)


def _of_taxonomy(sides: Sides) -> Iterator[Finding]:
    """A taxonomy with which the change takes skills out of sight: of this one, or of the next."""
    source = sides.since.source
    if FILE_NAME not in sides.since.changed or source.kind(FILE_NAME) == "missing":
        return
    if sides.after.taxonomy is None:
        yield _taxonomy_fault("is removed, so no rule about places is checked; put it back")
    library = sides.after.library
    before = Context.of(source, settings_of=source).library.skill_files
    there = (path for path in before if library.source.kind(path) != "missing")
    if left := [path for path in there if not within(path, library.root)]:
        yield _taxonomy_fault(
            f"no longer has these skills below its `root`, so no change of them is looked at: "
            f"{len(left):,}, the first is {left[0]}; move them, or leave `root` as it was"
        )


def _taxonomy_fault(why: str) -> Finding:
    rule = taxonomy_valid.RULE
    return Finding(FILE_NAME, 1, 1, rule.code, rule.name, Severity.ERROR, masked(why))


def _unseen(found: Report, sides: Sides, paths: Iterable[str]) -> Iterator[NotAnalysed]:
    """What no rule has looked into, and why."""
    # The bytes of what is no text were there for the rules about those.
    yield from (each for each in found.not_analysed if each.why != NOT_TEXT)
    taxonomy = sides.after.taxonomy
    if taxonomy is not None and not isinstance(taxonomy, Taxonomy):
        rules = ", ".join(name for name, _ in found.not_checked)
        why = f"{FILE_NAME} cannot be used, so these rules were not checked: {rules}"
        yield from (NotAnalysed(path, why) for path in paths if found.not_checked)
