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


def text_of(graded: Graded, note: str = "") -> str:
    """The comment: verdict, table, details; `note` is one of ours above."""
    head = f"{MARKER}\n"
    notes = f"\n<sub>⚠️ {note}</sub>\n" if note else ""
    notes += f"\n<sub>Of commit {(graded.head or '')[:_SHORT]}.</sub>\n"
    most = grade_markdown.MOST - len(head) - len(notes)
    lines = "".join(f"{line}\n" for line in grade_markdown.render(graded, most))
    return f"{head}{lines}{notes}".strip()


def is_about_something(graded: Graded) -> bool:
    """Whether there is anything to tell to whoever has not been told yet."""
    return bool(graded.skills or graded.removed or graded.others)
