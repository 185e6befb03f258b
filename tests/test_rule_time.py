"""No text makes a rule slow: hostile skills are checked before anyone has read them."""

import time

import pytest
from content_repo import TAXONOMY, skill

from skillrepo import rules
from skillrepo.context import Context
from skillrepo.document import Document, read
from skillrepo.files import Folder
from skillrepo.rule import Rule

SIZE = 1 << 18
LIMIT = 0.05  # seconds of processor time

PIECES = {
    "brackets": "[",
    "links": "[a](b)",
    "links to nowhere": "[a](x/../x/../x)\n",
    "escaped links": "[a](%61%2f)\n",
    "badges": "[![](a)](b)",
    "angles": "<",
    "placeholders": "<your ",
    "bracketed": "[insert ",
    "backticks": "`",
    "spaced backticks": "` ",
    "lines of backticks": "`" * 4_095 + "\n",
    "growing backticks": "".join("`" * length + " " for length in range(1, 90)) + "\n",
    "markers": "TODO",
    "spaced markers": "TODO ",
    "markers on lines": "TODO\n",
    "markers and bars": "TODO|",
    "markers behind spaces": "TODO" + " " * 300,
    "quotes": "> ",
    "quoted markers": "> TODO\n\n",
    "list items": "- ",
    "comments": "<!--",
    "comments on lines": "<!--\n",
    "closed comments": "<!-- TODO: x -->\n\n",
    "html": "<p>TODO: x\n\n",
    "hashes": "#",
    "headings": "#\n",
    "empty sections": "# When to use\n",
    "sections with comments": "# When to use\n<!-- x -->\n",
    "setext sections": "When to use\n-\n",
    "fences": "```\nTODO: x\n```\n",
    "backslashes": "\\",
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
    **{name: times(piece) for name, piece in PIECES.items()},
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
    (root / "taxonomy.yaml").write_text(
        TAXONOMY.replace("title: Data", "sections: how-to\n    title: Data")
    )
    (root / "skills/data/wax").mkdir(parents=True)
    (root / "skills/data/wax/SKILL.md").write_text(skill("wax"))
    return Context.of(Folder(root))


def slow(text: str, context: Context) -> dict[str, float]:
    """The rules that take longer than they may in each of three attempts."""
    document = read("skills/data/wax/SKILL.md", "wax", text.encode())
    assert isinstance(document, Document)
    assert document.problem is None
    assert document.markdown is not None  # parsed once, whatever the number of rules
    found = {}
    for rule in rules.ALL:
        best = min(seconds(rule, document, context) for _ in range(3))
        if best > LIMIT:
            found[rule.name] = best
    return found


def seconds(rule: Rule, document: Document, context: Context) -> float:
    start = time.process_time()
    if rule.run:
        list(rule.run(document, context))
    if rule.run_any:
        list(rule.run_any(document))
    return time.process_time() - start


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_body(body: str, context: Context) -> None:
    assert slow(skill("wax", body=body), context) == {}


# The frontmatter has 65,536 characters at most.
FIELDS = {
    "name": ("-", "a-", "A", "é", " ", "."),
    "description": (
        "use ",
        "not for ",
        "when ",
        "do not use ",
        "<your ",
        "TODO",
        "TODO ",
        "[insert ",
        "é",
        "`",
        "` ",
    ),
    "allowed-tools": ("(", ")", "a(", "(,", "()", ", ", "a(b)"),
    "license": ("x",),
}


@pytest.mark.parametrize(
    ("key", "piece"), [(key, piece) for key, pieces in FIELDS.items() for piece in pieces]
)
def test_field(key: str, piece: str, context: Context) -> None:
    fields = {"name": "wax", "description": "Use when x.", "license": "MIT"}
    fields[key] = piece * (65_000 // len(piece.encode()))
    header = "".join(f"{name}: '{value}'\n" for name, value in fields.items())
    assert slow(f"---\n{header}---\n# Wax\n", context) == {}


def test_many_keys(context: Context) -> None:
    metadata = "".join(f"  {number}: no\n" for number in range(900))
    odd = "".join(f"key{number}: x\n" for number in range(90))
    text = f"---\nname: wax\ndescription: Use when x.\nmetadata:\n{metadata}{odd}---\n# Wax\n"
    # jsonschema is asked for each of them.
    document = read("skills/data/wax/SKILL.md", "wax", text.encode())
    assert isinstance(document, Document)
    start = time.process_time()
    found = [hit for rule in rules.ALL if rule.run for hit in rule.run(document, context)]
    assert len(found) == 2 * 900 + 90
    assert time.process_time() - start < 1
