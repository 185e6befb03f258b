from collections import Counter
from pathlib import Path

import pytest
from conftest import MakeRepo
from content_repo import FILES, skill

from skillrepo import nearest
from skillrepo.context import Context
from skillrepo.draft import Neighbour
from skillrepo.files import Folder
from skillrepo.nearest import Nearest, described

MERGE = Neighbour("data/pdf-merge", "Merges PDF files.")
CLEAN = Neighbour("data/csv-clean", "Cleans tables.")
REPORT = Neighbour("coding/pdf-report", "Writes reports of what was tested.")
SKILLS = (MERGE, CLEAN, REPORT)


def test_the_nearest_comes_first() -> None:
    found = Nearest(SKILLS)
    assert found.to("merge two PDFs") == (MERGE, REPORT)
    assert found.to("merge two PDFs", 1) == (MERGE,)
    assert found.to("clean a table of test reports")[0] == CLEAN
    assert found.to("the of") == ()
    assert Nearest(()).to("merge") == ()


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    broken = {"skills/data/broken/SKILL.md": "no frontmatter"}
    skills = {"skills/data/pdf-merge/SKILL.md": skill(), "elsewhere/x/SKILL.md": skill("x")}
    return make_repo({**FILES, **skills, **broken})


def test_of_a_repository(root: Path) -> None:
    found = described(Context.of(Folder(root)), whole=False)
    about = "Merges PDF files. Use when PDF files are to become one."
    # That there is no frontmatter is no reason to have the name twice.
    assert found == (Neighbour("data/broken", ""), Neighbour("data/pdf-merge", about))


@pytest.mark.parametrize(
    ("whole", "read", "named"),
    [(True, {"a": 1, "b": 2, "c": 2}, 6), (False, {"a": 1, "b": 2, "c": 2}, 3)],
)
def test_of_very_many_as_many_of_each_category_are_read(
    make_repo: MakeRepo,
    monkeypatch: pytest.MonkeyPatch,
    *,
    whole: bool,
    read: dict[str, int],
    named: int,
) -> None:
    monkeypatch.setattr(nearest, "_MOST_READ", 10)
    monkeypatch.setattr(nearest, "_SAMPLE", 5)
    monkeypatch.setattr(nearest, "_MOST_NAMED", 3)
    sizes = {"a": 1, "b": 4, "c": 6}
    names = [f"{category}{n}" for category, size in sizes.items() for n in range(size)]
    files = FILES | {f"skills/{name[0]}/{name}/SKILL.md": skill(name) for name in names}
    found = described(Context.of(Folder(make_repo(files))), whole=whole)
    assert Counter(each.address[0] for each in found if each.description) == read
    assert sum(not each.description for each in found) == named
    assert [each.address for each in found] == sorted(each.address for each in found)
