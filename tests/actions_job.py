"""A job of GitHub Actions as a program in it sees one: its event and the files of a step."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

EVENTS = Path(__file__).parent / "events"
"""What GitHub sends, shortened, with @BASE@ and @HEAD@ for the commits; the texts are hostile."""


@dataclass(frozen=True)
class Job:
    """A step of a job; `folder` is RUNNER_TEMP."""

    folder: Path

    @property
    def summary(self) -> str:
        """What the step has added to the summary."""
        return (self.folder / "summary").read_text()

    @property
    def report(self) -> Any:
        """The report that was written."""
        return json.loads((self.folder / "skillrepo-grade/grade.json").read_text())

    @property
    def outputs(self) -> dict[str, str]:
        """The outputs, as the runner reads them."""
        return outputs_of(self.folder / "output")


def outputs_of(file: Path) -> dict[str, str]:
    """Read GITHUB_OUTPUT as the runner does."""
    found = {}
    lines = iter(file.read_text().splitlines())
    for line in lines:
        name, mark, end = line.partition("<<")
        if not mark:
            name, mark, rest = line.partition("=")
            assert mark, line
            found[name] = rest
            continue
        value: list[str] = []
        for each in lines:
            if each == end:
                break
            value.append(each)
        found[name] = "\n".join(value)
    return found


def event_text(name: str, base: str = "", head: str = "") -> str:
    """Give the event of this file of `events`."""
    text = (EVENTS / f"{name}.json").read_text()
    return text.replace("@BASE@", base).replace("@HEAD@", head)


StartJob = Callable[..., Job]


def job_starter(folder: Path, monkeypatch: pytest.MonkeyPatch) -> StartJob:
    """Give a function that sets the environment of a job with the event of a file."""

    def start(name: str, base: str = "", head: str = "", text: str | None = None) -> Job:
        folder.mkdir(exist_ok=True)
        event = folder / "event.json"
        event.write_text(event_text(name, base, head) if text is None else text)
        for file in ("summary", "output"):
            (folder / file).write_text("")
        of_event = {"push_new_branch": "push", "pull_request_fork": "pull_request"}
        environ = {
            "GITHUB_EVENT_NAME": of_event.get(name, name),
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_SHA": head,
            "GITHUB_REPOSITORY": "owner/skills",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_STEP_SUMMARY": str(folder / "summary"),
            "GITHUB_OUTPUT": str(folder / "output"),
            "RUNNER_TEMP": str(folder),
        }
        for variable, value in environ.items():
            monkeypatch.setenv(variable, value)
        return Job(folder)

    return start
