"""A repository at a forge with a change on a branch, and a clone of it as a job has one."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from actions_job import Job, StartJob
from conftest import Git, MakeRepo
from content_repo import FILES, Result, Run, skill

PATH = "skills/data/pdf-merge/SKILL.md"
NEW = "skills/data/pdf-split/SKILL.md"
BROKEN = skill(body="# Merging\n\nSee [more](more.md).\n")


@dataclass(frozen=True)
class Site:
    """`base` is the commit of `main`, `head` that of the branch `feature`."""

    upstream: Path
    clone: Path
    base: str
    head: str
    git: Git
    start_job: StartJob
    run_in: Run

    def start(self, event: str, **values: str) -> Job:
        """Begin a job with the event of this name."""
        return self.start_job(event, **{"base": self.base, "head": self.head, **values})

    def run(self, *arguments: str) -> Result:
        """Run the command line in the clone."""
        return self.run_in(self.clone, *arguments)


MakeSite = Callable[..., Site]


def site_maker(
    tmp_path: Path, make_repo: MakeRepo, git: Git, start: StartJob, run: Run
) -> MakeSite:
    """Give a function that makes one; `changed` are the files of the change by path."""

    def make(changed: dict[str, str] | None = None, gate: str = "enforce") -> Site:
        # What the measures say of these few words is not the matter here.
        limits = f"grade: {{gate: {gate}, minimum: 0, max_drop: 1}}\n"
        settings = {"skillrepo.yaml": limits}
        root = make_repo({**FILES, **settings, PATH: skill()}, name="upstream")
        git(root, "switch", "--quiet", "--create", "feature")
        for path, text in (changed or {PATH: BROKEN, NEW: skill("pdf-split")}).items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(text.encode())
        git(root, "add", "--all")
        git(root, "commit", "--quiet", "-m", "change")
        git(root, "switch", "--quiet", "main")
        clone = tmp_path / "clone"
        git(tmp_path, "clone", "--quiet", str(root), str(clone))
        base, head = git(root, "rev-parse", "main", "feature").split()
        git(clone, "checkout", "--quiet", "--detach", head)
        return Site(root, clone, base, head, git, start, run)

    return make
