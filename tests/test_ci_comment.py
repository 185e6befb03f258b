"""`skillrepo ci comment`: what the second stage says on a pull request, and what it believes."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from actions_job import StartJob, event_text, job_starter
from actions_runner import load
from ci_site import NEW, PATH, Site, site_maker
from ci_stage import BRANCH, SKILL, Stage
from conftest import Git, MakeRepo
from content_repo import Run, runner, skill
from forge_server import TOKEN, GitHubStand, Reply, Server, refusal, reply, serving
from markdown_it import MarkdownIt

from skillrepo.ci.comment import DIFFERS, MARKER, UNVERIFIED

AT = "/repos/owner/skills"
READS = ("GET",)
FAULT = {
    "path": PATH,
    "line": 1,
    "column": 1,
    "code": "L101",
    "rule": "links-resolve",
    "severity": "error",
    "message": "x",
    "fix": None,
}
STATIC = {"score": 0.5, "label": "below", "percentile": 1, "measures": {}}


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    with serving(GitHubStand()) as found:
        monkeypatch.setenv("GITHUB_API_URL", found.url)
        yield found


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StartJob:
    return job_starter(tmp_path / "temp", monkeypatch)


@pytest.fixture
def site(tmp_path: Path, make_repo: MakeRepo, git: Git, start: StartJob, run: Run) -> Site:
    make = site_maker(tmp_path, make_repo, git, start, run)
    # A link in the wrong case has one right repair.
    case = skill(body="# Merging\n\nSee [more](MORE.md).\n\nSee [nothing](no.md).\n")
    more = {"skills/data/pdf-merge/more.md": "# More\n"}
    return make({PATH: case, NEW: skill("pdf-split"), **more})


@pytest.fixture
def stage(site: Site, server: Server, run: Run) -> Stage:
    return Stage(site, server, run, site.start("workflow_run"))


def test_a_fork_is_told_once_and_brought_up_to_date(stage: Stage, git: Git) -> None:
    before = git(stage.clone, "for-each-ref")
    done = stage.run()
    assert (done.code, done.err) == (0, ""), done
    assert done.out.splitlines() == [
        "#1: comment created",
        "#1: labels grade/fail, skill/changed, skill/new",
        "#1: suggestions: 1",
    ]
    body = stage.body()
    assert body.splitlines()[1].startswith("❌ **This change fails: <code>data/pdf-merge</code>**")
    assert body.endswith(f"<sub>Of commit {stage.site.head[:12]}.</sub>")
    assert stage.labels() == {"grade/fail", "skill/changed", "skill/new"}
    assert stage.stand.labels["grade/fail"]["color"] == "d73a4a"
    (review,) = stage.stand.reviews
    assert (review["event"], review["commit_id"]) == ("COMMENT", stage.site.head)
    (remark,) = review["comments"]
    assert (remark["path"], remark["line"], remark["side"]) == (PATH, 8, "RIGHT")
    assert remark["body"].endswith("\n\n```suggestion\nSee [more](more.md).\n```")
    # Nothing was checked out, and no ref was made.
    assert git(stage.clone, "for-each-ref") == before
    assert git(stage.clone, "status", "--porcelain") == ""
    assert all(each.headers["authorization"] == f"Bearer {TOKEN}" for each in stage.server.received)

    again = stage.run()
    assert (again.code, again.out) == (0, "#1: comment unchanged\n")
    assert stage.writes() == []

    # The pull request mends all.
    upstream = stage.site.upstream
    git(upstream, "switch", "--quiet", "--detach", "refs/pull/1/head")
    (upstream / PATH).write_text(skill(body="# Merging\n\nSee [more](more.md).\n"))
    git(upstream, "commit", "--quiet", "--all", "-m", "mend")
    head = git(upstream, "rev-parse", "HEAD")
    git(upstream, "update-ref", "refs/pull/1/head", head)
    stage.pull["head"]["sha"] = head
    event = stage.job.folder / "event.json"
    event.write_text(event_text("workflow_run", stage.site.base, head))
    done = stage.run()
    assert done.out.splitlines() == [
        "#1: comment updated",
        "#1: labels grade/pass, skill/changed, skill/new",
    ]
    assert len(stage.stand.said[1]) == 1
    assert stage.body().splitlines()[1] == "✅ **This change passes**"
    assert stage.labels() == {"grade/pass", "skill/changed", "skill/new"}


def test_a_connection_that_is_cut_in_the_middle(stage: Stage) -> None:
    """What was done stands, and the next run goes on from there: no comment is made twice."""
    broken = Reply(201, b'{"id": 1', length=100)
    stage.server.before("POST", f"{AT}/issues/1/labels", broken)
    done = stage.run()
    assert (done.code, done.out) == (2, "#1: comment created\n")
    assert "broke off" in done.err
    assert done.err.count("\n") == 1
    assert TOKEN not in done.err
    again = stage.run()
    assert (again.code, again.err) == (0, "")
    assert again.out.startswith("#1: comment unchanged\n#1: labels grade/fail, ")
    assert stage.body().count(MARKER) == 1


def test_a_forged_report_is_not_believed(stage: Stage) -> None:
    stage.report()
    done = stage.run()
    assert (done.code, done.err) == (0, "")
    assert DIFFERS in stage.body()
    assert "evil" not in stage.body()
    assert stage.body().splitlines()[1].startswith("❌ ")
    assert "grade/fail" in stage.labels()


def test_the_report_of_the_first_stage_is_the_same(stage: Stage) -> None:
    stage.site.start("pull_request_fork")
    assert stage.site.run("ci", "grade").code == 1
    stage.site.start("workflow_run")
    done = stage.run()
    assert (done.code, done.err) == (0, "")
    assert DIFFERS not in stage.body()


def test_both_stages_as_init_writes_them(stage: Stage, run: Run) -> None:
    """The steps that call skillrepo, one stage after the other; only the report goes between."""
    new = stage.job.folder / "new"
    assert run(stage.job.folder, "init", str(new), "--ci", "github-comment").code == 0
    program = stage.job.folder / "skillrepo/bin/skillrepo"
    program.parent.mkdir(parents=True)
    program.symlink_to(Path(sys.executable).with_name("skillrepo"))

    def step(workflow: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
        (job,) = load(new / f".github/workflows/{workflow}.yml")["jobs"].values()
        (found,) = (
            each for each in job["steps"] if "skillrepo ci" in each.get("run", "").replace('"', "")
        )
        asked = found.get("env", {})
        assert asked == dict.fromkeys(environ, "${{ github.token }}")
        return subprocess.run(
            ["bash", "-e", "-c", found["run"]],
            cwd=cwd,
            env={**{n: v for n, v in os.environ.items() if n != "GITHUB_TOKEN"}, **environ},
            capture_output=True,
            text=True,
            check=False,
        )

    job = stage.site.start("pull_request_fork")
    first = step("grade", stage.site.clone)
    assert (first.returncode, first.stderr) == (1, ""), first
    assert job.outputs["report"] == str(job.folder / "skillrepo-grade/grade.json")
    stage.site.start("workflow_run")
    second = step("grade-comment", stage.clone, GITHUB_TOKEN=TOKEN)
    assert (second.returncode, second.stderr) == (0, ""), second
    assert second.stdout.startswith("#1: comment created\n")
    assert DIFFERS not in stage.body()


# Text of a report, or what differs in a fit one, and what is said of it.
UNFIT: list[tuple[str | None, dict[str, Any], str]] = [
    ("{", {}, "is no JSON"),
    ('{"version": NaN}', {}, "is no JSON"),
    ("[" * 100_000, {}, "is no JSON"),
    ("[]", {}, "is not of this version's shape"),
    (" " * ((8 << 20) + 1), {}, "has more than 8 MiB"),
    (None, {"version": 2}, "is not of this version's shape"),
    (None, {"verdict": "great"}, "is not of this version's shape"),
    (None, {"head": "1" * 40}, "is of another commit"),
    (None, {"base": "main"}, "cannot be right"),
    (None, {"others": [{**FAULT, "line": 0}]}, "cannot be right"),
    (None, {"skills": [{**SKILL, "base": {**STATIC, "score": 1e300}}]}, "cannot be right"),
    (None, {"skills": [{**SKILL, "grade": {**STATIC, "percentile": -1}}]}, "cannot be right"),
]


def test_an_unfit_report_is_not_used(stage: Stage) -> None:
    for text, changes, words in UNFIT:
        stage.report(text, **changes)
        done = stage.run()
        assert (done.code, done.err.count("\n")) == (0, 1), done
        assert words in done.err
        assert DIFFERS in stage.body()


def test_a_report_is_a_regular_file(stage: Stage) -> None:
    file = stage.job.folder / "skillrepo-grade/grade.json"
    stage.report()
    file.rename(stage.job.folder / "elsewhere")
    for make in (
        lambda: file.symlink_to(stage.job.folder / "elsewhere"),
        lambda: os.mkfifo(file),
        file.mkdir,
    ):
        file.unlink(missing_ok=True)
        make()
        done = stage.run()
        assert done.code == 0
        assert "grade.json" in done.err
        assert DIFFERS in stage.body()


def test_what_cannot_be_made_anew_is_marked_and_has_no_label(stage: Stage, git: Git) -> None:
    git(stage.site.upstream, "update-ref", "-d", "refs/pull/1/head")
    # Of an earlier commit.
    stage.pull["labels"] = [{"name": "grade/pass"}, {"name": "skill/new"}, {"name": "other"}]
    stage.report()
    done = stage.run()
    assert done.code == 0
    assert "the pull request could not be graded here: #1 could not be fetched" in done.err
    assert UNVERIFIED in stage.body()
    assert stage.labels() == {"other"}
    assert stage.stand.reviews == []
    # What the report says is text, and acts on nobody.
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(stage.body())
    assert "<img" not in html
    assert "<a " not in html
    assert "@everyone" not in stage.body()
    (stage.job.folder / "skillrepo-grade/grade.json").unlink()
    done = stage.run()
    assert (done.code, done.out) == (2, "")
    assert "could not be fetched" in done.err


def test_no_program_is_run_that_the_clone_names(stage: Stage, git: Git, tmp_path: Path) -> None:
    git(stage.clone, "config", "remote.origin.uploadpack", f"touch {tmp_path}/ran; git-upload-pack")
    done = stage.run()
    assert (done.code, done.out) == (2, "")
    assert "names a program to run" in done.err
    assert not (tmp_path / "ran").exists()


def test_a_head_that_moved_on_is_left_to_its_own_run(stage: Stage) -> None:
    moved = json.loads(json.dumps(stage.pull))
    moved["head"]["sha"] = "1" * 40
    stage.server.before("GET", f"{AT}/pulls/1", reply(moved))
    done = stage.run()
    assert (done.code, done.out) == (0, "#1 has moved on meanwhile: its next run tells of it\n")
    stage.pull["head"]["sha"] = "1" * 40
    done = stage.run()
    assert done.code == 0
    assert "no open pull request stands on this commit" in done.out
    stage.pull["head"]["sha"] = stage.site.head
    stage.pull["head"]["repo"] = None
    assert "no open pull request stands on this commit" in stage.run().out
    assert stage.stand.said == {}


def test_the_number_is_asked_for_and_a_hint_only_chooses(stage: Stage) -> None:
    """The event may name pull requests; one that is for another branch is not commented on."""
    for _ in range(3):
        stage.stand.pull(BRANCH, owner="eve")
    other = stage.open()
    stage.site.git(stage.site.upstream, "update-ref", "refs/pull/5/head", stage.site.head)
    stage.stand.per_page = 1
    event = json.loads(event_text("workflow_run", stage.site.base, stage.site.head))
    event["workflow_run"]["pull_requests"] = [{"number": 2}, {"number": 5}, {"number": "x"}, 7]
    (stage.job.folder / "event.json").write_text(json.dumps(event))
    done = stage.run()
    assert (done.code, done.err) == (0, "")
    assert stage.stand.said.keys() == {other["number"]} == {5}


def test_only_our_own_comment_is_edited(stage: Stage) -> None:
    stage.stand.comment(1, f"{MARKER}\nI am the bot", author="mallory")
    stage.stand.comment(1, f"{MARKER}\nI am a bot", author="other[bot]")
    stage.stand.comment(1, "something else")
    stage.stand.comment(1, f"{MARKER}\nold")
    stage.stand.per_page = 1
    assert stage.run().out.startswith("#1: comment updated\n")
    bodies = [each["body"].splitlines()[1:] for each in stage.stand.said[1]]
    assert bodies[:3] == [["I am the bot"], ["I am a bot"], []]
    assert len(bodies) == 4
    assert "old" not in bodies[3]


def test_a_change_without_skills_is_not_commented_on(stage: Stage, git: Git) -> None:
    stage.pull["base"]["sha"] = stage.site.head
    git(stage.site.upstream, "update-ref", "refs/heads/main", stage.site.head)
    stage.pull["labels"] = [{"name": "grade/fail"}, {"name": "other"}]
    done = stage.run()
    assert (done.code, done.out) == (0, "#1: no comment\n#1: labels removed\n")
    assert stage.labels() == {"other"}
    # One that is there says so.
    stage.stand.comment(1, f"{MARKER}\nold")
    assert stage.run().out.startswith("#1: comment updated\n")
    assert "No skill differs between <code>main</code> (" in stage.body()


def test_without_a_gate_there_are_neither_labels_nor_suggestions(stage: Stage) -> None:
    stage.pull["labels"] = [{"name": "grade/fail"}]
    done = stage.run("--gate", "off")
    assert (done.code, done.out) == (0, "#1: comment created\n#1: labels removed\n")
    assert stage.labels() == set()
    assert stage.stand.reviews == []


@pytest.mark.parametrize(
    ("method", "path", "answer", "words"),
    [
        (
            "POST",
            f"{AT}/issues/1/comments",
            refusal(403, "Resource not accessible by integration"),
            "(403: Resource not accessible by integration); the token in GITHUB_TOKEN may not do",
        ),
        ("GET", f"{AT}/pulls", refusal(404, "Not Found"), "there is no such project"),
        (
            "POST",
            f"{AT}/issues/1/comments",
            refusal(422, "Validation Failed", {"field": "body", "code": "too_long"}),
            "refused to create (422: Validation Failed; body too_long)",
        ),
        ("GET", f"{AT}/pulls/1", Reply(200, b'{"number"', length=2_000), "broke off"),
        ("GET", f"{AT}/pulls/1", reply([]), "did not answer as its interface does"),
        ("GET", f"{AT}/issues/1/comments", refusal(429, "x", retry_after="99999"), "try again in"),
    ],
)
def test_what_the_forge_refuses_is_one_line(
    method: str, path: str, answer: Reply, words: str, stage: Stage
) -> None:
    stage.server.before(method, path, answer)
    done = stage.run()
    assert done.code == 2
    assert words in done.err
    assert done.err.count("\n") == 1
    assert TOKEN not in done.out + done.err


def test_a_limit_is_waited_for(stage: Stage) -> None:
    limited = refusal(403, "You have exceeded a secondary rate limit", retry_after="0")
    stage.server.before("POST", f"{AT}/issues/1/comments", limited)
    assert stage.run().code == 0
    assert stage.server.asked().count(f"POST {AT}/issues/1/comments") == 2


def test_a_label_that_somebody_has_removed_or_made_meanwhile(stage: Stage) -> None:
    stage.pull["labels"] = [{"name": "skill/removed"}]
    gone = refusal(404, "Label does not exist")
    stage.server.before("DELETE", f"{AT}/issues/1/labels/skill/removed", gone)
    made = refusal(422, "Validation Failed", {"field": "name", "code": "already_exists"})
    stage.server.before("POST", f"{AT}/labels", made)
    assert stage.run().code == 0
    refused = refusal(403, "Resource not accessible by integration")
    stage.pull["labels"] = [{"name": "skill/removed"}]
    stage.server.before("DELETE", f"{AT}/issues/1/labels/skill/removed", refused)
    assert stage.run().code == 2
    stage.stand.said[1][0]["id"] = "x"
    stage.stand.said[1][0]["body"] = f"{MARKER}\nold"
    done = stage.run()
    assert "did not answer as its interface does" in done.err


def test_a_review_that_is_refused_costs_no_comment(stage: Stage) -> None:
    why = refusal(422, "Unprocessable Entity", "Pull request review thread line must be part of")
    stage.server.before("POST", f"{AT}/pulls/1/reviews", why)
    done = stage.run()
    assert (done.code, done.err) == (0, "")
    assert "#1: no suggestions: " in done.out
    assert stage.body()


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"event": "push"}, 0, "the run was for no pull request"),
        ({"head_sha": "main"}, 2, "`head_sha` of the event is not the whole name of a commit"),
        ({"head_repository": None}, 2, "`head_repository.full_name` of the event is not the name"),
        ({"head_repository": {"full_name": "a/b/c"}}, 2, "is not the name of a project"),
    ],
)
def test_events_of_the_second_stage(
    change: dict[str, Any], code: int, words: str, start: StartJob, run: Run
) -> None:
    event = json.loads(event_text("workflow_run", "0" * 40, "1" * 40))
    event["workflow_run"] |= change
    job = start("workflow_run", text=json.dumps(event))
    done = run(job.folder, "ci", "comment", "--report", "x")
    assert done.code == code
    assert words in done.out + done.err
    start("pull_request")
    done = run(job.folder, "ci", "comment", "--report", "x")
    assert "is for the event workflow_run, not for pull_request" in done.err
