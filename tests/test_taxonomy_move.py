"""`skillrepo taxonomy mv`, on real repositories: on a branch, and with --here."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import FORMATS, Git, MakeRepo
from content_repo import Run, everything, runner, skill, snapshot
from user_states import STATES

TAXONOMY = """\
version: 1
categories:
  # Programming.
  technical:
    title: Technical
    children:
      python:
        title: Python
        owners: ["@py"]
        children:
          web:
            title: Web
  lang:
    title: Languages
  data:
    title: Data   # tables too
    aliases: [documents]
"""
PYTHON = "skills/technical/python"
FILES = {
    "taxonomy.yaml": TAXONOMY,
    "README.md": f"# Skills\n\n[t]({PYTHON}/typing/SKILL.md#a) [p](/skills/data/pdf-merge/)\n",
    ".github/CODEOWNERS": f"* @all\n/{PYTHON}/ @py\n/{PYTHON}-like/ @other\n",
    f"{PYTHON}/typing/SKILL.md": skill(
        "typing",
        body="# A\n\n[csv](../../../data/csv/SKILL.md), [deco](../deco/SKILL.md) and "
        "[a](references/a.md)\n",
        extra="metadata:\n  requires: pdf-merge deco\n",
    ),
    f"{PYTHON}/typing/references/a.md": "[up](../../../../../README.md)\n",
    f"{PYTHON}/typing/scripts/run.sh": "echo\n",
    f"{PYTHON}/deco/SKILL.md": skill("deco"),
    f"{PYTHON}/web/flask-app/SKILL.md": skill("flask-app"),
    "skills/data/csv/SKILL.md": skill(
        "csv", body="# A\n\nSee [typing][t].\n\n[t]: ../../technical/python/typing/SKILL.md 'x'\n"
    ),
    "skills/data/pdf-merge/SKILL.md": skill(extra='metadata:\n  version: "1.2.0"\n'),
}
CATEGORY = ("taxonomy", "mv", "technical/python", "lang/python")
SKILL = ("taxonomy", "mv", "data/pdf-merge", "lang/pdf-join")
BRANCH = "skill/move/python"


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    return make_repo(FILES)


def show(root: Path, git: Git, rev: str, path: str) -> str:
    return git(root, "show", f"{rev}:{path}")


def commit(root: Path, git: Git, message: str = "more") -> str:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", message)
    return git(root, "rev-parse", "HEAD")


# On a branch.


@pytest.mark.parametrize("options", FORMATS)
def test_category(options: str, make_repo: MakeRepo, run: Run, git: Git) -> None:
    root = make_repo(FILES, options=(options,))
    (root / PYTHON / "typing/scripts/run.sh").chmod(0o755)
    (root / PYTHON / "typing/link.md").symlink_to("references/a.md")
    base = commit(root, git)
    before = snapshot(root, written="skill/move/")
    done = run(root, *CATEGORY)
    assert (done.code, done.err) == (0, "")
    assert snapshot(root, written="skill/move/") == before
    assert git(root, "rev-parse", f"{BRANCH}^") == base
    # What does not change inside is the very same object.
    for folder in ("python/deco", "python/web", "python/typing/scripts"):
        pair = git(
            root, "rev-parse", f"{base}:skills/technical/{folder}", f"{BRANCH}:skills/lang/{folder}"
        )
        assert len(set(pair.split())) == 1
    assert git(root, "ls-tree", "--name-only", f"{BRANCH}:skills").split() == ["data", "lang"]
    listed = git(root, "ls-tree", "-r", BRANCH, "skills/lang/python/typing")
    assert {line[:6] for line in listed.splitlines()} == {"100644", "100755", "120000"}
    assert show(root, git, BRANCH, "taxonomy.yaml") == TAXONOMY.replace(
        TAXONOMY[TAXONOMY.index("    children:\n      python") : TAXONOMY.index("  lang:")], ""
    ).replace(
        "    title: Languages\n",
        "    title: Languages\n    children:\n      python:\n        title: Python\n"
        '        owners: ["@py"]\n        aliases: [technical/python]\n        children:\n'
        "          web:\n            title: Web\n",
    ).rstrip("\n")
    assert show(root, git, BRANCH, "README.md") == FILES["README.md"].replace(
        "technical", "lang"
    ).rstrip("\n")
    assert show(root, git, BRANCH, ".github/CODEOWNERS").splitlines() == [
        *("* @all", "/skills/lang/python/ @py", f"/{PYTHON}-like/ @other"),
    ]
    assert "[t]: ../../lang/python/typing/SKILL.md 'x'" in show(
        root, git, BRANCH, "skills/data/csv/SKILL.md"
    )
    message = git(root, "log", "-1", "--format=%B", BRANCH)
    assert message.startswith("refactor(taxonomy): move technical/python to lang/python\n\n")
    assert "- README.md: 1 link\n" in message
    assert git(root, "log", "-1", "--format=%(trailers:only)", BRANCH).split("\n")[:2] == [
        *("Skill-Category: lang/python", "Skill-Moved-From: technical/python"),
    ]
    git(root, "fsck", "--strict")
    git(root, "switch", "--quiet", BRANCH)
    assert run(root, "validate", "--select", "T,L101,L103").code == 0


def test_links_out_of_what_is_moved(root: Path, run: Run, git: Git) -> None:
    assert run(root, "taxonomy", "mv", "technical/python/typing", "data/typing").code == 0
    branch = "skill/move/typing"
    text = show(root, git, branch, "skills/data/typing/SKILL.md")
    assert (
        "[csv](../csv/SKILL.md), [deco](../../technical/python/deco/SKILL.md) and "
        "[a](references/a.md)" in text
    )
    assert show(root, git, branch, "skills/data/typing/references/a.md") == (
        "[up](../../../../README.md)"
    )
    assert "[t]: ../typing/SKILL.md 'x'" in show(root, git, branch, "skills/data/csv/SKILL.md")
    message = git(root, "log", "-1", "--format=%B", branch)
    assert message.startswith("refactor(typing): move technical/python/typing to data/typing\n")
    assert "\nSkill: data/typing\nSkill-Moved-From: technical/python/typing\n" in message
    # A category's alias is for categories.
    assert show(root, git, branch, "taxonomy.yaml") == TAXONOMY.rstrip("\n")


def test_skill_gets_another_name(root: Path, run: Run, git: Git) -> None:
    done = run(root, *SKILL, "--why", "That is what\x1b people [skip ci] say.", "--json")
    shape = done.json("taxonomy-mv")
    assert (shape["status"], shape["kind"], shape["branch"]) == (
        *("moved", "skill", "skill/move/pdf-join"),
    )
    assert shape["skills"] == [{"old": "data/pdf-merge", "new": "lang/pdf-join"}]
    rev = shape["commit"]
    assert git(root, "rev-parse", "skill/move/pdf-join") == rev
    text = show(root, git, rev, "skills/lang/pdf-join/SKILL.md")
    assert text.startswith("---\nname: pdf-join\n")
    assert 'version: "2.0.0"' in text
    assert "requires: pdf-join deco" in show(root, git, rev, f"{PYTHON}/typing/SKILL.md")
    assert "[p](/skills/lang/pdf-join/)" in show(root, git, rev, "README.md")
    message = git(root, "log", "-1", "--format=%B", rev)
    assert message.startswith("refactor(pdf-join)!: move data/pdf-merge to lang/pdf-join\n\n")
    assert "people (skip ci) say." in message
    assert "\x1b" not in message


def test_there_and_back(root: Path, run: Run, git: Git) -> None:
    assert run(root, *CATEGORY).code == 0
    back = ("taxonomy", "mv", "lang/python", "technical/python", "--base", BRANCH)
    assert "promote it" in run(root, *back).err
    git(root, "branch", "--move", BRANCH, "there")
    assert run(root, *back[:-1], "there").code == 0
    text = show(root, git, BRANCH, "taxonomy.yaml")
    assert "aliases: [lang/python]" in text
    assert "technical/python" not in text
    assert git(root, "diff", "--name-only", "main", BRANCH) == "taxonomy.yaml"


def test_category_without_a_folder(root: Path, run: Run, git: Git) -> None:
    text = TAXONOMY.replace("title: Languages", "title: Languages\n    children: {}")
    (root / "taxonomy.yaml").write_text(text)
    commit(root, git)
    assert run(root, "taxonomy", "mv", "lang", "languages").code == 0
    assert git(root, "diff", "--name-only", "main", "skill/move/languages") == "taxonomy.yaml"
    assert run(root, "taxonomy", "mv", "data", "langs/data").code == 2


TOO_LONG = f"compatibility: {'x' * 501}\n"
"""M101 says so in both profiles."""


def test_settings_and_known_findings_move_along(root: Path, run: Run, git: Git) -> None:
    (root / PYTHON / "deco/SKILL.md").write_text(skill("deco", extra=TOO_LONG))
    (root / PYTHON / "typing/SKILL.md").write_text(skill("typing", body="# A\n\n[x](gone.md)\n"))
    settings = (
        "version: 1\nignore:\n  - rule: M101\n    skill: 'technical/python/deco' # why\n"
        "    reason: written later\n"
    )
    (root / "skillrepo.yaml").write_text(settings)
    (root / "skills/data/csv/SKILL.md").write_text(skill("csv"))
    assert run(root, "validate", "--write-baseline").code == 0
    commit(root, git)
    assert run(root, "validate", "--select", "M,L").code == 0
    assert run(root, *CATEGORY).code == 0
    assert show(root, git, BRANCH, "skillrepo.yaml") == settings.replace(
        "'technical/python/deco'", "lang/python/deco"
    ).rstrip("\n")
    assert "gate passes" in run(root, "drafts").out
    assert run(root, "promote", BRANCH).code == 0
    assert run(root, "validate", "--select", "M,L").code == 0


def test_comment_that_ignores_counts_where_its_skill_was_moved(
    root: Path, run: Run, git: Git
) -> None:
    comment = "<!-- skillrepo-ignore-file M101: agreed -->\n"
    broken = {
        name: skill(name, body=f"# A\n\n{comment}", extra=TOO_LONG) for name in ("deco", "csv")
    }
    (root / PYTHON / "deco/SKILL.md").write_text(broken["deco"])
    (root / "skills/data/csv/SKILL.md").write_text(broken["csv"])
    commit(root, git)
    assert run(root, "validate", "--profile", "spec").code == 0
    assert run(root, *CATEGORY).code == 0
    assert run(root, "taxonomy", "mv", "csv", "data/tables").code == 0
    assert run(root, *SKILL).code == 0
    assert run(root, "drafts").out.count("gate passes") == 3
    git(root, "switch", "--quiet", BRANCH)
    assert run(root, "validate", "--profile", "spec", "--base", "main").code == 0
    git(root, "switch", "--quiet", "main")
    git(root, "branch", "old")
    for branch in (BRANCH, "skill/move/tables"):
        assert run(root, "promote", branch, "--into", "old").code == 0
        git(root, "branch", "--force", "old", "main")
    # One that comes with the move excuses nothing.
    git(root, "switch", "--quiet", "skill/move/pdf-join")
    (root / "skills/lang/pdf-join/SKILL.md").write_text(
        broken["csv"].replace("name: csv", "name: pdf-join")
    )
    commit(root, git)
    git(root, "switch", "--quiet", "main")
    assert run(root, "promote", "skill/move/pdf-join").code == 1


def test_dry_run_writes_nothing(root: Path, run: Run) -> None:
    before = everything(root)
    done = run(root, *CATEGORY, "--dry-run")
    assert done.code == 0
    assert "  edits README.md: 1 link\n" in done.out
    assert done.out.endswith("dry run: nothing was written\n")
    shape = run(root, *CATEGORY, "--dry-run", "--json").json("taxonomy-mv")
    assert (shape["status"], shape["branch"], shape["commit"]) == ("dry-run", None, None)
    assert [each["path"] for each in shape["edits"]] == [
        *(".github/CODEOWNERS", "README.md", "skills/data/csv/SKILL.md", "taxonomy.yaml"),
    ]
    assert run(root, *CATEGORY, "--dry-run", "--here").code == 0
    assert everything(root) == before


def test_what_breaks_is_refused(root: Path, run: Run, git: Git) -> None:
    # A name that cannot be written in the frontmatter would no longer be that of the folder.
    text = skill().replace("name: pdf-merge", "name: >-\n  pdf-merge")
    (root / "skills/data/pdf-merge/SKILL.md").write_text(text)
    commit(root, git)
    before = everything(root)
    done = run(root, *SKILL)
    assert done.code == 1
    assert "skills/lang/pdf-join/SKILL.md:2:" in done.out
    assert "M102" in done.out
    assert done.out.endswith("brings these errors: nothing was moved\n")
    shape = run(root, *SKILL, "--json").json("taxonomy-mv")
    assert (shape["status"], shape["commit"]) == ("refused", None)
    assert [each["code"] for each in shape["gate"]["findings"]] == ["M102"]
    assert everything(root) == before


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("technical/pyton", "x", "did you mean technical/python?"),
        ("pdf-merg", "x", "did you mean pdf-merge?"),
        ("lang/typing", "x", "did you mean technical/python/typing?"),
        ("documents", "x", "did you mean data?"),
        ("documents/csv", "x", "did you mean data/csv?"),
        ("no\x1b-such", "x", r"no skill 'no\x1b-such'"),
        ("data", "lang", "there is a category lang already"),
        ("data", "data", "there is nothing to do"),
        ("data", "data/inner", "lies below data"),
        ("technical", "lang/technical", "4 categories deep"),
        ("data/csv", "lang", "is a category: to put the skill into it, write lang/csv"),
        ("data/csv", "lang/", "is a category: to put the skill into it, write lang/csv"),
        ("data/csv", "csv", "write CATEGORY/csv"),
        ("data/csv", "lang/typing", "the name typing is taken by skills/technical/python/typing"),
        ("data/csv", "documents/csv", "it is now data, so write data/csv"),
        ("data/csv", "nowhere/csv", "add it first: skillrepo taxonomy add nowhere --purpose"),
        ("data/csv", "lng/csv", "did you mean lang/csv?"),
        ("data/csv", "lang/CSV", "is no name for a skill"),
        ("data", "nowhere/data", "skillrepo taxonomy add nowhere"),
        ("lang", "documents", "is the former address of data"),
        ("lang", "Data", "are the same where case does not count"),
        ("lang", "Lang", "are the same where case does not count"),
        ("lang", "../lang", "a part that is `.` or `..`"),
        ("lang", "a//b", "has an empty part"),
        ("lang", "", "the path is empty"),
        ("lang", "x\ny", "an invisible character"),
        ("lang", "data/-x", "begins with `-`"),
        ("lang", ".git", "git or Windows reads as `.git`"),
        ("../../etc", "x", "there is no category and no skill '../../etc'"),
    ],
)
def test_refusals(old: str, new: str, why: str, root: Path, run: Run) -> None:
    before = everything(root)
    done = run(root, "taxonomy", "mv", old, new)
    assert done.code == 2, done.out
    assert why in done.err
    assert done.err.startswith("error: ")
    assert done.err.count("\n") == 1
    assert everything(root) == before


def test_old_may_be_a_name_or_a_path(root: Path, run: Run) -> None:
    for old in ("typing", f"./{PYTHON}/typing/"):
        done = run(root, "taxonomy", "mv", old, "skills/data/typing", "--dry-run")
        assert "skill: technical/python/typing → data/typing\n" in done.out


def test_wrong_repositories(root: Path, run: Run, git: Git, tmp_path: Path) -> None:
    git(root, "branch", BRANCH)
    assert "exists: promote it" in run(root, *CATEGORY).err
    git(root, "branch", "--delete", BRANCH)
    git(root, "branch", "skill")
    assert "the branch `skill` is in the way" in run(root, *CATEGORY).err
    git(root, "branch", "--delete", "skill")
    (root / "taxonomy.yaml").write_text("version: 1\ncategories: [x]\n")
    commit(root, git)
    assert "cannot be used" in run(root, *CATEGORY).err
    git(root, "rm", "--quiet", "taxonomy.yaml")
    git(root, "commit", "--quiet", "-m", "x")
    assert "has no taxonomy.yaml" in run(root, *CATEGORY).err
    empty = tmp_path / "empty"
    git(tmp_path, "init", "--quiet", str(empty))
    (empty / "taxonomy.yaml").write_text(TAXONOMY)
    for more in ((), ("--dry-run",)):
        assert "there is no commit yet" in run(empty, *CATEGORY, *more).err
    assert run(tmp_path, *CATEGORY).code == 2


def test_something_in_the_place(root: Path, run: Run, git: Git) -> None:
    (root / "skills/lang/python").mkdir(parents=True)
    (root / "skills/lang/python/note.txt").touch()
    commit(root, git)
    assert "skills/lang/python is there already" in run(root, *CATEGORY).err
    git(root, "mv", "skills/lang/python", "skills/lang/Python")
    git(root, "commit", "--quiet", "-m", "x")
    assert "the same where case does not count" in run(root, *CATEGORY).err
    git(root, "rm", "-r", "--quiet", "skills/lang")
    (root / "skills/lang").touch()
    commit(root, git)
    assert "skills/lang is in the way: it is no folder" in run(root, *CATEGORY).err


def test_bare_repository_and_base(root: Path, run: Run, git: Git, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(root), "bare.git")
    bare = tmp_path / "bare.git"
    assert run(bare, *CATEGORY).code == 0
    assert git(bare, "rev-parse", f"{BRANCH}^") == git(root, "rev-parse", "main")
    assert "leave out --here" in run(bare, *CATEGORY, "--here").err
    first = git(root, "rev-parse", "HEAD")
    (root / "README.md").write_text("later")
    commit(root, git)
    assert run(root, *CATEGORY, "--base", "main~1").code == 0
    assert git(root, "rev-parse", f"{BRANCH}^") == first
    assert run(root, *CATEGORY, "--base", "main", "--here").code == 2


def test_links_that_cannot_be_edited_and_symlinks_are_named(root: Path, run: Run, git: Git) -> None:
    (root / "docs").mkdir()
    (root / "docs/a.md").write_text(f"[x](..\\/{PYTHON}/deco/SKILL.md) `[y](../{PYTHON}/deco)`\n")
    (root / "docs/deco").symlink_to(f"../{PYTHON}/deco")
    commit(root, git)
    done = run(root, *CATEGORY)
    assert done.code == 0
    assert f"note: docs/a.md: the link to '../{PYTHON}/deco/SKILL.md' could not be" in done.out
    assert "note: docs/deco is a symbolic link to" in done.out
    assert git(root, "diff", "--name-only", "main", BRANCH, "docs") == ""


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_user_state_is_untouched(
    state: Callable[[Path, Git], Path], root: Path, run: Run, git: Git, tmp_path: Path
) -> None:
    place = state(root, git)
    roots = [each for each in (root, tmp_path / "linked") if each.exists()]
    before = snapshot(*roots, written="skill/move/")
    done = run(place, *CATEGORY)
    assert (done.code, done.err) == (0, "")
    assert snapshot(*roots, written="skill/move/") == before


def test_partial_clone_that_lacks_a_page(root: Path, run: Run, git: Git, tmp_path: Path) -> None:
    git(root, "config", "uploadpack.allowFilter", "true")
    url = root.as_uri()
    git(tmp_path, "clone", "--quiet", "--filter=blob:none", "--no-checkout", url, "partial")
    partial = tmp_path / "partial"
    git(partial, "restore", "--source=main", "--worktree", "--", "taxonomy.yaml")
    done = run(partial, *CATEGORY)
    assert done.code == 2
    assert "README.md cannot be read here, so links in it would be lost" in done.err
    assert git(partial, "branch", "--list", "skill/*") == ""


def test_kill_leaves_nothing_or_the_branch(root: Path, git: Git) -> None:
    """It is killed at moments spread over its run; git's own child is left to end."""
    command = [sys.executable, "-m", "skillrepo", *CATEGORY]
    start = time.monotonic()
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    length = time.monotonic() - start
    tree = git(root, "rev-parse", f"{BRANCH}^{{tree}}")
    before = snapshot(root, written="skill/move/")
    for moment in range(5):
        git(root, "update-ref", "-d", f"refs/heads/{BRANCH}")
        with subprocess.Popen(
            command, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            try:
                process.wait(length * (0.4 + moment * 0.12))
            except subprocess.TimeoutExpired:
                process.kill()
        if git(root, "branch", "--list", BRANCH):
            assert git(root, "rev-parse", f"{BRANCH}^{{tree}}") == tree
        git(root, "fsck", "--strict")
        now = snapshot(root, written="skill/move/")
        assert {path: now.get(path) for path in before} == before
    if not git(root, "branch", "--list", BRANCH):
        subprocess.run(command, cwd=root, check=True, capture_output=True)
    assert git(root, "rev-parse", f"{BRANCH}^{{tree}}") == tree


# What becomes of the branch.


def test_other_commands_know_the_branch(root: Path, run: Run) -> None:
    assert run(root, *SKILL).code == 0
    assert run(root, *CATEGORY).code == 0
    drafts = {
        each["branch"]: each for each in run(root, "drafts", "--json").json("drafts")["drafts"]
    }
    first, second = drafts["skill/move/pdf-join"], drafts[BRANCH]
    assert (first["kind"], first["address"], first["bump"]) == ("move", "lang/pdf-join", "major")
    assert (second["kind"], second["address"], second["bump"]) == ("move", "lang/python", None)
    assert first["gate"] == second["gate"] == {"errors": 0, "warnings": 0, "infos": 0}
    shown = run(root, "show", "skill/move/pdf-join", "--json").json("show")
    assert shown["address"] == "lang/pdf-join"
    assert [each["skill_version"] for each in shown["versions"]] == ["2.0.0", "1.2.0"]
    assert len(shown["history"]) == 2
    diff = run(root, "diff", "skill/move/pdf-join", "--json").json("diff")
    assert (diff["status"], diff["old_path"]) == ("changed", "skills/data/pdf-merge/SKILL.md")
    assert (diff["bump"], diff["raised_enough"]) == ("major", True)
    for command in ("show", "diff"):
        assert f"{BRANCH} changes a category" in run(root, command, BRANCH).err
    assert run(root, "drop", BRANCH).code == 0
    assert run(root, "promote", "skill/move/pdf-join").code == 0
    assert (root / "skills/lang/pdf-join/SKILL.md").is_file()
    shown = run(root, "show", "pdf-join", "--json").json("show")
    assert len(shown["history"]) == 2


def test_pull_request(root: Path, run: Run, git: Git, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "remote.git")
    git(root, "remote", "add", "origin", str(tmp_path / "remote.git"))
    assert run(root, *CATEGORY).code == 0
    assert run(root, "taxonomy", "add", "more", "--purpose", "More.").code == 0
    for branch, title in (
        (BRANCH, "refactor(taxonomy): move technical/python to lang/python"),
        ("skill/taxonomy/more", "feat(taxonomy): add more"),
    ):
        done = run(root, "pr", branch)
        assert (done.code, done.err) == (0, "")
        folder = root / ".git/skillrepo/pull-requests" / branch.replace("/", "-")
        assert (folder / "title.txt").read_text().strip() == title
        assert "taxonomy.yaml" in (folder / "body.md").read_text()
        assert git(tmp_path / "remote.git", "rev-parse", branch) == git(root, "rev-parse", branch)


def test_promote_of_one_that_is_behind(root: Path, run: Run, git: Git) -> None:
    (root / PYTHON / "typing/scripts/run.sh").chmod(0o755)
    commit(root, git)
    assert run(root, *CATEGORY).code == 0
    (root / "later").touch()
    (root / PYTHON / "new.txt").touch()
    head = commit(root, git)
    done = run(root, "promote", BRANCH)
    assert (done.code, done.err) == (0, "")
    assert git(root, "rev-parse", "main^") == head
    assert git(root, "log", "-1", "--format=%B", "main") == git(
        root, "log", "-1", "--format=%B", BRANCH
    )
    changed = git(root, "diff", "--name-only", BRANCH, "main").splitlines()
    assert changed == ["later", f"{PYTHON}/new.txt"]
    assert git(root, "status", "--porcelain") == ""


def test_promote_where_the_same_has_changed(root: Path, run: Run, git: Git) -> None:
    assert run(root, *CATEGORY).code == 0
    (root / PYTHON / "deco/SKILL.md").write_text(skill("deco", body="# B\n"))
    commit(root, git)
    done = run(root, "promote", BRANCH)
    assert done.code == 2
    assert f"{PYTHON}/deco/SKILL.md has changed since {BRANCH} began; merge it yourself" in done.err


# Here.


def test_here(root: Path, run: Run, git: Git) -> None:
    (root / PYTHON / "typing/scripts/run.sh").chmod(0o755)
    (root / PYTHON / "deco/link").symlink_to("SKILL.md")
    head = commit(root, git)
    assert run(root, *CATEGORY).code == 0
    (root / PYTHON / "untracked.txt").write_text("mine")
    (root / "other.txt").write_text("mine")
    git(root, "add", "other.txt")
    done = run(root, *CATEGORY, "--here")
    assert (done.code, done.err) == (0, "")
    assert "moved in the worktree and the index, not committed" in done.out
    # The index holds just what the branch has, beside what the user had staged.
    git(root, "reset", "--quiet", "other.txt")
    assert git(root, "write-tree") == git(root, "rev-parse", f"{BRANCH}^{{tree}}")
    assert git(root, "diff") == ""
    assert git(root, "rev-parse", "HEAD") == head
    assert (root / "skills/lang/python/untracked.txt").read_text() == "mine"
    assert not (root / "skills/technical").exists()


def test_skill_here_from_a_subfolder(root: Path, run: Run, git: Git) -> None:
    assert run(root / "skills/data", *SKILL, "--here").code == 0
    status = git(root, "status", "--porcelain").splitlines()
    assert sorted(line[:2] for line in status) == ["M ", "M ", "R "]
    assert (root / "skills/lang/pdf-join/SKILL.md").read_text().startswith("---\nname: pdf-join\n")


def test_line_ends_and_filters_here(root: Path, run: Run, git: Git) -> None:
    git(root, "config", "core.autocrlf", "true")
    git(root, "rm", "--cached", "-r", "--quiet", ".")
    git(root, "reset", "--hard", "--quiet")
    assert b"\r\n" in (root / "README.md").read_bytes()
    assert run(root, *CATEGORY).code == 0
    assert run(root, *CATEGORY, "--here").code == 0
    assert (root / "README.md").read_bytes().count(b"\r\n") == 3
    assert git(root, "write-tree") == git(root, "rev-parse", f"{BRANCH}^{{tree}}")


@pytest.mark.parametrize("path", [f"{PYTHON}/deco/SKILL.md", "README.md", "taxonomy.yaml"])
@pytest.mark.parametrize("staged", [False, True])
def test_changes_are_left_alone_here(
    path: str, *, staged: bool, root: Path, run: Run, git: Git
) -> None:
    with (root / path).open("a") as file:
        file.write("\n# more\n")
    if staged:
        git(root, "add", path)
    before = everything(root)
    done = run(root, *CATEGORY, "--here")
    assert done.code == 2
    assert f"{path} changed since the last commit: commit or stash that first" in done.err
    assert everything(root) == before


def test_what_is_in_the_way_here(root: Path, run: Run, git: Git) -> None:
    (root / ".gitignore").write_text("*.tmp\n")
    commit(root, git)
    (root / "skills/lang").mkdir()
    (root / "skills/lang/python").write_text("mine")
    before = everything(root)
    assert "skills/lang/python is there already" in run(root, *CATEGORY, "--here").err
    assert everything(root) == before
    (root / "skills/lang/python").unlink()
    (root / "skills/lang").rmdir()
    (root / ".git/index.lock").touch()
    before = everything(root)
    done = run(root, *CATEGORY, "--here")
    assert done.code == 2
    assert "index.lock` (" in done.err
    assert "keeps git from writing the index: another git command is at work" in done.err
    assert everything(root) == before


def test_what_fails_half_way_is_undone_here(root: Path, run: Run, git: Git) -> None:
    # A clean filter that fails makes `git add` fail, after the files were written.
    (root / ".gitattributes").write_text("README.md filter=broken\n")
    commit(root, git)
    git(root, "config", "filter.broken.required", "true")
    git(root, "config", "filter.broken.clean", "false")
    tree = git(root, "write-tree")
    texts = {path: (root / path).read_bytes() for path in FILES}
    done = run(root, *CATEGORY, "--here")
    assert done.code == 2
    assert git(root, "write-tree") == tree
    assert {path: (root / path).read_bytes() for path in FILES} == texts
    assert not (root / "skills/lang").exists()


def test_submodule_here_and_on_a_branch(root: Path, run: Run, git: Git, tmp_path: Path) -> None:
    library = tmp_path / "library"
    git(tmp_path, "init", "--quiet", "--initial-branch=main", str(library))
    (library / "a").touch()
    commit(library, git)
    allow = ("-c", "protocol.file.allow=always")
    subprocess.run(
        ["git", *allow, "submodule", "--quiet", "add", str(library), f"{PYTHON}/deco/lib"],
        cwd=root,
        check=True,
    )
    commit(root, git)
    assert f"{PYTHON}/deco/lib is a submodule" in run(root, *CATEGORY).err
    assert run(root, *CATEGORY, "--here").code == 0
    assert "path = skills/lang/python/deco/lib" in (root / ".gitmodules").read_text()
    assert git(root, "submodule", "status").split()[1] == "skills/lang/python/deco/lib"
