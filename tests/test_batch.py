"""`skillrepo new --batch`: many briefs, one branch each, and no finished draft is paid twice."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import Git, MakeRepo
from content_repo import FILES, Run, runner

from skillrepo import batch
from skillrepo.errors import SkillRepoError

WRITER = """\
import os, re, sys, time
from pathlib import Path

name = re.search("`([a-z0-9-]+)`", Path("FORMAT.md").read_text().partition("- `name`")[2])[1]
time.sleep(0.05)
Path("CATEGORY").write_text("data")
Path("skill/SKILL.md").write_text(
    f"---\\nname: {name}\\ndescription: Merges PDF files. Use when PDF files are to become one.\\n"
    "---\\n\\n# Merging\\n\\nRun `pdfunite a.pdf b.pdf out.pdf`.\\n"
)
with open(sys.argv[1], "a") as file:
    file.write(name + "\\n")
"""


@pytest.fixture(name="run")
def _run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    return make_repo(FILES)


def lines(root: Path, *values: object) -> str:
    (root / "b.jsonl").write_text("".join(json.dumps(value) + "\n" for value in values))
    return "b.jsonl"


def named(count: int) -> list[object]:
    return [
        {"brief": f"Merge PDF files {n}", "name": f"merge-{n}", "at": "data"} for n in range(count)
    ]


def test_each_brief_gets_a_branch_and_a_second_run_does_nothing(
    root: Path, run: Run, git: Git
) -> None:
    file = lines(root, *named(5), {"brief": "Split PDF files", "at": "data", "id": "split"})
    done = run(root, "new", "--batch", file, "--json").json("batch")
    assert (done["done"], done["skipped"]) == (6, 0)
    branches = git(root, "for-each-ref", "refs/heads/skill/new")
    assert len(branches.splitlines()) == 6
    again = run(root, "new", "--batch", file, "--json").json("batch")
    assert (again["done"], again["skipped"]) == (0, 6)
    assert git(root, "for-each-ref", "refs/heads/skill/new") == branches


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("{", "line 1: is not JSON"),
        ('{"brief": "x", "more": 1}', "line 1: `more` is not a known key"),
        ('{"brief": 1}', "line 1: `brief` must be text"),
        ('{"name": "x"}', "line 1: `brief` is missing"),
        ('{"brief": "x", "brief": "y"}', "twice"),
        ('{"brief": "x", "name": "a"}\n{"brief": "y", "name": "a"}', "line 2: shares with line 1"),
        ('{"brief": "x", "id": "a"}\n{"brief": "y", "id": "a"}', "line 2: shares with line 1"),
        ('{"brief": "x"}\n{"brief": "x"}', "line 2: shares with line 1"),
        ('{"brief": "x", "name": "a\\n"}', "control characters"),
        ("[]", "must be a JSON object"),
    ],
)
def test_a_wrong_line_is_named(text: str, why: str) -> None:
    with pytest.raises(SkillRepoError) as caught:
        batch.parse(text.encode())
    assert why in str(caught.value)


@pytest.mark.parametrize("origin", ["/etc/passwd", "../up.md", "out.md", ".git/config"])
def test_no_path_leads_out_of_the_folder(root: Path, run: Run, origin: str) -> None:
    (root.parent / "up.md").write_text("# Up\n")
    (root / "out.md").symlink_to("../up.md")
    done = run(root, "new", "--batch", lines(root, {"brief": "Merge PDFs", "from": [origin]}))
    assert (done.code, "line 1: --from" in done.err) == (2, True)


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_shards_share_out_the_lines(count: int) -> None:
    text = "\n".join(json.dumps(value) for value in named(20))
    briefs = batch.parse(text.encode())
    parts = [batch.shard(briefs, number, count) for number in range(1, count + 1)]
    assert sorted(brief.line for part in parts for brief in part) == list(range(1, 21))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@pytest.mark.parametrize("seconds", [0.9, 1.3, 1.8])
def test_what_is_finished_is_not_paid_for_again_after_a_kill(
    root: Path, git: Git, tmp_path: Path, seconds: float
) -> None:
    writer, calls = tmp_path / "writer.py", tmp_path / "calls"
    writer.write_text(WRITER)
    calls.touch()
    file = lines(root, *named(12))
    command = [sys.executable, "-m", "skillrepo", "new", "--batch", file, "--jobs", "2"]
    command += ["--writer", "command", "--", sys.executable, str(writer), str(calls)]
    process = subprocess.Popen(command, cwd=root, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()
    # A program that was at work when we were killed may still end.
    time.sleep(0.5)
    records = root / ".git/skillrepo/batches"
    finished = len(list(records.glob("*.json"))) if records.is_dir() else 0
    begun = len(calls.read_text().splitlines())
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    assert len(calls.read_text().splitlines()) - begun == 12 - finished
    assert begun - finished <= 2
    assert len(git(root, "for-each-ref", "refs/heads/skill/new").splitlines()) == 12
    git(root, "fsck", "--strict", "--no-dangling")


def test_a_dask_cluster_of_processes(root: Path, tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="the extra `dask` is not installed")
    address = tmp_path / "scheduler.json"
    start = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1"]
    start += ["--port", "0", "--no-dashboard", "--scheduler-file", str(address)]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", str(address)]
    worker += ["--no-dashboard", "--no-nanny", "--nthreads", "2"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": tmp_path}
    started = [subprocess.Popen(start, **quiet), subprocess.Popen(worker, **quiet)]
    try:
        end = time.monotonic() + 30
        while not address.is_file() and time.monotonic() < end:
            time.sleep(0.1)
        where = json.loads(address.read_text())["address"]
        command = [sys.executable, "-m", "skillrepo", "new", "--batch", lines(root, *named(4))]
        done = subprocess.run(
            [*command, "--dask", where], cwd=root, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout) == (0, "4 briefs: 4 done\n"), done.stderr
    finally:
        for process in started:
            process.kill()
            process.wait()
