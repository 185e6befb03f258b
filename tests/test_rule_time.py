"""No text makes a rule slow: hostile skills are checked before anyone has read them."""

import time
from collections.abc import Iterator

import pytest
from content_repo import TAXONOMY, skill

from skillrepo import rules
from skillrepo.check import check
from skillrepo.context import Context
from skillrepo.document import Document, read
from skillrepo.files import Folder
from skillrepo.rule import Rule

SIZE = 1 << 18
# Seconds of processor time. On a quiet machine a rule takes less than 0.05; what is quadratic takes
# minutes on this size. A busy machine is many times slower, and the suite must hold there too.
LIMIT = 2.0
# Where each few characters are a block of Markdown, or a line that a rule must look at, the time
# still grows with the length alone, but there is more to do.
DENSE_LIMIT = 4.0

PIECES = {
    "brackets": "[",
    "placeholders": "<your ",
    "backticks": "`",
    "markers": "TODO",
    "quotes": "> ",
    "list items": "- ",
    "comments": "<!--",
    "hashes": "#",
    "backslashes": "\\",
}
DENSE_PIECES = {
    "links": "[a](b)",
    "links to nowhere": "[a](x/../x/../x)\n",
    "escaped links": "[a](%61%2f)\n",
    "badges": "[![](a)](b)",
    "angles": "<",
    "bracketed": "[insert ",
    "spaced backticks": "` ",
    "lines of backticks": "`" * 4_095 + "\n",
    "growing backticks": "".join("`" * length + " " for length in range(1, 90)) + "\n",
    "spaced markers": "TODO ",
    "markers on lines": "TODO\n",
    "markers and bars": "TODO|",
    "markers behind spaces": "TODO" + " " * 300,
    "quoted markers": "> TODO\n\n",
    "comments on lines": "<!--\n",
    "closed comments": "<!-- TODO: x -->\n\n",
    "html": "<p>TODO: x\n\n",
    "headings": "#\n",
    "empty sections": "# When to use\n",
    "sections with comments": "# When to use\n<!-- x -->\n",
    "setext sections": "When to use\n-\n",
    "fences": "```\nTODO: x\n```\n",
    "bars": "|",
    "spaces": " ",
    "lines": "\n",
    "digits": "1",
    "stops": ".",
    "underscores": "_",
    "exclamation marks": "!",
    "uses": "use ",
    "not for": "not for ",
    "letters": "é",
}


def times(text: str) -> str:
    return text * (SIZE // len(text))


BODIES = {
    **{name: times(piece) for name, piece in DENSE_PIECES.items()},
    "one long heading": "# " + times("!") + "a\n",
    "one long heading of digits": "# " + times("1") + "\n\nx\n",
    "one deep quote": "> " * 2_000 + "TODO: x\n" + "TODO: y\n" * 20_000,
    "images in images": "![a" * (SIZE // 14) + "](b)" * (SIZE // 14),
    "one long link": "[a](" + "b/" * (SIZE // 2) + ")",
    "one long way up": "[a](" + "../" * (SIZE // 3) + ")",
    "many definitions": "".join(f"[a{n}]: b\n" for n in range(SIZE // 12)),
}


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    root = tmp_path_factory.mktemp("repo")
    taxonomy = TAXONOMY.replace("    title: Data", "    sections: how-to\n    title: Data")
    (root / "taxonomy.yaml").write_text(taxonomy)
    (root / "skills/data/wax").mkdir(parents=True)
    (root / "skills/data/wax/SKILL.md").write_text(skill("wax"))
    return Context.of(Folder(root))


def slow(text: str, context: Context, limit: float) -> dict[str, float]:
    """The rules that take longer than they may in each of five attempts."""
    document = read("skills/data/wax/SKILL.md", "wax", text.encode())
    assert isinstance(document, Document)
    assert document.problem is None
    assert document.markdown is not None  # parsed once, whatever the number of rules
    best = {
        rule.name: next((t for t in times_of(rule, document, context) if t < limit), limit)
        for rule in rules.ALL
    }
    return {name: time for name, time in best.items() if time >= limit}


def times_of(rule: Rule, document: Document, context: Context) -> Iterator[float]:
    for _ in range(5):
        start = time.process_time()
        check([document], [rule], context, "house")
        yield time.process_time() - start


@pytest.mark.parametrize("piece", PIECES.values(), ids=PIECES)
def test_body(piece: str, context: Context) -> None:
    assert slow(skill("wax", body=times(piece)), context, LIMIT) == {}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_dense_body(body: str, context: Context) -> None:
    assert slow(skill("wax", body=body), context, DENSE_LIMIT) == {}


# The frontmatter has 65,536 characters at most.
FIELDS = {
    "name": ("-", "a-", "A", "é", " ", "."),
    "description": ("use ", "not for ", "when ", "<your ", "TODO", "TODO ", "[insert ", "é", "`"),
    "allowed-tools": ("(", ")", "a(", "(,", "()", ", ", "a(b)"),
}


@pytest.mark.parametrize(
    ("key", "piece"), [(key, piece) for key, pieces in FIELDS.items() for piece in pieces]
)
def test_field(key: str, piece: str, context: Context) -> None:
    fields = {"name": "wax", "description": "Use when x.", "license": "MIT"}
    fields[key] = piece * (65_000 // len(piece.encode()))
    header = "".join(f"{name}: '{value}'\n" for name, value in fields.items())
    assert slow(f"---\n{header}---\n# Wax\n", context, LIMIT) == {}


def test_many_keys(context: Context) -> None:
    metadata = "".join(f"  {number}: no\n" for number in range(900))
    odd = "".join(f"key{number}: x\n" for number in range(90))
    text = f"---\nname: wax\ndescription: Use when x.\nmetadata:\n{metadata}{odd}---\n# Wax\n"
    assert slow(text, context, DENSE_LIMIT) == {}
