"""What the model chose → what is taken of it: category, name, description and body."""

import difflib
import re
import unicodedata
from collections.abc import Collection, Sequence

from skillrepo.draft import Choice
from skillrepo.errors import SkillRepoError
from skillrepo.visible import visible

_MAX_NAME = 64
_MAX_DESCRIPTION = 1024
_MAX_SHOWN = 100
# difflib's ratio: "data/pdf" and "data/pdfs" have 0.94, "coding" and "writing" 0.62.
_ALIKE = 0.8


def category(answer: str, choices: Sequence[Choice]) -> tuple[str, str | None]:
    """The id of the choice that was meant, and a note where it was not written so."""
    if len(choices) == 1:
        return choices[0].id, None
    ids = [choice.id for choice in choices]
    # It goes into the commit's message, where a line of its own could pass for a trailer.
    wanted = " ".join(visible(answer).split()).strip("`'\"/").casefold()[:_MAX_SHOWN]
    exact = [id_ for id_ in ids if id_.casefold() == wanted]
    last = [id_ for id_ in ids if id_.rpartition("/")[2].casefold() == wanted.rpartition("/")[2]]
    alike = difflib.get_close_matches(wanted, ids, n=1, cutoff=_ALIKE)
    for found in (exact, last, alike):
        if len(found) == 1:
            note = f"The model answered with the category “{wanted}”; {found[0]} was taken."
            return found[0], None if found is exact else note
    message = (
        f"the model chose the category {wanted!r}, which does not exist; give one with --at: "
        + ", ".join(ids)
    )
    raise SkillRepoError(message)


def name(answer: str) -> str:
    """The valid name that resembles the answer; empty where none does."""
    ascii_only = unicodedata.normalize("NFKD", answer.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:_MAX_NAME].rstrip("-")


def unfit(name: str, taken: Collection[str]) -> str | None:
    """What is wrong with a name, in words that end a sentence; None where it will do."""
    if not name:
        return "a name without letters or digits"
    return f"the name {name}, which is taken" if name in taken else None


def description(answer: str) -> tuple[str, str | None]:
    """The answer in one line that is not too long, and a note where it was cut."""
    text = " ".join(answer.split())
    if len(text) <= _MAX_DESCRIPTION:
        return text, None
    cut = text[: _MAX_DESCRIPTION - 1]
    sentence = cut.rfind(". ") + 1
    cut = cut[:sentence] if sentence > _MAX_DESCRIPTION // 2 else cut.rpartition(" ")[0] + "…"
    note = f"The model's description had {len(text):,} characters and was cut; read it."
    return cut, note


def body(answer: str) -> str:
    """The answer without the fence and the frontmatter that models like to put around it."""
    lines = answer.strip().split("\n")
    if lines[0].strip() in {"```markdown", "```md"} and lines[-1].strip() == "```":
        lines = "\n".join(lines[1:-1]).strip().split("\n")
    if lines[0] == "---" and "---" in lines[1:]:
        lines = lines[lines.index("---", 1) + 1 :]
    return "\n".join(lines).strip()
