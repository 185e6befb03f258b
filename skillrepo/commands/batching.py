"""`skillrepo new --batch`: has many drafts made at once, and says what became of each brief."""

import hashlib
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from queue import SimpleQueue

import click

from skillrepo import batch, settings, taxonomy
from skillrepo.batch_records import Records
from skillrepo.commands import batch_report
from skillrepo.commands.asking import choices_of, skills_of
from skillrepo.commands.batch_plan import Plan, jobs_of, plan, read_batch
from skillrepo.commands.batch_report import Result
from skillrepo.commands.collecting import Collector
from skillrepo.commands.engines import Cluster, Engine, Finished, Threads
from skillrepo.commands.landing import BRANCH
from skillrepo.commands.offering import Target, offer
from skillrepo.commands.work import COMMITS, Work
from skillrepo.commands.writing import defers_interrupt, ends_interrupt
from skillrepo.config import Config
from skillrepo.draft import Choice, Write
from skillrepo.drafting import Drafted, Failed, Task, Workshop, draft
from skillrepo.errors import SkillRepoError
from skillrepo.program.account import Account
from skillrepo.user_config import Task as ModelTask
from skillrepo.writer.command import CommandWriter
from skillrepo.writer.offline import write as write_offline

_JOBS = 4
_MODEL_TASKS: tuple[ModelTask, ...] = ("skill_plan", "skill_initialize", "skill_edit")
_INTERRUPTED = 130
_STDERR = 2
_BREAKS_OFF = b"what is finished is committed first; interrupt again to end at once\n"


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of a batch: its file, and who makes the drafts; `shard` is number and count."""

    file: str
    jobs: int | None
    dask: str | None
    shard: tuple[int, int]

    @classmethod
    def of(cls, file: str, jobs: int | None, dask: str | None, shard: str | None) -> "Asked":
        """Raises click's UsageError where the options do not go together."""
        if jobs is not None and dask is not None:
            raise click.UsageError("--jobs is for this machine; a cluster has workers of its own")
        number, _, count = (shard or "1/1").partition("/")
        if not all(part.isascii() and part.isdecimal() for part in (number, count)):
            raise click.UsageError(f"--shard {shard}: give it as 2/5, which is the second of five")
        if not 1 <= int(number) <= int(count):
            raise click.UsageError(f"--shard {shard}: in I/N, I goes from 1 to N")
        return cls(file, jobs, dask, (int(number), int(count)))


def run(  # noqa: PLR0913, PLR0917 - one for each decision of the command line
    asked: Asked,
    work: Work,
    write: Write,
    config: Config,
    target: Target | None,
    account: Account,
    *,
    json: bool,
    says_json: bool,
) -> int:
    """Do a batch, and give the exit code; with `says_json` all on standard error is JSON lines.

    Raises `SkillRepoError`.
    """
    if work.step not in COMMITS:
        raise click.UsageError("--batch commits: leave out --dry-run and --write-only")
    briefs, folder = read_batch(asked.file)
    writer = _names(write, config)
    # The whole file, whichever shard is done here.
    unplaced = any(brief.at is None for brief in briefs)
    skills = skills_of(work, placed=unplaced, near=writer[0] == "model")
    jobs = jobs_of(briefs, folder, work, writer, skills)
    lines = {brief.line for brief in batch.shard(briefs, *asked.shard)}
    mine = {key: job for key, job in jobs.items() if job.brief.line in lines}
    records = Records(work.place.git().common_dir / "skillrepo" / "batches")
    with records.alone(hashlib.sha256("".join(sorted(mine)).encode()).hexdigest()):
        planned = plan(mine, work, records, writer)
        given = frozenset(brief.name for brief in briefs if brief.name)
        choices = choices_of(work, skills)
        workshop = _workshop(work, write, config, choices=choices, taken=planned.taken, given=given)
        collector = Collector(planned, work, workshop, records, says_json=says_json)
        _make(asked, planned, workshop, collector, records)
        results = [collector.results[key] for key in mine]
        if target:
            results = [_offered(result, work, target) for result in results]
    report = batch_report.as_json if json else batch_report.as_text
    click.echo(report(results, account))
    if collector.bugs:
        raise collector.bugs[0]
    return batch_report.exit_code(results)


