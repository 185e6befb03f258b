"""`skillrepo init`: what it writes, what it leaves alone, and what it refuses."""

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Git, MakeRepo

from skillrepo import PROJECT_URL, __version__, resource, settings, taxonomy, yaml_text
from skillrepo.cli import main
from skillrepo.errors import SkillRepoError
from skillrepo.scaffold import Tool
from skillrepo.taxonomy import Taxonomy

FILES = [
    "taxonomy.yaml",
    "skillrepo.yaml",
    ".pre-commit-config.yaml",
    ".github/workflows/skills.yml",
]
SUBJECT = "chore: set up a repository of Agent Skills"


def skill(name: str) -> str:
    description = "Merges things. Use when there is more than one thing."
    return f"---\nname: {name}\ndescription: {description}\n---\n\n# {name}\n\nMerge them.\n"


def state(git: Git, root: Path) -> tuple[str, ...]:
    """What `init` must not touch: HEAD, refs, the index, the stash."""
    return (
        git(root, "status", "--porcelain=v2", "--branch", "--untracked-files=no"),
        git(root, "for-each-ref"),
        git(root, "ls-files", "--stage"),
    )


def findings(root: Path, capsys: pytest.CaptureFixture[str]) -> set[str]:
    capsys.readouterr()
    main(["validate", str(root), "--format", "json"])
    return {finding["rule"] for finding in json.loads(capsys.readouterr().out)["findings"]}


def test_a_new_repository_has_the_files_and_one_commit(
    tmp_path: Path,
    git: Git,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "new folder/skills repo"]) == 0
    root = tmp_path / "new folder/skills repo"
    assert git(root, "log", "--format=%s") == SUBJECT
    assert git(root, "ls-files").splitlines() == sorted(FILES)
    assert git(root, "status", "--porcelain") == ""
    out = capsys.readouterr().out
    assert out.startswith("Made a repository of Agent Skills in new folder/skills repo\n")
    assert f"on main: {SUBJECT}\n" in out
    assert "  cd 'new folder/skills repo'\n" in out
    monkeypatch.chdir(root)
    assert main(["validate", "--fail-on", "info"]) == 0


def test_the_starter_taxonomy_is_the_shipped_one(tmp_path: Path) -> None:
    assert main(["init", str(tmp_path / "new")]) == 0
    text = (tmp_path / "new/taxonomy.yaml").read_text()
    shipped = resource.read("config/taxonomy.yaml")
    assert text.partition("\n")[2] == shipped.partition("\n")[2]
    schemas = f"{PROJECT_URL}/raw/v{__version__}/schemas"
    assert text.startswith(f"# yaml-language-server: $schema={schemas}/taxonomy.schema.json\n")


def test_the_written_settings_are_the_shipped_ones(tmp_path: Path) -> None:
    assert main(["init", str(tmp_path / "new")]) == 0
    text = (tmp_path / "new/skillrepo.yaml").read_text()
    assert settings.load(text) == settings.DEFAULT
    # What stands there as a comment is what holds without the file.
    commented = [line.removeprefix("# ") for line in text.splitlines()[-3:]]
    assert settings.load("\n".join(commented)) == settings.DEFAULT


@pytest.mark.parametrize("below", ["", "deep/er"])
def test_the_schema_that_the_files_name_ships(tmp_path: Path, below: str) -> None:
    # The folder that an address names, as a checkout has it.
    tool = tmp_path / "tool"
    shutil.copytree(
        Path(resource.path("config/config.yaml")).parents[1] / "schemas", tool / "schemas"
    )
    assert main(["init", str(tmp_path / "new" / below), "--tool-address", str(tool)]) == 0
    for name in ("taxonomy.yaml", "skillrepo.yaml"):
        first = (tmp_path / "new" / below / name).read_text().splitlines()[0]
        schema = json.loads(Path(first.partition("$schema=")[2]).read_text())
        assert set(schema["properties"]) >= {"version"}


def test_a_folder_with_files_becomes_a_repository_and_they_stay_uncommitted(
    tmp_path: Path, git: Git
) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    assert main(["init", str(tmp_path)]) == 0
    assert git(tmp_path, "ls-tree", "-r", "--name-only", "HEAD").splitlines() == sorted(FILES)
    assert git(tmp_path, "status", "--porcelain") == "?? notes.txt"


