"""What was measured of a skill, kept as a git note on its tree, and read back.

A note is on the tree of a skill's folder, so it stays with the same files through squash-merges,
rebases and renames of folders, and it holds only what depends on these files: nothing of other
skills, of paths, of time. It has one line a version of the code and of the settings: JSON with
sorted keys and no blanks, as `schemas/grade-note.schema.json` says.

Notes are no security boundary: whoever may push the ref may write what they like. A line that is
damaged, or whose score is not what its measures make, counts for nothing.
"""

import json
from collections.abc import Callable, Collection, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from skillrepo import __version__, resource
from skillrepo.git import Repository, whole_oid
from skillrepo.git_notes import add_to_notes, read_notes
from skillrepo.measure import LONGEST_WHY, Reading

REF = "refs/notes/skillrepo/grades"
MESSAGE = "chore: grades of skills"
VERSION = 1
_MOST_LINES = 200


class Key(NamedTuple):
    """What measures depend on beside the skill: hashes (sha256, hex) of code and of settings."""

    code: str
    settings: str


Measures = Mapping[str, Reading]
Marks = Callable[[Measures], tuple[float, str]]
"""Makes score and label of the measures of a skill."""


def trees_of(repository: Repository, commit: str) -> Mapping[str, str]:
    """The tree of each folder of a commit; that of the top is at the path ``."""
    # A skill may be a repository of its own.
    top = repository.run("rev-parse", "--verify", f"{whole_oid(commit)}^{{tree}}")
    return {"": top.decode().strip(), **repository.folder_trees(commit)}


def code_hash() -> str:
    """The sha256 (hex) of the code that measures may depend on: another one measures anew.

    That is every module of the package's own folder, `measures` and `rules`, by its bytes: it is
    the same in a checkout and in a wheel, and on any machine.
    """
    digest = sha256()
    for name, content in resource.modules("", "measures", "rules"):
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def line(key: Key, measures: Measures, marks: Marks) -> str:
    """The line of a note that says this."""
    score, label = marks(measures)
    value = {
        "version": VERSION,
        "tool": __version__,
        **key._asdict(),
        "measures": {name: _value(reading) for name, reading in measures.items()},
        "score": score,
        "label": label,
    }
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _value(reading: Reading) -> dict[str, float | str | None]:
    return {"value": None if reading.value is None else float(reading.value), "why": reading.why}


def measures_of(note: bytes, key: Key, names: Collection[str], marks: Marks) -> Measures | None:
    """What a note says of these measures under this key, in their order; None where it does not."""
    for text in note.splitlines()[:_MOST_LINES]:
        # A note holds the lines of all versions: most are told by their text.
        if key.code.encode() not in text or key.settings.encode() not in text:
            continue
        try:
            found = _read(json.loads(text), key, names, marks)
        except (ValueError, RecursionError):
            continue
        if found is not None:
            return found
    return None


def _read(value: Any, key: Key, names: Collection[str], marks: Marks) -> Measures | None:
    if not isinstance(value, dict) or (value.get("code"), value.get("settings")) != key:
        return None
    measures = value.get("measures")
    if not isinstance(measures, dict) or measures.keys() != set(names):
        return None
    found = {name: _reading(measures[name]) for name in names}
    known = {name: reading for name, reading in found.items() if reading}
    if len(known) < len(names) or (value.get("score"), value.get("label")) != marks(known):
        return None
    return known


def _reading(value: Any) -> Reading | None:
    if not isinstance(value, dict) or value.keys() != set(Reading._fields):
        return None
    number, why = value["value"], value["why"]
    if not isinstance(why, str) or len(why) > LONGEST_WHY:
        return None
    if number is None:
        return Reading(None, why)
    # True is a number to Python, and 1 is another JSON than 1.0.
    return Reading(number, why) if isinstance(number, float) and 0 <= number <= 1 else None


def recall(
    repository: Repository, trees: Collection[str], key: Key, names: Collection[str], marks: Marks
) -> dict[str, Measures]:
    """What is known of the skills with these trees, by tree; of those that are not, nothing."""
    notes = read_notes(repository, REF, trees)
    found = {tree: measures_of(note, key, names, marks) for tree, note in notes.items()}
    return {tree: measures for tree, measures in found.items() if measures is not None}


def keep(repository: Repository, measured: Mapping[str, Measures], key: Key, marks: Marks) -> int:
    """Add what was measured of trees to their notes; give how many notes are new or longer."""
    lines = {tree: (line(key, measures, marks),) for tree, measures in measured.items()}
    return add_to_notes(repository, REF, lines, MESSAGE)
