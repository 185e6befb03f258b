"""Asks the probes and then the queries of a skill, and makes one value of what came of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from skillrepo.behaviour.catalogue import Catalogue
from skillrepo.behaviour.graders import short
from skillrepo.behaviour.result import Side
from skillrepo.behaviour.trigger_result import (
    Controls,
    ProbeResult,
    QueryResult,
    Routed,
    Shown,
    SideResult,
    Triggers,
    Usage,
)
from skillrepo.behaviour.trigger_summary import NOTHING, concluded
from skillrepo.behaviour.triggers import (
    Answered,
    Exam,
    Question,
    Request,
    Router,
    all_probes,
    controls,
)

_SAME = (
    "names and descriptions of all skills are as they were, so nothing that a model sees changed, "
    "and each query was asked once for both sides"
)
_UNASKED = Answered((), 0, frozenset(), "")


class Plan(NamedTuple):
    """What is to be asked: queries, with the catalogue of each side, the head first.

    The probes are asked with the skills of `probed`, which are those of the base but for the one
    that is looked at: a change does not decide whether the model is an instrument.
    """

    exam: Exam
    catalogues: Mapping[Side, Catalogue]
    probed: Catalogue
    trials: int

    def likely(self, router: Router) -> Iterator[Question]:
        """The questions that are asked where all runs agree."""
        asked = [*controls(self.probed), *self._requests()]
        return router.likely(self.exam.sha256, asked)

    def measured(self, router: Router, model: str, usage: Callable[[], Usage]) -> Triggers:
        """Ask it all; nothing beyond the probes where they go wrong.

        `usage` gives what it came to, and is called at the end.
        """
        key = self.exam.sha256
        probed = router.asked(key, controls(self.probed))
        wanted = self._requests()
        found = self._made(model, probed, [_UNASKED] * len(wanted), usage())
        if found.controls.faults:
            return found
        return self._made(model, probed, router.asked(key, wanted), usage())

    @property
    def is_same(self) -> bool:
        """Whether a model sees the same on both sides, so that it is asked of one alone."""
        seen = {(each.sha256, each.own) for each in self.catalogues.values()}
        return len(seen) < len(self.catalogues)

    def _requests(self) -> list[Request]:
        """Each query with the skills of each side in turn: a budget ends after whole pairs."""
        sides = list(self.catalogues.values())
        distinct = sides[:1] if self.is_same else sides
        return [
            Request(each.text, one, self.trials) for each in self.exam.queries for one in distinct
        ]

    def _made(
        self, model: str, probed: Sequence[Answered], asked: Sequence[Answered], usage: Usage
    ) -> Triggers:
        everything = [*probed, *asked]
        if self.is_same:
            asked = [each for each in asked for _ in self.catalogues]
        prints = sorted({each for one in everything for each in one.fingerprints})
        bare = Triggers(
            model=model,
            fingerprints=tuple(map(short, prints)),
            exam=self.exam.sha256,
            exam_side=self.exam.side,
            trials=self.trials,
            controls=_controls(self.probed, probed),
            queries=tuple(self._queries(asked)),
            sides=tuple(self._sides(asked)),
            compared=(),
            usage=usage,
            stopped=next((short(each.over) for each in everything if each.over), ""),
            verdict="inconclusive",
            reasons=(),
            notes=tuple(map(short, (*self.exam.notes, *((_SAME,) if self.is_same else ())))),
        )
        return concluded(bare)

    def _queries(self, asked: Sequence[Answered]) -> Iterator[QueryResult]:
        sides = tuple(self.catalogues)
        for at, query in enumerate(self.exam.queries):
            ours = asked[at * len(sides) : (at + 1) * len(sides)]
            routed = (
                Routed(side, one.runs, "not measured", None)
                for side, one in zip(sides, ours, strict=True)
            )
            yield QueryResult(short(query.text), query.should_trigger, tuple(routed))

    def _sides(self, asked: Sequence[Answered]) -> Iterator[SideResult]:
        for at, (side, catalogue) in enumerate(self.catalogues.items()):
            total = len(catalogue.listed)
            counts = [each.shown for each in asked[at :: len(self.catalogues)] if each.shown]
            name = catalogue.own.name if catalogue.own else ""
            shown = Shown(side, name, catalogue.sha256, total, min(counts, default=0))
            yield SideResult(shown, NOTHING, NOTHING, 0, 0, ())


def _controls(catalogue: Catalogue, probed: Sequence[Answered]) -> Controls:
    tried = tuple(
        ProbeResult(each.request, each.skill, next(iter(one.runs), None), is_right=False)
        for each, one in zip(all_probes(), probed, strict=True)
    )
    return Controls(catalogue.sha256, tried, NOTHING, NOTHING, ())