def test_the_branch_is_the_one_that_the_user_wants(tmp_path: Path, git: Git) -> None:
    git(tmp_path, "config", "--global", "init.defaultBranch", "trunk")
    assert main(["init", str(tmp_path / "new")]) == 0
    assert git(tmp_path / "new", "branch", "--show-current") == "trunk"
    assert 'branches: ["trunk"]' in (tmp_path / "new" / FILES[3]).read_text()


def test_an_existing_repository_gets_files_and_no_commit(
    make_repo: MakeRepo, git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_repo({"skills/data/pdf-merge/SKILL.md": skill("pdf-merge"), "a.txt": "a"})
    (root / "a.txt").write_text("changed")
    (root / "b.txt").write_text("staged")
    git(root, "add", "b.txt")
    before = state(git, root)
    assert main(["init", str(root)]) == 0
    assert state(git, root) == before
    out = capsys.readouterr().out
    assert "skills with a place in taxonomy.yaml: 1\n" in out
    assert "  skillrepo init --commit " in out
    assert findings(root, capsys) == set()
    found = taxonomy.load((root / "taxonomy.yaml").read_text())
    assert isinstance(found, Taxonomy)
    assert [(each.id, each.title) for each in found.categories.values()] == [("data", "Data")]


def test_commit_makes_one_of_these_files_alone(
    make_repo: MakeRepo, git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_repo({"a.txt": "a", "b.txt": "b"})
    (root / "a.txt").write_text("staged")
    git(root, "add", "a.txt")
    (root / "b.txt").write_text("not staged")
    (root / "c.txt").write_text("new")
    assert main(["init", str(root), "--commit"]) == 0
    assert git(root, "show", "--format=%s", "--name-only").splitlines() == [
        SUBJECT,
        "",
        *sorted(FILES),
    ]
    assert git(root, "status", "--porcelain").splitlines() == ["M  a.txt", " M b.txt", "?? c.txt"]
    assert "init --commit" not in capsys.readouterr().out


def test_commit_after_a_run_without_it(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo({"a.txt": "a"})
    assert main(["init", str(root)]) == 0
    assert main(["init", str(root), "--commit"]) == 0
    assert git(root, "log", "--format=%s").splitlines() == [SUBJECT, "first"]
    assert git(root, "status", "--porcelain") == ""


def test_commit_works_on_an_unborn_branch_and_on_a_detached_head(
    make_repo: MakeRepo, git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_repo({})
    assert main(["init", str(root), "--commit"]) == 0
    git(root, "rm", "--quiet", "taxonomy.yaml")
    git(root, "commit", "--quiet", "-m", "gone")
    git(root, "checkout", "--quiet", "--detach")
    capsys.readouterr()
    assert main(["init", str(root), "--commit"]) == 0
    assert " on a detached HEAD: " in capsys.readouterr().out
    assert git(root, "show", "--format=", "--name-only") == "taxonomy.yaml"


def test_commit_runs_the_hooks_of_the_user_and_says_what_they_refuse(
    make_repo: MakeRepo, git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_repo({"a.txt": "a"})
    hook = root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho not on Sundays >&2\nexit 1\n")
    hook.chmod(0o755)
    assert main(["init", str(root), "--commit"]) == 2
    err = capsys.readouterr().err
    assert "not on Sundays" in err
    assert f"to commit them: skillrepo init --commit {root}" in err
    assert git(root, "log", "--format=%s") == "first"
    hook.unlink()
    assert main(["init", str(root), "--commit"]) == 0


def test_a_missing_identity_is_said_once_the_files_are_there(
    tmp_path: Path, git_env: Path, git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    (git_env / ".gitconfig").write_text("[user]\n\tuseConfigOnly = true\n")
    assert main(["init", str(tmp_path / "new")]) == 2
    err = capsys.readouterr().err
    assert "git does not know whose commit this is" in err
    assert "skillrepo init --commit" in err
    assert sorted(git(tmp_path / "new", "ls-files", "-co").splitlines()) == sorted(FILES)


def test_twice_changes_nothing_and_says_so(
    tmp_path: Path, git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", str(tmp_path)]) == 0
    before = {path: (tmp_path / path).stat() for path in FILES}
    capsys.readouterr()
    for options in ([], ["--commit"], ["--force", "--commit"]):
        assert main(["init", str(tmp_path), *options]) == 0
        out = capsys.readouterr().out
        assert out.startswith(f"Nothing to do in {tmp_path}: ")
        assert out.count("unchanged") == len(FILES)
    assert {path: (tmp_path / path).stat() for path in FILES} == before
    assert git(tmp_path, "log", "--format=%s") == SUBJECT


def test_files_that_are_there_are_kept_and_what_to_add_is_said(
    make_repo: MakeRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    existing = {
        "taxonomy.yaml": "version: 1\ncategories: {}\n",
        "skillrepo.yaml": "profile: spec\n",
        ".pre-commit-config.yaml": "repos: []\n",
        FILES[3]: "on: push\n",
        "skills/a/SKILL.md": skill("a"),
    }
    root = make_repo(existing)
    assert main(["init", str(root), "--commit"]) == 0
    assert {path: (root / path).read_text() for path in existing} == existing
    out = capsys.readouterr().out
    assert out.startswith("Nothing to do")
    assert out.count("  kept  ") == 4
    assert "add to it, below `repos:`\n" in out
    assert f'- repo: "{PROJECT_URL}"\n' in out
    assert "- id: skillrepo-validate\n" in out
    assert '"$RUNNER_TEMP/skillrepo/bin/skillrepo" validate --format github --base "$BASE"' in out
    assert "--force replaces them\n" in out
    assert main(["init", str(root), "--force"]) == 0
    out = capsys.readouterr().out
    assert out.count("  replaced ") == 4
    assert yaml_text.load((root / "taxonomy.yaml").read_text()).value["root"] == "skills"


def test_a_kept_configuration_that_has_the_hook_needs_nothing(
    make_repo: MakeRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_repo(
        {".pre-commit-config.yaml": "repos: # skillrepo-validate\n", FILES[3]: "skillrepo"}
    )
    assert main(["init", str(root)]) == 0
    out = capsys.readouterr().out
    assert out.count("  kept  ") == 2
    assert "add to" not in out


def test_what_kept_settings_exclude_is_no_skill_and_what_they_do_not_is_named(
    make_repo: MakeRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_repo(
        {
            "skillrepo.yaml": "exclude: [old]\n",
            "old/deep/a/SKILL.md": skill("a"),
            "skills/b/SKILL.md": skill("b"),
            ".claude/skills/b/SKILL.md": skill("b"),
        }
    )
    assert main(["init", str(root)]) == 0
    out = capsys.readouterr().out
    assert "skills with a place in taxonomy.yaml: 1\n" in out
    assert "            add to it:\n            exclude:\n" in out
    assert "              - .claude\n" in out
    assert "left out by" not in out
    assert yaml_text.load((root / "taxonomy.yaml").read_text()).value["root"] == "skills"


def test_copies_templates_and_links_are_left_out(
    make_repo: MakeRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_repo(
        {
            "skills/data/pdf-merge/SKILL.md": skill("pdf-merge"),
            ".claude/skills/pdf-merge/SKILL.md": skill("pdf-merge"),
            "template/SKILL.md": skill("template"),
            "top/SKILL.md": skill("top"),
            ".gitignore": "ignored/\n",
            "ignored/x/y/SKILL.md": skill("y"),
        }
    )
    (root / "skills/data/linked").symlink_to("pdf-merge")
    (root / "other").mkdir()
    (root / "other/SKILL.md").symlink_to("../top/SKILL.md")
    assert main(["init", str(root)]) == 0
    out = capsys.readouterr().out
    assert "left out by skillrepo.yaml: .claude (it holds what a tool installed)\n" in out
    loaded = settings.load((root / "skillrepo.yaml").read_text())
    assert loaded.exclude == (".claude", "template", "top/SKILL.md")
    assert findings(root, capsys) == set()


def test_a_repository_that_is_one_skill_is_refused_and_left_as_it_is(
    make_repo: MakeRepo, git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_repo({"SKILL.md": skill("repo")})
    assert main(["init", str(root)]) == 2
    assert "SKILL.md: it is the whole repository" in capsys.readouterr().err
    assert git(root, "status", "--porcelain") == ""


def test_settings_that_cannot_be_read_are_said_and_force_replaces_them(
    make_repo: MakeRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_repo({"skillrepo.yaml": "profil: house\n", "skills/a/SKILL.md": skill("a")})
    assert main(["init", str(root)]) == 2
    assert "skillrepo.yaml:1: " in capsys.readouterr().err
    assert not (root / "taxonomy.yaml").exists()
    assert main(["init", str(root), "--force"]) == 0


@pytest.mark.parametrize("branch", ["feature/x", "release#1"])
def test_the_workflow_runs_on_the_default_branch(
    make_repo: MakeRepo, git: Git, branch: str
) -> None:
    root = make_repo({"a.txt": "a"})
    git(root, "checkout", "--quiet", "-b", "work")
    assert main(["init", str(root)]) == 0
    assert 'branches: ["main"]' in (root / FILES[3]).read_text()
    # A repository whose default is unknown: the branch at hand, or all where it has an odd name.
    git(root, "branch", "--quiet", "-D", "main")
    git(root, "update-ref", f"refs/heads/{branch}", "HEAD")
    git(root, "symbolic-ref", "HEAD", f"refs/heads/{branch}")
    git(root, "config", "--global", "--unset", "init.defaultBranch")
    assert main(["init", str(root), "--force"]) == 0
    expected = branch if branch == "feature/x" else "**"
    assert f'branches: ["{expected}"]' in (root / FILES[3]).read_text()
    git(root, "checkout", "--quiet", "--detach")
    assert main(["init", str(root), "--force"]) == 0
    assert 'branches: ["**"]' in (root / FILES[3]).read_text()


def test_nothing_is_written_through_a_link(
    make_repo: MakeRepo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "victim").write_text("mine")
    root = make_repo({})
    (root / ".github").symlink_to(outside)
    assert main(["init", str(root)]) == 2
    assert ".github is not a folder" in capsys.readouterr().err
    assert not (root / "taxonomy.yaml").exists()
    (root / ".github").unlink()
    (root / "taxonomy.yaml").symlink_to(outside / "victim")
    (root / ".pre-commit-config.yaml").symlink_to(outside / "new")
    assert main(["init", str(root)]) == 0
    assert (root / "taxonomy.yaml").is_symlink()
    assert main(["init", str(root), "--force"]) == 0
    assert not (root / "taxonomy.yaml").is_symlink()
    assert [path.read_text() for path in outside.iterdir()] == ["mine"]


def test_a_folder_in_the_place_of_a_file_is_refused(
    make_repo: MakeRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_repo({".pre-commit-config.yaml/x": ""})
    assert main(["init", str(root), "--force"]) == 2
    assert ".pre-commit-config.yaml is not a file" in capsys.readouterr().err
    assert not (root / "taxonomy.yaml").exists()


def test_no_temporary_file_is_left(tmp_path: Path) -> None:
    assert main(["init", str(tmp_path)]) == 0
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {".git", ".github", *FILES[:3]}
    assert stat.S_IMODE((tmp_path / "taxonomy.yaml").stat().st_mode) == 0o666 & ~umask()


def umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@pytest.mark.parametrize("place", ["file.txt", ".git", ".git/hooks", ".git/new/folder", "sub"])
def test_places_that_cannot_hold_a_repository_are_refused(
    make_repo: MakeRepo, git: Git, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    root = make_repo({"file.txt": "", "sub/file.txt": ""})
    assert main(["init", str(root / place)]) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"error: {root / place} ")
    assert err.count("\n") == 1
    assert git(root, "status", "--porcelain") == ""


def test_a_new_folder_inside_of_a_repository_is_one_of_its_own(
    make_repo: MakeRepo, git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_repo({"file.txt": ""})
    assert main(["init", str(root / "demo")]) == 0
    assert f"note: it lies inside of the git repository {root}\n" in capsys.readouterr().out
    assert git(root / "demo", "log", "--format=%s") == SUBJECT
    assert git(root, "log", "--format=%s") == "first"


def test_a_bare_repository_is_refused(
    tmp_path: Path, git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "x.git")
    for place in ("x.git", "x.git/refs"):
        assert main(["init", str(tmp_path / place)]) == 2
        assert "is in a bare repository; name the folder" in capsys.readouterr().err


def test_a_linked_worktree_is_a_repository(make_repo: MakeRepo, git: Git, tmp_path: Path) -> None:
    root = make_repo({"a.txt": "a"})
    git(root, "worktree", "add", "--quiet", str(tmp_path / "linked"))
    assert main(["init", str(tmp_path / "linked"), "--commit"]) == 0
    assert git(tmp_path / "linked", "log", "--format=%s").splitlines() == [SUBJECT, "first"]
    assert git(root, "log", "--format=%s") == "first"


def test_a_place_below_a_file_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main(["init", str(tmp_path / "file/below")]) == 2
    err = capsys.readouterr().err
    assert "cannot be written: Not a directory" in err
    assert err.count("\n") == 1


def test_the_tool_comes_from_options_before_the_users_configuration(
    tmp_path: Path, git_env: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = git_env / ".config/skillrepo/config.yaml"
    config.parent.mkdir(parents=True)
    config.write_text("tool:\n  address: https://git.example.org/tool.git\n  revision: main\n")
    assert main(["init", str(tmp_path / "a")]) == 0
    text = (tmp_path / "a/.pre-commit-config.yaml").read_text()
    assert '  - repo: "https://git.example.org/tool.git"\n    rev: "main"\n' in text
    workflow = (tmp_path / "a" / FILES[3]).read_text()
    assert 'REQUIREMENT: "git+https://git.example.org/tool.git@main"\n' in workflow
    assert main(["init", str(tmp_path / "b"), "--tool-revision", "v9"]) == 0
    text = (tmp_path / "b/.pre-commit-config.yaml").read_text()
    assert 'rev: "v9"\n' in text
    assert main(["init", str(tmp_path / "c"), "--tool-address", "https://x/$(id)"]) == 2
    assert "the tool's address" in capsys.readouterr().err
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize(
    ("address", "requirement", "schemas"),
    [
        (
            "https://git.example.org:8443/a/b.git",
            "git+https://git.example.org:8443/a/b.git@v1",
            "https://git.example.org:8443/a/b/raw/v1/schemas",
        ),
        (
            "git@github.com:a/b.git",
            "git+ssh://git@github.com/a/b.git@v1",
            "https://github.com/a/b/raw/v1/schemas",
        ),
        (
            "ssh://git@host:22/a/b",
            "git+ssh://git@host:22/a/b@v1",
            "https://host/a/b/raw/v1/schemas",
        ),
        ("/srv/tool", "git+file:///srv/tool@v1", "/srv/tool/schemas"),
        ("file:///srv/tool", "git+file:///srv/tool@v1", "/srv/tool/schemas"),
    ],
)
def test_addresses(address: str, requirement: str, schemas: str) -> None:
    tool = Tool.of(address, "v1")
    assert (tool.address, tool.requirement, tool.schemas) == (address, requirement, schemas)


def test_a_folder_is_meant_from_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Tool.of("tool", None).address == str(tmp_path / "tool")
    monkeypatch.setenv("HOME", "/home/ada")
    assert Tool.of("~/tool", None).address == "/home/ada/tool"


@pytest.mark.parametrize(
    ("address", "revision", "why"),
    [
        ('https://x/"', "v1", "address"),
        ("https://x/y\nz", "v1", "address"),
        ("https://x/y z", "v1", "address"),
        ("/a folder", "v1", "address"),
        ("ext::sh -c id", "v1", "address"),
        ("git@host:/$(id)", "v1", "address"),
        ("https://ada:secret@x/y", "v1", "password"),
        ("https://token@x/y", "v1", "password"),
        ("ssh://ada:secret@x/y", "v1", "password"),
        ("https://x/y", "--upload-pack=id", "revision"),
        ("https://x/y", "v1 v2", "revision"),
        ("https://x/y", "a..b", "revision"),
        ("https://x/y", "v1\n", "revision"),
        ("https://x/y", '"', "revision"),
    ],
)
def test_addresses_and_revisions_that_could_mean_more_are_refused(
    address: str, revision: str, why: str
) -> None:
    with pytest.raises(SkillRepoError, match=f"the tool's .*{why}") as caught:
        Tool.of(address, revision)
    assert "secret" not in str(caught.value)
    assert "token" not in str(caught.value)


def test_init_needs_no_model_and_no_git_library(tmp_path: Path) -> None:
    script = (
        "import sys; from skillrepo.cli import main; assert main(['init', 'new']) == 0;"
        "heavy = {'dspy', 'litellm', 'git'} & set(sys.modules); assert not heavy, heavy"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("asked", "more"),
    [
        ("github", ["grade.yml"]),
        ("github-comment", ["grade-comment.yml", "grade.yml"]),
        ("github-judge", ["grade-comment.yml", "grade-judge.yml", "grade.yml"]),
    ],
)
def test_workflows_that_grade_are_written_where_they_are_wanted(
    asked: str, more: list[str], make_repo: MakeRepo, git: Git
) -> None:
    """Also in a repository that was set up without them, whose files stay."""
    root = make_repo({"a.txt": "a"})
    assert main(["init", str(root), "--commit"]) == 0
    assert main(["init", str(root), "--commit", "--ci", asked]) == 0
    paths = [f".github/workflows/{name}" for name in more]
    assert git(root, "show", "--format=", "--name-only").splitlines() == paths
    for path in paths:
        text = (root / path).read_text()
        extra = "skillrepo[llm] @ " if path.endswith("judge.yml") else ""
        assert f'REQUIREMENT: "{extra}git+{PROJECT_URL}@v{__version__}"' in text
        assert "@BRANCH@" not in text
