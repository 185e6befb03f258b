"""The findings that were there when the tool was adopted: `skillrepo-baseline.json`.

An entry binds to the rule, the path and the text of the line, not to its number: what is moved
stays known, what is edited is looked at anew. Two lines alike in one file are two. A file without
lines is bound by its bytes.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol

from skillrepo import schema
from skillrepo.errors import SkillRepoError
from skillrepo.finding import Finding

FILE_NAME = "skillrepo-baseline.json"
_BLOCK = 100
"""Lines that a finding about safety binds to, at most; the longest private key has fewer."""


class Lines(Protocol):
    """What findings bind to in the files of a source."""

    def __call__(self, path: str, line: int) -> str | None:
        """The text of a line, None where there is none or the file is not text."""

    def raw(self, path: str) -> bytes | None:
        """The bytes of a file that is not text, the target of a link; else None."""


class Entry(NamedTuple):
    """What a baseline knows of a finding: rule code, path, and hash of what it binds to."""

    rule: str
    path: str
    hash: str


def hash_of(finding: Finding, lines: Lines) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of what a finding binds to.

    That is the text of its line; spaces at its ends do not count. One about safety binds to the
    lines below too, up to an empty one: a key, or what is hidden, goes on there. A finding at the
    top of a file may be about the whole file, and one may be in an empty line: its message without
    numbers counts too. Of a file that is not text it is the bytes.
    """
    from hashlib import sha256  # noqa: PLC0415 - 5 ms, which most runs need not spend

    data = lines.raw(finding.path)
    if data is None:
        data = _text(finding, lines).encode(errors="surrogatepass")
    return sha256(data).hexdigest()[:16]


def _text(finding: Finding, lines: Lines) -> str:
    text = (lines(finding.path, finding.line) or "").strip()
    if finding.code.startswith("X"):
        text = "\n".join(_block(finding, lines))
    if not text or (finding.line, finding.column) == (1, 1):
        text += "\n" + "".join(char for char in finding.message if not char.isdigit())
    return text


def _block(finding: Finding, lines: Lines) -> Iterator[str]:
    for number in range(finding.line, finding.line + _BLOCK):
        text = (lines(finding.path, number) or "").strip()
        if not text:
            return
        yield text


def entry_of(finding: Finding, lines: Lines) -> Entry:
    """The entry of a finding."""
    return Entry(finding.code, finding.path, hash_of(finding, lines))


def dump(findings: Iterable[Finding], lines: Lines, others: Counter[Entry]) -> str:
    """The text of a baseline that knows these findings and other entries, in a fixed order."""
    counts = others + Counter(entry_of(finding, lines) for finding in findings)
    entries = [
        {**entry._asdict(), "count": count} for entry, count in sorted(counts.items(), key=_order)
    ]
    return json.dumps({"version": 1, "entries": entries}, indent=1, ensure_ascii=True) + "\n"


def _order(item: tuple[Entry, int]) -> tuple[str, str, str]:
    entry, _ = item
    return entry.path, entry.rule, entry.hash


def load(text: str, name: str) -> Counter[Entry]:
    """Read the text of the baseline called `name`. Raises `SkillRepoError`."""
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        why = f"{name} is no JSON ({error}); write it anew with --write-baseline"
        raise SkillRepoError(why) from None
    if found := schema.violations("baseline", value):
        why = f"{name}: {schema.explain(found[0])}; write it anew with --write-baseline"
        raise SkillRepoError(why)
    known: Counter[Entry] = Counter()
    for entry in value["entries"]:
        known[Entry(entry["rule"], entry["path"], entry["hash"])] += entry["count"]
    return known


def part(
    findings: Sequence[Finding], known: Counter[Entry], lines: Lines
) -> tuple[list[Finding], list[Finding], list[Entry]]:
    """The findings that are new, those that the baseline knows, and the entries left over."""
    left = known.copy()
    places = {(entry.rule, entry.path) for entry in known}
    new: list[Finding] = []
    old: list[Finding] = []
    for finding in findings:
        entry = None
        if (finding.code, finding.path) in places:
            entry = entry_of(finding, lines)
        if entry and left[entry] > 0:
            left[entry] -= 1
            old.append(finding)
        else:
            new.append(finding)
    return new, old, sorted(entry for entry, count in left.items() if count > 0)
