"""Takes the drafts of a batch as they come and puts each on its branch: the one who writes refs."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

import click

from skillrepo.batch_records import Landed, Records
from skillrepo.commands import batch_report
from skillrepo.commands.batch_plan import Plan
from skillrepo.commands.batch_report import Result
from skillrepo.commands.engines import Made
from skillrepo.commands.landing import BRANCH, NAME, kept, store
from skillrepo.commands.work import Work
from skillrepo.commit_message import commit_message
from skillrepo.drafting import Drafted, Failed, Task, Workshop, request_of
from skillrepo.errors import SkillRepoError, WriterFailed
from skillrepo.finding import Report, Severity
from skillrepo.git_drafts import DraftBranch, commit_drafts
from skillrepo.git_write import BranchExistsError
from skillrepo.output import text
from skillrepo.propose import Proposal, propose
from skillrepo.secret_text import masked
from skillrepo.visible import visible


class Collector:
    """Settles each job of a plan; `results` by their keys, and `bugs` of ours that were met.

    Drafts whose names were given land at once. Of those that writers named, two may have one name:
    they land in the order of the lines, so that it is always the same one that gets it.
    """

    def __init__(
        self, plan: Plan, work: Work, workshop: Workshop, records: Records, *, says_json: bool
    ) -> None:
        self.results: dict[str, Result] = {}
        self.bugs: list[Exception] = []
        self._plan = plan
        self._work = work
        self._workshop = workshop
        self._records = records
        self._says_json = says_json
        self._names: dict[str, str] = {}
        self._held: dict[str, Made] = {}
        self._ready: dict[str, tuple[Task, Proposal]] = {}
        self._refused: dict[str, tuple[Task, Proposal]] = {}
        settled = {*plan.landed, *plan.refused}
        self._unnamed = deque(
            key for key, job in plan.jobs.items() if not job.task.name and key not in settled
        )

    def begin(self) -> None:
        """Settle what needs no writer."""
        for key, landed in self._plan.landed.items():
            why = None
            if landed.name not in self._plan.taken:
                why = (
                    "its branch is gone, and no skill has the name: to have it written again, "
                    f"remove {self._records.file(key)}"
                )
            self._settle(key, Result("skipped", landed=landed, why=why))
        for key, why in self._plan.refused.items():
            self._settle(key, Result("error", name=self._plan.jobs[key].task.name, why=why))
        self.take([(self._plan.jobs[key].task, made) for key, made in self._plan.ready.items()])

    def take(self, finished: Iterable[tuple[Task, Made]]) -> None:
        """Take what became of some tasks; what can be committed by now is."""
        for task, made in finished:
            if task.name:
                self._land(task, made)
                continue
            self._held[task.key] = made
            while self._unnamed and self._unnamed[0] in self._held:
                key = self._unnamed.popleft()
                self._land(self._plan.jobs[key].task, self._held.pop(key))
        self._commit()

    def land_rest(self, finished: Iterable[tuple[Task, Made]]) -> None:
        """Take what there is in the end, and wait no longer for what would come before it."""
        # Ctrl-C reaches the git that is at work, too.
        self._ready, self._refused = self._refused, {}
        self.take(finished)
        for key in [key for key in self._unnamed if key in self._held]:
            self._land(self._plan.jobs[key].task, self._held.pop(key))
        self._commit()

    def _land(self, task: Task, made: Made) -> None:
        if isinstance(made, Exception):
            self.bugs.append(made)
            why = f"a bug in skillrepo: {made!r}"
            self._settle(task.key, Result("error", name=task.name, why=why))
        elif isinstance(made, Failed):
            self._fail(task, task.name, made.why, made.kept)
        else:
            self._name(task, made)

    def _name(self, task: Task, made: Drafted) -> None:
        if made.draft.name in self._ready:
            # It is free again where that one is not committed.
            self._commit()
        if other := self._names.get(made.draft.name):
            why = f"the name `{made.draft.name}` is taken by {other}; give each line a `name`"
            self._fail(task, made.draft.name, why, made.draft.files)
        elif not NAME.fullmatch(made.draft.name):
            why = f"the name {made.draft.name!r} serves for no branch; give the line a `name`"
            self._fail(task, made.draft.name, why, made.draft.files)
        else:
            self._judge(task, made)

    def _judge(self, task: Task, made: Drafted) -> None:
        """Check what was made, whoever made it, and beside the other skills."""
        request = request_of(task, self._workshop)
        try:
            judged = propose(request, lambda _: made.draft, self._work.context, max_rounds=1)
        except WriterFailed as error:
            self._fail(task, made.draft.name, str(error), error.kept)
            return
        notes = (*self._plan.jobs[task.key].notes, *made.notes)
        proposal = replace(judged, rounds=made.rounds, notes=notes)
        if proposal.passes:
            self._ready[made.draft.name] = task, proposal
            return
        self._records.forget(task.key)
        self._settle(
            task.key,
            Result(
                "failed",
                name=made.draft.name,
                rounds=made.rounds,
                gate=text.summary(proposal.gate),
                why=_first_error(proposal.gate),
                kept=kept(proposal, self._work),
            ),
        )

    def _commit(self) -> None:
        """Put what is ready on branches, all of it at once."""
        if not self._ready:
            return
        group, self._ready, self._refused = self._ready, {}, {}
        results: Sequence[str | SkillRepoError]
        try:
            results = commit_drafts(
                self._work.place.git(),
                [self._branch(task, proposal) for task, proposal in group.values()],
            )
        except SkillRepoError as error:
            results = [error] * len(group)
        for (name, (task, proposal)), result in zip(group.items(), results, strict=True):
            if isinstance(result, str):
                gate = text.summary(proposal.gate)
                landed = Landed(name, BRANCH + name, result, proposal.rounds, gate)
                # Without a record the trailers of the branch say that it was done.
                with suppress(SkillRepoError):
                    self._records.finish(task.key, landed)
                self._settle(task.key, Result("done", landed=landed))
            elif isinstance(result, BranchExistsError):
                self._fail(task, name, str(result), proposal.draft.files)
            else:
                # What git complains of can be put right, and the draft is not lost.
                self._refused[name] = task, proposal
                why = f"{result}; the draft is remembered, and the same command commits it"
                self._settle(task.key, Result("error", name=name, why=why))

    def _branch(self, task: Task, proposal: Proposal) -> DraftBranch:
        return DraftBranch(
            BRANCH + proposal.draft.name,
            self._work.base,
            proposal.folder,
            proposal.draft.files,
            commit_message(proposal, request_of(task, self._workshop)),
        )

    def _fail(self, task: Task, name: str | None, why: str, files: Mapping[str, bytes]) -> None:
        """Say why there is no draft; the next run has it written again."""
        self._records.forget(task.key)
        kept = None
        try:
            kept = store(self._work, name or "draft", files) if files else None
        except SkillRepoError as error:
            # Their text, for which no other place is left.
            click.echo(visible(masked(str(error))), err=True)
        self._settle(task.key, Result("error", name=name, why=why, kept=kept))

    def _settle(self, key: str, result: Result) -> None:
        job = self._plan.jobs[key]
        if result.landed:
            self._names[result.landed.name] = job.brief.id
        self.results[key] = result.of(job.brief)
        number, total = len(self.results), len(self._plan.jobs)
        batch_report.say(self.results[key], number, total, as_json=self._says_json)


def _first_error(report: Report) -> str:
    errors = [each for each in report.findings if each.severity is Severity.ERROR]
    return f"does not pass the gate: {errors[0].code} {errors[0].rule}: {errors[0].message}"
