"""What `skillrepo eval` looks at: one skill of a change, its versions and its exam."""

from collections.abc import Mapping
from pathlib import Path
from posixpath import dirname
from typing import NamedTuple

from skillrepo import trigger_queries
from skillrepo.behaviour.exam import Exam, Read, exam
from skillrepo.behaviour.result import Configuration, Side
from skillrepo.behaviour.skill_files import SkillFiles, skill_files
from skillrepo.bundle import Bundle
from skillrepo.commands.place import Place
from skillrepo.commands.sides import Sides
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.errors import SkillRepoError
from skillrepo.git_notes import full_notes, told_full
from skillrepo.grade.eval_places import of_some
from skillrepo.grade.record import REF, trees_of
from skillrepo.trigger_queries import Evals, File
from skillrepo.visible import one_line


class Version(NamedTuple):
    """A skill as it is on one side of the change; `tree` is None in the worktree."""

    context: Context
    skill: Document
    bundle: Bundle
    tree: str | None

    @property
    def files(self) -> SkillFiles:
        """What an installer puts down."""
        name = self.context.library.folder_name(self.skill.path)
        return skill_files(name, self.skill, self.bundle)

    def exam(self, side: Side, skills: str) -> Exam:
        """The tasks of its evals, those that lie beside the skills among them."""
        found = self.evals()
        made = exam(found.tasks, self._read(), side, skills)
        problems = (f"{each.path}:{each.line}: {each.why}" for each in found.problems)
        return made._replace(notes=(*made.notes, *map(one_line, problems)))

    def evals(self) -> Evals:
        """All that its eval files hold, those that lie beside the skills among them."""
        library = self.context.library
        places = of_some(library, [self.skill.path]).get(self.skill.path, {})
        contents = (next(library.source.read([path])) for path in places.values())
        named = zip(places.items(), contents, strict=True)
        files = [File(path, name, data) for (name, path), data in named]
        return trigger_queries.read(files, library.folder_name(self.skill.path))

    def _read(self) -> Read:
        items = {item.name: item for item in self.bundle.items if item.kind == "file"}
        return lambda name: self.bundle.data(items[name]) if name in items else None


class Subject(NamedTuple):
    """The skill, after the change and before it.

    `before` is None for a new one, and for one that could not be read then.
    """

    sides: Sides
    address: str
    after: Version
    before: Version | None

    @classmethod
    def of(cls, wanted: Path, base: str | None, head: str | None) -> "Subject":
        """Find the one skill that is meant. SkillRepoError where there is none, or several."""
        sides = Sides.of(Place.of([wanted]), base, head).naming([wanted])
        paths = sides.place.select(sides.after.library)
        if len(paths) > 1:
            names = ", ".join(one_line(dirname(path)) for path in paths[:5])
            raise SkillRepoError(f"{wanted} holds {len(paths):,} skills; name one: {names}")
        (path,) = paths
        was = sides.was(path)
        after = _version(sides, sides.after, path, sides.head)
        if isinstance(after, str):
            raise SkillRepoError(after)
        before = None if was is None else _version(sides, sides.before, was, sides.base)
        known = before if isinstance(before, Version) else None
        return cls(sides, sides.address(path), after, known)

    def refuse_unkept(self) -> None:
        """Refuse, before anything is run or paid for, what could be kept in no note.

        SkillRepoError for a worktree, for a note that takes no more, and where git does not know
        whose note it would be.
        """
        tree = self.after.tree
        if tree is None:
            raise SkillRepoError(
                "the worktree has no tree to keep a note on: name a commit by --head"
            )
        for each in full_notes(self.sides.place.git(), REF, [tree]):
            raise SkillRepoError(told_full(REF, each))
        self.sides.place.git().identity()

    def exam(self, side: Side | None, skills: str) -> tuple[Exam, str]:
        """The exam of a side, and the body of the skill then; else that of the base if it has one.

        SkillRepoError where there is nothing to assess.
        """
        head = self.after.exam("head", skills)
        base = self.before.exam("base", skills) if self.before else None
        chosen = base if base and base.tasks and side != "head" else head
        if not chosen.tasks or (side == "base" and chosen is head):
            where = "in the base " if side == "base" else ""
            raise SkillRepoError(
                f"{self.address} has no evals with assertions {where}to run: write "
                "evals/evals.json in its folder, with `prompt` and `assertions`"
                + "".join(f"; {note}" for note in chosen.notes)
            )
        notes = list(chosen.notes)
        if chosen is base and head.sha256 != base.sha256:
            notes.append(
                "the change has other evals, which are not run here: a change does not set its own "
                "exam (--evals head runs them, for no record)"
            )
        whose = self.before if chosen is base and self.before else self.after
        return chosen._replace(notes=tuple(notes)), whose.skill.body

    def skills(
        self, wanted: tuple[Configuration, ...]
    ) -> Mapping[Configuration, SkillFiles | None]:
        """What is put down for each configuration."""
        found: dict[Configuration, SkillFiles | None] = {"head": self.after.files}
        if self.before:
            found["base"] = self.before.files
        return {name: found.get(name) for name in wanted}


def _version(sides: Sides, context: Context, path: str, commit: str | None) -> Version | str:
    """The skill at a path; else why it cannot be read."""
    skill = next(iter(context.library.load([path])))
    if not isinstance(skill, Document):
        return f"{path}:{skill.line}: {skill.why}"
    if skill.problem is not None:
        return f"{path}:{skill.problem.line}: {skill.problem.why}"
    tree = trees_of(sides.place.git(), commit).get(dirname(path)) if commit else None
    return Version(context, skill, context.bundle(skill), tree)
