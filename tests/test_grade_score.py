"""From readings to a grade: arithmetic alone."""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import padding
import pytest
from graded_skills import MERGE, text
from hypothesis import given, settings
from hypothesis import strategies as st

from skillrepo import measures, resource, schema, yaml_text
from skillrepo.config import Config
from skillrepo.document import Document, read
from skillrepo.grade import fleet_compat
from skillrepo.grade.profile import FILE, LABELS, shipped
from skillrepo.grade.score import Grade, grade, label, raw, shown
from skillrepo.measure import Reading

PROFILE = shipped()
PERFECT = {measure.name: Reading(1.0, "") for measure in measures.ALL}
GROUPS = {measure.name: measure.group for measure in measures.ALL}
DEDUCTS = [measure.name for measure in measures.ALL if measure.deducts]


def with_values(values: Mapping[str, float | None]) -> dict[str, Reading]:
    return {**PERFECT, **{name: Reading(value, "") for name, value in values.items()}}


def test_the_shipped_file_is_as_its_schema_says() -> None:
    value = yaml_text.load(resource.read(FILE)).value
    assert [schema.explain(v) for v in schema.violations("grading", value)] == []
    assert sum(value["groups"].values()) == pytest.approx(1)
    assert set(value["groups"]) == set(GROUPS.values())
    scores = [value["labels"][name]["score"] for name in LABELS]
    assert scores == sorted(scores)


@pytest.mark.parametrize(
    ("score", "words"),
    [(0.7999, "0.79"), (0.8, "0.80"), (0.29, "0.29"), (0.57, "0.57"), (1.0, "1.00"), (0, "0.00")],
)
def test_a_score_reads_as_what_it_has_reached(score: float, words: str) -> None:
    assert shown(score) == words


@pytest.mark.parametrize("name", ["default", "fleet-compat"])
def test_the_table_rises_from_nothing_to_all(name: str) -> None:
    rows = shipped(name).calibration
    assert (rows[0], rows[-1]) == ((0, 0, 0), (1, 100, 1))
    for column in zip(*rows, strict=True):
        assert all(low < high for low, high in pairwise(column))


@pytest.mark.parametrize("name", LABELS)
def test_a_label_is_where_the_file_says(name: str) -> None:
    said = yaml_text.load(resource.read(FILE)).value["labels"][name]
    (row,) = [row for row in PROFILE.calibration if row.percentile == said["percentile"]]
    assert row.score == said["score"]


def test_a_perfect_skill() -> None:
    assert grade(PERFECT, PROFILE) == Grade(1.0, "excellent", 100, PERFECT)


def test_a_group_counts_from_the_floor_up() -> None:
    lost = with_values({"anchor_density": 0.0, "instructions": 0.0, "verifiability": 0.0})
    assert raw(lost, PROFILE) == pytest.approx(0.2**0.25)
    half = with_values({"anchor_density": 0.5, "instructions": 0.25, "verifiability": 0.75})
    assert raw(half, PROFILE) == pytest.approx(0.6**0.25)
    several = with_values({"routing_completeness": 0.5, "eval_coverage": 0.0, "economy": 0.6})
    expected = 0.6**0.25 * 0.2**0.10 * (0.2 + 0.8 * 0.9) ** 0.20
    assert raw(several, PROFILE) == pytest.approx(expected)


def test_what_deducts_and_is_not_there_is_no_fault_and_no_gain() -> None:
    bare = with_values(dict.fromkeys(DEDUCTS))
    assert grade(bare, PROFILE).score == 1.0
    one = with_values({**dict.fromkeys(DEDUCTS), "code_validity": 1.0})
    low = {"routing_completeness": Reading(0.25, ""), "eval_coverage": Reading(0.0, "")}
    assert raw({**bare, **low}, PROFILE) == raw({**one, **low}, PROFILE)


def test_what_is_not_measured_is_left_out() -> None:
    low = {"eval_coverage": 0.0}
    without = raw(with_values({**low, "routing_completeness": None}), PROFILE)
    assert without == pytest.approx(0.2 ** (0.10 / 0.75))
    some = with_values({"instructions": None, "verifiability": None, "anchor_density": 0.5})
    assert raw(some, PROFILE) == pytest.approx(0.6**0.25)


def test_of_nothing_measured_nothing_is_said() -> None:
    nothing = {name: Reading(None, "") for name in PERFECT}
    assert grade(nothing, PROFILE) == Grade(0.0, "below", 0, nothing)


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        (0.0, "below"),
        (0.5999, "below"),
        (0.6, "minimum"),
        (0.7999, "minimum"),
        (0.8, "target"),
        (0.9, "excellent"),
        (1.0, "excellent"),
    ],
)
def test_label(score: float, expected: str) -> None:
    assert label(score, PROFILE.labels) == expected


values = st.none() | st.floats(0, 1)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    said=st.fixed_dictionaries(dict.fromkeys(PERFECT, values)),
    name=st.sampled_from(sorted(PERFECT)),
    better=st.floats(0, 1),
)
def test_what_is_better_scores_no_less(
    said: dict[str, float | None], name: str, better: float
) -> None:
    before = grade(with_values(said), PROFILE)
    assert 0 <= before.score <= 1
    assert 0 <= before.percentile <= 100
    old = said[name]
    if old is not None:
        after = grade(with_values({**said, name: max(old, better)}), PROFILE)
        assert after.score >= before.score
        assert after.percentile >= before.percentile


# The reference system's


def document(body: str, header: str = "") -> Document:
    found = read("a/SKILL.md", "a", text(body).replace("---\n", f"---\n{header}", 1).encode())
    assert isinstance(found, Document)
    return found


def compat(skill: Document, home: Path, options: Mapping[str, object] | None = None) -> Grade:
    evaluation = Config.load({}, home, options).user.evaluation
    weights, thresholds = evaluation.metric_weights, evaluation.thresholds
    return fleet_compat.grade(skill, weights.model_dump(), thresholds.model_dump())


def test_the_reference_system_is_won_by_headings(tmp_path: Path) -> None:
    plain = compat(document(MERGE), tmp_path)
    talked_up = compat(document(MERGE + padding.ATTACK), tmp_path)
    assert plain.label == "below"
    assert talked_up.label in {"minimum", "target", "excellent"}
    assert talked_up.score - plain.score > 0.4
    patterns = "".join(f"### Pattern {n}\n" for n in range(5))
    header = "license: MIT\nmetadata:\n  version: 1.0.0\n"
    empty = document(padding.ATTACK + patterns + "```sh\nls\n```\n" * 3, header)
    assert compat(empty, tmp_path)[:3] == (1.0, "excellent", 100)


def test_the_reference_system_has_the_weights_of_the_configuration(tmp_path: Path) -> None:
    flags = document("## Red Flags\n")
    found = compat(flags, tmp_path)
    assert found.score == pytest.approx(0.05 + 0.15 * 0.5)
    assert {reading.why for reading in found.measures.values()} == {fleet_compat.WARNING}
    weights = Config.load({}, tmp_path).user.evaluation.metric_weights
    assert found.measures.keys() == weights.model_dump().keys()
    heavier = compat(flags, tmp_path, {"evaluation.metric_weights.has_red_flags": 1.0})
    assert heavier.score == pytest.approx(1.075 / 1.95, abs=1e-4)
    lower = compat(flags, tmp_path, {"evaluation.thresholds.minimum_quality": 0.1})
    assert (found.label, lower.label) == ("below", "minimum")
