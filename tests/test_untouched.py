"""No command touches what is the user's, but those that are made for it."""

import json
import os
import re
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from actions_job import job_starter
from conftest import Git, MakeRepo
from content_repo import FILES, Run, content_of, runner, skill
from user_states import EVERY_STATE, bare, deleted, orphan, shallow, unborn

from skillrepo.app import app

HERE = Path(__file__)
AGENT = str(HERE.with_name("agent.py"))
REVISER = str(HERE.with_name("reviser.py"))
RUNNER = str(HERE.with_name("task_runner.py"))
BODY = "# Merging\n\nRun `pdfunite a.pdf b.pdf out.pdf`.\n"
SKILLS = {
    **FILES,
    "skills/data/pdf-merge/SKILL.md": skill(),
    "skills/data/pdf-merge/evals/evals.json": """{"evals": [
        {"prompt": "answer", "assertions": ["The output contains `42`"]}]}""",
    "skills/data/csv-join/SKILL.md": skill(
        "csv-join",
        "Joins CSV files. Use when tables are to be joined.",
        "# CSV\n\nTODO: say more.\n",
    ),
}
NEW, REVISED = "skill/new/wax-seal", "skill/revise/pdf-merge/say-more"
MOVED, ADDED = "skill/move/csv-join", "skill/taxonomy/data-tables"
REVISE = ("revise", "pdf-merge", "Say more in Merging", "--slug", "say-more")

# Each in turn, in one repository: the later ones find what the first have made.
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("new", "Date a wax seal", "--name", "wax-seal", "--at", "data"),
    ("new", "Date a wax seal", "--at", "data", "--dry-run"),
    ("new", "--batch", "{outside}/batch.jsonl"),
    ("new", "Never fits", "--writer", "command", "--", sys.executable, AGENT, "never"),
    (*REVISE, "--writer", "command", "--", sys.executable, REVISER, "out.pdf`.", "out.pdf` now."),
    (*REVISE, "--writer", "command", "--", sys.executable, REVISER, "now.", "now, twice."),
    ("drafts",),
    ("diff", "pdf-merge"),
    ("diff", REVISED),
    ("show", "pdf-merge"),
    ("show", NEW),
    ("list",),
    ("list", "--rev", "main"),
    ("validate",),
    ("validate", "--staged"),
    ("validate", "--rev", NEW),
    ("validate", "--base", "main"),
    ("validate", "--fix", "--dry-run"),
    ("grade",),
    ("grade", "--head", NEW, "--record"),
    ("eval", "pdf-merge", "--head", "main", "--against", "none", "--trials", "1", "--record"),
    ("ci", "grade", "--head", "HEAD"),
    ("judge", "labels", "pdf-merge"),
    ("explain", "S101"),
    ("taxonomy", "tree"),
    ("taxonomy", "check"),
    ("taxonomy", "add", "data/tables", "--purpose", "Rows and columns."),
    ("taxonomy", "mv", "data/csv-join", "coding/csv-join"),
    ("optimize", "collect"),
    ("config", "show"),
    ("doctor",),
    ("schema", "--check", "{ours}/schemas"),
    ("publish", "--dry-run"),
    ("publish",),
    ("publish", "--push"),
    ("new", "Cut a goose quill", "--name", "goose-quill", "--at", "data", "--push"),
    ("pr", NEW),
    ("pr", NEW),
    ("drop", NEW),
)
# `optimize` itself writes .skillrepo/programs/ of the worktree: test_optimize.py has it.
# What they are for is to change the worktree, the index, the branch or the hooks of the user.
# `ci comment` and `ci judge` are for another event than `ci grade`: test_ci_comment.py and
# test_ci_judge.py have them.
# `judge calibrate` asks a model: test_judge_calibrate.py has it.
EXCEPTIONS = {"init", "promote", "hooks install", "ci comment", "ci judge", "judge calibrate"}
# Of the git directory. New objects may come, too.
OURS = re.compile(
    r"(logs/)?refs/(heads/(skill/.+|published)|skillrepo/.+|notes/skillrepo/grades"
    r"|remotes/origin/(skill/.+|published))"
    r"|skillrepo/.+"
)
_GIT_DIR = re.compile(r"/(?:\.git|bare\.git)/(?:modules/[^/]+/)*")
# Not every command has something to do there.
LACKING = (deleted, unborn, orphan, bare, shallow)


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    return make_repo(SKILLS, name="a repö 'x'")


