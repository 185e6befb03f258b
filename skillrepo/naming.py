"""What a text names so exactly that it can be looked up: the keys of lines and of code.

Names in code marks, flags, paths and addresses. Numbers are not told apart, so that `item1` and
`item2` are one, nor are capitals. What stands for something else (`foo`, `FILE`, `path/to/x`) is
none, nor is a word of grammar, a version or a number with a unit: nothing tells 10 MB that was
measured from 10 MB that was not.

Whether a name that was never seen is one of the world, no code can tell; so three things are asked:

- Is something said of it? A part names no more things than it has words that carry meaning and
  stand neither above nor in the description; in a line, those of the names do not count. "Run `x`
  and verify `y`", written forty times, names one thing.
- Does it show? What is hidden (`unseen`) names nothing.
- Is it borne out by something beside the body (`borne_out`)? If not, it counts half, and all of
  these half at most, and less the drier the body is: where it goes on for long without any name,
  names at its end do not help, and it stays dry whatever is put below.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from skillrepo.borne_out import borne_out, normal
from skillrepo.bundle import Bundle
from skillrepo.claims import command, stands_for
from skillrepo.document import Document
from skillrepo.english import VERBS
from skillrepo.prose import Fenced, Line, Part, Stretches, looked_at, parts
from skillrepo.unseen import unseen
from skillrepo.words import STOP, distinct_terms

SHELLS = frozenset(("bash", "sh", "shell", "zsh", "console", "powershell", "pwsh", "terminal"))
"""The languages that commands are written in."""
_LONGEST_CODE = 20_000
"""Characters of a code block that are looked at."""
_SPAN = re.compile(r"(?<!`)`([^`\n]{2,80})`(?!`)")
_FLAG = re.compile(r"(?<![\w/.-])--[A-Za-z][\w-]{1,40}(?![\w(])")
_ADDRESS = re.compile(r"https?://([^\s<>\"'`|)\]]{4,200})")
_PATH = re.compile(r"(?<![\w/.:@)<~$+-])(?:~|\.{1,2})?/?[\w.@+-]{1,60}(?:/[\w.@+-]{1,60}){1,8}")
# Of something that belongs to something.
_CALL = re.compile(r"(?<![\w.])[A-Za-z_]\w{1,40}(?:\.[A-Za-z_]\w{1,40}){1,4}(?=\()")
_MOST_LINES = 200
_OWN_FOLDERS = ("assets/", "reference/", "references/", "resources/", "scripts/")
_OWN = re.compile(
    r"(?<![^\s\"'(=])(?:[^\s/]{0,40}[}>]/|\./)?"
    r"((?:assets|references?|resources|scripts)/[\w./-]{1,200})"
)
_PARTS = re.compile(r"[^\W_]+")
_LETTERS = re.compile(r"[^\W\d_]{2}")
_EXTENSION = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,4}$")
_EVERYWHERE = frozenset((
    *("true", "false", "null", "none", "ok", "id", "skill.md", "--help", "--version", "--verbose"),
))  # fmt: skip
_SHORT = 7
_MOST_KEYS = 1_000
_MOST_INSIDE = 100
"""Longer words that hold a short key; where there are more, it counts as one that stands there."""
_LONGEST_HEADER = 2_048
_FEWEST_PARTS = 3
_HALF = 1 / 2
"""What a name counts that nothing bears out, and the share that all of these fill at most."""
_STRETCH, _SHORT_BODY = 60, 200
"""Words without a name that are not dry; and those of which a shorter body's dry share is taken."""
_NONE: frozenset[str] = frozenset()


class NamedPart(NamedTuple):
    """A part with the keys of what it names, and of what it is the first to name.

    Only these count: who says once more what was named has added nothing, nor has who names a file
    of the skill that is not there.
    """

    part: Part
    keys: AbstractSet[str]
    new: AbstractSet[str]


class Named(NamedTuple):
    """The parts of a body, and the keys that something beside it bears out.

    `dry` (0 to 1) is of all beginnings of the body the largest share of words by which stretches
    without a name are too long: no text below makes it less.
    """

    parts: tuple[NamedPart, ...]
    borne_out: frozenset[str]
    dry: float

    def share(self, keys: Collection[str], enough: int) -> float:
        """How far names go towards as many as are enough, from 0 to 1.

        What nothing bears out counts half, and all of it half at most, times 1 - dry.
        """
        whole = sum(1 for key in keys if key in self.borne_out)
        others = min(enough, len(keys) - whole) * _HALF
        return min(1.0, (whole + others * (1 - self.dry)) / enough)


