"""What a change of a skill does to the others of its repository."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from catalogue import NOWHERE, commit_library, index, path_of, skill_files, write
from conftest import Git, MakeRepo
from hypothesis import given, settings
from hypothesis import strategies as st

from skillrepo import processes
from skillrepo.document import Document, read
from skillrepo.files import Folder
from skillrepo.grade import distinctness, portfolio
from skillrepo.grade.index import Index
from skillrepo.grade.neighbours import names
from skillrepo.grade.portfolio import Effect, effect
from skillrepo.grade.remembered import Remembered
from skillrepo.grade.shingles import repeated, shingles, sketch
from skillrepo.library import Library

MERGE = skill_files(
    "pdf-merge", "Merges PDF files into one.", wanted=("merge these PDF files", "one PDF of many")
)
FORM = skill_files("pdf-form", "Fills in PDF forms.", wanted=("fill in this form",))
CHART = skill_files("charts", "Draws charts of tables.", wanted=("a chart of this table",))

NOTHING: Mapping[str, str] = {}


def change(
    root: Path,
    before: list[dict[str, str]],
    after: list[dict[str, str]],
    moved: Mapping[str, str] = NOTHING,
) -> Effect:
    base = index(root / "base", *before)
    library = write(root / "head", *after)
    return effect(base, Index.of(library, NOWHERE), library, moved)


def told(found: Effect) -> tuple[list[tuple[str, ...]], list[tuple[str, str | None]]]:
    thefts = [
        (each.query.text, *(p.split("/")[1] for p in (each.owner, each.thief)))
        for each in found.thefts
    ]
    return thefts, [(each.query.text, each.now) for each in found.losses]


def test_a_new_skill_captures_the_queries_of_another(tmp_path: Path) -> None:
    thief = skill_files("merge-pdf-files", "Merges files, PDF and others.")
    found = change(tmp_path, [MERGE, FORM, CHART], [MERGE, FORM, CHART, thief])
    assert told(found) == ([("merge these PDF files", "pdf-merge", "merge-pdf-files")], [])
    (theft,) = found.thefts
    assert theft.before == path_of("pdf-merge")
    assert theft.query.path == "skills/pdf-merge/evals/eval_queries.json"
    after = index(tmp_path / "head").resident_tokens
    before = index(tmp_path / "base").resident_tokens
    assert (found.resident_tokens_before, found.resident_tokens_after) == (before, after)
    assert after > before
    assert found.not_looked_at == 0


def test_a_change_that_takes_nothing_is_told_of_nothing(tmp_path: Path) -> None:
    better = skill_files("charts", "Draws charts and graphs of tables.")
    assert told(change(tmp_path, [MERGE, FORM, CHART], [MERGE, FORM, better])) == ([], [])
    own = skill_files("pdf-form", "Fills in PDF forms.", wanted=("merge these PDF files",))
    other = {path_of("pdf-form"): own[path_of("pdf-form")] + "More.\n"}
    worse = skill_files("pdf-merge", "Helps with documents.")
    # One that only says more of what it does is no thief of what another gives up.
    both = change(tmp_path / "both", [MERGE, FORM], [worse, {**FORM, **other}])
    assert both.thefts == ()
    body = {path_of("pdf-form"): FORM[path_of("pdf-form")] + "\nMore of it.\n"}
    again = change(tmp_path / "body", [MERGE, FORM], [MERGE, {**FORM, **body}])
    assert (told(again), again.neighbours) == (([], []), ())


def test_a_skill_loses_its_queries_to_another_and_to_nobody(tmp_path: Path) -> None:
    other = skill_files("pdf-tools", "Tools for PDF files.")
    helps = skill_files("pdf-merge", "Helps.", wanted=("help",))
    # The folder says what clients call it only where the skill does not.
    worse = {path: text.replace("name: pdf-merge", "name: helper") for path, text in helps.items()}
    found = change(tmp_path, [MERGE, other, CHART], [worse, other, CHART])
    # The queries are those of the base, though the change has replaced them.
    assert told(found) == ([], [("merge these PDF files", path_of("pdf-tools"))])
    left = change(tmp_path / "left", [CHART, MERGE], [CHART, worse])
    assert [each.now for each in left.losses] == [None, None]
    gone = change(
        tmp_path / "gone", [CHART, MERGE], [CHART, skill_files("pdf-join", "Merges PDF.")]
    )
    assert told(gone) == ([], [])


def test_a_tie_is_a_theft_and_an_old_leader_no_thief(tmp_path: Path) -> None:
    twin = skill_files("one-of", "Draws charts of tables.")
    chart = skill_files("two-of", "Draws charts of tables.", wanted=("draw charts",))
    found = change(tmp_path, [chart, MERGE], [chart, MERGE, twin])
    assert told(found)[0] == [("draw charts", "two-of", "one-of")]
    other = skill_files("one-of", "Draws charts of tables, too.")
    again = change(tmp_path / "again", [chart, MERGE, twin], [chart, MERGE, other])
    assert told(again) == ([], [])


def test_a_skill_that_moves_is_the_same_skill(tmp_path: Path) -> None:
    owner = skill_files("scans", "Handles paper.", wanted=("merge PDF files",))
    moved = {path.replace("skills/", "skills/office/"): text for path, text in MERGE.items()}
    paths = {path_of("pdf-merge"): "skills/office/pdf-merge/SKILL.md"}
    assert told(change(tmp_path, [owner, MERGE, CHART], [owner, moved, CHART], paths)) == ([], [])
    worse = {path: text.replace("Merges PDF files", "Helps") for path, text in moved.items()}
    join = skill_files("joining", "Merge PDF files, merge PDF.")
    found = change(
        tmp_path / "worse", [owner, MERGE, join, CHART], [owner, worse, join, CHART], paths
    )
    assert [each.skill for each in found.losses] == ["skills/office/pdf-merge/SKILL.md"]


def test_the_skill_that_stood_in_for_a_missing_one_is_told(tmp_path: Path) -> None:
    owner = skill_files("scans", "Handles paper.", wanted=("merge PDF files",))
    thief = skill_files("pdf-merge-files", "Merges PDF files and merges.")
    found = change(tmp_path, [owner, MERGE, CHART], [owner, MERGE, CHART, thief])
    theft = next(each for each in found.thefts if each.owner == path_of("scans"))
    assert theft.before == path_of("pdf-merge")


def test_many_changes_at_once_are_judged_like_few(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = [skill_files(f"pdf-{at}", f"Merges PDF files in way {at}.") for at in range(4)]
    few = change(tmp_path, [MERGE, FORM, CHART], [MERGE, FORM, CHART, *new])
    assert few.thefts
    monkeypatch.setattr(portfolio, "_FEW", 0)
    assert change(tmp_path, [MERGE, FORM, CHART], [MERGE, FORM, CHART, *new]) == few
    monkeypatch.setattr(portfolio, "_MOST_STEPS", 0)
    none = change(tmp_path, [MERGE, FORM, CHART], [MERGE, FORM, CHART, *new])
    assert none.thefts == ()
    assert none.not_looked_at > 0


SPLIT = "Splits and merges PDF files and pages."
JOIN = "Merges PDF files and splits pages of them."


@pytest.mark.parametrize(
    ("one", "other", "is_silent"),
    [
        ({}, {}, False),
        ({"body": "For pages see pdf-join."}, {}, False),
        ({"body": "For files use pdf-join."}, {"body": "For pages use `pdf-split`."}, True),
        ({"body": "See [it](../pdf-join/SKILL.md)."}, {"body": "Not so: pdf-split."}, True),
        (
            {"extra": 'metadata:\n  conflicts: "x pdf-join"\n'},
            {"extra": "metadata:\n  recommends: pdf-split\n"},
            True,
        ),
        ({"body": "Use pdf-join-all."}, {"body": "Use my-pdf-split."}, False),
    ],
)
def test_neighbours_that_hand_over_to_each_other_are_silent(
    tmp_path: Path, one: dict[str, str], other: dict[str, str], *, is_silent: bool
) -> None:
    split = skill_files("pdf-split", SPLIT, **one)  # type: ignore[arg-type]
    join = skill_files("pdf-join", JOIN, **other)  # type: ignore[arg-type]
    found = change(tmp_path, [join, CHART], [join, CHART, split])
    assert [(each.skill, each.other) for each in found.neighbours] == (
        [] if is_silent else [(path_of("pdf-split"), path_of("pdf-join"))]
    )
    for each in found.neighbours:
        assert 0.3 <= each.overlap <= 1
        assert each.before is None
        assert {"split", "merges", "files"} <= set(each.shared)


def test_a_pair_that_changes_is_told_once_with_what_it_was(tmp_path: Path) -> None:
    before = [skill_files("pdf-split", "Splits PDF pages."), skill_files("pdf-join", JOIN), CHART]
    after = [
        skill_files("pdf-split", SPLIT),
        skill_files("pdf-join", JOIN, body="Use pdf-split."),
        CHART,
    ]
    (each,) = change(tmp_path, before, after).neighbours
    assert each.before is not None
    assert each.before < each.overlap
    many = [skill_files(f"copy-{at}", JOIN) for at in range(9)]
    new = skill_files("one-more", JOIN)
    found = change(tmp_path / "many", [*many, CHART], [*many, CHART, new]).neighbours
    assert [each.other for each in found] == [path_of(f"copy-{at}") for at in range(3)]


@pytest.mark.parametrize(
    ("text", "name", "is_named"),
    [
        ("Turn it into a pdf at once.", "pdf", False),
        ("Use `pdf` for it.", "pdf", True),
        ("Use the pdf skill.", "pdf", True),
        ("Use skill pdf.", "pdf", True),
        ("Use **pdf** skill.", "pdf", True),
        ("See ../pdf/SKILL.md", "pdf", True),
        ("Run /pdf first", "pdf", True),
        ("Write `pdf-merge`", "pdf", False),
        ("A (pdf-merge) B", "pdf-merge", True),
        ("pdf-merger", "pdf-merge", False),
        ("anything", "", False),
        ("a (b", "(b", False),
    ],
)
def test_when_a_skill_names_another(text: str, name: str, *, is_named: bool) -> None:
    skill = read("a/SKILL.md", "a", f"---\nname: a\n---\n\n{text}\n".encode())
    assert isinstance(skill, Document)
    assert names(skill, name) is is_named


PROSE = " ".join(f"word{at} goes on" for at in range(200))


def test_how_far_a_body_is_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    half = PROSE[: len(PROSE) // 2] + " and then " + PROSE[::-1]
    skills = {
        "a": PROSE,
        "b": PROSE,
        "c": half,
        "d": "Nothing of this stands elsewhere, and little of it at all.",
        "e": "",
    }
    library = write(tmp_path, *(skill_files(name, "x", body=body) for name, body in skills.items()))
    found = Index.of(library, NOWHERE)
    result = distinctness.distinctness(found, library, library.skill_files)
    short = {path.split("/")[1]: each for path, each in result.items()}
    assert short["a"] == (0.0, path_of("b"))
    assert short["b"] == (0.0, path_of("a"))
    assert short["c"].value == pytest.approx(0.5, abs=0.15)
    assert short["c"].nearest == path_of("a")
    assert short["d"] == (1.0, None)
    assert short["e"] == (None, None)
    monkeypatch.setattr(distinctness, "_DIRECT", 0)
    assert distinctness.distinctness(found, library, library.skill_files) == result
    alone = write(tmp_path / "alone", skill_files("a", "x", body=PROSE))
    lonely = distinctness.distinctness(Index.of(alone, NOWHERE), alone, alone.skill_files)
    assert lonely == {path_of("a"): (None, None)}


def test_many_skills_are_looked_at_by_several_processes(
    make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    skills = [skill_files(f"skill-{at}", f"Does {at}.", body=PROSE[at:]) for at in range(7)]
    library = commit_library(make_repo({k: v for skill in skills for k, v in skill.items()}))
    found = Index.of(library, NOWHERE)
    alone = distinctness.distinctness(found, library, library.skill_files)
    monkeypatch.setattr(processes, "_PARALLEL", 1)
    monkeypatch.setattr(processes, "_SHARE", 2)
    assert Index.of(library, Remembered(None)).entries == found.entries
    together = distinctness.distinctness(found, library, library.skill_files)
    assert list(together.items()) == list(alone.items())


OTHER = sketch(shingles(PROSE))


@settings(max_examples=50)
@given(st.text(max_size=300), st.text(max_size=300))
def test_text_that_is_added_never_makes_a_body_more_its_own(own: str, added: str) -> None:
    body = PROSE[:500] + " " + own
    assert repeated(OTHER, shingles(f"{body}\n{added}")) >= repeated(OTHER, shingles(body)) > 0


SCRIPT = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from catalogue import NOWHERE
from skillrepo.files import Folder
from skillrepo.grade.index import Index
from skillrepo.grade.distinctness import distinctness
from skillrepo.grade.portfolio import effect
from skillrepo.grade.routing import routing
from skillrepo.library import Library
base, head = (Library(Folder(Path(name))) for name in sys.argv[2:])
one, two = Index.of(base, NOWHERE), Index.of(head, NOWHERE)
print(effect(one, two, head, {}), routing(two, two.entries), two.entries)
print(distinctness(two, head, head.skill_files))
"""


def test_the_same_each_time(tmp_path: Path) -> None:
    thieves = [skill_files(f"pdf-{at}", f"Merge PDF files, form {at}.") for at in range(5)]
    write(tmp_path / "base", MERGE, FORM, CHART)
    write(tmp_path / "head", MERGE, FORM, CHART, *thieves)
    arguments = [sys.executable, "-c", SCRIPT, Path(__file__).parent]
    arguments += [tmp_path / "base", tmp_path / "head"]
    said = {
        subprocess.run(
            arguments,
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1


def test_from_the_base_commit_to_the_working_tree(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo({**MERGE, **FORM, **CHART})
    base = Index.of(commit_library(root), NOWHERE)
    write(root, skill_files("pdf-join", "Merge PDF files, merge PDF."))
    git(root, "rm", "-q", path_of("charts"))
    head = Library(Folder(root))
    paths = [path_of("pdf-join"), path_of("charts")]
    found = effect(base, base.changed(head, paths, NOWHERE), head, {})
    assert [each.thief for each in found.thefts] == [path_of("pdf-join")]
    assert [each.other for each in found.neighbours] == [path_of("pdf-merge")]
