"""Asks a predictor with the sources, and with fewer where the model takes no request so long."""

from collections.abc import Sequence
from typing import NamedTuple

from skillrepo.draft import Source
from skillrepo.program import material
from skillrepo.program.failure import ModelFailed
from skillrepo.program.predictors import Answer, Inputs, Predictors

_FEWEST = 4_000
"""Characters; with less there is no use in asking."""


class Wanted(NamedTuple):
    """What of the sources is wanted: at most `limit` characters, those that answer `query` best.

    `use` says in the notes what they are for.
    """

    sources: Sequence[Source]
    limit: int
    query: str
    use: str = "the text"


def ask(
    predictors: Predictors, name: str, inputs: Inputs, wanted: Wanted
) -> tuple[Answer, tuple[str, ...]]:
    """The answer, and notes on what was cut of the sources; the limit is halved until it fits.

    What a provider refuses for its length is not paid for. Raises `SkillRepoError`.
    """
    limit = min(wanted.limit, sum(len(source.text) for source in wanted.sources))
    while True:
        text, cut = material.sources(wanted.sources, limit, wanted.query, wanted.use)
        try:
            return predictors.ask(name, {"sources": text, **inputs}), cut
        except ModelFailed as error:
            limit //= 2
            if error.kind != "too-long" or limit < _FEWEST:
                raise
