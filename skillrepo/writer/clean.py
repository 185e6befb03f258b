"""Text of unknown origin → the same lines without what a reader cannot see."""

import re
from bisect import bisect_left
from dataclasses import dataclass

# Control characters but tab and newline; lone surrogates, which UTF-8 cannot hold; and what
# shows nothing but reaches a model: soft hyphen, zero-width and bidi controls, fillers, the
# variation selectors and tag characters that carry hidden text.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b"
    "\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# Two joiners are spelling in Persian and Indic words and in emoji: kept between visible
# characters beyond Latin, where a run of them can hide nothing.
_JOINER = re.compile("[\u200c\u200d]")
_STRAY_JOINER = re.compile(
    "(?<![^\x00-\u02ff\u2000-\u206f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\u02ff\u2000-\u206f])"
)
_NEWLINE = re.compile("\r\n?|[\u2028\u2029]")
_TICKS = re.compile(r"`+|<!--")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """`text` has the lines of the original one for one; `hidden` counts removed characters."""

    text: str
    hidden: int


def clean(text: str) -> Cleaned:
    """Remove what cannot be seen; line ends become a newline each.

    U+2028 and U+2029 are no line ends to Markdown or an editor: they become spaces.
    """
    ends = _NEWLINE.sub(lambda match: "\n" if match[0][0] == "\r" else " ", text)
    ends = ends.removeprefix("\ufeff")
    seen, hidden = _HIDDEN.subn("", ends)
    seen, joiners = _STRAY_JOINER.subn("", seen)
    return Cleaned(seen, hidden + joiners)


def without_joiners(text: str) -> str:
    """`text` without zero-width joiners, for the file that is loaded into every prompt."""
    return _JOINER.sub("", text)


def one_line(text: str) -> str:
    """`text` cleaned, with every run of white space made one space."""
    return " ".join(without_joiners(clean(text).text).split())


def blank_comments(text: str) -> tuple[str, int]:
    """One block of Markdown without its HTML comments, and how many there were.

    What stands in code spans stays. Line ends inside a comment stay, so lines keep their numbers.
    """
    marks = [(match.start(), match[0]) for match in _TICKS.finditer(text)]
    runs: dict[str, list[int]] = {}
    for start, mark in marks:
        runs.setdefault(mark, []).append(start)
    kept: list[str] = []
    done = at = count = 0
    for start, mark in marks:
        if start < at:
            continue
        if mark != "<!--":
            same = runs[mark]
            following = bisect_left(same, start + 1)
            if following < len(same):
                at = same[following] + len(mark)
            continue
        close = text.find("-->", start + 2)
        at = len(text) if close < 0 else close + 3
        kept += text[done:start], "\n" * text.count("\n", start, at)
        done = at
        count += 1
    return "".join([*kept, text[done:]]), count
