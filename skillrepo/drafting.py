"""One brief → one draft, wherever it is done: no repository is needed but what is handed over."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from skillrepo.context import Context
from skillrepo.draft import Choice, Draft, Neighbour, Request, Reviewer, Source, Write
from skillrepo.errors import SkillRepoError, WriterFailed
from skillrepo.files import Tree
from skillrepo.git import Entry
from skillrepo.propose import propose


@dataclass(frozen=True, slots=True)
class Task:
    """What one draft is to be made of.

    `key` is the name under which it is remembered, `id` that of its brief in the batch.
    """

    key: str
    id: str
    brief: str
    sources: tuple[Source, ...]
    name: str | None
    category: str | None
    near: tuple[Neighbour, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Workshop:
    """What the tasks of a batch share; it can be pickled if `write` can.

    `taken` are names in use, `reserved` those that the batch itself gives. `entries` are the files
    of the commit that drafts start from, of which only `texts` (object name → bytes) can be read:
    the taxonomy and the settings. `name` is that of the repository. What is made of a workshop is
    kept, so one is equal to itself alone.
    """

    write: Write
    max_rounds: int
    choices: tuple[Choice, ...]
    taken: frozenset[str]
    reserved: frozenset[str]
    name: str
    entries: Mapping[str, Entry]
    texts: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft, and whether it passes the gate as far as that can be said without other skills."""

    draft: Draft
    rounds: int
    notes: tuple[str, ...]
    passes: bool


@dataclass(frozen=True, slots=True)
class Failed:
    """Why there is no draft, and what the writer had by then."""

    why: str
    kept: Mapping[str, bytes]


def draft(task: Task, workshop: Workshop) -> Drafted | Failed:
    """Have one draft written, checked and written again. It reads and changes nothing else."""
    request = request_of(task, workshop)
    write = workshop.write
    reviewer = write.of(task.id) if isinstance(write, Reviewer) else None
    try:
        proposal = propose(
            request,
            reviewer or write,
            _context(workshop),
            max_rounds=workshop.max_rounds,
            reviewer=reviewer,
        )
    except WriterFailed as error:
        return Failed(str(error), error.kept)
    except SkillRepoError as error:
        return Failed(str(error), {})
    return Drafted(proposal.draft, proposal.rounds, proposal.notes, proposal.passes)


def request_of(task: Task, workshop: Workshop) -> Request:
    """What a writer is asked for."""
    return Request(
        brief=task.brief,
        sources=task.sources,
        choices=workshop.choices,
        name=task.name,
        category=task.category,
        taken=workshop.taken if task.name else _all_taken(workshop),
        near=task.near,
    )


@dataclass(frozen=True, slots=True)
class _Held:
    """Gives the few blobs that were handed over, for the others what a partial clone gives."""

    texts: Mapping[str, bytes]

    def __call__(self, oids: Iterable[str], *, limit: int) -> Iterator[bytes | int | None]:
        for oid in oids:
            data = self.texts.get(oid)
            yield data if data is None or len(data) <= limit else len(data)


@lru_cache(maxsize=1)
def _context(workshop: Workshop) -> Context:
    return Context.of(Tree(workshop.name, workshop.entries, _Held(workshop.texts)))


@lru_cache(maxsize=1)
def _all_taken(workshop: Workshop) -> frozenset[str]:
    return workshop.taken | workshop.reserved
