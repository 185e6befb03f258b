"""The two sides of a change: the merge-base that it starts from, and where it ends."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Self

from skillrepo import git_worktree
from skillrepo.commands.place import WHOLE_REPOSITORY, Place
from skillrepo.commands.since import Since, base_of
from skillrepo.commands.target import find
from skillrepo.context import Context
from skillrepo.errors import SkillRepoError
from skillrepo.git_tips import changes
from skillrepo.grade.renamed import renamed
from skillrepo.library import is_skill_file
from skillrepo.near import Words
from skillrepo.visible import one_line


class Sides(NamedTuple):
    """A change: the merge-base that it starts from, and the worktree or commit that it ends in.

    `head` is None for the worktree. `before` has the files of the base, `after` those of the head
    with the settings of the base; `since` says which paths differ.
    """

    place: Place
    base: str
    base_name: str
    head: str | None
    head_name: str
    since: Since
    before: Context
    after: Context

    @classmethod
    def of(cls, place: Place, base: str | None, head: str | None) -> Self:
        """Compare the worktree, or the commit `head`, with its merge-base with a revision.

        That is `base`, else the default branch. SkillRepoError where there is no commit, and for a
        revision that is not there.
        """
        repository = place.git()
        bare = repository.root is None
        tip = repository.head() if head is None else repository.resolve(head)
        if tip is None:
            raise SkillRepoError("there is no commit yet, so there is nothing to compare with")
        ref = repository.default_branch() or "HEAD" if base is None else base
        start = base_of(repository, ref, tip, head or "HEAD")
        commit = tip if head or bare else None
        if commit:
            changed = sorted(changes(repository, {commit: start})[commit])
        else:
            changed = git_worktree.changed_since(repository, start)
        # What is to be judged brings no rules, be it the first that has any.
        since = Since(place.tree(start), tuple(changed), strict=True)
        source = place.tree(commit) if commit else place.worktree()
        after = Context.of(source, settings_of=since.rules)
        before = after.with_source(since.source)
        name = ref.removeprefix("refs/heads/").removeprefix("refs/remotes/")
        where = head or ("HEAD" if commit else "the worktree")
        sides = cls(place, start, name, commit, where, since, before, after)
        gone = sides.removed()
        if not gone:
            return sides
        come = (path for path in since.touched(after) if sides.was(path) is None)
        former = renamed(before.library, gone, after.library, come)
        return sides._replace(since=since._replace(former=former))

    def naming(self, wanted: Sequence[Path]) -> Self:
        """The same, of skills that were named: by path, or by name or address where none is there.

        `wanted` are the words that the paths of the place come from, in their order. Raises
        `SkillRepoError` for what no skill is called, and for a file that is about all of them.
        """
        pairs = zip(map(str, wanted), self.place.named, strict=True)
        named = tuple(self._named(word, path) for word, path in pairs)
        return self._replace(place=self.place._replace(named=named))

    def _named(self, word: str, path: str) -> str:
        if path in WHOLE_REPOSITORY:
            raise SkillRepoError(
                f"{path} is no skill: name one, or none for those that the change touches"
            )
        if self.after.library.source.kind(path) != "missing":
            return path
        found = find(word, path, self.after)
        if found is None:
            near = Words(sorted(self.after.library.names)).near(word.rpartition("/")[2])
            do = (
                f"did you mean {one_line(near)}?"
                if near
                else "`skillrepo list` has those there are"
            )
            raise SkillRepoError(f"no skill is called {one_line(word)!r} in {self.head_name}: {do}")
        return found

    def was(self, path: str) -> str | None:
        """The SKILL.md in the base of a skill by the one in the head; None for a new skill."""
        old = self.since.was(path, self.after, self.before)
        return None if self.since.source.kind(old) == "missing" else old

    def address(self, path: str) -> str:
        """The address of a skill by the path of its SKILL.md; its folder outside of the tree."""
        return self.after.address(path) or self.after.library.source.name

    def gone(self) -> list[str]:
        """The SKILL.md in the base of each skill that is not there any more, moved or not."""
        kind = self.after.library.source.kind
        gone = {p for p in self.since.changed if is_skill_file(p) and kind(p) == "missing"}
        return sorted(gone.intersection(self.before.library.skill_files)) if gone else []

    def removed(self) -> list[str]:
        """Those that were not moved either."""
        gone = self.gone()
        moved = {self.was(path) for path in self.since.touched(self.after)} if gone else set()
        return [path for path in gone if path not in moved]
