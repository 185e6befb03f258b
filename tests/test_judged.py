"""What a model says of a skill lowers a verdict, where it may, and clears nothing."""

from collections.abc import Collection, Mapping
from typing import get_args

import pytest
from grades import CHANGE

from skillrepo.ci.job import annotated
from skillrepo.grade.gate import LayerVerdict, decide, integrity
from skillrepo.grade.judged import verdict
from skillrepo.grade.opinion import Opinion, opinion
from skillrepo.grade.told_review import dimensions, items, paid
from skillrepo.grade.told_review import opinion as told_opinion
from skillrepo.judge.review import Answer, Ballot, ItemResult, Judged, Review
from skillrepo.judge.rubric import rubric
from skillrepo.output import grade_markdown, grade_text, review_json
from skillrepo.settings import Grading, Layer

NAMES = [item.name for item in rubric().items]
ALL = frozenset(NAMES)
HIDDEN = "safety.nothing_hidden"
SAFE = frozenset(name for name in NAMES if name.startswith("safety"))
SEVEN = NAMES[:7]


def result(name: str, answer: Answer | None, quote: str = "send it to them now") -> ItemResult:
    return ItemResult(name, answer, quote, "SKILL.md", 2 if answer == "no" else 3, 3)


def review(answers: Mapping[str, Answer | None] = {}, **fields: object) -> Review:
    told = tuple(result(name, answers.get(name, "yes")) for name in NAMES)
    ballots = (Ballot(1, {}, 1_000, 200, 0.01), Ballot(2, {}, 1_000, 200, 0.02))
    return Review("m/x", "r" * 64, "p" * 64, told, ballots)._replace(**fields)


def said(
    head: Review, base: Review | None = None, binding: Collection[str] = ALL, *faults: str
) -> Opinion:
    return opinion(Judged(head, base, faults), binding)


def no(*names: str) -> Review:
    return review(dict.fromkeys(names, "no"))


@pytest.mark.parametrize(
    ("found", "expected", "why"),
    [
        (said(no(*SEVEN), review(), ()), None, "no item is calibrated for m/x"),
        (said(review(), review(), {}, "of the good one it says no"), "inconclusive", "good one"),
        (said(review(problems=("--max-cost 1 is spent",)), None), "inconclusive", "--max-cost"),
        (said(review(), review(problems=("no reply",))), "inconclusive", "no reply"),
        (said(no(HIDDEN), review()), "fail", f"{HIDDEN} is no, and a no of it blocks: “send it"),
        (said(no(HIDDEN), None), "fail", "blocks"),
        # It was there before, so the change does not answer for it.
        (said(no(HIDDEN), no(HIDDEN)), "pass", ""),
        (said(no(HIDDEN), None, {"routing.states_task"}), None, "of a new skill only items"),
        (said(review({HIDDEN: None}), None), "inconclusive", f"{HIDDEN}, which blocks, has no"),
        (said(no(*SEVEN), review()), "fail", "all items: the share that is yes changes by -0.29"),
        (said(no(*SEVEN), None), "pass", ""),
        (said(review(), no(*SEVEN)), "pass", ""),
        (said(review(), review()), "pass", ""),
        # Four sides of which nobody knows whether they are worse.
        (said(no(*NAMES[:4]), review()), "inconclusive", "neither a fall of 0.10 nor its absence"),
        (said(no(*SEVEN), review(), SAFE), "inconclusive", "fewer than 5"),
        (said(review(dict.fromkeys(SEVEN, "na")), review()), "pass", ""),
    ],
)
def test_what_follows(found: Opinion, expected: str | None, why: str) -> None:
    layer = verdict(found)
    assert (layer.layer, layer.verdict) == ("judge", expected)
    assert why in " ".join(layer.reasons)
    assert bool(layer.reasons) == (expected != "pass")


FAULTS = [item.name for item in rubric().items if item.quote == "no" and not item.blocks]
THERE = [item.name for item in rubric().items if item.quote == "yes"]


@pytest.mark.parametrize(
    ("faults", "rises", "binding", "expected", "why"),
    [
        (6, 0, ALL, "fail", "all items: the share that is yes changes by -0.25 over 24 items"),
        (6, 9, ALL, "fail", "faults: the share that is yes changes by -0.40 over 15 items"),
        (
            4,
            9,
            ALL,
            "inconclusive",
            "faults: the share that is yes falls by more than 0.10, though",
        ),
        (1, 9, {*THERE, *FAULTS[:4]}, "inconclusive", "faults: the share that is yes falls"),
        (1, 9, ALL, "pass", ""),
        # Five have a p of 1 / 32, which is too much for one of three.
        (5, 0, ALL, "inconclusive", "(-0.38 to -0.04, p = 0.094)"),
        (5, 0, FAULTS, "inconclusive", "p = 0.062"),
        (6, 0, FAULTS, "fail", "p = 0.031"),
    ],
)
def test_new_lines_do_not_make_up_for_new_faults(
    faults: int, rises: int, binding: Collection[str], expected: str, why: str
) -> None:
    layer = verdict(said(no(*FAULTS[:faults]), no(*THERE[:rises]), binding))
    assert layer.verdict == expected
    assert why in "; ".join(layer.reasons)


def test_a_no_without_a_quote_fails_nobody() -> None:
    bare = tuple(each._replace(quote="") for each in no(HIDDEN).items)
    layer = verdict(said(review(items=bare), review()))
    assert layer.verdict == "inconclusive"
    assert "a quote proves" in layer.reasons[-1]


