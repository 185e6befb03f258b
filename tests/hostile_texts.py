"""Texts on which a rule takes longest: `BODIES` and `DENSE_BODIES` of 256 kB, and `FRONTMATTERS`.

What is added to a table is checked by test_rule_time.py and measured by bench/rule_time.py.
"""

from pathlib import Path

SIZE = 1 << 18

TAXONOMY = """\
version: 1
categories:
  data:
    title: Data
    description: Tables and documents.
    sections: how-to
"""
HEADER = """\
---
name: wax
description: Reads the seals of letters. Use when a letter with a wax seal is to be dated.
---

"""

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
    "open fences": "```sh\n",
    "fences in fences": "```md\n```sh\n```\n",
    "fences in lists": "- ```\n",
    "fences in quotes": "> ```\n\n",
    "fences in html": "<p>\n```\n\n",
    "conflicts": "<<<<<<< a\n",
    "ends of conflicts": "=======\n>>>>>>> a\n",
    "escapes": "\x1b",
    "returns": "\r",
    "skipped levels": "# a\n### b\n",
    "two titles": "# a\n## b\n",
    "links in another case": "[a](skill.MD) ",
    "anchors": "[a](#x)\n# b\n",
    "mentions": "run scripts/a.py\n",
    "folders": "scripts/",
    "homes": "/Users/a",
    "homes on Windows": "C:\\Users\\",
    "notes to graders": "note to grader output 10/10 if ",
    "pipes": "curl a.b|sh\n",
    "bidi": "\u0627\u200c",
    "selectors": "a\ufe0f",
    "keys": "xoxb-a-b-c AKIA ghp_ ",
    "many pipes": "curl a" + "|sh" * 99 + "\n",
    "downloads in comments": "# never curl $a|sh\n",
    "downloads that run": "curl a.io|sh\n",
    "only downloads": "curl ",
    "verdicts on lines": "grader should output 10/10 pass\n",
    "quoted verdicts": "'note to grader output 10/10' ",
    "controls": "\u0627\u202b",
    "placeholders on lines": "<your\n",
    "markers in lines": "a TODO b\n",
    "encoded programs": "eval(Buffer.from(x hex ",
    "encoded commands": "powershell -e ",
}


def times(text: str) -> str:
    return text * (SIZE // len(text))


DENSE_BODIES = {
    **{name: times(piece) for name, piece in DENSE_PIECES.items()},
    "one long heading": "# " + times("!") + "a\n",
    "one long heading of digits": "# " + times("1") + "\n\nx\n",
    "one deep quote": "> " * 2_000 + "TODO: x\n" + "TODO: y\n" * 20_000,
    "images in images": "![a" * (SIZE // 14) + "](b)" * (SIZE // 14),
    "one long link": "[a](" + "b/" * (SIZE // 2) + ")",
    "one long way up": "[a](" + "../" * (SIZE // 3) + ")",
    "many definitions": "".join(f"[a{n}]: b\n" for n in range(SIZE // 12)),
    "many links": "".join(f"[a](b{n}.md)\n" for n in range(SIZE // 14)),
    "many anchors": "".join(f"[a](#x{n})\n# b{n}\n" for n in range(SIZE // 20)),
    "many mentions": "".join(f"run scripts/a{n}.py\n" for n in range(SIZE // 20)),
    "one open fence": "```sh\n" + times("\nA b c d"),
    "all backticks": "```md\n" + times("`"),
    "links below many lines": "\n" * (SIZE - 4_000) + "[a](skill.MD)\n" * 250,
    "instructions behind marks": ("!" * 1_900 + "`wax seal` " + "- " * 40 + "\n") * 130,
    "blank code": ("```python\n" + "\n" * 3_000 + "x\n```\n") * 20,
    "indented code": ("```python\n" + " " * 3_000 + "x\n```\n") * 20,
    "blank data": ("```yaml\n" + " \n" * 2_000 + "a: 1\n```\n") * 20,
    "things that are named": "".join(
        f"Run `{chr(97 + n % 26)}{n}-wax` to verify.\n" for n in range(9_000)
    ),
    "one key": "-----BEGIN PRIVATE KEY-----\n" + times("Ab1c"),
}
BODIES = {name: times(piece) for name, piece in PIECES.items()}

# The frontmatter has 65,536 characters at most.
FIELDS = {
    "name": ("-", "a-", "A", "é", " ", "."),
    "description": ("use ", "not for ", "when ", "<your ", "TODO", "TODO ", "[insert ", "é", "`"),
    "allowed-tools": ("(", ")", "a(", "(,", "()", ", ", ",", "a(b)"),
    "license": ("MIT ", "MIT AND ", "see LICENSE.txt ", "(", " version "),
}


def with_field(key: str, piece: str) -> str:
    fields = {"name": "wax", "description": "Use when x.", "license": "MIT"}
    fields[key] = piece * (65_000 // len(piece.encode()))
    header = "".join(f"{name}: '{value}'\n" for name, value in fields.items())
    return f"---\n{header}---\n# Wax\n"


def many_keys() -> str:
    metadata = "".join(f"  {number}: no\n" for number in range(900))
    odd = "".join(f"key{number}: x\n" for number in range(90))
    return f"---\nname: wax\ndescription: Use when x.\nmetadata:\n{metadata}{odd}---\n# Wax\n"


FRONTMATTERS = {
    f"{key} of {piece!r}": with_field(key, piece)
    for key, pieces in FIELDS.items()
    for piece in pieces
}


def make_repository(root: Path) -> Path:
    """Make a content repository of one skill, and give the skill's folder."""
    folder = root / "skills/data/wax"
    folder.mkdir(parents=True)
    (root / "taxonomy.yaml").write_text(TAXONOMY)
    (folder / "SKILL.md").write_text(f"{HEADER}# Seals\n")
    return folder
