"""The edits of `taxonomy.yaml`: they say what was meant, and leave the rest as it is written."""

import copy
from collections import Counter
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from skillrepo.errors import SkillRepoError
from skillrepo.taxonomy import Taxonomy, load
from skillrepo.taxonomy_edit import NewCategory, added, moved

TEXT = """\
# The categories.
version: 1
categories:
  # What people program in.
  technical:
    title: Technical   # aligned
    children:   # languages
      # A language.
      python:
        title: "Python"
        aliases:
          - snakes  # long ago
        description: >-
          Scripts and
          services.
        owners: ["@a",   '@b']
  # Others.
  lang:
    title: Languages
    owners:
    - "@x"
  data:
    title: Data
    aliases: [documents,   tables]
max_depth: 3
"""


def test_moved_to_another_parent() -> None:
    assert (
        moved(TEXT, "technical/python", "lang/python")
        == """\
# The categories.
version: 1
categories:
  # What people program in.
  technical:
    title: Technical   # aligned
    # languages
  # Others.
  lang:
    title: Languages
    owners:
    - "@x"
    children:
      # A language.
      python:
        title: "Python"
        aliases:
          - snakes  # long ago
          - technical/python
        description: >-
          Scripts and
          services.
        owners: ["@a",   '@b']
  data:
    title: Data
    aliases: [documents,   tables]
max_depth: 3
"""
    )


def test_renamed_in_its_place() -> None:
    after = moved(TEXT, "data", "paper")
    assert after == TEXT.replace("  data:", "  paper:").replace("tables]", "tables, data]")
    assert moved(after, "paper", "data") == TEXT.replace("tables]", "tables, paper]")


def test_moved_back() -> None:
    there = moved(TEXT, "technical/python", "lang/python")
    again = load(moved(there, "lang/python", "technical/python"))
    assert isinstance(again, Taxonomy)
    assert again.categories["technical/python"].aliases == ("snakes", "lang/python")
    assert again.canonical("lang/python/web") is None
    assert again.canonical("lang/python") == "technical/python"


def test_a_child_that_moved_before() -> None:
    text = moved(TEXT, "technical/python", "data/python")
    after = moved(text, "data", "technical/data").replace("max_depth: 3", "max_depth: 4")
    back = load(moved(after, "technical/data", "data"))
    assert isinstance(back, Taxonomy)
    assert back.categories["data/python"].aliases == ("snakes", "technical/python")
    # What is called so again is no former path of it.
    child = "children:\n          x:\n            title: X\n            aliases: [lang/python/x]"
    text = TEXT.replace("      python:", f"      python:\n        {child}")
    found = load(moved(text, "technical/python", "lang/python"))
    assert isinstance(found, Taxonomy)
    assert found.categories["lang/python/x"].aliases == ()


@pytest.mark.parametrize(
    ("change", "old", "new", "why"),
    [
        (("max_depth: 3", "max_depth: 1"), "data", "lang/data", "is 2 deep; `max_depth` is 1"),
        (("tables]", "lang/data]"), "technical", "lang/data", "the alias `lang/data` of `data` is"),
        (
            ("[documents,   tables]", "[a]\n    children: {x: {title: X}}"),
            *("data/x", "x", "braces"),
        ),
        (("lang:", '"la\\u006eg":'), "lang", "x", "braces"),
    ],
)
def test_refused(change: tuple[str, str], old: str, new: str, why: str) -> None:
    text = TEXT.replace(*change)
    with pytest.raises(SkillRepoError, match=r".") as caught:
        moved(text, old, new)
    assert why in str(caught.value)


def test_added() -> None:
    entry = NewCategory("Web: all of it", "What # runs in a browser.", ("@a", "@org/team"))
    text = added(TEXT, "technical/python/web", entry)
    lines = """\
        children:
          web:
            title: "Web: all of it"
            description: "What # runs in a browser."
            owners: ["@a", "@org/team"]
"""
    assert text == TEXT.replace("'@b']\n", f"'@b']\n{lines}")
    assert added(TEXT, "x", NewCategory("X")) == TEXT.replace(
        "max_depth", "  x:\n    title: X\nmax_depth"
    )


@pytest.mark.parametrize("line", ["categories: {}\n", "categories: {}  # none yet\n"])
def test_added_to_nothing(line: str) -> None:
    text = added(f"version: 1\n{line}root: .\n", "x", NewCategory("X"))
    assert load(text) == load("version: 1\ncategories:\n  x:\n    title: X\nroot: .\n")
    assert line.partition("#")[2] in text


NAMES = st.sampled_from(["a", "b", "c-d", "e f", "yes", "1", "C#", "x: y", "ß"])
TEXTS = st.sampled_from(["Plain", "with: colon", "# hash", "'single'", "12", "two words", "ü"])
VALUES = st.recursive(
    st.fixed_dictionaries(
        {"title": TEXTS},
        optional={
            "description": TEXTS,
            "owners": st.lists(TEXTS, max_size=3),
            "aliases": st.lists(st.uuids().map(str), max_size=3),
            "sections": TEXTS,
        },
    ),
    lambda inner: st.tuples(inner, st.dictionaries(NAMES, inner, max_size=3)).map(
        lambda pair: {**pair[0], "children": pair[1]} if pair[1] else pair[0]
    ),
    max_leaves=10,
)
TAXONOMIES = st.dictionaries(NAMES, VALUES, min_size=1, max_size=4)


