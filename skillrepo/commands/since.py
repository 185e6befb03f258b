"""What a change is compared with: the merge-base with a revision, `validate --base REV`."""

from collections import Counter
from collections.abc import Mapping
from posixpath import dirname
from types import MappingProxyType
from typing import NamedTuple, Self

from skillrepo import baseline, git_worktree, settings, taxonomy
from skillrepo.baseline import Entry, entry_of
from skillrepo.check import Honoured, Plan, judge, report
from skillrepo.commands.place import Place
from skillrepo.context import Context
from skillrepo.errors import SkillRepoError
from skillrepo.facts import RELATIONS
from skillrepo.files import Source, within
from skillrepo.finding import Finding, Report
from skillrepo.git import Repository
from skillrepo.library import is_skill_file
from skillrepo.source_lines import SourceLines


class Since(NamedTuple):
    """The files as of the merge-base, and the paths in which the worktree differs from it."""

    source: Source
    changed: tuple[str, ...]
    former: Mapping[str, str] = MappingProxyType({})
    """The SKILL.md of a skill that was moved → the SKILL.md that it was, as far as is known."""
    strict: bool = False
    """Whether not even the change that adopts the tool brings its own settings."""

    @property
    def rules(self) -> Source | None:
        """Where settings, baseline and comments are taken from; None where the base has none.

        The change that adopts the tool brings its own, unless that is `strict`.
        """
        names = (settings.FILE_NAME, taxonomy.FILE_NAME, baseline.FILE_NAME)
        adopted = self.strict or any(self.source.kind(name) != "missing" for name in names)
        return self.source if adopted else None

    @classmethod
    def of(cls, place: Place, rev: str) -> Self:
        """Compare the worktree with the merge-base of HEAD and `rev`."""
        repository = place.git()
        head = repository.head()
        if head is None:
            raise SkillRepoError("there is no commit yet, so nothing to compare with --base")
        start = base_of(repository, rev, head)
        return cls(place.tree(start), tuple(git_worktree.changed_since(repository, start)))

    def touched(self, context: Context) -> set[str]:
        """The SKILL.md of each skill of which a file changed.

        It lies below the root of the taxonomy, or of the taxonomy that the base has: a change of
        the root must not take a skill out of sight.
        """
        library = context.library
        roots = {library.root, Context.of(self.source, settings_of=self.source).library.root}
        # What the change makes of the settings is not in force.
        others = (settings.FILE_NAME, taxonomy.FILE_NAME)
        files = [path for path in self.changed if path not in others]
        if settings.FILE_NAME in self.changed and self.rules is None:
            return set(library.skill_files)
        owners = {owner for path in files if (owner := library.owner(path))}
        return {owner for owner in owners if any(within(owner, root) for root in roots)}

    def affected(self, context: Context) -> list[str]:
        """The SKILL.md of each skill that changed, and of those that the change concerns.

        A skill is concerned where it has the name of one that changed, came or went, or names it
        in a relation; each is where the taxonomy changed. `limit` says what counts there.
        """
        found = self.touched(context)
        if taxonomy.FILE_NAME in self.changed:
            return sorted(found.union(context.library.skill_files))
        names = {
            context.library.folder_name(path).casefold()
            for path in (*found, *(p for p in self.changed if is_skill_file(p)))
        }
        # One that lost its SKILL.md may have left other files, so the folder's name counts.
        names |= {dirname(path).rpartition("/")[2].casefold() for path in self.changed}
        for facts in context.facts.all():
            related = (name.casefold() for each in RELATIONS for name in facts.related(each))
            if facts.folder.casefold() in names or not names.isdisjoint(related):
                found.add(facts.path)
        return sorted(found)

    def limit(self, report: Report, plan: Plan, context: Context) -> Report:
        """Leave out what the change does not answer for.

        Of a skill that it only concerns count the rules about other skills and the taxonomy.
        """
        own = self.touched(context)
        between = {
            each.rule.code
            for each in plan.rules
            if each.rule.run_related
            or each.rule.run_once
            or each.rule.run_change
            or each.rule.needs_taxonomy
        }
        kept = (
            finding
            for finding in report.findings
            if finding.code in between or context.library.owner(finding.path) in own
        )
        return report._replace(findings=tuple(kept))

    def was(self, skill: str, context: Context, base: Context) -> str:
        """The SKILL.md of before: of one that is not there the one of its name that has gone."""
        if skill in self.former or self.source.kind(skill) != "missing":
            return self.former.get(skill, skill)
        same = base.library.same_name(context.library.folder_name(skill))
        gone = [path for path in same if context.library.source.kind(path) == "missing"]
        return gone[0] if len(gone) == 1 else skill

    def honoured(self, plan: Plan, context: Context) -> Honoured | None:
        """Whether a finding was ignored by a comment in the base already, in a line like this."""
        if self.rules is None:
            return None
        base = context.with_source(self.source)
        lines, base_lines = SourceLines(context.library.source), SourceLines(self.source)
        known: dict[str, Counter[Entry]] = {}

        def honours(finding: Finding) -> bool:
            skill = context.library.owner(finding.path)
            if skill is None:
                return False
            was = self.was(skill, context, base)
            if skill not in known:
                there = [was] if self.source.kind(was) == "file" else []
                verdicts = [judge(each, plan, base) for each in base.library.load(there)]
                # A rule about other skills would read all of the base.
                ignored = report(verdicts, plan.alone(), base).ignored
                known[skill] = Counter(entry_of(each.finding, base_lines) for each in ignored)
            # Each of them counts once: the same line elsewhere is another.
            entry = entry_of(finding, lines)
            entry = entry._replace(path=dirname(was) + entry.path[len(dirname(skill)) :])
            known[skill][entry] -= 1
            return known[skill][entry] >= 0

        return honours


def base_of(repository: Repository, rev: str, head: str, name: str = "HEAD") -> str:
    """The merge-base of a revision and the commit `head`, which people call `name`."""
    start = repository.merge_base(repository.resolve(rev), head)
    if start is None:
        raise no_ancestor(repository, rev, name)
    return start


def no_ancestor(repository: Repository, one: str, other: str) -> SkillRepoError:
    """The error that two revisions have no common ancestor here."""
    why = f"{one} and {other} have no common ancestor"
    if repository.is_shallow():
        why += " in this shallow clone: `git fetch --unshallow` brings the history"
    return SkillRepoError(why)
