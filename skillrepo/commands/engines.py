"""Where the drafts of a batch are made: on threads here, or by the workers of a Dask cluster."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent import futures
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, Protocol

from skillrepo.drafting import Drafted, Failed, Task, Workshop, draft
from skillrepo.errors import SkillRepoError

Made = Drafted | Failed | Exception
"""What became of a task; an exception is a bug of ours."""
Given = list[tuple[Task, Made]]
Finished = SimpleQueue[Any]
"""The futures of an engine as they are finished; None ends the wait for the next one."""

# Seconds that running writers get to end in, and a cluster to answer.
_GRACE = 3
_ANSWER = 20
# So many are committed together; what is finished is not to wait long for its branch.
_MOST = 250


class Engine(Protocol):
    """Gives each task with what became of it, as they are finished."""

    def __iter__(self) -> Iterator[Given]:
        """All that is finished by now, in no order; nothing where the wait for it was ended."""

    def stop(self) -> Given:
        """Begin nothing more, cancel what runs; give what is finished and was not given yet."""

    def close(self) -> None:
        """Let go of everything, and end what still runs."""

    @property
    def is_busy(self) -> bool:
        """Whether a writer still runs after `stop`, and cannot be ended."""


class Threads:
    """Makes drafts in `jobs` threads: a writer mostly waits for a model or a program."""

    def __init__(
        self,
        tasks: Sequence[Task],
        jobs: int,
        make: Callable[[Task], Drafted | Failed],
        *,
        end: Callable[[], None],
        finished: Finished,
    ) -> None:
        self._pool = futures.ThreadPoolExecutor(jobs, "skillrepo")
        self._futures: dict[futures.Future[Drafted | Failed], Task] = {
            self._pool.submit(make, task): task for task in tasks
        }
        self._end = end
        self._finished = finished
        self._busy = False

    def __iter__(self) -> Iterator[Given]:
        """As they are finished."""
        for group in _groups(self._futures, self._finished):
            yield [self._given(future) for future in group]

    def stop(self) -> Given:
        """End what `end` can end; a request to a model ends with the process."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._end()
        begun = [future for future in self._futures if not future.cancelled()]
        done, running = futures.wait(begun, timeout=_GRACE)
        self._busy = bool(running)
        return [self._given(future) for future in begun if future in done]

    def close(self) -> None:
        """Let the threads end."""
        self._end()
        self._pool.shutdown(wait=not self._busy, cancel_futures=True)

    @property
    def is_busy(self) -> bool:
        """Whether a thread waits for a model's reply."""
        return self._busy

    def _given(self, future: "futures.Future[Drafted | Failed]") -> tuple[Task, Made]:
        task, error = self._futures.pop(future), future.exception()
        if isinstance(error, SkillRepoError):
            return task, Failed(str(error), {})
        return task, error if isinstance(error, Exception) else future.result()


class Cluster:
    """Makes drafts on the workers of a Dask cluster, which have skillrepo and what writes."""

    def __init__(
        self,
        address: str,
        tasks: Sequence[Task],
        workshop: Workshop,
        remember: Callable[[Task, Drafted | Failed], Drafted | Failed],
        *,
        finished: Finished,
    ) -> None:
        """Connect, and hand everything over. Raises `SkillRepoError` where there is no cluster."""
        self._remember = remember
        self._client = _client(address)
        shared = self._client.scatter(workshop, broadcast=True, hash=False)
        # A task that costs money is not begun again for a worker that died.
        self._futures: dict[Any, Task] = {
            self._client.submit(draft, task, shared, pure=False, retries=0): task for task in tasks
        }
        self._finished = finished

    def __iter__(self) -> Iterator[Given]:
        """As they are finished."""
        for group in _groups(self._futures, self._finished):
            yield [self._given(future) for future in group]

    def stop(self) -> Given:
        """Cancel what has not ended."""
        done = [future for future in self._futures if future.status in {"finished", "error"}]
        found = [self._given(future) for future in done]
        self._client.cancel(list(self._futures))
        return found

    def close(self) -> None:
        """Leave the cluster."""
        self._client.close()

    @property
    def is_busy(self) -> bool:
        """The workers do not hold us."""
        return False

    def _given(self, future: Any) -> tuple[Task, Made]:
        # Whatever goes wrong there, other versions of us included, is no bug here.
        error = future.exception()
        made = Failed(f"the worker failed: {error!r}", {}) if error else future.result()
        task = self._futures.pop(future)
        return task, self._remember(task, made)


def _groups(waited_for: Iterable[Any], finished: Finished) -> Iterator[list[Any]]:
    """Futures as they are finished: all that are at a time, waiting for one where none is."""
    left = 0
    for future in waited_for:
        future.add_done_callback(finished.put)
        left += 1
    while left:
        group = [finished.get()]
        with suppress(Empty):
            while len(group) < _MOST:
                group.append(finished.get_nowait())
        group = [future for future in group if future is not None]
        left -= len(group)
        yield group


def _client(address: str) -> Any:
    try:
        import distributed  # noqa: PLC0415 - 1 s, for a cluster alone
    except ImportError:
        raise SkillRepoError("--dask needs distributed: pip install 'skillrepo[dask]'") from None
    try:
        return distributed.Client(  # type: ignore[no-untyped-call]
            address, timeout=_ANSWER, set_as_default=False
        )
    except (OSError, ValueError, TypeError) as error:
        raise SkillRepoError(f"--dask {address}: no scheduler answers there ({error})") from None
