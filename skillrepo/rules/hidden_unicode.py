"""No text is hidden in characters that nobody sees.

What it checks: SKILL.md and each text beside it hold no tag characters (U+E0000 to U+E007F, but in
the flags 🏴󠁧󠁢󠁥󠁮󠁧󠁿 and their like), no bidirectional controls in a line without right-to-left
letters, no three characters without width in a row, none inside an ASCII word, no run of 16
variation selectors nor 60 that select nothing. Emoji sequences, joiners in Indic and Arabic
letters, and a byte-order mark at the start are as they should be.

Why it matters: a model reads these characters, a reviewer does not see them. Whole instructions
have been hidden in them, and a word that is split by one is not found by a search.

How to fix it: delete the characters. The message names the first; a line of tag characters is
decoded. Find out who put them there: no keyboard writes them.

Example: a line that ends in U+E0049 U+E0067 U+E006E U+E006F U+E0072 U+E0065, which reads "Ignore".

Source: house. https://trojansource.codes tells of bidirectional controls,
https://embracethered.com/blog/posts/2024/hiding-and-finding-text-with-unicode-tags/ of tags.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import ERROR, Hit, Rule
from skillrepo.secret_text import masked
from skillrepo.wording import Text, once_a_line, texts

_WIDTHLESS = "\u034f\u180e\u200b-\u200d\u2060-\u2064\ufeff"
_MARKS = "\u061c\u200e\u200f"
_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_CONTROLS = "\u202a-\u202e\u2066-\u2069"
_TAGS = "\U000e0000-\U000e007f"
_RIGHT_TO_LEFT = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
# Letters that joiners are written between: Hebrew and Arabic to Malayalam, Sinhala to Myanmar,
# Khmer and Mongolian; and what emoji are made of.
_JOINED = (
    "\u0590-\u0dff\u0e00-\u109f\u1780-\u18af\ua980-\uabff\ufb1d-\ufdff\ufe70-\ufefc"
    "\U0001e800-\U0001efff\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
_ROW, _FEW = 3, 4
"""Characters without width in a row, and as many as written languages and emoji have at most."""
_RUN, _MANY = 16, 60
"""Selectors in a row, and selectors in a text that select nothing."""
_SHOWN = 60


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Look at each text that is not ASCII alone."""
    for text in texts(skill, context):
        odd = {each for each in text.beyond_ascii() if _odd().match(each)}
        for offset, message in _found(text, odd) if odd else ():
            yield Hit(*text.place(offset), message, path=text.path)


@cache
def _odd() -> re.Pattern[str]:
    return re.compile(f"[{_WIDTHLESS}{_MARKS}{_SELECTORS}{_CONTROLS}{_TAGS}]")


def _found(text: Text, odd: set[str]) -> Iterator[tuple[int, str]]:
    whole = text.text
    selectors = {each for each in odd if re.match(f"[{_SELECTORS}]", each)}
    if sum(map(whole.count, selectors)) >= _RUN:
        yield from _selectors(whole)
    if odd - selectors:
        forms = _forms()
        yield from once_a_line(forms.tags, whole, _tags)
        yield from _turned(text)
        yield from once_a_line(forms.width, whole, lambda match: _without_width(match, whole))


class _Forms(NamedTuple):
    tags: re.Pattern[str]
    controls: re.Pattern[str]
    width: re.Pattern[str]
    right_to_left: re.Pattern[str]
    joined: re.Pattern[str]


@cache
def _forms() -> _Forms:
    flag = (
        "(?<=\U0001f3f4)[\U000e0061-\U000e007a]{2}"
        "[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,4}\U000e007f"
    )
    return _Forms(
        re.compile(f"{flag}|([{_TAGS}]+)"),
        re.compile(f"[{_CONTROLS}]"),
        # Inside an ASCII word, or in a row: a text has a hundred thousand that are as they should.
        re.compile(
            f"(?<=[A-Za-z0-9])[{_MARKS}]*[{_WIDTHLESS}][{_WIDTHLESS}{_MARKS}]*(?=[A-Za-z0-9])"
            f"|[{_WIDTHLESS}{_MARKS}]{{{_ROW},}}"
        ),
        re.compile(f"[{_RIGHT_TO_LEFT}]"),
        re.compile(f"[{_JOINED}\ufe0f]"),
    )


def _tags(match: re.Match[str]) -> str | None:
    tags = match[1]
    if not tags:
        return None  # a flag
    spelled = (chr(ord(each) - 0xE0000) for each in tags[: 4 * _SHOWN])
    shown = masked("".join(each for each in spelled if " " <= each <= "~"))
    more = "…" if len(shown) > _SHOWN else ""
    says = f" that spell “{shown[:_SHOWN]}{more}”" if shown else ""
    return f"hidden tag characters from {_named(tags)} on{says}; delete them"


def _turned(text: Text) -> Iterator[tuple[int, str]]:
    """The first control of each line that has no right-to-left letters."""
    place = 0
    while place >= 0 and (match := _forms().controls.search(text.text, place)):
        if not _forms().right_to_left.search(text.line(text.place(match.start()).line)):
            message = f"{_named(match[0])} turns the order of what is shown; delete it"
            yield match.start(), message
        place = text.text.find("\n", match.start())


def _without_width(match: re.Match[str], text: str) -> str | None:
    run = match[0]
    if len(run) < _ROW:
        return f"{_named(run)} stands inside a word, where nobody sees it; delete it"
    before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
    joined = _forms().joined
    if len(run) <= _FEW and joined.match(before) and joined.match(after):
        return None
    return f"{len(run):,} characters without width in a row, the first {_named(run)}; delete them"


def _selectors(text: str) -> Iterator[tuple[int, str]]:
    # A selector is right behind what it selects: an emoji, a symbol, an ideograph, a keycap's key.
    odd = 0
    for match in re.finditer(f"[{_SELECTORS}]+", text):
        run, start = match[0], match.start()
        base = text[start - 1 : start]
        fits = base != "" and (not base.isascii() or base in "0123456789#*")
        odd += len(run) - fits
        if len(run) >= _RUN:
            row = f"{len(run):,} variation selectors in a row, the first {_named(run)}"
            yield start, f"{row}; delete them"
        elif odd >= _MANY:
            row = f"{_MANY} variation selectors that select nothing, the last {_named(run)}"
            yield start, f"{row}; delete them"
        if odd >= _MANY:
            return


def _named(text: str) -> str:
    return f"`U+{ord(text[0]):04X}`"


RULE = Rule("X101", "hidden-unicode", {"house": ERROR}, __doc__, run=run)
