"""Merge requests at GitLab: https://docs.gitlab.com/api/merge_requests/."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from skillrepo.forge.client import Client, Refused
from skillrepo.forge.pull_request import LABELS, PullRequest
from skillrepo.forge.put import Found

_CONFLICT = 409
_NOT_FOUND = 404
# https://docs.gitlab.com/user/project/merge_requests/drafts/
_DRAFT = re.compile(r"\A(?:Draft:|\[Draft\]|\(Draft\))\s*", re.IGNORECASE)


def headers(token: str) -> Mapping[str, str]:
    """The headers of every request; access tokens of all kinds may be sent so, as OAuth's."""
    return {"Authorization": f"Bearer {token}", "Accept": "application/json"}


class GitLab:
    """The `Requests` of a project; `path` is `group/…/name`."""

    def __init__(self, client: Client, path: str) -> None:
        self._client = client
        self._at = f"/projects/{quote(path, safe='')}"

    def of_branch(self, head: str) -> Sequence[Found]:
        """As `Requests.of_branch`."""
        return [each for each in self._list(source_branch=head) if each.head == head]

    def all_open(self) -> Iterator[Found]:
        """As `Requests.all_open`."""
        return self._list()

    def create(self, wanted: PullRequest) -> Found | None:
        """As `Requests.create`."""
        request = {
            "source_branch": wanted.head,
            "target_branch": wanted.base,
            "title": _titled(wanted.title, draft=wanted.draft),
            "description": wanted.body,
        }
        try:
            reply = self._client.send("POST", f"{self._at}/merge_requests", request)
        except Refused as refused:
            if refused.status == _CONFLICT:
                return None
            raise
        return self._found(reply.value)

    def change(self, found: Found, title: str, text: str) -> None:
        """As `Requests.change`."""
        self._put(found, {"title": _titled(title, draft=found.draft), "description": text})

    def label(self, found: Found, *, add: frozenset[str], remove: frozenset[str]) -> None:
        """As `Requests.label`."""
        for name in sorted(add):
            self._make_label(name)
        labels = {"add_labels": ",".join(sorted(add)), "remove_labels": ",".join(sorted(remove))}
        self._put(found, {key: names for key, names in labels.items() if names})

    def notes(self, _found: Found) -> tuple[str, ...]:
        """As `Requests.notes`."""
        return ()

    def _put(self, found: Found, changes: Mapping[str, object]) -> None:
        self._client.send("PUT", f"{self._at}/merge_requests/{found.number}", changes)

    def _list(self, **parameters: str) -> Iterator[Found]:
        query = urlencode({"state": "opened", "per_page": "100", **parameters})
        return map(self._found, self._client.pages(f"{self._at}/merge_requests?{query}"))

    def _make_label(self, name: str) -> None:
        try:
            self._client.send("GET", f"{self._at}/labels/{quote(name, safe='')}")
        except Refused as refused:
            if refused.status != _NOT_FOUND:
                raise
            self._add_label(name)

    def _add_label(self, name: str) -> None:
        color, description = LABELS[name]
        label = {"name": name, "color": f"#{color}", "description": description}
        try:
            self._client.send("POST", f"{self._at}/labels", label)
        except Refused as refused:
            # Another process has made it meanwhile.
            if refused.status != _CONFLICT:
                raise

    def _found(self, value: Any) -> Found:
        try:
            title = str(value["title"])
            ours = value["source_project_id"] == value["target_project_id"]
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
