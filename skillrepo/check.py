"""Runs rules over skills → `Report`."""

from collections.abc import Iterable, Iterator
from itertools import islice

from skillrepo.context import Context
from skillrepo.document import Document, Unreadable
from skillrepo.facts import Facts
from skillrepo.finding import Finding, NotAnalysed, Report
from skillrepo.rule import Hit, Profile, Rule
from skillrepo.taxonomy import Taxonomy

_NO_TAXONOMY = "there is no taxonomy.yaml: this is not a content repository"
# A hostile skill has a hundred thousand; nobody reads them, and to make them takes seconds.
_MOST = 100
_MORE = f"and more: these are the first {_MOST} findings of this rule in this skill"
_BAD_TAXONOMY = "taxonomy.yaml cannot be used"


def check(
    skills: Iterable[Document | Unreadable],
    rules: Iterable[Rule],
    context: Context,
    profile: Profile,
) -> Report:
    """Run each rule that the profile has over each skill, and sort what they find."""
    applied = [rule for rule in rules if profile in rule.severities]
    not_checked: list[tuple[str, str]] = []
    if not isinstance(context.taxonomy, Taxonomy):
        why = _NO_TAXONOMY if context.taxonomy is None else _BAD_TAXONOMY
        not_checked = [(rule.name, why) for rule in applied if rule.needs_taxonomy]
        applied = [rule for rule in applied if not rule.needs_taxonomy]
    once = tuple(
        _finding(path, hit, rule, profile)
        for rule in applied
        if rule.run_once
        for path, hit in rule.run_once(context)
    )
    findings = list(once)
    left: list[NotAnalysed] = []
    checked = 0
    for skill in skills:
        checked += 1
        context.facts.learn(facts := Facts.of(skill))
        for rule in applied:
            hits = list(islice(_hits(rule, skill, facts, context), _MOST + 1))
            if len(hits) > _MOST:
                hits[_MOST] = hits[_MOST]._replace(message=_MORE, fix=None)
            findings += (_finding(hit.path or skill.path, hit, rule, profile) for hit in hits)
        left += context.bundle(skill).not_analysed()
    findings.sort(key=Finding.order)
    return Report(checked, tuple(findings), tuple(not_checked), tuple(left))


def _hits(
    rule: Rule, skill: Document | Unreadable, facts: Facts, context: Context
) -> Iterator[Hit]:
    if rule.run_any:
        yield from rule.run_any(skill)
    elif rule.run_related:
        yield from rule.run_related(facts, context)
    elif rule.run and isinstance(skill, Document) and skill.problem is None:
        yield from rule.run(skill, context)


def _finding(path: str, hit: Hit, rule: Rule, profile: Profile) -> Finding:
    severity = rule.severities[profile]
    return Finding(path, hit.line, hit.column, rule.code, rule.name, severity, hit.message, hit.fix)
