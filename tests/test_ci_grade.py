"""`skillrepo ci grade`: what the events of GitHub Actions have it compare, and what it tells."""

import os
import re
import subprocess
from base64 import b64encode
from pathlib import Path

import git_server
import pytest
from actions_job import Job, StartJob, job_starter
from ci_site import PATH, Site, site_maker
from conftest import Git, MakeRepo
from content_repo import Run, everything, runner
from test_output_github import parse

from skillrepo import schema
from skillrepo.ci import job as told
from skillrepo.ci.as_job import as_job
from skillrepo.finding import Finding, Severity
from skillrepo.git import Repository
from skillrepo.git_notes import read_notes
from skillrepo.grade import gate, record
from skillrepo.grade.graded import Graded, SkillGrade
from skillrepo.output import grade_markdown


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StartJob:
    return job_starter(tmp_path / "temp", monkeypatch)


@pytest.fixture
def site(tmp_path: Path, make_repo: MakeRepo, git: Git, start: StartJob, run: Run) -> Site:
    return site_maker(tmp_path, make_repo, git, start, run)()


@pytest.mark.parametrize(
    ("event", "compared"),
    [
        ("pull_request", "main"),
        ("pull_request_fork", "main"),
        ("merge_group", "main"),
        ("push", "the commit before"),
        ("push_new_branch", "main"),
        ("workflow_dispatch", "main"),
    ],
)
def test_each_event_has_its_base(event: str, compared: str, site: Site) -> None:
    job = site.start(event)
    before = everything(site.clone)
    done = site.run("ci", "grade")
    assert (done.code, done.err) == (1, ""), done
    value = job.report
    assert schema.violations("grade", value) == []
    assert (value["base"], value["base_name"], value["head"]) == (
        site.base,
        compared,
        site.head,
    )
    assert [each["skill"] for each in value["skills"]] == ["data/pdf-merge", "data/pdf-split"]
    assert f"This change fails: data/pdf-merge (1 new, 1 changed, compared with {compared}" in (
        done.out
    )
    assert job.outputs["verdict"] == "fail"
    assert job.outputs["report"] == str(job.folder / "skillrepo-grade/grade.json")
    assert re.fullmatch(r"[01]\.\d\d", job.outputs["grade"])
    assert job.summary.startswith("❌ ")
    assert everything(site.clone) == before
    (found,) = [command for line in done.out.splitlines() if (command := parse(line))]
    assert (found.name, found.properties["file"]) == ("error", PATH)
    assert found.properties["title"] == "L101 links-resolve"


@pytest.mark.parametrize(
    ("mode", "code", "kinds"),
    [("enforce", 1, {"error"}), ("warn", 0, {"warning"}), ("off", 0, set())],
)
def test_the_gate_is_an_input(mode: str, code: int, kinds: set[str], site: Site) -> None:
    job = site.start("pull_request")
    done = site.run("ci", "grade", "--gate", mode)
    assert done.code == code
    assert {found.name for line in done.out.splitlines() if (found := parse(line))} == kinds
    assert job.outputs["verdict"] == "fail"


def test_a_pull_request_that_touches_no_skill_passes(site: Site, git: Git) -> None:
    """It runs all the same: a required check that never ran would block it."""
    git(site.clone, "checkout", "--quiet", "--detach", site.base)
    (site.clone / "README.md").write_text("# New\n")
    git(site.clone, "commit", "--quiet", "--all", "-m", "x")
    job = site.start("pull_request", head=git(site.clone, "rev-parse", "HEAD"))
    done = site.run("ci", "grade")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"No skill differs between main ({site.base[:12]}) and ")
    assert (job.outputs["grade"], job.outputs["verdict"]) == ("", "pass")


def test_what_is_asked_for_goes_before_the_event(site: Site) -> None:
    job = site.start("workflow_dispatch", head=site.base)
    done = site.run("ci", "grade", "--base", "origin/main", "--head", "origin/feature")
    assert done.code == 1
    assert (job.report["base"], job.report["head"]) == (site.base, site.head)


def test_a_branch_that_was_rewritten_is_compared_with_what_it_starts_from(site: Site) -> None:
    job = site.start("push", base="ab" * 20)
    assert site.run("ci", "grade").code == 1
    assert (job.report["base"], job.report["base_name"]) == (site.base, "main")


