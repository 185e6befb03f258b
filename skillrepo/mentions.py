"""Files that the text of a skill tells its reader to read or run, and that are not there.

The words around a name tell whether the skill is to have the file, as far as words can tell.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from posixpath import basename, dirname, join, normpath
from typing import NamedTuple

from skillrepo.bundle import Bundle
from skillrepo.document import Document
from skillrepo.links import Files, Sheet, sheets
from skillrepo.markdown import CodeBlock

# Folders that are a skill's by custom; others count where the skill has them.
_FOLDERS = frozenset(("assets", "reference", "references", "resources", "scripts"))
_MOST = 1_000
"""Names of one text that are looked at; more are hostile."""
_MOST_MISSING = 60
"""Names of one text whose surroundings are weighed, which takes longer."""


class Mention(NamedTuple):
    """A name of a file that the skill does not have, from `start` up to `end` of a text.

    `root` is what stands before it: `""`, `./`, or something that means the skill's own folder.
    """

    name: str
    root: str
    start: int
    end: int


def any_named(skill: Document, bundle: Bundle, files: Files) -> bool:
    """Whether a text has the name of a file below a folder of a skill."""
    folders = tuple(f"{folder}/" for folder in _FOLDERS | files.folders)
    texts = (sheet.text for sheet in sheets(skill, bundle))
    return any(folder in text for text in texts for folder in folders)


def missing(skill: Document, bundle: Bundle, files: Files) -> Iterator[tuple[Mention, Sheet]]:
    """The names of files that are called for and not there, each where it stands first."""
    told: set[str] = set()
    for sheet in sheets(skill, bundle):
        for mention in islice(_mentions(sheet, files), _MOST_MISSING):
            if mention.name not in told and _called_for(mention, sheet, files):
                told.add(mention.name)
                yield mention, sheet


_GOES_ON = frozenset("/*{<[$(")
_LONGEST = 300
_GENERIC = (
    "foo bar baz qux abc x xx xxx y z new name file filename script module topic example sample"
    " helper"
)
_NAMES_NOTHING = frozenset((*_GENERIC.split(), "guide", "other"))
_STANDS_FOR_A_NAME = frozenset(("foo", "bar", "xxx", "my", "your", "example", "some"))


def _mentions(sheet: Sheet, files: Files) -> Iterator[Mention]:
    """The names of files that are not there, below folders of a skill, in order."""
    text = sheet.text
    folders = _FOLDERS | files.folders
    starts = sorted(place for folder in folders for place in _places(text, f"{folder}/"))
    known: dict[str, bool] = {}
    for start in starts[:_MOST]:
        match = _path().match(text, start)
        name = match[0].rstrip("./-") if match else ""
        if name not in known:
            known[name] = _names_a_file(name) and not _is_there(name, sheet, files)
        end = start + len(name)
        if not known[name] or text[end : end + 1] in _GOES_ON:
            continue
        if (root := _root(text, start)) is not None:
            yield Mention(normpath(name), root, start, end)


def _is_there(name: str, sheet: Sheet, files: Files) -> bool:
    return any(files.exists(each) for each in {normpath(join(sheet.folder, name)), normpath(name)})


def _names_a_file(name: str) -> bool:
    stem, dot, suffix = basename(name).rpartition(".")
    if not dot or len(name) > _LONGEST or ".." in name or not suffix[:1].isalpha():
        return False
    if "xxx" in stem.lower():
        return False  # stands for digits
    folders = dirname(name).split("/")[1:]
    return "path/to/" not in name and not any(map(_is_placeholder, (*folders, stem)))


def _is_placeholder(part: str) -> bool:
    """Whether a part of a path stands for any other: `your-topic`, `NAME`, `file-name2`."""
    words = part.lower().replace("_", "-").rstrip("0123456789-").split("-")
    return words[0] in _STANDS_FOR_A_NAME or all(word in _NAMES_NOTHING for word in words)


def _places(text: str, word: str) -> Iterator[int]:
    place = text.find(word)
    while place >= 0:
        yield place
        place = text.find(word, place + len(word))


@cache
def _path() -> re.Pattern[str]:
    return re.compile(rf"[\w./-]{{1,{_LONGEST + 1}}}")


@cache
def _before() -> re.Pattern[str]:
    """What may stand before a path, at the end of a text."""
    return re.compile(
        r"(?<![\w/.~$}>*@%+=:\\-])"
        r"(?:\./|(?:\$?\{[\w .-]{1,40}\}|\$\w{1,40}|<[\w .-]{1,40}>|[A-Z][A-Z_]{2,40})[\"']?/)?\Z"
    )


@cache
def _own_folder() -> re.Pattern[str]:
    return re.compile(r"skill|base_?dir", re.IGNORECASE)


def _root(text: str, start: int) -> str | None:
    """What of the path stands before `start`; None if that is not the skill's own folder."""
    match = _before().search(text, max(start - 64, 0), start)
    if match is None:
        return None
    root = match[0]
    return root if root in ("", "./") or _own_folder().search(root) else None


def _called_for(mention: Mention, sheet: Sheet, files: Files) -> bool:
    """Whether the words around the name say that the reader is to find the file in the skill."""
    text = sheet.text
    line = text.count("\n", 0, mention.start) + 1
    begin = text.rfind("\n", 0, mention.start) + 1
    before = text[max(begin, mention.start - 200) : mention.start - len(mention.root)]
    after = text[mention.end : mention.end + 100].partition("\n")[0]
    for code in sheet.markdown.code:
        if code.line <= line <= code.end_line:
            own = mention.root not in ("", "./") and not _written().search(before)
            return own or _run(before, code, mention, files)
    above = text[text.rfind("\n", 0, max(begin - 1, 0)) + 1 : max(begin - 1, 0)]
    return _told(before, above, after, mention, files)


