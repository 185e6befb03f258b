"""Runs rules over skills: each skill by itself → `Verdict`; verdicts together → `Report`."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple

from skillrepo import changes
from skillrepo.context import Context
from skillrepo.document import Document, Unreadable
from skillrepo.facts import Facts
from skillrepo.finding import Finding, Ignored, NotAnalysed, Report
from skillrepo.globs import matches
from skillrepo.ignores import Ignore, ignores_of
from skillrepo.rule import Change, Hit, Profile, Rule, Use
from skillrepo.secret_text import masked
from skillrepo.selection import Applied, applied
from skillrepo.settings import FILE_NAME as SETTINGS
from skillrepo.taxonomy import Taxonomy

_NO_TAXONOMY = "there is no taxonomy.yaml: this is not a content repository"
_BAD_TAXONOMY = "taxonomy.yaml cannot be used"
# A hostile skill has a hundred thousand; nobody reads them, and to make them takes seconds.
_MOST = 100
_MORE = "and more: these are the first findings of this rule in this skill"

Honoured = Callable[[Finding], bool]
"""Whether a comment may ignore the finding."""


class Verdict(NamedTuple):
    """What the rules say that look at one skill alone: for the same bytes it is the same."""

    facts: Facts
    findings: tuple[Finding, ...]
    ignores: tuple[Ignore, ...] = ()
    not_analysed: tuple[NotAnalysed, ...] = ()


class Plan(NamedTuple):
    """The rules that apply to a repository, and those that cannot run there, with the reason."""

    rules: tuple[Applied, ...]
    not_checked: tuple[tuple[str, str], ...]
    known: frozenset[str]
    """Codes and names of all rules that there are, applied or not."""

    @classmethod
    def of(cls, rules: Sequence[Applied], known: Iterable[Rule], context: Context) -> "Plan":
        """Leave out what needs a taxonomy where there is none."""
        left: list[tuple[str, str]] = []
        if not isinstance(context.taxonomy, Taxonomy):
            why = _NO_TAXONOMY if context.taxonomy is None else _BAD_TAXONOMY
            left = [(each.rule.name, why) for each in rules if each.rule.needs_taxonomy]
            rules = [each for each in rules if not each.rule.needs_taxonomy]
        every = (*known, *changes.ALL)
        all_names = frozenset(name for rule in every for name in (rule.code, rule.name))
        return cls(tuple(rules), tuple(left), all_names)

    def alone(self) -> "Plan":
        """The rules that look at one skill alone, and at what ignores their findings."""
        kept = (e for e in self.rules if e.rule.run or e.rule.run_any or e.rule.run_ignores)
        return self._replace(rules=tuple(kept))


def check(
    skills: Iterable[Document | Unreadable],
    rules: Iterable[Rule],
    context: Context,
    profile: Profile,
) -> Report:
    """Run each rule that the profile and the settings apply, over each skill."""
    all_rules = tuple(rules)
    plan = Plan.of(applied(all_rules, profile, context.settings.rules), all_rules, context)
    return report((judge(skill, plan, context) for skill in skills), plan, context)


def judge(
    skill: Document | Unreadable, plan: Plan, context: Context, *, most: int = _MOST
) -> Verdict:
    """Run the rules that look at one skill alone; of each `most` findings are told."""
    found: list[Finding] = []
    document = skill if isinstance(skill, Document) and skill.problem is None else None
    # There are seventy rules and more, and most find nothing: that takes no more than it must.
    for each in plan.rules:
        rule = each.rule
        if rule.run_any:
            hits = rule.run_any(skill)
            for hit in hits:
                found += _first(chain((hit,), hits), each, skill.path, most)
                break
        if document and rule.run:
            hits = rule.run(document, context)
            for hit in hits:
                found += _first(chain((hit,), hits), each, skill.path, most)
                break
    bundle = context.bundle(skill)
    bundle.forget()
    if document:
        document.reading = None
    ignores = ignores_of(skill, bundle) if isinstance(skill, Document) else ()
    return Verdict(Facts.of(skill), tuple(found), ignores, bundle.not_analysed())


def of_change(change: Change, plan: Plan) -> Iterator[Finding]:
    """Run the rules about a change; of each `_MOST` findings in a file are told."""
    for each in plan.rules:
        if each.rule.run_change:
            counted = Counter[str]()
            for owner, hit in each.rule.run_change(change):
                path = hit.path or owner
                counted[path] += 1
                if counted[path] <= _MOST + 1 and each.concerns(path):
                    shown = hit if counted[path] <= _MOST else hit._replace(message=_MORE)
                    yield _finding(path, shown, each)


def report(  # noqa: PLR0913 - what is found, and all that decides what of it counts
    verdicts: Iterable[Verdict],
    plan: Plan,
    context: Context,
    *,
    whole: bool = False,
    honoured: Honoured | None = None,
    also: Iterable[Finding] = (),
) -> Report:
    """Add what the rules about several skills find, take out what is ignored, and sort.

    `whole` says that the verdicts are those of every skill of the repository; `also` are findings
    that were made elsewhere (`of_change`).
    """
    known = list(verdicts)
    for verdict in known:
        context.facts.learn(verdict.facts)
    found = [
        _finding(path, hit, each)
        for each in plan.rules
        if each.rule.run_once
        for path, hit in each.rule.run_once(context)
        if each.concerns(path)
    ]
    found += also
    related = [each for each in plan.rules if each.rule.run_related]
    for verdict in known:
        found += verdict.findings
        for each in related:
            if each.rule.run_related:
                hits = each.rule.run_related(verdict.facts, context)
                for hit in hits:
                    found += _first(chain((hit,), hits), each, verdict.facts.path, _MOST)
                    break
    sieve = _Sieve(known, plan, context, honoured)
    kept, ignored, refused = sieve.part(found)
    uses = sieve.uses(whole=whole)
    kept += [
        _finding(path, hit, each)
        for each in plan.rules
        if each.rule.run_ignores
        for path, hit in each.rule.run_ignores(uses)
        if each.concerns(path)
    ]
    return Report(
        tuple(verdict.facts.path for verdict in known),
        tuple(sorted(kept, key=Finding.order)),
        plan.not_checked,
        tuple(each for verdict in known for each in verdict.not_analysed),
        ignored=tuple(sorted(ignored, key=lambda each: each.finding.order())),
        refused=tuple(sorted(refused, key=lambda each: each.finding.order())),
    )


class _Sieve:
    """Parts the findings that count from those that a comment or the settings ignore."""

    def __init__(
        self,
        verdicts: Sequence[Verdict],
        plan: Plan,
        context: Context,
        honoured: Honoured | None,
    ) -> None:
        self._plan = plan
        self._honoured = honoured
        self._context = context
        self._comments: dict[str, list[Ignore]] = {}
        for verdict in verdicts:
            for ignore in verdict.ignores:
                self._comments.setdefault(ignore.path, []).append(ignore)
        self._settings = context.settings.ignore
        self._globs = [_glob(entry.skill, context) for entry in self._settings]
        self._used: set[int] = set()

    def part(
        self, findings: Iterable[Finding]
    ) -> tuple[list[Finding], list[Ignored], list[Ignored]]:
        """What counts, what is ignored, and what a comment would ignore that is not honoured."""
        if not self._comments and not self._settings:
            return list(findings), [], []
        kept: list[Finding] = []
        ignored: list[Ignored] = []
        refused: list[Ignored] = []
        for finding in findings:
            reason, comment = self._reason(finding)
            if reason is None:
                kept.append(finding)
            elif comment and self._honoured and not self._honoured(finding):
                kept.append(finding)
                refused.append(Ignored(finding, reason))
            else:
                ignored.append(Ignored(finding, reason))
        return kept, ignored, refused

    def _reason(self, finding: Finding) -> tuple[str | None, bool]:
        """Why the finding is ignored, None where it is not; and whether a comment says so.

        Without a reason nothing is ignored.
        """
        for entry, glob in zip(self._settings, self._globs, strict=True):
            if entry.reason and _means(entry.rule, finding) and matches(glob, finding.path):
                self._used.add(id(entry))
                return entry.reason, False
        for ignore in self._comments.get(finding.path, ()):
            meant = _means(ignore.rule, finding) and ignore.covers(finding.path, finding.line)
            if ignore.reason and meant:
                self._used.add(id(ignore))
                return ignore.reason, True
        return None, False

    def uses(self, *, whole: bool) -> list[Use]:
        """Everything that ignores, and whether it was needed."""
        found = [
            self._use(ignore.path, ignore.line, ignore.column, ignore, seen=True)
            for ignores in self._comments.values()
            for ignore in ignores
        ]
        found += (self._use(SETTINGS, entry.line, 1, entry, seen=whole) for entry in self._settings)
        return found

    def _use(self, path: str, line: int, column: int, ignore: Any, *, seen: bool) -> Use:
        rules = [each.rule for each in self._plan.rules]
        ran = any(_exactly(ignore.rule, rule.code, rule.name) for rule in rules)
        needed = True if id(ignore) in self._used else False if ran and seen else None
        known = ignore.rule.upper() in self._plan.known or ignore.rule in self._plan.known
        return Use(path, line, column, ignore.rule, ignore.reason, needed, known)


def _means(rule: str, finding: Finding) -> bool:
    return _exactly(rule, finding.code, finding.rule)


def _exactly(named: str, code: str, name: str) -> bool:
    return named.upper() == code or named == name


def _glob(skill: str, context: Context) -> str:
    """The glob for the skill of an entry, which is an address or a glob of paths."""
    taxonomy = context.taxonomy
    if isinstance(taxonomy, Taxonomy) and "*" not in skill:
        folder = taxonomy.folder(skill)
        if context.library.source.kind(folder) == "folder":
            return folder
    return skill


def _first(hits: Iterator[Hit], each: Applied, path: str, most: int) -> Iterator[Finding]:
    """The findings, but of a hostile skill no more than can be read."""
    for number, hit in enumerate(islice(hits, most + 1)):
        shown = hit if number < most else hit._replace(message=_MORE, fix=None)
        if each.concerns(shown.path or path):
            yield _finding(shown.path or path, shown, each)


def _finding(path: str, hit: Hit, each: Applied) -> Finding:
    rule = each.rule
    # A message may quote a text that holds a key, and goes into logs that more people read.
    message = masked(hit.message)
    return Finding(
        path, hit.line, hit.column, rule.code, rule.name, each.severity, message, hit.fix
    )
