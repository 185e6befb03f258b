"""`taxonomy.yaml` → `Taxonomy`: the tree of categories and where a skill may live."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, Self

from skillrepo import schema, yaml_node, yaml_text

FILE_NAME = "taxonomy.yaml"
DEFAULT_SECTIONS = "default"
"""The section policy of a category that names none, nor has a parent that does."""
DEFAULT_ROOT = "skills"
DEFAULT_MAX_DEPTH = 3


class Category(NamedTuple):
    """A category with its address, for example `technical/python`.

    `sections_line` is the line that names its policy, None where it has its parent's.
    """

    id: str
    title: str
    description: str
    owners: tuple[str, ...]
    sections: str
    aliases: tuple[str, ...]
    depth: int
    sections_line: int | None


class Taxonomy(NamedTuple):
    """Where skills may live; `categories` maps address → category, parents first."""

    root: str
    max_depth: int
    categories: Mapping[str, Category]

    def with_policies(self, before: Self, is_known: Callable[[str], bool]) -> Self:
        """The same, with the section policies that the categories had before, if they are known."""
        kept = {
            each: category._replace(sections=before.categories[each].sections)
            for each, category in self.categories.items()
            if each in before.categories and is_known(before.categories[each].sections)
        }
        return self._replace(categories={**self.categories, **kept})

    def address(self, path: str) -> str | None:
        """`category/name` of the skill whose SKILL.md is at `path`; None outside the root."""
        parts = path.split("/")[:-1]
        root = [] if self.root == "." else self.root.split("/")
        if parts[: len(root)] != root or len(parts) == len(root):
            return None
        return "/".join(parts[len(root) :])

    def folder(self, address: str) -> str:
        """The folder of a skill or category, from its address."""
        return address if self.root == "." else f"{self.root}/{address}"

    def alias_of(self, category: str) -> str | None:
        """The category that `category` was renamed to, if it is an alias."""
        return next((c.id for c in self.categories.values() if category in c.aliases), None)

    def canonical(self, category: str) -> str | None:
        """The category that a former path, or one below a former path, now has."""
        head, rest = category, ""
        while head:
            if found := self.alias_of(head):
                now = found + rest
                return now if now in self.categories else None
            head, _, last = head.rpartition("/")
            rest = f"/{last}{rest}"
        return None


class Problem(NamedTuple):
    """What is wrong with a taxonomy file, and where."""

    line: int
    column: int
    why: str


def load(text: str) -> Taxonomy | tuple[Problem, ...]:
    """Read the text of a `taxonomy.yaml`; what is wrong with it is a value."""
    try:
        loaded = yaml_text.load(text)
    except yaml_node.YamlError as error:
        return (Problem(error.line, error.column, error.why),)
    found = schema.violations("taxonomy", loaded.value)
    if found:
        return tuple(
            Problem(loaded.line_of(violation.path), 1, schema.explain(violation))
            for violation in found
        )
    value = loaded.value
    categories = {
        category.id: category
        for category in _flatten(value["categories"], "", DEFAULT_SECTIONS, 1, loaded)
    }
    taxonomy = Taxonomy(
        value.get("root", DEFAULT_ROOT), value.get("max_depth", DEFAULT_MAX_DEPTH), categories
    )
    return tuple(_contradictions(taxonomy, loaded)) or taxonomy


def _flatten(
    entries: Mapping[str, Any], parent: str, sections: str, depth: int, loaded: yaml_node.Loaded
) -> Iterator[Category]:
    for name, entry in entries.items():
        address = f"{parent}{name}"
        policy = entry.get("sections") or sections
        yield Category(
            id=address,
            title=entry["title"],
            description=entry.get("description", ""),
            owners=tuple(entry.get("owners", ())),
            sections=policy,
            aliases=tuple(entry.get("aliases", ())),
            depth=depth,
            sections_line=loaded.line_of((*category_path(address), "sections"))
            if "sections" in entry
            else None,
        )
        children = entry.get("children", {})
        yield from _flatten(children, f"{address}/", policy, depth + 1, loaded)


def _contradictions(taxonomy: Taxonomy, loaded: yaml_node.Loaded) -> Iterator[Problem]:
    """What a schema cannot say: depth, the root, and aliases that are taken."""
    parts = taxonomy.root.split("/")
    if taxonomy.root != "." and any(part in ("", ".", "..", ".git") for part in parts):
        why = f"`root` is `{taxonomy.root}`; it must be a folder inside the repository, or `.`"
        yield Problem(loaded.line_of(("root",)), 1, why)
    seen: dict[str, str] = {}
    for category in taxonomy.categories.values():
        line = loaded.line_of(category_path(category.id))
        name = category.id.rpartition("/")[2]
        if category.id.count("/") >= category.depth:
            yield Problem(line, 1, f"`{category.id}` cannot be a folder's name: it holds a `/`")
        elif name in ("", ".", "..") or any(character in name for character in "\\\0\n"):
            yield Problem(line, 1, f"`{name}` cannot be a folder's name")
        if category.depth > taxonomy.max_depth:
            why = f"`{category.id}` is {category.depth} deep; `max_depth` is {taxonomy.max_depth}"
            yield Problem(line, 1, why)
        for alias in category.aliases:
            if alias in taxonomy.categories or alias in seen:
                why = f"the alias `{alias}` of `{category.id}` is taken by another category"
                yield Problem(line, 1, why)
            seen[alias] = category.id


def category_path(address: str) -> yaml_node.Path:
    """Where the entry of a category stands in the file."""
    steps: list[str] = ["categories"]
    for part in address.split("/"):
        steps += [part, "children"]
    return tuple(steps[:-1])
