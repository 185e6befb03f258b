"""The recorded replies of the demo: they give a skill without a call, and the same one again."""

import json
import shutil
from importlib.metadata import version
from pathlib import Path

import demo
import pytest
from conftest import Git
from content_repo import Run, runner

AGAIN = (
    "The recordings in docs/demo/recordings are of other prompts. Was a prompt changed, the "
    "document of the demo or the shipped taxonomy? Or does DSPy {} word them in another way "
    "than the version that docs/demo/run.sh names? Record again as tests/record_demo.py says: "
    "python tests/record_demo.py --prompts FOLDER, then read those that changed."
)


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


def test_the_recorded_replies_of_the_demo_give_its_skill(
    tmp_path: Path, run: Run, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DSPY_TEMPERATURE", raising=False)
    found = []
    for name in ("one", "two"):
        root = tmp_path / name
        root.mkdir()
        assert run(root, "init").code == 0
        shutil.copytree(demo.RECORDINGS, root / ".git/skillrepo/replies")
        # No server: whatever was asked would fail.
        done = run(root, *demo.NEW, "--replay", "--json")
        assert "no recording of this request" not in done.err, AGAIN.format(version("dspy"))
        assert done.code == 0, done.err
        value = done.json("new")
        assert value["spent"]["total"]["calls"] == 0
        # Each of them serves.
        assert value["spent"]["total"]["replayed"] == len(list(demo.RECORDINGS.iterdir()))
        branch = f"skill/new/{demo.SETTINGS['model_name']}"
        found.append(
            (
                git(root, "rev-parse", f"{branch}^{{tree}}"),
                git(root, "log", "-1", "--format=%B", branch),
            )
        )
    assert found[0] == found[1]
    _, message = found[0]
    assert "\nHouse: 1 skill checked: 0 errors, 0 warnings, 0 notes.\n" in message
    assert "\nSkill-Unsupported: none" in message
    assert "\n- Review: criteria of the plan that are met: 5 of 5.\n" in message
    # What was recorded is the reply alone, and a few kilobytes.
    files = list(demo.RECORDINGS.iterdir())
    assert sum(file.stat().st_size for file in files) < 40_000
    assert {json.loads(file.read_bytes())["finish"] for file in files} == {"stop"}
