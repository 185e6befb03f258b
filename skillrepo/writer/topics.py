"""What pages are about, in few words: their topics, when to read them, the terms they bring."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from skillrepo.words import terms
from skillrepo.writer.brief import lowered, shortened
from skillrepo.writer.clean import one_line, without_joiners
from skillrepo.writer.page import UNFINISHED, Page
from skillrepo.writer.split import Piece

# Headings that every manual has: they tell its parts apart, not its matter from others.
_GENERIC_HEADINGS = """
    about|additional resources|appendix|background|best practices|changelog|checklist|common
    patterns|conclusion|contents|core concepts|definition|description|documentation|example|
    examples|faq|features|further reading|general|getting started|goal|how it works|how to use|
    index|introduction|key concepts|license|links|more information|name|next steps|note|notes|
    official sources used|options|other|overview|prerequisites|purpose|quick reference|quick start|
    quickstart|reference|references|related|requirements|resources|rules|see also|sources|steps|
    summary|synopsis|table of contents|tips|toc|usage|use cases|what|when to use|why|workflow
"""
_GENERIC = frozenset(" ".join(heading.split()) for heading in _GENERIC_HEADINGS.split("|"))
_NUMBER = re.compile(
    r"^(?:(?:anti-?pattern|case|chapter|example|gotcha|issue|level|lesson|mistake|option|part|"
    r"pattern|phase|pitfall|principle|problem|rule|scenario|section|stage|step|template|tip)\s*#?\d+[a-z]?|"
    r"\d+(?:\.\d+)*|[A-Z])\s*[.:)\u2013\u2014-]+\s*|^[^\w`\"'(./$-]+",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"\s+[\u2013\u2014|\u2022-]\s+|:\s+")
_FILLER = re.compile(
    r"^(?:(?:a|an|the|complete|comprehensive|full|ultimate|detailed)\s+)+|"
    r"(?:\s+(?:reference|guide|overview|documentation|catalog|tutorial|notes))+$",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"\s*(?:#|//|--|;|\*|\"\"\"|/\*\*?)+\s+(.*)")
_SUMMARY_WITHIN, _SUMMARY_WORDS, _LONGEST_SUMMARY = 12, 4, 100
_LOW_WORD = re.compile(r"(?<![\w./@-])[a-z][a-z'-]+(?![\w/@])")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z'-]+\b")
_NO_PROSE = re.compile(r"`[^`\n]*`|https?://\S+|\]\([^()\s]*\)")
_MOST_TOPICS = 5
_MOST_TOPIC_TEXT = 150
_SHORTEST_TOPIC, _LONGEST_TOPIC = 3, 60
_MOST_MAIN, _LONGEST_MAIN = 4, 40
_FEW = 2


def topic(heading: str) -> str:
    """A heading without its number and what decorates it; empty where it names nothing."""
    text = one_line(heading).replace("<", "").replace(">", "").replace("`", "")
    text = _NUMBER.sub("", _NUMBER.sub("", text)).rstrip(" .:;*_#-").lstrip(" :;*_#-")
    generic = text.casefold().strip(" .:?!") in _GENERIC
    return "" if generic or len(text) < _SHORTEST_TOPIC or UNFINISHED.search(text) else text


def topics_of(piece: Piece, known: frozenset[str]) -> list[str]:
    """What the piece treats, by its headings, the shallowest that are more than one."""
    below = [h for h in piece.headings if topic(h.text) and h.text != piece.title]
    for level in sorted({heading.level for heading in below}):
        here = [h for h in below if h.level <= level]
        if len(here) > 1 or here == below:
            return _few((topic(h.text) for h in here), known)
    return []


def read_when(piece: Piece, known: frozenset[str]) -> str:
    """The end of a sentence that begins with the piece's title: when to read it."""
    if piece.page.kind == "code":
        summary = _summary(piece.page)
        return "read when the file itself is needed" + (f" ({summary})" if summary else "")
    title = lowered(topic(piece.title) or piece.title, known)
    found = topics_of(piece, known)
    if len(found) < _FEW and all(" " not in heading for heading in found):
        found = [title]
    about = joined(found, "or")
    return f"read when the task involves {escaped_heading(about)}"


def main_topics(pieces: Sequence[Piece], brief: str, known: frozenset[str]) -> list[str]:
    """Up to four topics of all pieces that say something which the brief does not."""
    titles = [piece.title for piece in pieces] if len(pieces) > _FEW else []
    inner = [topics_of(piece, known) for piece in pieces]
    # One of each in turn, so that a long page does not speak for all.
    turns = [t for turn in range(_MOST_TOPICS) for own in inner for t in own[turn : turn + 1]]
    found: list[str] = []
    seen: set[str] = set()
    said = set(terms(brief))
    for heading in [*titles, *turns]:
        for part in _SPLIT.split(topic(heading)):
            text = topic(_FILLER.sub("", part))
            own = set(terms(text))
            new = own and not own <= said and not own & seen
            if new and len(text) <= _LONGEST_MAIN and _is_whole(text):
                found.append(lowered(text, known))
                seen |= own
                break
    return found[:_MOST_MAIN]


def _is_whole(text: str) -> bool:
    return "…" not in text and text.count("(") == text.count(")")


def joined(parts: Sequence[str], word: str) -> str:
    """The parts as English lists them: `a, b and c`."""
    *head, last = parts
    return f"{', '.join(head)} {word} {last}" if head else last


def known_words(pages: Iterable[Page], brief: str) -> frozenset[str]:
    """The words that prose writes in lower case: a capital on one of them is the heading's."""
    low: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    for text in (brief, *map(_prose, pages)):
        low.update(_LOW_WORD.findall(text))
        capital.update(word.lower() for word in _NAME.findall(text))
    return frozenset(word for word, count in low.items() if count > capital[word])


def _prose(page: Page) -> str:
    """What a page says in words: without code, identifiers and addresses."""
    code = page.code_lines
    lines = (line for number, line in enumerate(page.lines, 1) if number not in code)
    return _NO_PROSE.sub(" ", "\n".join(lines)) if page.kind != "code" else ""


def _summary(page: Page) -> str:
    """What a script says of itself: the first sentence of the comment that it begins with."""
    comments = (_COMMENT.fullmatch(line) for line in page.lines[:_SUMMARY_WITHIN])
    texts = (one_line(match[1]) for match in comments if match)
    text = next((text for text in texts if len(text.split()) >= _SUMMARY_WORDS), "")
    first = re.split(r"[.:]\s", text, maxsplit=1)[0].strip(" .#*-")
    return escaped_heading(shortened(first, _LONGEST_SUMMARY))


def escaped_heading(text: str) -> str:
    """Plain text as Markdown for one line, with as few backslashes as it takes."""
    text = without_joiners(text)
    text = re.sub(r"([\\`*\[\]<~])", r"\\\1", text)
    return re.sub(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])", r"\\_", text)


def _few(found: Iterable[str], known: frozenset[str]) -> list[str]:
    """The first topics that fit on a line; headings that are whole sentences only if need be."""
    distinct = list(dict.fromkeys(lowered(text, known) for text in found))
    short = [text for text in distinct if len(text) <= _LONGEST_TOPIC]
    few: list[str] = []
    room = _MOST_TOPIC_TEXT
    for text in short if len(short) > 1 else [shortened(t, _LONGEST_TOPIC) for t in distinct]:
        room -= len(text)
        if len(few) == _MOST_TOPICS or room < 0:
            break
        few.append(text)
    return few
