"""Which category a text belongs into, by the words that it shares with titles and descriptions."""

from collections.abc import Sequence

from skillrepo.draft import Choice
from skillrepo.words import Bm25

# A brief says what a skill is for; its sources say much else.
_BACKGROUND = 0.5


def best(query: str, choices: Sequence[Choice], background: str = "") -> Choice | None:
    """The category that answers `query` best, None where none shares a word with it.

    Words of the `background` count half. A title counts twice, and the names of the skills that are
    there say what it is for. Of equal categories the first one wins, so the answer depends on
    nothing but the arguments. The only category there is needs no word.
    """
    if len(choices) == 1:
        return choices[0]
    texts = [
        " ".join(
            (choice.title, choice.title, choice.id, choice.description, *choice.skills)
        ).replace("-", " ")
        for choice in choices
    ]
    known = Bm25(texts)
    pairs = zip(known.scores(query), known.scores(background), strict=True)
    scores = [own + _BACKGROUND * other for own, other in pairs]
    top = max(scores, default=0.0)
    return _lowest(choices[scores.index(top)], choices) if top > 0 else None


def _lowest(choice: Choice, choices: Sequence[Choice]) -> Choice:
    """`choice`, or the lowest category below it with the same title, where the skills are then."""
    alike = (
        each
        for each in choices
        if each.id.startswith(f"{choice.id}/") and each.title == choice.title
    )
    return max(alike, key=lambda each: each.id.count("/"), default=choice)
