"""A taxonomy made from folders: every skill that is there has its place in it, or a reason."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillrepo import taxonomy
from skillrepo.adopt import Adoption, adopt
from skillrepo.files import Tree
from skillrepo.library import Library
from skillrepo.scaffold import exclude
from skillrepo.settings import load as load_settings
from skillrepo.taxonomy import Taxonomy


def skills(*folders: str) -> list[str]:
    return [f"{folder}/SKILL.md" if folder else "SKILL.md" for folder in folders]


def left_out(adoption: Adoption) -> dict[str, int]:
    return {each.glob: each.skills for each in adoption.left_out}


def placed(adoption: Adoption, files: list[str]) -> dict[str, str]:
    """The skills that are not left out, with the category that the written files give each."""
    found = taxonomy.load(adoption.text())
    assert isinstance(found, Taxonomy)
    settings = load_settings(exclude(adoption.left_out) if adoption.left_out else "")
    library = Library(Tree("x", {}, lambda *_, **__: iter(())), exclude=settings.exclude)
    places = {}
    for path in files:
        if not library.excludes(path):
            address = found.address(path)
            assert address is not None, f"{path} lies outside of {found.root}"
            category = address.rpartition("/")[0]
            assert category in (found.categories or [""])
            assert category.count("/") < found.max_depth
            places[path] = category
    return places


@pytest.mark.parametrize(
    ("folders", "root", "categories"),
    [
        (["skills/a", "skills/b"], "skills", []),
        (["skills/data/a"], "skills", ["data"]),
        (["skills/data/sql/a", "skills/data/b"], "skills", ["data", "data/sql"]),
        (["a", "b"], ".", []),
        (["data/a", "web/b"], ".", ["data", "web"]),
        (["submissions/a", "submissions/b"], "submissions", []),
        (
            ["plugins/x/skills/a", "plugins/y/skills/b"],
            "plugins",
            ["x", "x/skills", "y", "y/skills"],
        ),
        # Skills beside a category, and a skill that is one: the root is a folder higher.
        (["skills/a", "skills/data/b"], ".", ["skills", "skills/data"]),
        (["skills/a", "skills/a/more/b"], ".", ["skills", "skills/a", "skills/a/more"]),
        (["skills/.curated/a", "skills/.system/b"], "skills", [".curated", ".system"]),
        ([".claude/skills/a", ".claude/skills/b"], ".claude/skills", []),
    ],
)
def test_every_skill_has_a_place(folders: list[str], root: str, categories: list[str]) -> None:
    files = skills(*folders)
    adoption = adopt(files)
    assert adoption.left_out == ()
    assert adoption.skills == len(placed(adoption, files)) == len(files)
    found = taxonomy.load(adoption.text())
    assert isinstance(found, Taxonomy)
    assert (found.root, list(found.categories), found.max_depth) == (root, categories, 3)


@pytest.mark.parametrize(
    ("folders", "globs"),
    [
        # What a tool installed, and what only looks like a skill.
        (["skills/a", ".claude/skills/a", ".claude/skills/b"], {".claude": 2}),
        (["skills/a", "pkg/.github/skills/b"], {"pkg/.github": 1}),
        (["skills/a", "template"], {"template": 1}),
        (["skills/a", "tests/fixtures/b", "tests/c"], {"tests": 2}),
        (["skills/a", "skills/a/examples/b"], {"skills/a/examples": 1}),
        # What no taxonomy has a place for.
        (["skills/a", ""], {"SKILL.md": 1}),
        (["data/a", "data/b", "c"], {"c/SKILL.md": 1}),
        (["a", "b", "data/c"], {"data/c/SKILL.md": 1}),
        (["skills/a", "skills"], {"skills/SKILL.md": 1}),
        (["skills/a", "skills/" + "d/" * 11 + "b"], {"skills/" + "d/" * 11 + "b/SKILL.md": 1}),
        (["skills/a", "skills/x\\y/b"], {"skills/x?y/b/SKILL.md": 1}),
        (["skills/a", "skills/\udcff/b"], {"skills/?/b/SKILL.md": 1}),
        (["skills/a", ".\udcff/b"], {".?": 1}),
    ],
)
def test_what_has_no_place_is_left_out(folders: list[str], globs: dict[str, int]) -> None:
    files = skills(*folders)
    adoption = adopt(files)
    assert left_out(adoption) == globs
    assert adoption.skills == len(placed(adoption, files)) == len(files) - sum(globs.values())
    assert all(each.why for each in adoption.left_out)


def test_a_category_called_templates_is_one() -> None:
    adoption = adopt(skills("skills/templates/a", "skills/tests/b"))
    assert adoption.left_out == ()
    assert list(adoption.categories) == ["templates", "tests"]


def test_a_repository_that_is_one_skill_has_no_place_for_it() -> None:
    adoption = adopt(["SKILL.md"])
    assert adoption.skills == 0
    assert left_out(adoption) == {"SKILL.md": 1}


def test_without_skills_there_are_no_categories() -> None:
    adoption = adopt([])
    assert (adoption.skills, dict(adoption.categories), adoption.left_out) == (0, {}, ())


@pytest.mark.parametrize(
    ("folder", "title"),
    [
        ("10-data_science", "Data science"),
        ("(web)", "Web"),
        ("iOS", "IOS"),
        ("2024", "2024"),
        (".curated", "Curated"),
        ("--", "--"),
    ],
)
def test_titles_are_made_from_folder_names(folder: str, title: str) -> None:
    adoption = adopt(skills(f"skills/{folder}/a"))
    assert adoption.categories == {folder: {"title": title}}


def test_max_depth_grows_with_the_folders() -> None:
    files = skills("skills/a/b/c/d/e", "skills/a/f")
    assert adopt(files).max_depth == 4
    assert len(placed(adopt(files), files)) == 2


@pytest.mark.parametrize(
    "name", ["no", "123", "1e3", "2024-01-01", "1:30", "null", "~", "- x", "#"]
)
def test_names_that_yaml_reads_as_something_else_stay_names(name: str) -> None:
    files = skills(f"skills/{name}/a")
    assert placed(adopt(files), files) == {f"skills/{name}/a/SKILL.md": name}


_NAMES = st.one_of(
    st.sampled_from(
        ["skills", "a", "b", "data", ".claude", "tests", "template", "assets", "no", "1", "*", "?"]
    ),
    st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=6).filter(
        lambda name: name not in {".", ".."}
    ),
)


@settings(deadline=None)
@given(st.lists(st.lists(_NAMES, max_size=13).map("/".join), min_size=1, max_size=12, unique=True))
def test_any_folders_can_be_adopted(folders: list[str]) -> None:
    files = skills(*folders)
    adoption = adopt(files)
    # A glob of names with `*` or `?` in them may leave out more than it says.
    assert len(placed(adoption, files)) <= adoption.skills
    assert adoption.skills + sum(each.skills for each in adoption.left_out) == len(files)
