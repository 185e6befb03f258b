import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Git, MakeRepo
from content_repo import FILES, TAXONOMY, Run, runner, skill

from skillrepo import measures
from skillrepo.rules import ALL, KNOWN

EVIL = "evil\x1b[2J\u202e\nskills/data/x:1:1: error forged"
SETTINGS = """\
# Ours.
version: 1
fail_on: error
max_body_lines: 400
exclude: ["docs/**", skills/old]
sections:
  mine:
    required:
      - title: Rules
        aliases: [Laws]
      - title: When to use
        or_description: true
  nothing: {}
"""


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    text = skill(extra='metadata: {version: "0.2.0", status: stable}\n')
    files = {
        "skills/data/pdf-merge/SKILL.md": text,
        "skills/coding/testing/unit/SKILL.md": skill("unit", "x" * 100),
        "skills/coding/lint/SKILL.md": skill("lint"),
        "skills/other/stray/SKILL.md": skill("stray"),
        "skills/data/broken/SKILL.md": "no frontmatter\n",
        "skills/data/binary/SKILL.md": "\0",
    }
    return make_repo({**FILES, **files})


COMMANDS = (
    ("list",),
    ("list", "--json"),
    ("taxonomy", "tree"),
    ("taxonomy", "tree", "--json"),
    ("config", "show"),
    ("config", "show", "--json"),
    ("explain",),
)


@pytest.mark.parametrize("arguments", COMMANDS)
def test_looking_changes_nothing_and_is_the_same_from_a_subfolder(
    arguments: tuple[str, ...], root: Path, run: Run, git: Git
) -> None:
    done = run(root, *arguments)
    assert done.code == 0
    assert run(root / "skills/data", *arguments) == done
    assert git(root, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ("list", "x"),
        ("list", "--rev", "nowhere"),
        ("list", "--rev=--output=x"),
        ("taxonomy",),
        ("taxonomy", "prune"),
        ("taxonomy", "tree", "x"),
        ("config", "show", "x"),
        ("explain", "M101", "x"),
        ("explain", "M101", "--json"),
        ("explain", "Z999"),
        ("explain", ""),
        ("schema", "a", "b"),
        ("schema", "taxonomy.yaml"),
        ("schema", "a/b"),
        ("schema", "--check", "nowhere"),
        ("nothing",),
    ],
)
def test_wrong_usage(arguments: tuple[str, ...], root: Path, run: Run) -> None:
    done = run(root, *arguments)
    assert done.code == 2
    assert done.out == ""
    assert "rror: " in done.err or "Usage: " in done.err


# list


def test_list(root: Path, run: Run) -> None:
    done = run(root, "list")
    assert done.out == (
        "coding/lint  -  Merges PDF files. Use when PDF files are to become one.\n"
        f"coding/testing/unit  -  {'x' * 71}…\n"
        "data/pdf-merge  0.2.0 stable  Merges PDF files. Use when PDF files are to become one.\n"
        "other/stray  -  Merges PDF files. Use when PDF files are to become one.\n"
        "skills/data/binary/SKILL.md  invalid\n"
        "skills/data/broken/SKILL.md  invalid\n"
    )
    assert done.err == ("2 break the specification; `skillrepo validate --profile spec` says why\n")


def test_list_json(root: Path, run: Run) -> None:
    value = run(root, "list", "--json").json("list")
    assert value["skills"][2] == {
        "address": "data/pdf-merge",
        "path": "skills/data/pdf-merge/SKILL.md",
        "name": "pdf-merge",
        "version": "0.2.0",
        "status": "stable",
        "description": "Merges PDF files. Use when PDF files are to become one.",
    }
    assert value["invalid"] == ["skills/data/binary/SKILL.md", "skills/data/broken/SKILL.md"]


def test_list_of_a_commit(root: Path, run: Run, git: Git) -> None:
    git(root, "rm", "-r", "--quiet", "skills")
    git(root, "commit", "--quiet", "-m", "second")
    done = run(root, "list")
    assert (done.code, done.out, done.err) == (0, "", "there are no skills here yet\n")
    assert len(run(root, "list", "--json", "--rev", "HEAD~").json("list")["skills"]) == 4
    assert run(root / ".git", "list", "--rev", "HEAD~").code == 0


