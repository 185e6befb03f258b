"""A repository of skills: finds them among the files of a source, and reads them."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from posixpath import dirname, join, normpath

from skillrepo import document
from skillrepo.bundle import Bundle
from skillrepo.document import Document, Unreadable
from skillrepo.files import SKILL_FILE, IndexSource, Kind, Source, within
from skillrepo.globs import matches


class Library:
    """The skills of a source.

    `root` is the folder that holds them, `exclude` the globs of paths that are none of our
    business.
    """

    def __init__(self, source: Source, root: str = "", exclude: tuple[str, ...] = ()) -> None:
        self.source = source
        # To ask whether a protocol is followed takes longer than what is asked of it then.
        self._index = source if isinstance(source, IndexSource) else None
        self.root = root
        self.exclude = exclude
        self._owned: dict[str, list[str]] | None = None
        self._bundle: tuple[str, Bundle] | None = None

    @cached_property
    def skill_files(self) -> list[str]:
        """The path of each SKILL.md below the root, or of what stands in its place, in order."""
        return [path for path in self._skills(self._files) if within(path, self.root)]

    @cached_property
    def _files(self) -> list[str]:
        return self.source.files()

    def _skills(self, files: Iterable[str]) -> Iterator[str]:
        """The SKILL.md among the files that are not excluded."""
        return (path for path in files if is_skill_file(path) and not self.excludes(path))

    @property
    def is_listed(self) -> bool:
        """Whether to name every skill costs nothing more; in a hook it would."""
        return "skill_files" in self.__dict__ or self._index is None

    def excludes(self, path: str) -> bool:
        """Whether a glob matches the path or a folder above it."""
        return any(matches(glob, path) for glob in self.exclude)

    @cached_property
    def _by_name(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in self.skill_files:
            if self.source.kind(path) != "link":
                found.setdefault(self.folder_name(path).casefold(), []).append(path)
        return found

    @property
    def names(self) -> frozenset[str]:
        """The folder names of the skills below the root, casefolded."""
        return frozenset(self._by_name)

    def same_name(self, name: str) -> list[str]:
        """The SKILL.md of each skill below the root whose folder is called `name`, in any case."""
        if self._index and not self.is_listed:
            # To list a large index takes longer than all the rest of a hook.
            return [
                path
                for path in self._index.skills_named(name)
                if within(path, self.root)
                and not self.excludes(path)
                and self.source.kind(path) != "link"
            ]
        return self._by_name.get(name.casefold(), [])

    def folder_name(self, path: str) -> str:
        """The name of the folder that holds the file at `path`."""
        return dirname(path).rpartition("/")[2] or self.source.name

    def select(self, path: str) -> list[str]:
        """The SKILL.md of each skill below `path`, else of the skill that `path` belongs to.

        A skill that is named itself counts even where git ignores it or it lies outside the root.
        """
        named = path if is_skill_file(path) else join(path, SKILL_FILE)
        there = self.source.kind(named) != "missing" and not self.excludes(named)
        found = {named} if there else set()
        if self.source.kind(path) == "folder":
            found.update(self._skills(self.source.files(path)))
        if not found and (owner := self.owner(path)):
            found.add(owner)
        return sorted(found)

    def owner(self, path: str) -> str | None:
        """The SKILL.md of the skill that the file at `path` belongs to."""
        if is_skill_file(path) and self.source.kind(path) != "missing":
            return None if self.excludes(path) else path
        while path:
            path = dirname(path)
            skill = join(path, SKILL_FILE)
            if self.source.kind(skill) != "missing":
                return None if self.excludes(skill) else skill
        return None

    def bundle(self, path: str) -> Bundle:
        """The files of the skill whose SKILL.md is at `path`."""
        if self._bundle is None or self._bundle[0] != path:
            folder = dirname(path)
            owned = self._owned
            if owned is None or folder not in owned:
                # One that git ignores, and that was asked for by name, is in no list of all.
                owned = _owned(self.source.files(folder), folder)
            own = [each for each in owned.get(folder, ()) if each != path]
            inner = [each for other in self._inner(folder, owned) for each in owned[other]]
            self._bundle = path, Bundle(self.source, folder, own, inner)
        return self._bundle[1]

    def _inner(self, folder: str, owned: Mapping[str, list[str]]) -> list[str]:
        """The folders of the skills that lie in a skill's folder."""
        if owned is not self._owned:
            return [other for other in owned if other != folder]
        return self._nested.get(folder, [])

    @cached_property
    def _nested(self) -> Mapping[str, list[str]]:
        """The folder of a skill → those of the skills that lie in it."""
        found: dict[str, list[str]] = {}
        for folder in self._owned or ():
            above = folder
            while above:
                above = dirname(above)
                if above in (self._owned or ()):
                    found.setdefault(above, []).append(folder)
        return found

    def list_all(self) -> None:
        """List the files once, for a check of many skills; without, each skill's are asked for."""
        if self._owned is None:
            self._owned = _owned(self._files, None)

    def stands_for_another(self, path: str) -> bool:
        """Whether the SKILL.md at `path` is a link to another file of the source."""
        return self.source.kind(path) == "link" and self._unfit(path) is None

    def load(self, paths: Iterable[str]) -> Iterator[Document | Unreadable]:
        """Each skill as it was read, in the order given; links to other places are left out."""
        pending: list[str] = []
        for path in paths:
            if self.source.kind(path) == "file":
                pending.append(path)
                continue
            yield from self._read(pending)
            pending = []
            if why := self._unfit(path):
                yield Unreadable(path, self.folder_name(path), 1, why)
        yield from self._read(pending)

    def _read(self, paths: list[str]) -> Iterator[Document | Unreadable]:
        for path, data in zip(paths, self.source.read(paths), strict=True):
            folder = self.folder_name(path)
            if data is None:
                yield Unreadable(path, folder, 1, document.OUT_OF_REACH)
            elif isinstance(data, int):
                yield Unreadable(path, folder, 1, document.too_large(data))
            else:
                yield document.read(path, folder, data)

    def _unfit(self, path: str) -> str | None:
        """Why what stands at `path` is no file; None for a link to another file of the source."""
        kind = self.source.kind(path)
        if kind != "link":
            return _WHY_UNFIT.get(kind, "was changed meanwhile; run it again")
        place = path
        for _ in range(_MOST_LINKS):
            target = self.source.link(place)
            place = normpath(join(dirname(place), target))
            if target.startswith("/") or place == ".." or place.startswith("../"):
                return f"is a symbolic link that leaves the repository (to `{target}`)"
            kind = self.source.kind(place)
            if kind == "missing":
                return f"is a symbolic link to `{target}`, which does not exist"
            if kind != "link":
                return None if kind == "file" else f"is a symbolic link to `{target}`, not a file"
        return "is a symbolic link that leads to itself"