def test_a_shallow_clone_is_told_what_it_lacks(site: Site, git: Git, run: Run) -> None:
    shallow = site.clone.parent / "shallow"
    upstream = site.upstream.as_uri()
    git(site.upstream, "clone", "--quiet", "--depth=1", "-b", "feature", upstream, str(shallow))
    for event in ("pull_request", "push"):
        site.start(event)
        done = run(shallow, "ci", "grade")
        assert (done.code, done.out) == (2, "")
        assert done.err == (
            f"error: the commit {site.base} of the event is not in this clone: check the "
            "repository out with `fetch-depth: 0`\n"
        )


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("pull_request_target", None, "use pull_request, and for the comment workflow_run"),
        ("", None, "GITHUB_EVENT_NAME is not set"),
        ("pull_request", "[]", "no JSON object"),
        ("pull_request", "{", "cannot be read"),
        ("pull_request", "[" * 100_000, "cannot be read"),
        ("pull_request", "{}", "the event has no `pull_request`"),
        ("pull_request", '{"pull_request": []}', "the event has no `pull_request`"),
        ("pull_request", '{"pull_request": {"base": {"sha": "--output=x"}}}', "`base.sha` of"),
        ("pull_request", '{"pull_request": {"base": {"sha": 7}}}', "`base.sha` of the event"),
        ("merge_group", '{"merge_group": {"base_sha": "main"}}', "`base_sha` of the event is not"),
        ("push", '{"before": "HEAD~1"}', "`before` of the event is not the whole name"),
        ("workflow_dispatch", "{}", "`GITHUB_SHA` of the event is not the whole name"),
    ],
)
def test_unfit_events_are_one_clear_line(
    name: str, text: str | None, words: str, start: StartJob, run: Run
) -> None:
    job = start(name, text="{}" if text is None else text)
    done = run(job.folder, "ci", "grade")
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert done.err.count("\n") == 1
    assert job.outputs == {}


def test_an_event_that_is_not_there(tmp_path: Path, start: StartJob, run: Run) -> None:
    job = start("push")
    (job.folder / "event.json").unlink()
    assert "(GITHUB_EVENT_PATH) cannot be read" in run(tmp_path, "ci", "grade").err


def test_what_cannot_be_written_is_said(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    job = site.start("pull_request")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(job.folder))
    done = site.run("ci", "grade")
    assert done.code == 2
    assert "GITHUB_STEP_SUMMARY" in done.err
    (job.folder / "file").write_text("")
    done = site.run("ci", "grade", "--report", str(job.folder / "file/below"))
    assert done.code == 2
    assert "cannot be written" in done.err


def many(number: int) -> Graded:
    """A change of so many skills, whose names Markdown and HTML would act on."""
    found = []
    for each in range(number):
        name = f"data/{'<&`|' * 60}{each}"
        fault = Finding(f"{name}/SKILL.md", 1, 1, "L101", "links-resolve", Severity.ERROR, "```x")
        layer = gate.LayerVerdict("integrity", "fail", ("x",))
        verdict = gate.Gate("fail", (layer,))
        found.append(
            SkillGrade(
                skill=name,
                path=f"{name}/SKILL.md",
                is_new=False,
                grade=None,
                base=None,
                faults=(fault,) * 30,
                gate=verdict,
            )
        )
    return Graded("0" * 40, "main", "1" * 40, "1" * 12, tuple(found), (), (), "fail")


def test_a_summary_and_annotations_stay_within_the_limits_of_github(start: StartJob) -> None:
    job: Job = start("push")
    graded = many(2_000)
    environ = {"GITHUB_STEP_SUMMARY": str(job.folder / "summary")}
    told.summarize(graded, environ)
    text = job.summary
    assert 100_000 < len(text.encode()) <= 1 << 20
    assert text.endswith("</sub>\n")
    assert text.count("<details>") == text.count("</details>")
    fences = [line for line in text.splitlines() if line.startswith("```")]
    assert len(fences) % 2 == 0
    assert len("\n".join(grade_markdown.render(graded))) < grade_markdown.MOST
    lines = [found for line in told.annotated(graded, "enforce") if (found := parse(line))]
    assert [each.name for each in lines] == ["error"] * 10 + ["notice"]
    assert lines[-1].data == "and 59,990 errors more; the job's summary has them"


