"""A move → the edits that go with it: taxonomy, names, relations, links, owners, settings."""

import re
from collections.abc import Callable
from functools import partial
from posixpath import dirname, join, normpath, relpath
from typing import NamedTuple
from urllib.parse import quote

from skillrepo import (
    baseline,
    codeowners,
    document,
    fix,
    frontmatter_edit,
    settings,
    taxonomy,
    taxonomy_edit,
    yaml_text,
)
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.errors import SkillRepoError
from skillrepo.facts import RELATIONS
from skillrepo.files import Source, within
from skillrepo.library import is_skill_file
from skillrepo.link_edit import relink
from skillrepo.links import decoded, leads_elsewhere
from skillrepo.move import Move
from skillrepo.semver import Bump, raised

_BOM = b"\xef\xbb\xbf"
_PAGES = (".md", ".markdown")
_OWNERS = (*codeowners.PLACES, ".gitlab/CODEOWNERS")
_SAFE = "/!$&'*+,;=:@-._~"


class Edited(NamedTuple):
    """A file's bytes before and after, and what was done to it, in words."""

    before: bytes
    after: bytes
    what: tuple[str, ...]


class Edits(NamedTuple):
    """The files that change with a move, by their paths after it, and what stays to be looked at.

    What is not in them moves as it is.
    """

    files: dict[str, Edited]
    notes: tuple[str, ...]


def edits_of(move: Move, context: Context) -> Edits:
    """Everything that names what is moved, and can be changed with certainty.

    Raises `SkillRepoError` where `taxonomy.yaml` cannot be.
    """
    return _Editor(move, context).edits()


