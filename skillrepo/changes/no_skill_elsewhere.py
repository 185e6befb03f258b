"""No change puts a link or a submodule where a skill is.

What it checks: a SKILL.md does not become a link to another file; no symbolic link and no submodule
takes the place of a skill's folder, or of one above it; and below the root of the taxonomy none is
added or changed. Left alone are a link that leads to where the same change moves the skill, and a
new one that leads to a folder or file below that root, which is looked at there.

Why it matters: nothing of what lies there is checked or graded, and yet it is what people get who
clone the repository. The skill would seem to be removed, or nothing to have changed at all.

How to fix it: put the files themselves there; or remove the skill. A maintainer who wants the link
or the submodule has an entry of `ignore:` in skillrepo.yaml of the base, with a reason.

Example: `skills/data/pdf-merge` becomes a submodule of another repository.

Source: house. `skillrepo grade` checks it; `validate` sees no change, and does not.
"""

from collections.abc import Iterator
from posixpath import dirname, join, normpath

from skillrepo.files import within
from skillrepo.rule import ERROR, Change, Hit, Rule

_KINDS = {"link": "a symbolic link", "other": "a submodule"}
_REPAIR = "nothing of what it stands for is looked at: put the files themselves there"


def run(change: Change) -> Iterator[tuple[str, Hit]]:
    """Look at each SKILL.md, at the places of those that are gone, and at what else is new."""
    library = change.after.library
    for new, was in change.skills.items():
        linked = library.stands_for_another(new)
        if linked and was and change.before.library.source.kind(was) != "link":
            why = "was a file, and is a link to another now, which is not graded"
            yield new, Hit(1, 1, f"{why}; make it a file again")
    told: set[str] = set()
    moved = {was: dirname(new) for new, was in change.skills.items() if was}
    # In a worktree the files of a submodule may be there, as those of no commit are.
    for skill in (*change.gone, *change.skills):
        place = _in_place(change, skill)
        if place and place not in told and not _leads_to(change, place, moved.get(skill)):
            told.add(place)
            kind = _KINDS[library.source.kind(place)]
            why = f"is {kind} in place of the skill in `{dirname(skill)}`; {_REPAIR}"
            yield place, Hit(1, 1, why)
    for path in change.changed if library.root else ():
        kind = library.source.kind(path)
        if kind in _KINDS and path not in told and _is_new(change, path):
            yield path, Hit(1, 1, f"is {_KINDS[kind]} where skills lie; {_REPAIR}")


def _in_place(change: Change, skill: str) -> str | None:
    """The link or submodule that stands for the folder of a skill, or for one above it."""
    folder = dirname(skill)
    while folder:
        if change.after.library.source.kind(folder) in _KINDS:
            return folder
        folder = dirname(folder)
    return None


def _leads_to(change: Change, link: str, folder: str | None) -> bool:
    return folder is not None and _target(change, link) == folder


def _is_new(change: Change, path: str) -> bool:
    """Whether a link or submodule lies among the skills, in none of them, and leads elsewhere."""
    library = change.after.library
    if not within(path, library.root) or library.owner(path) or library.excludes(path):
        return False
    target = _target(change, path)
    there = target is not None and library.source.kind(target) in ("file", "folder")
    return not (there and target and within(target, library.root))


def _target(change: Change, path: str) -> str | None:
    """Where a link leads, from the root; None for a submodule, and out of the repository."""
    source = change.after.library.source
    if source.kind(path) != "link":
        return None
    target = source.link(path)
    place = normpath(join(dirname(path), target))
    outside = target.startswith("/") or place == ".." or place.startswith("../")
    return None if outside else place


RULE = Rule("G103", "no-skill-elsewhere", {"house": ERROR, "spec": ERROR}, __doc__, run_change=run)