def test_outputs_cannot_be_forged(tmp_path: Path, start: StartJob) -> None:
    job = start("push")
    report = tmp_path / "x\ngrade<<y\n1.00\ny"
    told.set_outputs(many(1), report, {"GITHUB_OUTPUT": str(job.folder / "output")})
    assert job.outputs == {"grade": "", "verdict": "fail", "report": str(report)}


def test_a_push_to_the_default_branch_records_every_skill(
    site: Site, git: Git, git_env: Path, run: Run
) -> None:
    """Also where git knows nobody who commits, as on a runner."""
    anonymous = "[user]\n\tuseConfigOnly = true\n"
    (git_env / ".gitconfig").write_text(anonymous)
    site.start("push")
    done = site.run("ci", "grade", "--gate", "warn", "--record")
    assert (done.code, done.err) == (0, ""), done
    assert f"recorded in {record.REF}: 2 new of 2 skills\n" in done.out
    upstream = Repository.open(site.upstream)
    assert len(read_notes(upstream, record.REF)) == 2
    who = git(site.upstream, "log", "-1", "--format=%an <%ae>", record.REF)
    assert who == "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>"
    assert (git_env / ".gitconfig").read_text() == anonymous
    assert "GIT_COMMITTER_EMAIL" not in os.environ
    # The next job has another clone.
    again = site.clone.parent / "again"
    git(site.upstream, "clone", "--quiet", str(site.upstream), str(again))
    done = run(again, "ci", "grade", "--gate", "warn", "--record")
    assert f"recorded in {record.REF}: 0 new of 2 skills\n" in done.out


@pytest.mark.parametrize("event", ["pull_request_fork", "merge_group", "push_new_branch"])
def test_nothing_else_is_recorded(event: str, site: Site, git: Git) -> None:
    site.start(event)
    done = site.run("ci", "grade", "--gate", "warn", "--record")
    assert done.code == 0
    assert "not recorded: " in done.out
    for root in (site.clone, site.upstream):
        assert git(root, "for-each-ref", "refs/notes") == ""


def test_the_token_goes_to_the_server_of_the_job_alone(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is in no file, and gone afterwards."""
    repository = Repository.open(site.clone)
    monkeypatch.setenv("GITHUB_TOKEN", "t0ken")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "user.email")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "x@example.org")
    ask = ("config", "--get-urlmatch", "http.extraheader")
    for server, sent in (("https://github.com", True), ("http://github.com", False)):
        monkeypatch.setenv("GITHUB_SERVER_URL", server)
        with as_job(repository):
            told = subprocess.run(
                ["git", *ask, f"{server}/owner/skills.git"], capture_output=True, check=False
            )
            others = subprocess.run(
                ["git", *ask, "https://evil.example/"], capture_output=True, check=False
            )
            assert repository.setting("user.email") == "x@example.org"
        word = b64encode(b"x-access-token:t0ken")
        assert told.stdout == (b"AUTHORIZATION: basic " + word + b"\n" if sent else b"")
        assert others.stdout == b""
    assert os.environ["GIT_CONFIG_COUNT"] == "1"
    # What `actions/checkout` has left is not sent twice.
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
    site.git(site.clone, "config", "http.https://github.com/.extraheader", "AUTHORIZATION: x")
    with as_job(repository):
        assert os.environ["GIT_CONFIG_COUNT"] == "1"


def test_notes_are_pushed_with_the_token_of_the_job(
    site: Site, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over HTTP, as at GitHub, from a clone that has no credentials."""
    git(site.upstream, "config", "http.receivepack", "true")
    site.start("push")
    with git_server.serving(site.upstream.parent, "t0ken") as server:
        git(site.clone, "remote", "set-url", "origin", f"{server.url}/upstream")
        monkeypatch.setenv("GITHUB_SERVER_URL", server.url)
        done = site.run("ci", "grade", "--gate", "warn", "--record")
        assert done.code == 2
        assert done.err.startswith("error: the notes of origin could not be fetched: ")
        assert server.refused == 1
        monkeypatch.setenv("GITHUB_TOKEN", "t0ken")
        done = site.run("ci", "grade", "--gate", "warn", "--record")
        assert (done.code, done.err) == (0, ""), done
        assert server.refused == 1
    assert git(site.upstream, "notes", "--ref", record.REF, "list").count("\n") == 1
    assert b"t0ken" not in (site.clone / ".git/config").read_bytes()
