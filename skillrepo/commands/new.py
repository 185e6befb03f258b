"""`skillrepo new`: draft a skill and commit it on a branch of its own."""

import os
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from skillrepo import sources
from skillrepo.commands import ladder, writing
from skillrepo.commands.asking import category_of, choices_of, drafts_of, refuse_name, skills_of
from skillrepo.commands.landing import Outcome, kept, land, safely_written
from skillrepo.commands.outcome import as_json, as_text
from skillrepo.commands.person import refuse_without_terminal
from skillrepo.commands.programs import Trained, program_options, with_program
from skillrepo.commands.spending import (
    Spending,
    spending_options,
    spent_lines,
    spent_shape,
    told_if_lost,
)
from skillrepo.commands.unfinished import Resumable, Unfinished
from skillrepo.commands.work import Work, prepare
from skillrepo.commands.writing import Chosen, given_text, writer_of
from skillrepo.config import Config
from skillrepo.draft import Draft, Request, Reviewer, Source, Write
from skillrepo.files import SKILL_FILE
from skillrepo.nearest import Nearest
from skillrepo.output import render
from skillrepo.propose import Proposal, propose
from skillrepo.writer.offline import write as write_offline

if TYPE_CHECKING:
    from skillrepo.commands.batching import Asked


@click.command(cls=Resumable)
@click.argument("brief", required=False)
@click.argument("program", nargs=-1, type=click.UNPROCESSED)
@click.option("--name", help="The skill's name; else made from the brief.")
@click.option("--at", metavar="CATEGORY/PATH", help="Its category; else the one that fits best.")
@writing.options(origins="to make the skill from")
@spending_options
@program_options
@click.option(
    "--interactive",
    "-i",
    is_flag=True,
    help="Ask about what is open, and show plan and draft before they are taken.",
)
@ladder.options(
    dry_run="Show SKILL.md and what the rules say; change nothing.",
    write_only="Leave files in the worktree, and no commit.",
)
@click.option(
    "--batch",
    metavar="FILE",
    help="Draft a skill for each line of a JSON Lines file (- for standard input).",
)
@click.option(
    "--jobs", type=click.IntRange(1, 256), help="Drafts of a batch at once.  [default: 4]"
)
@click.option("--dask", metavar="ADDRESS", help="Have a batch made by a Dask cluster.")
@click.option("--shard", metavar="I/N", help="Do the I-th of N parts of a batch.")
@click.option("--json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def command(  # noqa: PLR0913 - one parameter an option
    ctx: click.Context,
    brief: str | None,
    program: tuple[str, ...],
    *,
    name: str | None,
    at: str | None,
    origins: tuple[Path, ...],
    writer: str | None,
    model: str | None,
    spending: Spending,
    trained: Trained,
    interactive: bool,
    steps: tuple[str, ...],
    draft_pr: bool,
    remote: str | None,
    to: str | None,
    base: str | None,
    batch: str | None,
    jobs: int | None,
    dask: str | None,
    shard: str | None,
    json: bool,
) -> None:
    """Draft a skill from BRIEF, check it, and commit it on the branch skill/new/<name>.

    Your worktree, index and HEAD stay as they are. Without a model (--writer offline, the
    default) the skill is made of the documents given with --from, or is a template to fill in.
    With --writer command, PROGRAM and its arguments follow after `--`, unless your own
    configuration names them. BRIEF may be `-`: then it is read from standard input. With --batch
    there is no BRIEF, but many in a file, with names, categories and documents of their own.
    """
    step = ladder.highest(steps, draft=draft_pr, remote=remote, to=to)
    alone = not (name or at or origins or interactive)
    asked = _asked(brief, batch, jobs, dask, shard, alone=alone)
    if asked and brief is not None:
        # The first word of what follows after `--`.
        program = (brief, *program)
    wanted = given_text(brief, "brief") if brief is not None and not asked else ""
    config = Config.load(os.environ, Path.home())
    account = spending.account()
    if interactive:
        refuse_without_terminal()
    chosen = Chosen(writer, model, program, spending, interactive)
    write = writer_of(chosen, config, account) or write_offline
    trained.refuse_unless(write)
    work = prepare(step, base)
    write = with_program(write, trained, config, work.context)
    target = ladder.target_of(work, config, remote=remote, to=to, base=base, draft=draft_pr)
    if asked:
        if dask and spending.used:
            raise click.UsageError(f"{spending.used} is for this machine, not for a cluster")
        from skillrepo.commands.batching import run  # noqa: PLC0415 - for a batch alone

        with told_if_lost(account, spending):
            says = spending.progress == "json"
            ctx.exit(run(asked, work, write, config, target, account, json=json, says_json=says))
    read, left_out = sources.read(origins)
    reviewer = write if isinstance(write, Reviewer) else None
    request = _request(wanted, read, work, name=name, at=at)
    skills = skills_of(work, placed=request.category is None, near=reviewer is not None)
    request = replace(request, choices=choices_of(work, skills))
    if reviewer:
        request = replace(request, near=Nearest(skills).to(wanted))
    resumable = reviewer is not None and spending.mode != "replay"
    under_way = Unfinished(ctx, wanted, work.place.git()) if resumable else None
    rounds = config.user.writer.max_rounds
    with told_if_lost(account, spending), safely_written(work, name or "draft", write) as remember:
        proposal = propose(request, remember, work.context, max_rounds=rounds, reviewer=reviewer)
        if reviewer and interactive:
            proposal = _agreed(proposal, request, work, reviewer)
    proposal = replace(proposal, notes=(*left_out, *proposal.notes))
    outcome = (
        land(proposal, request, work) if proposal.passes else Outcome(kept=kept(proposal, work))
    )
    if under_way:
        under_way.end()
    ladder.finish(
        work,
        outcome,
        target,
        text=chain(as_text(proposal, outcome, work), spent_lines(account)),
        as_json=partial(as_json, proposal, outcome, spent_shape(account)) if json else None,
    )
    ctx.exit(0 if proposal.passes else 1)


