"""`skillrepo new`: draft a skill and commit it on a branch of its own."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from skillrepo import sources
from skillrepo.commands.asking import category_of, choices_of, drafts_of, refuse_name
from skillrepo.commands.landing import Outcome, keep, kept, land
from skillrepo.commands.offering import Target, offer, push_target, request_target
from skillrepo.commands.offering import as_text as offered_as_text
from skillrepo.commands.outcome import as_json, as_text
from skillrepo.commands.work import OFFERS, STEPS, Work, prepare
from skillrepo.commands.writing import WRITERS, ends_interrupt, given_text, writer_of
from skillrepo.config import Config
from skillrepo.draft import Draft, Request, Source
from skillrepo.errors import SkillRepoError, WriterFailed
from skillrepo.propose import Proposal, propose
from skillrepo.writer.offline import write as write_offline


@click.command()
@click.argument("brief", required=False)
@click.argument("program", nargs=-1, type=click.UNPROCESSED)
@click.option("--name", help="The skill's name; else made from the brief.")
@click.option("--at", metavar="CATEGORY/PATH", help="Its category; else the one that fits best.")
@click.option(
    "--from",
    "origins",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A document, or a folder of documents, to make the skill from; may be repeated.",
)
@click.option("--writer", type=click.Choice(WRITERS), help="Who writes.  [default: offline]")
@click.option("--model", metavar="ID", help="A LiteLLM model id; implies --writer model.")
@click.option(
    "--dry-run",
    "steps",
    flag_value="dry-run",
    multiple=True,
    help="Show SKILL.md and what the rules say; change nothing.",
)
@click.option(
    "--write-only",
    "steps",
    flag_value="write-only",
    multiple=True,
    help="Leave files in the worktree, and no commit.",
)
@click.option(
    "--commit",
    "steps",
    flag_value="commit",
    multiple=True,
    help="Commit on a branch of its own (the default).",
)
@click.option("--push", "steps", flag_value="push", multiple=True, help="Push that branch, too.")
@click.option(
    "--pr", "steps", flag_value="pr", multiple=True, help="Open a pull request for it, too."
)
@click.option("--draft-pr", is_flag=True, help="The same, as a draft.")
@click.option("--remote", metavar="NAME", help="Where to push to; else origin.")
@click.option("--base", metavar="REV", help="Where the branch starts; else the default branch.")
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
    steps: tuple[str, ...],
    draft_pr: bool,
    remote: str | None,
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
    step = _step((*steps, "pr") if draft_pr else steps, remote)
    asked = None
    if batch is not None:
        from skillrepo.commands.batching import Asked, run  # noqa: PLC0415 - for a batch alone

        if name is not None or at is not None or origins:
            raise click.UsageError("name, at and from stand in the lines of the batch")
        asked = Asked.of(batch, jobs, dask, shard)
        # The first word of what follows after `--`.
        program = program if brief is None else (brief, *program)
    elif (jobs, dask, shard) != (None, None, None):
        raise click.UsageError("--jobs, --dask and --shard are for --batch")
    elif brief is None:
        raise click.UsageError("say what the skill is for, or give many briefs with --batch FILE")
    wanted = given_text(brief, "brief") if brief is not None and not asked else ""
    config = Config.load(os.environ, Path.home())
    write = writer_of(writer, model, program, config) or write_offline
    work = prepare(step, base)
    target = _target(work, config, remote=remote, base=base, draft=draft_pr)
    if asked:
        ctx.exit(run(asked, work, write, config, target, json=json))
    read, left_out = sources.read(origins)
    request = _request(wanted, read, work, name=name, at=at)
    drafts: list[Draft] = []

    def remember(request: Request) -> Draft:
        drafts.append(write(request))
        return drafts[-1]

    try:
        with ends_interrupt():
            rounds = config.user.writer.max_rounds
            proposal = propose(request, remember, work.context, max_rounds=rounds)
    except WriterFailed as error:
        raise SkillRepoError(str(error) + keep(work, name or "draft", error.kept)) from None
    except KeyboardInterrupt:
        if drafts:
            where = keep(work, drafts[-1].name, drafts[-1].files)
            click.echo(f"the draft of round {len(drafts)} was ready{where}", err=True)
        raise
    proposal = replace(proposal, notes=(*left_out, *proposal.notes))
    outcome = (
        land(proposal, request, work) if proposal.passes else Outcome(kept=kept(proposal, work))
    )
    _finish(proposal, outcome, work, target, json=json)
    ctx.exit(0 if proposal.passes else 1)


def _step(steps: Sequence[str], remote: str | None) -> str:
    """The highest step of the ladder that was asked for; the lowest two stand alone."""
    if len(set(steps)) > 1 and not {"dry-run", "write-only"}.isdisjoint(steps):
        raise click.UsageError("--dry-run and --write-only exclude each other and later steps")
    step = max(steps, key=STEPS.index, default="commit")
    if remote is not None and step not in OFFERS:
        raise click.UsageError("--remote is for --push and --pr")
    return step


def _target(
    work: Work, config: Config, *, remote: str | None, base: str | None, draft: bool
) -> Target | None:
    """Where the branch goes; all that can be refused is refused before a writer is paid."""
    repository = work.place.git()
    if work.step == "push":
        return push_target(repository, remote)
    if work.step != "pr":
        return None
    settings = config.user.forge
    return request_target(repository, settings, os.environ, remote=remote, base=base, draft=draft)


def _finish(
    proposal: Proposal, outcome: Outcome, work: Work, target: Target | None, *, json: bool
) -> None:
    """Say what became of the draft; people are told of the commit before it is pushed."""
    if not json:
        click.echo("\n".join(as_text(proposal, outcome, work)))
    offered = None
    if target and outcome.branch:
        offered = offer(work.place, outcome.branch, target)
    if json:
        click.echo(as_json(proposal, outcome, offered))
    elif offered:
        click.echo("\n".join(offered_as_text(offered)))


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
