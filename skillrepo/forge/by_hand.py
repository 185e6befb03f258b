"""Writes title and body of a pull request, and says the command that opens it."""

import shlex
from dataclasses import dataclass
from pathlib import Path

from skillrepo.errors import SkillRepoError
from skillrepo.forge.access import Kind
from skillrepo.forge.pull_request import Listed, Opened, PullRequest
from skillrepo.forge.remote_url import Project


@dataclass(frozen=True, slots=True)
class ByHand:
    """The `Forge` for where none is known; the files go below `folder`.

    `project` and `kind` say what the command can be; without them it is git's own. `fork` is the
    project that is pushed to, if it is another one.
    """

    folder: Path
    remote: str
    project: Project | None
    kind: Kind | None
    fork: Project | None = None

    def put(self, wanted: PullRequest) -> Opened:
        """As `Forge.put`; what was written for the branch before is replaced."""
        folder = self._folder(wanted.head)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "title.txt").write_text(f"{wanted.title}\n", encoding="utf-8")
            (folder / "body.md").write_text(wanted.body, encoding="utf-8")
            (folder / "base.txt").write_text(f"{wanted.base}\n", encoding="utf-8")
        except OSError as error:
            raise SkillRepoError(f"{folder} cannot be written: {error.strerror}") from None
        command = self._command(wanted, folder)
        return Opened("written", folder=str(folder), command=command)

    def base_of(self, head: str) -> str | None:
        """As `Forge.base_of`: that of the last time."""
        try:
            return (self._folder(head) / "base.txt").read_text(encoding="utf-8").strip() or None
        except (OSError, UnicodeError):
            return None

    def all_open(self) -> list[Listed]:
        """As `Forge.all_open`: SkillRepoError, since there is nobody to ask."""
        if self.kind is not None:
            why = "your own config.yaml says `forge: {kind: none}`"
        elif self.project:
            why = f"{self.project.host} is none that is known; your own config.yaml may name it"
        else:
            why = f"the remote {self.remote} is at none"
        raise SkillRepoError(f"there is no forge to ask for pull requests: {why}")

    def _folder(self, head: str) -> Path:
        return self.folder / head.replace("/", "-")

    def _command(self, wanted: PullRequest, folder: Path) -> str:
        if self.project is None or self.kind is None:
            words = ["git", "request-pull", wanted.base, self.remote, wanted.head]
            return shlex.join(words)
        host, path = self.project
        owner = f"{self.fork.path.partition('/')[0]}:" if self.fork else ""
        title, text = shlex.quote(f"{folder}/title.txt"), shlex.quote(f"{folder}/body.md")
        if self.kind == "github":
            words = ["gh", "pr", "create", "--repo", f"{host}/{path}"]
            words += ["--head", f"{owner}{wanted.head}", "--base", wanted.base]
            draft = " --draft" if wanted.draft else ""
            return f'{shlex.join(words)}{draft} --title "$(cat {title})" --body-file {text}'
        words = ["glab", "mr", "create", "--repo", f"https://{host}/{path}"]
        words += ["--head", self.fork.path] if self.fork else []
        words += ["--source-branch", wanted.head, "--target-branch", wanted.base]
        draft = " --draft" if wanted.draft else ""
        return f'{shlex.join(words)}{draft} --title "$(cat {title})" --description "$(cat {text})"'