class _Editor:
    def __init__(self, move: Move, context: Context) -> None:
        self._move = move
        self._context = context
        self._source: Source = context.library.source
        self._before: dict[str, bytes] = {}
        self._now: dict[str, bytes] = {}
        self._what: dict[str, list[str]] = {}
        self._notes: list[str] = []

    def edits(self) -> Edits:
        move = self._move
        if move.kind == "category":
            self._text(taxonomy.FILE_NAME, self._taxonomy)
        elif move.name != move.old_name:
            self._rename()
        self._links()
        self._symlinks()
        for path in _OWNERS:
            self._text(path, self._owners)
        self._text(settings.FILE_NAME, self._settings)
        self._text(self._context.settings.baseline or baseline.FILE_NAME, self._baseline)
        files = {
            move.now(path): Edited(self._before[path], data, tuple(self._what[path]))
            for path, data in sorted(self._now.items())
            if data != self._before[path]
        }
        return Edits(files, tuple(self._notes))

    def _read(self, path: str) -> bytes | None:
        """The bytes of a file as they are edited so far; None for what is no readable file."""
        if path in self._now:
            return self._now[path]
        if self._source.kind(path) != "file":
            return None
        data = next(self._source.read([path]))
        return data if isinstance(data, bytes) else None

    def _write(self, path: str, before: bytes, after: bytes, what: str) -> None:
        if before != after:
            self._before.setdefault(path, before)
            self._now[path] = after
            self._what.setdefault(path, []).append(what)

    def _text(self, path: str, edit: Callable[[str], tuple[str, str]]) -> None:
        """Edit a text of UTF-8; `edit` gives it, and what was done."""
        data = self._read(path)
        bom = _BOM if data and data.startswith(_BOM) else b""
        try:
            text = None if data is None else data[len(bom) :].decode()
        except UnicodeDecodeError:
            return
        if data is not None and text is not None:
            after, what = edit(text)
            self._write(path, data, bom + after.encode(), what)

    def _taxonomy(self, text: str) -> tuple[str, str]:
        move = self._move
        return taxonomy_edit.moved(text, move.old, move.new), f"{move.new}, alias {move.old}"

    def _rename(self) -> None:
        """The name in the skill's frontmatter, and in the relations of others."""
        move = self._move
        library = self._context.library
        for path in library.select(move.old_folder):
            if dirname(path) == move.old_folder:
                self._frontmatter(path, "name", move.name, "name")
                self._raise_version(path)
        for facts in list(self._context.facts.all()):
            for relation in RELATIONS:
                if move.old_name in facts.related(relation):
                    self._frontmatter(
                        facts.path, f"metadata.{relation}", None, "metadata", relation
                    )

    def _raise_version(self, path: str) -> None:
        """Another name is another skill to those who use it; a version that there is says so."""
        skill = next(self._context.library.load([path]), None)
        node = skill.node("metadata", "version") if isinstance(skill, Document) else None
        if node and (due := raised(node.text, Bump.MAJOR)):
            self._frontmatter(path, f"metadata.version {due}", due, "metadata", "version")

    def _frontmatter(self, path: str, label: str, text: str | None, *keys: str) -> None:
        """Write another text for a key; without one it is the same with the new name in it."""
        data = self._read(path)
        skill = None if data is None else document.read(path, dirname(path), data)
        if data is None or not isinstance(skill, Document):
            return
        node = skill.node(*keys)
        if node is None:
            return
        pattern = rf"(?<!\S){re.escape(self._move.old_name)}(?!\S)"
        new = re.sub(pattern, self._move.name, node.text) if text is None else text
        source = frontmatter_edit.Source(skill)
        done = frontmatter_edit.replace(source, new, *keys, description=label)
        if done is None:
            self._notes.append(f"{path}: `{label}` could not be changed; change it by hand")
            return
        self._write(path, data, fix.apply(data, [done]), label)

    def _links(self) -> None:
        move = self._move
        old_name = move.old_name.encode()
        escaped = quote(move.old_name).encode()
        excludes = self._context.library.excludes
        for path in self._source.files():
            if not path.lower().endswith(_PAGES) or excludes(path):
                continue
            data = self._page(path)
            if data is None or not (b"](" in data or b"]:" in data):
                continue
            # A link into the folder from outside of it has to name it.
            if within(path, move.old_folder) or old_name in data or escaped in data:
                self._relink(path, data)

    def _page(self, path: str) -> bytes | None:
        """The bytes of a page; None for what is no file, or too large."""
        if path in self._now or self._source.kind(path) != "file":
            return self._now.get(path)
        data = next(iter(self._source.read([path])))
        if data is None:
            raise SkillRepoError(
                f"{path} cannot be read here, so links in it would be lost: in a partial clone "
                "fetch it first, for example with git fetch --refetch --no-filter"
            )
        if isinstance(data, int):
            self._notes.append(f"{path} is too large to be looked at for links")
            return None
        return data

    def _relink(self, path: str, data: bytes) -> None:
        start = _body(path, data)
        try:
            text = data[start:].decode()
        except UnicodeDecodeError:
            return
        done = relink(text, partial(self._target, path, dirname(self._skill(path) or path)))
        if done.edited:
            links = f"{done.edited:,} link{'s' * (done.edited != 1)}"
            self._write(path, data, data[:start] + done.text.encode(), links)
        for target in done.left:
            self._notes.append(
                f"{self._move.now(path)}: the link to {target!r} could not be changed; "
                "change it by hand"
            )

    def _skill(self, path: str) -> str | None:
        return self._context.library.owner(path)

    def _target(self, page: str, skill: str, target: str) -> str | None:
        """The target that a link in a page is to have; None where it stays.

        The specification counts from the skill's folder, Markdown from that of the page.
        """
        if leads_elsewhere(target) or target.startswith("#"):
            return None
        end = next((n for n, character in enumerate(target) if character in "?#"), len(target))
        written, rest = target[:end], target[end:]
        path = decoded(written)
        if not path or "\0" in path:
            return None
        if path.startswith("/"):
            old = normpath(path.lstrip("/"))
            new = self._move.now(old)
            there = old != new and self._source.kind(old) != "missing"
            return f"/{_quoted(new)}{'/' * written.endswith('/')}{rest}" if there else None
        for base in dict.fromkeys((dirname(page), skill)):
            old = normpath(join(base, path))
            if old.startswith("../") or old == ".." or self._source.kind(old) == "missing":
                continue
            return self._relative(base, old, written, rest)
        return None

    def _relative(self, base: str, old: str, written: str, rest: str) -> str | None:
        before = _way(old, base)
        after = _way(self._move.now(old), self._move.now(base))
        if before == after:
            return None
        dot = "./" if written.startswith("./") and not after.startswith("../") else ""
        return f"{dot}{_quoted(after)}{'/' * written.endswith('/')}{rest}"

    def _symlinks(self) -> None:
        """A symbolic link is kept as it is; say so where it leads elsewhere then."""
        for path in self._source.files():
            if self._source.kind(path) != "link":
                continue
            target = self._source.link(path)
            old = normpath(join(dirname(path), target))
            now = normpath(join(dirname(self._move.now(path)), target))
            if not target.startswith("/") and self._move.now(old) != now:
                self._notes.append(
                    f"{self._move.now(path)} is a symbolic link to {target!r}, which is not there "
                    "after the move; change it by hand"
                )

    def _owners(self, text: str) -> tuple[str, str]:
        old, new = (
            folder.replace(" ", "\\ ") for folder in (self._move.old_folder, self._move.new_folder)
        )
        # A pattern without a slash in it means any folder of that name.
        slash = "/?" if "/" in old else "/"
        pattern = re.compile(rf"^([ \t]*{slash}){re.escape(old)}(?=[/\s]|$)", re.MULTILINE)
        return pattern.sub(lambda match: match[1] + new, text), "owners"

    def _settings(self, text: str) -> tuple[str, str]:
        """The skills of the entries that ignore findings."""
        move = self._move
        loaded = yaml_text.load(text)
        lines = text.split("\n")
        for number, entry in enumerate(self._context.settings.ignore):
            path = ("ignore", number, "skill")
            node, end = loaded.values[path], loaded.ends[path]
            old = next((o for o in (move.old, move.old_folder) if within(entry.skill, o)), None)
            if old is None or end[0] != node.line:
                continue
            new = (move.new if old == move.old else move.new_folder) + entry.skill[len(old) :]
            line = lines[node.line - 1]
            written = frontmatter_edit.scalar(new)
            lines[node.line - 1] = line[: node.column - 1] + written + line[end[1] - 1 :]
        after = "\n".join(lines)
        try:
            settings.load(after)
        except SkillRepoError:
            return text, ""
        return after, "ignore"

    def _baseline(self, text: str) -> tuple[str, str]:
        move = self._move
        pattern = re.compile(r'("path": ")((?:[^"\\]|\\.)*)(")')

        def renamed(match: re.Match[str]) -> str:
            if "\\" in match[2]:
                return match[0]
            return match[1] + move.now(match[2]) + match[3]

        return pattern.sub(renamed, text), "paths of known findings"


def _body(path: str, data: bytes) -> int:
    """Where the Markdown of a page begins: behind the frontmatter of a SKILL.md."""
    start = len(_BOM) if data.startswith(_BOM) else 0
    if not is_skill_file(path):
        return start
    skill = document.read(path, "", data)
    if not isinstance(skill, Document) or skill.problem:
        return start
    return document.byte_offset(data, skill.body_line, 1)


def _way(path: str, base: str) -> str:
    return relpath(f"/{path}", f"/{base}")


def _quoted(path: str) -> str:
    return quote(path, safe=_SAFE)
