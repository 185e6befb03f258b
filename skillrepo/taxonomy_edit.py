"""Edits of `taxonomy.yaml` that leave what stands beside the change as it is written.

Lines are moved and written here, since a round trip through a YAML library leaves the comment above
an entry behind and sets lists in anew. Each text is read again afterwards: one that does not say
just what was meant is refused.
"""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from skillrepo import yaml_node, yaml_text
from skillrepo.errors import SkillRepoError
from skillrepo.frontmatter_edit import scalar
from skillrepo.taxonomy import FILE_NAME, Taxonomy, category_path, load

_STEP = 2
"""Columns that a new level is set in where there is none to be like."""


class NewCategory(NamedTuple):
    """What a category is to say of itself."""

    title: str
    description: str = ""
    owners: tuple[str, ...] = ()

    def fields(self) -> Iterator[tuple[str, Any]]:
        """Its keys and values, without those that are empty."""
        for key, value in self._asdict().items():
            if value:
                yield key, list(value) if key == "owners" else value


def moved(text: str, old: str, new: str) -> str:
    """The text with the category `old` called `new`, and `old` as an alias of it.

    `old` and the category above `new` exist, `new` does not. An alias that is the address of its
    category after the move goes. Raises `SkillRepoError` where the taxonomy would not be a sound
    one, or is written too unusually to be changed with certainty.
    """
    wanted = copy.deepcopy(yaml_text.load(text).value)
    entry = _take(wanted, old, keep=old.rpartition("/")[0] == new.rpartition("/")[0])
    above, _, name = new.rpartition("/")
    _children(wanted, above)[name] = entry
    entry["aliases"] = [*entry.get("aliases", ()), old]
    stale = list(_own_aliases(entry, new))

    def edited() -> str:
        done = _with_alias(_relocated(text, old, new), new, old)
        for category in stale:
            done = _without_alias(done, category, category)
        return done

    return _sound(edited, wanted, old, new)


def added(text: str, category: str, entry: NewCategory) -> str:
    """The text with one more category, whose parent is there. Raises as `moved` does."""
    wanted = copy.deepcopy(yaml_text.load(text).value)
    above, _, name = category.rpartition("/")
    _children(wanted, above)[name] = dict(entry.fields())
    return _sound(lambda: _Lines(text).added(category, entry), wanted, category, category)


def _sound(edited: Callable[[], str], wanted: Any, old: str, new: str) -> str:
    try:
        text = edited()
        is_meant = yaml_text.load(text).value == wanted
    except (yaml_node.YamlError, KeyError, IndexError):
        is_meant = False
    if not is_meant:
        raise SkillRepoError(
            f"{FILE_NAME} is written in a way that cannot be changed with certainty around `{old}` "
            f"or where `{new}` is to stand: write it with one key a line, without braces"
        )
    found = load(text)
    if not isinstance(found, Taxonomy):
        raise SkillRepoError(f"{FILE_NAME} would not be sound: {found[0].why}")
    return text


def _take(value: Any, address: str, *, keep: bool) -> Any:
    """Take a category out of the value, and the mapping that it leaves empty, if not to be kept."""
    above, _, name = address.rpartition("/")
    siblings = _children(value, above)
    entry = siblings.pop(name)
    if above and not siblings and not keep:
        del _entry(value, above)["children"]
    return entry


def _own_aliases(entry: Any, address: str) -> Iterator[str]:
    """The categories that have their own address among their aliases, which is taken out."""
    aliases = entry.get("aliases", [])
    if address in aliases:
        aliases.remove(address)
        if not aliases:
            del entry["aliases"]
        yield address
    for name, child in entry.get("children", {}).items():
        yield from _own_aliases(child, f"{address}/{name}")


def _entry(value: Any, address: str) -> Any:
    for step in category_path(address):
        value = value[step]
    return value


def _children(value: Any, address: str) -> Any:
    return _entry(value, address).setdefault("children", {}) if address else value["categories"]


