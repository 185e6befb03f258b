"""Which category texts belong into, and how sure that is."""

import pytest

from skillrepo.draft import Choice, Neighbour
from skillrepo.placement import SURE, nearest, rank

CHOICES = (
    Choice("data", "Data", "Databases, queries and files of data", ()),
    Choice("code/python", "Python", "The language and its libraries", ()),
    Choice("code", "Programming", "Languages, decorators and other constructs", ()),
    Choice("ops", "Operations", "Deployment, monitoring, containers", ()),
)
MERGE = Neighbour("north/pdf-merge", "Merges PDF files into one.")
SPLIT = Neighbour("north/pdf-split", "Splits a PDF file into pages.")
CHART = Neighbour("south/draw-chart", "Draws charts of sales figures.")
FOLDERS = (
    Choice("north", "North", "", (), skills=(MERGE, SPLIT)),
    Choice("south", "South", "", (), skills=(CHART,)),
)


@pytest.mark.parametrize(
    ("query", "category"),
    [
        ("Python decorators", "code/python"),
        ("decorating functions with a decorator", "code"),
        ("deploying a container", "ops"),
        ("deploy things", "ops"),
        ("tune a database query", "data"),
        ("bake bread", None),
        ("a skill for the user", None),
        ("", None),
    ],
)
def test_the_first_shares_the_telling_words(query: str, category: str | None) -> None:
    found = rank(CHOICES, query)
    assert next((each.id for each in found.choices), None) == category
    assert (found.confidence == 0) == (category is None)


def test_without_categories_there_is_none_and_the_only_one_needs_no_word() -> None:
    assert rank((), "anything").choices == ()
    only = rank(CHOICES[:1], "bake bread")
    assert only.choices == CHOICES[:1]
    assert only.confidence == 0.99


def test_the_skills_that_are_there_place_what_no_title_does() -> None:
    found = rank(FOLDERS, "Rotate the pages of a PDF")
    assert [each.id for each in found.choices] == ["north"]
    assert found.confidence >= SURE
    bare = [Choice(each.id, each.title, "", ()) for each in FOLDERS]
    assert rank(bare, "Rotate the pages of a PDF").choices == ()


def test_a_former_address_places_too() -> None:
    moved = Choice("north", "North", "", (), aliases=("documents/pdf",))
    assert rank((moved, FOLDERS[1]), "Compress a PDF").choices == (moved,)


def test_equal_categories_stay_in_their_order_and_are_uncertain() -> None:
    twins = (Choice("x", "Data", "", ()), Choice("y", "Data", "", ()))
    found = rank(twins, "data")
    assert (found.choices, found.margin) == (twins, 0)
    assert found.confidence < 0.3


def test_a_category_of_many_skills_is_no_nearer_than_one_of_few() -> None:
    """A vote of the nearest would go to the many: each of them holds a word of the query."""
    topics = ("deploy", "monitor", "alert", "scale", "cache", "route", "encrypt", "profile")
    many = tuple(Neighbour(f"big/{t}-it", f"How to {t} a database server.") for t in topics)
    few = (Neighbour("small/restore", "Restore backups of a database from storage."),)
    big = Choice("big", "Big", "", (), skills=many)
    small = Choice("small", "Small", "", (), skills=few)
    for order in ((big, small), (small, big)):
        found = rank(order, "Make database backups and restore them")
        assert found.choices == (small, big)
        assert found.confidence >= SURE
    assert rank((big, small), "Profile a database server").choices == (big, small)


def test_each_text_counts_the_same_however_long() -> None:
    sources = "containers deployment monitoring " * 500
    short, long = (rank(CHOICES, "query", text) for text in ("containers", sources))
    assert {each.id for each in short.choices} == {each.id for each in long.choices}
    both = {"data", "ops"}
    assert {each.id for each in long.choices[:2]} == both


def test_an_empty_category_above_one_of_the_same_title_is_passed_over() -> None:
    titles = {"dotnet": "Dotnet", "dotnet/skills": "Dotnet", "dotnet/tests": "Tests", "d": "Dot"}
    choices = [Choice(id_, title, "", ()) for id_, title in titles.items()]
    assert rank(choices, "dotnet").choices[0].id == "dotnet/skills"
    held = Choice("dotnet", "Dotnet", "", (), skills=(Neighbour("dotnet/build", "Build."),))
    assert rank((held, *choices[1:]), "dotnet builds").choices[0] == held


def test_the_nearest_skills_of_each_category() -> None:
    assert nearest(FOLDERS, "Split a PDF", 2) == {"north": (SPLIT, MERGE), "south": ()}
    assert nearest(FOLDERS, "Split a PDF", 1)["north"] == (SPLIT,)
