"""What is said on pull requests of a project at GitHub: a comment, labels, suggestions.

https://docs.github.com/rest/issues/comments, https://docs.github.com/rest/pulls/reviews
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple
from urllib.parse import urlencode

from skillrepo.forge.client import Client
from skillrepo.forge.github import set_labels
from skillrepo.forge.pull_request import Label, Suggestion

# Whose a comment is that was written with the token of a job.
_BOT = ("github-actions[bot]", "Bot")


class Pull(NamedTuple):
    """A pull request; `source` is the project that its branch is of, None for one that is gone."""

    number: int
    is_open: bool
    source: str | None
    branch: str
    head: str
    base: str
    base_branch: str
    labels: frozenset[str]


Written = Literal["created", "updated", "unchanged", "kept", "none"]


class Conversation:
    """Pull requests of the project `path`, `owner/name`; errors are `SkillRepoError`."""

    def __init__(self, client: Client, path: str) -> None:
        self._client = client
        self._at = f"/repos/{path}"

    def open_for(self, source: str, branch: str) -> Iterator[Pull]:
        """The open ones for a branch of a project."""
        head = f"{source.partition('/')[0]}:{branch}"
        query = urlencode({"state": "open", "head": head, "per_page": "100"})
        for value in self._client.pages(f"{self._at}/pulls?{query}"):
            found = self._pull(value)
            # GitHub leaves out a filter that it does not understand.
            same = found.source and found.source.casefold() == source.casefold()
            if same and found.branch == branch:
                yield found

    def pull(self, number: int) -> Pull:
        """The one with this number."""
        return self._pull(self._client.send("GET", f"{self._at}/pulls/{number}").value)

    def comment(
        self, number: int, marker: str, body: str, *, begin: bool, better: str | None = None
    ) -> Written:
        """Bring our comment that begins with the marker up to date; `begin` where there is none.

        One that ends with `better` is kept. One that somebody else has written is never touched,
        whatever it begins with.
        """
        for value in self._client.pages(f"{self._at}/issues/{number}/comments?per_page=100"):
            said = self._own(value)
            if said is None or not said.startswith(marker):
                continue
            said = said.replace("\r\n", "\n").strip()
            if said == body:
                return "unchanged"
            if better and said.endswith(f"\n{better}"):
                return "kept"
            at = f"{self._at}/issues/comments/{self._number(value, 'id')}"
            self._client.send("PATCH", at, {"body": body})
            return "updated"
        if not begin:
            return "none"
        self._client.send("POST", f"{self._at}/issues/{number}/comments", {"body": body})
        return "created"

    def label(self, pull: Pull, wanted: Collection[str], known: Mapping[str, Label]) -> bool:
        """Set the labels that are wanted, and of those that are known remove the others."""
        add, remove = set(wanted) - pull.labels, (pull.labels & known.keys()) - set(wanted)
        added = {name: known[name] for name in add}
        set_labels(self._client, self._at, pull.number, add=added, remove=remove)
        return bool(add or remove)

    def suggest(self, pull: Pull, wanted: Sequence[Suggestion]) -> int:
        """Make one review of the suggestions that are not there yet, and give how many it has."""
        if not wanted:
            return 0
        at = f"{self._at}/pulls/{pull.number}"
        there = {
            (value.get("path"), (self._own(value) or "").replace("\r\n", "\n").strip())
            for value in self._client.pages(f"{at}/comments?per_page=100")
        }
        new = [each for each in wanted if (each.path, each.body) not in there]
        if new:
            comments = list(map(_remark, new))
            review = {"commit_id": pull.head, "event": "COMMENT", "comments": comments}
            self._client.send("POST", f"{at}/reviews", review)
        return len(new)

    def _own(self, value: Mapping[str, Any]) -> str | None:
        """What a comment says that a job has written; None for one of anybody else."""
        user = value.get("user")
        if not isinstance(user, dict) or (user.get("login"), user.get("type")) != _BOT:
            return None
        return str(value.get("body") or "")

    def _number(self, value: Mapping[str, Any], key: str) -> int:
        found = value.get(key)
        if not isinstance(found, int):
            raise self._client.misread()
        return found

    def _pull(self, value: Any) -> Pull:
        try:
            head, base = value["head"], value["base"]
            repository = head["repo"]
            return Pull(
                number=int(value["number"]),
                is_open=value["state"] == "open",
                source=str(repository["full_name"]) if repository else None,
                branch=str(head["ref"]),
                head=str(head["sha"]),
                base=str(base["sha"]),
                base_branch=str(base["ref"]),
                labels=frozenset(str(label["name"]) for label in value["labels"]),
            )
        except (KeyError, TypeError, ValueError):
            raise self._client.misread() from None


def _remark(each: Suggestion) -> Mapping[str, object]:
    several = {"start_line": each.first, "start_side": "RIGHT"} if each.first < each.last else {}
    return {"path": each.path, "line": each.last, "side": "RIGHT", "body": each.body, **several}
