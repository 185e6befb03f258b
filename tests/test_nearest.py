from pathlib import Path

import pytest
from conftest import MakeRepo
from content_repo import FILES, skill
from hypothesis import given
from hypothesis import strategies as st

from skillrepo import nearest
from skillrepo.context import Context
from skillrepo.draft import Neighbour
from skillrepo.files import Folder
from skillrepo.nearest import Nearest
from skillrepo.words import Bm25

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


WORDS = st.lists(st.sampled_from(["pdf", "merge", "split", "table", "clean", "the"]), max_size=6)


@given(st.lists(WORDS, max_size=6), WORDS)
def test_it_agrees_with_the_plain_formula(texts: list[list[str]], query: list[str]) -> None:
    skills = [Neighbour(f"c/x{at}", " ".join(text)) for at, text in enumerate(texts)]
    scores = Bm25([f"x{at} x{at} {' '.join(t)}" for at, t in enumerate(texts)]).scores(
        " ".join(query)
    )
    wanted = sorted((at for at in range(len(texts)) if scores[at]), key=lambda at: -scores[at])
    assert Nearest(skills).to(" ".join(query)) == tuple(skills[at] for at in wanted)


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    broken = {"skills/data/broken/SKILL.md": "no frontmatter"}
    skills = {"skills/data/pdf-merge/SKILL.md": skill(), "elsewhere/x/SKILL.md": skill("x")}
    return make_repo({**FILES, **skills, **broken})


def test_of_a_repository(root: Path) -> None:
    found = Nearest.of(Context.of(Folder(root))).to("Merge PDF files")
    about = "Merges PDF files. Use when PDF files are to become one."
    assert Neighbour("data/pdf-merge", about) in found
    assert all("broken" not in each.address for each in found)


def test_of_very_many_the_names_alone(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearest, "_MOST_READ", 1)
    found = Nearest.of(Context.of(Folder(root))).to("Merge PDF files")
    assert found == (Neighbour("data/pdf-merge", ""),)
