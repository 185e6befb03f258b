"""How drafts stand to the branch that they go to: what each changes, and whether it passes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from posixpath import dirname
from typing import NamedTuple, Self

from skillrepo import settings, taxonomy
from skillrepo.commands.former import former
from skillrepo.commands.gate import gate
from skillrepo.commands.place import Place
from skillrepo.commands.target import drafted, read
from skillrepo.context import Context
from skillrepo.files import Source, Tree, within
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
        rules = {path: changed[path] for path in (taxonomy.FILE_NAME,) if path in changed}
        if folder is None and not rules:
            return Standing(distance, files)
        address = None if folder is None else self.address(folder)
        moved = {dirname(new): dirname(old) for new, old in former(changed).items()}
        inside = [new for new in moved if folder is not None and within(new, folder)]
        folders = [*([] if folder is None else [folder]), *(moved[new] for new in inside)]
        after, before, now = (
            self._tree(commit, folders) for commit in (tip.oid, distance.base, self.commit)
        )
        if after is None or before is None or now is None:
            return Standing(distance, files, address)
        own = {
            path: each for path, each in changed.items() if any(within(path, f) for f in folders)
        }
        new_rules = {path: each.after for path, each in rules.items() if each.after}
        found = gate(
            self.context, self._source(now), self._source({**after, **new_rules}), {**own, **rules}
        )
        pair = (moved.get(folder, folder), folder) if folder is not None else None
        diff = self._diff(*pair, self._source(before), self._source(after)) if pair else None
        return Standing(distance, files, address, diff, found)

    def _source(self, entries: Mapping[str, Entry]) -> Source:
        return Tree(self.place.root.name, entries, self.reader)

    def _tree(self, commit: str, folders: Sequence[str]) -> dict[str, Entry] | None:
        """The settings, and the files of some folders in a commit."""
        found = dict(self.rules)
        for folder in folders:
            entries = self.reader.entries(commit, folder)
            if entries is None:
                return None
            found.update(entries)
        return found

    def _diff(self, was: str, folder: str, before: Source, after: Source) -> SkillDiff | None:
        pairs = zip(map(self.context.with_source, (before, after)), (was, folder), strict=True)
        old, new = (
            read(inside, next(iter(inside.library.select(each)), None)) for inside, each in pairs
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