def test_list_outside_of_a_content_repository(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "deep/pdf-merge"
    folder.mkdir(parents=True)
    (folder / "SKILL.md").write_text(skill())
    assert run(tmp_path, "list").out.startswith("deep/pdf-merge  -  ")
    done = run(tmp_path, "list", "--rev", "HEAD")
    assert (done.code, done.out) == (2, "")


def test_what_is_hostile_is_made_visible_and_stays_on_its_line(
    make_repo: MakeRepo, run: Run
) -> None:
    title = json.dumps(EVIL)
    extra = f"metadata: {{version: {title}, status: {title}}}\n"
    files = {
        f"skills/data/{EVIL.replace('/', '')}/SKILL.md": skill("x", EVIL, extra=extra),
        "taxonomy.yaml": f"version: 1\ncategories: {{data: {{title: {title}}}, ä: {{title: Ä}}}}\n",
        "skillrepo.yaml": f"exclude: [{title}]\n",
    }
    root = make_repo(files)
    for command in COMMANDS[::2]:
        done = run(root, *command)
        assert done.code == 0
        assert not re.search("[\x1b\u202e]", done.out)
        assert not re.search("^skills/data/x:1:1", done.out, re.MULTILINE)
    assert "evil<U+001B>[2J<U+202E>" in run(root, "list").out
    assert run(root, "taxonomy", "tree").out.splitlines()[-1] == "ä  0  Ä"
    assert run(root, "list", "--json").json("list")["skills"][0]["description"] == EVIL
    done = run(root, "validate")
    assert not re.search("^skills/data/x:1:1|[\x1b\u202e]", done.out, re.MULTILINE)


# taxonomy tree


def test_tree(root: Path, run: Run) -> None:
    assert run(root, "taxonomy", "tree").out == (
        "coding  2  Writing code\n  testing  1  Testing\ndata  3  Data and documents\n"
    )
    assert run(root, "taxonomy", "tree", "--json").json("tree") == {
        "version": 1,
        "categories": [
            {
                "id": "coding",
                "title": "Writing code",
                "skills": 2,
                "children": [
                    {"id": "coding/testing", "title": "Testing", "skills": 1, "children": []}
                ],
            },
            {"id": "data", "title": "Data and documents", "skills": 3, "children": []},
        ],
    }


def test_tree_without_a_git_repository(tmp_path: Path, run: Run) -> None:
    done = run(tmp_path, "taxonomy", "tree")
    assert done.code == 2
    assert "there is no taxonomy.yaml here; `skillrepo init` writes one" in done.err
    (tmp_path / "taxonomy.yaml").write_text(TAXONOMY)
    assert run(tmp_path, "taxonomy", "tree").code == 0


def test_tree_of_a_broken_taxonomy_names_each_problem(tmp_path: Path, run: Run) -> None:
    broken = TAXONOMY.replace("version: 1", "version: 9\nfoo: bar")
    (tmp_path / "taxonomy.yaml").write_text(broken)
    done = run(tmp_path, "taxonomy", "tree")
    assert done.code == 2
    for line in (1, 2):
        assert re.search(rf"^(error: )?taxonomy\.yaml:{line}: ", done.err, re.MULTILINE)


@pytest.mark.parametrize("command", [("list",), ("taxonomy", "tree"), ("config", "show")])
def test_bare_repository(command: tuple[str, ...], make_repo: MakeRepo, run: Run) -> None:
    done = run(make_repo({}, options=("--bare",)), *command)
    assert done.code == 2
    assert "a bare repository has no files to look at" in done.err


# config show


def test_config_show_says_where_each_setting_comes_from(
    root: Path, run: Run, git_env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "skillrepo.yaml").write_text(SETTINGS)
    config = git_env / ".config/skillrepo/config.yaml"
    config.parent.mkdir(parents=True)
    config.write_text("writer:\n  max_rounds: 2\n  command: [agent, '--print']\n")
    monkeypatch.setenv("SKILLREPO_MODEL", "openai/x")
    lines = run(root, "config", "show").out.splitlines()
    for line in (
        "version = 1  # skillrepo.yaml:2",
        "profile = house  # built-in default",
        # As it is shipped, and yet set.
        "fail_on = error  # skillrepo.yaml:3",
        "exclude = docs/**, skills/old  # skillrepo.yaml:5",
        "sections.mine.required.0.aliases = Laws  # skillrepo.yaml:10",
        "sections.mine.required.1.or_description = true  # skillrepo.yaml:12",
        "sections.nothing.required = (none)  # skillrepo.yaml:13",
        f"writer.max_rounds = 2  # {config}:2",
        f"writer.command = agent, --print  # {config}:3",
        "models.default = openai/x  # environment SKILLREPO_MODEL",
    ):
        assert line in lines
    value = run(root, "config", "show", "--json").json("config-show")
    by_key = {each["key"]: each for each in value["settings"]}
    assert by_key["exclude"]["value"] == ["docs/**", "skills/old"]
    assert by_key["sections.mine.required.0.or_description"]["value"] is False
    assert len(by_key) == len(lines)


def test_config_show_names_each_setting_as_skillrepo_yaml_does(tmp_path: Path, run: Run) -> None:
    (tmp_path / "skillrepo.yaml").write_text(
        "grade:\n  minimum: 0.7\n"
        "rules:\n  P107: off\n  D112: {severity: error, paths: [skills/a]}\n"
        "ignore:\n  - rule: P101\n    skill: data/x\n    reason: It is on trial.\n"
    )
    lines = run(tmp_path, "config", "show").out.splitlines()
    for line in (
        "grade.minimum = 0.7  # skillrepo.yaml:2",
        "grade.max_drop = 0.05  # built-in default",
        "grade.require = integrity, static  # built-in default",
        "rules.P107.severity = off  # skillrepo.yaml:4",
        "rules.P107.paths = (none)  # skillrepo.yaml:4",
        "rules.D112.paths = skills/a  # skillrepo.yaml:5",
        "ignore.0.skill = data/x  # skillrepo.yaml:8",
        "baseline = (none)  # built-in default",
    ):
        assert line in lines
    value = run(tmp_path, "config", "show", "--json").json("config-show")
    assert len(value["settings"]) == len(lines)
    counted = [each["key"] for each in value["settings"] if re.search(r"\.\d+(\.|$)", each["key"])]
    assert counted == ["ignore.0.rule", "ignore.0.skill", "ignore.0.reason"]


def test_config_show_without_a_file_shows_what_is_built_in(tmp_path: Path, run: Run) -> None:
    out = run(tmp_path, "config", "show").out
    assert "exclude = (none)  # built-in default\n" in out
    assert "sections = (none)  # built-in default\n" in out


def test_config_show_shows_no_key(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", "s3cret")
    done = run(tmp_path, "config", "show")
    assert "GOOGLE_API_KEY" in done.out
    assert "s3cret" not in done.out


@pytest.mark.parametrize("text", ["exclude: 1\n", "writer: {command: [x]}\n", "a: [\n", "[]\n"])
def test_config_show_of_broken_settings_names_the_line(text: str, tmp_path: Path, run: Run) -> None:
    (tmp_path / "skillrepo.yaml").write_text(text)
    done = run(tmp_path, "config", "show")
    assert done.code == 2
    assert re.search(r"error: skillrepo\.yaml:\d", done.err)


# schema


def test_schemas_of_this_project_are_as_the_models_make_them(tmp_path: Path, run: Run) -> None:
    checkout = Path(__file__).parent.parent
    done = run(checkout, "schema", "--check")
    assert (done.code, done.err) == (0, "")
    assert "schemas are as the models make them" in done.out
    assert run(tmp_path, "schema").code == 0
    for path in (checkout / "schemas").glob("*.json"):
        assert (tmp_path / "schemas" / path.name).read_bytes() == path.read_bytes()


def test_schema_check_names_what_differs(tmp_path: Path, run: Run) -> None:
    assert run(tmp_path, "schema", "here").code == 0
    (tmp_path / "here/list.schema.json").write_bytes(b"\xff")
    (tmp_path / "here/tree.schema.json").unlink()
    (tmp_path / "here/report.schema.json").unlink()
    (tmp_path / "here/report.schema.json").mkdir()
    (tmp_path / "here/former.schema.json").write_text("{}")
    done = run(tmp_path, "schema", "--check", "here")
    assert done.code == 2
    for name in ("former", "list", "report", "tree"):
        assert f"here/{name}.schema.json" in done.err
    assert "new.schema.json" not in done.err
    done = run(tmp_path, "schema", "here")
    assert (done.code, done.out) == (2, "")
    assert "cannot be written: Is a directory" in done.err


# explain


def test_explain_lists_each_rule(tmp_path: Path, run: Run) -> None:
    lines = run(tmp_path, "explain").out.splitlines()
    assert len(lines) == len(KNOWN)
    for rule, line in zip(KNOWN, lines, strict=True):
        assert line.startswith(f"{rule.code}  {rule.name} ")
    value = run(tmp_path, "explain", "--json").json("rules")
    assert [each["code"] for each in value["rules"]] == [rule.code for rule in KNOWN]


@pytest.mark.parametrize("beginning", ["L", "x1", "M10"])
def test_explain_lists_a_family(beginning: str, tmp_path: Path, run: Run) -> None:
    done = run(tmp_path, "explain", beginning)
    codes = [rule.code for rule in ALL if rule.code.startswith(beginning.upper())]
    assert [line.split()[0] for line in done.out.splitlines()] == codes
    assert len(codes) > 1


@pytest.mark.parametrize("name", ["M102", "m102", "name-matches-folder", "Name-Matches-Folder"])
def test_explain_shows_the_page_of_a_rule(name: str, tmp_path: Path, run: Run) -> None:
    out = run(tmp_path, "explain", name).out
    assert out.startswith("M102 name-matches-folder (error in spec, error in house)\n\n")
    for heading in ("What it checks:", "Why it matters:", "How to fix it:", "Example:"):
        assert heading in out


def test_explain_lists_the_measures(tmp_path: Path, run: Run) -> None:
    lines = run(tmp_path, "explain", "measures").out.splitlines()
    assert [line.split()[0] for line in lines] == [measure.name for measure in measures.ALL]
    assert lines[0].endswith("(routing)")


@pytest.mark.parametrize("name", ["link_integrity", "Link-Integrity"])
def test_explain_shows_the_page_of_a_measure(name: str, tmp_path: Path, run: Run) -> None:
    out = run(tmp_path, "explain", name).out
    assert out.startswith("link_integrity (integrity)\n\nLinks to the skill's own files")
    for heading in ("Formula:", "Source:", "Padding:"):
        assert heading in out


def test_explain_shows_what_a_judge_is_asked(tmp_path: Path, run: Run) -> None:
    out = run(tmp_path, "explain", "knowledge.failure_mode").out
    assert out.startswith("knowledge.failure_mode (Knowledge delta)\n\nIs there a way to fail")
    assert "yes has to be proven by a quote" in out


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("econmy", "there is no rule or measure econmy; did you mean economy?"),
        ("name-matches-folders", "did you mean name-matches-folder?"),
        ("safety.nothing_hiden", "did you mean safety.nothing_hidden?"),
        ("zzz\x1b[2J", "`skillrepo explain` lists the rules"),
    ],
)
def test_explain_of_an_unknown_rule(name: str, hint: str, tmp_path: Path, run: Run) -> None:
    done = run(tmp_path, "explain", name)
    assert done.code == 2
    assert hint in done.err
    assert "\x1b" not in done.err


def test_output_that_nobody_reads_is_no_error(root: Path) -> None:
    command = subprocess.Popen(
        [sys.executable, "-m", "skillrepo", "config", "show"],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert command.stdout is not None
    command.stdout.close()
    _, err = command.communicate(timeout=60)
    assert (command.returncode, err) == (0, b"")
