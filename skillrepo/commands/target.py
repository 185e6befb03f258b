"""Which skill a command means: by its name, address or path, or by the branch of a draft of it."""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from posixpath import dirname, join
from typing import NamedTuple, Self

from skillrepo.commands.place import Place
from skillrepo.commands.since import base_of
from skillrepo.context import Context
from skillrepo.document import Document, Unreadable
from skillrepo.errors import SkillRepoError
from skillrepo.files import SKILL_FILE
from skillrepo.git import Repository
from skillrepo.near import Words
from skillrepo.semantic_diff import Snapshot
from skillrepo.taxonomy import Taxonomy
from skillrepo.visible import one_line

DRAFTS = "skill"
"""The branches of drafts are `skill/new/NAME`, `skill/revise/NAME/SLUG`, `skill/move/NAME`, and
`skill/taxonomy/CATEGORY` for a change of the taxonomy."""
# A remote may be called `skill`, or have a name that ends in it.
_DRAFT = re.compile(r"(?:\A|/)skill/(new|revise|move|taxonomy)/([^/]+)")
_NAMED = 8


class Target(NamedTuple):
    """The skill that was named, and where it is looked at.

    `commit` is that of the draft's `branch`; both are None for the worktree. `path` is that of its
    SKILL.md there, None where it is not there; `wanted` are the words that named it, and `relative`
    the path from the root that they would be.
    """

    place: Place
    context: Context
    path: str | None
    wanted: str
    relative: str
    branch: str | None = None
    commit: str | None = None

    @classmethod
    def of(cls, wanted: str) -> Self:
        """Look for it: a branch, then a name, an address, a path; in a bare repository, in HEAD.

        Raises `SkillRepoError` where the words mean several skills.
        """
        # lexists is False for what no path can be.
        there = os.path.lexists(wanted)
        place = Place.of([Path(wanted)] if there else ())
        repository = place.repository
        if repository and (found := _branch(repository, wanted)):
            return cls.of_branch(place, *found)
        commit = repository.base_commit() if repository and repository.root is None else None
        context = Context.of(place.tree(commit) if commit else place.worktree())
        relative = place.named[0] if there else os.path.relpath(_absolute(wanted), place.root)
        path = find(wanted, relative, context)
        return cls(place, context, path, wanted, relative, commit=commit)

    @classmethod
    def of_branch(cls, place: Place, branch: str, commit: str) -> Self:
        """The skill that a draft's branch, which stands on `commit`, is named after."""
        context = Context.of(place.tree(commit))
        name = drafted(branch)[1] or branch
        return cls(place, context, find(name, name, context), name, name, branch, commit)

    @property
    def where(self) -> str:
        """What people call the place where it is looked at."""
        return self.branch or ("HEAD" if self.commit else "the worktree")

    def there(self) -> str:
        """The path of its SKILL.md. Raises `SkillRepoError` where there is none."""
        if self.path is None and drafted(self.branch or "")[0] in ("move", "taxonomy"):
            raise SkillRepoError(
                f"{self.branch} changes a category and has no skill of that name; git show "
                f"{self.branch} has the change, and a skill of it can be named by its address"
            )
        if self.path is None:
            do = self._meant() or (
                "give its name, its address, its path, or the branch of a draft; `skillrepo list` "
                "has those that there are"
            )
            raise SkillRepoError(f"there is no skill {self.wanted!r} in {self.where}: {do}")
        return self.path

    def _meant(self) -> str:
        """The question for the draft, else the skill, that the words may stand for."""
        repository = self.place.repository
        others = _all_drafts(repository).keys() - {self.branch} if repository else ()
        hint = meant_draft(self.wanted, others)
        near = Words(sorted(self.context.library.names)).near(self.wanted)
        return hint or (f"did you mean {one_line(near)}?" if near else "")

    def address(self, path: str) -> str:
        """The address of a skill by the path of its SKILL.md; its folder outside of the tree."""
        return self.context.address(path) or self.context.library.source.name

    def base(self, rev: str | None) -> tuple[str, str]:
        """The commit to compare with and what people call it: the merge-base with a revision.

        Without one it is that with the default branch.
        """
        repository = self.place.git()
        head = self.commit or repository.head()
        if head is None:
            raise SkillRepoError("there is no commit yet, so nothing to compare with")
        ref = rev or repository.default_branch() or "HEAD"
        name = ref.removeprefix("refs/heads/").removeprefix("refs/remotes/")
        return base_of(repository, ref, head, self.branch or "HEAD"), name

    def path_in(self, other: Context) -> str | None:
        """The path of its SKILL.md in another commit: the same, or that of a skill of its name."""
        if self.path is None:
            return find(self.wanted, self.relative, other)
        if other.library.source.kind(self.path) != "missing":
            return self.path
        same = other.library.same_name(other.library.folder_name(self.path))
        return same[0] if len(same) == 1 else None


