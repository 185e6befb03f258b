"""The gate: what is wrong with the skills that a draft changes, by the rules of where it goes."""

from collections.abc import Iterator, Mapping
from posixpath import dirname

from skillrepo import taxonomy
from skillrepo.check import Plan, check, judge, report
from skillrepo.commands.former import former
from skillrepo.commands.since import Since
from skillrepo.context import Context
from skillrepo.document import OUT_OF_REACH, Unreadable
from skillrepo.errors import SkillRepoError
from skillrepo.files import Source, within
from skillrepo.finding import Finding, Report, Severity
from skillrepo.git_tips import Change
from skillrepo.rules import ALL, taxonomy_valid, template_text
from skillrepo.selection import applied
from skillrepo.settings import Ignore
from skillrepo.taxonomy import Taxonomy


def gate(
    target: Context, before: Source, after: Source, changed: Mapping[str, Change]
) -> Report | None:
    """Check the skills that hold the changed paths, and the taxonomy if it is one of these.

    What counts is the specification, and that no text of a template is left: `new` commits one for
    its user to fill in, and merged as it is it would stand in the way of a skill.

    None where there is nothing of that, or a partial clone lacks one.

    A draft may not excuse itself: settings and taxonomy are those of `target`, and a comment that
    ignores a finding counts only if it stands `before`, in the files of the branch that the draft
    goes to; for a skill that is moved, where it was. `after` has those of the draft; both need to
    have no others than its skills', and `before` the settings.
    """
    moved = former(changed)
    inside = _with_moved(target, moved).with_source(after)
    owners = {inside.library.owner(path) for path in changed}
    skills = list(inside.library.load(sorted(filter(None, owners))))
    new_taxonomy = changed.get(taxonomy.FILE_NAME)
    if not skills and not (new_taxonomy and new_taxonomy.after):
        return None
    if any(isinstance(each, Unreadable) and each.why == OUT_OF_REACH for each in skills):
        return None
    rules = target.settings.rules
    left = applied((template_text.RULE,), "house", rules)
    own = [each for each in applied(ALL, "spec", rules) if each.rule is not template_text.RULE]
    plan = Plan.of((*own, *left), ALL, inside)
    verdicts = [judge(each, plan, inside) for each in skills]
    honoured = Since(before, (), moved).honoured(plan, inside)
    found = report(verdicts, plan, inside, honoured=honoured)
    if new_taxonomy and new_taxonomy.after:
        both = {*found.findings, *_of_taxonomy(target, after)}
        found = found._replace(findings=tuple(sorted(both, key=Finding.order)))
    return found


def _of_taxonomy(target: Context, after: Source) -> tuple[Finding, ...]:
    """What is wrong with the draft's own taxonomy."""
    rule = taxonomy_valid.RULE
    try:
        new = Context.of(after, settings_of=after).taxonomy
    except SkillRepoError as error:
        why = str(error)
        return (Finding(taxonomy.FILE_NAME, 1, 1, rule.code, rule.name, Severity.ERROR, why),)
    inside = target.with_source(after)._replace(taxonomy=new)
    return check((), (rule,), inside, "spec").findings


def _with_moved(target: Context, moved: Mapping[str, str]) -> Context:
    """What the settings ignore in a skill they ignore where it is now, too."""
    found = tuple(_moved_ignores(target, moved))
    if not found:
        return target
    settings = target.settings
    return target._replace(settings=settings._replace(ignore=(*settings.ignore, *found)))


def _moved_ignores(target: Context, moved: Mapping[str, str]) -> Iterator[Ignore]:
    for entry in target.settings.ignore if moved else ():
        known = target.taxonomy
        folder = known.folder(entry.skill) if isinstance(known, Taxonomy) else entry.skill
        for new, old in moved.items():
            if any(within(dirname(old), each) for each in (folder, entry.skill) if each):
                yield entry._replace(skill=dirname(new))
