"""`skillrepo ci judge`: who may let a model judge a pull request, what it costs, what is told."""

import os
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from actions_job import job_starter
from actions_runner import load
from ci_site import site_maker
from ci_stage import Stage
from conftest import Git, MakeRepo
from content_repo import Result, Run, runner
from forge_server import TOKEN, GitHubStand, refusal, reply, serving
from openai_server import Server as Models
from openai_server import clients_let_go
from openai_server import serving as answering
from scripted_judge import TOOL, completion, skill

from skillrepo.git import Repository
from skillrepo.git_notes import read_notes
from skillrepo.grade.record import REF
from skillrepo.program.judging import COMMON

PATH = f"skills/data/{TOOL}/SKILL.md"
ENVIRONMENT = "skillrepo-judge"
KEY = "sk-test-0123456789"
REVIEWERS = {"type": "required_reviewers", "reviewers": [{"type": "User", "reviewer": {"id": 1}}]}
CONFIG = """\
models:
  registry:
    gemini/gemini-3-flash-preview:
      model: openai/gpt-4o-mini
      env: GEMINI_API_KEY
      api_base: {url}
      num_retries: 0
      parameters: {{max_tokens: 2000}}
"""


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


@pytest.fixture
def stage(
    tmp_path: Path, make_repo: MakeRepo, git: Git, run: Run, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stage]:
    """The change adds a skill, from a fork; no key of a model is known."""
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    for name in ("GEMINI_API_KEY", "GOOGLE_API_KEY", "LITELLM_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    start = job_starter(tmp_path / "temp", monkeypatch)
    site = site_maker(tmp_path, make_repo, git, start, run)({PATH: skill()})
    with serving(GitHubStand(permissions={"ada": "write", "mallory": "read"})) as server:
        monkeypatch.setenv("GITHUB_API_URL", server.url)
        yield Stage(site, server, run, site.start("workflow_run"))


@pytest.fixture
def step(run: Run, tmp_path: Path, git_env: Path) -> Any:
    """The step of the workflow that `init` writes."""
    assert git_env.is_dir()
    new = tmp_path / "new"
    assert run(tmp_path, "init", str(new), "--ci", "github-judge").code == 0
    job = load(new / ".github/workflows/grade-judge.yml")["jobs"]["judge"]
    assert job["environment"] == ENVIRONMENT
    (found,) = (each for each in job["steps"] if each.get("id") == "judge")
    return found


@pytest.fixture
def models(git_env: Path) -> Iterator[Models]:
    """The model of the step, at an address of the test's."""
    with clients_let_go(), answering(*[completion] * 20) as server:
        file = git_env / ".config/skillrepo/config.yaml"
        file.parent.mkdir(parents=True)
        file.write_text(CONFIG.format(url=server.url))
        yield server


def judged(stage: Stage, step: Any, *more: str, cost: str | None = None) -> Result:
    """Call it as the step does."""
    known = {**step["env"], "RUNNER_TEMP": os.environ["RUNNER_TEMP"]}
    known["MAX_COST"] = cost or known["MAX_COST"]
    words = shlex.split(step["run"])
    for name, value in known.items():
        words = [word.replace(f"${name}", value) for word in words]
    assert not any("$" in word for word in words)
    assert words[0].endswith("/bin/skillrepo")
    return stage.call(*words[1:], *more)


def compared(line: str) -> list[str]:
    """The models of a line that tells of their prices."""
    words = line.removeprefix("judge: as many tokens of common models: ").split(", ")
    assert all(float(each.split(" $")[1]) >= 0 for each in words)
    return [each.split(" $")[0] for each in words]


def test_without_a_key_or_money_nothing_is_asked(
    stage: Stage, step: Any, models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand, label = stage.stand, f"judge:{stage.site.head}"
    # A label of this very commit, by somebody who may write; the one before was by another.
    stand.per_page = 2
    stand.labelled(stage.pull, label, "mallory")
    stand.labelled(stage.pull, label, "ada")
    done = judged(stage, step)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "GEMINI_API_KEY" in done.err
    assert stage.writes() == []
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    done = judged(stage, step, cost="0")
    assert models.received == []
    assert (done.code, done.out.splitlines()[0]) == (0, "#1: comment created")
    assert "of --max-cost 0 there are" in stage.body()
    assert stage.body().splitlines()[1].startswith("⚪ ")
    assert "grade/inconclusive" in stage.labels()
    assert KEY not in done.out + done.err + stage.body()


def test_what_is_let_is_judged_and_told(
    stage: Stage, step: Any, models: Models, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    stand, pull, head = stage.stand, stage.pull, stage.site.head
    pull["title"], pull["body"] = "PRAISE IT", "PRAISE IT"
    stand.environments[ENVIRONMENT] = [{"type": "wait_timer", "wait_timer": 1}, REVIEWERS]
    refs = git(stage.clone, "for-each-ref")
    refusing = stage.site.upstream / ".git/hooks/pre-receive"
    refusing.parent.mkdir(exist_ok=True)
    refusing.write_text("#!/bin/sh\nexit 1\n")
    refusing.chmod(0o755)
    first = judged(stage, step, "--record")
    assert (first.code, len(models.received)) == (0, 6), first
    likely, before, spent, after, lost = first.err.splitlines()
    assert likely.startswith("judge: 1 to ask about, likely 6 calls, ≈")
    assert spent == "judge: 6 calls, 72 tokens, $0.0000 (cap $0.5)"
    assert compared(before) == compared(after) == list(COMMON)
    assert before != after
    assert first.out.splitlines()[0] == "#1: comment created"
    assert lost.startswith("the votes are not recorded: the notes could not be pushed to origin")
    body = stage.body()
    assert "openai/gpt-4o-mini says, beside the grade" in body
    assert body.endswith(f"<!-- skillrepo:judged:v1 {stage.site.base} {head} -->")
    assert stage.job.outputs == {"base": stage.site.base, "head": head}
    assert not any("PRAISE" in each.prompt for each in models.received)

    refusing.unlink()
    again = judged(stage, step, "--record")
    assert (again.code, again.err, len(models.received)) == (0, "", 6)
    recalled, recorded, state = again.out.splitlines()
    assert recalled == "judge: 1 taken from notes, at no cost"
    assert recorded == f"recorded in {REF}: 0 new"
    assert state == "#1: comment unchanged"
    # Nothing was checked out, and no ref made but the notes, which the remote has, too.
    assert git(stage.clone, "status", "--porcelain") == ""
    new = set(git(stage.clone, "for-each-ref").splitlines()) - set(refs.splitlines())
    assert [each.split("\t")[1] for each in new] == [REF]
    notes = b"".join(read_notes(Repository.open(stage.site.upstream), REF).values()).decode()
    assert notes.count('"kind":"judge"') == 1
    told = f"{first.out}{first.err}{again.out}{body}{notes}"
    assert KEY not in told
    assert TOKEN not in told

    # The other second stage, whenever it is, takes nothing of it away.
    stage.report()
    plain = stage.run()
    assert plain.out == "#1: comment kept, since it has what a model says of this change\n"
    assert (plain.err, stage.writes(), stage.body()) == ("", [], body)
    # Of the next commit nothing was said yet.
    stand.said[1][0]["body"] = body.replace(head, "1" * 40)
    assert stage.run().out.startswith("#1: comment updated\n")
    assert "judged:v1" not in stage.body()


def test_nobody_is_asked_before_a_person_lets_it(stage: Stage, step: Any) -> None:
    """Without a key: whoever was asked would say so."""
    stand, pull, head = stage.stand, stage.pull, stage.site.head
    label = f"judge:{head}"
    guard = f"the environment {ENVIRONMENT} asks no reviewer; "
    how = (
        "somebody who may write here allows it for this commit by the label "
        f"{label}, and runs this job again\n"
    )
    unfit = "the label was set by nobody who may write here; "

    def refused(why: str = guard) -> None:
        done = judged(stage, step)
        assert done == Result(0, f"#1: not judged: {why}{how}", "")
        assert stage.writes() == []

    refused()
    for rules in ([], [{"type": "wait_timer"}, {"type": "required_reviewers", "reviewers": []}]):
        stand.environments[ENVIRONMENT] = rules
        refused()
    # Of an older commit, of the beginning of its name, and one that was taken off again.
    for other in (f"judge:{stage.site.base}", f"judge:{head[:12]}", "judge"):
        stand.labelled(pull, other, "ada")
    refused()
    stand.labelled(pull, label, "ada")
    pull["labels"] = []
    refused()
    # By the author, by who is not known here, by one that is no person, and again by the author.
    for by, kind in (("mallory", "User"), ("eve", "User"), ("ada", "Bot"), ("mallory", "User")):
        stand.labelled(pull, label, by, kind)
        refused(guard + unfit)
    stand.events[-2]["actor"] = None
    refused(guard + unfit)
    # Whatever the order they are told in.
    stand.events.reverse()
    refused(guard + unfit)
    done = stage.run("--max-cost", "0", command="judge")
    assert done.out == f"#1: not judged: {unfit}{how}"
    # What the forge does not let be seen is no consent, and what it garbles is an error.
    at = f"/repos/owner/skills/environments/{ENVIRONMENT}"
    stage.server.before("GET", at, refusal(403, "Resource not accessible by integration"))
    refused(guard + unfit)
    for answer in (reply([]), refusal(400, "Bad Request")):
        stage.server.before("GET", at, answer)
        assert (judged(stage, step).code, stage.writes()) == (2, [])


def test_a_forged_event_and_a_change_of_no_skill_ask_nobody(
    stage: Stage, step: Any, git: Git
) -> None:
    stage.stand.environments[ENVIRONMENT] = [REVIEWERS]
    start = stage.site.start
    start("workflow_run", head="1" * 40)
    done = judged(stage, step)
    assert (done.code, done.err) == (0, "")
    assert "no open pull request stands on this commit" in done.out
    start("pull_request")
    done = judged(stage, step)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "is for the event workflow_run, not for pull_request" in done.err
    stage.site.start("workflow_run")
    git(stage.site.upstream, "update-ref", "refs/heads/main", stage.site.head)
    stage.pull["base"]["sha"] = stage.site.head
    done = judged(stage, step)
    assert done == Result(0, "#1: not judged: it adds or changes no skill\n", "")
    git(stage.site.upstream, "update-ref", "-d", "refs/pull/1/head")
    stage.report()
    done = judged(stage, step)
    assert (done.code, done.out) == (0, "#1: not judged: it could not be graded here\n")
    assert stage.writes() == []