@lru_cache(maxsize=2)
def named(document: Document, bundle: Bundle) -> Named:
    """What the body of a skill names."""
    files = {normal(name) for name in bundle.names}
    above = _Above(document)
    header = document.frontmatter
    told = distinct_terms(f"{header.get('name')} {header.get('description')}"[:_LONGEST_HEADER])
    seen: set[str] = set()
    waiting: set[str] = set()
    unread: list[str] = []
    found: list[NamedPart] = []
    body = parts(document)
    for part, hidden in zip(body, unseen(body), strict=True):
        keys: AbstractSet[str] = _NONE
        if not hidden:
            keys = in_line(part.text) if isinstance(part, Line) else in_code(part)
        fresh = [
            key
            for key in (sorted(keys - seen) if len(seen) < _MOST_KEYS else ())
            if files.issuperset(_own(key)) and (key in waiting or not above.has(key, part[0]))
        ]
        said = 0
        if fresh:
            # Most parts name nothing new, and their words are looked at only where it matters.
            told |= distinct_terms("\n".join(unread))
            unread.clear()
            said = len(distinct_terms(_around(part)) - told)
        waiting.update(fresh[said:])
        seen.update(fresh[:said])
        unread.append(part.text[:_LONGEST_CODE])
        found.append(NamedPart(part, keys, frozenset(fresh[:said])))
    return Named(tuple(found), borne_out(seen, document, bundle), _dry(found))


def _dry(found: Iterable[NamedPart]) -> float:
    stretches = Stretches(_STRETCH)
    words = 0
    dry = 0.0
    for part, keys, _ in found:
        if isinstance(part, Line):
            words += part.words
            stretches.add(part.words)
            if stretches.excess:
                dry = max(dry, stretches.excess / max(words, _SHORT_BODY))
        if keys or isinstance(part, Fenced):
            stretches.end()
    return dry


def _around(part: Part) -> str:
    """The text of a part without the names of a line; in code every word may be one."""
    if isinstance(part, Fenced):
        return part.text[:_LONGEST_CODE]
    rest = " ".join(_SPAN.split(part.text)[::2])
    for name in _bare(rest):
        rest = rest.replace(name, " ")
    return rest


class _Above:
    """Whether a key stands in the lines above another one, in whatever marks.

    A section that is said twice may be code the second time, where other things are names.
    """

    def __init__(self, document: Document) -> None:
        lines = looked_at(document)
        self._text = normal("\n".join(lines))
        lengths = (len(line) + 1 for line in self._text.split("\n"))
        self._ends = list(accumulate(lengths, initial=0))

    def has(self, key: str, line: int) -> bool:
        """Whether a key stands above a line of the body; a short one as a word of its own."""
        end = self._ends[line - 1]
        at = self._text.find(key, 0, end)
        for _ in range(_MOST_INSIDE if len(key) < _SHORT else 0):
            around = self._text[max(0, at - 1) : at] + self._text[at + len(key) : at + len(key) + 1]
            if at < 0 or not any(map(str.isalnum, around)):
                break
            at = self._text.find(key, at + 1, end)
        return at >= 0


def _own(key: str) -> list[str]:
    """The files of the skill that a key names, by the folders that skills have."""
    if "/" not in key or not any(folder in key for folder in _OWN_FOLDERS):
        return []
    return [path.rstrip("/.") for path in _OWN.findall(key)]


def in_line(text: str) -> set[str]:
    """The keys of what a line of text names."""
    if "`" not in text:
        return _keys(_bare(text))
    # The spans stand between the rest.
    cut = _SPAN.split(text)
    return _keys(cut[1::2]) | _keys(_bare(" ".join(cut[::2])))


def in_code(code: Fenced) -> set[str]:
    """The keys of what a code block names: commands, flags, paths, addresses, calls of methods."""
    text = code.text[:_LONGEST_CODE]
    found = _keys(_bare(text))
    if code.language in SHELLS:
        found |= _keys(_commands(text))
    elif "(" in text:
        found |= _keys(_CALL.findall(text))
    return found


def _commands(text: str) -> Iterator[str]:
    for line in text.split("\n")[:_MOST_LINES]:
        name = command(line)
        # A word alone, or an article before another, is hardly one.
        if name and name in line and " " in line.strip() and name.split()[0] not in STOP:
            yield name


def _bare(text: str) -> list[str]:
    """Flags, addresses and paths that stand in no marks."""
    found: list[str] = _FLAG.findall(text) if "--" in text else []
    if "/" in text:
        if "://" in text:
            found += _ADDRESS.findall(text)
        found += filter(_is_path, _PATH.findall(text))
    return found


def _is_path(path: str) -> bool:
    """Whether a word with slashes is no pair of alternatives such as and/or."""
    return (
        path[0] in "/~."
        or path.count("/") >= _FEWEST_PARTS - 1
        or _EXTENSION.search(path) is not None
    )


def _keys(names: Iterable[str]) -> set[str]:
    """The keys of names that name something."""
    found = set(map(_key, names))
    found.discard("")
    return found


@lru_cache(maxsize=8_192)
def _key(name: str) -> str:
    """The key of a name; empty where it names nothing."""
    key = normal(name.strip())
    words = [stripped for word in _PARTS.findall(key) if (stripped := word.rstrip("0"))]
    telling = [word for word in words if not stands_for(word)]
    if not telling or key in _EVERYWHERE or not _LETTERS.search(key):
        return ""
    if key.isalpha() and (key in STOP or key in VERBS):
        return ""
    return key if len(telling) * 2 >= len(words) else ""
