"""Two versions of a skill → what changed for those who use it, and the version bump it asks for.

The bump follows https://semver.org, with the description as the skill's interface, for it decides
when an agent reads the rest:

- major: what was promised is gone. Another name, a description that is narrower or missing, a
  section less, or none of its text left, a constraint (see `constraints`), a script or a tool less.
- minor: there is more or it may be found otherwise. A wider or another description, new sections,
  constraints, scripts, files or tools, other terms of use (`license`, `compatibility`, `requires`,
  `conflicts`, `status`), keys that a client reads, a reference less, a key less, a file that may be
  run or no longer.
- patch: wording, order, titles, links, other keys, and contents of files.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from hashlib import sha256
from itertools import chain
from typing import Any, NamedTuple, Self

from skillrepo import clients, markdown, tools
from skillrepo.bundle import Bundle, Item
from skillrepo.constraints import constraints
from skillrepo.document import Document
from skillrepo.files import Source
from skillrepo.sections import plain
from skillrepo.semver import Bump, is_same
from skillrepo.tokens import tokens
from skillrepo.triggers import said
from skillrepo.wording import SCRIPTS
from skillrepo.yaml_node import Implicit

_MAJOR, _MINOR, _PATCH = Bump.MAJOR, Bump.MINOR, Bump.PATCH
_ALIKE = 0.6
"""Of the words of two sections, how many they share (Dice) where one is the other renamed."""
_FEW_WORDS = 3
_LONG = 4
_MANY_WORDS = 12
"""Of a section that has fewer, nobody can tell whether it was reworded or replaced."""
_LEFT = 0.2
"""Of the words of a section, how many are left where it is still the same: two sections of
different skills share less in 19 of 20 cases, of one skill in 2 of 3."""
_MOVED = 0.8
"""Of the words of a section, how many another text has that it was moved to."""
_MOST_PAIRS = 2_500
"""Sections or tools times new ones, beyond which only equal ones are found."""
_LONGEST = 200
_TERMS = frozenset(
    ("license", "compatibility", "metadata.requires", "metadata.conflicts", "metadata.status")
)
_VERSION = ("metadata", "version")
_NO_VERSION = ("mapping", "list", "null")
_WORD = re.compile(r"\w+")
# In a pattern of a tool: another command, or a folder above.
_LEADS_OUT = re.compile(r"[;&|`\n<>]|\$\(|(?:\A|[\s/])\.\.(?:/|\Z)")


class Change(NamedTuple):
    """One change; `kind` is one of a few words with hyphens, such as `section-removed`.

    `subject` is what changed: a title, a sentence, a key, a file. `before` and `after` are set
    where it has another value or name, `within` is the section that it stood in.
    """

    kind: str
    subject: str
    bump: Bump
    before: str = ""
    after: str = ""
    within: str = ""

    @property
    def text(self) -> str:
        """The change in a line, as it is written in the skill: not safe to print."""
        what = self.kind.replace("-", " ")
        about = f"{what}: {_short(self.subject)}" if self.subject else what
        if not self.before and not self.after:
            return about
        return f"{about} ({_short(self.before) or 'nothing'} → {_short(self.after) or 'nothing'})"


class State(NamedTuple):
    """A file beside SKILL.md: a name of its content, and whether it is run."""

    content: str
    executable: bool = False
    script: bool = False


class Snapshot(NamedTuple):
    """One version of a skill.

    `files` and `pages` map names in the skill's folder to the state of each file beside SKILL.md,
    and to the text of those that are Markdown.
    """

    document: Document
    files: Mapping[str, State] = {}
    pages: Mapping[str, str] = {}

    @classmethod
    def of(cls, document: Document, bundle: Bundle, source: Source) -> Self:
        """Look at the files of a skill; of one over the limit of 1 MiB at its size alone."""
        files = {item.name: _state(item, source) for item in bundle.items}
        pages = {page.name: page.text for page in bundle.markdown_pages()}
        return cls(document, files, pages)

    @property
    def version(self) -> str:
        """Its version as it is written, empty where there is none."""
        node = self.document.node(*self.version_key)
        return node.text if node and node.kind not in _NO_VERSION else ""

    @property
    def version_key(self) -> tuple[str, ...]:
        """Where its version stands: `metadata.version`, unless there is one at the top alone."""
        node = self.document.node("version")
        at_top = node and node.kind not in _NO_VERSION
        return _VERSION[1:] if at_top and not self.document.node(*_VERSION) else _VERSION


class SkillDiff(NamedTuple):
    """The changes, the greatest first; `versions` and `tokens` (of SKILL.md) before and after."""

    changes: tuple[Change, ...]
    versions: tuple[str, str]
    tokens: tuple[int, int]

    @property
    def bump(self) -> Bump | None:
        """What the changes ask for; None where nothing changed."""
        return max((change.bump for change in self.changes), default=None)


def compare(old: Snapshot, new: Snapshot) -> SkillDiff:
    """What changed from one version of a skill to another; the version itself is no change."""
    one, other = old.document, new.document
    found = [
        *_names(one, other),
        *_descriptions(_text(one, "description"), _text(other, "description")),
        *_sections(_parts(one), _parts(other), _new_pages(old.pages, new.pages)),
        *_constraints(old, new),
        *_tools(one, other),
        *_keys(one, other),
        *_links(one, other),
        *_files(old.files, new.files),
    ]
    # The version is no change, unless it is but written otherwise, or in another place.
    rewritten = one.data != other.data and is_same(old.version, new.version)
    if not found and (rewritten or _layout(old) != _layout(new)):
        found = [Change("layout-changed", "", _PATCH)]
    found.sort(key=lambda change: -change.bump)
    sizes = (tokens(one.text), tokens(other.text))
    return SkillDiff(tuple(found), (old.version, new.version), sizes)


def _layout(skill: Snapshot) -> tuple[bool, bool, tuple[str, ...], list[str]]:
    """The marks and lines of a SKILL.md, and where its version stands, but not which it is."""
    read = skill.document
    lines = read.text.split("\n")
    if node := read.node(*skill.version_key):
        # Line 1 is the opening `---`.
        lines[node.line] = lines[node.line].replace(node.text, "")
    bare = (line.rstrip("\"' ").strip() for line in lines)
    kept = [line for line in bare if line not in ("metadata:", "version:")]
    return read.bom, b"\r" in read.data, skill.version_key, kept


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _text(skill: Document, key: str) -> str:
    value = skill.frontmatter.get(key)
    if isinstance(value, list):
        return " ".join(map(str, value))
    return "" if value is None else str(value)


def _names(old: Document, new: Document) -> Iterator[Change]:
    before, after = _text(old, "name"), _text(new, "name")
    if before != after:
        yield Change("name-changed", "", _MAJOR, before, after)


def _descriptions(old: str, new: str) -> Iterator[Change]:
    """How the description changed.

    It is narrower where only occasions, sentences or words were lost or limits added, or occasions
    without any in their place; wider where it is the other way round; reworded where these are the
    same but for marks and capitals; replaced where hardly a word is left. Where something was lost
    and something added nobody can tell by such means: it changed.
    """
    if " ".join(old.split()) == " ".join(new.split()):
        return
    one, other = said(old), said(new)
    lost = _without(one.occasions, other.occasions), _without(one.rest, other.rest)
    gained = _without(other.occasions, one.occasions), _without(other.rest, one.rest)
    stricter = bool(any(lost) or _without(other.limits, one.limits))
    freer = bool(any(gained) or _without(one.limits, other.limits))
    kind, bump = _DESCRIPTION[stricter, freer]
    words, others = set(_words(old)), set(_words(new))
    # An occasion that is told in other words is not lost.
    fewer = not gained[0] and any(set(_words(each)) - others for each in lost[0])
    shorter = others <= words and not _without(one.limits, other.limits)
    if stricter and freer and (fewer or shorter):
        kind, bump = _DESCRIPTION[True, False]
    if _is_another(words, others):
        kind, bump = "replaced", _MAJOR
    if not old.strip() or not new.strip():
        kind, bump = ("added", _MINOR) if new.strip() else ("removed", _MAJOR)
    yield Change(f"description-{kind}", "", bump)
    for what, before, after in (
        ("trigger", one.occasions, other.occasions),
        ("limit", one.limits, other.limits),
    ):
        yield from (Change(f"{what}-removed", text, bump) for text in _without(before, after))
        yield from (Change(f"{what}-added", text, bump) for text in _without(after, before))


_DESCRIPTION = {
    (True, False): ("narrowed", _MAJOR),
    (False, True): ("widened", _MINOR),
    (True, True): ("changed", _MINOR),
    (False, False): ("reworded", _PATCH),
}


def _is_another(words: AbstractSet[str], others: AbstractSet[str]) -> bool:
    """Whether hardly one of the longer words is left; of text without blanks nobody can tell."""
    long = {word for word in words if len(word) >= _LONG}
    left = len(long & others)
    return len(long) > _FEW_WORDS and left <= _LEFT * len(long) and all(map(str.isascii, long))


def _without(some: Mapping[str, str], others: Mapping[str, str]) -> list[str]:
    return [text for key, text in some.items() if key not in others]


class _Part(NamedTuple):
    """A section with the text up to the next heading; what stands above the first has no title."""

    title: str
    level: int
    start: int
    text: str

    @property
    def shown(self) -> str:
        return self.title or "(the text above the first heading)"


def _parts(skill: Document) -> list[_Part]:
    lines = markdown.without_comments(skill.body).split("\n")
    heads = [(each.heading.text, each.heading.level, each.heading.line) for each in skill.outline]
    ends = [line - 1 for _, _, line in heads[1:]] + [len(lines)]
    first = heads[0][2] - 1 if heads else len(lines)
    found = [_Part("", 0, 1, "\n".join(lines[:first]))]
    for (title, level, line), end in zip(heads, ends, strict=bool(heads)):
        found.append(_Part(title, level, line, "\n".join(lines[line:end])))
    return found


def _new_pages(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    return [text for name, text in new.items() if old.get(name) != text]


def _sections(old: Sequence[_Part], new: Sequence[_Part], pages: Sequence[str]) -> Iterator[Change]:
    """What became of the sections; the text of one may go on in a new one, or in new pages."""
    pairs, gone, come = _matched(old, new)
    renamed = _renamed([old[i] for i in gone], [new[i] for i in come])
    left = {id(part) for part, _ in renamed}
    taken = {id(part) for _, part in renamed}
    for part in (old[i] for i in gone):
        if id(part) not in left and (part.title or part.text.strip()):
            yield Change("section-removed", part.shown, _MAJOR)
    for part in (new[i] for i in come):
        if id(part) not in taken and (part.title or part.text.strip()):
            yield Change("section-added", part.shown, _MINOR)
    for one, other in renamed:
        yield Change("section-renamed", "", _PATCH, one.shown, other.shown)
    stay = _increasing([j for _, j in pairs])
    others = [*(new[j].text for j in come), *pages]
    few = len(pairs) * len(others) <= _MOST_PAIRS
    elsewhere = [_words(each) for each in others] if few else []
    for at, (i, j) in enumerate(pairs):
        if at not in stay:
            yield Change("section-moved", old[i].shown, _PATCH)
        before, after = old[i], new[j]
        if (before.level, before.text.split()) != (after.level, after.text.split()):
            kind, bump = _CHANGED[_what_is_left(before.text, after.text, elsewhere)]
            yield Change(f"section-{kind}", after.shown, bump)


_CHANGED = {
    "nothing": ("emptied", _MAJOR),
    "little": ("replaced", _MAJOR),
    "enough": ("changed", _PATCH),
}


def _what_is_left(old: str, new: str, elsewhere: Sequence[Counter[str]]) -> str:
    """How much of the text of a section is left: nothing, little or enough."""
    before, after = _words(old), _words(new)
    if after and before.total() < _MANY_WORDS:
        return "enough"
    if not before or (before & after).total() >= _LEFT * before.total():
        return "enough"
    if any((before & each).total() >= _MOVED * before.total() for each in elsewhere):
        return "enough"
    return "little" if after else "nothing"


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.casefold()))


def _matched(
    old: Sequence[_Part], new: Sequence[_Part]
) -> tuple[list[tuple[int, int]], list[int], list[int]]:
    """The places of sections of one title, first with first; and those that have no other."""
    places: dict[str, list[int]] = {}
    for j, part in reversed(list(enumerate(new))):
        places.setdefault(_title(part), []).append(j)
    pairs: list[tuple[int, int]] = []
    gone: list[int] = []
    for i, part in enumerate(old):
        if there := places.get(_title(part)):
            pairs.append((i, there.pop()))
        else:
            gone.append(i)
    return pairs, gone, sorted(chain.from_iterable(places.values()))


def _title(part: _Part) -> str:
    return plain(part.title) or part.title.strip()


def _renamed(gone: Sequence[_Part], come: Sequence[_Part]) -> list[tuple[_Part, _Part]]:
    """Sections that have much the same text under another title; the most alike first."""
    if len(gone) * len(come) > _MOST_PAIRS:
        return []
    words = {id(part): Counter(_WORD.findall(part.text)) for part in (*gone, *come)}
    alike = [
        (share, i, j)
        for i, one in enumerate(gone)
        for j, other in enumerate(come)
        if (share := _shared(words[id(one)], words[id(other)])) >= _ALIKE
    ]
    found: dict[int, int] = {}
    for _, i, j in sorted(alike, key=lambda each: (-each[0], each[1], each[2])):
        if i not in found and j not in found.values():
            found[i] = j
    return [(gone[i], come[j]) for i, j in sorted(found.items())]


def _shared(one: Counter[str], other: Counter[str]) -> float:
    if min(one.total(), other.total()) < _FEW_WORDS:
        return 0.0
    return 2 * (one & other).total() / (one.total() + other.total())


def _increasing(numbers: Sequence[int]) -> set[int]:
    """The indices of a longest increasing part of the numbers: what was not moved."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for index, number in enumerate(numbers):
        at = bisect_left(tails, number)
        before.append(ends[at - 1] if at else -1)
        tails[at:] = [number, *tails[at + 1 :]] if at < len(tails) else [number]
        ends[at:] = [index, *ends[at + 1 :]] if at < len(ends) else [index]
    kept: set[int] = set()
    last = ends[-1] if ends else -1
    while last >= 0:
        kept.add(last)
        last = before[last]
    return kept


