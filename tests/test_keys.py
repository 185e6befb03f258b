"""What a key at the top of a frontmatter is that the specification does not have."""

# Letters that look like others are what it is about.
# ruff: noqa: RUF001

import pytest

from skillrepo.document import Document, read
from skillrepo.keys import NONE, odd_keys


def keys_of(*keys: str) -> Document:
    skill = read(
        "SKILL.md", "wax", "".join(("---\n", *(f"{k}: x\n" for k in keys), "---\n")).encode()
    )
    assert isinstance(skill, Document)
    return skill


def test_none() -> None:
    assert odd_keys(keys_of("name", "description", "license", "metadata")) is NONE


def test_three_kinds() -> None:
    found = odd_keys(keys_of("name", "descripton", "author", "model"))
    assert found.misspelt == {"descripton": "description"}
    assert found.of_clients == {"model": ("claude-code",)}
    assert found.unknown == ("author",)


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("NAME", "name"),
        ("ｎame", "name"),
        ("nаme", "name"),
        ("licenses", "license"),
        ("compatability", "compatibility"),
        ("allowedTools", "allowed-tools"),
        ("allowed tools", "allowed-tools"),
        ("tools", "allowed-tools"),
        ("disableModelInvocation", "disable-model-invocation"),
        ("user-invokable", "user-invocable"),
        ("whenToUse", "when_to_use"),
    ],
)
def test_misspelt(key: str, meant: str) -> None:
    assert odd_keys(keys_of(key)).misspelt == {key: meant}
    # Where the right key stands there too, the other one is a key of its own.
    assert odd_keys(keys_of(key, meant)).unknown == (key,)


@pytest.mark.parametrize(
    "key", ["agents", "argument", "mode", "Model", "path", "skill", "tag", "type", "x" * 70]
)
def test_not_misspelt(key: str) -> None:
    assert odd_keys(keys_of(key)).unknown == (key,)


def test_of_two_for_the_same_the_first_counts() -> None:
    found = odd_keys(keys_of("Name", "nmae"))
    assert found.misspelt == {"Name": "name"}
    assert found.unknown == ("nmae",)
