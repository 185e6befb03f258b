"""What a change is compared with: the merge-base with a revision, `validate --base REV`."""

from posixpath import dirname
from typing import NamedTuple, Self

from skillrepo import baseline, settings, taxonomy
from skillrepo.baseline import Entry, entry_of
from skillrepo.check import Honoured, Plan, judge, report
from skillrepo.commands.place import Place, affected
from skillrepo.context import Context
from skillrepo.errors import SkillRepoError
from skillrepo.facts import RELATIONS
from skillrepo.files import Source
from skillrepo.finding import Finding, Report
from skillrepo.library import is_skill_file
from skillrepo.source_lines import SourceLines


class Since(NamedTuple):
    """The files as of the merge-base, and the paths in which the worktree differs from it."""

    source: Source
    changed: tuple[str, ...]

    @property
    def rules(self) -> Source | None:
        """Where settings, baseline and comments are taken from; None where the base has none.

        The change that adopts the tool brings its own.
        """
        names = (settings.FILE_NAME, taxonomy.FILE_NAME, baseline.FILE_NAME)
        adopted = any(self.source.kind(name) != "missing" for name in names)
        return self.source if adopted else None

    @classmethod
    def of(cls, place: Place, rev: str) -> Self:
        """Compare the worktree with the merge-base of HEAD and `rev`."""
        repository = place.git()
        head = repository.head()
        if head is None:
            raise SkillRepoError("there is no commit yet, so nothing to compare with --base")
        start = repository.merge_base(repository.resolve(rev), head)
        if start is None:
            raise SkillRepoError(f"{rev} and HEAD have no common ancestor")
        return cls(place.tree(start), tuple(repository.changed_in_worktree(start)))

    def touched(self, context: Context) -> set[str]:
        """The SKILL.md of each skill of which a file changed."""
        others = (path for path in self.changed if path != taxonomy.FILE_NAME)
        # What the change makes of the settings is not in force.
        files = [path for path in others if path != settings.FILE_NAME or self.rules is None]
        return set(affected(context.library, files))

    def affected(self, context: Context) -> list[str]:
        """The SKILL.md of each skill that changed, and of those that the change concerns.

        A skill is concerned where it has the name of one that changed, came or went, or names it
        in a relation; each is where the taxonomy changed. `limit` says what counts there.
        """
        if taxonomy.FILE_NAME in self.changed:
            return context.library.skill_files
        found = self.touched(context)
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
            if each.rule.run_related or each.rule.run_once or each.rule.needs_taxonomy
        }
        kept = (
            finding
            for finding in report.findings
            if finding.code in between or context.library.owner(finding.path) in own
        )
        return report._replace(findings=tuple(kept))

    def honoured(self, plan: Plan, context: Context) -> Honoured | None:
        """Whether a finding was ignored by a comment in the base already, in a line like this."""
        if self.rules is None:
            return None
        base = context.with_source(self.source)
        lines, base_lines = SourceLines(context.library.source), SourceLines(self.source)
        known: dict[str, set[Entry]] = {}

        def honours(finding: Finding) -> bool:
            skill = context.library.owner(finding.path)
            if skill is None:
                return False
            if skill not in known:
                there = [skill] if self.source.kind(skill) == "file" else []
                verdicts = [judge(each, plan, base) for each in base.library.load(there)]
                # A rule about other skills would read all of the base.
                ignored = report(verdicts, plan.alone(), base).ignored
                known[skill] = {entry_of(each.finding, base_lines) for each in ignored}
            return entry_of(finding, lines) in known[skill]

        return honours
