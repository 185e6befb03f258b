"""What is to be done for each line of a batch: all that can be known before anybody is paid."""

import hashlib
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from skillrepo import batch, git_history, sources
from skillrepo.batch import Brief
from skillrepo.batch_records import Landed, Records
from skillrepo.commands.asking import category_of, drafts_of, refuse_name
from skillrepo.commands.landing import BRANCH
from skillrepo.commands.work import Work
from skillrepo.draft import Neighbour, Source
from skillrepo.drafting import Drafted, Task
from skillrepo.errors import SkillRepoError
from skillrepo.nearest import Nearest

_Read = tuple[tuple[Source, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Job:
    """A line with what its draft is to be made of; `notes` say what was left out of that."""

    brief: Brief
    task: Task
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What there is to do, by the keys of the jobs.

    `landed` are on branches already, `ready` need a branch and no writer, `refused` can get none
    (with the reason); all the others are to be written. `taken` are the names in use.
    """

    jobs: Mapping[str, Job]
    landed: Mapping[str, Landed]
    ready: Mapping[str, Drafted]
    refused: Mapping[str, str]
    taken: frozenset[str]

    def to_write(self) -> list[Task]:
        """The tasks for a writer, in the order of the lines."""
        settled = (self.landed, self.ready, self.refused)
        return [job.task for key, job in self.jobs.items() if not any(key in s for s in settled)]


def read_batch(file: str) -> tuple[tuple[Brief, ...], Path]:
    """The lines of a file, or of standard input for `-`, and the folder that their paths start in.

    Raises `SkillRepoError`.
    """
    if file == "-":
        if sys.stdin is None:
            raise SkillRepoError("the batch is `-`, but standard input is closed")
        return batch.parse(sys.stdin.buffer.read(batch.MAX_BYTES + 1)), Path()
    try:
        with Path(file).open("rb") as stream:
            return batch.parse(stream.read(batch.MAX_BYTES + 1)), Path(file).parent
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise SkillRepoError(f"--batch {file}: {why}") from None


def jobs_of(
    briefs: Iterable[Brief],
    folder: Path,
    work: Work,
    writer: Sequence[str],
    skills: Iterable[Neighbour],
) -> dict[str, Job]:
    """Key → job. Raises `SkillRepoError` that names each line which cannot be done.

    A model is shown those of the skills that come near.
    """
    nearest = Nearest(skills) if writer[0] == "model" else None
    jobs: dict[str, Job] = {}
    problems: list[str] = []
    # Many lines name the same documents.
    known: dict[tuple[str, ...], _Read] = {}
    for brief in briefs:
        try:
            read = known.get(brief.origins)
            if read is None:
                read = sources.read([Path(path) for path in brief.origins], inside=folder)
                known[brief.origins] = read
            category = None if brief.at is None else category_of(brief.at, work)
        except SkillRepoError as error:
            problems.append(f"line {brief.line}: {_first(error)}")
            continue
        key = batch.key(brief, read[0], writer)
        near = nearest.to(brief.text) if nearest else ()
        task = Task(key, brief.id, brief.text, read[0], brief.name, category, near)
        jobs[key] = Job(brief, task, read[1])
    batch.refuse(problems)
    return jobs


def plan(jobs: Mapping[str, Job], work: Work, records: Records, writer: Sequence[str]) -> Plan:
    """Find what was done before: by the records, and by the trailers of branches."""
    repository = work.place.git()
    drafts = drafts_of(repository)
    taken = work.context.library.names | drafts.keys()
    branches = _Branches(git_history.draft_trailers(repository, BRANCH.rstrip("/")), writer)
    landed: dict[str, Landed] = {}
    ready: dict[str, Drafted] = {}
    refused: dict[str, str] = {}
    for key in jobs:
        found = records.load(key)
        if isinstance(found, Landed):
            landed[key] = found
            branches.claim(found.branch)
        elif found:
            ready[key] = found
    for key, job in jobs.items():
        if key in landed:
            continue
        # A kill between branch and record leaves both.
        name = ready[key].draft.name if key in ready else job.task.name
        if branch := branches.of(job.task, name):
            found = ready.pop(key, None)
            rounds = found.rounds if found else 0
            commit = repository.resolve(branch)
            landed[key] = Landed(branch.rpartition("/")[2], branch, commit, rounds, "")
        elif job.task.name and key not in ready:
            try:
                refuse_name(job.task.name, drafts, work.context)
            except SkillRepoError as error:
                refused[key] = str(error)
    return Plan(jobs, landed, ready, refused, frozenset(taken))


class _Branches:
    """The branches of drafts, by what their trailers say that they were made from."""

    def __init__(
        self, trailers: Mapping[str, Sequence[tuple[str, str]]], writer: Sequence[str]
    ) -> None:
        kind, *models = writer
        self._found: dict[tuple[str, ...], list[tuple[str, str]]] = {}
        self._claimed: set[str] = set()
        for branch, pairs in trailers.items():
            said = dict(pairs)
            if said.get("Skill-Writer") == kind and _model_fits(said.get("Skill-Model"), models):
                origins = (v.rpartition(" ")[2] for k, v in pairs if k == "Skill-Source")
                mark = (said.get("Skill-Brief", ""), *origins)
                self._found.setdefault(mark, []).append((branch, said.get("Skill", "")))

    def claim(self, branch: str) -> None:
        """Leave it to the draft that is known to be on it."""
        self._claimed.add(branch)

    def of(self, task: Task, name: str | None) -> str | None:
        """The branch that has a draft of a task, which no other task gets then."""
        digest = hashlib.sha256(task.brief.encode()).hexdigest()
        mark = (digest, *(source.sha256 for source in task.sources))
        for branch, address in self._found.get(mark, ()):
            category, _, named = address.rpartition("/")
            fits = name in (None, named) and task.category in (None, category)
            if fits and branch not in self._claimed:
                self._claimed.add(branch)
                return branch
        return None


def _model_fits(model: str | None, models: Sequence[str]) -> bool:
    return model is None or model in models


def _first(error: SkillRepoError) -> str:
    """The first line of an error: those behind it list what there is."""
    return str(error).partition("\n")[0].removesuffix(":")
