"""The findings that were there when the tool was adopted: `skillrepo-baseline.json`.

An entry binds to the rule, the path and the text of the line, not to its number: what is moved
stays known, what is edited is looked at anew. Two lines alike in one file are two.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from skillrepo import schema
from skillrepo.errors import SkillRepoError
from skillrepo.finding import Finding

FILE_NAME = "skillrepo-baseline.json"
Lines = Callable[[str, int], str | None]
"""Path and number → the text of a line, None where it cannot be read."""


class Entry(NamedTuple):
    """What a baseline knows of a finding: rule code, path, and hash of the line's text."""

    rule: str
    path: str
    hash: str


def hash_of(finding: Finding, lines: Lines) -> str:
    """The hash of the line that a finding is in; spaces at its ends do not count.

    A finding about a whole file has no line of its own, or an empty one: its message without
    numbers takes its place. The first 16 hexadecimal digits of SHA-256.
    """
    from hashlib import sha256  # noqa: PLC0415 - 5 ms, which most runs need not spend

    text = (lines(finding.path, finding.line) or "").strip()
    if not text or (finding.line, finding.column) == (1, 1):
        text = "".join(char for char in finding.message if not char.isdigit())
    return sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]


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
