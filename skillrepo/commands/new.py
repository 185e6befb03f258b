"""`skillrepo new`: draft a skill and commit it on a branch of its own."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click

from skillrepo import sources
from skillrepo.commands.landing import BRANCH, NAME, Outcome, keep, kept, land
from skillrepo.commands.offering import Target, offer, push_target, request_target
from skillrepo.commands.offering import as_text as offered_as_text
from skillrepo.commands.outcome import as_json, as_text
from skillrepo.commands.work import OFFERS, STEPS, Work, prepare
from skillrepo.commands.writing import WRITERS, ends_interrupt, given_text, writer_of
from skillrepo.config import Config
from skillrepo.context import Context
from skillrepo.draft import Choice, Draft, Request, Source
from skillrepo.errors import SkillRepoError, WriterFailed
from skillrepo.git import Repository
from skillrepo.propose import Proposal, propose
from skillrepo.settings import Settings
from skillrepo.taxonomy import DEFAULT_SECTIONS, FILE_NAME
from skillrepo.writer.offline import write as write_offline

_ABOVE = BRANCH.partition("/")[0]


@click.command()
@click.argument("brief")
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
@click.option("--json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def command(  # noqa: PLR0913 - one parameter an option
    ctx: click.Context,
    brief: str,
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
    json: bool,
) -> None:
    """Draft a skill from BRIEF, check it, and commit it on the branch skill/new/<name>.

    Your worktree, index and HEAD stay as they are. Without a model (--writer offline, the
    default) the skill is made of the documents given with --from, or is a template to fill in.
    With --writer command, PROGRAM and its arguments follow after `--`, unless your own
    configuration names them. BRIEF may be `-`: then it is read from standard input.
    """
    step = _step((*steps, "pr") if draft_pr else steps, remote)
    wanted = given_text(brief, "brief")
    config = Config.load(os.environ, Path.home())
    write = writer_of(writer, model, program, config) or write_offline
    work = prepare(step, base)
    target = _target(work, config, remote=remote, base=base, draft=draft_pr)
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
    drafts = _drafts(work.place.git())
    if name is not None:
        _refuse_name(name, drafts, work.context)
    return Request(
        brief=brief,
        sources=read,
        choices=_choices(work),
        name=name,
        category=None if at is None else _category(at.strip("/"), work),
        taken=work.context.library.names | drafts.keys(),
    )


def _drafts(repository: Repository) -> dict[str, str]:
    """Name → the branch, here or of a remote, that holds a draft of it.

    Refuses what keeps such branches from being made.
    """
    branches = repository.branches(_ABOVE)
    for name in (_ABOVE, BRANCH.rstrip("/")):
        if name in branches or (name == _ABOVE and repository.branch_oid(name)):
            raise SkillRepoError(
                f"the branch `{name}` is in the way of branches {BRANCH}<name>: rename it with "
                f"`git branch -m {name} OTHER-NAME`"
            )
    remote = repository.remote_branches(BRANCH.rstrip("/"))
    return {name.rpartition(BRANCH)[2]: name for name in (*remote, *branches) if BRANCH in name}


def _refuse_name(name: str, drafts: Mapping[str, str], context: Context) -> None:
    if not NAME.fullmatch(name):
        raise SkillRepoError(
            f"--name {name!r}: use 1 to 64 lowercase letters, digits and single hyphens"
        )
    if name in drafts:
        branch = drafts[name]
        drop = (
            f", or drop the draft with `skillrepo drop {branch}`"
            if branch.startswith(BRANCH)
            else ""
        )
        raise SkillRepoError(
            f"the branch {branch} holds a draft of that name; choose another --name{drop}"
        )
    if there := context.library.same_name(name):
        raise SkillRepoError(f"{there[0]} has that name already; choose another --name")


def _choices(work: Work) -> tuple[Choice, ...]:
    """The categories; those of a flat repository are its root alone."""
    taxonomy, settings = work.taxonomy, work.context.settings
    if not taxonomy.categories:
        return (Choice("", "the repository", "", _sections(DEFAULT_SECTIONS, settings)),)
    skills: dict[str, list[str]] = {}
    for path in work.context.library.skill_files:
        category, _, name = (taxonomy.address(path) or "").rpartition("/")
        skills.setdefault(category, []).append(name)
    return tuple(
        Choice(
            each.id,
            each.title,
            each.description,
            _sections(each.sections, settings),
            tuple(skills.get(each.id, ())),
        )
        for each in taxonomy.categories.values()
    )


def _sections(policy: str, settings: Settings) -> tuple[str, ...]:
    found = settings.policy(policy)
    return tuple(section.title for section in found.required) if found else ()


def _category(at: str, work: Work) -> str:
    taxonomy = work.taxonomy
    # People take the path from the tree, where the root stands in front.
    for wanted in (at, at.removeprefix(f"{taxonomy.root}/")):
        if wanted in taxonomy.categories or (not wanted and not taxonomy.categories):
            return wanted
        if canonical := taxonomy.alias_of(wanted):
            return canonical
    if not taxonomy.categories:
        raise SkillRepoError(f"--at {at}: {FILE_NAME} has no categories; leave --at out")
    known = "".join(f"\n  {each.id}: {each.title}" for each in taxonomy.categories.values())
    where = "the worktree" if work.step == "write-only" else work.start
    raise SkillRepoError(f"--at {at}: no such category; {FILE_NAME} of {where} has:{known}")
