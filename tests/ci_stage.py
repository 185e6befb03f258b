"""The second stage of a job: a clone that has the default branch alone, and a forge to tell."""

import json
from typing import Any

from actions_job import Job
from ci_site import PATH, Site
from content_repo import Result, Run
from forge_server import GitHubStand, Server

from skillrepo.ci.comment import MARKER

BRANCH = "skill/new/pdf-split"
READS = ("GET",)
FORGED = "[click](https://evil.example) @everyone <img src=x>"
SKILL = {
    "skill": FORGED,
    "path": PATH,
    "new": False,
    "grade": None,
    "base": None,
    "delta": None,
    "faults": [],
    "routing": None,
    "routing_base": None,
    "distinct": None,
    "review": None,
    "gate": {"verdict": "pass", "layers": []},
}


class Stage:
    """The job of the second stage, in a clone that has the default branch alone."""

    def __init__(self, site: Site, server: Server, run: Run, job: Job) -> None:
        self.site, self.server, self.job, self._run = site, server, job, run
        assert isinstance(server.stand, GitHubStand)
        self.stand = server.stand
        self.clone = site.clone.parent / "second"
        site.git(site.upstream, "update-ref", "refs/pull/1/head", site.head)
        site.git(site.upstream, "branch", "-D", "feature")
        url = site.upstream.as_uri()
        site.git(site.upstream, "clone", "--quiet", "--single-branch", url, str(self.clone))
        self.pull = self.open()

    def open(self, **values: Any) -> dict[str, Any]:
        pull = self.stand.pull(BRANCH, owner="mallory", **values)
        pull["head"]["sha"], pull["base"]["sha"] = self.site.head, self.site.base
        return pull

    def report(self, text: str | None = None, **changes: Any) -> None:
        """Leave what the first stage reported, or what somebody made of it."""
        folder = self.job.folder / "skillrepo-grade"
        folder.mkdir(exist_ok=True)
        value = {
            "version": 1,
            "verdict": "pass",
            "base": self.site.base,
            "base_name": "main",
            "head": self.site.head,
            "head_name": "x",
            "removed": [],
            "others": [],
            "had_errors": False,
            "effect": None,
            "profile": "default",
            "root": "skills",
            "skills": [SKILL],
            **changes,
        }
        (folder / "grade.json").write_text(json.dumps(value) if text is None else text)

    def run(self, *options: str, command: str = "comment") -> Result:
        folder = str(self.job.folder / "skillrepo-grade")
        return self.call("ci", command, "--report", folder, *options)

    def call(self, *arguments: str) -> Result:
        """Run the command line; the requests to the forge are then those of this call."""
        self.server.received.clear()
        return self._run(self.clone, *arguments)

    def body(self) -> str:
        """The one comment of ours."""
        bodies = (each["body"].replace("\r\n", "\n") for each in self.stand.said.get(1, []))
        (found,) = (body for body in bodies if body.startswith(MARKER))
        return str(found)

    def writes(self) -> list[str]:
        return [each for each in self.server.asked() if not each.startswith(READS)]

    def labels(self) -> set[str]:
        return {label["name"] for label in self.pull["labels"]}
