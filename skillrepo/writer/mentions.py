"""Pages → the commands and identifiers that a task in their field mentions."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from skillrepo.words import STOP, word_set
from skillrepo.writer.page import Page
from skillrepo.writer.snippets import is_shell

_SPAN = re.compile(r"(?<!`)`([^`\n]{2,40})`(?!`)|``([^`\n]{2,40})``")
_TERM = re.compile(r"@?-{0,2}[A-Za-z][A-Za-z0-9]*(?:[._/:+-][A-Za-z0-9]+)*(?:\(\))?")
_PROMPT = re.compile(r"^(?:\$|%|>|PS>)\s+")
_COMMAND = re.compile(r"[a-z][a-z0-9_+-]{1,24}|[A-Z][a-z]{1,12}-[A-Z][A-Za-z]{2,20}")
_SUBCOMMAND = re.compile(r"[a-z][a-z-]{1,14}")
# What is written like an identifier or an option, not like a word.
_CODED = re.compile(r"[_./:()@+-]|[a-z][A-Z]|\d")
_INVENTED = re.compile(r"(?:my|your|foo|bar|example|some|test|sample)[_.-]|\w+\d$", re.IGNORECASE)
# Programs that are in every shell block, whatever it is about, and words of shells.
_EVERYDAY = STOP | word_set("""
    apt apt-get awk bash begin brew cat catch cd chmod chown cp curl cut do done echo elif else
    elseif end env esac eval exit export false fi finally find for foreach function grep head if
    ignore iex install irm local ls make man mkdir mv nano npm npx null param pip pip3 pnpm pwd
    python python3 read return rm sed set sh sleep sort source ssh sudo systemctl tail tar tee test
    then touch tr true try unset unzip vim watch wc wget which while xargs yarn yes zip
""")
_EVERYDAY_PAIRS = frozenset({"git clone", "docker run", "docker pull", "go install", "uv pip"})
_LONGEST_TERM = 30
_MOST = 6
# How often a term must occur; commands that occur less only fill up to so many.
_OFTEN, _FEW = 3, 3
# So many commands of one program, and a page counts for so much however it repeats itself.
_MOST_SIBLINGS, _LOUDEST = 3, 6


def mentions(pages: Sequence[Page], brief: str) -> list[str]:
    """The commands and identifiers that the pages name most, those the brief has left out."""
    said = brief.casefold()
    counts: Counter[str] = Counter()
    commands: set[str] = set()
    for page in pages:
        own = Counter(_commands(page))
        commands |= set(own)
        own.update(dict.fromkeys(own, 1))
        own.update(_spans(page))
        # A page that repeats itself has one voice.
        counts.update({term: min(count, _LOUDEST) for term, count in own.items()})
    found: list[str] = []
    # Sorting keeps the order of the pages where counts are equal.
    for term in sorted(counts, key=lambda term: -counts[term]):
        low = term.casefold()
        repeated = any(low in other.casefold() or other.casefold() in low for other in found)
        siblings = sum(other.split(" ")[0] == term.split(" ")[0] for other in found)
        wanted = counts[term] >= _OFTEN or (len(found) < _FEW and term in commands)
        if wanted and low not in said and not repeated and siblings < _MOST_SIBLINGS:
            found.append(term)
    return found[:_MOST]


def _commands(page: Page) -> Iterator[str]:
    """The programs that the page's shell blocks call, each with its subcommand if it has one."""
    for block in page.markup.code:
        for line in block.text.split("\n") if is_shell(block) else ():
            first, second = [*_PROMPT.sub("", line.strip()).split(), "", ""][:2]
            told = f"{first} {second}" in _EVERYDAY_PAIRS or first in _EVERYDAY
            if _COMMAND.fullmatch(first) and not told:
                yield f"{first} {second}" if _SUBCOMMAND.fullmatch(second) else first


def _spans(page: Page) -> Iterator[str]:
    """What stands in backticks and is written like an identifier or an option, not like a word."""
    for match in _SPAN.finditer(page.text):
        text = (match[1] or match[2]).strip()
        if (
            len(text) <= _LONGEST_TERM
            and _TERM.fullmatch(text)
            and _CODED.search(text)
            and not _INVENTED.match(text)
        ):
            yield text
