"""What routing needs to know of every skill of a repository: `Index`, of one revision.

It is made from git's objects: what is known of an object is remembered by its id, so that of 5,000
skills a second run reads those that changed. An index of the working tree is that of a commit with
some skills read anew, `changed`.
"""

import json
from binascii import a2b_base64, b2a_base64
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from struct import pack, unpack
from typing import Any, NamedTuple

from skillrepo.document import Document, Unreadable
from skillrepo.grade.eval_places import Places, of_all, of_some
from skillrepo.grade.remembered import Remembered, digest
from skillrepo.grade.shingles import shingles, sketch
from skillrepo.grade.terms import claims, terms
from skillrepo.library import Library
from skillrepo.processes import spread
from skillrepo.tokens import tokens
from skillrepo.trigger_queries import File, Query, read


class Card(NamedTuple):
    """What a SKILL.md says for itself, wherever it lies.

    `terms` counts the terms of name and description that say what the skill is for, `length` is
    how many that are together, `sketch` a sample of the passages of its body.
    """

    name: str
    description: str
    terms: Mapping[str, int]
    length: int
    sketch: tuple[int, ...]


class Asked(NamedTuple):
    """A labelled query of a skill, and its terms, each once."""

    query: Query
    terms: tuple[str, ...]


class Entry(NamedTuple):
    """A skill; `path` is that of its SKILL.md, `folder` the name of the folder that holds it."""

    path: str
    folder: str
    card: Card
    asked: tuple[Asked, ...]

    @property
    def name(self) -> str:
        """What clients call the skill: the name that it gives itself, or else its folder's."""
        return self.card.name or self.folder

    @property
    def resident_tokens(self) -> int:
        """What the skill costs in each session, used or not: its name and description."""
        return tokens(f"{self.name} {self.card.description}")


class Index:
    """The skills of a revision, by the path of their SKILL.md, in path order."""

    def __init__(
        self, entries: Iterable[Entry], origin: tuple["Index", AbstractSet[str]] | None = None
    ) -> None:
        """`origin` is another index, and the paths of all skills in which this one differs."""
        self.entries: Mapping[str, Entry] = {
            entry.path: entry for entry in sorted(entries, key=lambda entry: entry.path)
        }
        self._origin = origin

    @cached_property
    def claiming(self) -> Mapping[str, Sequence[str]]:
        """Each term that is claimed → the paths of the skills that claim it, in order."""
        if self._origin:
            return self._differing(*self._origin)
        found = defaultdict[str, list[str]](list)
        for path, entry in self.entries.items():
            for term in entry.card.terms:
                found[term].append(path)
        return dict(found)

    def _differing(self, other: "Index", paths: Iterable[str]) -> Mapping[str, Sequence[str]]:
        found = dict(other.claiming)
        # Each list is made once: a change may be one of all skills.
        gone, come = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
        for path in paths:
            before, after = (
                side.entries[path].card.terms.keys() if path in side.entries else set[str]()
                for side in (other, self)
            )
            for term in before - after:
                gone[term].add(path)
            for term in after - before:
                come[term].add(path)
        for term in gone.keys() | come.keys():
            kept = (path for path in found.get(term, ()) if path not in gone.get(term, ()))
            found[term] = sorted((*kept, *come.get(term, ())))
        return {term: claiming for term, claiming in found.items() if claiming}

    @cached_property
    def mean_length(self) -> float:
        """How many terms a skill claims on average."""
        total = sum(entry.card.length for entry in self.entries.values())
        return total / len(self.entries) if total else 1.0

    @cached_property
    def resident_tokens(self) -> int:
        """What all skills together cost in each session."""
        return sum(entry.resident_tokens for entry in self.entries.values())

    @classmethod
    def of(cls, library: Library, remembered: Remembered) -> "Index":
        """The skills of a library below its root.

        To know the object ids of a folder of the file system is to read it: of the working tree
        of a repository take `changed`.
        """
        return cls(_entries(library, library.skill_files, of_all(library), remembered))

    def changed(self, library: Library, paths: Iterable[str], remembered: Remembered) -> "Index":
        """The index of another revision, in which the skills at `paths` are those of a library.

        `paths` are those of each SKILL.md that is or was of a skill that differs, in any file or
        in its evals beside the skills (`eval_places.skill_of`).
        """
        others = set(paths)
        there = [path for path in sorted(others) if library.source.kind(path) == "file"]
        kept = (entry for path, entry in self.entries.items() if path not in others)
        entries = (*kept, *_entries(library, there, of_some(library, there), remembered))
        return Index(entries, (self, others))


def _entries(
    library: Library,
    paths: Iterable[str],
    evals: Places,
    remembered: Remembered,
) -> Iterator[Entry]:
    known: dict[str, Card | None] = {}
    missing: list[str] = []
    for path in paths:
        if library.source.kind(path) == "file":
            value = remembered.recall(f"skill {_id(library, path)}")
            known[path] = None if value is None else _card(value)
            missing += [path] * (value is None)
    for path, name, value in spread(lambda share: _made(library, share), missing):
        if name:
            remembered.learn(f"skill {name}", value)
        known[path] = _card(value)
    for path, card in known.items():
        if card:
            folder = library.folder_name(path)
            asked = _asked(library, folder, evals.get(path, {}), remembered)
            yield Entry(path, folder, card, tuple(asked))


def _made(library: Library, paths: Sequence[str]) -> list[tuple[str, str, list[Any]]]:
    """Path, object id and what is remembered of each SKILL.md; no id for one that was not read."""
    return [
        (
            skill.path,
            _id(library, skill.path, skill.data) if isinstance(skill, Document) else "",
            _value(skill),
        )
        for skill in library.load(paths)
    ]


def _id(library: Library, path: str, data: bytes | None = None) -> str:
    return library.source.object_id(path, data).rpartition(" ")[2]


def _value(skill: Document | Unreadable) -> list[Any]:
    """What is remembered of a SKILL.md; one that cannot be read claims nothing."""
    if isinstance(skill, Unreadable):
        return ["", "", "", ""]
    name, description = (
        text if isinstance(text := skill.frontmatter.get(key), str) else ""
        for key in ("name", "description")
    )
    found = sketch(shingles(skill.body))
    packed = b2a_base64(pack(f"<{len(found)}I", *found), newline=False).decode()
    return [name, description, " ".join(claims(f"{name}\n{description}")), packed]


def _card(value: list[Any]) -> Card:
    name, description, claimed, packed = value
    data = a2b_base64(packed)
    counted = Counter(claimed.split(" ")) if claimed else Counter[str]()
    found = unpack(f"<{len(data) // 4}I", data)
    return Card(name, description, counted, counted.total(), found)


def _asked(
    library: Library, folder: str, paths: Mapping[str, str], remembered: Remembered
) -> Iterator[Asked]:
    """The labelled queries of a skill, by the names of its eval files.

    What is remembered has the names alone, so a skill may move.
    """
    if not paths:
        return
    ids = [f"{name} {_id(library, path)}" for name, path in paths.items()]
    key = f"evals {digest(json.dumps([folder, *ids]))}"
    value = remembered.recall(key)
    if value is None:
        contents = library.source.read(paths.values())
        evals = read((File(*each) for each in zip(paths, paths, contents, strict=True)), folder)
        value = [[*query, " ".join(dict.fromkeys(terms(query.text)))] for query in evals.queries]
        remembered.learn(key, value)
    for text, should_trigger, name, line, found in value:
        yield Asked(Query(text, should_trigger, paths[name], line), tuple(found.split()))
