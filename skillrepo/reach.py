"""Which files of a skill nobody comes upon who reads on from SKILL.md: `unreached`."""

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from posixpath import basename, dirname

from skillrepo.bundle import Bundle, Page
from skillrepo.document import Document

_MOST_SEARCHED = 32 << 20
"""Characters that are searched for names; a skill for which they do not suffice is not judged."""


def owed(bundle: Bundle) -> list[str]:
    """The files that SKILL.md, or a file that it names, has to name."""
    return [name for name in _own(bundle) if not _need_not(name)]


def _own(bundle: Bundle) -> list[str]:
    """The files that belong to no program with a build of its own, which finds them."""
    names = [item.name for item in bundle.items if item.kind == "file"]
    programs = tuple({f"{dirname(name)}/" for name in names if "/" in name and _is_build(name)})
    return [name for name in names if not name.startswith(programs)]


def unreached(skill: Document, bundle: Bundle) -> list[str] | None:
    """The owed files that nothing names; None where to find out takes too long."""
    names = owed(bundle)
    # Most skills name all their files in SKILL.md with their paths, which is soon seen.
    if all(name in skill.text for name in names):
        return []
    pages = {page.name: page for page in bundle.pages()}
    unnamed = set(_own(bundle))
    ahead = [_Text(skill.text, code=False)]
    ahead += (_text(page) for name, page in pages.items() if _read_by_tools().fullmatch(name))
    searched = 0
    while ahead and not unnamed.isdisjoint(names):
        text = ahead.pop()
        searched += len(text.text) * len(unnamed)
        if searched > _MOST_SEARCHED:
            return None
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
