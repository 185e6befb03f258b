"""What people who may write to a project at GitHub have let a job do.

https://docs.github.com/rest/deployments/environments, https://docs.github.com/rest/issues/events,
https://docs.github.com/rest/collaborators/collaborators#get-repository-permissions-for-a-user
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from skillrepo.forge.client import Client, Refused

_WRITERS = frozenset({"admin", "maintain", "write"})
_HIDDEN = frozenset({403, 404})


class Consent:
    """Asks the project `path`, `owner/name`. What cannot be seen is no consent."""

    def __init__(self, client: Client, path: str) -> None:
        self._client = client
        self._at = f"/repos/{path}"

    def has_reviewers(self, environment: str) -> bool:
        """Whether no job of this environment begins before a person lets it."""
        found = self._seen(f"/environments/{quote(environment, safe='')}")
        rules = found.get("protection_rules")
        return any(
            isinstance(rule, dict)
            and rule.get("type") == "required_reviewers"
            and bool(rule.get("reviewers"))
            for rule in (rules if isinstance(rules, list) else ())
        )

    def labelled_by_writer(self, number: int, label: str) -> bool:
        """Whether the one who last gave this label to a pull request may write to the project.

        The label alone says little: whoever may triage can set it.
        """
        last, login = -1, None
        for event in self._client.pages(f"{self._at}/issues/{number}/events?per_page=100"):
            named, at = event.get("label"), event.get("id")
            if event.get("event") != "labeled" or not isinstance(named, dict):
                continue
            if named.get("name") == label and isinstance(at, int) and at > last:
                last, login = at, _person(event.get("actor"))
        if login is None:
            return False
        found = self._seen(f"/collaborators/{quote(login, safe='')}/permission")
        return found.get("permission") in _WRITERS

    def _seen(self, path: str) -> Mapping[str, Any]:
        try:
            value = self._client.send("GET", f"{self._at}{path}").value
        except Refused as refused:
            if refused.status in _HIDDEN:
                return {}
            raise
        if not isinstance(value, dict):
            raise self._client.misread()
        return value


def _person(actor: object) -> str | None:
    """The login of a person; a job that sets labels by itself is none."""
    if not isinstance(actor, dict) or actor.get("type") != "User":
        return None
    login = actor.get("login")
    return login if isinstance(login, str) else None
