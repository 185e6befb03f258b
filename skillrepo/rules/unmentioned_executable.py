"""Each program of the skill is named by its texts.

What it checks: each file beside SKILL.md that is a program (its mode says so, it begins with `#!`,
or it lies in `scripts/` or `bin/` and has the suffix of a script) is named by SKILL.md or by a file
that is reached from it: its name stands there, or the name of its folder with `*`, or its name
without the suffix as a module or an import has it. Tests and `__init__.py` need not be named.

Why it matters: a program that no text names is either left over, or is run by something that the
reader does not see. No agent will find it.

How to fix it: say in SKILL.md what the program is for and when to run it, or delete it.

Example: `scripts/convert.py` in a skill whose SKILL.md speaks of `scripts/merge.py` alone.

Source: house; https://agentskills.io/specification ("Scripts") has programs named by SKILL.md.
"""

import re
from collections.abc import Iterator
from functools import cache
from posixpath import dirname

from skillrepo.bundle import Bundle, Item, Page
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import WARNING, Hit, Rule
from skillrepo.vocabulary import vocabulary
from skillrepo.wording import DATA, SCRIPTS, places

_WORD = re.compile(r"[\w-]")
_FOLDERS = ("scripts/", "bin/")


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Follow what SKILL.md names, and report the programs that are not reached."""
    for item in unnamed_programs(skill, context.bundle(skill)):
        message = f"no text names the program `{item.name}`; say what it is for, or delete it"
        yield Hit(1, 1, message, path=item.path)


def unnamed_programs(skill: Document, bundle: Bundle) -> list[Item]:
    """The programs of the skill that are not reached from SKILL.md."""
    programs = [item for item in bundle.items if _is_program(item, bundle)]
    reached = _reached(skill, bundle) if programs else set()
    return [item for item in programs if item.name not in reached]


@cache
def _test() -> re.Pattern[str]:
    return re.compile(
        r"(?:^|/)(?:tests?|__tests__|spec|fixtures|node_modules)/|(?:^|/)(?:test_|conftest|__init__)"
        r"|[._]test\.|\.spec\."
    )


def _is_program(item: Item, bundle: Bundle) -> bool:
    if item.kind != "file" or _test().search(item.name) or not _key(item.name):
        return False
    if item.suffix in SCRIPTS and item.name.startswith(_FOLDERS):
        return True
    if item.suffix in DATA or item.suffix in (".md", ".markdown", ".txt"):
        return False
    return item.executable or (bundle.data(item) or b"").startswith(b"#!")


def _reached(skill: Document, bundle: Bundle) -> set[str]:
    """The names of the files that SKILL.md names, and of those that they name in turn."""
    waiting: dict[bytes, list[Item]] = {}
    for item in bundle.items:
        for word in {_key(item.name), _key(dirname(item.name))}:
            waiting.setdefault(word, []).append(item)
    keys = frozenset(waiting)
    pages = {page.name: page for page in bundle.pages()}
    reached: set[str] = set()
    front: list[Document | Page] = [skill]
    while front:
        source = front.pop()
        for word in keys & source.vocabulary.words:
            for item in waiting[word]:
                if item.name not in reached and _names(source, item):
                    reached.add(item.name)
                    if item.name in pages:
                        front.append(pages[item.name])
    return reached


def _key(name: str) -> bytes:
    """The longest word of a file's name without its suffix: a text that names it holds that.

    It is empty where the name has no ASCII letter, and the file is not judged then.
    """
    base = name.rpartition("/")[2]
    words = vocabulary((base.rpartition(".")[0] or base).encode(errors="replace")).words
    return max(words, key=lambda word: (len(word), word), default=b"")


def _names(source: Document | Page, item: Item) -> bool:
    """Whether a text names a file: by its name, by its folder with a `*`, or as a module."""
    base = item.name.rpartition("/")[2]
    folder, stem = dirname(item.name), base.rpartition(".")[0]
    if any(
        not (place and _WORD.match(source.text, place - 1)) for place in places(source.text, base)
    ):
        return True
    ways = [f"{folder}/{each}" for each in ("*", "<", "{", "$")] if folder else []
    if isinstance(source, Page) and source.item.suffix in SCRIPTS:
        ways.append(stem or base)
    elif stem:
        ways += [f"{folder}/{stem}", f"{folder.replace('/', '.')}.{stem}", f"`{stem}`"]
    return any(way in source.text for way in ways)


RULE = Rule("X107", "unmentioned-executable", {"house": WARNING}, __doc__, run=run)