def _make(
    asked: Asked, planned: Plan, workshop: Workshop, collector: Collector, records: Records
) -> None:
    """Settle every job; what is finished when the user breaks off is committed still."""
    finished: Finished = SimpleQueue()

    def wake() -> None:
        finished.put(None)
        with suppress(OSError):
            # Python's own stream may be at work, and refuses to be called meanwhile.
            os.write(_STDERR, _BREAKS_OFF)

    with ends_interrupt(), defers_interrupt(wake) as broken_off:
        collector.begin()
        if not (tasks := planned.to_write()):
            return
        engine = _engine(asked, tasks, workshop, records, finished)
        try:
            for group in engine:
                collector.take(group)
                if broken_off():
                    break
            if broken_off():
                _break_off(engine, collector, len(planned.jobs))
        finally:
            engine.close()


def _break_off(engine: Engine, collector: Collector, total: int) -> None:
    # Those that were ended have failed for no fault of theirs.
    collector.land_rest([each for each in engine.stop() if isinstance(each[1], Drafted)])
    counts = batch_report.counts(collector.results.values(), total)
    click.echo(f"{counts}; the same command goes on from there", err=True)
    if engine.is_busy:
        # A request to a model cannot be taken back, and Python would wait for its thread.
        click.echo("interrupted", err=True)
        sys.stdout.flush()
        os._exit(_INTERRUPTED)


def _engine(
    asked: Asked, tasks: Sequence[Task], workshop: Workshop, records: Records, finished: Finished
) -> Engine:
    def remember(task: Task, made: Drafted | Failed) -> Drafted | Failed:
        # At once: what still waits for its commit when we are killed has been paid for.
        if isinstance(made, Drafted) and made.passes:
            try:
                records.store(task.key, made)
            except SkillRepoError as error:
                return Failed(str(error), made.draft.files)
        return made

    if asked.dask is not None:
        return Cluster(asked.dask, tasks, workshop, remember, finished=finished)

    def make(task: Task) -> Drafted | Failed:
        return remember(task, draft(task, workshop))

    def end() -> None:
        if isinstance(workshop.write, CommandWriter):
            workshop.write.stopped.set()

    return Threads(tasks, asked.jobs or _JOBS, make, end=end, finished=finished)


def _workshop(  # noqa: PLR0913 - what it is made of
    work: Work,
    write: Write,
    config: Config,
    *,
    choices: tuple[Choice, ...],
    taken: frozenset[str],
    given: frozenset[str],
) -> Workshop:
    repository = work.place.git()
    entries = repository.tree_entries(work.base) if work.base else {}
    names = (taxonomy.FILE_NAME, settings.FILE_NAME)
    oids = [entries[name].oid for name in names if name in entries]
    texts = zip(oids, repository.read(oids, limit=batch.MAX_BYTES), strict=True)
    return Workshop(
        write=write,
        max_rounds=config.user.writer.max_rounds,
        choices=choices,
        taken=taken,
        reserved=given,
        name=work.context.library.source.name,
        entries=entries,
        texts={oid: data for oid, data in texts if isinstance(data, bytes)},
    )


def _names(write: Write, config: Config) -> tuple[str, ...]:
    """Who writes, as far as it decides whether a draft is the one that is wanted.

    The first is as in the trailer; the rest are the words of a command, or the ids of models.
    """
    if write is write_offline:
        return ("offline",)
    if isinstance(write, CommandWriter):
        return ("command", *write.argv)
    model: str | None = getattr(write, "model", None)
    return ("model", *(config.resolve(task, model).model for task in _MODEL_TASKS))


def _offered(result: Result, work: Work, target: Target) -> Result:
    """The result after the branch was pushed and offered, if it is one of ours."""
    branch = result.landed.branch if result.landed else ""
    if not branch.startswith(BRANCH) or not work.place.git().branch_oid(branch):
        return result
    if result.landed and result.landed.name in work.context.library.names:
        # It was merged since, and its branch is still there.
        return result
    try:
        return replace(result, offered=offer(work.place, branch, target))
    except SkillRepoError as error:
        return replace(result, status="error", why=str(error))
