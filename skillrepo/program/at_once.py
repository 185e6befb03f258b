"""Calls a function with many values at the same time, in threads."""

from collections import deque
from collections.abc import Callable, Sequence
from threading import Thread
from typing import TypeVar

_Value = TypeVar("_Value")
_Result = TypeVar("_Result")


def at_once(
    function: Callable[[_Value], _Result], values: Sequence[_Value], most: int
) -> list[_Result]:
    """Its results in the order of the values, of which `most` are at work at a time.

    Raises what the first of them raised, after all have ended; who breaks off begins no more.
    """
    left = deque(range(len(values)))
    results: dict[int, _Result] = {}
    errors: dict[int, Exception] = {}

    def work() -> None:
        while True:
            try:
                number = left.popleft()
            except IndexError:
                return
            try:
                results[number] = function(values[number])
            except Exception as error:  # noqa: BLE001 - raised by who waits for it
                errors[number] = error

    # Daemons: who breaks off does not wait for replies that nobody will read.
    threads = [Thread(target=work, daemon=True) for _ in range(min(most, len(values)))]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        left.clear()
    if errors:
        raise errors[min(errors)]
    return [results[number] for number in range(len(values))]
