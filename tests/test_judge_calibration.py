"""Labels of people against answers of a model: which items may decide, and what files hold."""

import json
from itertools import product

import pytest

from skillrepo.errors import SkillRepoError
from skillrepo.judge import calibration, labels
from skillrepo.judge.labels import Label
from skillrepo.judge.rubric import rubric

ITEMS = [each.name for each in rubric().items]
ONE, TWO, THREE = ITEMS[:3]
HASH = "0" * 64


def line(**value: object) -> bytes:
    return json.dumps({"skill": "data/wax", "item": ONE, "label": "yes", **value}).encode()


def test_labels_are_read_and_lines_that_wait_are_counted() -> None:
    data = b"\n".join((line(), b"", line(item=TWO, label=None), line(tree="ab12", label="na")))
    read = labels.read(data, "L.jsonl", ITEMS)
    assert read.labels == (
        Label("data/wax", "", ONE, "yes"),
        Label("data/wax", "ab12", ONE, "na"),
    )
    assert read.waiting == 1


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"{", "L.jsonl:1: is no JSON"),
        (b"[" * 100_000, "L.jsonl:1: is no JSON"),
        (b"[]", "L.jsonl:1: is no object"),
        (line(skill=""), "`skill` must be a text"),
        (line(skill=1), "`skill` must be a text"),
        (line(item="colour"), "colour is no item of the rubric"),
        (line(label="maybe"), "`label` must be yes, no, na, or null"),
        (line(label=True), "`label` must be yes, no, na, or null"),
        (line(score=1), "`score` is no key of a label"),
        (line() + b"\n" + line(label="no"), "L.jsonl:2: .* has another label above"),
    ],
)
def test_a_line_that_is_no_label_is_named(data: bytes, why: str) -> None:
    with pytest.raises(SkillRepoError, match=why):
        labels.read(data, "L.jsonl", ITEMS)


def test_a_template_is_read_as_lines_that_wait() -> None:
    lines = labels.template("data/wax", "ab12", [(ONE, "Is it?"), (TWO, "Does it?")])
    assert labels.read("\n".join(lines).encode(), "L.jsonl", ITEMS) == labels.Labels((), 2)


def measured(right: int, wrong: int) -> calibration.ItemAgreement:
    """What agreement an item has where so many answers are right, half of them yes."""
    alike = ["yes", "no"] * (right // 2)
    people, model = [*alike, *["yes"] * wrong], [*alike, *["no"] * wrong]
    keys = [(f"s{number}", "") for number in range(len(people))]
    given = [Label(*key, ONE, answer) for key, answer in zip(keys, people, strict=True)]
    found = {key: {ONE: answer} for key, answer in zip(keys, model, strict=True)}
    (item,) = calibration.measure(given, found, ITEMS)
    return item


def test_an_item_binds_by_the_lower_end_of_kappa_alone() -> None:
    good, fair, few = measured(60, 4), measured(20, 8), measured(8, 0)
    assert (good.labels, good.agreed, good.binds) == (64, 0.9375, True)
    assert (good.low or 0) >= calibration.LEAST
    # Most answers are right, and no more than that is known.
    assert fair.agreed == pytest.approx(0.7143, abs=1e-4)
    assert (fair.kappa or 0) > calibration.LEAST
    assert not fair.binds
    # Eight of eight may be 68 % of all, by Wilson's interval: a kappa of 0.35.
    assert (few.kappa, few.high, few.low) == (1, 1, pytest.approx(0.351, abs=1e-3))
    assert not few.binds
    assert measured(10, 0).binds


def test_answers_that_never_differ_prove_nothing() -> None:
    given = [Label(f"s{number}", "", ONE, "yes") for number in range(50)]
    found = {each[:2]: {ONE: "yes"} for each in given}
    (item,) = calibration.measure(given, found, ITEMS)
    assert (item.agreed, item.kappa, item.binds) == (1, None, False)


def test_no_answer_agrees_with_no_label_and_skills_that_were_not_judged_do_not_count() -> None:
    given = [Label(f"s{number}", "", ONE, "yes") for number in range(3)]
    found = {("s0", ""): {ONE: "yes"}, ("s1", ""): {ONE: None}}
    (item,) = calibration.measure(given, found, ITEMS)
    assert (item.labels, item.agreed) == (2, 0.5)


def test_the_share_of_answers_that_come_again() -> None:
    pairs = [
        ({ONE: "yes", TWO: "no"}, {ONE: "yes", TWO: "yes", THREE: "no"}),
        ({ONE: None}, {ONE: "no"}),
    ]
    assert calibration.same(pairs) == 0.5
    assert calibration.same([]) is None


def test_a_file_holds_one_calibration_a_model_and_way_of_asking() -> None:
    items = (measured(60, 4), measured(20, 8)._replace(item=TWO))
    one = calibration.Calibration("m", HASH, HASH, HASH, 20, 3, 0.9, None, items)
    text = calibration.dump((), one)
    text = calibration.dump(calibration.load(text), one._replace(model="n"))
    text = calibration.dump(calibration.load(text), one._replace(votes=5))
    known = calibration.load(text)
    assert [(each.model, each.votes) for each in known] == [("m", 5), ("n", 3)]
    assert calibration.binding(known, "n", HASH, HASH) == {ONE}
    for other in product(("m", "x"), (HASH, "1" * 64), (HASH, "1" * 64)):
        assert calibration.binding(known, *other) == (
            {ONE} if other == ("m", HASH, HASH) else set()
        )


@pytest.mark.parametrize("text", ["", "[]", '{"version": 2, "calibrations": []}', "[" * 100_000])
def test_a_damaged_file_says_how_to_make_it_anew(text: str) -> None:
    with pytest.raises(SkillRepoError, match=r"judge\.json.*skillrepo judge calibrate"):
        calibration.load(text)


def test_an_item_that_the_rubric_does_not_have_is_refused() -> None:
    items = (measured(60, 4)._replace(item="made.up"),)
    one = calibration.Calibration("m", rubric().sha256, HASH, HASH, 20, 3, 0.9, None, items)
    why = r"judge\.json names made\.up, which is no item of the rubric; .*skillrepo judge calibrate"
    with pytest.raises(SkillRepoError, match=why):
        calibration.load(calibration.dump((), one))
    # One of another version of the questions decides nothing, and may stay.
    assert calibration.load(calibration.dump((), one._replace(rubric=HASH)))
