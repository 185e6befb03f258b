import shutil
import subprocess
import unicodedata
from pathlib import Path

import pytest
from conftest import FORMATS, Git, MakeRepo
from content_repo import FILES, Run, everything, runner, skill

STABLE = "license: MIT\nmetadata:\n  version: 1.2.0\n  status: stable\n"
DRAFT = "metadata:\n  status: draft\n"
SKILLS = {
    **FILES,
    "LICENSE": "Do what you like.\n",
    "skills/data/pdf-merge/SKILL.md": skill(extra=STABLE),
    "skills/data/pdf-merge/scripts/merge.sh": "pdfunite\n",
    "skills/coding/testing/fix-tests/SKILL.md": skill("fix-tests", extra=STABLE),
    "skills/coding/lint/SKILL.md": skill("lint"),
    "skills/coding/wip/SKILL.md": skill("wip", extra=DRAFT),
    "skills/coding/old/SKILL.md": skill("old", extra=DRAFT.replace("draft", "deprecated")),
    "skills/coding/odd/SKILL.md": skill("odd", extra=DRAFT.replace("draft", "'active'")),
}
NAMES = ["fix-tests", "lint", "pdf-merge"]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    return make_repo(SKILLS)


def commit(root: Path, git: Git, **files: str | None) -> str:
    """Commit files on the branch that is checked out; `__` in a name stands for a slash."""
    for name, text in files.items():
        path = root / name.replace("__", "/")
        if text is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "change")
    return git(root, "rev-parse", "HEAD")


def published(root: Path, git: Git, ref: str = "published") -> list[str]:
    return git(root, "ls-tree", "--name-only", f"{ref}:skills").splitlines()


# The tree.


@pytest.mark.parametrize("options", FORMATS)
def test_the_very_same_subtrees(options: str, make_repo: MakeRepo, run: Run, git: Git) -> None:
    root = make_repo(SKILLS, options=(options,))
    done = run(root, "publish")
    assert (done.code, done.err) == (0, "")
    assert published(root, git) == NAMES
    for name, folder in zip(NAMES, ("coding/testing", "coding", "data"), strict=True):
        here = git(root, "rev-parse", f"published:skills/{name}")
        assert here == git(root, "rev-parse", f"main:skills/{folder}/{name}")
    top = git(root, "ls-tree", "--name-only", "published").splitlines()
    assert top == ["LICENSE", "README.md", "skills"]
    assert git(root, "rev-parse", "published:LICENSE", "main:LICENSE").split("\n")[0] == git(
        root, "rev-parse", "main:LICENSE"
    )
    git(root, "fsck", "--strict")


def test_the_commit(root: Path, run: Run, git: Git) -> None:
    main = git(root, "rev-parse", "main")
    done = run(root, "publish")
    assert git(root, "log", "--format=%P|%B", "published") == (
        "|chore: publish 3 skills\n\n- added fix-tests\n- added lint\n- added pdf-merge\n\n"
        f"Skill-Published-From: {main}\n"
    )
    oid = git(root, "rev-parse", "--short=12", "published")
    assert done.out == (
        "  added     fix-tests\n  added     lint\n  added     pdf-merge\n"
        "  held back skills/coding/odd/SKILL.md (active)\n"
        "  held back skills/coding/old/SKILL.md (deprecated)\n"
        "  held back skills/coding/wip/SKILL.md (draft)\n"
        f"published 3 skills (from main, {main[:12]})\ncommitted {oid} on published\n"
    )
    assert git(root, "reflog", "--format=%gs", "published") == "skillrepo: create"


def test_nothing_to_do(root: Path, run: Run, git: Git) -> None:
    run(root, "publish")
    commit(root, git, README=" ")
    before = everything(root)
    done = run(root, "publish")
    assert done.code == 0
    assert "nothing to do: published has 3 skills (from main, " in done.out
    assert everything(root) == before


