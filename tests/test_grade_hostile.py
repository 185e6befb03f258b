"""A change that would talk its verdict up, and names and notes that would do harm."""

import json
from pathlib import Path
from typing import Any

import pytest
from catalogue import skill_files
from catalogue import write as write_skills
from conftest import Git, MakeRepo
from content_repo import FILES, Run, everything, runner, skill

from skillrepo import schema
from skillrepo.grade import portfolio, routing
from skillrepo.grade.record import REF

PATH = "skills/data/pdf-merge/SKILL.md"
KEY = "ghp_" + "a1B2c3D4e5F6" * 3


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    return make_repo({**FILES, PATH: skill()})


def grade(root: Path, run: Run, *arguments: str) -> Any:
    done = run(root, "grade", "--json", *arguments)
    assert (done.code, done.err) == (0, ""), done
    value = json.loads(done.out)
    assert schema.violations("grade", value) == []
    return value


def layers(value: Any) -> dict[str, str | None]:
    return {each["layer"]: each["verdict"] for each in value["skills"][0]["gate"]["layers"]}


def commit(root: Path, git: Git) -> None:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "x")


def test_the_first_settings_do_not_excuse_the_change_that_brings_them(
    make_repo: MakeRepo, run: Run
) -> None:
    root = make_repo({PATH: skill()})
    comment = "<!-- skillrepo: ignore L102 because it is fine -->\n"
    (root / PATH).write_text(skill(body=f"# Merging\n\n[a](no.md)\n{comment}"))
    settings = "rules: {L101: off}\nexclude: ['skills/**']\ngrade: {gate: off, minimum: 0}\n"
    (root / "skillrepo.yaml").write_text(f"version: 1\n{settings}")
    run(root, "validate", "--write-baseline", "--profile", "spec")
    done = run(root, "grade", "--gate", "enforce")
    assert done.code == 1, done.out
    assert "error L101" in done.out


def test_a_change_does_not_ask_less_of_its_category(root: Path, run: Run, git: Git) -> None:
    taxonomy = (root / "taxonomy.yaml").read_text()
    (root / "skillrepo.yaml").write_text("sections: {strict: {required: [{title: Gotchas}]}}\n")
    (root / "taxonomy.yaml").write_text(
        taxonomy.replace("[documents]", "[documents]\n    sections: strict")
    )
    commit(root, git)
    (root / PATH).write_text(skill(body="# Merging\n\nRun `pdfunite`.\n"))
    (root / "taxonomy.yaml").write_text(taxonomy)
    assert [each["code"] for each in grade(root, run)["skills"][0]["faults"]] == ["S101"]


def test_a_skill_may_not_hide_behind_a_link(root: Path, run: Run, git: Git) -> None:
    """A link that was one is no fault, but nothing of it was looked at."""
    (root / "skills/data/other").mkdir()
    (root / "skills/data/other/SKILL.md").write_text(skill("other"))
    commit(root, git)
    (root / PATH).unlink()
    (root / PATH).symlink_to("../other/SKILL.md")
    value = grade(root, run)
    assert value["verdict"] == layers(value)["integrity"] == "fail"
    assert value["skills"][0]["faults"][0]["rule"] == "no-skill-elsewhere"
    commit(root, git)
    (root / PATH).parent.joinpath("notes.md").write_text("Notes.\n")
    value = grade(root, run, "--base", "HEAD")
    assert layers(value)["integrity"] is None
    assert value["verdict"] == "inconclusive"


def test_the_worktree_and_its_commit_are_judged_alike(root: Path, run: Run, git: Git) -> None:
    """A skill that was renamed, and so edited, is what it was on either side."""
    new = "skills/data/pdf-joiner"
    git(root, "mv", "skills/data/pdf-merge", new)
    (root / new / "SKILL.md").write_text(skill("pdf-joiner"))
    found = grade(root, run)
    git(root, "switch", "--quiet", "-c", "draft")
    commit(root, git)
    committed = grade(root, run, "--base", "main", "--head", "HEAD")
    names = {"head", "head_name"}
    assert found.keys() - names == committed.keys() - names
    assert {key: found[key] for key in found.keys() - names} == {
        key: committed[key] for key in committed.keys() - names
    }
    (one,) = found["skills"]
    assert (one["new"], one["delta"], found["removed"]) == (False, 0, [])


PDF = skill_files("pdf-merge", "Merges PDF files into one.", wanted=("merge these PDF files",))
CHART = skill_files("charts", "Draws charts of tables.", unwanted=("a chart of PDF files",))


def test_a_skill_that_was_renamed_answers_for_its_queries(
    make_repo: MakeRepo, run: Run, git: Git
) -> None:
    body = "Run pdfunite on the files in their order, and look at each page of what comes out."
    wanted = ("merge these PDF files",)
    pdf = skill_files("pdf-merge", "Merges PDF files into one.", wanted=wanted, body=body)
    root = make_repo({**pdf, **CHART})
    git(root, "mv", "skills/pdf-merge", "skills/joining")
    # What it says of itself is another, and its body the same.
    text = skill("joining", "Helps with paper.", body=body)
    (root / "skills/joining/SKILL.md").write_text(text)
    value = grade(root, run)
    (loss,) = value["effect"]["losses"]
    assert loss["skill"] == "skills/joining/SKILL.md"
    assert layers(value)["routing"] == "fail"


