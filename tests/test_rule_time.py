"""No text makes a rule or a measure slow: hostile skills are looked at before anyone reads them."""

import time
from collections.abc import Iterator

import hostile_texts
import pytest

from skillrepo import measures, rules
from skillrepo.check import check
from skillrepo.context import Context
from skillrepo.document import Document, read
from skillrepo.files import Folder
from skillrepo.measure import Subject
from skillrepo.rule import Rule

# Seconds of processor time. On a quiet machine a rule takes less than 0.05; what is quadratic takes
# minutes on this size. A busy machine takes several times as long, and so would coverage.
LIMIT = 0.3

pytestmark = pytest.mark.no_cover


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    root = tmp_path_factory.mktemp("repo")
    hostile_texts.make_repository(root)
    return Context.of(Folder(root))


def slow(text: str, context: Context) -> dict[str, float]:
    """The rules and measures that take longer than they may in each of five attempts."""
    document = read("skills/data/wax/SKILL.md", "wax", text.encode())
    assert isinstance(document, Document)
    assert document.problem is None
    assert document.markdown is not None  # parsed once, whatever the number of rules
    best = {
        rule.name: next((t for t in times_of(rule, document, context) if t < LIMIT), LIMIT)
        for rule in rules.ALL
    }
    subject = Subject(document, context.bundle(document))
    for measure in measures.ALL:
        start = time.process_time()
        measure.run(subject)
        best[measure.name] = time.process_time() - start
    return {name: time for name, time in best.items() if time >= LIMIT}


def times_of(rule: Rule, document: Document, context: Context) -> Iterator[float]:
    for _ in range(5):
        start = time.process_time()
        check([document], [rule], context, "house")
        yield time.process_time() - start


@pytest.mark.parametrize("body", hostile_texts.BODIES.values(), ids=hostile_texts.BODIES)
def test_body(body: str, context: Context) -> None:
    assert slow(hostile_texts.HEADER + body, context) == {}


@pytest.mark.parametrize(
    "body", hostile_texts.DENSE_BODIES.values(), ids=hostile_texts.DENSE_BODIES
)
def test_dense_body(body: str, context: Context) -> None:
    assert slow(hostile_texts.HEADER + body, context) == {}


@pytest.mark.parametrize(
    "text", hostile_texts.FRONTMATTERS.values(), ids=hostile_texts.FRONTMATTERS
)
def test_field(text: str, context: Context) -> None:
    assert slow(text, context) == {}


def test_many_keys(context: Context) -> None:
    assert slow(hostile_texts.many_keys(), context) == {}