def test_the_next_publication_follows_the_last(root: Path, run: Run, git: Git) -> None:
    run(root, "publish")
    first = git(root, "rev-parse", "published")
    git(root, "mv", "skills/coding/lint", "skills/data/lint")
    commit(
        root,
        git,
        **{
            "skills/data/pdf-merge/SKILL.md": skill(extra=STABLE, body="# Other\n\nText.\n"),
            "skills/coding/testing/fix-tests/SKILL.md": skill("fix-tests", extra=DRAFT),
            "skills/coding/wip/SKILL.md": skill("wip"),
        },
    )
    done = run(root, "publish")
    assert (done.code, done.err) == (0, "")
    assert git(root, "rev-parse", "published^") == first
    lines = ["- removed fix-tests", "- changed pdf-merge", "- added wip"]
    assert git(root, "log", "-1", "--format=%b", "published").splitlines()[:3] == lines
    assert published(root, git) == ["lint", "pdf-merge", "wip"]
    assert git(root, "reflog", "--format=%gs", "published").splitlines()[0] == "skillrepo: publish"


def test_all_that_was_published_is_taken_back(root: Path, run: Run, git: Git) -> None:
    run(root, "publish")
    for path in ("data/pdf-merge", "coding/testing/fix-tests", "coding/lint"):
        (root / "skills" / path / "SKILL.md").unlink()
    commit(root, git)
    done = run(root, "publish")
    assert (done.code, done.err) == (0, "")
    assert git(root, "ls-tree", "--name-only", "published").splitlines() == ["LICENSE", "README.md"]
    assert git(root, "cat-file", "blob", "published:README.md").startswith("# Skills\n\n0 [Agent")


def test_no_skill_is_stable_yet(make_repo: MakeRepo, run: Run, git: Git) -> None:
    root = make_repo({**FILES, "skills/data/a/SKILL.md": skill("a", extra=DRAFT)})
    before = everything(root)
    done = run(root, "publish")
    assert done.code == 0
    assert done.out.endswith("nothing to publish: no skill is stable yet\n")
    assert everything(root) == before
    assert git(root, "branch", "--list", "published") == ""


def test_the_readme(make_repo: MakeRepo, run: Run, git: Git) -> None:
    hostile = "A | <img src=x> [x](http://e) `c` *b* @me www.e #1 \u202e ## Use\nwhen"
    files = {
        **FILES,
        "skills/data/a/SKILL.md": skill("a", hostile, extra=STABLE),
        "skills/data/b/SKILL.md": skill("b", extra=STABLE),
    }
    root = make_repo(files)
    run(root, "publish", "--ref", "flat/tree")
    text = git(root, "cat-file", "blob", "flat/tree:README.md")
    assert text == (
        "# Skills\n\n2 [Agent Skills](https://agentskills.io), each in a folder of its own below "
        "`skills/`.\nThis branch is written by `skillrepo publish`, which refuses one changed "
        "by hand.\n\n| name | description | version | address |\n| --- | --- | --- | --- |\n"
        r"| [a](skills/a/SKILL.md) | A \| \<img src=x\> \[x\](http\://e) \`c\` \*b\* \@me www\.e "
        r"\#1 \<U+202E\> \#\# Use when | 1.2.0 | data/a |"
        "\n| [b](skills/b/SKILL.md) | Merges PDF files. Use when PDF files are to become one. | "
        "1.2.0 | data/b |"
    )


def test_a_repository_without_a_taxonomy(make_repo: MakeRepo, run: Run, git: Git) -> None:
    root = make_repo({"deep/er/est/by/a/SKILL.md": skill("a")})
    assert run(root, "publish").code == 0
    assert published(root, git) == ["a"]
    assert "| deep/er/est/by/a |" in git(root, "cat-file", "blob", "published:README.md")


@pytest.mark.parametrize("ref", ["main", "refs/heads/main", "skill/new/a"])
def test_a_branch_of_written_skills_is_refused(ref: str, root: Path, run: Run, git: Git) -> None:
    git(root, "switch", "--quiet", "-c", "other")
    done = run(root, "publish", "--ref", ref)
    assert done.code == 2
    assert "is for skills as they are written: give another branch with --ref" in done.err


def test_what_can_be_mended_is_told(make_repo: MakeRepo, run: Run) -> None:
    root = make_repo({**FILES, "skills/data/a/SKILL.md": skill("a", extra="author: me\n")})
    done = run(root, "publish")
    assert (done.code, "M103" in done.out) == (1, True)
    assert done.out.splitlines()[-1].startswith("next: `skillrepo validate --profile spec --fix`")
    assert run(root, "validate", "--profile", "spec", "--fix").code == 0


