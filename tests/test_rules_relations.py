"""Rules about how skills relate: many skills, long chains, and what is read for them."""

import time
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

import pytest
from content_repo import TAXONOMY, skill

from skillrepo import rules, taxonomy
from skillrepo.check import check
from skillrepo.context import Context
from skillrepo.facts import Facts, Index
from skillrepo.files import Tree
from skillrepo.finding import Finding
from skillrepo.git import Entry
from skillrepo.library import Library
from skillrepo.settings import DEFAULT

FAMILY = [rule for rule in rules.ALL if rule.code.startswith("R")]
MANY = 10_000
# Seconds of processor time; what is quadratic takes minutes.
LIMIT = 20.0


class Repo:
    """A repository in memory: name → its relations; it counts what is read."""

    def __init__(self, skills: Mapping[str, str]) -> None:
        self.read: list[str] = []
        texts = {
            f"skills/data/{name}/SKILL.md": skill(name, extra=f"metadata:\n{relations}\n")
            for name, relations in skills.items()
        }
        entries = {path: Entry("100644", path) for path in texts}

        def blobs(oids: Iterator[str], *, limit: int) -> Iterator[bytes]:
            assert limit
            for oid in oids:
                self.read.append(oid)
                yield texts[oid].encode()

        library = Library(Tree("repo", entries, blobs), "skills")
        categories = taxonomy.load(TAXONOMY)
        self.context = Context(library, DEFAULT, categories, Index(library))

    def check(self, *names: str) -> list[Finding]:
        """Check some skills, or all of them."""
        library = self.context.library
        paths = [f"skills/data/{name}/SKILL.md" for name in names] or library.skill_files
        return list(check(library.load(paths), FAMILY, self.context, "house").findings)


def requires(*names: str) -> str:
    return f"  requires: {' '.join(names)}"


def timed(work: Callable[[], list[Finding]]) -> list[Finding]:
    start = time.process_time()
    found = work()
    assert time.process_time() - start < LIMIT
    return found


@pytest.mark.no_cover
def test_one_long_chain() -> None:
    names = [f"s{number}" for number in range(MANY)]
    skills = {one: requires(other) for one, other in pairwise(names)}
    assert timed(Repo({**skills, names[-1]: "  a: b"}).check) == []


@pytest.mark.parametrize("many", [100, pytest.param(MANY, marks=pytest.mark.no_cover)])
def test_one_long_circle(many: int) -> None:
    names = [f"s{number}" for number in range(many)]
    skills = {one: requires(other) for one, other in pairwise([*names, names[0]])}
    found = timed(Repo(skills).check)
    assert len(found) == many
    assert {finding.code for finding in found} == {"R102"}
    way = f"goes round: by way of {many - 1:,} others; remove"
    assert all(way in each.message for each in found)


@pytest.mark.no_cover
def test_many_that_require_each_other() -> None:
    names = [f"s{number}" for number in range(200)]
    skills = {name: requires(*(each for each in names if each != name)) for name in names}
    found = timed(Repo(skills).check)
    assert len(found) == 200
    assert "goes round: s0 → s1 → s0;" in min(found, key=Finding.order).message


def test_many_names_that_are_nowhere() -> None:
    known = {f"known-{number}": "  a: b" for number in range(MANY)}
    lost = " ".join(f"knwon-{number}" for number in range(5_000))
    found = timed(lambda: Repo({"wax": requires(lost), **known}).check("wax"))
    assert len(found) == 101
    assert found[-1].message.startswith("and more")
    hints = [finding.message for finding in found if "did you mean" in finding.message]
    assert len(hints) == 3


def test_only_what_is_named_is_read() -> None:
    others = {f"other-{number}": "  a: b" for number in range(50)}
    repo = Repo({"wax": requires("ink"), "ink": requires("oil"), "oil": requires("wax"), **others})
    assert [finding.code for finding in repo.check("wax")] == ["R102"]
    assert sorted(set(repo.read)) == [f"skills/data/{n}/SKILL.md" for n in ("ink", "oil", "wax")]


def test_what_was_made_of_the_facts_is_made_anew_where_they_change() -> None:
    repo = Repo({"wax": requires("ink"), "ink": requires("wax")})
    assert len(repo.check()) == 2
    index = repo.context.facts
    made = index.derived("test", lambda index: [facts.folder for facts in index.known])
    assert index.derived("test", lambda _index: []) is made
    index.learn(Facts("skills/data/ink/SKILL.md", "ink"))
    assert index.derived("test", lambda _index: []) == []
    assert repo.check("wax") == []


@pytest.mark.parametrize("value", ["[a, b]", "{a: b}", "", "~"])
@pytest.mark.parametrize("relation", ["requires", "recommends", "conflicts"])
def test_what_is_no_text_names_nothing(relation: str, value: str) -> None:
    assert Repo({"wax": f"  {relation}: {value}", "ink": "  a: b"}).check() == []
