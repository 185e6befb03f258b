"""The action `grade`, run as GitHub runs it, on the events that GitHub sends."""

import json
import subprocess
import sysconfig
from pathlib import Path

import checkout
import pytest
from actions_job import StartJob, job_starter, outputs_of
from actions_runner import Outcome, expand, installed_python, load, run_action
from checkout import CHECKOUT
from ci_site import Site, site_maker
from conftest import Git, MakeRepo
from content_repo import Run, runner

from skillrepo import schema
from skillrepo.grade.score import shown

ACTION = CHECKOUT / ".github/actions/grade"
WORKFLOWS = CHECKOUT / ".github/workflows"


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StartJob:
    return job_starter(tmp_path / "temp", monkeypatch)


@pytest.fixture
def site(tmp_path: Path, make_repo: MakeRepo, git: Git, start: StartJob, run: Run) -> Site:
    return site_maker(tmp_path, make_repo, git, start, run)()


def run_workflow(temporary: Path, workspace: Path, gate: str = "") -> tuple[Outcome, str]:
    """The steps of the reusable workflow, whose checkout is `workspace`; the file that it keeps.

    What other people's actions do is not run.
    """
    (job,) = load(WORKFLOWS / "grade.yml")["jobs"].values()
    python, checked_out, grade, keep = job["steps"]
    assert python["uses"].startswith("actions/setup-python@")
    assert checked_out["uses"].startswith("actions/checkout@")
    assert checked_out["with"] == {"fetch-depth": 0, "persist-credentials": False}
    assert grade["uses"] == "$/.github/actions/grade"
    inputs = {name: expand(value, {"inputs.gate": gate}) for name, value in grade["with"].items()}
    inputs["python"] = installed_python(temporary)
    done = run_action(ACTION, inputs, workspace, temporary)
    known = {f"steps.{grade['id']}.outputs.{name}": value for name, value in done.outputs.items()}
    handed_on = {name: expand(value, known) for name, value in job["outputs"].items()}
    assert handed_on == {name: done.outputs[name] for name in ("grade", "verdict")}
    assert keep["uses"].startswith("actions/upload-artifact@")
    return done, expand(keep["with"]["path"], known)


@pytest.mark.parametrize(
    "event", ["pull_request", "pull_request_fork", "merge_group", "push", "workflow_dispatch"]
)
def test_each_event_is_graded(event: str, site: Site) -> None:
    job = site.start(event)
    # What a pull request brings is not run, whatever it is called.
    for name in ("venv.py", "pip.py", "sitecustomize.py", "skillrepo.py", "pyproject.toml"):
        (site.clone / name).write_text("raise SystemExit('run')")
    done, artifact = run_workflow(job.folder, site.clone)
    assert (done.code, done.err) == (1, ""), done
    assert artifact == done.outputs["report"]
    assert done.out.startswith("::error file=skills/data/pdf-merge/SKILL.md,line=8,col=5,title=")
    assert "\nThis change fails: data/pdf-merge (" in done.out
    assert done.outputs["verdict"] == "fail"
    report = json.loads(Path(done.outputs["report"]).read_text())
    assert schema.violations("grade", report) == []
    assert (report["base"], report["head"]) == (site.base, site.head)
    scores = [each["grade"]["score"] for each in report["skills"]]
    assert done.outputs["grade"] == shown(min(scores))
    assert done.summary.startswith("❌ ")
    assert not list(site.clone.rglob("pwned")) + list(job.folder.rglob("pwned"))


def test_inputs_are_words_and_no_options(site: Site) -> None:
    job = site.start("workflow_dispatch", head=site.base)
    inputs = {
        "python": installed_python(job.folder),
        "working-directory": "skills",
        "base": site.base,
        "head": site.head,
        "gate": "warn",
        "record": "true",
    }
    done = run_action(ACTION, inputs, site.clone, job.folder)
    assert (done.code, done.err) == (0, ""), done
    assert "::warning file=skills/data/pdf-merge/SKILL.md" in done.out
    assert "not recorded: " in done.out
    bad = run_action(
        ACTION, {**inputs, "gate": "off --base $(touch pwned)"}, site.clone, job.folder
    )
    assert bad.code == 2
    assert "is not one of 'off', 'warn', 'enforce'" in bad.err
    assert bad.outputs == {"grade": "", "verdict": "", "report": ""}


def test_it_installs_the_commit_that_it_is_of(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As it is used by others: the whole project lies around the action. Needs a package index."""
    checkout.use_pip(monkeypatch)
    # What it depends on is here already, and takes most of the time.
    monkeypatch.setenv("PYTHONPATH", sysconfig.get_path("purelib"))
    job = site.start("pull_request")
    project = checkout.copy(tmp_path / "project")
    (site.clone / "venv.py").write_text("raise SystemExit('run')")
    done = run_action(project / ".github/actions/grade", {"gate": "warn"}, site.clone, job.folder)
    assert done.code == 0, done
    assert done.outputs["verdict"] == "fail"
    own = (job.folder / "skillrepo-tool/lib").glob("python*/site-packages/skillrepo/cli.py")
    assert [file.is_file() for file in own] == [True]


def test_the_small_repository_of_ci_passes(
    tmp_path: Path, start: StartJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The steps of the job in this project's own workflow."""
    job = start("push", "0" * 40, "1" * 40)
    steps = load(WORKFLOWS / "ci.yml")["jobs"]["grade"]["steps"]
    make, grade, look = (
        each
        for each in steps
        if "setup-python" not in each.get("uses", "") and "checkout" not in each.get("uses", "")
    )
    monkeypatch.setenv("GITHUB_OUTPUT", str(job.folder / "made"))
    script = make["run"].replace("tests/", f"{CHECKOUT}/tests/")
    subprocess.run(["bash", "-e", "-o", "pipefail", "-c", script], cwd=tmp_path, check=True)
    made = outputs_of(job.folder / "made")
    assert grade["uses"] == "$/.github/actions/grade"
    inputs = {
        name: value if "${{" not in value else made[value.split(".")[-1].strip(" }")]
        for name, value in grade["with"].items()
    }
    inputs["python"] = installed_python(job.folder)
    done = run_action(ACTION, inputs, tmp_path, job.folder)
    assert (done.code, done.err) == (0, ""), done
    monkeypatch.setenv("GRADE", done.outputs["grade"])
    monkeypatch.setenv("VERDICT", done.outputs["verdict"])
    monkeypatch.setenv("REPORT", done.outputs["report"])
    assert look["env"].keys() == {"GRADE", "VERDICT", "REPORT"}
    subprocess.run(["bash", "-c", look["run"]], check=True)


def test_the_workflow_has_no_right_but_to_read() -> None:
    workflow = load(WORKFLOWS / "grade.yml")
    (job,) = workflow["jobs"].values()
    assert job["permissions"] == {"contents": "read"}
    assert workflow["permissions"] == {}