def test_json(root: Path, run: Run, git: Git) -> None:
    value = run(root, "publish", "--json").json("publish")
    assert value["commit"] == git(root, "rev-parse", "published")
    assert (value["status"], value["parent"]) == ("published", None)
    assert [each["name"] for each in value["skills"]] == NAMES
    assert value["skills"][2]["tree"] == git(root, "rev-parse", "main:skills/data/pdf-merge")
    assert value["held"][0] == {"path": "skills/coding/odd/SKILL.md", "why": "active"}
    again = run(root, "publish", "--json").json("publish")
    assert (again["status"], again["commit"]) == ("unchanged", None)
    assert again["parent"] == value["commit"]
    assert {each["change"] for each in again["skills"]} == {"unchanged"}


def test_dry_run_changes_nothing_at_all(root: Path, run: Run) -> None:
    before = everything(root)
    done = run(root, "publish", "--dry-run")
    assert done.code == 0
    assert "dry run: 3 skills (from main, " in done.out
    assert run(root, "publish", "--dry-run", "--json").json("publish")["status"] == "dry-run"
    assert everything(root) == before


# What is refused.


def test_an_invalid_skill_refuses_it_all(root: Path, run: Run, git: Git) -> None:
    commit(
        root,
        git,
        **{
            "skills/data/bad/SKILL.md": skill("other"),
            "skills/data/worse/SKILL.md": "no frontmatter",
            "skills/data/draft/SKILL.md": skill("another", extra=DRAFT),
        },
    )
    before = everything(root)
    done = run(root, "publish")
    assert done.code == 1
    assert "skills/data/bad/SKILL.md:2:7: error M102 name-matches-folder" in done.out
    assert "skills/data/worse/SKILL.md:1:1: error D102" in done.out
    assert "another" not in done.out
    assert done.out.endswith(
        "nothing was published: mend these, or let `metadata.status` be `draft`\n"
    )
    value = run(root, "publish", "--json").json("publish")
    assert (value["status"], len(value["gate"]["findings"])) == ("refused", 2)
    assert everything(root) == before


@pytest.mark.parametrize(
    ("names", "key"),
    [
        (("lint", "coding/lint", "data/lint"), "lint"),
        (("ﬁx", "coding/ﬁx", "data/fix"), "fix"),
    ],
)
def test_names_that_collide(
    names: tuple[str, str, str], key: str, make_repo: MakeRepo, run: Run
) -> None:
    _, one, two = names
    files = {
        f"skills/{path}/SKILL.md": skill(unicodedata.normalize("NFKC", path.rpartition("/")[2]))
        for path in (one, two)
    }
    root = make_repo({**FILES, **files})
    before = everything(root)
    done = run(root, "publish")
    assert (done.code, done.out) == (2, "")
    assert f"`skills/{one}` and `skills/{two}` would both be installed as `{key}`" in done.err
    assert everything(root) == before


def test_names_that_differ_in_case_alone(make_repo: MakeRepo, run: Run) -> None:
    files = {f"skills/{path}/SKILL.md": skill("lint") for path in ("coding/lint", "data/Lint")}
    done = run(make_repo({**FILES, **files}), "publish")
    assert done.code == 2
    assert "would both be installed as `lint`" in done.err


def test_a_skill_in_the_folder_of_another(root: Path, run: Run, git: Git) -> None:
    commit(root, git, **{"skills/data/pdf-merge/inner/SKILL.md": skill("inner", extra=DRAFT)})
    done = run(root, "publish")
    assert done.code == 2
    assert "`skills/data/pdf-merge/inner` lies in the skill `skills/data/pdf-merge`" in done.err
    commit(root, git, **{"skillrepo.yaml": "version: 1\nexclude: ['**/inner/**']\n"})
    done = run(root, "publish")
    assert done.code == 0
    assert "note: `gh skill` takes `skills/pdf-merge/inner` for a skill, too" in done.out


def test_a_skill_in_the_root(make_repo: MakeRepo, run: Run) -> None:
    done = run(make_repo({"SKILL.md": skill("repo")}), "publish")
    assert done.code == 2
    assert "the SKILL.md in the root of the repository cannot be published" in done.err


