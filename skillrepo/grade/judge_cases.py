"""What a model is shown of skills: their text files, and their nearest neighbours.

Of each version that is its own files alone, SKILL.md first. Evals are left out, or a skill could
tell the judge what it is to find; so is all that is said of a change.
"""

from collections.abc import Iterator, Mapping

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.files import SKILL_FILE
from skillrepo.grade.index import Index
from skillrepo.grade.ranking import Ranking
from skillrepo.judge.case import Material, Neighbour
from skillrepo.rules import grader_address, hidden_instructions, hidden_unicode
from skillrepo.secret_text import masked
from skillrepo.trigger_queries import is_eval_file

_FLAGGING = tuple(each.RULE.run for each in (grader_address, hidden_instructions, hidden_unicode))
_EVALS = ("eval", "evals")
_NEIGHBOURS = 3
_LONGEST = 1_024
"""Characters of a description, which the specification allows no more of."""


def material(context: Context, skill: Document, tree: str | None) -> Material:
    """A version of a skill as it is shown; `tree` is that of its folder, None in a worktree.

    What the rules of text for graders and hidden text flag makes its whole paragraph void, wherever
    it would be ignored: a text that pleads says what the plea is about beside it, too.
    """
    bundle = context.bundle(skill)
    names = {item.path: item.name for item in bundle.items}
    pages = {page.name: page.text for page in bundle.pages() if not _is_eval(page.name)}
    texts = {SKILL_FILE: skill.text, **pages}
    left = [names[each.path] for each in bundle.not_analysed()]
    left += [item.name for item in bundle.items if item.kind != "file"]
    return Material(
        tree,
        texts,
        tuple(dict.fromkeys(_void(context, skill, names, texts))),
        tuple(sorted({name for name in left if not _is_eval(name)})),
    )


def _void(
    context: Context, skill: Document, names: Mapping[str, str], texts: Mapping[str, str]
) -> Iterator[str]:
    for run in _FLAGGING:
        for hit in run(skill, context) if run else ():
            text = texts.get(SKILL_FILE if hit.path is None else names.get(hit.path, ""), "")
            yield from filter(None, [_paragraph(text, hit.line)])


def _paragraph(text: str, line: int) -> str:
    """What stands between two empty lines around a line of a text, as the rules have it."""
    at = 1
    for paragraph in text.split("\n\n"):
        at += paragraph.count("\n") + 2
        if line < at:
            return paragraph.strip("\n")
    return ""


def _is_eval(name: str) -> bool:
    return is_eval_file(name) or name.lower().partition("/")[0] in _EVALS


def neighbours(index: Index, path: str) -> tuple[Neighbour, ...]:
    """The skills that answer best what a skill says that it is for, the nearest first, at most 3.

    Of equal ones the first by path. One that is not in the index has none.
    """
    entry = index.entries.get(path)
    if entry is None:
        return ()
    scores = Ranking(index).scores(entry.card.terms)
    scores = {other: score for other, score in scores.items() if other != path}
    nearest = sorted(scores, key=lambda other: (-scores[other], other))[:_NEIGHBOURS]
    return tuple(
        Neighbour(index.entries[each].name, masked(index.entries[each].card.description)[:_LONGEST])
        for each in nearest
    )
