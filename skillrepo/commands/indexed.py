"""The indexes of the two sides of a change."""

from skillrepo.commands.sides import Sides
from skillrepo.grade.eval_places import skill_of
from skillrepo.grade.index import Index
from skillrepo.grade.remembered import Remembered

_WORTHWHILE = 50
"""Skills; fewer are read sooner than what is remembered of them."""


def indexed(sides: Sides) -> tuple[Index, Index]:
    """The index of the base, and that of the head."""
    after, before = sides.after.library, sides.before.library
    worthwhile = len(before.skill_files) >= _WORTHWHILE
    folder = sides.place.git().common_dir / "skillrepo"
    remembered = Remembered(folder if worthwhile else None)
    base = Index.of(before, remembered)
    owners = (skill_of(library, p) for library in (before, after) for p in sides.since.changed)
    head = base.changed(after, filter(None, owners), remembered)
    remembered.save()
    return base, head
