"""The contract of a revision: what the feedback does not concern stays, checked by code.

Whoever revises may do what the feedback names and what adds to the skill. Sections with their text,
constraints, keys with their values, links and files stay, the description is not narrowed, the
tools are the same and a client is told nothing new by a key, unless the feedback names it; the name
stays in any case. Of the lines that were there only a part may change.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from posixpath import basename
from typing import NamedTuple

from skillrepo import clients
from skillrepo.finding import Finding, Severity
from skillrepo.semantic_diff import Change, SkillDiff
from skillrepo.visible import one_line

CODE = "contract"
_FEW_LINES = 20
"""Changed lines that are always few enough: a share of a short text is a matter of chance."""
_SHARE = 0.6
"""Of the longer words of a constraint, that a feedback which means it holds."""
_LEAST_WORDS = 2
_LONG = 4
_WORD = re.compile(r"\w+")
# A long text has the words of everything somewhere.
_END = re.compile(r"(?<=[.!?])\s+|\n\s*(?=\n|[-*+]|\d)")
_LONGEST = 300
# What a feedback that is about the description says.
_DESCRIPTION = re.compile(r"\b(?:description|trigger\w*|use when|when to use)\b", re.IGNORECASE)
_TOOLS = re.compile(r"\ballowed[- ]tools\b", re.IGNORECASE)


class Terms(NamedTuple):
    """What a revision is held to; `max_change` is the share of lines that may change, up to 1."""

    feedback: str
    max_change: float
    allow_loss: bool = False


@dataclass(frozen=True, slots=True)
class Revision:
    """What a revision does to a skill.

    `title` says in a line what it is for. `diff` is None where the draft cannot be read. Each
    breach of the contract is a finding, for a writer is told of it like of any other.
    """

    title: str
    diff: SkillDiff | None
    breaches: tuple[Finding, ...]


def breaches(diff: SkillDiff, share: float | None, terms: Terms) -> Iterator[tuple[str, str]]:
    """How a change breaks the contract: the name of the clause, and what to do.

    `share` is that of `changed_share`.
    """
    if not diff.changes:
        yield "changes-something", "nothing was changed; do what the feedback asks for"
    if share is not None and share > terms.max_change:
        why = f"{share:.0%} of the lines changed, and {terms.max_change:.0%} may"
        yield "bounded", f"{why}: change what the feedback concerns, and leave the rest as it is"
    feedback = _Feedback(terms.feedback)
    dropped = {
        change.subject
        for change in diff.changes
        if change.kind.startswith("section") and feedback.names(change)
    }
    for change in diff.changes:
        clause = _CLAUSES.get(change.kind)
        if change.kind == "key-added" and change.subject in clients.readers():
            clause = "keeps-keys"
        if change.kind == "name-changed":
            yield "keeps-name", f"the name must stay `{one_line(change.before)}`"
        elif clause and not terms.allow_loss:
            # What stood in a section that was to go goes with it.
            gone = change.within in dropped and change.kind.endswith("-removed")
            if not gone and not feedback.names(change):
                what = one_line(change.text)[:_LONGEST]
                yield clause, f"{what}: the feedback does not name it, so leave it as it was"


_CLAUSES: Mapping[str, str] = {
    "section-removed": "keeps-sections",
    "section-emptied": "keeps-sections",
    "section-replaced": "keeps-sections",
    "constraint-removed": "keeps-constraints",
    "key-removed": "keeps-keys",
    "key-changed": "keeps-keys",
    "link-removed": "keeps-links",
    "file-removed": "keeps-files",
    "script-removed": "keeps-files",
    "description-removed": "keeps-description",
    "description-narrowed": "keeps-description",
    "description-replaced": "keeps-description",
    "tools-widened": "keeps-tools",
    "tools-narrowed": "keeps-tools",
}


class _Feedback:
    """What a feedback names."""

    def __init__(self, text: str) -> None:
        self._text = text.casefold()
        self._run = f" {' '.join(_WORD.findall(self._text))} "
        self._sentences = [frozenset(_WORD.findall(each)) for each in _END.split(self._text)]

    def names(self, change: Change) -> bool:
        """Whether it names what a change takes away, or the tool that it allows."""
        kind, subject = change.kind, change.subject
        if kind.startswith("description"):
            return _DESCRIPTION.search(self._text) is not None
        if kind == "constraint-removed":
            return self._says(subject)
        if kind.startswith("tools"):
            tool = subject.partition("(")[0]
            return self._holds(tool) or _TOOLS.search(self._text) is not None
        if kind.startswith("key"):
            return self._holds(subject) or self._holds(subject.rpartition(".")[2])
        if kind.startswith("section"):
            return self._holds(subject)
        return subject.casefold() in self._text or self._holds(basename(subject.partition("#")[0]))

    def _holds(self, phrase: str) -> bool:
        """Whether the words of a phrase stand in it one behind the other."""
        words = _WORD.findall(phrase.casefold())
        return bool(words) and f" {' '.join(words)} " in self._run

    def _says(self, sentence: str) -> bool:
        """Whether one of its sentences holds most of the longer words of a constraint."""
        words = {word for word in _WORD.findall(sentence.casefold()) if len(word) >= _LONG}
        shared = max((len(words & each) for each in self._sentences), default=0)
        return self._holds(sentence) or (shared >= _LEAST_WORDS and shared >= _SHARE * len(words))


def changed_share(old: Mapping[str, str], new: Mapping[str, str]) -> float | None:
    """The share of changed lines in files (path → text) that were there before, from 0 to 1.

    It is the number of lines lost and added by that of all lines before and after; blank lines and
    the order of lines do not count. None where so few lines changed that it does not matter.
    """
    changed = total = 0
    for path, text in old.items():
        before, after = _lines(text), _lines(new.get(path, ""))
        changed += (before - after).total() + (after - before).total()
        total += before.total() + after.total()
    return changed / total if changed > _FEW_LINES else None


def _lines(text: str) -> Counter[str]:
    return Counter(line.strip() for line in text.split("\n") if line.strip())


def finding(path: str, clause: str, message: str) -> Finding:
    """A breach as a finding in the SKILL.md at `path`."""
    return Finding(path, 1, 1, CODE, clause, Severity.ERROR, message)
