"""Pull requests at GitHub, and GitHub Enterprise: https://docs.github.com/rest/pulls."""

import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from skillrepo.forge.client import Client, Refused
from skillrepo.forge.labels import make_label
from skillrepo.forge.pull_request import LABELS, Label, PullRequest
from skillrepo.forge.put import Change, Found

_EXISTS = "A pull request already exists"
_UNPROCESSABLE = 422
_NOT_FOUND = 404
# Whose a pull request is that was opened with the token of a job of GitHub Actions.
_ACTIONS = "github-actions[bot]"


def headers(token: str) -> Mapping[str, str]:
    """The headers of every request."""
    return {
        "Authorization": f"Bearer {token}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
    }


class GitHub:
    """The `Requests` of a project; `path` is `owner/name`, `source` that of the fork we push to.

    `dispatch` are the files of workflows to start where the token starts no checks by itself.
    """

    # REST cannot; GraphQL can: https://docs.github.com/graphql/reference/mutations
    redrafts = False

    def __init__(
        self, client: Client, path: str, source: str | None = None, dispatch: Sequence[str] = ()
    ) -> None:
        self.of_fork = source is not None
        self._client = client
        self._at = f"/repos/{path}"
        self._owner = path.partition("/")[0]
        self._source = source or path
        self._dispatch = dispatch

    def of_branch(self, head: str) -> Sequence[Found]:
        """As `Requests.of_branch`."""
        owner = self._source.partition("/")[0]
        # GitHub leaves out a filter that it does not understand.
        return [each for each in self._list(head=f"{owner}:{head}") if each.head == head]

    def all_open(self) -> Iterator[Found]:
        """As `Requests.all_open`."""
        return self._list()

    def create(self, wanted: PullRequest) -> Found | None:
        """As `Requests.create`."""
        request = {
            "title": wanted.title,
            "body": wanted.body,
            "base": wanted.base,
            "draft": wanted.draft,
            **self._head(wanted.head),
        }
        try:
            return self._found(self._client.send("POST", f"{self._at}/pulls", request).value)
        except Refused as refused:
            if refused.status == _UNPROCESSABLE and _EXISTS in refused.said:
                return None
            raise

    def _head(self, branch: str) -> Mapping[str, str]:
        if not self.of_fork:
            return {"head": branch}
        owner, _, name = self._source.partition("/")
        # Of an owner's two projects the name alone says which.
        same = owner.casefold() == self._owner.casefold()
        return {"head": f"{owner}:{branch}", **({"head_repo": name} if same else {})}

    def change(self, found: Found, change: Change) -> None:
        """As `Requests.change`."""
        moved = {} if change.base == found.base else {"base": change.base}
        request = {"title": change.title, "body": change.body, **moved}
        self._client.send("PATCH", f"{self._at}/pulls/{found.number}", request)

    def label(self, found: Found, *, add: frozenset[str], remove: frozenset[str]) -> None:
        """As `Requests.label`."""
        added = {name: LABELS[name] for name in add}
        set_labels(self._client, self._at, found.number, add=added, remove=remove)

    def notes(self, found: Found) -> tuple[str, ...]:
        """As `Requests.notes`.

        https://docs.github.com/actions/concepts/security/github_token#when-github_token-triggers-workflow-runs
        """
        if found.author != _ACTIONS or self.of_fork:
            return ()
        why = (
            "a pull request that a job of GitHub Actions opens with its own token starts no checks"
        )
        for workflow in self._dispatch:
            at = f"{self._at}/actions/workflows/{quote(workflow, safe='')}/dispatches"
            self._client.send("POST", at, {"ref": found.head})
        if self._dispatch:
            return (f"{why}, so these workflows were started: {', '.join(self._dispatch)}",)
        what_to_do = "approve them on its page, or name workflows to start under `forge.dispatch`"
        return (f"{why}: {what_to_do} in your own config.yaml",)

    def redraft_command(self, found: Found, *, draft: bool) -> str:
        """As `Requests.redraft_command`."""
        return shlex.join(("gh", "pr", "ready", *(("--undo",) if draft else ()), found.url))

    def _list(self, **parameters: str) -> Iterator[Found]:
        query = urlencode({"state": "open", "per_page": "100", **parameters})
        return map(self._found, self._client.pages(f"{self._at}/pulls?{query}"))

    def _found(self, value: Any) -> Found:
        try:
            head, repository = value["head"], value["head"]["repo"]
            ours = repository and repository["full_name"].casefold() == self._source.casefold()
            return Found(
                number=int(value["number"]),
                url=str(value["html_url"]),
                title=str(value["title"]),
                body=str(value["body"] or ""),
                head=str(head["ref"]) if ours else None,
                base=str(value["base"]["ref"]),
                labels=frozenset(str(label["name"]) for label in value["labels"]),
                draft=bool(value.get("draft")),
                author=str((value.get("user") or {}).get("login", "")),
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            raise self._client.misread() from None


def set_labels(
    client: Client,
    project: str,
    number: int,
    *,
    add: Mapping[str, Label],
    remove: Collection[str],
) -> None:
    """Give a pull request labels, which are made where there are none, and take others off.

    `project` is the path of the project in the interface: `/repos/owner/name`.
    """
    of_this = f"{project}/issues/{number}/labels"
    for name, label in sorted(add.items()):
        make_label(client, f"{project}/labels", name, label, mark="", is_there=_label_is_there)
    if add:
        client.send("POST", of_this, {"labels": sorted(add)})
    for name in sorted(remove):
        try:
            client.send("DELETE", f"{of_this}/{quote(name, safe='')}")
        except Refused as refused:
            # Somebody has removed it meanwhile.
            if refused.status != _NOT_FOUND:
                raise


def _label_is_there(refused: Refused) -> bool:
    """Whether a label could not be made since the project has it."""
    return refused.status == _UNPROCESSABLE and "already_exists" in refused.said
