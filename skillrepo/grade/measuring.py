"""The static grades of skills: from the notes on their trees, and else by measuring."""

from collections.abc import Iterator, Mapping, Sequence
from posixpath import dirname

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.errors import SkillRepoError
from skillrepo.git import Repository
from skillrepo.git_notes import full_notes, told_full
from skillrepo.grade import fleet_compat, record, score
from skillrepo.grade.profile import settings_hash, shipped
from skillrepo.grade.score import Grade
from skillrepo.measure import Subject
from skillrepo.measures import ALL, readings
from skillrepo.processes import spread

_FEW = 50
"""Skills; the files of fewer are asked for sooner one by one."""
_NAMES = tuple(measure.name for measure in ALL)


class Measurer:
    """Measures skills of a repository, and remembers what is new, for `keep`.

    With `replay` it measures nothing.
    """

    def __init__(self, repository: Repository, *, replay: bool = False) -> None:
        self._repository = repository
        self._replay = replay
        self._new: dict[str, record.Measures] = {}
        self._key = record.Key(record.code_hash(), settings_hash())

    def measure(
        self, context: Context, commit: str | None, paths: Sequence[str]
    ) -> Mapping[str, Grade]:
        """The grade of each skill whose SKILL.md is at one of the paths and can be read.

        `commit` is the one that the files are of, None for the worktree, of which there are no
        notes. SkillRepoError where a note is missing and nothing is to be measured.
        """
        trees = record.trees_of(self._repository, commit) if commit and paths else {}
        known = self._known([trees[dirname(path)] for path in paths if dirname(path) in trees])
        found = {p: known[trees[dirname(p)]] for p in paths if trees.get(dirname(p)) in known}
        missing = [path for path in paths if path not in found]
        for path, measures in _measured(context, missing):
            if self._replay:
                raise SkillRepoError(
                    f"there is no note of {dirname(path) or path}'s grade by this version; if "
                    f"others have one: git fetch origin {record.REF}:{record.REF}"
                )
            found[path] = measures
            if dirname(path) in trees:
                self._new[trees[dirname(path)]] = measures
        return {path: score.grade(found[path], shipped()) for path in paths if path in found}

    def keep(self) -> int:
        """Write into notes what was measured of commits; give how many notes that made longer."""
        return record.keep(self._repository, self._new, self._key, _marks)

    def not_kept(self) -> Iterator[str]:
        """What is to be said of the commits' skills whose notes take no more lines."""
        new = self._new
        for tree in full_notes(self._repository, record.REF, new) if new else ():
            yield told_full(record.REF, tree)

    def _known(self, trees: Sequence[str]) -> Mapping[str, record.Measures]:
        return record.recall(self._repository, trees, self._key, _NAMES, _marks) if trees else {}


def fleet_grades(
    context: Context,
    paths: Sequence[str],
    weights: Mapping[str, float],
    thresholds: Mapping[str, float],
) -> Mapping[str, Grade]:
    """The grades of the reference system (`fleet_compat`); none of them is kept."""
    skills = context.library.load(paths)
    return {
        skill.path: fleet_compat.grade(skill, weights, thresholds)
        for skill in skills
        if isinstance(skill, Document) and skill.problem is None
    }


def _measured(context: Context, paths: Sequence[str]) -> Iterator[tuple[str, record.Measures]]:
    """Measure skills, of many by as many processes as there are processors."""
    if len(paths) > _FEW:
        context.library.list_all()

    def share(paths: Sequence[str]) -> list[tuple[str, record.Measures]]:
        return list(_share(context, paths))

    return spread(share, paths)


def _share(context: Context, paths: Sequence[str]) -> Iterator[tuple[str, record.Measures]]:
    for skill in context.library.load(paths):
        if not isinstance(skill, Document) or skill.problem is not None:
            continue
        bundle = context.bundle(skill)
        yield skill.path, readings(Subject(skill, bundle))
        bundle.forget()
        skill.reading = None


def _marks(measures: record.Measures) -> tuple[float, str]:
    made = score.grade(measures, shipped())
    return made.score, made.label
