"""`skillrepo optimize`: improve what models are told, by skills that were merged."""

import hashlib
import os
import platform
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import click

from skillrepo.commands import optimize_examples as examples
from skillrepo.commands import optimize_report as report
from skillrepo.commands.golden import collect
from skillrepo.commands.printing import say_all
from skillrepo.commands.spending import (
    Spending,
    spending_options,
    spent_lines,
    spent_shape,
    told_if_lost,
)
from skillrepo.commands.work import Work, prepare
from skillrepo.config import Config
from skillrepo.draft_score import PARTS, Scorer
from skillrepo.errors import SkillRepoError
from skillrepo.output import json, shapes
from skillrepo.program import gold, saved
from skillrepo.program.account import Account
from skillrepo.program.bench import Bench, Row
from skillrepo.program.effort import Effort, Optimizer, refuse_missing
from skillrepo.program.gold import Gold
from skillrepo.program.search import changed, search
from skillrepo.program.signatures import fingerprint
from skillrepo.program.writer import WRITE
from skillrepo.put_file import put
from skillrepo.visible import visible

_OPTIMIZERS = ("gepa", "miprov2", "bootstrap")
_MOST_EXAMPLES = 30
_VERSIONS = ("skillrepo", "dspy", "litellm")
_OF_OPTIMIZER = {"bootstrap": (), "gepa": ("gepa",), "miprov2": ("optuna", "numpy")}


