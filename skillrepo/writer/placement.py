"""Which category a text belongs into, by the words that it shares with titles and descriptions."""

from collections.abc import Sequence

from skillrepo.draft import Choice
from skillrepo.words import Bm25


def best(query: str, choices: Sequence[Choice]) -> Choice | None:
    """The category that answers `query` best, None where none shares a word with it.

    A title counts twice, and the names of the skills that are there say what it is for. Of equal
    categories the first one wins, so the answer depends on nothing but the arguments.
    """
    texts = [
        " ".join(
            (choice.title, choice.title, choice.id, choice.description, *choice.skills)
        ).replace("-", " ")
        for choice in choices
    ]
    scores = Bm25(texts).scores(query)
    top = max(scores, default=0.0)
    return choices[scores.index(top)] if top > 0 else None