def test_a_rule_that_is_off_publishes_nothing_invalid(root: Path, run: Run, git: Git) -> None:
    commit(
        root,
        git,
        **{
            "skillrepo.yaml": "version: 1\nrules: {M101: 'off'}\n",
            "skills/data/bad/SKILL.md": "---\nname: bad\n---\n\n# Bad\n",
        },
    )
    done = run(root, "publish")
    assert done.code == 0
    assert "held back skills/data/bad/SKILL.md (breaks the specification)" in done.out
    assert published(root, git) == NAMES


def test_a_link_is_no_skill(root: Path, run: Run, git: Git) -> None:
    (root / "skills/data/link").mkdir()
    (root / "skills/data/link/SKILL.md").symlink_to("../pdf-merge/SKILL.md")
    commit(root, git)
    assert run(root, "publish").code == 0
    assert published(root, git) == NAMES


def test_a_branch_that_is_none_of_ours(root: Path, run: Run, git: Git) -> None:
    git(root, "branch", "published")
    before = everything(root)
    done = run(root, "publish")
    assert done.code == 2
    assert "ends in a commit that `skillrepo publish` did not make" in done.err
    assert "git branch -m published OTHER-NAME" in done.err
    assert everything(root) == before


def test_a_branch_that_somebody_committed_on(root: Path, run: Run, git: Git) -> None:
    run(root, "publish")
    git(root, "switch", "--quiet", "published")
    commit(root, git, mine="x")
    git(root, "switch", "--quiet", "main")
    assert "did not make" in run(root, "publish").err


def test_a_branch_that_is_checked_out(root: Path, run: Run, git: Git) -> None:
    run(root, "publish")
    git(root, "worktree", "add", "--quiet", str(root.parent / "flat"), "published")
    done = run(root, "publish")
    assert done.code == 2
    assert "the branch `published` is checked out in " in done.err


def test_what_is_older_than_the_last(root: Path, run: Run, git: Git) -> None:
    first = git(root, "rev-parse", "HEAD")
    commit(root, git, README="x")
    run(root, "publish")
    git(root, "reset", "--quiet", "--hard", first)
    done = run(root, "publish")
    assert done.code == 2
    assert "which is newer than main here" in done.err


def test_a_repository_without_a_commit(make_repo: MakeRepo, run: Run) -> None:
    assert "there is no commit yet" in run(make_repo({}), "publish").err


@pytest.mark.parametrize("options", [("--remote", "origin"), ("--push", "--dry-run"), ("--ref",)])
def test_options_that_contradict_each_other(options: tuple[str, ...], root: Path, run: Run) -> None:
    done = run(root, "publish", *options)
    assert done.code == 2
    assert "Error: " in done.err


@pytest.mark.parametrize("ref", ["-x", "../x", "a b", "", "A"])
def test_a_ref_that_is_no_name(ref: str, root: Path, run: Run) -> None:
    done = run(root, "publish", f"--ref={ref}")
    assert done.code == 2
    assert "is no name for a branch" in done.err


# Where it works.


def test_a_bare_repository(root: Path, tmp_path: Path, run: Run, git: Git) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(root), "bare.git")
    assert run(tmp_path / "bare.git", "publish").code == 0
    assert published(tmp_path / "bare.git", git) == NAMES


def test_a_partial_clone_needs_no_other_blob(
    root: Path, tmp_path: Path, run: Run, git: Git
) -> None:
    git(root, "config", "uploadpack.allowFilter", "true")
    git(root, "config", "uploadpack.allowAnySHA1InWant", "true")
    clone = tmp_path / "partial.git"
    git(tmp_path, "clone", "--quiet", "--bare", "--filter=blob:none", f"file://{root}", str(clone))
    done = run(clone, "publish")
    assert done.code == 2
    assert "not in this partial clone" in done.err
    for path in git(root, "ls-files", "*/SKILL.md").splitlines():
        git(clone, "cat-file", "blob", f"main:{path}")
    git(clone, "cat-file", "blob", "main:taxonomy.yaml")
    missing = git(clone, "rev-list", "--objects", "--missing=print", "main").count("\n?")
    assert run(clone, "publish").code == 0
    assert published(clone, git) == NAMES
    now = git(clone, "rev-list", "--objects", "--missing=print", "main").count("\n?")
    assert now == missing > 1


