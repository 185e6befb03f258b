"""What people see of grades at GitHub, as it stands in `snapshots/`."""

from pathlib import Path

import pytest
from grades import CASE, CHANGE, ORDER, same
from markdown_it import MarkdownIt

from skillrepo.ci import comment, job, labels, suggest
from skillrepo.ci.compare import is_same
from skillrepo.finding import Edit, Fix
from skillrepo.grade.gate import LayerVerdict, Verdict, decide
from skillrepo.grade.graded import Graded
from skillrepo.settings import Grading


def test_the_comment() -> None:
    text = comment.text_of(CHANGE, comment.DIFFERS)
    assert same("comment.md", f"{text}\n")
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    assert html.count("<details>") == html.count("</details>") == len(CHANGE.skills)
    assert html.count("<table>") == 1 + len(CHANGE.skills)


def test_the_summary(tmp_path: Path) -> None:
    job.summarize(CHANGE, {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary")})
    assert same("summary.md", (tmp_path / "summary").read_text())


@pytest.mark.parametrize("mode", ["warn", "enforce"])
def test_the_annotations(mode: str) -> None:
    lines = job.annotated(CHANGE, "enforce" if mode == "enforce" else "warn")
    assert same(f"annotations-{mode}.txt", "".join(f"{line}\n" for line in lines))


def test_the_labels() -> None:
    assert labels.wanted(CHANGE, "warn") == {
        "grade/fail",
        "skill/new",
        "skill/changed",
        "skill/removed",
    }
    assert labels.wanted(CHANGE, "off") == set()


def test_no_change() -> None:
    nothing = CHANGE._replace(skills=(), removed=(), others=(), verdict="pass")
    assert same("comment-nothing.md", f"{comment.text_of(nothing)}\n")


TEXT = "# A\n\nSee [x](README.MD).\n`` ``` ``\nend\n"


@pytest.mark.parametrize(
    ("edits", "added", "expected"),
    [
        # (first line, last line, text) of the suggestion; None where there is none.
        ((("README.MD", "README.md"),), {3}, (3, 3, "See [x](README.md).")),
        ((("README.MD", "README.md"),), {1, 2, 4}, None),
        (
            (("See", "Look at"), ("end", "End")),
            {3, 4, 5},
            (3, 5, "Look at [x](README.MD).\n`` ``` ``\nEnd"),
        ),
        ((("See", "Look at"), ("end", "End")), {3, 5}, None),
        ((("end\n", ""),), {5}, (5, 5, "")),
        ((("`` ``` ``\n", ""),), {4}, (4, 4, "")),
        ((("end", "end\n```"),), {5}, (5, 5, "end\n```")),
        ((("end", "e\u200bnd"),), {5}, None),
        ((("end", "e\rnd"),), {5}, None),
        ((("end", "AKIA" + "A1B2C3D4E5F6G7H8"),), {5}, None),
        ((("end", "x" * 3_000),), {5}, None),
        ((), {5}, None),
    ],
)
def test_suggestions(
    edits: tuple[tuple[str, str], ...], added: set[int], expected: tuple[int, int, str] | None
) -> None:
    places = ((TEXT.index(old), old, new) for old, new in edits)
    fix = Fix("x", tuple(Edit(at, at + len(old), new) for at, old, new in places))
    finding = CASE._replace(fix=fix)
    found = list(suggest.suggestions([finding], {ORDER: suggest.Changed(TEXT.encode(), added)}))
    if expected is None:
        assert found == []
        return
    (made,) = found
    assert (made.path, made.first, made.last) == (ORDER, *expected[:2])
    tokens = MarkdownIt().parse(made.body)
    (block,) = (token for token in tokens if token.type == "fence")
    assert (block.info, block.content) == ("suggestion", f"{expected[2]}\n" if expected[2] else "")


def test_suggestions_are_few_and_one_a_line() -> None:
    text = "a\n" * 100
    fixes = [Fix("x", (Edit(at, at + 1, "b"),)) for at in (*range(0, 200, 2), 0)]
    findings = [CASE._replace(fix=fix) for fix in fixes]
    file = suggest.Changed(text.encode(), range(1, 101))
    found = list(suggest.suggestions(findings, {ORDER: file}))
    assert [each.first for each in found] == list(range(1, 21))
    assert len(list(suggest.suggestions([findings[0]] * 2, {ORDER: file}))) == 1


def test_what_notes_say_is_no_difference_of_the_stages() -> None:
    """The first stage has no notes; all else that it reports is compared as ever."""
    limits = Grading(require=("integrity", "static", "behaviour"))
    first, *rest = CHANGE.skills

    def with_layer(verdict: Verdict | None) -> Graded:
        layer = LayerVerdict("behaviour", verdict, ("of a note",) if verdict else ())
        judged = decide((*first.gate.layers, layer), limits)
        return CHANGE._replace(skills=(first._replace(gate=judged), *rest))

    reported = with_layer(None)
    for verdict in ("pass", "fail", "inconclusive"):
        assert is_same(reported, with_layer(verdict), limits)
    assert is_same(reported, reported._replace(base_name="x"), limits)
    forged = reported._replace(skills=(reported.skills[0]._replace(grade=None), *rest))
    assert not is_same(forged, with_layer("fail"), limits)
    assert not is_same(reported._replace(verdict="pass"), reported, limits)
