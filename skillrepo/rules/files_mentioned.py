"""Every file of the skill is named by SKILL.md, or by a file that is.

What it checks: the name of each file beside SKILL.md, or the folder that holds it (`references/`,
`scripts/*.py`), stands in SKILL.md or in a file that is named itself, in any case; scripts that
import one another name each other. README, LICENSE, CHANGELOG and the like, files that tools read,
hidden files, tests and evaluations need not be named. Programs that no text names are the matter
of `unmentioned-executable`, unless the settings speak of that rule. Each skill has one note, which
names five files and counts the rest.

Why it matters: an agent reads SKILL.md and from there what it is told to read. What nothing names
is loaded by chance, or never, and is copied with every installation.

How to fix it: say in SKILL.md when to read or run the file, or remove it.

Example: `references/limits.md` in a skill whose text never speaks of it.

Source: https://agentskills.io/specification (files are "loaded only when required" by reference
from SKILL.md); house.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from posixpath import basename, dirname

from skillrepo.bundle import Bundle, Page
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import INFO, Hit, Rule
from skillrepo.rules.unmentioned_executable import unnamed_programs

_SHOWN = 5
_MOST_SEARCHED = 32 << 20
"""Characters that are searched for names; a skill for which they do not suffice is not judged."""


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Follow the names from SKILL.md, and tell what was not reached."""
    bundle = context.bundle(skill)
    names = [item.name for item in bundle.items if item.kind == "file"]
    # What belongs to a program with a build of its own is found by that build.
    programs = tuple({f"{dirname(name)}/" for name in names if "/" in name and _is_build(name)})
    names = [name for name in names if not name.startswith(programs)]
    # Most skills name all their files in SKILL.md with their paths, which is soon seen.
    if all(name in skill.text or _need_not(name) for name in names):
        return
    orphans = [name for name in _unreached(skill, bundle, names) if not _need_not(name)]
    if orphans and not _may_be_off("X107", "unmentioned-executable", context):
        told = {item.name for item in unnamed_programs(skill, bundle)}
        orphans = [name for name in orphans if name not in told]
    if orphans:
        shown = ", ".join(f"`{name}`" for name in orphans[:_SHOWN])
        if len(orphans) > _SHOWN:
            shown += f" and {len(orphans) - _SHOWN:,} more"
        are, them = ("is", "it") if len(orphans) == 1 else ("are", "them")
        message = (
            f"{shown} {are} named neither here nor in a file that is; say when to use {them}, or "
            f"remove {them}"
        )
        yield Hit(skill.body_line, 1, message)


def _may_be_off(code: str, name: str, context: Context) -> bool:
    keys = context.settings.rules
    return any(key == name or code.startswith(key.upper()) for key in keys)


def _unreached(skill: Document, bundle: Bundle, names: list[str]) -> list[str]:
    """The files that nothing names; none where to find out takes too long."""
    pages = {page.name: page for page in bundle.pages()}
    unnamed = set(names)
    ahead = [_Text(skill.text, code=False)]
    ahead += (_text(page) for name, page in pages.items() if _read_by_tools().fullmatch(name))
    searched = 0
    while ahead and unnamed:
        text = ahead.pop()
        searched += len(text.text) * len(unnamed)
        if searched > _MOST_SEARCHED:
            return []
        found = text.named(unnamed)
        unnamed -= found
        ahead += (_text(pages[name]) for name in found if name in pages)
    return [name for name in names if name in unnamed]


def _text(page: Page) -> "_Text":
    return _Text(page.text, code=not page.is_markdown)


class _Text:
    """A text that may name files, in whatever case."""

    def __init__(self, text: str, *, code: bool) -> None:
        self.text = text.lower()
        self._code = code

    def named(self, names: Iterable[str]) -> set[str]:
        """The files that are named, or whose folder is."""
        whole: dict[str, bool] = {"": False}
        return {name for name in names if self._in_a_named_folder(name, whole) or self._names(name)}

    def _names(self, name: str) -> bool:
        """Whether a file is named, if only without its suffix."""
        name = name.lower()
        last = basename(name)
        stem = last.rpartition(".")[0]
        path = name.rpartition(".")[0]
        # Of one word the stem may mean anything, but code imports it.
        telling = "-" in stem or "_" in stem or (self._code and len(stem) > _SHORT)
        return (
            last in self.text
            or (telling and stem in self.text)
            or ("/" in path and (path in self.text or path.replace("/", ".") in self.text))
        )

    def _in_a_named_folder(self, name: str, known: dict[str, bool]) -> bool:
        """Whether a folder on the way to the file is named as a whole; `known` remembers."""
        folder = dirname(name)
        way = []
        while folder not in known:
            way.append(folder)
            folder = dirname(folder)
        for each in reversed(way):
            known[each] = known[dirname(each)] or self._names_whole(basename(each).lower())
        return known[dirname(name)]

    def _names_whole(self, folder: str) -> bool:
        return folder in self.text and bool(_whole(folder, code=self._code).search(self.text))


@lru_cache(256)
def _whole(folder: str, *, code: bool) -> re.Pattern[str]:
    """A folder without a file in it, such as `scripts/`, `scripts/*.py` or "the scripts folder"."""
    last = re.escape(folder)
    form = rf"{last}/(?![\w.-])|{last}[`*\"]{{0,3}}\)? (?:sub)?(?:folder|director)"
    if code:
        form += rf"|[\"']{last}[\"']|\b(?:from|import) \.{{0,3}}{last}(?![\w.])"
    return re.compile(form)


@cache
def _read_by_tools() -> re.Pattern[str]:
    return re.compile(r"agents/[^/]*\.ya?ml|[^/]*\.(?:json|ya?ml|toml)")


_BUILDS = frozenset(("package.json", "cargo.toml", "go.mod", "pom.xml", "build.gradle"))
_SHORT = 3


@cache
def _exempt() -> re.Pattern[str]:
    """Names of files that are not for the agent, and need not be named."""
    return re.compile(
        r"(?:.*/)?(?:"
        r"\.[^/]*(?:/.*)?"  # hidden
        r"|(?:evals?|tests?|__tests__|fixtures|testdata|expected_outputs?|node_modules|__pycache__)/.*"
        r"|skill\.[a-z_-]+\.md|expected_output[^/]*"  # a translation; what an example gives
        r"|(?:readme|licen[sc]es?|notice|copying|changelog|contributing|authors|security|third[_-]"
        r"party[^/]*)(?:[._-][^/]*)?"
        r"|__init__\.py|conftest\.py|py\.typed|test_[^/]*|[^/]*[._]test\.[a-z]+|[^/]*\.(?:lock|pyc)"
        r"|package(?:-lock)?\.json|tsconfig[^/]*\.json|requirements[^/]*\.txt|pyproject\.toml"
        r"|setup\.(?:py|cfg)|go\.(?:mod|sum)|cargo\.toml|[^/]*\.csproj|makefile|dockerfile"
        r"|_?(?:metadata|meta|manifest|skill|plugin|marketplace|openai)\.(?:json|ya?ml|toml)"
        r")",
        re.IGNORECASE,
    )


def _is_build(name: str) -> bool:
    last = basename(name).lower()
    return last in _BUILDS or last.endswith((".csproj", ".fsproj", ".sln"))


def _need_not(name: str) -> bool:
    return _exempt().fullmatch(name) is not None


RULE = Rule("L106", "files-mentioned", {"house": INFO}, __doc__, run=run)