def test_what_was_too_much_work_is_no_pass(
    make_repo: MakeRepo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_repo({**PDF, **CHART})
    thief = skill_files("merge-pdf", "Merges PDF files into one.")
    write_skills(root, thief)
    monkeypatch.setattr(portfolio, "_MOST_STEPS", 1)
    value = grade(root, run)
    assert value["effect"]["not_looked_at"] == 1
    assert layers(value)["routing"] == "inconclusive"


def test_what_is_left_out_is_told(
    make_repo: MakeRepo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the own queries, and of the neighbours; a share says how many it is of."""
    root = make_repo({**PDF, **CHART})
    twins = ("merge these PDF files", "one PDF of many")
    write_skills(root, skill_files("pdf-merge", "Merges PDF files to one.", wanted=twins))
    monkeypatch.setattr(portfolio, "_MOST_COMPARED", 0)
    monkeypatch.setattr(routing, "_MOST_STEPS", 3)
    value = grade(root, run)
    own = value["skills"][0]["routing"]
    assert (len(own["outcomes"]), own["not_looked_at"], own["hit_at_1"]) == (1, 1, 1)
    assert value["effect"]["not_compared"] == 1
    said = run(root, "grade").out
    assert "not measured, for it is too much work: 1 more queries" in said
    assert "too much work to find neighbours of: 1" in said
    monkeypatch.setattr(routing, "_MOST_STEPS", 0)
    assert grade(root, run)["skills"][0]["routing"]["hit_at_1"] is None


def test_queries_that_can_be_captured_by_nobody_measure_nothing(
    make_repo: MakeRepo, run: Run
) -> None:
    root = make_repo(CHART)
    write_skills(root, skill_files("charts", "Draws charts of PDF files."))
    assert layers(grade(root, run))["routing"] is None


def test_a_secret_in_a_query_is_told_nowhere(make_repo: MakeRepo, run: Run) -> None:
    """Nor is what is left of it where a long query is cut."""
    query = f"{'merge these PDF files ' * 4}{KEY}"
    wanted = (query, f"merge these {KEY}")
    root = make_repo({**skill_files("desk", "Merges PDF files.", wanted=wanted), **CHART})
    write_skills(root, skill_files("desk", "Helps.", wanted=wanted))
    for form in ("text", "json", "markdown"):
        done = run(root, "grade", "--format", form)
        assert done.out.count("merge these") >= 2
        assert KEY[:8] not in done.out, form


def test_no_line_is_a_command_of_the_runner(make_repo: MakeRepo, run: Run) -> None:
    bad, gone = "::error title=x::hello", "::warning::bye"
    root = make_repo({f"{gone}/SKILL.md": skill("gone"), f"{gone}s/SKILL.md": skill("gones")})
    for name in (gone, f"{gone}s"):
        (root / name / "SKILL.md").unlink()
    for name in (bad, f"{bad}s", "third"):
        (root / name).mkdir()
        # Another body: else they would be those that are gone, renamed.
        (root / name / "SKILL.md").write_text(skill("bad", body=f"# {name}\n\nDraws a chart.\n"))
    done = run(root, "grade")
    assert "./::error" in done.out
    assert "./::warning" in done.out
    assert not [line for line in done.out.splitlines() if line.lstrip().startswith("::")]


def test_a_comment_of_hostile_lengths_is_not_too_long(make_repo: MakeRepo, run: Run) -> None:
    """Each mark of a name takes many characters, and all lists are full."""
    long = "!" * 200
    query = "merge PDF files " + "!" * 80
    files = {
        f"{long}/{'!' * 150}{number}/{path.split('/', 1)[1]}": text
        for number in range(24)
        for path, text in skill_files(
            f"pdf{number}", f"Merges PDF files w{number}.", wanted=(f"{query} w{number}",)
        ).items()
    }
    needs = skill("needs", extra="metadata: {requires: '" + "x" * 60 + "'}\n")
    gone = {f"{long}/gone{'!' * 100}{n}/SKILL.md": skill(f"gone{n}") for n in range(24)}
    root = make_repo({**files, **gone, "needs/SKILL.md": needs})
    for path in gone:
        (root / path).unlink()
    for path in files:
        if path.endswith("SKILL.md"):
            (root / path).write_text(skill("pdf", "Helps with PDF files.", body="[x](no.md)\n"))
    done = run(root, "grade", "--format", "markdown")
    assert len(done.out) <= 65_536
    assert "and 4 more" in done.out or " more" in done.out


@pytest.mark.parametrize("kind", ["blob", "tree", "tag", "symref", "dangling"])
def test_a_ref_that_holds_no_notes_is_named(kind: str, root: Path, run: Run, git: Git) -> None:
    """And no branch is written in its place."""
    tip = git(root, "rev-parse", "HEAD").strip()
    if kind in ("symref", "dangling"):
        there = "main" if kind == "symref" else "nowhere"
        git(root, "symbolic-ref", REF, f"refs/heads/{there}")
    else:
        git(root, "tag", "-a", "-m", "x", "t")
        name = {"blob": f"HEAD:{PATH}", "tree": "HEAD^{tree}", "tag": "t"}[kind]
        git(root, "update-ref", REF, git(root, "rev-parse", name).strip())
    (root / PATH).write_text(skill(body="# Merging\n\nRun `pdfunite`.\n"))
    before = everything(root)
    done = run(root, "grade", PATH.removesuffix("/SKILL.md"), "--head", "HEAD", "--record")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error: {REF} ")
    assert "git update-ref -d" in done.err or "git symbolic-ref -d" in done.err
    assert done.err.count("\n") == 1
    assert everything(root) == before
    assert git(root, "rev-parse", "main").strip() == tip
