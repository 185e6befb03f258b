"""Runs → what they say of a skill: how often it is found, how often left alone, and the verdict."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from skillrepo import paired
from skillrepo.behaviour import probes
from skillrepo.behaviour.comparing import MARGIN, SAID, SEED, as_kept, rounded
from skillrepo.behaviour.result import Side, Verdict
from skillrepo.behaviour.trigger_result import (
    Confusion,
    Controls,
    Dimension,
    Outcome,
    ProbeResult,
    QueryResult,
    Routed,
    Share,
    SideResult,
    TriggerComparison,
    Triggers,
)
from skillrepo.behaviour.triggers import agreed
from skillrepo.proportion import wilson

NOTHING = Share(0, 0, None, None, None)
_MOST_LOST = 0.1
"""The share of queries with errors above which a pass is none: the hard ones may be missing."""
_MOST_CONFUSIONS = 20
_TASK = re.compile(r"\btask(s?)\b")
"""What a comparison calls its unit, which is a query here."""
_DIMENSIONS: tuple[Dimension, ...] = ("positives", "negatives")


def concluded(found: Triggers) -> Triggers:
    """The same with all that its runs make: outcomes, shares, comparison and verdict."""
    names = {each.shown.side: each.shown.name for each in found.sides}
    queries = tuple(_query(each, names, found.trials) for each in found.queries)
    sides = tuple(_side(each, queries) for each in found.sides)
    controls = _controls(found.controls)
    compared = _compared(queries) if len(sides) > 1 else ()
    made = replace(found, queries=queries, sides=sides, controls=controls, compared=compared)
    verdict, reasons = _decided(made)
    return replace(made, verdict=verdict, reasons=reasons)


def share(found: int, of: int) -> Share:
    """So many of so many."""
    ends = wilson(found, of)
    if ends is None:
        return NOTHING
    return Share(found, of, rounded(found / of), rounded(ends[0]), rounded(ends[1]))


def _query(query: QueryResult, names: dict[Side, str], trials: int) -> QueryResult:
    return replace(
        query, sides=tuple(_routed(each, names[each.side], trials) for each in query.sides)
    )


def _routed(routed: Routed, own: str, trials: int) -> Routed:
    runs = routed.runs
    found = agreed(runs, own, trials)
    outcome: Outcome
    if found is None:
        # Those that were all asked, and do not agree, have errors among them, or are an even split.
        outcome = "error" if len(runs) == trials else "not measured"
        return replace(routed, outcome=outcome, rate=None)
    outcome = "triggered" if found else "not triggered"
    told = [run.skill == own for run in runs if not run.problem]
    return replace(routed, outcome=outcome, rate=rounded(sum(told) / len(told)))


def _side(given: SideResult, queries: Sequence[QueryResult]) -> SideResult:
    side, own = given.shown.side, given.shown.name
    of = {wanted: _of(queries, side, should_trigger=wanted) for wanted in (True, False)}
    outcomes = {wanted: Counter(each.outcome for each in of[wanted]) for wanted in of}
    yes, no = outcomes[True], outcomes[False]
    others = Counter(
        run.skill for each in of[True] for run in each.runs if not run.problem and run.skill != own
    )
    ordered = sorted(others.items(), key=lambda each: (-each[1], each[0] or ""))
    return SideResult(
        shown=given.shown,
        recall=share(yes["triggered"], yes["triggered"] + yes["not triggered"]),
        specificity=share(no["not triggered"], no["triggered"] + no["not triggered"]),
        errors=yes["error"] + no["error"],
        not_measured=yes["not measured"] + no["not measured"],
        confusions=tuple(Confusion(*each) for each in ordered[:_MOST_CONFUSIONS]),
    )


def _of(queries: Iterable[QueryResult], side: Side, *, should_trigger: bool) -> list[Routed]:
    asked = (each for each in queries if each.should_trigger == should_trigger)
    return [routed for each in asked for routed in each.sides if routed.side == side]


def _controls(controls: Controls) -> Controls:
    tried = tuple(replace(each, is_right=_is_right(each)) for each in controls.probes)
    positive = [each for each in tried if each.skill is not None]
    negative = [each for each in tried if each.skill is None]
    recall = share(sum(each.is_right for each in positive), len(positive))
    loaded = share(sum(not each.is_right for each in negative), len(negative))
    made = replace(controls, probes=tried, recall=recall, loaded=loaded)
    return replace(made, faults=tuple(_faults(made)))


def _is_right(probe: ProbeResult) -> bool:
    run = probe.run
    return run is not None and not run.problem and run.skill == probe.skill


def _faults(controls: Controls) -> Iterator[str]:
    recall, loaded = controls.recall, controls.loaded
    if not all(each.run for each in controls.probes):
        yield "not all requests were asked of which it is known what is right"
        return
    if not recall.of or recall.found < probes.LEAST_RECALL * recall.of:
        said = f"an obvious skill was chosen for {recall.found} of {recall.of} obvious requests"
        yield f"{said}{_instead(controls.probes, positive=True)}"
    if not loaded.of or loaded.found > probes.MOST_LOADED * loaded.of:
        right = loaded.of - loaded.found
        said = f"no skill was chosen for {right} of {loaded.of} requests that need none"
        yield f"{said}{_instead(controls.probes, positive=False)}"


def _instead(tried: Iterable[ProbeResult], *, positive: bool) -> str:
    """What came of most of the probes that went wrong."""
    wrong = [
        each.run
        for each in tried
        if not each.is_right and each.run and (each.skill is not None) is positive
    ]
    said = Counter(
        run.problem or (f"it chose {run.skill}" if run.skill else "it chose none") for run in wrong
    )
    return f": {max(sorted(said), key=said.__getitem__)}" if said else ""


def changes(found: Triggers) -> Mapping[str, list[float]]:
    """How much more of the runs were right with the head, a number a query that tells it."""
    return _changes(found.queries)


def _changes(queries: Sequence[QueryResult]) -> dict[str, list[float]]:
    told = {name: map(_change, _in(queries, name)) for name in _DIMENSIONS}
    return {name: [each for each in of if each is not None] for name, of in told.items()}


def _compared(queries: Sequence[QueryResult]) -> tuple[TriggerComparison, ...]:
    known = _changes(queries)
    said = paired.compare_all(known, margin=MARGIN, seed=f"{SEED}/triggers")
    return tuple(
        _comparison(name, said[name], len(_in(queries, name)) - len(known[name]))
        for name in _DIMENSIONS
    )


def _in(queries: Iterable[QueryResult], name: Dimension) -> list[QueryResult]:
    return [each for each in queries if each.should_trigger == (name == "positives")]


def _change(query: QueryResult) -> float | None:
    """How much more of the runs are right with the head; None where either side tells nothing."""
    rates = {each.side: each.rate for each in query.sides}
    head, base = rates.get("head"), rates.get("base")
    if head is None or base is None:
        return None
    return head - base if query.should_trigger else base - head


def _comparison(name: Dimension, said: paired.Comparison, left_out: int) -> TriggerComparison:
    why = _TASK.sub(lambda match: "queries" if match[1] else "query", said.why)
    kept = as_kept(said)._replace(why=why)
    return TriggerComparison(dimension=name, left_out=left_out, **kept._asdict())


def _decided(found: Triggers) -> tuple[Verdict, tuple[str, ...]]:
    """The verdict, and why. Without a sound instrument there is none, whatever the rest says."""
    broken = (*((found.stopped,) if found.stopped else ()), *found.controls.faults)
    if broken:
        faults = [f"the model is no instrument: {each}" for each in found.controls.faults]
        missing = [f"not all was asked: {found.stopped}"] if found.stopped else []
        return "inconclusive", (*missing, *faults)
    if not found.compared:
        why = "there is no skill of before to compare with, so the shares stand for themselves"
        return "inconclusive", (why,)
    verdicts = [each.verdict for each in found.compared]
    whys = tuple(f"{each.dimension}: {each.why}" for each in found.compared)
    if "fail" in verdicts:
        return "fail", whys
    lost = tuple(_lost(found))
    passed = set(verdicts) == {"pass"} and not lost
    return "pass" if passed else "inconclusive", (*whys, *lost)


def _lost(found: Triggers) -> Iterator[str]:
    total = len(found.queries)
    for each in found.sides:
        if each.errors > _MOST_LOST * total:
            said = f"{each.errors} of {total} queries came to an error, or to no majority"
            yield f"{SAID[each.shown.side]}: {said}"