def _constraints(old: Snapshot, new: Snapshot) -> Iterator[Change]:
    """Sentences that are nowhere in the other version; one that stands elsewhere was moved."""
    one, other = _said(old), _said(new)
    yield from _differing(one, other, "constraint-removed", _MAJOR)
    yield from _differing(other, one, "constraint-added", _MINOR)


_Sayings = Mapping[tuple[str, bool], list[tuple[str, str]]]
"""Key of a sentence, and whether it stands in code → its text and section, as often as it is there.
"""


def _said(skill: Snapshot) -> _Sayings:
    found: dict[tuple[str, bool], list[tuple[str, str]]] = {}
    own = ((part.title, f"# {part.title}\n{part.text}") for part in _parts(skill.document))
    for within, text in chain(own, skill.pages.items()):
        for each in constraints(text):
            found.setdefault((each.key, each.in_code), []).append((each.text, within))
    return found


def _differing(some: _Sayings, others: _Sayings, kind: str, bump: Bump) -> Iterator[Change]:
    for (key, in_code), places in some.items():
        same = others.get((key, in_code), ())
        more = len(places) - len(same)
        if in_code:
            # One that binds stands for it, but not the other way round.
            plain = (key, False)
            more -= max(0, len(others.get(plain, ())) - len(some.get(plain, ())))
        known = {within for _, within in same}
        # One that stands in the same section as before is still there.
        rest = sorted(places, key=lambda place: place[1] in known)
        for text, within in rest[: max(0, more)]:
            yield Change(kind, text, bump, within=within)