@pytest.fixture
def outside(
    tmp_path_factory: pytest.TempPathFactory,
    git: Git,
    git_env: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A remote, the briefs of a batch, the event of a job; no forge is known."""
    folder = tmp_path_factory.mktemp("outside")
    job_starter(folder / "job", monkeypatch)("workflow_dispatch", head="0" * 40)
    git(folder, "init", "--quiet", "--bare", "remote")
    briefs = ({"brief": f"Cut quill {n}", "name": f"quill-{n}", "at": "data"} for n in range(3))
    (folder / "batch.jsonl").write_text("".join(json.dumps(each) + "\n" for each in briefs))
    config = git_env / ".config/skillrepo/config.yaml"
    config.parent.mkdir(parents=True)
    command = json.dumps([sys.executable, RUNNER, "{task}"])
    config.write_text(f"forge: {{kind: none}}\nrunners: {{fake: {{command: {command}}}}}\n")
    return folder


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


def leaves(command: click.Command, *names: str) -> Iterator[str]:
    """The commands that do something, by their words."""
    if not isinstance(command, click.Group):
        yield " ".join(names)
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found
        yield from leaves(found, *names, name)


def test_every_command_is_looked_at() -> None:
    known = set(leaves(app))
    called = {
        name
        for name in known
        for words in COMMANDS
        if words[: len(name.split())] == tuple(name.split())
    }
    # One that is in neither has to be put into the table, or among the exceptions with a reason.
    assert known - called == EXCEPTIONS


def seen(above: Path) -> dict[str, object]:
    """Mode, time and content of every file and link below a folder, but of what is ours in git."""
    found: dict[str, object] = {}
    for folder, folders, names in os.walk(above):
        for name in (*folders, *names):
            path = f"{folder}/{name}"
            shown = path.removeprefix(f"{above}/")
            status = os.lstat(path)
            inside = _GIT_DIR.split(f"/{shown}", maxsplit=1)[-1]
            if OURS.fullmatch(inside) or stat.S_ISDIR(status.st_mode):
                continue
            # git gives an object that is written again the time of now, so that gc leaves it.
            time = 0 if "/objects/" in shown else status.st_mtime_ns
            found[shown] = (status.st_mode, time, content_of(path, status))
    return found


def changed(before: dict[str, object], after: dict[str, object]) -> list[str]:
    """What is not as it was; a new object is no change."""
    new = {path for path in after.keys() - before if "/objects/" in path}
    paths = (before.keys() | after) - new
    return sorted(path for path in paths if before.get(path) != after.get(path))


@pytest.mark.no_cover
@pytest.mark.parametrize("make", EVERY_STATE)
def test_nothing_of_the_user_is_touched(
    make: Callable[[Path, Git], Path], *, root: Path, run: Run, git: Git, outside: Path
) -> None:
    cwd = make(root, git)
    git(cwd, "config", "remote.origin.url", str(outside / "remote"))
    git(cwd, "config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")
    before = seen(root.parent)
    for words in COMMANDS:
        if words[0] == "schema" and make is not bare:
            continue  # it reads nothing of where it is, for 0.1 s
        done = run(cwd, *(word.format(outside=outside, ours=HERE.parent.parent) for word in words))
        assert changed(before, seen(root.parent)) == [], words
        assert done.code in {0, 1} or (done.code == 2 and make in LACKING), (words, done.err)
    made = git(cwd, "for-each-ref", "--format=%(refname:short)", "refs/heads/skill")
    new = [f"skill/new/{name}" for name in ("goose-quill", "quill-0", "quill-1", "quill-2")]
    if make is not unborn:
        assert made.split() == [MOVED, *new, REVISED, ADDED]
        assert git(cwd, "rev-list", "--count", f"main..{REVISED}") == "2"


@pytest.mark.parametrize(
    "path",
    [
        *("README.md", "skills/data/csv-join/SKILL.md", "taxonomy.yaml", "new"),
        *(".git/index", ".git/HEAD", ".git/config", ".git/logs/HEAD", ".git/logs/refs/heads/main"),
        *(".git/refs/heads/main", ".git/refs/stash", ".git/logs/refs/stash", ".git/packed-refs"),
        *(".git/hooks/pre-commit", ".git/MERGE_HEAD", ".git/rebase-merge/done", ".git/index.lock"),
        *(".git/refs/tags/v1", ".git/refs/remotes/origin/main", ".git/refs/notes/commits"),
        *(".git/refs/heads/skills", ".git/refs/heads/my/skill/new/x", ".git/info/exclude"),
    ],
)
def test_a_change_would_be_noticed(path: str, root: Path) -> None:
    before = seen(root.parent)
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    with (root / path).open("a") as file:
        file.write("x")
    assert changed(before, seen(root.parent)) == [f"{root.name}/{path}"]


HOOKS = (
    *("applypatch-msg", "pre-applypatch", "post-applypatch", "pre-commit", "pre-merge-commit"),
    *("prepare-commit-msg", "commit-msg", "post-commit", "pre-rebase", "post-checkout"),
    *("post-merge", "pre-push", "pre-auto-gc", "post-rewrite", "sendemail-validate", "update"),
    *("fsmonitor-watchman", "post-index-change", "reference-transaction", "push-to-checkout"),
    *("pre-receive", "post-receive", "post-update", "proc-receive"),
)
PROGRAMS = (
    *("filter.x.clean", "filter.x.smudge", "filter.x.process", "diff.x.textconv", "diff.x.command"),
    *("merge.x.driver", "core.fsmonitor", "core.pager", "core.editor", "diff.external"),
    *("alias.update-ref", "alias.log", "trailer.skill.command", "trailer.skill.cmd", "pager.log"),
    *("interactive.diffFilter", "sequence.editor", "uploadpack.packObjectsHook"),
)


@pytest.mark.no_cover
def test_hooks_alone_run_and_only_two_of_them(
    root: Path, run: Run, git: Git, outside: Path
) -> None:
    ran = outside / "ran"
    for hook in HOOKS:
        path = root / ".git/hooks" / hook
        path.write_text(f"#!/bin/sh\necho {hook} >> {ran}\n")
        path.chmod(0o755)
    (root / ".gitattributes").write_text("* filter=x diff=x merge=x\n")
    git(root, "-c", "core.hooksPath=/dev/null", "add", "--all")
    git(root, "-c", "core.hooksPath=/dev/null", "commit", "--quiet", "-m", "attributes")
    for name in PROGRAMS:
        git(root, "config", name, f"echo {name} >> {ran}; cat")
    git(root, "config", "remote.origin.url", str(outside / "remote"))
    ran.unlink(missing_ok=True)
    for words in COMMANDS:
        done = run(root, *(word.format(outside=outside, ours=HERE.parent.parent) for word in words))
        assert done.code in {0, 1}, (words, done.err)
    # The branch was set, and pushed.
    assert set(ran.read_text().split()) == {"reference-transaction", "pre-push"}
