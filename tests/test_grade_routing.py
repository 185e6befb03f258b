"""Routing of a skill's queries among all skills, by their words alone."""

from pathlib import Path

import pytest
from catalogue import index, path_of, skill_files

from skillrepo.grade.index import Index
from skillrepo.grade.ranking import Ranking, first, leading, rank
from skillrepo.grade.routing import Routing, routing
from skillrepo.grade.terms import claims, terms
from skillrepo.words import Bm25

MERGE = "Merges PDF files into one document."
FORM = "Fills in the fields of PDF forms."
CHART = "Draws charts of tables."


def outcome(root: Path, name: str, *skills: dict[str, str]) -> Routing | None:
    return routing(index(root, *skills), [path_of(name)])[path_of(name)]


def test_what_becomes_of_the_queries_of_a_skill(tmp_path: Path) -> None:
    found = outcome(
        tmp_path,
        "pdf-merge",
        skill_files(
            "pdf-merge",
            MERGE,
            wanted=("merge these files", "pdf forms into one", "combine the scans"),
            unwanted=("fill a form", "merge the documents"),
        ),
        skill_files("pdf-form", FORM),
        skill_files("charts", CHART),
    )
    assert found is not None
    assert [(each.query.text, each.rank, each.first, each.is_right) for each in found.outcomes] == [
        ("merge these files", 1, path_of("pdf-merge"), True),
        ("pdf forms into one", 2, path_of("pdf-form"), False),
        ("combine the scans", None, None, False),
        ("fill a form", None, path_of("pdf-form"), True),
        ("merge the documents", 1, path_of("pdf-merge"), False),
    ]
    assert found.hit_at_1 == pytest.approx(1 / 3)
    assert found.mrr == pytest.approx((1 + 1 / 2) / 3)
    assert found.negatives_held == 1 / 2
    assert found.near_misses == 1 / 2
    margins = [each.margin for each in found.outcomes]
    assert margins[0] == 1
    assert -1 < margins[1] < 0
    assert margins[2:] == [0, 1, -1]
    assert found.margin == pytest.approx(sum(margins[:3]) / 3)


def test_what_was_not_asked_is_not_measured(tmp_path: Path) -> None:
    skills = [
        skill_files("pdf-merge", MERGE),
        skill_files("pdf-form", FORM, unwanted=("merge",)),
        skill_files("charts", CHART, wanted=("charts",)),
    ]
    found = routing(index(tmp_path, *skills), [path_of(name) for name in ("pdf-merge", "pdf-form")])
    assert found[path_of("pdf-merge")] is None
    form = found[path_of("pdf-form")]
    assert form is not None
    assert (form.hit_at_1, form.mrr, form.margin, form.near_misses) == (None,) * 4
    assert form.negatives_held == 1


def test_a_tie_counts_against_the_skill_that_is_judged(tmp_path: Path) -> None:
    query = ("join PDF files",)
    for name, other in (("a-join", "b-join"), ("b-join", "a-join")):
        found = outcome(
            tmp_path / name,
            name,
            skill_files(name, "Joins PDF files.", wanted=query),
            skill_files(other, "Joins PDF files.", unwanted=query),
        )
        assert found is not None
        (each,) = found.outcomes
        assert (each.rank, each.first, each.margin, each.is_right) == (2, None, 0, False)
    negative = routing(index(tmp_path / "b-join"), [path_of("a-join")])[path_of("a-join")]
    assert negative is not None
    assert negative.negatives_held == 0


def test_it_is_the_bm25_of_the_whole_project(tmp_path: Path) -> None:
    texts = {"pdf-merge": MERGE, "pdf-form": FORM, "charts": CHART, "empty": ""}
    found = index(tmp_path, *(skill_files(*each) for each in texts.items()))
    ordered = sorted(texts)
    theirs = Bm25([f"{name} {texts[name]}" for name in ordered])
    for query in ("merge the PDF forms", "charts of PDF tables", "nothing of the kind", ""):
        asked = list(dict.fromkeys(terms(query)))
        ranking = Ranking(found)
        scores = ranking.scores(asked)
        expected = dict(zip(map(path_of, ordered), theirs.scores(query), strict=True))
        assert scores == {path: score for path, score in expected.items() if score}
        assert expected == {path: ranking.score(path, asked) for path in expected}
        assert set(leading(scores)) == {p for p, s in scores.items() if s == max(scores.values())}


def test_ranks() -> None:
    scores = {"a": 2.0, "b": 2.0, "c": 1.0}
    assert [rank(scores, path) for path in "abcd"] == [2, 2, 3, None]
    assert (first(scores), leading(scores)) == (None, {"a", "b"})
    assert (first({}), leading({})) == (None, frozenset())
    assert first({"a": 1.0}) == "a"


def test_limits_that_are_told_do_not_count_as_claims(tmp_path: Path) -> None:
    query = ("fill in the form",)
    for limits in ("", " Do NOT use it for forms to fill in (use pdf-form), e.g. of a .NET form."):
        found = outcome(
            tmp_path / str(len(limits)),
            "pdf-merge",
            skill_files("pdf-merge", MERGE + limits, unwanted=query),
            skill_files("pdf-form", FORM),
        )
        assert found is not None
        assert found.negatives_held == 1
    assert claims("Not for forms. Merges files") == ["merg", "file"]


def test_words_of_languages_without_blanks(tmp_path: Path) -> None:
    assert terms("优化文章 SEO") == ["seo", "优化", "化文", "文章"]
    assert terms("図") == ["図"]
    found = outcome(
        tmp_path,
        "seo",
        skill_files("seo", "优化文章，让搜索引擎容易找到。", wanted=("帮我优化这篇文章",)),  # noqa: RUF001
        skill_files("translate", "把文章翻译成英文。"),
    )
    assert found is not None
    assert found.hit_at_1 == 1


def test_an_empty_repository() -> None:
    assert routing(Index([]), []) == {}
    assert Ranking(Index([])).scores(["a"]) == {}