_SHELLS = frozenset(("", "bash", "sh", "shell", "zsh", "console", "powershell", "pwsh"))


@cache
def _runs() -> re.Pattern[str]:
    return re.compile(
        r"(?:^|[\s;&|(`])(?:python3?|py|uv run|bash|sh|zsh|node|bun|deno run|tsx|npx tsx|ruby|perl"
        r"|pwsh|source)(?: +-[\w-]{1,20}){0,3} +[\"']?\Z"
    )


def _run(before: str, code: CodeBlock, mention: Mention, files: Files) -> bool:
    """Whether a line of shell commands runs the file, and there are scripts to run."""
    info = (code.info or "").split()
    if (info[0].lower() if info else "") not in _SHELLS:
        return False
    if dirname(mention.name) not in files.names or _runs().search(before) is None:
        return False
    # Behind these the folder is another one.
    return "git clone" not in code.text and "cd " not in code.text


@cache
def _elsewhere() -> re.Pattern[str]:
    """Words around the name of a file that is another's, or need not be there."""
    return re.compile(
        r"(?<![\w-])(?!(?:this|the|a|any|each|every|your|agent|see)\b)[\w`*\"-]{2,40} skill\b"
        r"(?!\.md)"
        r"|\b(?:in|of|from|inside|within|into|to) (?:your|their|the user['\u2019]s|the target)\b"
        r"|\b(?:project|repo|repository|codebase|workspace|upstream|plugin)\b"
        r"|\b(?:if|when) (?:it |they |one )?(?:is |are )?(?:present|exists?|available|there)\b"
        r"|\b(?:optional|generated|created|placeholder|no longer)\b",
        re.IGNORECASE,
    )


@cache
def _example() -> re.Pattern[str]:
    """Words before the name of a file that is an example, or one that is not to be read."""
    return re.compile(
        r"\be\.g\.|\b(?:for example|for instance|such as|examples?|like|would|could|imagine)\b"
        r"|\b(?:good|bad|avoid|instead of|rather than|not|never|don['\u2019]t)\b",
        re.IGNORECASE,
    )


@cache
def _written() -> re.Pattern[str]:
    return re.compile(
        r"\b(?:writ(?:e|es|ing|ten)|sav(?:e|es|ing|ed)|creat(?:e|es|ing)|generat(?:e|es|ing)"
        r"|outputs?|exports?|stor(?:e|es|ing)|produc(?:e|es|ing)|emits?|appends?|records?|adds?|puts?"
        r"|plac(?:e|es|ing)|makes?|builds?|drafts?|captures?|document|extracts?|moves?|splits?"
        r"|updates?|populates?|renames?|deletes?|removes?)\b[^.;!?()]{0,80}\Z|>>? *\Z",
        re.IGNORECASE,
    )


@cache
def _read() -> re.Pattern[str]:
    return re.compile(
        r"\b(?:read|see|run|load|use|open|execute|follow|consult|check|invoke|call|refer to|source"
        r"|apply|study|review|copy|start (?:with|from)|(?:details|documented|described|listed"
        r"|defined|found|guidance|examples?|instructions) (?:are )?in)\b"
        # A stop may be part of a name such as SKILL.md.
        r"(?:[^.;!?()]|\.(?=\w)){0,80}\Z",
        re.IGNORECASE,
    )


@cache
def _lists() -> re.Pattern[str]:
    """What stands before the name where it is an entry of a list or a table, or has a label."""
    return re.compile(
        r"\s*(?:[-*+]|\d{1,3}[.)]|#{1,6}|(?:>\s*)?\|(?:[^|\n]{0,150}\|){0,6})\s*[*_`\[\"(]{0,4}\Z"
        r"|\s*(?:(?:[-*+]|\d{1,3}[.)])\s+)?[*_]{0,3}[\w /&+,-]{1,60}[*_]{0,3}"
        r"(?::|\s[\u2013\u2014-]|\s?(?:->|\u2192))[*_]{0,3}\s*[*_`\[\"(]{0,4}\Z"
    )


def _told(before: str, above: str, after: str, mention: Mention, files: Files) -> bool:
    """Whether prose tells the reader to read or run the file, or lists it."""
    lists = _lists().match(before)
    if len(before.strip()) < _SHORT and not lists:
        before = f"{above[-200:]} {before.strip()}"
    if after.lstrip("`*").startswith("]("):
        return False
    possessive = re.search(r"(?<!this skill)['\u2019]s\s+[*_`]{0,3}\Z", before)
    if possessive or _elsewhere().search(f"{before} # {after[:60]}"):
        return False
    if _example().search(before) or _written_last(before):
        return False
    if mention.root not in ("", "./"):
        return True
    if _read().search(before):
        return True
    folder = mention.name.partition("/")[0]
    return lists is not None and (folder in files.names or folder.startswith("reference"))


_SHORT = 40


def _written_last(before: str) -> bool:
    """Whether the last verb before the name is one that makes the file."""
    written = _written().search(before)
    read = _read().search(before, written.start() + 1) if written else None
    return written is not None and read is None