def _path_of_children(address: str) -> yaml_node.Path:
    return (*category_path(address), "children") if address else ("categories",)


def _relocated(text: str, old: str, new: str) -> str:
    return _Lines(text).relocated(old, new)


def _with_alias(text: str, category: str, alias: str) -> str:
    return _Lines(text).with_alias((*category_path(category), "aliases"), scalar(alias))


def _without_alias(text: str, category: str, alias: str) -> str:
    return _Lines(text).without_alias((*category_path(category), "aliases"), alias)


class _Target(NamedTuple):
    """Where the entries of a mapping begin in their lines, and the line behind its last one."""

    column: int
    after: int
    opening: tuple[str, ...] = ()
    """What begins the mapping if it is new."""


class _Lines:
    """The lines of the file; each method gives the text with one change."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._yaml = yaml_text.load(text)
        self._break = "\r" if self._lines[0].endswith("\r") else ""

    def relocated(self, old: str, new: str) -> str:
        """The entry of a category with its comment at the end of another mapping, and renamed."""
        path = category_path(old)
        here, above = old.rpartition("/")[0], new.rpartition("/")[0]
        first, last = self._first(path), self._last(path)
        entry = self._lines[first - 1 : last]
        self._rename(entry, path, first, new.rpartition("/")[2])
        if above == here:
            return self._put({first - 1: entry}, set(range(first, last + 1)))
        target = self._target(above)
        entry = _set_in(entry, target.column - self._yaml.keys[path].column)
        gone = set(range(first, last + 1))
        kept: list[str] = []
        if len(_children(self._yaml.value, here)) == 1:
            line = self._yaml.keys[_path_of_children(here)].line
            gone.add(line)
            kept = self._comment(line)
            return self._put({target.after: [*target.opening, *entry], line - 1: kept}, gone)
        return self._put({target.after: [*target.opening, *entry]}, gone)

    def added(self, category: str, entry: NewCategory) -> str:
        """A new entry at the end of a mapping."""
        above, _, name = category.rpartition("/")
        if not self._yaml.value["categories"]:
            return self._first_category(name, entry)
        target = self._target(above)
        first = self._yaml.keys[category_path(next(iter(self._yaml.value["categories"])))]
        step = self._yaml.values[category_path(first.text)].column - first.column
        lines = self._written(name, entry, target.column, step)
        return self._put({target.after: [*target.opening, *lines]}, set())

    def _first_category(self, name: str, entry: NewCategory) -> str:
        key, value = self._yaml.keys["categories",], self._yaml.values["categories",]
        line = self._lines[key.line - 1]
        if line[value.column - 1 : value.column + 1] == "{}":
            line = line[: value.column - 1].rstrip() + line[value.column + 1 :]
        return self._put(
            {key.line: [line, *self._written(name, entry, key.column + _STEP, _STEP)]}, {key.line}
        )

    def with_alias(self, path: yaml_node.Path, word: str) -> str:
        """One more alias at the end of a list, which may be new; `word` is YAML."""
        if path not in self._yaml.values:
            return self._new_aliases(path[:-1], word)
        items = _at(self._yaml.value, path)
        if not items:
            line, column = self._yaml.ends[path]
            return self._within(line, column - 1, column - 1, word)
        last = (*path, len(items) - 1)
        line, column = self._yaml.ends[last]
        if path in self._yaml.flow:
            return self._within(line, column, column, f", {word}")
        mark = self._lines[self._yaml.values[last].line - 1][: self._yaml.values[last].column - 1]
        return self._put({self._last(last): [f"{mark}{word}{self._break}"]}, set())

    def _new_aliases(self, category: yaml_node.Path, word: str) -> str:
        """A list of one alias, above the children."""
        column = self._yaml.values[category].column - 1
        keys = list(_at(self._yaml.value, category))
        before = keys[: keys.index("children")] if "children" in keys else keys
        after = self._last((*category, before[-1])) if before else self._yaml.keys[category].line
        return self._put({after: [f"{' ' * column}aliases: [{word}]{self._break}"]}, set())

    def without_alias(self, path: yaml_node.Path, alias: str) -> str:
        """The list without one of its items; without items there is no list."""
        items = _at(self._yaml.value, path)
        number = items.index(alias)
        if len(items) == 1:
            return self._put({}, set(range(self._yaml.keys[path].line, self._last(path) + 1)))
        item = (*path, number)
        if path not in self._yaml.flow:
            return self._put({}, set(range(self._yaml.values[item].line, self._last(item) + 1)))
        start, end = self._yaml.values[item], self._yaml.ends[item]
        if number + 1 < len(items):
            following = self._yaml.values[*path, number + 1]
            end = following.line, following.column
            place = start.line, start.column
        else:
            place = self._yaml.ends[*path, number - 1]
        if place[0] != end[0]:
            raise IndexError
        return self._within(place[0], place[1], end[1], "")

    def _first(self, path: yaml_node.Path) -> int:
        """The first line of an entry, or of the comment just above it."""
        key = self._yaml.keys[path]
        first, mark = key.line, " " * (key.column - 1) + "#"
        while self._lines[first - 2].startswith(mark):
            first -= 1
        return first

    def _last(self, path: yaml_node.Path) -> int:
        """The last line of a value; a block of text ends where the next line begins."""
        line, column = self._yaml.ends[path]
        if column > 1:
            return line
        line -= 1
        while not self._lines[line - 1].strip():
            line -= 1
        return line

    def _rename(self, entry: list[str], path: yaml_node.Path, first: int, name: str) -> None:
        key = self._yaml.keys[path]
        at, start = key.line - first, key.column - 1
        end = start + len(key.text) + 2 * key.quoted
        if key.text != name:
            entry[at] = entry[at][:start] + scalar(name) + entry[at][end:]

    def _comment(self, line: int) -> list[str]:
        """What is left of the line of a key without it."""
        text = self._lines[line - 1]
        indent = text[: len(text) - len(text.lstrip())]
        _, mark, comment = text.partition("#")
        return [f"{indent}#{comment}"] if mark else []

    def _target(self, above: str) -> _Target:
        path = _path_of_children(above)
        if path in self._yaml.values:
            return _Target(self._yaml.values[path].column, self._last(path))
        category = path[:-1]
        column = self._yaml.values[category].column
        step = column - self._yaml.keys[category].column
        opening = f"{' ' * (column - 1)}children:{self._break}"
        return _Target(column + step, self._last(category), (opening,))

    def _written(self, name: str, entry: NewCategory, column: int, step: int) -> list[str]:
        indent = " " * (column - 1)
        lines = [f"{indent}{scalar(name)}:"]
        for key, value in entry.fields():
            text = f"[{', '.join(map(scalar, value))}]" if key == "owners" else scalar(value)
            lines.append(f"{indent}{' ' * step}{key}: {text}")
        return [line + self._break for line in lines]

    def _within(self, line: int, start: int, end: int, text: str) -> str:
        """Another text in a line, from a column up to another."""
        written = self._lines[line - 1]
        return self._put({line: [written[: start - 1] + text + written[end - 1 :]]}, {line})

    def _put(self, behind: Mapping[int, Sequence[str]], gone: set[int]) -> str:
        """The text with lines behind those of these numbers, and without others."""
        lines = list(behind.get(0, ()))
        for number, line in enumerate(self._lines, 1):
            if number not in gone:
                lines.append(line)
            lines += behind.get(number, ())
        return "\n".join(lines)


def _at(value: Any, path: yaml_node.Path) -> Any:
    for step in path:
        value = value[step]
    return value


def _set_in(lines: Sequence[str], columns: int) -> list[str]:
    """The lines so many columns further to the right, or to the left."""
    if columns >= 0:
        return [" " * columns + line if line.strip() else line for line in lines]
    return [line[min(-columns, len(line) - len(line.lstrip(" "))) :] for line in lines]
