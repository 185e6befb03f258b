"""Writes title and body of a pull request, and says the command that opens it."""

import shlex
from dataclasses import dataclass
from pathlib import Path

from skillrepo.errors import SkillRepoError
from skillrepo.forge.access import Kind
from skillrepo.forge.pull_request import Opened, PullRequest
from skillrepo.forge.remote_url import Project


@dataclass(frozen=True, slots=True)
class ByHand:
    """The `Forge` for where none is known; the files go below `folder`.

    `project` and `kind` say what the command can be; without them it is git's own.
    """

    folder: Path
    remote: str
    project: Project | None
    kind: Kind | None

    def put(self, wanted: PullRequest) -> Opened:
        """As `Forge.put`; what was written for the branch before is replaced."""
        folder = self.folder / wanted.head.replace("/", "-")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "title.txt").write_text(f"{wanted.title}\n", encoding="utf-8")
            (folder / "body.md").write_text(wanted.body, encoding="utf-8")
        except OSError as error:
            raise SkillRepoError(f"{folder} cannot be written: {error.strerror}") from None
        command = self._command(wanted, folder)
        return Opened("written", folder=str(folder), command=command)

    def _command(self, wanted: PullRequest, folder: Path) -> str:
        if self.project is None or self.kind is None:
            words = ["git", "request-pull", wanted.base, self.remote, wanted.head]
            return shlex.join(words)
        host, path = self.project
        title, text = shlex.quote(f"{folder}/title.txt"), shlex.quote(f"{folder}/body.md")
        if self.kind == "github":
            words = ["gh", "pr", "create", "--repo", f"{host}/{path}"]
            words += ["--head", wanted.head, "--base", wanted.base]
            draft = " --draft" if wanted.draft else ""
            return f'{shlex.join(words)}{draft} --title "$(cat {title})" --body-file {text}'
        words = ["glab", "mr", "create", "--repo", f"https://{host}/{path}"]
        words += ["--source-branch", wanted.head, "--target-branch", wanted.base]
        draft = " --draft" if wanted.draft else ""
        return f'{shlex.join(words)}{draft} --title "$(cat {title})" --description "$(cat {text})"'
