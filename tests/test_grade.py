"""`skillrepo grade`: base against head, by the policy of the base, and what is said of it."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import Git, MakeRepo
from content_repo import FILES, Run, everything, runner, skill
from markdown_it import MarkdownIt

from skillrepo import schema

FOLDER = "skills/data/pdf-merge"
PATH = f"{FOLDER}/SKILL.md"
SCHEMA = "grade"
BROKEN = skill(body="# Merging\n\nSee [more](more.md).\n")
LONG = skill(body="# Merging\n\n" + "Run `pdfunite a.pdf b.pdf out.pdf`.\n" * 400)


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    return make_repo({**FILES, PATH: skill(), "skills/data/csv-join/SKILL.md": skill("csv-join")})


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def commit(root: Path, git: Git) -> None:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "x")


def grade(root: Path, run: Run, *arguments: str) -> Any:
    done = run(root, "grade", "--json", *arguments)
    assert (done.code, done.err) == (0, ""), done
    value = json.loads(done.out)
    assert schema.violations(SCHEMA, value) == []
    return value


def layers(value: Any, number: int = 0) -> dict[str, str | None]:
    found = value["skills"][number]["gate"]["layers"]
    return {layer["layer"]: layer["verdict"] for layer in found}


def test_nothing_changed(root: Path, run: Run) -> None:
    done = run(root, "grade")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("No skill differs between main (")
    assert grade(root, run)["verdict"] == "pass"


def test_a_new_skill_has_nothing_to_be_compared_with(root: Path, run: Run, git: Git) -> None:
    git(root, "switch", "--quiet", "--create", "feature")
    write(root, "skills/data/pdf-split/SKILL.md", skill("pdf-split"))
    before = everything(root)
    value = grade(root, run)
    (found,) = value["skills"]
    assert (found["skill"], found["new"]) == ("data/pdf-split", True)
    assert (found["base"], found["delta"], found["review"]) == (None, None, None)
    assert 0 < found["grade"]["score"] <= 1
    assert layers(value)["routing"] is None
    assert "routing: not measured" in run(root, "grade").out
    assert everything(root) == before


def test_a_change_is_compared_with_what_was(root: Path, run: Run, git: Git) -> None:
    write(root, PATH, LONG)
    value = grade(root, run)
    (found,) = value["skills"]
    economy = [found[side]["measures"]["economy"]["value"] for side in ("base", "grade")]
    assert economy[0] == 1
    assert economy[1] < 1
    assert found["delta"] == round(found["grade"]["score"] - found["base"]["score"], 4)
    assert found["delta"] < 0
    commit(root, git)
    git(root, "branch", "--quiet", "feature")
    git(root, "reset", "--quiet", "--hard", "HEAD^")
    of_commit = grade(root, run, "--head", "feature")
    assert of_commit["head"] == git(root, "rev-parse", "feature")
    assert of_commit["skills"] == value["skills"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (("", ""), 0),
        (("warn", ""), 0),
        (("off", ""), 0),
        (("enforce", ""), 1),
        (("", "enforce"), 1),
        (("warn", "enforce"), 0),
    ],
)
def test_an_error_fails(
    asked: tuple[str, str], expected: int, root: Path, run: Run, git: Git
) -> None:
    option, setting = asked
    if setting:
        write(root, "skillrepo.yaml", f"grade: {{gate: {setting}}}\n")
        commit(root, git)
    write(root, PATH, BROKEN)
    done = run(root, "grade", *(["--gate", option] if option else []))
    assert done.code == expected
    assert f"{PATH}:8:5: error L101 links-resolve:" in done.out
    assert "This change fails: data/pdf-merge (1 changed, compared with main (" in done.out


def test_a_change_may_not_excuse_itself(root: Path, run: Run, git: Git) -> None:
    """Neither by the settings it brings, nor by a comment, nor by a baseline."""
    write(root, "skillrepo.yaml", "grade: {gate: enforce}\n")
    commit(root, git)
    comment = "<!-- skillrepo: ignore L101 because it is fine -->\n"
    write(root, PATH, BROKEN.replace("See", f"{comment}See"))
    write(root, "skillrepo.yaml", "grade: {gate: warn}\nrules: {L101: off}\n")
    run(root, "validate", "--write-baseline", "--profile", "spec")
    done = run(root, "grade")
    assert done.code == 1, done.out
    assert "error L101" in done.out


def test_what_was_wrong_before_is_told(root: Path, run: Run, git: Git) -> None:
    """The change does not answer for a known error: it is in the baseline of the base."""
    write(root, PATH, BROKEN)
    run(root, "validate", "--write-baseline")
    commit(root, git)
    write(root, PATH, BROKEN + "\nMore.\n")
    assert layers(grade(root, run))["integrity"] == "pass"


def test_what_it_does_to_others(root: Path, run: Run, git: Git) -> None:
    needs = skill("csv-join", extra="metadata: {requires: pdf-merge}\n")
    write(root, "skills/data/csv-join/SKILL.md", needs)
    commit(root, git)
    git(root, "rm", "--quiet", "-r", FOLDER)
    value = grade(root, run)
    assert (value["verdict"], value["skills"], value["removed"]) == ("fail", [], ["data/pdf-merge"])
    assert [each["path"] for each in value["others"]] == ["skills/data/csv-join/SKILL.md"]
    done = run(root, "grade")
    assert "data/pdf-merge: removed" in done.out
    said = "This change fails: what it does to other skills; it removes data/pdf-merge (1 removed,"
    assert said in done.out


def test_a_skill_that_moved_is_not_new(root: Path, run: Run, git: Git) -> None:
    (root / "skills/coding").mkdir()
    git(root, "mv", FOLDER, "skills/coding/pdf-merge")
    value = grade(root, run)
    (found,) = value["skills"]
    assert (found["skill"], found["new"], found["delta"]) == ("coding/pdf-merge", False, 0)
    assert value["removed"] == []


def test_a_skill_in_place_of_another_is_new(root: Path, run: Run, git: Git) -> None:
    """Else a bad one would have but to be as bad as the one that goes with the same commit."""
    git(root, "switch", "--quiet", "--create", "feature")
    git(root, "rm", "--quiet", "-r", FOLDER)
    write(root, "skills/data/charts/SKILL.md", skill("charts", body="# Charts\n\nBe clear.\n"))
    commit(root, git)
    value = grade(root, run, "--head", "feature")
    (found,) = value["skills"]
    assert (found["skill"], found["new"], found["base"]) == ("data/charts", True, None)
    assert value["removed"] == ["data/pdf-merge"]
    assert layers(value)["static"] == "fail"


@pytest.mark.parametrize("side", ["head", "base"])
def test_what_cannot_be_read_is_no_number(side: str, root: Path, run: Run, git: Git) -> None:
    write(root, PATH, "---\nname: [\n---\n")
    if side == "base":
        commit(root, git)
        write(root, PATH, skill())
    value = grade(root, run)
    (found,) = value["skills"]
    grades = {"head": found["grade"], "base": found["base"]}
    assert grades.pop(side) is None
    assert all(grades.values())
    assert found["delta"] is None
    assert layers(value)["static"] == "inconclusive"
    assert value["verdict"] == ("fail" if side == "head" else "inconclusive")


def test_a_skill_that_is_named(root: Path, run: Run) -> None:
    value = grade(root, run, FOLDER)
    assert [(each["skill"], each["delta"]) for each in value["skills"]] == [("data/pdf-merge", 0)]
    named = grade(root / "skills", run, "pdf-merge", "data/csv-join", "--head", "HEAD")
    assert [each["skill"] for each in named["skills"]] == ["data/csv-join", "data/pdf-merge"]
    said = run(root, "grade", "pdf-merge", "csv-join").out
    assert "\nThese skills pass (2 named, compared with main (" in said
    write(root, PATH, BROKEN)
    assert "\nThis skill fails: data/pdf-merge (1 named, " in run(root, "grade", "pdf-merge").out


def test_one_format(root: Path, run: Run) -> None:
    done = run(root, "grade", "--json", "--format", "text")
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith("json and text: name one format\n")


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        ("data/pdf-merg", "no skill is called 'data/pdf-merg' in the worktree: did you mean pdf-m"),
        ("xyz", "no skill is called 'xyz' in the worktree: `skillrepo list` has those there are"),
        ("taxonomy.yaml", "taxonomy.yaml is no skill: name one, or none for those that the change"),
        ("README.md", "README.md: no SKILL.md in it, nor above it"),
    ],
)
def test_what_is_named_and_no_skill(wanted: str, why: str, root: Path, run: Run) -> None:
    write(root, "README.md", "x")
    done = run(root, "grade", wanted)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error: {why}")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--base", "nowhere"], "'nowhere' is not a commit"),
        (["--head", "--x"], "'--x' is not a commit"),
        (["--base", ""], "'' is not a commit"),
        (["--head", ""], "'' is not a commit"),
        (["--replay", "--head", "HEAD", FOLDER], f"there is no note of {FOLDER}'s grade"),
        (["--replay"], "the worktree has no notes to take grades from: name a commit by --head"),
    ],
)
def test_what_cannot_be_done(arguments: list[str], words: str, root: Path, run: Run) -> None:
    write(root, PATH, LONG)
    done = run(root, "grade", *arguments)
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert done.err.count("\n") == 1


def test_outside_of_git_and_without_a_commit(tmp_path: Path, run: Run, git: Git) -> None:
    write(tmp_path, "a/SKILL.md", skill("a"))
    outside = run(tmp_path, "grade")
    assert "is not in a git repository: go to one, or make one with `git init`\n" in outside.err
    git(tmp_path, "init", "--quiet")
    assert "there is no commit yet" in run(tmp_path, "grade").err


def test_a_replay_in_a_clone_that_fetched_the_notes(root: Path, run: Run, git: Git) -> None:
    git(root, "switch", "--quiet", "--create", "feature")
    write(root, PATH, LONG)
    write(root, "skills/data/pdf-split/SKILL.md", skill("pdf-split"))
    commit(root, git)
    asked = ("grade", "--base", "main", "--head", "feature")
    recorded = {
        form: run(root, *asked, "--record", "--format", form) for form in ("json", "markdown")
    }
    clone = root.parent / "clone"
    git(root.parent, "clone", "--quiet", "--branch", "feature", str(root), str(clone))
    git(clone, "branch", "--quiet", "main", "origin/main")
    assert recorded["json"].err == "recorded in refs/notes/skillrepo/grades: 3 new\n"
    assert recorded["markdown"].err == "recorded in refs/notes/skillrepo/grades: 0 new\n"
    missing = run(clone, *asked, "--replay")
    assert (missing.code, missing.out) == (2, "")
    fetch = missing.err.partition("git ")[2].split()
    git(clone, *fetch)
    for form, before in recorded.items():
        again = run(clone, *asked, "--replay", "--format", form)
        assert (again.code, again.err, again.out) == (0, "", before.out)


def test_tools_that_were_not_granted_before_are_a_fault(root: Path, run: Run, git: Git) -> None:
    write(root, PATH, skill(extra="allowed-tools: Read Bash(git:*)\n"))
    commit(root, git)
    write(root, PATH, skill(extra="allowed-tools: Bash(git log) Read\n"))
    assert layers(grade(root, run))["integrity"] == "pass"
    write(root, PATH, skill(extra="allowed-tools: Read Bash(git:*) Bash(curl:*)\n"))
    value = grade(root, run)
    (fault,) = value["skills"][0]["faults"]
    assert (fault["rule"], fault["line"], value["verdict"]) == ("wider-tools", 4, "fail")
    assert "before the change: Bash(curl:*); take that back, or" in fault["message"]


def test_what_is_wrong_stands_with_what_it_makes_fail(root: Path, run: Run) -> None:
    write(root, PATH, BROKEN)
    integrity, fault, *rest = run(root, "grade").out.splitlines()[1:]
    assert integrity == "  integrity: fail"
    assert fault.startswith(f"    {PATH}:")
    # A measure that is as it was, and could not be better, has no line of its own.
    assert [line for line in rest if line.startswith("  always_on")] == []
    (best,) = (line for line in rest if line.startswith("  1.00: "))
    assert "always_on" in best


def test_without_a_default_branch_it_is_said_what_is_compared(
    root: Path, run: Run, git: Git
) -> None:
    git(root, "branch", "--move", "main", "trunk")
    git(root, "config", "init.defaultBranch", "none")
    write(root, PATH, LONG)
    done = run(root, "grade")
    assert done.err == "no default branch is known here: compared with HEAD; --base has another\n"
    assert "compared with HEAD (" in done.out
    assert run(root, "grade", "--base", "HEAD").err == ""


def test_nothing_is_recorded_unasked(root: Path, run: Run, git: Git) -> None:
    write(root, PATH, LONG)
    run(root, "grade")
    commit(root, git)
    run(root, "grade", "--base", "HEAD^", "--head", "HEAD")
    assert git(root, "for-each-ref", "refs/notes") == ""


def test_hostile_names_are_inert_in_markdown(make_repo: MakeRepo, run: Run) -> None:
    """GitHub acts on no mention, link, image, HTML or issue number that a skill brings."""
    root = make_repo(FILES)
    name = "@org/team #1 ![x](https:__evil) <img src=x> `a` |b| **c** www.evil.example"
    write(root, f"skills/{name}/SKILL.md", skill("x", body="# X\n\n[x](nowhere`````.md)\n"))
    done = run(root, "grade", "--format", "markdown")
    assert done.code == 0
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(done.out)
    assert "<img" not in html
    assert "<a " not in html
    assert "<strong>c" not in html
    assert html.count("<table>") == html.count("</table>") == 2
    assert html.count("<details>") == html.count("</details>")
    assert "nowhere`````.md" in html
    # GitHub links mentions and issues in the HTML, but for what stands in code.
    outside = re.sub(r"<code>.*?</code>", "", html)
    assert "@" not in outside
    assert "#1" not in outside


@pytest.mark.parametrize("arguments", [(), ("--head", "HEAD")])
def test_a_skill_that_was_renamed_is_not_new(
    arguments: tuple[str, ...], root: Path, run: Run, git: Git
) -> None:
    """What is as bad as it was under another name may stay so, and captures what it had."""
    merging = "Merges PDF files. Use when PDF files are to become one, page by page."
    write(root, PATH, skill(description=merging, body="# Merging\n\nThink of the readers first.\n"))
    asked = queries("merge PDF files page by page")
    write(root, "skills/data/csv-join/evals/eval_queries.json", asked)
    commit(root, git)
    git(root, "switch", "--quiet", "--create", "feature")
    git(root, "mv", FOLDER, "skills/data/pdf-join")
    new = root / "skills/data/pdf-join/SKILL.md"
    new.write_text(new.read_text().replace("name: pdf-merge", "name: pdf-join") + "\nAlso this.\n")
    if arguments:
        commit(root, git)
    value = grade(root, run, *arguments)
    (found,) = value["skills"]
    assert (found["skill"], found["new"], value["removed"]) == ("data/pdf-join", False, [])
    passed = dict.fromkeys(("integrity", "static", "routing"), "pass")
    assert layers(value) == {**passed, "behaviour": None}
    assert value["effect"]["thefts"] == []


def test_a_comment_is_not_too_long(make_repo: MakeRepo, run: Run) -> None:
    root = make_repo(FILES)
    for number in range(150):
        name = f"skill-{number}"
        write(root, f"skills/data/{name}/SKILL.md", skill(name, body="# X\n\n[x](no.md)\n" * 3))
    done = run(root, "grade", "--format", "markdown")
    assert len(done.out) <= 65_536
    assert done.out.count("| <code>") == 150
    assert " more are in the report." in done.out
    assert done.out.rstrip().endswith("</sub>")


def test_no_model_is_loaded(root: Path) -> None:
    write(root, PATH, LONG)
    program = (
        "import sys; from skillrepo.cli import main\n"
        "try: main(['grade'])\n"
        "except SystemExit: pass\n"
        "print([n for n in ('dspy', 'litellm', 'httpx2', 'git') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def queries(*texts: str, should_trigger: bool = True) -> str:
    return json.dumps([{"query": text, "should_trigger": should_trigger} for text in texts])


def test_what_a_change_does_to_the_routing_of_others(root: Path, run: Run, git: Git) -> None:
    asked = ("Join two CSV tables", "Tidy spreadsheet columns")
    write(root, "skills/data/csv-join/evals/eval_queries.json", queries(*asked))
    write(root, "skills/data/csv-join/SKILL.md", skill("csv-join", "Joins CSV tables by columns."))
    commit(root, git)
    write(root, PATH, skill(description="Tidies spreadsheet columns, CSV tables and PDF files."))
    value = grade(root, run)
    (theft,) = value["effect"]["thefts"]
    assert theft == {
        "query": "Tidy spreadsheet columns",
        "owner": "skills/data/csv-join/SKILL.md",
        "thief": PATH,
        "before": "skills/data/csv-join/SKILL.md",
    }
    assert layers(value)["routing"] == "fail"
    assert value["verdict"] == "fail"
    assert value["effect"]["resident_tokens_after"] != value["effect"]["resident_tokens_before"]
    said = run(root, "grade").out
    assert "captured from data/csv-join by data/pdf-merge: “Tidy spread" in said
    assert "it captures 1 labelled query of other skills; 0 may be captured" in said


def test_a_skill_that_is_no_longer_found(root: Path, run: Run, git: Git) -> None:
    write(root, f"{FOLDER}/evals/eval_queries.json", queries("Merge PDF files"))
    commit(root, git)
    write(root, PATH, skill(name="pdf-merge", description="Handles documents."))
    write(root, "skills/data/csv-join/SKILL.md", skill("csv-join", "Merges PDF files and CSV."))
    value = grade(root, run)
    found = {each["skill"]: each for each in value["skills"]}
    assert found["data/pdf-merge"]["routing_base"]["hit_at_1"] == 1
    assert found["data/pdf-merge"]["routing"]["hit_at_1"] == 0
    assert [loss["now"] for loss in value["effect"]["losses"]] == ["skills/data/csv-join/SKILL.md"]
    assert found["data/csv-join"]["routing"] is None
    said = run(root, "grade").out
    assert "found first for its own queries (1): 1.00 → 0.00" in said
    assert "lost by data/pdf-merge to data/csv-join: “Merge PDF files”" in said


def test_who_claims_the_same_is_told_of_what_made_it_so(root: Path, run: Run) -> None:
    write(root, PATH, LONG)
    assert len(grade(root, run)["effect"]["neighbours"]) == 1
    assert "claim much of the same" not in run(root, "grade").out
    write(root, "skills/data/pdf-split/SKILL.md", skill("pdf-split"))
    assert "data/pdf-split claim much of the same" in run(root, "grade").out


def test_a_body_that_is_another_ones(root: Path, run: Run) -> None:
    body = "".join(
        f"## Part {n}\n\nRun step {n} of the long recipe with care.\n" for n in range(30)
    )
    write(root, PATH, skill(body=f"# Merging\n\n{body}"))
    write(root, "skills/data/pdf-split/SKILL.md", skill("pdf-split", body=f"# Split\n\n{body}"))
    value = grade(root, run)
    distinct = value["skills"][1]["distinct"]
    assert distinct["nearest"] == PATH
    assert distinct["value"] < 0.2
    assert "its body repeats" in run(root, "grade").out


def test_the_grade_of_the_reference_system(root: Path, run: Run) -> None:
    """Headings without content raise it, so it is told, and passes nothing."""
    padding = "\n## Key Insights\n\n## Red Flags\n\n## Real-World Impact\n\n## Quick Reference\n"
    write(root, PATH, skill() + padding)
    value = grade(root, run, "--profile", "fleet-compat")
    assert value["skills"][0]["delta"] > 0.2
    assert grade(root, run)["skills"][0]["delta"] <= 0
    assert (layers(value)["static"], value["verdict"]) == (None, "inconclusive")
    assert (value["profile"], grade(root, run)["profile"]) == ("fleet-compat", "default")
    said = run(root, "grade", "--profile", "fleet-compat").out
    assert said.count("gameable") == said.count("gates nothing") == 1
    assert "static grade" not in said
    assert run(root, "grade", "--profile", "fleet-compat", "--record").code == 2


def test_evals_that_name_the_skill(root: Path, run: Run, git: Git) -> None:
    """Those that were there before are not the change's."""
    file = f"{FOLDER}/evals/eval_queries.json"
    write(root, file, queries("Use pdf-merge for these"))
    commit(root, git)
    write(
        root, file, queries("Use pdf-merge for these", "Merge by pdf-merge.", "run PDF-Merge now")
    )
    value = grade(root, run)
    faults = [(each["rule"], each["path"]) for each in value["skills"][0]["faults"]]
    assert faults == [("named-in-evals", file)] * 2
    assert value["verdict"] == "fail"


@pytest.mark.parametrize(
    ("text", "is_named"),
    [
        ("Merge two pdf files", False),
        ("a pdf-merge of two", False),
        ("/pdf two files", True),
        ("use the pdf skill", True),
        ("use the skill `pdf`", True),
    ],
)
def test_a_name_of_one_word(text: str, is_named: bool, make_repo: MakeRepo, run: Run) -> None:  # noqa: FBT001
    root = make_repo(FILES)
    write(root, "skills/data/pdf/SKILL.md", skill("pdf"))
    write(root, "skills/data/pdf/evals/eval_queries.json", queries(text))
    assert bool(grade(root, run)["skills"][0]["faults"]) == is_named
