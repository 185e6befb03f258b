import pytest
from content_repo import TAXONOMY

from skillrepo import resource, taxonomy
from skillrepo.file_shapes import CategoryShape, TaxonomyFile
from skillrepo.taxonomy import Problem, Taxonomy


def load(text: str) -> Taxonomy:
    loaded = taxonomy.load(text)
    assert isinstance(loaded, Taxonomy)
    return loaded


def problems(text: str) -> tuple[Problem, ...]:
    loaded = taxonomy.load(text)
    assert not isinstance(loaded, Taxonomy)
    return loaded


def test_categories_are_flat_with_parents_first() -> None:
    loaded = load(TAXONOMY)
    assert list(loaded.categories) == ["coding", "coding/testing", "data"]
    assert loaded.categories["coding/testing"].depth == 2
    assert loaded.categories["coding/testing"].title == "Testing"
    assert loaded.categories["data"].aliases == ("documents",)


def test_what_is_left_out_is_as_the_schema_says() -> None:
    loaded = load("version: 1\ncategories: {a: {title: A}}\n")
    file = TaxonomyFile(version=1, categories={})
    assert (loaded.root, loaded.max_depth) == (file.root, file.max_depth)
    category, model = loaded.categories["a"], CategoryShape(title="A")
    assert category.description == model.description
    assert category.owners == model.owners
    assert category.sections == model.sections
    assert category.aliases == model.aliases
    assert category.sections_line is None


def test_section_policy_is_inherited() -> None:
    text = """\
version: 1
categories:
  a:
    title: A
    sections: how-to
    children:
      b: {title: B, children: {c: {title: C}}}
      d: {title: D, sections: none}
  e: {title: E}
"""
    categories = load(text).categories
    assert {key: (c.sections, c.sections_line) for key, c in categories.items()} == {
        "a": ("how-to", 5),
        "a/b": ("how-to", None),
        "a/b/c": ("how-to", None),
        "a/d": ("none", 8),
        "e": ("default", None),
    }


@pytest.mark.parametrize(
    ("root", "path", "address"),
    [
        ("skills", "skills/data/wax/SKILL.md", "data/wax"),
        ("skills", "skills/wax/SKILL.md", "wax"),
        ("skills", "skills/SKILL.md", None),
        ("skills", "skills2/wax/SKILL.md", None),
        ("skills", "docs/skills/wax/SKILL.md", None),
        ("skills", "SKILL.md", None),
        (".", "data/wax/SKILL.md", "data/wax"),
        (".", "SKILL.md", None),
        ("a/b", "a/b/wax/SKILL.md", "wax"),
        ("a/b", "a/c/wax/SKILL.md", None),
    ],
)
def test_address(root: str, path: str, address: str | None) -> None:
    loaded = load(f"version: 1\nroot: {root}\ncategories: {{}}\n")
    assert loaded.address(path) == address
    if address:
        assert f"{loaded.folder(address)}/SKILL.md" == path


def test_alias() -> None:
    loaded = load(TAXONOMY)
    assert loaded.alias_of("documents") == "data"
    assert loaded.alias_of("data") is None
    assert loaded.alias_of("lost") is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [(1, "must be a mapping")]),
        ("[]", [(1, "must be a mapping, but is a list")]),
        ("version: 1\n", [(1, "`categories` is missing")]),
        ("version: '1'\ncategories: {}\n", [(1, "`version` is `1`; it must be 1")]),
        ("version: 1\ncategories:\n", [(2, "`categories` must be a mapping, but is empty")]),
        ("version: 1\ncategories:\n  a: A\n", [(3, "`categories.a` must be a mapping")]),
        ("version: 1\ncategories:\n  a:\n    titel: A\n", [(4, "titel"), (3, "title` is missing")]),
        ("version: 1\nmax_depth: 0\ncategories: {}\n", [(2, "at least 1")]),
        ("version: 1\nmax_depth: 11\ncategories: {}\n", [(2, "at most 10")]),
        ("version: 1\nroot: ''\ncategories: {}\n", [(2, "`root` is empty")]),
        *(
            (f"version: 1\nroot: {root}\ncategories: {{}}\n", [(2, "inside the repository")])
            for root in ("..", "/", "a//b", "a/../..", ".git", "./a", "a/")
        ),
        *(
            (f"version: 1\ncategories:\n  {key}: {{title: A}}\n", [(3, "a folder's name")])
            for key in ('""', '"."', '".."', '"a\\\\b"', '"a\\nb"', '"a\\0b"')
        ),
        ("version: 1\ncategories: {a/b: {title: A}}\n", [(2, "`a/b` cannot be a folder's name")]),
        ("version: 1\ncategories: {a: {title: A, aliases: [a]}}\n", [(2, "the alias `a` of `a`")]),
        ("version: 1\ncategories: &a {}\n", [(2, "anchors")]),
        ("version: 1\nversion: 1\n", [(2, "second time")]),
    ],
)
def test_what_is_wrong(text: str, found: list[tuple[int, str]]) -> None:
    loaded = problems(text)
    assert {problem.line for problem in loaded} == {line for line, _ in found}
    for line, part in found:
        assert any(problem.line == line and part in problem.why for problem in loaded)


def test_shipped_taxonomy_can_be_used() -> None:
    assert load(resource.read("config/taxonomy.yaml")).categories
