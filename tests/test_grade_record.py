"""What was measured is kept on a skill's tree, found again in a clone, and not believed blindly."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from conftest import Git, MakeRepo

import skillrepo
from skillrepo import schema
from skillrepo.git import Repository
from skillrepo.git_notes import add_to_notes
from skillrepo.grade import record
from skillrepo.measure import Reading

NAMES = ("economy", "reachability")
MEASURES = {
    "economy": Reading(0.75, "≈ 3,125 tokens in the body"),
    "reachability": Reading(None, "no files beside SKILL.md"),
}
KEY = record.Key("c" * 64, "s" * 64)


def marks(measures: Mapping[str, Reading]) -> tuple[float, str]:
    values = [each.value for each in measures.values() if each.value is not None]
    return min(values), "minimum"


def skill_repo(make_repo: MakeRepo, git: Git) -> tuple[Path, str]:
    root = make_repo({"skills/data/pdf/SKILL.md": "one\n", "skills/data/pdf/notes.md": "two\n"})
    return root, git(root, "rev-parse", "HEAD:skills/data/pdf")


def recall(root: Path, tree: str, key: record.Key = KEY) -> record.Measures | None:
    return record.recall(Repository.open(root), [tree], key, NAMES, marks).get(tree)


def test_it_stays_with_the_files(make_repo: MakeRepo, git: Git) -> None:
    """Through a squash-merge with a new path, in a fresh clone that fetched only the notes."""
    root, tree = skill_repo(make_repo, git)
    assert record.keep(Repository.open(root), {tree: MEASURES}, KEY, marks) == 1
    git(root, "mv", "skills/data", "skills/documents")
    git(root, "commit", "--quiet", "--amend", "-m", "squashed")
    clone = root.parent / "clone"
    git(root.parent, "clone", "--quiet", "--single-branch", str(root), str(clone))
    assert recall(clone, tree) is None
    git(clone, "fetch", "--quiet", "origin", f"{record.REF}:{record.REF}")
    moved = git(clone, "rev-parse", "HEAD:skills/documents/pdf")
    assert recall(clone, moved) == MEASURES


def test_another_version_measures_anew(make_repo: MakeRepo, git: Git) -> None:
    root, tree = skill_repo(make_repo, git)
    repository = Repository.open(root)
    record.keep(repository, {tree: MEASURES}, KEY, marks)
    for key in (KEY._replace(code="d" * 64), KEY._replace(settings="d" * 64)):
        assert recall(root, tree, key) is None
    newer = KEY._replace(code="d" * 64)
    other = {**MEASURES, "economy": Reading(0.5, "")}
    assert record.keep(repository, {tree: other}, newer, marks) == 1
    assert record.keep(repository, {tree: other}, newer, marks) == 0
    assert (recall(root, tree), recall(root, tree, newer)) == (MEASURES, other)
    assert record.recall(repository, [tree], KEY, (*NAMES, "more"), marks) == {}


def test_a_line_is_canonical() -> None:
    text = record.line(KEY, {"economy": Reading(1, "x")}, marks)
    assert json.loads(text)["measures"] == {"economy": {"value": 1.0, "why": "x"}}
    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"))
    assert '"value":1.0' in text


def test_a_line_is_as_its_schema_says() -> None:
    value = json.loads(record.line(KEY, MEASURES, lambda _: (0.75, "target")))
    assert schema.violations("grade-note", value) == []
    del value["code"]
    assert schema.violations("grade-note", value)


def changed(**values: object) -> str:
    return json.dumps({**json.loads(record.line(KEY, MEASURES, marks)), **values})


@pytest.mark.parametrize(
    "text",
    [
        "not JSON " + "c" * 64 + "s" * 64,
        '["' + "c" * 64 + "s" * 64 + '"]',
        "[" * 100_000 + "c" * 64 + "s" * 64,
        changed(score=0.99),
        changed(label="excellent"),
        changed(measures={}),
        changed(measures={"economy": 1, "reachability": None}),
        changed(measures={"economy": {"value": 2.0, "why": ""}, "reachability": None}),
        changed(
            measures={
                "economy": {"value": 0.75, "why": "x" * 201},
                "reachability": {"value": None, "why": ""},
            }
        ),
        changed(
            score=True,
            measures={
                "economy": {"value": True, "why": ""},
                "reachability": {"value": None, "why": ""},
            },
        ),
        changed(measures={"economy": {"value": float("nan"), "why": ""}, "reachability": None}),
    ],
)
def test_what_is_damaged_counts_for_nothing(text: str, make_repo: MakeRepo, git: Git) -> None:
    root, tree = skill_repo(make_repo, git)
    repository = Repository.open(root)
    add_to_notes(repository, record.REF, {tree: [text]}, "forged")
    assert recall(root, tree) is None
    record.keep(repository, {tree: MEASURES}, KEY, marks)
    assert recall(root, tree) == MEASURES


def test_the_code_is_known_by_its_bytes(tmp_path: Path) -> None:
    """By those alone: a copy of the package elsewhere, with other times, has the same hash."""
    copy = tmp_path / "skillrepo"
    shutil.copytree(Path(skillrepo.__file__).parent, copy, copy_function=shutil.copyfile)
    assert code_hash_at(tmp_path) == record.code_hash()
    (copy / "measures" / "economy.py").write_text("")
    assert code_hash_at(tmp_path) != record.code_hash()


def code_hash_at(folder: Path) -> str:
    program = "from skillrepo.grade.record import code_hash; print(code_hash())"
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True
    )
    return run.stdout.strip()