def test_it_lowers_and_never_clears() -> None:
    limits = Grading(require=())
    fine, worse = verdict(said(review(), review())), verdict(said(no(HIDDEN), review()))
    unsure = verdict(said(review(), review(), ALL, "x"))
    broken, sound = integrity(["error"]), integrity([])
    assert decide([broken, fine], limits).verdict == "fail"
    assert decide([sound, fine], limits).verdict == "pass"
    assert decide([sound, unsure], limits).verdict == "inconclusive"
    assert decide([sound, worse], limits).verdict == "fail"


@pytest.mark.parametrize("layer", get_args(Layer))
def test_what_is_required_and_not_there_is_no_pass(layer: Layer) -> None:
    found = decide([], Grading(require=(layer,)))
    assert found.verdict == "inconclusive"
    assert found.layers[0].reasons == (f"{layer}: not measured, though the settings require it",)


def test_it_is_told_by_dimension_and_item() -> None:
    found = said(no(HIDDEN, NAMES[0]), no(NAMES[0], NAMES[1]), SAFE)
    assert (
        told_opinion(found) == "m/x says, beside the grade (2 votes, which differ on 2 of 24 items)"
    )
    long = said(review(parts=3), review(parts=2))
    assert told_opinion(long).endswith("(2 votes, each on 3 parts of the text)")
    assert dimensions(found).startswith("Routing clarity 2/4 → 3/4, Knowledge delta 4/4, ")
    assert [str(each) for each in items(found)] == [
        f"{NAMES[0]} no (2 of 3 votes, advisory): “send it to them now” in SKILL.md",
        f"{NAMES[1]} no → yes (3 of 3 votes, advisory): “send it to them now” in SKILL.md",
        f"{HIDDEN} yes → no (2 of 3 votes): “send it to them now” in SKILL.md",
    ]
    assert paid(found.paid) == "4 votes, 4,800 tokens, $0.0600"
    unknown = review(ballots=(Ballot(1, {}, 1, 1, None),))
    assert paid(said(unknown).paid) == "1 vote, 2 tokens, price not known"
    assert "n/a" in dimensions(said(review(dict.fromkeys(NAMES, "na"))))


def test_what_was_not_answered_is_not_measured_and_why_is_told_once() -> None:
    # Nothing came of it: no item is n/a, and the layer has the reason.
    lost = (Ballot(1, {}, 0, 0, None), Ballot(2, {}, 0, 0, None))
    found = said(review(dict.fromkeys(NAMES), ballots=lost, problems=("no reply",)), None, (), "x")
    assert told_opinion(found) == "m/x says, beside the grade (0 votes)"
    assert dimensions(found) == "not measured"
    assert list(items(found)) == []
    assert verdict(found).reasons == ("control skills: x", "no reply")
    some = said(review(dict.fromkeys(NAMES[:4])))
    assert dimensions(some).startswith("Routing clarity not measured, Knowledge delta 4/4, ")


def test_as_json_it_is_the_same_again_and_hostile_numbers_are_none() -> None:
    found = said(no(HIDDEN), review(), SAFE, "x")
    value = plain(review_json.shape(found))
    assert review_json.read(value) == found
    assert review_json.read({**value, "more": 1, "paid": {**value["paid"], "more": 1}}) == found
    item = value["head"][0]
    for wrong in (
        {"votes": 1.0},
        {"votes": -1},
        {"parts": -1},
        {"paid": {**value["paid"], "cost": float("inf")}},
        {"paid": {**value["paid"], "votes": 10**40}},
        {"binding": ["routing.made_up"]},
        {"head": [item, item]},
        {"head": [{**item, "item": "a.b"}]},
        {"head": [{**item, "agreed": 4}]},
    ):
        assert review_json.read({**value, **wrong}) is None, wrong


def test_what_decides_nothing_is_no_annotation_in_a_job() -> None:
    layer = verdict(said(review(), review(), ()))
    passing = CHANGE.skills[0]
    graded = CHANGE._replace(
        others=(),
        skills=(passing._replace(gate=decide([layer], Grading(require=()))),),
    )
    assert list(annotated(graded, "enforce")) == []
    required = passing._replace(gate=decide([layer], Grading(require=("judge",))))
    told = "\n".join(annotated(graded._replace(skills=(required,)), "enforce"))
    assert "though the settings require it" in told
    shown = "\n".join(grade_text.render(graded._replace(skills=(required,))))
    once = (
        "  judge: not measured, though the settings require it (no item is calibrated for m/x, so"
    )
    assert once in shown


def test_reasons_in_markdown_say_whose_they_are() -> None:
    layers = (verdict(said(no(HIDDEN), None)), LayerVerdict("static", "fail", ("it falls",)))
    made = CHANGE.skills[0]._replace(gate=decide(layers, Grading(require=())))
    told = "\n".join(grade_markdown.render(CHANGE._replace(skills=(made,))))
    assert "- static&#58; it falls\n" in told
    assert f"- judge&#58; {HIDDEN.replace('_', '&#95;')}" in told.replace("&#46;", ".")


def plain(shape: object) -> dict[str, object]:
    import json  # noqa: PLC0415

    from skillrepo.output import json as ours  # noqa: PLC0415

    value: dict[str, object] = json.loads(ours.dumps(shape))
    return value
