"""Has a model judge the skills of a change, where no note says what it says, and remembers it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from posixpath import dirname
from typing import NamedTuple

import click

from skillrepo.commands.sides import Sides
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.errors import SkillRepoError
from skillrepo.git import Repository
from skillrepo.git_notes import full_notes, told_full
from skillrepo.grade import judge_record
from skillrepo.grade.index import Index
from skillrepo.grade.judge_cases import material, neighbours
from skillrepo.grade.judge_record import Kept
from skillrepo.grade.judged import verdict
from skillrepo.grade.opinion import Judgement, opinion
from skillrepo.grade.record import REF, trees_of
from skillrepo.judge.ask import PROMPT, Reply, Request
from skillrepo.judge.case import Case, Judge, Material
from skillrepo.judge.change import judged
from skillrepo.judge.panel import Known, Panel
from skillrepo.judge.review import Judged, Review
from skillrepo.judge.rubric import Rubric
from skillrepo.visible import one_line

MakeJudge = Callable[[Known], Judge]
"""Makes a judge that does not ask for the ballots that are known."""


class _NotKeptError(Exception):
    """There is no ballot to be had without asking."""


def _refuse(_: Request) -> Reply:
    raise _NotKeptError


class Terms(NamedTuple):
    """How skills are judged: by which model (LiteLLM's id), what it is asked, and how often.

    `most` is how many tokens (≈) a request may have. `binding` are the items of the rubric that are
    calibrated for the model.
    """

    model: str
    rubric: Rubric
    votes: int
    most: int
    binding: Collection[str]


class Judging:
    """Judges skills of a repository, by notes where they say it, and remembers what is new.

    `make` makes the judge that is asked for the rest; without one it is asked nothing, and what no
    note says is an error.
    """

    def __init__(self, repository: Repository, terms: Terms, make: MakeJudge | None) -> None:
        self._repository = repository
        self._panel = Panel(_refuse, terms.model, terms.rubric, terms.votes, terms.most)
        self._binding = terms.binding
        self._make = make
        code = judge_record.code_hash()
        self._key = judge_record.Key(code, terms.model, terms.rubric.sha256, PROMPT)
        self._new: dict[str, list[Kept]] = {}
        self.recalled = 0
        """How many skills notes said it of."""

    def judge(
        self, sides: Sides, paths: Mapping[str, str | None], index: Index
    ) -> Mapping[str, Judgement]:
        """What a model says of each skill that can be read, by the path of its SKILL.md.

        `paths` has that in the base, too, None for a new skill. SkillRepoError where a note is
        missing and no model is to be asked.
        """
        both = list(_cases(sides, paths, index))
        cases = [case for case, _ in both]
        trees = {case.path: _trees(case) for case in cases}
        kept = self._recall(tree for each in trees.values() for tree in each if tree)
        found = dict(self._settled(cases, kept))
        self.recalled = len(found)
        rest = [case for case in cases if case.path not in found]
        if rest and self._make is None:
            raise _missing(rest[0], self._key.model)
        if rest and self._make:
            self._warn(tree for each in rest for tree in trees[each.path] if tree)
            asked = self._make(_ballots(kept.values()))(rest)
            for case in rest:
                self._remember(trees[case.path], asked[case.path], kept)
            found |= asked
        return {case.path: self._judgement(found[case.path], is_same=same) for case, same in both}

    def keep(self) -> int:
        """Write into notes what was asked of commits; give how many notes that made longer."""
        return judge_record.keep(self._repository, self._new, self._key)

    def _judgement(self, found: Judged, *, is_same: bool) -> Judgement:
        said = opinion(found._replace(base=found.head) if is_same else found, self._binding)
        return Judgement(said, verdict(said))

    def _recall(self, trees: Iterable[str]) -> dict[str, Kept]:
        """What notes say that may be used, by what was shown."""
        kept = judge_record.recall(self._repository, set(trees), self._key)
        # What was of no use is asked for again, but not where nothing is asked.
        return {shown: e for shown, e in kept.items() if e.is_good or self._make is None}

    def _warn(self, trees: Iterable[str]) -> None:
        """Say before it is paid for what no note can keep."""
        for tree in full_notes(self._repository, REF, set(trees)):
            click.echo(f"judge: {told_full(REF, tree)}", err=True)

    def _settled(
        self, cases: Sequence[Case], kept: Mapping[str, Kept]
    ) -> Iterator[tuple[str, Judged]]:
        """The cases that notes say all of."""
        panel = self._panel._replace(known=_ballots(kept.values()))
        for case in cases if kept else ():
            try:
                found = judged(panel, case)
            except _NotKeptError:
                continue
            used = (kept[each.shown] for each in _reviews(found) if each.shown in kept)
            controls = dict.fromkeys(why for each in used for why in each.controls)
            yield case.path, found._replace(controls=tuple(controls))

    def _remember(
        self, trees: Sequence[str | None], found: Judged, kept: Mapping[str, Kept]
    ) -> None:
        for tree, review in zip(trees, (found.head, found.base), strict=True):
            if tree and review and review.ballots:
                what = judge_record.kept(review, found.controls)
                if review.shown not in kept or kept[review.shown].casts != what.casts:
                    self._new.setdefault(tree, []).append(what)


def _trees(case: Case) -> tuple[str | None, str | None]:
    return case.head.tree, case.base.tree if case.base else None


def _reviews(found: Judged) -> list[Review]:
    return [each for each in (found.head, found.base) if each]


def _ballots(kept: Iterable[Kept]) -> Known:
    return {(each.shown, cast[0].seed): cast for each in kept for cast in each.casts}


def _missing(case: Case, model: str) -> SkillRepoError:
    return SkillRepoError(
        f"{one_line(dirname(case.path) or case.path)}: there is no note of what {one_line(model)} "
        "says, by this version, with as many votes, of these files and neighbours; if others have "
        f"one: git fetch origin {REF}:{REF}"
    )


def _cases(
    sides: Sides, paths: Mapping[str, str | None], index: Index
) -> Iterator[tuple[Case, bool]]:
    """The skills that can be read on the side of the head, and whether they say what they said.

    Then they are judged once.
    """
    old = [was for was in paths.values() if was is not None]
    before = dict(_materials(sides.before, sides.place.git(), sides.base, old))
    for path, head in _materials(sides.after, sides.place.git(), sides.head, paths):
        base = before.get(paths[path] or "")
        is_same = base is not None and base.files == head.files and base.left_out == head.left_out
        yield Case(path, head, None if is_same else base, neighbours(index, path)), is_same


def _materials(
    context: Context, repository: Repository, commit: str | None, paths: Iterable[str]
) -> Iterator[tuple[str, Material]]:
    trees = trees_of(repository, commit) if commit else {}
    for skill in context.library.load(sorted(paths)):
        if isinstance(skill, Document) and skill.problem is None:
            yield skill.path, material(context, skill, trees.get(dirname(skill.path)))