class _Writer:
    """Writes a taxonomy as people do: with comments, one style here and another there."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.comments = 0
        self.step = draw(st.sampled_from([2, 4]))
        self.items = draw(st.sampled_from([0, 2]))

    def comment(self, kind: str) -> str:
        if not self.draw(st.booleans()):
            return ""
        self.comments += 1
        return f"{kind}# comment {self.comments}"

    def scalar(self, text: str) -> str:
        style = self.draw(st.sampled_from([None, '"', "'"]))
        written = yaml.safe_dump(text, default_style=style, width=1000, allow_unicode=True)
        return str(written).removesuffix("\n").removesuffix("...").removesuffix("\n")

    def entries(self, value: Any, indent: int) -> list[str]:
        lines: list[str] = []
        for name, entry in value.items():
            space = " " * indent
            lines += filter(None, [self.comment(space)])
            lines.append(f"{space}{self.scalar(name)}:{self.comment('  ')}")
            lines += self.fields(entry, indent + self.step)
        return lines

    def fields(self, entry: Any, indent: int) -> list[str]:
        space = " " * indent
        lines: list[str] = []
        for key in self.draw(st.permutations(list(entry))):
            value = entry[key]
            if key == "children":
                lines.append(f"{space}children:{self.comment('  ')}")
                lines += self.entries(value, indent + self.step)
            elif isinstance(value, str):
                lines += self.text(key, value, space)
            elif not value or self.draw(st.booleans()):
                items = ",  ".join(map(self.scalar, value))
                lines.append(f"{space}{key}: [{items}]{self.comment(' ')}")
            else:
                lines.append(f"{space}{key}:{self.comment(' ')}")
                lines += (
                    f"{space}{' ' * self.items}- {self.scalar(item)}{self.comment(' ')}"
                    for item in value
                )
        return lines

    def text(self, key: str, value: str, space: str) -> list[str]:
        if value == "two words" and self.draw(st.booleans()):
            return [f"{space}{key}: >-", f"{space}  two", f"{space}  words"]
        return [f"{space}{key}: {self.scalar(value)}{self.comment('  ')}"]


@st.composite
def files(draw: Any) -> tuple[Any, str]:
    value = {"version": 1, "max_depth": 10, "categories": draw(TAXONOMIES)}
    lines = ["version: 1", "max_depth: 10", "categories:"]
    lines += _Writer(draw).entries(value["categories"], draw(st.sampled_from([2, 4])))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    return value, "".join(line + end for line in lines)


def _addresses(value: Any, above: str = "") -> list[str]:
    found: list[str] = []
    for name, entry in value.items():
        found += [above + name, *_addresses(entry.get("children", {}), f"{above}{name}/")]
    return found


def _comments(text: str) -> Counter[str]:
    return Counter(
        f"#{part.strip()}" for part in text.split("# comment")[1:] for part in [part[:3]]
    )


@settings(max_examples=100, deadline=None)
@given(files(), st.data())
def test_any_move_says_what_was_meant(file: tuple[Any, str], data: st.DataObject) -> None:
    value, text = file
    assert yaml.safe_load(text) == value
    addresses = _addresses(value["categories"])
    old = data.draw(st.sampled_from(addresses))
    above = data.draw(
        st.sampled_from(["", *(a for a in addresses if not f"{a}/".startswith(f"{old}/"))])
    )
    new = f"{above}/new".lstrip("/")
    after = moved(text, old, new)
    # The same by hand, on the value.
    wanted: Any = copy.deepcopy(value)
    place = wanted["categories"]
    parents = []
    for part in old.split("/")[:-1]:
        parents.append(place[part])
        place = place[part]["children"]
    entry = place.pop(old.rpartition("/")[2])
    if parents and not place and above != old.rpartition("/")[0]:
        del parents[-1]["children"]
    target = wanted["categories"]
    for part in filter(None, above.split("/")):
        target = target[part].setdefault("children", {})
    target["new"] = {**entry, "aliases": [*entry.get("aliases", []), old]}
    assert yaml.safe_load(after) == wanted
    assert _comments(after) == _comments(text)
    assert after.count("\r") in (0, after.count("\n"))
    # Each line is there as it was, but for where it is set in, the name, the aliases, and a
    # `children:` that came or went.
    lost = Counter(map(str.strip, text.split("\n"))) - Counter(map(str.strip, after.split("\n")))
    assert lost.total() <= 3


@settings(max_examples=60, deadline=None)
@given(files(), st.data())
def test_any_addition_says_what_was_meant(file: tuple[Any, str], data: st.DataObject) -> None:
    value, text = file
    above = data.draw(st.sampled_from(["", *_addresses(value["categories"])]))
    purpose = data.draw(TEXTS)
    after = added(text, f"{above}/new".lstrip("/"), NewCategory("New", purpose, ("@a",)))
    wanted: Any = copy.deepcopy(value)
    target = wanted["categories"]
    for part in filter(None, above.split("/")):
        target = target[part].setdefault("children", {})
    target["new"] = {"title": "New", "description": purpose, "owners": ["@a"]}
    assert yaml.safe_load(after) == wanted
    lines = after.split("\n")
    assert [line for line in text.split("\n") if line not in lines] == []
