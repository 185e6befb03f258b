"""The clients that read skills, from `config/clients.yaml`: which keys of their own each has."""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from skillrepo import resource, yaml_text
from skillrepo.errors import SkillRepoError
from skillrepo.visible import one_line

FILE = "config/clients.yaml"


class Client(NamedTuple):
    """A client: its name in prose, the page that documents its skills, and its own keys."""

    title: str
    link: str
    keys: Mapping[str, str]


@cache
def shipped() -> Mapping[str, Client]:
    """Client name → client; `file_shapes.ClientsFile` says what each field is."""
    value = yaml_text.load(resource.read(FILE)).value
    return {name: Client(**entry) for name, entry in value["clients"].items()}


@cache
def readers() -> Mapping[str, tuple[str, ...]]:
    """Key outside the specification → names of the clients that read it."""
    found: dict[str, tuple[str, ...]] = {}
    for name, client in shipped().items():
        for key in client.keys:
            found[key] = (*found.get(key, ()), name)
    return found


def check(name: str) -> None:
    """Raise `SkillRepoError` where there is no client of this name."""
    known = shipped()
    if name not in known:
        import difflib  # noqa: PLC0415 - 3 ms, for what is misspelt alone

        close = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(sorted(known))}"
        raise SkillRepoError(f"there is no client `{one_line(name)}`; {hint}")
