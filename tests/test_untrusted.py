"""What comes from others is data: it is no option, no command, no markup and no trailer of ours."""

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import requires
from pathlib import Path

import pytest
from conftest import Git, MakeRepo
from content_repo import FILES, Result, Run, draft, request, runner, skill
from hypothesis import example, given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement
from test_commit_message import finding, proposal, trailers

from skillrepo.commands.evidence import CommitText
from skillrepo.commands.squash import message_of
from skillrepo.commit_message import commit_message
from skillrepo.draft import Source
from skillrepo.visible import visible

WRAPPER = """\
#!/bin/sh
for word in "$@"; do printf '%s\\0' "$word"; done >> {log}
printf '\\n\\0' >> {log}
exec {git} "$@"
"""
# Each holds this word, by which it is known where it must not be.
WORD = "evil"
BRANCH_NAMES = (
    "-evil",
    "--output=evil",
    "--upload-pack=touch${IFS}evil",
    "$(touch${IFS}evil)",
    "`touch${IFS}evil`",
    "evil;touch${IFS}evil",
    "evil\u202egnp",
    "evil\u200b",
    "evil'\"",
    "refs/heads/main/evil",
    "HEAD/evil",
    "##evil",
)
PATH_NAMES = (
    "::error::evil",
    " ::error::evil",
    "-evil",
    "--output=evil",
    "$(touch evil)",
    "evil\n::error::x",
    "evil\r::error::x",
    "evil\x1b[31m",
    "##[error]evil",
    "evil\u2028::error::x",
    "..evil",
    ":(glob)evil",
    "evil\udcff",
    "<!-- evil -->",
)
# One for each way out of where a message is quoted.
MESSAGES = (
    "::error::evil\n\n::warning::evil\n\n  ::add-mask::e\n",
    "evil \x1b[2J\u202e ##[error]x\n\nbody \x1b]0;x\x07 ##[error]y\n",
    "evil fixes #1 @evil\n\nCloses: #2\n\n@evil ![x](//x/evil.png) <img src=x>\n/close\n",
    "evil resolves a/b#3\n\nFixing issue #4, #5\nimplements\nhttps://x.org/a/b/issues/6\n",
    "evil ```\n\n```\n```` @evil\n~~~~\n<!-- /skillrepo:why -->\n<!-- skillrepo:gate -->\n",
    "evil\n\nSkill: data/other\nSkill-Writer: human\n\n---\n\nmore\n",
    "evil\n\nwhy\n\nSkill: evil\nSkill-Version: 1.0.0 @evil\n more\nSkill-Source: \x1b[31m::x::\n",
    "evil\r\n\r\nwhy\r\n\r\nSkill: evil\r\n::error::x\r\n",
    ": x\n\nwhy\n\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n\nIndex: evil\n",
)
FORMATS = ("text", "json", "sarif", "junit", "gitlab")
# The forges' own words for it, in whatever place; GitLab reads those in code, too.
CLOSING = re.compile(
    r"(?i)\b(?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|implement(?:s|ed|ing)?):?"
    r"\s+(?:issues? +)?(?:[\w/.-]*#\d|https?:)"
)
# What is left of a body without its code blocks.
OUR_BODY = re.compile(
    r"(?:<!-- /?skillrepo:\w+(?: [0-9a-f]{16})? -->|## [A-Z][a-z ]+|not measured"
    r"|Created with skillrepo|\n)*"
)
Calls = Callable[[], list[list[str]]]

# Nothing is covered here that no other test covers.
pytestmark = pytest.mark.no_cover


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in a job of GitHub Actions, and see that nothing acts on its output."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    plain = runner(capfd, monkeypatch)

    def run(cwd: Path, *arguments: str) -> Result:
        done = plain(cwd, *arguments)
        said = done.out + done.err
        assert done.code in {0, 1, 2}, said
        assert visible(said) == said, arguments
        assert not [line for line in said.splitlines() if line.lstrip().startswith("::")]
        return done

    return run


