"""`skillrepo new`: draft a skill and commit it on a branch of its own."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click

from skillrepo import sources
from skillrepo.commands.landing import BRANCH, NAME, Outcome, keep, kept, land
from skillrepo.commands.outcome import as_json, as_text
from skillrepo.commands.work import Work, prepare
from skillrepo.commands.writing import WRITERS, ends_interrupt, given_text, writer_of
from skillrepo.config import Config
from skillrepo.context import Context
from skillrepo.draft import Choice, Draft, Request, Source
from skillrepo.errors import SkillRepoError, WriterFailed
from skillrepo.git import Repository
from skillrepo.propose import propose
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
    base: str | None,
    json: bool,
) -> None:
    """Draft a skill from BRIEF, check it, and commit it on the branch skill/new/<name>.

    Your worktree, index and HEAD stay as they are. Without a model (--writer offline, the
    default) the skill is made of the documents given with --from, or is a template to fill in.
    With --writer command, PROGRAM and its arguments follow after `--`, unless your own
    configuration names them. BRIEF may be `-`: then it is read from standard input.
    """
    if len(set(steps)) > 1:
        raise click.UsageError("--dry-run, --write-only and --commit exclude each other")
    wanted = given_text(brief, "brief")
    config = Config.load(os.environ, Path.home())
    write = writer_of(writer, model, program, config) or write_offline
    work = prepare(steps[0] if steps else "commit", base)
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
    for line in as_json(proposal, outcome) if json else as_text(proposal, outcome, work):
        click.echo(line)
    ctx.exit(0 if proposal.passes else 1)


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
            f", or drop the draft with `git branch -D {branch}`"
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
