"""The clients that read skills, from `config/clients.yaml`: which keys of their own each has."""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from skillrepo import resource, yaml_text

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