@pytest.fixture
def root(make_repo: MakeRepo, git: Git, tmp_path: Path, git_env: Path) -> Path:
    """A repository with a remote; no forge is known."""
    root = make_repo(FILES)
    git(tmp_path, "init", "--quiet", "--bare", "remote.git")
    git(root, "remote", "add", "origin", str(tmp_path / "remote.git"))
    config = git_env / ".config/skillrepo/config.yaml"
    config.parent.mkdir(parents=True)
    config.write_text("forge: {kind: none}\n")
    return root


@pytest.fixture
def calls(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Calls:
    """Have a git in PATH that writes down its arguments, and give them."""
    folder = tmp_path_factory.mktemp("bin")
    log = folder / "log"
    log.touch()
    real = shutil.which("git")
    assert real
    (folder / "git").write_text(WRAPPER.format(log=shlex.quote(str(log)), git=shlex.quote(real)))
    (folder / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")

    def calls() -> list[list[str]]:
        text = os.fsdecode(log.read_bytes())
        words = (call.split("\0")[:-1] for call in text.split("\n\0")[:-1])
        # As each of ours begins; the others are those of the test.
        return [call for call in words if call[:1] == ["--no-pager"]]

    return calls


def as_options(calls: list[list[str]], root: Path) -> list[str]:
    """The words that git took for options though they come from others."""
    assert calls
    found = []
    for call in calls:
        ends = [call.index(end) for end in ("--", "--end-of-options") if end in call]
        options = call[: min(ends, default=None)]
        # Where the test lies is named after its parameters.
        words = (word.replace(str(root.parent), "") for word in options)
        found += [word for word in words if word.startswith("-") and WORD in word]
    return found


def commit(root: Path, git: Git, files: Mapping[str, str], message: str, on: str = "main") -> str:
    """Commit files, whatever their paths, as a hostile remote can."""
    tree = git(root, "rev-parse", f"{on}^{{tree}}")
    for path, text in files.items():
        tree = grafted(root, git, tree, path.split("/"), text)
    return git(root, "commit-tree", tree, "-p", on, "-F", "-", stdin=message)


def grafted(root: Path, git: Git, tree: str | None, names: Sequence[str], text: str) -> str:
    lines = git(root, "ls-tree", "-z", tree).split("\0")[:-1] if tree else []
    found = {line.partition("\t")[2]: line for line in lines}
    name, *rest = names
    if rest:
        below = found[name].split()[2] if name in found else None
        found[name] = f"040000 tree {grafted(root, git, below, rest, text)}\t{name}"
    else:
        blob = git(root, "hash-object", "-w", "--stdin", stdin=text)
        found[name] = f"100644 blob {blob}\t{name}"
    script = os.fsencode("".join(f"{line}\0" for line in found.values()))
    made = subprocess.run(
        ["git", "mktree", "-z"], cwd=root, input=script, capture_output=True, check=True
    )
    return made.stdout.decode().strip()


# What runs the hooks of the user (the last two for `promote`), or is asked through GitPython.
WITH_HOOKS = {"update-ref", "push", "remote", "var", "merge", "status"}


def with_hooks(calls: list[list[str]]) -> set[str]:
    """The commands of git that were started without turning hooks off."""
    left = (call for call in calls if f"core.hooksPath={os.devnull}" not in call)
    return {next(word for word in call if re.fullmatch(r"[a-z]+(-[a-z]+)*", word)) for call in left}


@pytest.mark.parametrize("name", BRANCH_NAMES)
def test_branch_names(name: str, *, root: Path, run: Run, git: Git, calls: Calls) -> None:
    branch = f"skill/new/{name}"
    oid = commit(root, git, {"skills/data/evil/SKILL.md": skill("evil")}, "evil\n")
    for above in ("heads", "remotes/origin"):
        git(root, "update-ref", f"refs/{above}/{branch}", oid)
    for words in (
        *(("drafts",), ("show", branch), ("show", name), ("diff", f"origin/{branch}")),
        *(("validate", "--rev", branch), ("validate", "--base", branch), ("pr", branch)),
        *(("promote", f"origin/{branch}"), ("drop", f"origin/{branch}")),
        *(("revise", f"origin/{branch}", "more"), ("new", "more", "--base", branch)),
    ):
        run(root, *words)
    done = run(root, "promote", branch, "--squash")
    assert done.code == 0
    # What is shown to be pasted does what it says.
    pasted = done.out.rpartition("next: ")[2].strip()
    assert shlex.split(pasted)[-1] in {branch, "NAME"}
    done = run(root, "drop", branch)
    assert shlex.split(done.out.rpartition("git branch ")[2])[0] in {branch, "NAME"}
    run(root, "drafts")
    assert as_options(calls(), root) == []
    assert with_hooks(calls()) <= WITH_HOOKS
    assert not (root / WORD).exists()


@pytest.mark.parametrize("name", ["a..b", "a@{1}", "::error::evil", "a.lock", "a\\b"])
def test_refs_that_git_itself_refuses(name: str, root: Path, run: Run, git: Git) -> None:
    branch = f"skill/new/{name}"
    (root / ".git/refs/heads/skill/new").mkdir(parents=True)
    (root / f".git/refs/heads/{branch}").write_text(git(root, "rev-parse", "main") + "\n")
    for words in (("drafts",), ("show", branch), ("drop", branch), ("promote", branch)):
        run(root, *words)
    assert run(root, "drop", branch).code == 2


def test_paths_of_a_commit(root: Path, run: Run, git: Git, calls: Calls) -> None:
    new, more = "skill/new/evil", "skill/revise/evil/more"
    files = {"skills/data/evil/SKILL.md": skill("evil")}
    for name in PATH_NAMES:
        files |= {f"skills/data/{name}/SKILL.md": skill("evil"), f"skills/data/evil/{name}": "x"}
    oid = commit(root, git, files, "feat(evil): add skill\n\nSkill: data/evil\n")
    git(root, "update-ref", f"refs/heads/{new}", oid)
    changed = {f"skills/data/evil/more{name}": "y" for name in PATH_NAMES}
    git(root, "update-ref", f"refs/heads/{more}", commit(root, git, changed, "fix\n", oid))
    for words in (
        *(("drafts",), ("show", new), ("show", new, "--json"), ("diff", new), ("diff", more)),
        *(("list", "--rev", new), ("pr", new), ("pr", more), ("show", "skills/data/-evil")),
        *(("validate", "--rev", new, "--format", form) for form in FORMATS),
        *(("promote", more, "--squash"), ("promote", new, "--squash"), ("publish",)),
    ):
        run(root, *words)
    assert as_options(calls(), root) == []
    assert with_hooks(calls()) <= WITH_HOOKS
    assert not (root / WORD).exists()


def test_paths_of_the_worktree(root: Path, run: Run, git: Git, calls: Calls) -> None:
    for name in PATH_NAMES:
        path = root / "skills/data" / name
        path.mkdir(parents=True)
        (path / "SKILL.md").write_text(skill("evil"))
        (path / f"more{name}").write_text("x")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "feat: evil")
    for words in (
        *(("validate", *rest) for rest in ((), ("--staged",), ("--fix", "--dry-run"))),
        *(("list",), ("publish", "--dry-run"), ("taxonomy", "tree"), ("taxonomy", "check")),
        ("new", "Read it", "--at", "data", "--from", "skills", "--dry-run"),
    ):
        run(root, *words)
    for name in PATH_NAMES:
        path = f"skills/data/{name}"
        for words in (("validate", path), ("show", path), ("diff", path)):
            run(root, *words)
    assert as_options(calls(), root) == []
    assert with_hooks(calls()) <= WITH_HOOKS


@pytest.mark.parametrize("name", ["evil\n::error::x", "evil\x1b[31m", "-evil", " ::error::e"])
def test_words_of_a_call(name: str, *, root: Path, run: Run, calls: Calls) -> None:
    absent = f"x{name}"
    (root / absent).write_text("x")
    for words in (
        *(("validate", f"{absent}x"), ("validate", "--rev", name), ("validate", "--select", name)),
        *(("show", absent), ("explain", absent), (absent,), ("init", absent), ("pr", name)),
        *(
            ("promote", name),
            ("drop", name),
            ("revise", absent, "more"),
            ("new", "x", "--at", name),
        ),
        *(("new", name, "--at", "data", "--from", f"{absent}x"), ("new", "--batch", f"{absent}x")),
        *(("new", "x", "--name", name), ("publish", f"--ref={name}")),
        *(("new", "x", "--push", "--remote", name), ("new", "x", "--base", name)),
    ):
        assert run(root, *words).code == 2, words
    assert as_options(calls(), root) == []


@pytest.mark.parametrize("message", MESSAGES)
def test_messages_of_a_draft(message: str, *, root: Path, run: Run, git: Git) -> None:
    draft = "skill/new/evil"
    first = commit(root, git, {"skills/data/evil/SKILL.md": skill("evil")}, message)
    git(root, "update-ref", f"refs/heads/{draft}", first)
    second = commit(root, git, {"skills/data/evil/more": "x"}, message, first)
    git(root, "update-ref", f"refs/heads/{draft}", second)
    for words in (("drafts",), ("show", draft), ("show", draft, "--json"), ("pr", draft)):
        assert run(root, *words).code == 0
    folder = root / ".git/skillrepo/pull-requests/skill-new-evil"
    title, body = ((folder / name).read_text() for name in ("title.txt", "body.md"))
    assert title.count("\n") == 1
    assert not re.search(r"@\w", title)
    outside = re.sub(r"^(`{3,})(?:text|sh)\n.*?^\1$", "", body, flags=re.DOTALL | re.MULTILINE)
    assert OUR_BODY.fullmatch(outside), outside
    for text in (title, body):
        assert not CLOSING.search(text)
        assert visible(text) == text
    assert run(root, "promote", draft, "--squash").code == 0
    assert run(root, "show", "evil").code in {0, 2}
    made = git(root, "log", "-1", "--format=%B", "main")
    assert visible(made) == made
    given = git(root, "log", "-1", "--format=%(trailers:only,unfold,keyonly)", first).split()
    keys = [line.partition(":")[0] for line in trailers(made)]
    # None that the commits do not have; `---` ends a message for `interpret-trailers` alone.
    assert keys in (given, [])


NAMES = (
    *("-evil", "--output=evil", "../evil", "a/evil", "evil/..", "Evil", "evil\n", "evil\x1b[2J"),
    *("::error::evil", "$(touch evil)", "refs/heads/evil", "evil.lock", "evil@{1}", "e\u0301vil"),
    *("evil\u202e", ".git", "a" * 65, ""),
)


@pytest.mark.parametrize("name", NAMES)
def test_names_of_a_writer_and_of_a_batch(
    name: str, *, root: Path, run: Run, git: Git, calls: Calls
) -> None:
    written = skill("evil").replace("name: evil", f"name: {json.dumps(name)}")
    (root.parent / "written").write_text(written)
    # A program of the user's, which does as a hostile model would.
    script = (
        f"cp {shlex.quote(str(root.parent / 'written'))} skill/SKILL.md; printf data > CATEGORY"
    )
    done = run(root, "new", "Read it", "--writer", "command", "--", "sh", "-c", script)
    assert done.code in {1, 2}
    lines = (
        {"brief": "evil", "name": name, "at": "data"},
        {"brief": "evil", "at": name},
        {"brief": f"{name} evil", "id": name, "at": "data"},
        {"brief": "evil", "at": "data", "from": [name]},
        {name: "evil"},
    )
    for line in lines:
        (root.parent / "batch").write_text(json.dumps(line) + "\n")
        run(root, "new", "--batch", str(root.parent / "batch"))
    branches = git(root, "for-each-ref", "--format=%(refname)", "refs/heads/").splitlines()
    assert all(re.fullmatch(r"refs/heads/(main|skill/new/[a-z0-9-]+)", each) for each in branches)
    assert as_options(calls(), root) == []
    assert with_hooks(calls()) <= WITH_HOOKS
    assert not (root / WORD).exists()


@pytest.mark.parametrize(
    "path",
    [
        *("-evil", "--output=evil", "a\nb", "::error::evil", "evil\x1b[2J", ".git", "evil\u202e"),
        *("$(touch evil)", ":(glob)evil", "con", "a:b", ".gitmodules", "references/-evil"),
    ],
)
def test_files_of_a_writer(path: str, *, root: Path, run: Run, git: Git, calls: Calls) -> None:
    (root.parent / "written").write_text(skill("evil", body=f"# A\n\nRead `{path}`.\n"))
    script = (
        f"cp {shlex.quote(str(root.parent / 'written'))} skill/SKILL.md; printf data > CATEGORY; "
        f"mkdir -p skill/references; printf x > ./skill/{shlex.quote(path)}"
    )
    done = run(root, "new", "Read it", "--writer", "command", "--", "sh", "-c", script)
    if done.code == 0:
        made = git(root, "ls-tree", "-r", "-z", "--name-only", "skill/new/evil").split("\0")
        assert f"skills/data/evil/{path}" in made
    assert as_options(calls(), root) == []
    assert not (root / WORD).exists()


PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *("\n", "\r\n", "\n\n", " ", "\t", "---", "::", "error::", "##[", "Skill: x", ": "),
                *("Skill-Writer", "Closes #1", "@a", "diff -", "\x1b[2J", "\u202e", "\u2028", "`"),
                *("(cherry picked from commit 1)", "[skip ci]", "<!--", "\0", "\ud800", "#"),
            ]
        ),
        st.text(max_size=5),
    ),
    max_size=12,
).map("".join)