def read(context: Context, path: str | None) -> Snapshot | Unreadable | None:
    """The skill whose SKILL.md is at `path`; what of it cannot be read; None where there is none.

    Frontmatter that cannot be read counts as unreadable.
    """
    skill = next(context.library.load([path]), None) if path is not None else None
    if not isinstance(skill, Document):
        return skill
    if skill.problem:
        return Unreadable(skill.path, skill.folder, skill.problem.line, skill.problem.why)
    return Snapshot.of(skill, context.bundle(skill), context.library.source)


def drafts(repository: Repository, name: str) -> dict[str, str]:
    """The branches, here and of remotes, that hold a draft of the skill called `name` → commit."""
    found = sorted(_all_drafts(repository).items())
    named = {branch: oid for branch, oid in found if drafted(branch)[1] == name}
    return {branch: oid for branch, oid in named.items() if drafted(branch)[0] != "taxonomy"}


def meant_draft(words: str, branches: Iterable[str]) -> str:
    """The question for the drafts that words which name none may stand for; empty without any."""
    known = sorted(set(branches) - {words})
    name = drafted(words)[1] or words.rpartition("/")[2]
    near = Words(known).near(words)
    found = [branch for branch in known if drafted(branch)[1] == name] or ([near] if near else [])
    more = f" or one of {len(found) - _NAMED:,} more" if len(found) > _NAMED else ""
    return f"did you mean {', '.join(map(one_line, found[:_NAMED]))}{more}?" if found else ""


def drafted(branch: str) -> tuple[str | None, str | None]:
    """What a draft's branch, here or of a remote, does to which name.

    That is `new`, `revise`, `move` or `taxonomy`; None and None for other branches.
    """
    match = _DRAFT.search(branch)
    return (match[1], match[2]) if match else (None, None)


def _branch(repository: Repository, wanted: str) -> tuple[str, str] | None:
    branch = wanted.removeprefix("refs/heads/").removeprefix("refs/remotes/")
    if drafted(branch)[1] is None:
        return None
    # Looked up among those that there are: the words themselves are not given to git.
    found = _all_drafts(repository)
    return (branch, found[branch]) if branch in found else None


def _all_drafts(repository: Repository) -> dict[str, str]:
    """The branches of drafts → commit; where a remote's has the name of one here, it is ours."""
    return {**repository.remote_branches(DRAFTS), **repository.branches(DRAFTS)}


def find(wanted: str, relative: str, context: Context) -> str | None:
    """The SKILL.md of the skill with this name or address, or at this path from the root, if any.

    Raises `SkillRepoError` where there are several.
    """
    library = context.library
    found = library.same_name(wanted)
    if not found and isinstance(context.taxonomy, Taxonomy):
        path = join(context.taxonomy.folder(wanted.strip("/")), SKILL_FILE)
        found = [path] if library.source.kind(path) != "missing" else []
    path = "" if relative == "." else relative
    if not found and (not path or library.source.kind(path) != "missing"):
        found = library.select(path)
    if len(found) > 1:
        paths = [dirname(path) or "." for path in found]
        more = f" and {len(paths) - _NAMED:,} more" if len(paths) > _NAMED else ""
        raise SkillRepoError(
            f"{wanted!r} means {len(paths):,} skills; name one: {', '.join(paths[:_NAMED])}{more}"
        )
    return found[0] if found else None


def _absolute(wanted: str) -> str:
    return os.path.abspath(wanted)  # noqa: PTH100 - Path.absolute keeps `..`