def tools_widened(old: Document, new: Document) -> list[str]:
    """The tools that a skill is granted now, and that none of those of before includes."""
    return _uncovered(_granted(new), _granted(old))


def _granted(skill: Document) -> Mapping[str, None]:
    return dict.fromkeys(tools.split(_text(skill, "allowed-tools")))


def _tools(old: Document, new: Document) -> Iterator[Change]:
    before, after = _granted(old), _granted(new)
    for tool in tools_widened(old, new):
        yield Change("tools-widened", tool, _MINOR)
    for tool in _uncovered(before, after):
        yield Change("tools-narrowed", tool, _MAJOR)


def _uncovered(some: Mapping[str, None], others: Mapping[str, None]) -> list[str]:
    """The tools that no other includes; of very many, those that are not among the others."""
    left = [tool for tool in some if tool not in others]
    if len(left) * len(others) > _MOST_PAIRS:
        return left
    return [tool for tool in left if not any(_covers(other, tool) for other in others)]


def _covers(wide: str, tool: str) -> bool:
    """Whether a tool includes another: `Bash` all of `Bash(…)`, `Bash(git:*)` `Bash(git log)`."""
    name, _, pattern = wide.rstrip(")").partition("(")
    other, _, narrow = tool.rstrip(")").partition("(")
    if name == "*":
        return True
    if name != other:
        return False
    if pattern.strip(": ") in ("", "*") or pattern == narrow:
        return True
    if not pattern.endswith("*") or _LEADS_OUT.search(narrow):
        return False
    start = pattern[:-1].rstrip(": ")
    # `git:*` is `git` and what follows it, `src/*` is a path below `src/`.
    rest = narrow[len(start) :]
    if not narrow.startswith(start):
        return False
    return rest in ("", ":*", " *") or not _is_word(start[-1:] + rest[:1])


