"""Grades in words: what every output says of them in the same way. All of it is inert text."""

from collections.abc import Callable

from skillrepo.grade.graded import Graded, SkillGrade
from skillrepo.visible import one_line

CLAIM = (
    "A static grade says how well a skill is kept, how well it is found, and what it costs: not "
    "that it helps."
)
_VERDICTS = {
    "pass": "This change passes",
    "fail": "This change fails",
    "inconclusive": "There is no verdict on this change",
}
_NAMED = 3
_SHORT = 12


def summary(graded: Graded) -> str:
    """The verdict in a sentence: on how much, compared with what, and why."""
    counted = scope(graded)
    return f"{headline(graded)}{f' ({counted})' if counted else ''}."


def headline(graded: Graded, name: Callable[[str], str] = one_line) -> str:
    """The verdict and why, without a full stop; `name` makes names inert."""
    if not graded.skills and not graded.removed and not graded.others:
        return f"No skill differs between {_base(graded, name)} and {name(graded.head_name)}"
    wrong = [e for e in graded.skills if e.gate.verdict == graded.verdict != "pass"]
    named = [name(each.skill) for each in wrong[:_NAMED]]
    if len(wrong) > _NAMED:
        named.append(f"{len(wrong) - _NAMED:,} more")
    if graded.others and graded.verdict == "fail":
        named.append("what it does to other skills")
    because = f": {', '.join(named)}" if named else ""
    return f"{_VERDICTS[graded.verdict]}{because}"


def scope(graded: Graded, name: Callable[[str], str] = one_line) -> str:
    """How many skills differ, and from what; empty where none does."""
    new = sum(each.is_new for each in graded.skills)
    counts = ((new, "new"), (len(graded.skills) - new, "changed"), (len(graded.removed), "removed"))
    parts = [f"{number:,} {what}" for number, what in counts if number]
    return f"{', '.join(parts)}, compared with {_base(graded, name)}" if parts else ""


def _base(graded: Graded, name: Callable[[str], str]) -> str:
    return f"{name(graded.base_name)} ({graded.base[:_SHORT]})"


def change_of(each: SkillGrade) -> str:
    """The static grade of a skill, and how it has changed."""
    if each.grade is None:
        return "could not be graded"
    grade = each.grade
    place = f"{grade.label}, better than {grade.percentile} of 100 published skills"
    if each.is_new:
        return f"{grade.score:.2f}, new ({place})"
    if each.base is None:
        return f"{grade.score:.2f}; before, it could not be graded ({place})"
    return f"{each.base.score:.2f} → {grade.score:.2f}, {signed(each.delta or 0)} ({place})"


def signed(number: float) -> str:
    """A difference with its sign, to two digits."""
    shown = f"{number:+.2f}"
    return "±0" if shown in ("+0.00", "-0.00") else shown


def numbers(base: float | None, head: float | None, *, is_new: bool) -> str:
    """A measure before and after; one number where nothing changed, or there was nothing before."""
    new = "n/a" if head is None else f"{head:.2f}"
    if is_new or base == head:
        return new
    return f"{'n/a' if base is None else f'{base:.2f}'} → {new}"
