"""Asks which skill a model would load for each request: several times, in several orders.

The probes are asked first. Where they go wrong nothing more is asked, for it would say nothing.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple

from skillrepo.behaviour import probes
from skillrepo.behaviour.catalogue import Catalogue, Listed, seed, shuffled
from skillrepo.behaviour.graders import short
from skillrepo.behaviour.probes import Probe
from skillrepo.behaviour.result import Side
from skillrepo.behaviour.trigger_result import RouteRun
from skillrepo.trigger_queries import Query

MOST_QUERIES = 100
"""Of one skill; the guides ask for about twenty."""
_NO_ROOM = "the request leaves no room for the skill: raise `judge.max_prompt_tokens`"
_UNKNOWN = "its reply names no skill of the catalogue"


class Exam(NamedTuple):
    """The labelled queries of a skill, of which side they are, and what is to be said of them."""

    queries: tuple[Query, ...]
    side: Side
    notes: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        """Names them (hex)."""
        text = json.dumps([(each.text, each.should_trigger) for each in self.queries])
        return sha256(text.encode()).hexdigest()


class Question(NamedTuple):
    """A request, and the skills to choose from, in this order; the seed is that of the order."""

    request: str
    listed: tuple[Listed, ...]
    seed: int


class Said(NamedTuple):
    """What came of a question: the name of a skill, None for none; or a problem.

    With `over` it was not asked, and no other may be: the budget is spent.
    """

    skill: str | None = None
    problem: str = ""
    over: bool = False
    fingerprint: str = ""


class Request(NamedTuple):
    """What is asked up to `trials` times; `more` are skills beside those of the catalogue."""

    text: str
    catalogue: Catalogue
    trials: int
    more: tuple[Listed, ...] = ()


class Answered(NamedTuple):
    """What came of a request: its runs, how many skills it showed, and why it was not asked on."""

    runs: tuple[RouteRun, ...]
    shown: int
    fingerprints: frozenset[str]
    over: str


Choose = Callable[[Question], Said]
"""Asks a model once; what goes wrong is told in what it gives."""
Room = Callable[[str], int]
"""Gives the tokens (≈) that a prompt with this request has left for skills."""
Spread = Callable[[Callable[[Request], Answered], Sequence[Request]], list[Answered]]
"""Calls a function with each request, at the same time where it can; in order."""


class Router(NamedTuple):
    """Who chooses, from prompts of what size, and how the calls are made."""

    choose: Choose
    room: Room
    spread: Spread

    def asked(self, key: str, requests: Sequence[Request]) -> list[Answered]:
        """What comes of the requests, in their order; the orders of skills are those of a key."""
        return self.spread(lambda request: self._one(key, request), requests)

    def likely(self, key: str, requests: Iterable[Request]) -> Iterator[Question]:
        """The questions that are asked where the runs of each request agree."""
        for request in requests:
            for number in range(needed(request.trials)):
                if question := self._question(key, request, number):
                    yield question

    def _one(self, key: str, request: Request) -> Answered:
        runs: list[RouteRun] = []
        shown, prints, over = 0, set[str](), ""
        own = request.catalogue.own.name if request.catalogue.own else None
        while len(runs) < request.trials and agreed(runs, own, request.trials) is None:
            at = seed(key, len(runs))
            question = self._question(key, request, len(runs))
            if question is None:
                runs.append(RouteRun(at, None, _NO_ROOM))
                continue
            shown = len(question.listed) - len(request.more)
            said = self.choose(question)
            if said.over:
                over = said.problem
                break
            prints |= {said.fingerprint} - {""}
            runs.append(_run(at, said, question))
        return Answered(tuple(runs), shown, frozenset(prints), over)

    def _question(self, key: str, request: Request, number: int) -> Question | None:
        text = request.text
        listed = request.catalogue.shown(text, self.room(text), request.more)
        at = seed(key, number)
        return None if listed is None else Question(text, shuffled(listed, at), at)


def one_by_one(ask: Callable[[Request], Answered], requests: Sequence[Request]) -> list[Answered]:
    """Without threads."""
    return [ask(request) for request in requests]


def _run(at: int, said: Said, question: Question) -> RouteRun:
    problem = said.problem
    if not problem and said.skill is not None:
        # Nothing else of a reply is ever used: who says it may have been told to by a skill.
        known = any(each.name == said.skill for each in question.listed)
        problem = "" if known else _UNKNOWN
    return RouteRun(at, None if problem else said.skill, short(problem))


def needed(trials: int) -> int:
    """How many runs have to agree."""
    return trials // 2 + 1


def agreed(runs: Sequence[RouteRun], own: str | None, trials: int) -> bool | None:
    """Whether the skill is chosen, by as many runs as it takes; None where too few agree."""
    chosen = [run.skill == own for run in runs if not run.problem]
    return next((each for each in (True, False) if chosen.count(each) >= needed(trials)), None)


def controls(catalogue: Catalogue) -> list[Request]:
    """The probes, the positive first, each to be asked once."""
    return [Request(each.request, catalogue, 1, probes.SKILLS) for each in all_probes()]


def all_probes() -> tuple[Probe, ...]:
    """The positive ones first."""
    return (*probes.POSITIVE, *probes.NEGATIVE)