def _is_word(pair: str) -> bool:
    """Whether a word goes on from the first of two characters to the second."""
    return all(each.isalnum() or each in "_-*" for each in pair)


def _keys(old: Document, new: Document) -> Iterator[Change]:
    before, after = _values(old), _values(new)
    read = clients.readers()
    moved = {key: to for key in before if key not in read and (to := _moved(key, before, after))}
    for key, to in moved.items():
        yield Change("key-moved", "", _PATCH, key, to)
    done = {*moved, *moved.values()}
    for key in dict.fromkeys((*before, *after)):
        if before.get(key) == after.get(key) or key in done:
            continue
        # What a client reads is more than a note: `hooks` are programs that it runs.
        terms = key in _TERMS or key in read
        values = (before.get(key, ""), after.get(key, ""))
        if key not in after:
            yield Change("key-removed", key, _MINOR)
        elif key not in before:
            yield Change("key-added", key, _MINOR if terms else _PATCH)
        else:
            yield Change("key-changed", key, _MINOR if terms else _PATCH, *values)


def _moved(key: str, before: Mapping[str, str], after: Mapping[str, str]) -> str | None:
    """The key under `metadata` to which one was moved; its value is text there."""
    to = f"metadata.{key}"
    if key in after or to in before or to not in after:
        return None
    return to if _WORD.findall(before[key]) == _WORD.findall(after[to]) else None


