"""Folders that hold skills → the taxonomy that describes them as they are.

A skill has a category or, where none has, all lie in the root: those are the two forms that
`known-category` takes. What fits neither is left out, with the reason, so that a repository can
be adopted without moving a file and be put in order later.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from skillrepo import yaml_full

_Folder = tuple[str, ...]
_MIN_DEPTH, _MAX_DEPTH = 3, 10
# Folders of examples, where a SKILL.md is no skill of the repository.
_STAND_INS = frozenset(
    ("template", "templates", "test", "tests", "testdata", "fixture", "fixtures")
)
# What a skill's own folder holds beside its SKILL.md.
_SUPPORT = _STAND_INS | {"assets", "evals", "examples", "references", "resources", "scripts"}
_UNFIT = re.compile("[\\\\\n\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A glob for `exclude:`, why, and how many skills it leaves out."""

    glob: str
    why: str
    skills: int


@dataclass(frozen=True, slots=True)
class Adoption:
    """A taxonomy made from folders.

    `skills` is how many have their place in it. `categories` has the shape of `taxonomy.yaml`.
    """

    root: str
    max_depth: int
    categories: Mapping[str, Any]
    skills: int
    left_out: tuple[LeftOut, ...]

    def text(self) -> str:
        """The keys of a `taxonomy.yaml`."""
        return yaml_full.dump(
            {
                "version": 1,
                "root": self.root,
                "max_depth": self.max_depth,
                "categories": self.categories,
            }
        )


def adopt(skill_files: Iterable[str]) -> Adoption:
    """Make a taxonomy from the paths of SKILL.md files: POSIX, relative to the repository."""
    folders = sorted({tuple(path.split("/")[:-1]) for path in skill_files})
    left_out: Counter[tuple[str, str]] = Counter()
    kept = _without_copies(folders, left_out)
    for judge in (_unfit, _beside_categories):
        kept = _without(judge(kept), kept, left_out)
    root = _root([folder[:-1] for folder in kept])
    kept = _without(_too_deep(kept, len(root)), kept, left_out)
    categories = [folder[len(root) : -1] for folder in kept]
    return Adoption(
        root="/".join(root) or ".",
        max_depth=max(_MIN_DEPTH, *map(len, categories), 0),
        categories=_tree(categories),
        skills=len(kept),
        left_out=tuple(
            # In a glob `?` is any character: YAML cannot hold bytes that are no text.
            LeftOut(_UNFIT.sub("?", path), why, count)
            for (path, why), count in left_out.items()
        ),
    )


def _without_copies(
    folders: Sequence[_Folder], left_out: Counter[tuple[str, str]]
) -> Sequence[_Folder]:
    skills = frozenset(folders) - {()}
    found = {folder: copy for folder in folders if (copy := _copy(folder, skills))}
    if len(found) == len(folders):
        return folders
    left_out.update(("/".join(folder[:length]), why) for folder, (length, why) in found.items())
    return [folder for folder in folders if folder not in found]


def _copy(folder: _Folder, skills: frozenset[_Folder]) -> tuple[int, str] | None:
    """How many parts of the path are the folder to leave out, and why; None for a real skill."""
    for index, name in enumerate(folder):
        among_skills = "skills" in folder[:index]
        inside = any(folder[:length] in skills for length in range(1, index + 1))
        if name.startswith(".") and not among_skills:
            return index + 1, "holds what a tool installed"
        if inside and name in _SUPPORT:
            return index + 1, "is part of another skill"
        if name in _STAND_INS and not among_skills:
            return index + 1, "holds templates or tests"
    return None


def _without(
    unplaced: Mapping[_Folder, str],
    folders: Sequence[_Folder],
    left_out: Counter[tuple[str, str]],
) -> Sequence[_Folder]:
    for folder, why in unplaced.items():
        left_out["/".join((*folder, "SKILL.md")), why] += 1
    return [folder for folder in folders if folder not in unplaced]


def _unfit(folders: Sequence[_Folder]) -> Mapping[_Folder, str]:
    unfit = {
        folder: "has a folder whose name no category can have"
        for folder in folders
        if any(map(_UNFIT.search, folder))
    }
    return {(): "is the whole repository", **unfit} if () in folders else unfit


def _beside_categories(folders: Sequence[_Folder]) -> Mapping[_Folder, str]:
    """The fewer of the skills that lie at the top of the repository and those that do not."""
    top = [folder for folder in folders if len(folder) == 1]
    if 2 * len(top) > len(folders):
        deeper = (folder for folder in folders if len(folder) > 1)
        return dict.fromkeys(deeper, "lies in a folder, the other skills at the top")
    if len(top) < len(folders):
        return dict.fromkeys(top, "lies at the top, the other skills in folders")
    return {}


def _root(parents: Sequence[_Folder]) -> _Folder:
    """The folder below which each of `parents` is a category, or which each of them is."""
    if not parents:
        return ()
    if all(parent[:1] == ("skills",) for parent in parents):
        root: _Folder = ("skills",)
    else:
        # What the first and the last in order have in common, all have.
        pairs = zip(min(parents), max(parents), strict=False)
        root = tuple(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    if root in parents and any(parent != root for parent in parents):
        return root[:-1]
    return root


def _too_deep(folders: Sequence[_Folder], root: int) -> Mapping[_Folder, str]:
    why = f"lies more than {_MAX_DEPTH} categories deep"
    return {folder: why for folder in folders if len(folder) - 1 - root > _MAX_DEPTH}


def _tree(categories: Iterable[_Folder], parent: str = "") -> dict[str, Any]:
    children: dict[str, list[_Folder]] = {}
    for category in categories:
        if category:
            children.setdefault(category[0], []).append(category[1:])
    return {name: dict(_entry(name, below, parent)) for name, below in sorted(children.items())}


def _entry(name: str, below: Iterable[_Folder], parent: str) -> Iterator[tuple[str, Any]]:
    # A folder called `skills` in each part of a repository says nothing of what is in it.
    title = parent if parent and name == "skills" else _title(name)
    yield "title", title
    if children := _tree(below, title):
        yield "children", children


def _title(name: str) -> str:
    """`10-data_science` → `Data science`."""
    words = " ".join(re.sub(r"^\d+[-_. ]+", "", name).strip("().").replace("_", "-").split("-"))
    return words[:1].upper() + words[1:] if words.strip() else name
