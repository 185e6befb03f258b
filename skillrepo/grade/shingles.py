"""Which passages two bodies share: the 5-word shingles of a body, and a MinHash sketch of them.

A sketch is the 128 smallest hashes of a body's shingles (bottom-k MinHash; A. Broder, On the
resemblance and containment of documents, 1997). They are a random sample of what the body says, so
the share of another body's sketch that this body has too is the share of the other's text that is
repeated here: with 128 of them the standard error is at most 4.4 points.

That share is taken in place of the Jaccard index of two sketches, for the index falls where a copy
is padded: what is shared becomes less of the whole. Text that is added to a body never makes less
of another's text stand in it.
"""

import re
from collections.abc import Iterable
from zlib import crc32

_WORD = re.compile(r"[^\W_]+")
_SIZE = 128
FEWEST = 50
"""Shingles of a body that is compared with: a shorter one is a remark, which may well be shared."""


def shingles(body: str) -> set[int]:
    """The hashes of each five words that follow each other, without case and punctuation."""
    words = _WORD.findall(body.casefold())
    fives = zip(words, words[1:], words[2:], words[3:], words[4:], strict=False)
    # Of the hashes of the library this is the fastest that is the same everywhere.
    return {crc32(" ".join(five).encode(errors="replace")) for five in fives}


def sketch(found: Iterable[int]) -> tuple[int, ...]:
    """The sample of the shingles of a body that is kept, in order."""
    return tuple(sorted(found)[:_SIZE])


def repeated(other: tuple[int, ...], own: set[int]) -> float:
    """The share of another body, of which there is a sketch, that stands in the own one, 0 to 1."""
    return len(own.intersection(other)) / len(other) if other else 0.0
