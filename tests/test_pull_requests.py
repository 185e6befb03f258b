"""`--push` and `--pr` of `new` and `revise`, and `skillrepo pr`: up to an open pull request.

The remote is read from github.com, as far as its URL says, and pushed to a bare repository; the
interface is a stand-in on loopback.
"""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import Git, MakeRepo
from content_repo import FILES, Run, runner, skill, snapshot
from forge_server import TOKEN, GitHubStand, Server, refusal, serving

BRIEF = "Merge PDF files"
NAME = "merge-pdf-files"
BRANCH = f"skill/new/{NAME}"
REVISED = "skill/revise/pdf-merge/say-how-to-check-it"
REVISER = str(Path(__file__).with_name("reviser.py"))
PATH = "skills/data/pdf-merge/SKILL.md"
END = "b.pdf out.pdf`."
CHECKS = f"{END}\n\n## Checks\n\nCount the pages."
LIMITS = "Count the pages.\n\n## Limits\n\nEncrypted files are too much."
URL = "https://github.com/owner/skills/pull/1"
GUIDE = (
    "# Merging PDF files\n\nUse pdfunite to merge PDF files.\n\n1. List the files.\n2. Run it.\n"
)
AGENT = Path(__file__).with_name("agent.py")


@dataclass(frozen=True)
class Place:
    """A clone with a remote at GitHub."""

    root: Path
    bare: Path
    stand: GitHubStand
    server: Server
    run: Run

    def pushed(self, git: Git) -> list[str]:
        refs = git(self.bare, "for-each-ref", "--format=%(refname:short)", "refs/heads/skill")
        return refs.splitlines()


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


