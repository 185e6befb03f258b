"""How drafts stand to the branch that they go to: what each changes, and whether it passes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

from skillrepo import settings, taxonomy
from skillrepo.commands.gate import gate
from skillrepo.commands.place import Place
from skillrepo.commands.target import drafted, read
from skillrepo.context import Context
from skillrepo.files import Source, Tree
from skillrepo.finding import Report
from skillrepo.git import Entry
from skillrepo.git_blobs import BlobReader
from skillrepo.git_tips import Change, Distance, Tip, changes, distances
from skillrepo.library import is_skill_file
from skillrepo.semantic_diff import SkillDiff, Snapshot, compare
from skillrepo.taxonomy import Taxonomy


class Standing(NamedTuple):
    """What is known of a draft; None is not measured.

    `files` counts what it changes in all, `address` is that of its skill. There is a diff for a
    skill that is there already.
    """

    distance: Distance | None = None
    files: int | None = None
    address: str | None = None
    diff: SkillDiff | None = None
    gate: Report | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """The commit that drafts go to, with its settings and its taxonomy.

    Its source holds the files with these alone; all else is read when asked for.
    """

    place: Place
    commit: str
    rules: Mapping[str, Entry]
    reader: BlobReader
    context: Context

    @classmethod
    def of(cls, place: Place, commit: str) -> Self:
        """Raises `SkillRepoError` where the settings cannot be used."""
        repository = place.git()
        reader = BlobReader(repository)
        rules: dict[str, Entry] = {}
        for name in (settings.FILE_NAME, taxonomy.FILE_NAME):
            rules |= repository.tree_entries(commit, name)
        context = Context.of(Tree(place.root.name, rules, reader))
        return cls(place, commit, rules, reader, context)

    def standings(self, tips: Sequence[Tip]) -> list[Standing]:
        """How each stands."""
        repository = self.place.git()
        far = distances(repository, self.commit, (tip.oid for tip in tips))
        pairs = {oid: each.base for oid, each in far.items() if each.base and each.ahead}
        changed = changes(repository, pairs)
        return [self._standing(tip, far[tip.oid], changed.get(tip.oid)) for tip in tips]

    def _standing(
        self, tip: Tip, distance: Distance, changed: Mapping[str, Change] | None
    ) -> Standing:
        if changed is None or distance.base is None:
            return Standing(distance)
        folder = folder_of(drafted(tip.ref)[1], changed)
        files = len(changed)
        if folder is None:
            return Standing(distance, files)
        after, before, now = (
            self._tree(commit, folder) for commit in (tip.oid, distance.base, self.commit)
        )
        if after is None or before is None or now is None:
            return Standing(distance, files, self.address(folder))
        own = [path for path in changed if path.startswith(f"{folder}/")]
        found = gate(self.context, now, after, own)
        return Standing(
            distance, files, self.address(folder), self._diff(folder, before, after), found
        )

    def _tree(self, commit: str, folder: str) -> Source | None:
        """The settings, and the files of a folder in a commit."""
        entries = self.reader.entries(commit, folder)
        if entries is None:
            return None
        return Tree(self.place.root.name, {**self.rules, **entries}, self.reader)

    def _diff(self, folder: str, before: Source, after: Source) -> SkillDiff | None:
        old, new = (
            read(inside, next(iter(inside.library.select(folder)), None))
            for inside in map(self.context.with_source, (before, after))
        )
        if isinstance(old, Snapshot) and isinstance(new, Snapshot):
            return compare(old, new)
        return None

    def address(self, folder: str) -> str:
        """The address of the skill in a folder; the folder itself where it is in no category."""
        known = self.context.taxonomy
        found = known.address(f"{folder}/SKILL.md") if isinstance(known, Taxonomy) else None
        return found or folder


def folder_of(name: str | None, changed: Mapping[str, Change]) -> str | None:
    """The folder of the skill that a draft of `name` changes, in the draft.

    It is the one of that name, rather one that it writes to than one that it empties; else that of
    a SKILL.md that it changes.
    """
    there = sorted(changed, key=lambda path: changed[path].after is None)
    for path in there:
        above, found, _ = f"/{path}".partition(f"/{name}/")
        if name and found:
            return f"{above}/{name}".lstrip("/")
    return next((_above(path) for path in there if is_skill_file(path) and _above(path)), None)


def _above(path: str) -> str:
    return path.rpartition("/")[0]
