"""The keys at the top of a frontmatter that the specification does not have, and what they are."""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from skillrepo import clients, schema
from skillrepo.document import Document
from skillrepo.look_alike import looks_like
from skillrepo.near import Words

# Words that people write for another key; no edits would lead there.
_MEANT = {"tools": "allowed-tools", "licence": "license"}


class OddKeys(NamedTuple):
    """Keys by what they are: misspelt (with the key that is meant), a client's, or unknown."""

    misspelt: Mapping[str, str]
    of_clients: Mapping[str, tuple[str, ...]]
    unknown: tuple[str, ...]


NONE = OddKeys({}, {}, ())


def odd_keys(skill: Document) -> OddKeys:
    """Sort out the top-level keys that are not the specification's."""
    fields = skill.frontmatter
    known = specified()
    odd = [key for key in fields if key not in known]
    if not odd:
        return NONE
    readers = clients.readers()
    taken = set(fields)
    misspelt: dict[str, str] = {}
    of_clients: dict[str, tuple[str, ...]] = {}
    unknown: list[str] = []
    for key in odd:
        if key in readers:
            of_clients[key] = readers[key]
        elif (meant := _meant(key)) and meant not in taken:
            misspelt[key] = meant
            taken.add(meant)
        else:
            unknown.append(key)
    return OddKeys(misspelt, of_clients, tuple(unknown))


@cache
def specified() -> frozenset[str]:
    """The keys of the specification."""
    return frozenset(schema.schema("frontmatter")["properties"])


@lru_cache(1_024)
def _meant(key: str) -> str | None:
    """The known key that a key was meant to be."""
    plain = _plain(key)
    if found := _MEANT.get(plain) or _by_plain().get(plain):
        return found
    return _specified_words().near(plain) or _joined_words().near(plain)


def _plain(key: str) -> str:
    """A key without what differs by habit: case, `_` or a space for `-`, other alphabets."""
    if len(key) > _LONGEST:
        return ""
    letters = looks_like(key)
    words = "".join(
        f"-{letter}" if letter.isupper() and before.islower() else letter
        for before, letter in zip(" " + letters, letters, strict=False)
    )
    return words.casefold().strip().replace("_", "-").replace(" ", "-")


_LONGEST = 64


@cache
def _joined() -> tuple[str, ...]:
    """The keys of clients that are made of words; others use single ones (`agents`) as well."""
    return tuple(key for key in clients.readers() if "-" in key or "_" in key)


@cache
def _by_plain() -> Mapping[str, str]:
    return {_plain(key): key for key in (*_joined(), *specified())}


@cache
def _specified_words() -> Words:
    return Words(specified())


@cache
def _joined_words() -> Words:
    return Words(_joined())
