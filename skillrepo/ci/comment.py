"""Grades → the text of the one comment on a pull request."""

from skillrepo.grade.graded import Graded
from skillrepo.output import grade_markdown

MARKER = "<!-- skillrepo:grade:v1 -->"
"""What the comment begins with; no reader sees it."""
DIFFERS = (
    "The job of this pull request reported something else. This comment was made anew, from the "
    "pull request's files."
)
UNVERIFIED = (
    "This is what the job of this pull request reported; it could not be made anew, so nobody has "
    "checked it."
)
_SHORT = 12
_SLACK = 100


def text_of(graded: Graded, note: str = "") -> str:
    """The comment: verdict, table, details; `note` is one of ours, above."""
    warned = ["", f"> ⚠️ {note}"] if note else []
    foot = [f"<sub>Of commit {(graded.head or '')[:_SHORT]}.</sub>"]
    if is_judged(graded):
        foot += [judged_mark(graded)]
    ours = "\n".join((MARKER, *warned, "", *foot))
    verdict, *rest = grade_markdown.render(graded, grade_markdown.MOST - len(ours) - _SLACK)
    return "\n".join((MARKER, verdict, *warned, *rest, "", *foot))


def judged_mark(graded: Graded) -> str:
    """What the comment ends with where a model has judged this very change."""
    return f"<!-- skillrepo:judged:v1 {graded.base} {graded.head} -->"


def is_judged(graded: Graded) -> bool:
    """Whether a model says something of a skill."""
    return any(each.review for each in graded.skills)


def is_about_something(graded: Graded) -> bool:
    """Whether there is anything to tell to whoever has not been told yet."""
    return bool(graded.skills or graded.removed or graded.others)