@settings(max_examples=60, deadline=None)
@given(brief=PIECES, description=PIECES, note=PIECES, path=PIECES, model=PIECES, writer=PIECES)
def test_no_text_adds_a_trailer(**texts: str) -> None:
    made = draft(skill(description=texts["description"]))
    made = replace(made, model=texts["model"] or None, notes=(texts["note"],))
    # Those of a batch come from its records, or from a cluster.
    made = replace(made, writer=f"x{texts['writer']}", program=texts["writer"] or None)
    source = Source(texts["path"], "text", "0" * 64)
    message = commit_message(
        proposal(made, (finding(texts["note"], texts["path"]),)),
        request(brief=texts["brief"], sources=(source,)),
    )
    keys = [line.partition(":")[0] for line in trailers(message)]
    optional = {"Skill-Version", "Skill-Model", "Skill-Program"}
    assert [key for key in keys if key not in optional] == [
        *("Skill", "Skill-Writer", "Skill-Brief", "Skill-Source")
    ]
    assert visible(message) == message
    assert not CLOSING.search(message)


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES, min_size=2, max_size=3))
@example(["---", ""])
def test_no_text_of_a_draft_adds_a_trailer_to_its_squash(messages: list[str]) -> None:
    made = message_of([CommitText(text, (("Skill", f"data/{text}"),)) for text in messages])
    assert {line.partition(":")[0] for line in trailers(made)} == {"Skill"}
    assert visible(made) == made
    # Those that no trailer of ours ends are taken for text, too.
    assert trailers(message_of([CommitText(text, ()) for text in messages])) == []


def test_gitpython_has_no_known_hole() -> None:
    # 3.1.59 mended the last of them, and 3.2.1 is what is tested.
    # https://github.com/gitpython-developers/GitPython/security/advisories
    asked = (Requirement(each) for each in requires("skillrepo") or ())
    (gitpython,) = (each for each in asked if each.name == "gitpython")
    assert [str(version) for version in gitpython.specifier] == [">=3.2.1"]