@pytest.fixture
def place(
    tmp_path: Path, make_repo: MakeRepo, git: Git, run: Run, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    for name in ("GH_TOKEN", "GITHUB_ACTIONS", "CI_JOB_TOKEN", "GITLAB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    git(tmp_path, "init", "--quiet", "--bare", "bare.git")
    root = make_repo(FILES)
    (tmp_path / "guide.md").write_text(GUIDE)
    git(root, "remote", "add", "origin", str(tmp_path / "bare.git"))
    git(root, "push", "--quiet", "origin", "main")
    git(root, "remote", "set-url", "origin", "https://ada:pa55word@github.com/owner/skills.git")
    git(root, "config", "remote.origin.pushurl", str(tmp_path / "bare.git"))
    stand = GitHubStand()
    with serving(stand) as server:
        monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
        monkeypatch.setenv("GITHUB_API_URL", server.url)
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        yield Place(root, tmp_path / "bare.git", stand, server, run)


def new(*options: str) -> tuple[str, ...]:
    return ("new", BRIEF, "--from", "../guide.md", "--name", NAME, "--at", "data", *options)


def revise(old: str, text: str, *options: str) -> tuple[str, ...]:
    program = ("--writer", "command", "--", sys.executable, REVISER, old, text)
    return ("revise", "pdf-merge", "Say how to check it.", *options, *program)


def publish(place: Place, git: Git) -> None:
    """Put a skill on the default branch, here and at the remote."""
    path = place.root / PATH
    path.parent.mkdir(parents=True)
    path.write_text(skill(extra="metadata:\n  version: 1.2.0\n"))
    git(place.root, "add", "--all")
    git(place.root, "commit", "--quiet", "-m", "second")
    git(place.root, "push", "--quiet", "origin", "main")


def block(body: str, heading: str) -> str:
    """The text of a block of the body."""
    return body.partition(f"## {heading}\n\n```text\n")[2].partition("\n```")[0]


def configure(text: str) -> None:
    path = Path.home() / ".config/skillrepo/config.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(text)


def refuse(bare: Path, text: str) -> Path:
    hook = bare / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\necho {text} >&2\nexit 1\n")
    hook.chmod(0o755)
    return hook


def secret_files(*roots: Path) -> list[Path]:
    words = (TOKEN.encode(), b"t0ken-of-the-test")
    files = (path for root in roots for path in root.rglob("*") if path.is_file())
    return [path for path in files if any(word in path.read_bytes() for word in words)]


# The ladder


def test_push(place: Place, git: Git) -> None:
    done = place.run(place.root, *new("--push"))
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith(f"next: git show {BRANCH}\npushed {BRANCH} to origin (created)\n")
    assert place.pushed(git) == [BRANCH]
    assert git(place.bare, "rev-parse", BRANCH) == git(place.root, "rev-parse", BRANCH)
    assert place.server.received == []


def test_pr(place: Place, git: Git) -> None:
    done = place.run(place.root, *new("--pr"))
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith(f"pushed {BRANCH} to origin (created)\npull request created: {URL}\n")
    (pull,) = place.stand.pulls
    assert pull["title"] == git(place.root, "log", "-1", "--format=%s", BRANCH)
    assert (pull["head"]["ref"], pull["base"]["ref"], pull["draft"]) == (BRANCH, "main", False)
    assert [each["name"] for each in pull["labels"]] == ["skill: new", "skillrepo"]
    body = pull["body"]
    description = git(place.root, "log", "-1", "--format=%b", BRANCH).partition("\n\n")[0]
    for expected in (
        f"## Why\n\n```text\n{description}\n",
        f"## What changed\n\n```text\nadds skills/data/{NAME}/SKILL.md\n",
        "## Gate\n\n```text\nGate (spec): 1 skill checked: 0 errors, 0 warnings, 0 notes.\n",
        f"## Provenance\n\n```text\nSkill: data/{NAME}\nSkill-Version: 0.1.0\n",
        "Skill-Source: guide.md ",
        "Unsupported claims: 0",
        "## Cost\n\nnot measured\n",
        f"git fetch origin {BRANCH}\n",
        "Created with skillrepo\n",
    ):
        assert expected in body
    assert body.count("Gate (spec)") == 1


def test_commands_of_the_body_work(place: Place, git: Git, make_repo: MakeRepo) -> None:
    place.run(place.root, *new("--pr"))
    body = place.stand.pulls[0]["body"]
    script = body.partition("```sh\n")[2].partition("```")[0]
    reviewer = make_repo({}, name="reviewer")
    git(reviewer, "remote", "add", "origin", str(place.bare))
    tool = f"'{sys.executable}' -m skillrepo"
    subprocess.run(
        ["bash", "-ec", script.replace("skillrepo validate", f"{tool} validate")],
        cwd=reviewer,
        check=True,
        capture_output=True,
    )
    assert (reviewer / f"try/skills/data/{NAME}/SKILL.md").is_file()


@pytest.mark.parametrize("options", [("--draft-pr",), ("--pr", "--draft-pr", "--push")])
def test_draft(options: tuple[str, ...], place: Place) -> None:
    assert place.run(place.root, *new(*options)).code == 0
    assert place.stand.pulls[0]["draft"] is True


def test_json(place: Place, git: Git) -> None:
    value = place.run(place.root, *new("--pr", "--json")).json("new")
    request = {
        "state": "created",
        "number": 1,
        "url": URL,
        "folder": None,
        "command": None,
        "notes": [],
    }
    offered = {"branch": BRANCH, "remote": "origin", "pushed": "created", "pull_request": request}
    assert value["offered"] == offered
    again = place.run(place.root, "pr", BRANCH, "--json").json("pr")
    assert again["offered"]["pushed"] == "unchanged"
    assert again["offered"]["pull_request"] == {**request, "state": "unchanged"}
    git(place.root, "branch", "-D", BRANCH)
    git(place.bare, "branch", "-D", BRANCH)
    git(
        place.root,
        "fetch",
        "--quiet",
        "--prune",
        str(place.bare),
        "+refs/heads/*:refs/remotes/origin/*",
    )
    pushed = place.run(place.root, *new("--push", "--json")).json("new")
    assert pushed["offered"]["pull_request"] is None


def test_user_state_is_untouched(place: Place) -> None:
    (place.root / "README.md").write_text("edited")
    (place.root / "untracked").write_text("x")
    before = snapshot(place.root)
    assert place.run(place.root, *new("--pr")).code == 0
    after = {
        path: state
        for path, state in snapshot(place.root).items()
        if "/refs/remotes/origin/skill/" not in path
    }
    assert after == before


def test_base_is_what_it_is_merged_into(place: Place, git: Git) -> None:
    git(place.root, "switch", "--quiet", "-c", "stable")
    git(place.root, "commit", "--quiet", "--allow-empty", "-m", "second")
    assert place.run(place.root, *new("--pr", "--base", "stable")).code == 0
    assert place.stand.pulls[0]["base"]["ref"] == "stable"
    assert "Commits:" not in place.stand.pulls[0]["body"]


@pytest.mark.parametrize(
    "options",
    [
        ("--dry-run", "--push"),
        ("--write-only", "--pr"),
        ("--dry-run", "--draft-pr"),
        ("--remote", "origin"),
        ("--commit", "--remote", "origin"),
    ],
)
def test_wrong_usage(options: tuple[str, ...], place: Place) -> None:
    done = place.run(place.root, *new(*options))
    assert done.code == 2
    assert "Error: " in done.err


# The ladder of a revision


@pytest.mark.parametrize(
    ("step", "here", "there", "requests"),
    [
        ("--dry-run", [], [], []),
        ("--write-only", [], [], []),
        ("--commit", [REVISED], [], []),
        ("--push", [REVISED], [REVISED], []),
        ("--pr", [REVISED], [REVISED], [(REVISED, False)]),
        ("--draft-pr", [REVISED], [REVISED], [(REVISED, True)]),
    ],
)
def test_each_step_of_a_revision(  # noqa: PLR0913, PLR0917 - what is there after each
    step: str,
    here: list[str],
    there: list[str],
    requests: list[tuple[str, bool]],
    place: Place,
    git: Git,
) -> None:
    publish(place, git)
    done = place.run(place.root, *revise(END, CHECKS, step))
    assert (done.code, done.err) == (0, "")
    refs = git(place.root, "for-each-ref", "--format=%(refname:short)", "refs/heads/skill")
    assert refs.split() == here
    assert place.pushed(git) == there
    assert [(each["head"]["ref"], each["draft"]) for each in place.stand.pulls] == requests
    if not requests:
        assert place.server.received == []
    changed = git(place.root, "status", "--porcelain").split()
    assert changed == (["M", PATH] if step == "--write-only" else [])


def test_more_commits_never_open_another_one(place: Place, git: Git) -> None:
    publish(place, git)
    assert place.run(place.root, *revise(END, CHECKS, "--draft-pr")).code == 0
    text = "Count the pages."
    for number in range(3):
        more = f"Count the pages {number}."
        name = REVISED if number == 1 else "pdf-merge"
        arguments = ("revise", name, *revise(text, more, "--draft-pr" if number else "--pr")[2:])
        done = place.run(place.root, *arguments)
        assert (done.code, done.err) == (0, "")
        assert done.out.endswith(f"pull request updated: {URL}\n")
        text = more
    (pull,) = place.stand.pulls
    assert pull["draft"] is True
    assert git(place.bare, "rev-list", "--count", f"main..{REVISED}") == "4"
    commits = "\n".join(
        ["- feat(pdf-merge): Say how to check it"] + 3 * ["- fix(pdf-merge): Say how to check it"]
    )
    subject = commits.partition("\n")[0].removeprefix("- ")
    assert block(pull["body"], "Why") == f"{subject}\n\nCommits:\n{commits}"
    assert pull["body"].count("section added: Checks") == 1
    assert sum("POST" in each for each in place.server.asked() if "/pulls" in each) == 1


def test_revision_is_pushed(place: Place, git: Git) -> None:
    publish(place, git)
    done = place.run(place.root, *revise(END, CHECKS, "--push"))
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith(f"next: git show {REVISED}\npushed {REVISED} to origin (created)\n")
    assert place.pushed(git) == [REVISED]
    assert place.server.received == []


def test_revision_says_what_changed_on_the_whole_branch(
    place: Place, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(place, git)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert place.run(place.root, *revise(END, CHECKS, "--pr")).code == 0
    monkeypatch.delenv("FORCE_COLOR")
    (pull,) = place.stand.pulls
    assert {each["name"] for each in pull["labels"]} == {
        *("skillrepo", "skill: revise", "bump: minor")
    }
    lines = block(pull["body"], "What changed").splitlines()
    assert lines[0] == "  minor  section added: Checks"
    assert lines[1].startswith("SKILL.md: ≈ ")
    assert lines[2:] == ["It asks for a minor bump: 1.2.0 → 1.3.0, and the version is 1.3.0."]
    git(place.root, "switch", "--quiet", REVISED)
    (place.root / "README.md").write_text("# More skills\n")
    git(place.root, "commit", "--quiet", "--all", "-m", "docs: more")
    git(place.root, "switch", "--quiet", "main")
    done = place.run(place.root, *revise("Count the pages.", LIMITS, "--pr"))
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith(f"pushed {REVISED} to origin (updated)\npull request updated: {URL}\n")
    assert place.stand.pulls == [pull]
    lines = block(pull["body"], "What changed").splitlines()
    assert lines[:2] == ["  minor  section added: Checks", "  minor  section added: Limits"]
    assert lines[-1] == "changes README.md"
    again = place.run(place.root, "pr", REVISED)
    assert again.out.endswith(f"pull request unchanged: {URL}\n")


def test_why_does_not_repeat_what_changed(place: Place, git: Git) -> None:
    publish(place, git)
    (place.root.parent / "feedback").write_text("- minor: Say how to check it. In it.")
    said = ("revise", "pdf-merge", "--feedback-file", "../feedback", "--slug", "x", "--pr")
    program = ("--writer", "command", "--", sys.executable, REVISER, END, CHECKS)
    assert place.run(place.root, *said, *program).code == 0
    message = git(place.root, "log", "-1", "--format=%b", "skill/revise/pdf-merge/x")
    assert "- minor: section added: Checks" in message
    body = place.stand.pulls[0]["body"]
    assert block(body, "Why") == "- minor: Say how to check it. In it."
    assert body.count("section added: Checks") == 1


def measured(place: Place, git: Git, *trailers: str) -> None:
    """Give the commit of the branch more trailers, as a writer that measures leaves them."""
    message = git(place.root, "log", "-1", "--format=%B", BRANCH)
    text = "\n".join((message.strip(), *trailers, ""))
    words = ("commit-tree", f"{BRANCH}^{{tree}}", "-p", f"{BRANCH}^")
    git(place.root, "update-ref", f"refs/heads/{BRANCH}", git(place.root, *words, stdin=text))


def test_cost_and_claims_that_were_measured(place: Place, git: Git) -> None:
    place.run(place.root, *new())
    claims = ("Skill-Unsupported: It is @fast.", "Skill-Unsupported: It is small.")
    measured(place, git, "Skill-Cost: 0.0123 USD", "Skill-Tokens: 8214", *claims)
    assert place.run(place.root, "pr", BRANCH).code == 0
    (pull,) = place.stand.pulls
    assert block(pull["body"], "Cost") == "0.0123 USD, 8214 tokens"
    assert block(pull["body"], "Provenance").endswith(
        "\nUnsupported claims: 2\n- It is @fast.\n- It is small."
    )
    assert "Skill-Cost" not in pull["body"]
    program = (
        "--writer",
        "command",
        "--",
        sys.executable,
        REVISER,
        "2. Run it.",
        "2. Run it once.",
    )
    assert place.run(place.root, "revise", BRANCH, "Say once.", "--pr", *program).code == 0
    assert block(pull["body"], "Cost") == (
        f"0.0123 USD, 8214 tokens: feat({NAME}): add skill\nnot measured: fix({NAME}): Say once"
    )
    # What was looked at is not what is there now.
    assert "Unsupported claims: not measured" in pull["body"]


def test_no_claim_is_not_the_same_as_not_measured(place: Place, git: Git) -> None:
    place.run(place.root, *new())
    measured(place, git, "Skill-Unsupported: none")
    assert place.run(place.root, "pr", BRANCH).code == 0
    assert "Unsupported claims: 0\n" in place.stand.pulls[0]["body"]
    assert "## Cost\n\nnot measured\n" in place.stand.pulls[0]["body"]


def test_bump_of_a_branch_that_goes_further(place: Place, git: Git) -> None:
    publish(place, git)
    assert place.run(place.root, *revise(END, CHECKS, "--pr")).code == 0
    git(place.root, "switch", "--quiet", REVISED)
    path = place.root / PATH
    path.write_text(path.read_text().replace("# Merging", "# Merging\n\nUse `pdfunite`.", 1))
    path.write_text(path.read_text().replace(" Use when PDF files are to become one.", ""))
    git(place.root, "commit", "--quiet", "--all", "-m", "feat!: narrower")
    assert place.run(place.root, "pr", REVISED).code == 0
    (pull,) = place.stand.pulls
    assert {each["name"] for each in pull["labels"]} == {
        *("skillrepo", "skill: revise", "bump: major")
    }
    assert "→ 2.0.0, but the version is 1.3.0." in block(pull["body"], "What changed")


def test_json_of_a_revision(place: Place, git: Git) -> None:
    publish(place, git)
    done = place.run(place.root, *revise(END, CHECKS, "--draft-pr", "--remote", "origin", "--json"))
    offered = done.json("revise")["offered"]
    assert (offered["branch"], offered["pushed"]) == (REVISED, "created")
    assert offered["pull_request"]["url"] == URL
    assert place.stand.pulls[0]["draft"] is True


@pytest.mark.parametrize(
    ("options", "prepare", "said"),
    [
        (("--push", "--remote", "x"), "", "error: there is no remote 'x'"),
        (("--pr",), "no token", "error: there is no token for github.com"),
        (("--push",), "no remote", "error: there is no remote to push to"),
        (("--dry-run", "--push"), "", "Usage: "),
        (("--remote", "origin"), "", "Usage: "),
    ],
)
def test_revision_refused_before_a_writer_is_paid(  # noqa: PLR0913, PLR0917 - fixtures
    options: tuple[str, ...],
    prepare: str,
    said: str,
    place: Place,
    git: Git,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publish(place, git)
    if prepare == "no token":
        monkeypatch.delenv("GITHUB_TOKEN")
    if prepare == "no remote":
        git(place.root, "remote", "remove", "origin")
    paid = place.root.parent / "paid"
    writer = ("--writer", "command", "--", "touch", str(paid))
    done = place.run(place.root, "revise", "pdf-merge", "Say more.", *options, *writer)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(said)
    assert not paid.exists()


def test_revision_that_was_not_pushed_goes_on(place: Place, git: Git) -> None:
    publish(place, git)
    hook = refuse(place.bare, "no")
    assert place.run(place.root, *revise(END, CHECKS, "--pr")).code == 2
    hook.unlink()
    assert place.run(place.root, "pr", REVISED).out.endswith(f"pull request created: {URL}\n")
    assert "section added: Checks" in block(place.stand.pulls[0]["body"], "What changed")


# Which are open: `skillrepo drafts --forge`


def test_drafts_with_their_pull_requests(place: Place, git: Git) -> None:
    place.stand.per_page = 3
    place.run(place.root, *new("--pr"))
    for name in ("one", "two", "three"):
        git(place.root, "branch", f"skill/new/{name}", BRANCH)
    place.stand.pull("skill/new/two", draft=True, html_url="https://x.example/\x1b[2J")
    place.stand.pull("skill/new/two")["base"]["ref"] = "stable"
    place.stand.pull("skill/new/one", owner="mallory")
    for name in ("three", "four"):
        git(place.root, "update-ref", f"refs/remotes/origin/skill/new/{name}", f"{BRANCH}^")
        git(place.root, "update-ref", f"refs/remotes/ada/skill/new/{name}", f"{BRANCH}^")
    place.stand.pull("skill/new/four")
    place.server.received.clear()
    done = place.run(place.root, "drafts", "--forge", "--json")
    assert done.code == 0, done.err
    found = {each["branch"]: each["pull_requests"] for each in done.json("drafts")["drafts"]}
    request = {"number": 1, "state": "open", "base": "main", "url": URL}
    assert found[BRANCH] == [request]
    assert [(each["number"], each["state"], each["base"]) for each in found["skill/new/two"]] == [
        (2, "draft", "main"),
        (3, "open", "stable"),
    ]
    assert [each["number"] for each in found["origin/skill/new/four"]] == [5]
    assert found["skill/new/one"] == found["skill/new/three"] == []
    assert found["origin/skill/new/three"] == []
    assert found["ada/skill/new/four"] is None
    # All of them at once, however many drafts there are.
    assert place.server.asked() == ["GET /repos/owner/skills/pulls"] * 2
    done = place.run(place.root, "drafts", "--forge")
    assert f"old\n  pull request 1 (open): {URL}\n" in done.out
    assert "  pull request 2 (draft): https://x.example/<U+001B>[2J\n" in done.out
    assert done.out.endswith("8 drafts, 3 with an open pull request, of 2 not measured.\n")
    assert "pa55word" not in done.out
    assert "t0ken" not in done.out


def test_drafts_of_a_fork_with_their_pull_requests(place: Place, git: Git) -> None:
    fork(place, git)
    assert place.run(place.root, *new("--pr")).code == 0
    place.stand.pull(BRANCH)
    for options in ((), ("--remote", "origin", "--to", "upstream")):
        (draft,) = place.run(place.root, "drafts", "--forge", "--json", *options).json("drafts")[
            "drafts"
        ]
        assert [each["number"] for each in draft["pull_requests"]] == [1]


@pytest.mark.parametrize(
    ("options", "prepare", "said"),
    [
        (
            ("--forge",),
            "none",
            "error: there is no forge to ask for pull requests: your own config",
        ),
        (("--forge",), "path", "error: there is no forge to ask for pull requests: the remote ori"),
        (("--forge",), "no token", "error: there is no token for github.com: set GH_TOKEN or GIT"),
        (("--forge",), "no remote", "error: there is no remote"),
        (("--forge", "--remote", "x"), "", "error: there is no remote 'x'; there are: origin"),
        (("--forge", "--to", "x"), "", "error: there is no remote 'x'; there are: origin"),
        (("--forge",), "401", "error: github.com refused to read (401: Bad credentials); GITHUB_"),
        (("--remote", "origin"), "", "Usage: "),
        (("--to", "origin"), "", "Usage: "),
    ],
)
def test_forge_that_cannot_be_asked(  # noqa: PLR0913, PLR0917 - fixtures
    options: tuple[str, ...],
    prepare: str,
    said: str,
    place: Place,
    git: Git,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if prepare == "none":
        configure("forge: {kind: none}\n")
    if prepare == "path":
        git(place.root, "remote", "set-url", "origin", str(place.bare))
    if prepare == "no token":
        monkeypatch.delenv("GITHUB_TOKEN")
    if prepare == "no remote":
        git(place.root, "remote", "remove", "origin")
    if prepare == "401":
        place.server.before("GET", ".*/pulls", refusal(401, "Bad credentials"))
    done = place.run(place.root, "drafts", *options)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(said)


# Where it goes


def test_what_it_is_merged_into_is_not_forgotten(place: Place, git: Git) -> None:
    publish(place, git)
    git(place.root, "switch", "--quiet", "-c", "stable")
    (place.root / "stable.md").write_text("x\n")
    path = place.root / PATH
    path.write_text(path.read_text().replace("1.2.0", "2.0.0"))
    git(place.root, "add", "--all")
    git(place.root, "commit", "--quiet", "-m", "feat!: stable")
    git(place.root, "switch", "--quiet", "main")
    assert place.run(place.root, *revise(END, CHECKS, "--pr", "--base", "stable")).code == 0
    (pull,) = place.stand.pulls
    assert pull["base"]["ref"] == "stable"
    assert "stable.md" not in pull["body"]
    done = place.run(place.root, *revise("Count the pages.", LIMITS, "--pr"))
    assert (done.code, done.err) == (0, "")
    assert place.stand.pulls == [pull]
    assert pull["base"]["ref"] == "stable"
    assert "stable.md" not in pull["body"]
    lines = block(pull["body"], "What changed").splitlines()
    assert lines[:2] == ["  minor  section added: Checks", "  minor  section added: Limits"]
    assert lines[-1] == "It asks for a minor bump: 2.0.0 → 2.1.0, and the version is 2.1.0."
    # It is moved where that is said.
    assert place.run(place.root, "pr", REVISED, "--into", "main").code == 0
    assert place.stand.pulls == [pull]
    assert pull["base"]["ref"] == "main"
    assert "adds stable.md" in pull["body"]


@pytest.mark.parametrize(
    ("base", "shown"),
    [
        ("stable", "stable"),
        ("--upload-pack=touch x", "NAME"),
        ("+evil:refs/heads/main", "NAME"),
    ],
)
def test_what_it_is_merged_into_is_not_here(base: str, shown: str, place: Place, git: Git) -> None:
    place.run(place.root, *new())
    place.stand.pull(BRANCH)["base"]["ref"] = base
    done = place.run(place.root, "pr", BRANCH)
    assert done.code == 2
    why = f"merged into {base}, which is not here, so nothing was pushed: git fetch origin {shown}."
    assert why in done.err
    assert place.pushed(git) == []


def test_forge_that_fails_before_the_push(place: Place, git: Git) -> None:
    place.server.before("GET", ".*/pulls", refusal(401, "Bad credentials"))
    done = place.run(place.root, *new("--draft-pr"))
    assert done.code == 2
    assert done.err.startswith(f"error: {BRANCH} is kept here, and nothing was pushed: github.com")
    command = f"skillrepo pr {BRANCH} --remote origin --draft-pr"
    assert done.err.endswith(f"Then go on with: {command}\n")
    assert place.pushed(git) == []
    assert place.run(place.root, *command.split()[1:]).code == 0
    assert place.stand.pulls[0]["draft"] is True


def test_base_that_was_written_by_hand_is_known(place: Place, git: Git) -> None:
    configure("forge: {kind: none}\n")
    git(place.root, "branch", "stable", "main")
    assert "--base stable" in place.run(place.root, *new("--pr", "--base", "stable")).out
    assert "--base stable" in place.run(place.root, "pr", BRANCH).out
    assert place.server.received == []


def fork(place: Place, git: Git) -> None:
    """Make the remote that is pushed to a fork of another one, which goes on."""
    git(place.root, "remote", "set-url", "origin", "https://github.com/ada/skills")
    git(place.root, "remote", "add", "upstream", "https://github.com/owner/skills")
    commit = git(place.root, "commit-tree", "-p", "main", "-m", "docs: go on", "main^{tree}")
    git(place.root, "update-ref", "refs/remotes/upstream/main", commit)


def test_fork(place: Place, git: Git) -> None:
    fork(place, git)
    done = place.run(place.root, *new("--base", "upstream/main", "--pr"))
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith(f"pushed {BRANCH} to origin (created)\npull request created: {URL}\n")
    (pull,) = place.stand.pulls
    assert (pull["head"]["label"], pull["base"]["ref"]) == (f"ada:{BRANCH}", "main")
    assert f"git fetch https://github.com/ada/skills {BRANCH}\n" in pull["body"]
    assert "Commits:" not in pull["body"]
    assert place.run(place.root, "pr", BRANCH).out.endswith(f"pull request unchanged: {URL}\n")


@pytest.mark.parametrize(
    ("remote", "head", "again"),
    [
        ("origin", f"ada:{BRANCH}", "--remote origin --to base --into main"),
        ("base", BRANCH, "--remote base --into main"),
    ],
)
def test_to(remote: str, head: str, again: str, place: Place, git: Git) -> None:
    fork(place, git)
    git(place.root, "remote", "rename", "upstream", "base")
    git(place.root, "config", "remote.base.pushurl", str(place.bare))
    place.server.before("POST", ".*/pulls", refusal(422, "no"))
    done = place.run(place.root, *new("--pr", "--remote", remote, "--to", "base"))
    assert done.code == 2
    assert done.err.endswith(f"Then go on with: skillrepo pr {BRANCH} {again}\n")
    (request,) = [each for each in place.server.received if each.method == "POST"]
    assert (request.path, request.body["head"]) == ("/repos/owner/skills/pulls", head)


def test_fork_to_itself(place: Place, git: Git) -> None:
    fork(place, git)
    assert place.run(place.root, *new("--pr", "--to", "origin")).code == 2
    assert place.server.asked() == ["GET /repos/ada/skills/pulls"]


def test_to_where_it_cannot_go(place: Place, git: Git) -> None:
    git(place.root, "remote", "add", "other", "https://gitlab.com/group/skills")
    for options, said in (
        (("--to", "x"), "there is no remote 'x'"),
        (("--to", "other"), "the remote origin is not at gitlab.com, so no pull request can be"),
    ):
        done = place.run(place.root, *new("--pr", *options))
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith(f"error: {said}")
    # Another host is no project that this one is a fork of.
    git(place.root, "remote", "rename", "other", "upstream")
    assert place.run(place.root, *new("--pr")).code == 0
    assert "--to is for --pr" in place.run(place.root, *new("--push", "--to", "upstream")).err


# What can be refused is refused before a writer is paid


@pytest.mark.parametrize(
    ("options", "prepare", "said"),
    [
        (("--push", "--remote", "x"), "", "there is no remote 'x'; there are: origin"),
        (("--pr", "--remote", "--exec=x"), "", "there is no remote '--exec=x'"),
        (("--pr",), "no token", "there is no token for github.com: set GH_TOKEN or GITHUB_TOKEN"),
        (("--pr",), "http", "GITHUB_API_URL must begin with https://"),
        (("--push",), "no remote", "there is no remote to push to"),
        (("--push",), "program", "this repository's own configuration names a program to run at"),
        (("--pr",), "program", "this repository's own configuration names a program to run at"),
    ],
)
def test_refused_before_a_writer_is_paid(  # noqa: PLR0913, PLR0917 - fixtures
    options: tuple[str, ...],
    prepare: str,
    said: str,
    place: Place,
    git: Git,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if prepare == "no token":
        monkeypatch.delenv("GITHUB_TOKEN")
    if prepare == "http":
        monkeypatch.setenv("GITHUB_API_URL", "http://api.example")
    if prepare == "program":
        git(place.root, "config", "core.sshCommand", "x")
    if prepare == "no remote":
        git(place.root, "remote", "remove", "origin")
    paid = place.root.parent / "paid"
    writer = ("--writer", "command", "--", "touch", str(paid))
    done = place.run(place.root, *new(*options, *writer))
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error: {said}")
    assert done.err.count("\n") == 1
    assert not paid.exists()


def test_content_repository_names_no_server(place: Place) -> None:
    (place.root / "skillrepo.yaml").write_text("forge: {hosts: {}}\n")
    done = place.run(place.root, "validate", "--json")
    assert "`forge`" in done.err + done.out


# What fails, where it stopped, and how it goes on


def test_push_that_is_refused_leaves_the_branch(place: Place, git: Git) -> None:
    hook = refuse(place.bare, "names must be short")
    done = place.run(place.root, *new("--pr"))
    assert done.code == 2
    assert f"on {BRANCH} (from main" in done.out
    assert done.err.startswith(f"error: {BRANCH} could not be pushed to origin, and is kept here")
    assert "names must be short" in done.err
    assert done.err.count("\n") == 1
    assert "kept in" not in done.err
    assert git(place.root, "rev-parse", BRANCH)
    assert place.server.asked() == ["GET /repos/owner/skills/pulls"]
    hook.unlink()
    assert place.run(place.root, "pr", BRANCH).out.endswith(f"pull request created: {URL}\n")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "GITHUB_TOKEN holds no valid token"),
        (403, "the token in GITHUB_TOKEN may not do that"),
        (404, "there is no such project"),
        (422, "Draft pull requests are not supported"),
        (500, "the trouble is there"),
    ],
)
def test_request_that_is_refused_leaves_what_was_pushed(
    status: int, said: str, place: Place, git: Git
) -> None:
    words = f"Draft pull requests are not supported. You sent {TOKEN}"
    place.server.before("POST", ".*/pulls", refusal(status, words))
    done = place.run(place.root, *new("--draft-pr"))
    assert done.code == 2
    assert done.err.startswith(f"error: {BRANCH} is pushed to origin, but github.com refused to")
    command = f"skillrepo pr {BRANCH} --remote origin --into main --draft-pr"
    assert done.err.endswith(f"Then go on with: {command}\n")
    assert said in done.err
    assert done.err.count("\n") == 1
    assert place.pushed(git) == [BRANCH]
    assert "t0ken" not in done.out + done.err
    again = place.run(place.root, *command.split()[1:])
    assert again.out == (
        f"pushed {BRANCH} to origin (was there already)\npull request created: {URL}\n"
    )
    assert secret_files(place.root, place.bare, Path.home()) == []


def test_wait_is_told(place: Place) -> None:
    limit = refusal(403, "You have exceeded a secondary rate limit.", retry_after="1")
    place.server.before("GET", ".*/pulls", limit)
    done = place.run(place.root, *new("--pr", "--json"))
    assert done.code == 0
    why = "limits how much may be asked of it (Retry-After): going on in 1 s"
    assert done.err == f"github.com {why}\n"
    assert done.json("new")["offered"]["pull_request"]["url"] == URL


def test_too_many(place: Place, git: Git) -> None:
    configure("forge: {max_open: 1}\n")
    place.stand.pull("skill/new/other")
    done = place.run(place.root, *new("--pr"))
    assert done.code == 2
    assert "1 pull requests of skillrepo's are open already" in done.err
    assert place.pushed(git) == [BRANCH]
    assert git(place.root, "rev-parse", BRANCH)


def test_password_of_the_remote_goes_nowhere(place: Place) -> None:
    done = place.run(place.root, *new("--pr"))
    assert "pa55word" not in done.out + done.err + place.stand.pulls[0]["body"]
    for request in place.server.received:
        assert "pa55word" not in str(request)


# skillrepo pr


def test_update_after_people_worked_on_it(place: Place, git: Git) -> None:
    place.run(place.root, *new("--pr"))
    pull = place.stand.pulls[0]
    pull["body"] = f"Please review.\n\n{pull['body']}"
    git(place.root, "switch", "--quiet", BRANCH)
    notes = place.root / f"skills/data/{NAME}/references/notes.md"
    notes.parent.mkdir(exist_ok=True)
    notes.write_text("# Notes\n")
    git(place.root, "add", "--all")
    git(place.root, "commit", "--quiet", "-m", "docs: add notes\n\nSigned-off-by: Ada <a@b.c>")
    done = place.run(place.root, "pr", BRANCH)
    assert done.out == f"pushed {BRANCH} to origin (updated)\npull request updated: {URL}\n"
    assert pull["title"] == f"feat({NAME}): add skill"
    assert pull["body"].startswith("Please review.\n\n<!-- skillrepo:why -->")
    assert f"Commits:\n- feat({NAME}): add skill\n- docs: add notes\n" in pull["body"]
    assert f"adds skills/data/{NAME}/references/notes.md\n" in pull["body"]
    assert "Signed-off-by" not in pull["body"]
    assert place.run(place.root, "pr", BRANCH).out.endswith(f"pull request unchanged: {URL}\n")


def test_branch_by_hand(place: Place, git: Git) -> None:
    git(place.root, "switch", "--quiet", "-c", "skill/revise/csv-join/faster")
    path = place.root / "skills/data/csv-join/SKILL.md"
    path.parent.mkdir(parents=True)
    path.write_text(skill("other-name"))
    git(place.root, "add", "--all")
    git(place.root, "commit", "--quiet", "-m", "fix(csv-join): faster @ada\n\nFixes #1 ``` <b>")
    assert place.run(place.root, "pr", "skill/revise/csv-join/faster").code == 0
    pull = place.stand.pulls[0]
    assert pull["title"] == "fix(csv-join): faster @ ada"
    assert "````text\nFixes - #1 ``` <b>\n````" in pull["body"]
    assert "M102 name-matches-folder" in pull["body"]
    assert "```text\nby hand\n" in pull["body"]
    assert {each["name"] for each in pull["labels"]} == {"skillrepo", "skill: revise"}


def test_branch_does_not_excuse_itself(place: Place, git: Git) -> None:
    git(place.root, "switch", "--quiet", "-c", "skill/new/csv-join")
    path = place.root / "skills/data/csv-join/SKILL.md"
    path.parent.mkdir(parents=True)
    path.write_text(skill("other-name"))
    (place.root / "skillrepo.yaml").write_text("exclude: ['skills/**']\n")
    git(place.root, "add", "--all")
    git(place.root, "commit", "--quiet", "-m", "feat(csv-join): add skill")
    assert place.run(place.root, "pr", "skill/new/csv-join").code == 0
    body = place.stand.pulls[0]["body"]
    assert "M102 name-matches-folder" in body
    assert "adds skillrepo.yaml\n" in body


def test_key_in_a_subject_is_not_published(place: Place, git: Git) -> None:
    key = f"ghp_{'a1B2c3D4e5F6' * 3}"
    commit = git(place.root, "commit-tree", "-p", "main", "-m", f"feat: {key}", "main^{tree}")
    git(place.root, "update-ref", "refs/heads/skill/new/x", commit)
    assert place.run(place.root, "pr", "skill/new/x").code == 0
    assert key not in str(place.stand.pulls)
    assert place.stand.pulls[0]["title"].startswith("feat: ghp_***")


@pytest.mark.parametrize("processes", [6])
def test_many_processes_open_one(processes: int, place: Place) -> None:
    place.run(place.root, *new("--push"))
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "skillrepo", "pr", BRANCH],
            cwd=place.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(processes)
    ]
    said = [each.communicate(timeout=120) for each in started]
    assert [each.returncode for each in started] == [0] * processes, said
    assert len(place.stand.pulls) == 1
    assert sum(f"pull request created: {URL}" in out for out, _ in said) == 1
    assert all(URL in out for out, _ in said)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("skill/new/x",), "there is no branch skill/new/x; `git branch` lists those there are"),
        ((BRANCH.rpartition("/")[2],), f"there is no branch {BRANCH.rpartition('/')[2]}: did you"),
        (("--", "--force"), "'--force' is no name for a branch"),
        (("main",), "main adds no commit to main: it is merged, or empty"),
        ((BRANCH, "--into", "x"), "'x' is not a commit of this repository"),
        ((BRANCH, "--into", "orphan"), f"{BRANCH} and orphan have no common ancestor"),
        ((BRANCH, "--remote", "x"), "there is no remote 'x'"),
    ],
)
def test_pr_that_cannot_be(arguments: tuple[str, ...], said: str, place: Place, git: Git) -> None:
    place.run(place.root, *new())
    git(place.root, "branch", "orphan", git(place.root, "commit-tree", "-m", "x", "main^{tree}"))
    done = place.run(place.root, "pr", *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error: {said}")
    assert place.pushed(git) == []


def test_into(place: Place, git: Git) -> None:
    place.run(place.root, *new())
    git(place.root, "branch", "stable", "main")
    assert place.run(place.root, "pr", BRANCH, "--into", "stable").code == 0
    assert place.stand.pulls[0]["base"]["ref"] == "stable"


def test_into_a_branch_that_the_remote_alone_has(place: Place, git: Git) -> None:
    place.run(place.root, *new())
    git(place.root, "update-ref", "refs/remotes/origin/stable", "main")
    assert place.run(place.root, "pr", BRANCH, "--into", "stable").code == 0
    assert place.stand.pulls[0]["base"]["ref"] == "stable"


def test_outside_of_a_repository(tmp_path: Path, run: Run) -> None:
    done = run(tmp_path, "pr", BRANCH)
    assert done.code == 2
    assert done.err.endswith("or make one with `git init`\n")


def test_without_a_default_branch(place: Place, git: Git) -> None:
    place.run(place.root, *new())
    git(place.root, "update-ref", "-d", "refs/remotes/origin/main")
    git(place.root, "branch", "-m", "main", "trunk")
    done = place.run(place.root, "pr", BRANCH)
    assert done.err == "error: there is no default branch to merge into; name one with --into\n"
    assert place.run(place.root, "pr", BRANCH, "--into", "trunk").code == 0


def test_by_hand(place: Place, git: Git) -> None:
    git(place.root, "remote", "set-url", "origin", str(place.bare))
    done = place.run(place.root, *new("--pr"))
    assert (done.code, done.err) == (0, "")
    folder = place.root / f".git/skillrepo/pull-requests/skill-new-{NAME}"
    assert done.out.endswith(
        f"pushed {BRANCH} to origin (created)\n"
        f"title and body of the pull request are in {folder}\n"
        f"next: git request-pull main origin {BRANCH}\n"
    )
    assert (folder / "title.txt").read_text() == f"feat({NAME}): add skill\n"
    assert "Created with skillrepo" in (folder / "body.md").read_text()
    assert "are available in the Git repository" in git(
        place.root, "request-pull", "main", "origin", BRANCH
    )
    assert place.server.received == []


def test_job_of_github_actions(place: Place) -> None:
    configure("forge: {dispatch: [skills.yml]}\n")
    place.stand.author = "github-actions[bot]"
    done = place.run(place.root, *new("--pr"))
    assert "note: a pull request that a job of GitHub Actions opens" in done.out
    assert "so these workflows were started: skills.yml\n" in done.out
    assert place.stand.dispatched == [("skills.yml", BRANCH)]