def _asked(  # noqa: PLR0913 - one for each option
    brief: str | None,
    batch: str | None,
    jobs: int | None,
    dask: str | None,
    shard: str | None,
    *,
    alone: bool,
) -> "Asked | None":
    """The batch that is wanted, None for one brief; `alone` where no option is for one brief."""
    if batch is None:
        if (jobs, dask, shard) != (None, None, None):
            raise click.UsageError("--jobs, --dask and --shard are for --batch")
        if brief is None:
            raise click.UsageError(
                "say what the skill is for, or give many briefs with --batch FILE"
            )
        return None
    from skillrepo.commands.batching import Asked  # noqa: PLC0415 - for a batch alone

    if not alone:
        raise click.UsageError(
            "with --batch nobody is asked, and name, at and from stand in the lines of the batch"
        )
    return Asked.of(batch, jobs, dask, shard)


def _agreed(proposal: Proposal, request: Request, work: Work, reviewer: Reviewer) -> Proposal:
    """The draft as the person before the terminal wants it committed."""
    while proposal.passes and (wish := reviewer.confirm(_shown(proposal), "Take it?")):
        changed = reviewer.change(request, proposal.draft, wish)
        again = propose(request, _given(changed), work.context, max_rounds=1)
        if not again.passes:
            said = "\n".join(render("text", again.gate))
            paid = replace(proposal.draft, cost=changed.cost)
            proposal = replace(proposal, draft=paid)
            click.echo(f"\nnot taken, since it would no longer pass the gate:\n{said}", err=True)
            continue
        proposal = again
    return proposal


def _given(draft: Draft) -> Write:
    return lambda _: draft


def _shown(proposal: Proposal) -> str:
    text = proposal.draft.files[SKILL_FILE].decode(errors="replace")
    notes = (f"note: {note}" for note in (*proposal.draft.notes, *proposal.notes))
    return "\n".join((text, *notes, *render("text", proposal.house)))


def _request(
    brief: str, read: tuple[Source, ...], work: Work, *, name: str | None, at: str | None
) -> Request:
    """Everything that can be refused is refused here, before a writer is paid."""
    drafts = drafts_of(work.place.git())
    if name is not None:
        refuse_name(name, drafts, work.context)
    return Request(
        brief=brief,
        sources=read,
        choices=choices_of(work),
        name=name,
        category=None if at is None else category_of(at, work),
        taken=work.context.library.names | drafts.keys(),
    )
