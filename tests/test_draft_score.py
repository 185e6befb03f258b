"""What a draft scores: the gate, its sources, and whether it is found."""

from pathlib import Path

import pytest
from content_repo import FILES, context, draft, request, skill

from skillrepo.draft import Draft, Source
from skillrepo.draft_score import Aim, Scorer

ABOUT = "Merges PDF files. Use when PDF files are to become one."
SPLIT = skill("pdf-split", "Splits PDF files. Use when one PDF file is to become several.")
SKILLS = {
    **FILES,
    "skills/data/pdf-merge/SKILL.md": skill(),
    "skills/data/pdf-split/SKILL.md": SPLIT,
}
SOURCE = Source("a.md", "Run `pdfunite --all docs/a.pdf`, version 1.2, see https://x.test/a", "a")
AIM = Aim(request(sources=(SOURCE,)), "data/pdf-merge", ABOUT)


@pytest.fixture
def scorer(tmp_path: Path) -> Scorer:
    return Scorer(context(tmp_path, SKILLS), ("check", "grounding", "routing"))


def test_the_static_grade_is_a_part(tmp_path: Path) -> None:
    graded = Scorer(context(tmp_path, SKILLS), ("check", "grade"))
    plain, long = draft(skill()), draft(skill(body="# A\n\n" + "Say more of it. " * 3_000))
    assert 0 < graded(long, AIM).parts["grade"] < graded(plain, AIM).parts["grade"] < 1
    assert any(each.startswith("Static grade: The body is no") for each in graded(long, AIM).told)
    unread = draft("---\nname: [\n---\n")
    assert "grade" not in graded(unread, AIM).parts


def test_what_was_merged_scores_best(scorer: Scorer) -> None:
    score = scorer(draft(skill(body="# A\n\nRun `pdfunite --all docs/a.pdf`.\n")), AIM)
    assert score.parts == {"check": 1.0, "grounding": 1.0, "routing": 1.0}
    assert (score.total, score.told) == (1.0, ())


def test_the_gate_halves_and_says_why(scorer: Scorer) -> None:
    score = scorer(draft(skill(extra="unknown: 5\n")), AIM)
    assert score.parts == {"check": 0.5, "routing": 1.0}
    assert score.total == 0.5
    assert score.told[0].startswith("The gate: line 4: ")


def test_what_no_source_says(scorer: Scorer) -> None:
    body = "# A\n\nRun `pdfunite --evil docs/a.pdf`.\n"
    score = scorer(draft(skill(body=body)), AIM)
    assert score.parts["grounding"] == 0.5
    assert score.total == 0.75
    assert score.told == ("No source says: flag --evil (SKILL.md:8)",)


def test_more_text_wins_nothing(scorer: Scorer) -> None:
    text = skill(body="# A\n\nRun `pdfunite --evil docs/a.pdf`.\n")
    padded = draft(text + "\nMore words.\n" * 200 + "\n```sh\npdfunite --evil docs/a.pdf\n```\n")
    assert scorer(padded, AIM).total == scorer(draft(text), AIM).total


def test_a_skill_that_another_goes_before(scorer: Scorer) -> None:
    said = "Handles documents in files. Use when there is something to do."
    score = scorer(draft(skill("doc-tool", said), name="doc-tool"), AIM)
    assert score.parts["routing"] == 0.5
    assert "finds before it: data/pdf-split." in score.told[0]
    unfound = skill("wax-seal", "Wax seals. Use for letters.")
    assert scorer(draft(unfound, name="wax-seal"), AIM).parts["routing"] == 0


@pytest.mark.parametrize(
    "wrong", [draft(skill(), category="none"), draft(skill("pdf-split"), name="pdf-split")]
)
def test_what_cannot_be_stored_is_worth_nothing(wrong: Draft, scorer: Scorer) -> None:
    score = scorer(wrong, AIM)
    assert score.total == 0
    assert score.told[0].startswith("The draft cannot be stored: ")


def test_what_is_not_measured_is_left_out(scorer: Scorer) -> None:
    aim = Aim(request(), "data/pdf-merge", "")
    assert scorer(draft(skill()), aim).parts == {"check": 1.0}
    assert Scorer(scorer.context, ("routing",))(draft(skill()), AIM).parts == {"routing": 1.0}


def test_the_merged_skill_is_withheld(scorer: Scorer) -> None:
    assert scorer.withheld("data/pdf-merge").library.names == {"pdf-split"}
    assert scorer.withheld("data/other").library.names == {"pdf-merge", "pdf-split"}
