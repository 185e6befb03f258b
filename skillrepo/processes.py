"""Work on many skills, spread over the processors."""

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

T = TypeVar("T")
_PARALLEL = 300
"""Skills from which on a second process pays."""
_SHARE = 100
"""Skills that a process works on at a time."""

_job: Callable[[Sequence[str]], list[Any]] | None = None


def spread(work: Callable[[Sequence[str]], list[T]], paths: Sequence[str]) -> Iterator[T]:
    """What `work` makes of the paths, in their order, by as many processes as there are processors.

    What `work` knows is inherited by a fork; what it makes is sent back.
    """
    workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    if len(paths) < _PARALLEL or workers < 2:  # noqa: PLR2004 - one would only be slower
        yield from work(paths)
        return
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 - for large runs alone
    from multiprocessing import get_context  # noqa: PLC0415

    shares = [paths[start : start + _SHARE] for start in range(0, len(paths), _SHARE)]
    global _job  # noqa: PLW0603 - what a fork inherits need not be pickled
    _job = work
    # What the processes inherit is no garbage, and to look through it copies its pages:
    # https://docs.python.org/3/library/gc.html#gc.freeze
    gc.freeze()
    try:
        with ProcessPoolExecutor(workers, mp_context=get_context("fork")) as pool:
            for made in pool.map(_run, shares):
                yield from made
    finally:
        gc.unfreeze()
        _job = None  # what it knows must not live until Python ends


def _run(paths: Sequence[str]) -> list[Any]:
    return [] if _job is None else _job(paths)
