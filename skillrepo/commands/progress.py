"""Says on standard error how far a long run has come, to those who sit before a terminal."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from time import monotonic
from typing import TypeVar

T = TypeVar("T")
# What is done in a second needs no word; and a terminal is slow.
_FIRST, _NEXT = 1.0, 0.1
_CLEAR = "\r\x1b[K"


def progress(
    items: Iterable[T],
    total: int,
    now: Callable[[], float] = monotonic,
    *,
    what: str = "skills checked",
) -> Iterator[T]:
    """Yield the items, and show meanwhile how many of the `total` have been dealt with."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield from items
        return
    due = now() + _FIRST
    shown = False
    try:
        for done, item in enumerate(items):
            if (time := now()) >= due:
                due = time + _NEXT
                shown = True
                _say(f"{_CLEAR}{done:,} of {total:,} {what}")
            yield item
    finally:
        # Also where a key ends the run: what is said next begins on a line of its own.
        if shown:
            _say(_CLEAR)


def _say(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
