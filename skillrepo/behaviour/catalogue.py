"""The skills that a model can choose from, as an agent's system prompt lists them."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import NamedTuple, Self

from skillrepo.secret_text import masked
from skillrepo.tokens import tokens
from skillrepo.visible import one_line, visible

LONGEST_NAME = 100
"""Characters of a name; the specification allows 64."""
Nearest = Callable[[str], Iterable[int]]
"""Gives the places of skills in a list of them, those that come nearest to a request first."""


class Listed(NamedTuple):
    """Name and description of a skill, without keys and with nothing that cannot be seen."""

    name: str
    description: str

    @classmethod
    def of(cls, name: str, description: str) -> Self:
        """As a skill says them."""
        return cls(one_line(masked(name)), visible(masked(description)))

    @property
    def tokens(self) -> int:
        """What it takes in a prompt (≈)."""
        return tokens(f"{json.dumps(self._asdict(), ensure_ascii=False)}, ")


@dataclass(frozen=True)
class Catalogue:
    """All skills of a repository: `own`, the one that is looked at, if it is there, and `others`.

    `nearest` ranks the others for a request.
    """

    own: Listed | None
    others: tuple[Listed, ...]
    nearest: Nearest

    def shown(
        self, request: str, room: int, more: Sequence[Listed] = ()
    ) -> tuple[Listed, ...] | None:
        """The skills that a prompt with so much room (tokens) shows, in no order that matters.

        That is the own one and `more`, and all others, or the nearest to the request that there is
        room for. None where there is not even room for the first.
        """
        always = (*((self.own,) if self.own else ()), *more)
        room -= sum(each.tokens for each in always)
        if room < 0:
            return None
        if sum(self._sizes) <= room:
            return (*always, *self.others)
        taken = []
        for place in self.nearest(request):
            if self._sizes[place] <= room:
                room -= self._sizes[place]
                taken.append(self.others[place])
        return (*always, *taken)

    @property
    def listed(self) -> tuple[Listed, ...]:
        """All of them."""
        return (*((self.own,) if self.own else ()), *self.others)

    @cached_property
    def sha256(self) -> str:
        """Names it (hex): the same skills in any order have the same."""
        text = json.dumps(sorted(self.listed), ensure_ascii=True)
        return sha256(text.encode()).hexdigest()

    @cached_property
    def _sizes(self) -> tuple[int, ...]:
        return tuple(each.tokens for each in self.others)


def seed(key: str, number: int) -> int:
    """The seed of the run with this number: 31 bits, which every provider takes."""
    return int(sha256(f"{key} {number}".encode()).hexdigest()[:8], 16) >> 1


def shuffled(listed: Iterable[Listed], by: int) -> tuple[Listed, ...]:
    """The skills in the order of a seed, in which no place favours one.

    Of two catalogues with the same skills among others, these have the same order in both.
    """
    return tuple(sorted(listed, key=lambda one: sha256(f"{by} {one.name}".encode()).digest()))