def test_push(root: Path, tmp_path: Path, run: Run, git: Git) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "remote.git")
    git(root, "remote", "add", "origin", str(tmp_path / "remote.git"))
    done = run(root, "publish", "--push")
    assert done.out.endswith("pushed published to origin (created)\n")
    value = run(root, "publish", "--push", "--json").json("publish")
    assert value["pushed"] == {"remote": "origin", "pushed": "unchanged"}
    assert published(tmp_path / "remote.git", git) == NAMES


def test_a_clone_goes_on_where_the_remote_is(
    root: Path, tmp_path: Path, run: Run, git: Git
) -> None:
    run(root, "publish")
    first = git(root, "rev-parse", "published")
    git(tmp_path, "clone", "--quiet", str(root), "clone")
    clone = tmp_path / "clone"
    done = run(clone, "publish")
    assert "nothing to do" in done.out
    assert git(clone, "rev-parse", "published") == first
    git(clone, "branch", "--quiet", "-D", "published")
    commit(clone, git, **{"skills/coding/wip/SKILL.md": skill("wip")})
    run(clone, "publish", "--push")
    assert git(clone, "rev-parse", "published^") == first
    assert git(root, "rev-parse", "published") == git(clone, "rev-parse", "published")
    # Here it is behind, and there are others who publish.
    git(clone, "update-ref", "refs/heads/published", first)
    commit(clone, git, **{"skills/coding/old/SKILL.md": skill("old")})
    assert run(clone, "publish").code == 0
    assert git(clone, "rev-parse", "published^") == git(root, "rev-parse", "published")
    git(clone, "update-ref", "-d", "refs/heads/published")
    git(clone, "update-ref", "-d", "refs/remotes/origin/published")
    run(clone, "publish")
    git(clone, "fetch", "--quiet")
    done = run(clone, "publish")
    assert done.code == 2
    assert "have gone apart: give up the one here with `git branch -D published`" in done.err


# Real clients.


def _client(name: str) -> str:
    program = shutil.which(name)
    if program is None:
        pytest.skip(f"{name} is not on PATH")
    return program


@pytest.fixture
def flat(root: Path, run: Run, git: Git) -> Path:
    """The published tree, checked out, of a repository whose own tree installers do not see."""
    git(root, "mv", "skills", "library")
    text = (root / "taxonomy.yaml").read_text()
    commit(root, git, **{"taxonomy.yaml": f"root: library/all/of/them\n{text}"})
    (root / "library/all/of").mkdir(parents=True)
    git(root, "mv", "library/coding", "library/data", "library/all/of")
    (root / "library/all/of/them").mkdir()
    git(root, "mv", "library/all/of/coding", "library/all/of/data", "library/all/of/them")
    commit(root, git)
    assert run(root, "publish").code == 0
    git(root, "worktree", "add", "--quiet", str(root.parent / "flat"), "published")
    return root.parent / "flat"


def test_gh_skill_finds_just_these(flat: Path) -> None:
    gh = _client("gh")
    known = subprocess.run([gh, "skill", "--help"], capture_output=True, check=False)
    if known.returncode:
        pytest.skip("this gh has no `gh skill`")
    done = subprocess.run(
        [gh, "skill", "publish", "--dry-run"], cwd=flat, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "error" not in done.stdout
    listed = subprocess.run(
        [gh, "skill", "install", ".", "--from-local"],
        cwd=flat,
        capture_output=True,
        text=True,
        check=True,
    )
    assert [line.partition("\t")[0] for line in listed.stdout.splitlines()] == NAMES


def test_npx_skills_finds_just_these(flat: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    skills = _client("skills")
    monkeypatch.setenv("DISABLE_TELEMETRY", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    listed = subprocess.run(
        [skills, "add", str(flat), "--list"], capture_output=True, text=True, check=True
    )
    names = [line.removeprefix("│").strip() for line in listed.stdout.splitlines()]
    assert [name for name in names if name in {*NAMES, "wip", "old", "odd"}] == NAMES
    assert f"Found {len(NAMES)} skills" in listed.stdout