@click.group(invoke_without_command=True)
@click.option(
    "--optimizer",
    type=click.Choice(_OPTIMIZERS),
    help="How to search.  [default: the one of your config.yaml]",
)
@click.option(
    "--trainset",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The examples, as `optimize collect` prints them; else they are collected now.",
)
@click.option(
    "--metric",
    "parts",
    multiple=True,
    type=click.Choice(PARTS),
    help="What drafts are scored by; may be repeated.  [default: all]",
)
@click.option("--model", metavar="ID", help="A LiteLLM model id; else those of your config.yaml.")
@click.option(
    "--max-drafts",
    type=click.IntRange(min=1),
    metavar="N",
    help="Drafts of the search at most; the measurement has its own.",
)
@click.option(
    "--max-examples",
    type=click.IntRange(min=1),
    default=_MOST_EXAMPLES,
    show_default=True,
    metavar="N",
    help="Examples to learn from, and to measure by, at most.",
)
@spending_options
@click.option("--base", metavar="REV", help="The commit to take skills from.")
@click.option("--dry-run", is_flag=True, help="Say what it would cost; ask no model.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def command(  # noqa: PLR0913 - one parameter an option
    ctx: click.Context,
    *,
    optimizer: Optimizer | None,
    trainset: Path | None,
    parts: tuple[str, ...],
    model: str | None,
    max_drafts: int | None,
    max_examples: int,
    spending: Spending,
    base: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Search for better instructions and demonstrations, and measure them.

    Two of three examples are held out, by a hash of their addresses. On these the program as it is
    shipped is compared with what was found, which is written to .skillrepo/programs/ of your
    worktree with all that was measured; nothing else is changed. It is used when your own
    config.yaml names it, and only if its gain is above zero: docs/optimizing.md says more.
    """
    if ctx.invoked_subcommand is not None:
        return
    config = Config.load(os.environ, Path.home())
    chosen = optimizer or _default(config)
    refuse_missing(chosen)
    work = prepare("dry-run", base)
    target = _folder(work, config)
    sets = examples.sets(examples.read(work, config, trainset), max_examples)
    effort = Effort.of(chosen, config.user.optimization, len(sets.train), max_drafts)
    evaluation = config.user.evaluation
    if spending.progress == "auto" and not evaluation.display_progress:
        spending = replace(spending, progress="none")
    account = spending.account()
    bench = Bench(config, model, account, spending.recordings())
    scorer = Scorer(work.context, parts or PARTS)
    train, held_out = (
        [examples.example(each, work, scorer) for each in some]
        for some in (sets.train, sets.held_out)
    )
    drafts = effort.drafts + 2 * len(held_out)
    whole = bench.estimate([*train, *held_out], drafts, effort.reflections)
    for line in report.estimated(whole, effort, len(held_out), spending.limits):
        click.echo(line, err=True)
    if dry_run:
        return
    rows: tuple[Row, ...] = ()
    lost: tuple[str, ...] = ()
    with told_if_lost(account, spending):
        states = search(train, bench, effort)
        # As they will be read back from the file.
        states = {
            name: saved.State.model_validate_json(state.model_dump_json())
            for name, state in states.items()
        }
        if changed(states):
            rows, lost = bench.measure(held_out, saved.Loaded("", states), evaluation.num_threads)
    for why in lost:
        click.echo(f"not measured: {visible(why)}", err=True)
    if lost:
        click.echo("with --resume only what failed is asked for again", err=True)
    shape = shapes.OptimizeShape(
        version=1,
        optimizer=chosen,
        metric=tuple(scorer.parts),
        train=len(train),
        held_out=len(held_out),
        measured=len(rows),
        not_measured=len(lost),
        failed=bench.failed,
        examples=tuple(shapes.MeasuredShape(*row) for row in rows),
        **report.scores(rows),
        program=None,
        sha256=None,
        refused=report.nothing(chosen, bench),
        spent=spent_shape(account),
    )
    if changed(states):
        made = saved.SavedProgram(
            signature=fingerprint(),
            optimizer=chosen,
            model=bench.predictors().model(WRITE),
            predictors=states,
            versions=_versions(chosen),
            train=_digest(sets.train),
            held_out=_digest(sets.held_out),
            measured=saved.Measured(
                pairs=tuple((row.base, row.other) for row in rows),
                not_measured=len(lost),
                parts=tuple(scorer.parts),
            ),
            cost=_cost(account),
        )
        data = made.data()
        name = hashlib.sha256(data).hexdigest()
        file = target / f"{name[:16]}.json"
        put(file, data)
        folder = config.user.optimization.training.optimized_programs_dir
        shape = replace(
            shape,
            program=f"{folder}/{file.name}",
            sha256=name,
            refused=saved.unusable(made),
        )
    if as_json:
        click.echo(json.dumps(shape))
    else:
        thresholds = evaluation.thresholds if evaluation.display_table else None
        say_all([*report.text(shape, thresholds), *spent_lines(account)])
    ctx.exit(1 if shape.refused else 0)


@command.command("collect")
@click.option("--base", metavar="REV", help="The commit to take skills from.")
@click.option(
    "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to a file instead."
)
@click.option("--force", is_flag=True, help="Replace the file if it is there already.")
def collect_command(*, base: str | None, output: Path | None, force: bool) -> None:
    """Print the examples that merged skills and their history make, as JSON Lines.

    Each has what the skill was wanted for, its sources, how it was added, what reviews changed and
    what became of it. Look at the briefs: they are made from commits.
    """
    if output and not force and os.path.lexists(output):
        # The briefs in it may have been mended by hand.
        raise SkillRepoError(f"{output} is there already; give another name, or --force")
    lines = list(gold.lines(collect(prepare("dry-run", base))))
    if output is None:
        say_all(lines)
        if not lines:
            click.echo("there is no merged skill yet that could be an example", err=True)
        return
    try:
        put(output, "".join(f"{line}\n" for line in lines).encode())
    except OSError as error:
        raise SkillRepoError(f"{output} cannot be written: {error.strerror}") from None
    number = f"{len(lines):,} example{'s' * (len(lines) != 1)}"
    click.echo(f"wrote {number} to {visible(str(output))}")


def _default(config: Config) -> Optimizer:
    wanted = config.user.optimization.default_optimizer
    return "bootstrap" if wanted == "bootstrap_fewshot" else wanted


def _folder(work: Work, config: Config) -> Path:
    """Where programs are put. What is no folder of the worktree's own is not written through."""
    root = work.place.git().root
    if root is None:
        raise SkillRepoError("a bare repository has no worktree to put a program into")
    folder = root
    for part in config.user.optimization.training.optimized_programs_dir.split("/"):
        folder /= part
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            raise SkillRepoError(f"{folder.relative_to(root)} is no folder; move it away")
    return folder


def _digest(examples: Sequence[Gold]) -> str:
    return hashlib.sha256("\n".join(sorted(gold.lines(examples))).encode()).hexdigest()


def _versions(optimizer: Optimizer) -> dict[str, str]:
    names = (*_VERSIONS, *_OF_OPTIMIZER[optimizer])
    return {"python": platform.python_version(), **{name: version(name) for name in names}}


def _cost(account: Account) -> saved.Cost:
    total = account.total
    return saved.Cost(
        calls=total.calls, replayed=total.replayed, tokens=total.tokens, dollars=total.cost
    )