def _values(skill: Document) -> dict[str, str]:
    """Every key but those that are compared by themselves, `metadata` key by key."""
    found: dict[str, str] = {}
    for key, value in skill.frontmatter.items():
        if key == "metadata" and isinstance(value, dict):
            found |= {f"metadata.{inner}": _value(each) for inner, each in value.items()}
        elif key not in ("name", "description", "allowed-tools"):
            found[str(key)] = _value(value)
    found.pop(".".join(Snapshot(skill).version_key), None)
    return found


def _value(value: Any) -> str:
    plain = _plain(value)
    return plain if isinstance(plain, str) else repr(plain)


def _plain(value: Any) -> Any:
    """The value with its dates and the like as they are written: quoting one changes no value."""
    if isinstance(value, Implicit):
        return value.text
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {_plain(key): _plain(each) for key, each in value.items()}
    return value


def _links(old: Document, new: Document) -> Iterator[Change]:
    before, after = _targets(old), _targets(new)
    for target, within in before.items():
        if target not in after:
            yield Change("link-removed", target, _PATCH, within=within)
    for target in after:
        if target not in before:
            yield Change("link-added", target, _PATCH)


def _targets(skill: Document) -> dict[str, str]:
    """Where links lead → the section of the first that leads there."""
    parts = _parts(skill)
    starts = [part.start for part in parts[1:]]
    found: dict[str, str] = {}
    for link in skill.markdown.links:
        found.setdefault(link.target, parts[bisect_left(starts, link.line + 1)].title)
    return found


def _files(old: Mapping[str, State], new: Mapping[str, State]) -> Iterator[Change]:
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        if before is None or after is None:
            script = (before or after or State("")).script
            bump = _MAJOR if script and after is None else _MINOR
            kind = f"{'script' if script else 'file'}-{'removed' if after is None else 'added'}"
            yield Change(kind, name, bump)
            continue
        if before.content != after.content:
            yield Change(
                "script-changed" if before.script or after.script else "file-changed", name, _PATCH
            )
        if before.executable != after.executable:
            kind = "became-executable" if after.executable else "no-longer-executable"
            yield Change(kind, name, _MINOR)


def _state(item: Item, source: Source) -> State:
    executable = item.executable
    if item.kind == "link":
        return State(f"link to {source.link(item.path)}", script=_is_script(item.name))
    data = next(source.read([item.path])) if item.kind == "file" else None
    if not isinstance(data, bytes):
        script = executable or _is_script(item.name)
        return State(f"{item.kind} {data}", executable, script)
    return state_of(item.name, data, executable=executable)


def state_of(name: str, data: bytes, *, executable: bool) -> State:
    """The state of a file with this content."""
    script = executable or _is_script(name) or data.startswith(b"#!")
    return State(sha256(data).hexdigest(), executable, script)


def _is_script(name: str) -> bool:
    return "." + name.rpartition(".")[2].lower() in SCRIPTS