_MOST_LINKS = 40
"""Links one behind another that are followed, as on Linux."""
_WHY_UNFIT: Mapping[Kind, str] = {
    "folder": "is a folder; it must be a file",
    "other": "is not a regular file",
    "conflict": "has an unresolved merge conflict; resolve it and stage the file",
    "missing": "cannot be found",
}


def is_skill_file(path: str) -> bool:
    """Whether a file is called SKILL.md, in whatever case; that the case is wrong, a rule says."""
    return path[-8:].lower() == "skill.md" and path[-9:-8] in ("", "/")


def _owned(files: list[str], top: str | None) -> dict[str, list[str]]:
    """The folder of each skill → its files; `top` is one for sure."""
    folders = {dirname(path) for path in files if is_skill_file(path)}
    if top is not None:
        folders.add(top)
    owner: dict[str, str | None] = {"": "" if "" in folders else None}
    owned: dict[str, list[str]] = {folder: [] for folder in folders}
    for path in files:
        found = _owner(path.rpartition("/")[0], folders, owner)
        if found is not None:
            owned[found].append(path)
    return owned


def _owner(folder: str, skills: set[str], known: dict[str, str | None]) -> str | None:
    """The folder of the skill that a folder belongs to; `known` remembers."""
    way = []
    while folder not in known:
        if folder in skills:
            known[folder] = folder
            break
        way.append(folder)
        folder = folder.rpartition("/")[0]
    known.update(dict.fromkeys(way, known[folder]))
    return known[folder]
