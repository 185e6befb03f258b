"""The gate has three answers, and what was not measured is none of pass and fail."""

import pytest

from skillrepo.grade.gate import (
    Change,
    Gate,
    LayerVerdict,
    Queries,
    Verdict,
    decide,
    integrity,
    routing,
    static,
    worst,
)
from skillrepo.settings import Grading

LIMITS = Grading()


@pytest.mark.parametrize(
    ("base", "head", "is_new", "verdict"),
    [
        (None, 0.6, True, "pass"),
        (None, 0.59, True, "fail"),
        (None, None, True, "inconclusive"),
        (0.3, 0.3, False, "pass"),  # it was below the minimum before
        (0.9, 0.85, False, "pass"),  # in binary, 0.9 - 0.85 is more than 0.05
        (0.9, 0.84, False, "fail"),
        (0.62, 0.6, False, "pass"),
        (0.6, 0.59, False, "fail"),  # many small losses end at the minimum
        (None, 0.9, False, "inconclusive"),
        (0.9, None, False, "inconclusive"),
    ],
)
def test_static(base: float | None, head: float | None, verdict: Verdict, *, is_new: bool) -> None:
    found = static(Change(base, head), LIMITS, is_new=is_new)
    assert found.verdict == verdict
    assert bool(found.reasons) == (verdict != "pass")


def test_limits_are_the_settings() -> None:
    loose = Grading(minimum=0, max_drop=1, max_thefts=1, max_losses=2)
    assert static(Change(None, 0.0), loose, is_new=True).verdict == "pass"
    assert static(Change(1.0, 0.0), loose, is_new=False).verdict == "pass"
    assert routing(Queries(1, 2), loose).verdict == "pass"
    found = routing(Queries(2, 3), loose)
    assert found.reasons == (
        "it captures 2 labelled queries of other skills; 1 may be captured",
        "it is no longer found first for 3 labelled queries; 2 may be lost",
    )
    assert routing(Queries(1), LIMITS).reasons[0].startswith("it captures 1 labelled query of")


def test_what_is_not_known_of_queries_is_no_pass() -> None:
    for queries in (Queries(removed=1), Queries(not_looked_at=1)):
        assert routing(queries, LIMITS).verdict == "inconclusive"
    assert routing(Queries(removed=1), Grading(max_removed_queries=1)).verdict == "pass"
    found = routing(Queries(thefts=1, removed=1), LIMITS)
    assert (found.verdict, len(found.reasons)) == ("fail", 2)


def layer(name: str, verdict: Verdict | None, *reasons: str) -> LayerVerdict:
    return LayerVerdict(name, verdict, reasons)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ({"integrity": "pass", "static": "pass", "routing": "pass"}, "pass"),
        ({"integrity": "pass", "static": "pass", "routing": None}, "pass"),
        ({"integrity": "pass", "static": None, "routing": "pass"}, "inconclusive"),
        ({"integrity": None, "static": None, "routing": None}, "inconclusive"),
        ({"integrity": "pass", "static": "inconclusive", "routing": "pass"}, "inconclusive"),
        ({"integrity": "fail", "static": "inconclusive", "routing": None}, "fail"),
        ({"integrity": "pass", "static": "pass", "routing": "fail"}, "fail"),
    ],
)
def test_decide(verdicts: dict[str, Verdict | None], expected: Verdict) -> None:
    layers = [layer(name, verdict) for name, verdict in verdicts.items()]
    assert decide(layers, LIMITS).verdict == expected


def test_each_layer_keeps_its_reasons() -> None:
    layers = (integrity(None), static(Change(0.9, None), LIMITS, is_new=False))
    found = decide([*layers, layer("routing", "fail", "it captures")], LIMITS)
    assert [each.reasons for each in found.layers] == [
        ("integrity: not measured, though the settings require it",),
        ("the static grade of the skill could not be measured",),
        ("it captures",),
    ]
    assert found.verdict == "fail"
    assert integrity(["a secret"]) == layer("integrity", "fail", "a secret")
    assert integrity([]).verdict == "pass"
    assert integrity([], ["a file"]) == layer("integrity", "inconclusive", "a file")
    assert integrity(["a secret"], ["a file"]).verdict == "fail"


def test_the_worst_counts() -> None:
    gates = {each: Gate(each, ()) for each in ("pass", "inconclusive", "fail")}  # type: ignore[arg-type]
    assert worst([]) == "pass"
    assert worst([gates["pass"], gates["inconclusive"]]) == "inconclusive"
    assert worst(gates.values()) == "fail"
