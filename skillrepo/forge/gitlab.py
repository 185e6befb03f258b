"""Merge requests at GitLab: https://docs.gitlab.com/api/merge_requests/."""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from skillrepo.forge.client import Client, Refused
from skillrepo.forge.labels import make_label
from skillrepo.forge.pull_request import LABELS, PullRequest
from skillrepo.forge.put import Change, Found

_CONFLICT = 409
# https://docs.gitlab.com/user/project/merge_requests/drafts/
_DRAFT = re.compile(r"\A(?:Draft:|\[Draft\]|\(Draft\))\s*", re.IGNORECASE)


def headers(token: str) -> Mapping[str, str]:
    """The headers of every request; access tokens of all kinds may be sent so, as OAuth's."""
    return {"Authorization": f"Bearer {token}", "Accept": "application/json"}


class GitLab:
    """The `Requests` of a project; `path` is `group/…/name`, `source` that of a fork we push to."""

    redrafts = True

    def __init__(self, client: Client, path: str, source: str | None = None) -> None:
        self.of_fork = source is not None
        self._client = client
        self._at = _project(path)
        self._from = _project(source or path)
        self._source_id: int | None = None

    def of_branch(self, head: str) -> Sequence[Found]:
        """As `Requests.of_branch`."""
        return [each for each in self._list(source_branch=head) if each.head == head]

    def all_open(self) -> Iterator[Found]:
        """As `Requests.all_open`."""
        return self._list()

    def create(self, wanted: PullRequest) -> Found | None:
        """As `Requests.create`."""
        request: dict[str, object] = {
            "source_branch": wanted.head,
            "target_branch": wanted.base,
            "title": _titled(wanted.title, draft=wanted.draft),
            "description": wanted.body,
        }
        if self.of_fork:
            request["target_project_id"] = self._id(self._at)
        try:
            reply = self._client.send("POST", f"{self._from}/merge_requests", request)
        except Refused as refused:
            if refused.status == _CONFLICT:
                return None
            raise
        return self._found(reply.value)

    def change(self, found: Found, change: Change) -> None:
        """As `Requests.change`."""
        moved = {} if change.base == found.base else {"target_branch": change.base}
        title = _titled(change.title, draft=change.draft)
        self._put(found, {"title": title, "description": change.body, **moved})

    def label(self, found: Found, *, add: frozenset[str], remove: frozenset[str]) -> None:
        """As `Requests.label`."""
        for name in sorted(add):
            at = f"{self._at}/labels"
            make_label(self._client, at, name, LABELS[name], mark="#", is_there=_is_conflict)
        labels = {"add_labels": ",".join(sorted(add)), "remove_labels": ",".join(sorted(remove))}
        self._put(found, {key: names for key, names in labels.items() if names})

    def notes(self, _found: Found) -> tuple[str, ...]:
        """As `Requests.notes`."""
        return ()

    def redraft_command(self, found: Found, *, draft: bool) -> str:
        """As `Requests.redraft_command`."""
        project = found.url.partition("/-/")[0]
        words = ("glab", "mr", "update", str(found.number), "--repo", project)
        return shlex.join((*words, "--draft" if draft else "--ready"))

    def _put(self, found: Found, changes: Mapping[str, object]) -> None:
        self._client.send("PUT", f"{self._at}/merge_requests/{found.number}", changes)

    def _list(self, **parameters: str) -> Iterator[Found]:
        query = urlencode({"state": "opened", "per_page": "100", **parameters})
        return map(self._found, self._client.pages(f"{self._at}/merge_requests?{query}"))

    def _id(self, at: str) -> int:
        value = self._client.send("GET", at).value
        if not isinstance(value, dict) or not isinstance(value.get("id"), int):
            raise self._client.misread()
        return int(value["id"])

    def _source(self, value: Any) -> object:
        """The number of the project that we push to."""
        if not self.of_fork:
            return value["target_project_id"]
        if self._source_id is None:
            self._source_id = self._id(self._from)
        return self._source_id

    def _found(self, value: Any) -> Found:
        try:
            title = str(value["title"])
            ours = value["source_project_id"] == self._source(value)
            return Found(
                number=int(value["iid"]),
                url=str(value["web_url"]),
                title=_DRAFT.sub("", title),
                body=str(value["description"] or ""),
                head=str(value["source_branch"]) if ours else None,
                base=str(value["target_branch"]),
                labels=frozenset(map(str, value["labels"])),
                draft=_DRAFT.match(title) is not None,
                author=str((value.get("author") or {}).get("username", "")),
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            raise self._client.misread() from None


def _titled(title: str, *, draft: bool) -> str:
    return f"Draft: {title}" if draft else title


def _project(path: str) -> str:
    return f"/projects/{quote(path, safe='')}"


def _is_conflict(refused: Refused) -> bool:
    return refused.status == _CONFLICT
