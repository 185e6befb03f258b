"""Makes a label of ours in a project that lacks it: the same at GitHub and GitLab."""

from collections.abc import Callable
from urllib.parse import quote

from skillrepo.forge.client import Client, Refused
from skillrepo.forge.pull_request import LABELS

_NOT_FOUND = 404


def make_label(
    client: Client, at: str, name: str, *, mark: str, is_there: Callable[[Refused], bool]
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
    color, description = LABELS[name]
    try:
        client.send(
            "POST", at, {"name": name, "color": f"{mark}{color}", "description": description}
        )
    except Refused as refused:
        # Another process may have made it meanwhile.
        if not is_there(refused):
            raise
