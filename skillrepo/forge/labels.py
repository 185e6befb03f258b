"""Makes a label of ours in a project that lacks it: the same at GitHub and GitLab."""

from collections.abc import Callable
from urllib.parse import quote

from skillrepo.forge.client import Client, Refused
from skillrepo.forge.pull_request import Label

_NOT_FOUND = 404


def make_label(  # noqa: PLR0913 - what a label is made of
    client: Client,
    at: str,
    name: str,
    label: Label,
    *,
    mark: str,
    is_there: Callable[[Refused], bool],
) -> None:
    """Make it if the list of labels at `at` has none of its name.

    `mark` goes before the color; `is_there` knows the refusal of one that is there.
    """
    try:
        client.send("GET", f"{at}/{quote(name, safe='')}")
    except Refused as refused:
        if refused.status != _NOT_FOUND:
            raise
    else:
        return
    made = {"name": name, "color": f"{mark}{label.color}", "description": label.description}
    try:
        client.send("POST", at, made)
    except Refused as refused:
        # Another process may have made it meanwhile.
        if not is_there(refused):
            raise
