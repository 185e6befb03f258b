"""`skillrepo optimize`: improve what models are told, by skills that were merged."""

import hashlib
import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from threading import Lock

import click

from skillrepo.commands.asking import choices_of
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
from skillrepo.draft import Draft, Request, Source
from skillrepo.draft_score import PARTS, Aim, Score, Scorer
from skillrepo.errors import SkillRepoError
from skillrepo.nearest import Nearest, described
from skillrepo.output import json, shapes
from skillrepo.program import gain, gold, optimise, saved, understand
from skillrepo.program.account import Account, Limits, Spent
from skillrepo.program.gold import Gold
from skillrepo.program.optimise import Bench, Example, Optimizer
from skillrepo.program.signatures import fingerprint
from skillrepo.program.writer import WRITE
from skillrepo.put_file import put
from skillrepo.visible import visible

_OPTIMIZERS = ("gepa", "miprov2", "bootstrap")
_MOST_EXAMPLES = 30
_MOST_SHOWN = 6_000
# The repository is read by one process of git, and optimizers use threads.
_SCORING = Lock()
_VERSIONS = ("skillrepo", "dspy", "litellm", "gepa")


@dataclass(frozen=True, slots=True)
class _Sets:
    """The examples, apart: what is learnt from, and what is measured by."""

    train: Sequence[Gold]
    held_out: Sequence[Gold]


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
    "--max-drafts", type=click.IntRange(min=1), metavar="N", help="Drafts of the search at most."
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

    Half of the examples are held out, by a hash of their addresses. On these the program as it is
    shipped is compared with what was found, which is written to .skillrepo/programs/ of your
    worktree with all that was measured; nothing else is changed. It is used when your own
    config.yaml names it, and only if its gain is above zero: docs/optimizing.md says more.
    """
    if ctx.invoked_subcommand is not None:
        return
    config = Config.load(os.environ, Path.home())
    chosen = optimizer or _default(config)
    optimise.refuse_missing(chosen)
    work = prepare("dry-run", base)
    target = _folder(work)
    sets = _sets(_examples(work, trainset), max_examples)
    account = spending.account()
    bench = Bench(config, model, account, spending.recordings())
    scorer = Scorer(work.context, parts or PARTS)
    train, held_out = (
        [_example(each, work, scorer) for each in some] for some in (sets.train, sets.held_out)
    )
    drafts = max_drafts or optimise.drafts_of(chosen, len(train))
    whole = optimise.estimate(bench, [*train, *held_out], drafts + 2 * len(held_out))
    for line in _estimated(whole, drafts, sets, spending.limits):
        click.echo(line, err=True)
    if dry_run:
        return
    with told_if_lost(account):
        states = optimise.search(chosen, train, bench, drafts)
        # As they will be read back from the file.
        states = {
            name: saved.State.model_validate_json(state.model_dump_json())
            for name, state in states.items()
        }
        result = saved.Measured(pairs=(), not_measured=0, parts=())
        if optimise.changed(states):
            jobs = config.user.evaluation.num_threads
            program = saved.Loaded("", states)
            result, lost = optimise.measure(held_out, program, bench, jobs)
            for why in lost:
                click.echo(f"not measured: {visible(why)}", err=True)
    result = result.model_copy(update={"parts": tuple(scorer.parts)})
    shape = shapes.OptimizeShape(
        version=1,
        optimizer=chosen,
        metric=tuple(scorer.parts),
        train=len(train),
        held_out=len(held_out),
        measured=len(result.pairs),
        not_measured=result.not_measured,
        failed=bench.failed,
        **_scores(result),
        program=None,
        sha256=None,
        refused=_nothing(chosen, bench),
        spent=spent_shape(account),
    )
    if optimise.changed(states):
        made = saved.SavedProgram(
            signature=fingerprint(),
            optimizer=chosen,
            model=bench.predictors().model(WRITE),
            predictors=states,
            versions=_versions(),
            train=_digest(sets.train),
            held_out=_digest(sets.held_out),
            measured=result,
            cost=_cost(account),
        )
        data = made.data()
        name = hashlib.sha256(data).hexdigest()
        file = target / f"{name[:16]}.json"
        put(file, data)
        shape = replace(
            shape,
            program=f"{saved.FOLDER}/{file.name}",
            sha256=name,
            refused=saved.unusable(made),
        )
    if as_json:
        click.echo(json.dumps(shape))
    else:
        say_all([*_text(shape), *spent_lines(account)])
    ctx.exit(1 if shape.refused else 0)


@command.command("collect")
@click.option("--base", metavar="REV", help="The commit to take skills from.")
@click.option(
    "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to a file instead."
)
def collect_command(*, base: str | None, output: Path | None) -> None:
    """Print the examples that merged skills and their history make, as JSON Lines.

    Each has what the skill was wanted for, its sources, how it was added, what reviews changed and
    what became of it. Look at the briefs: they are made from commits.
    """
    lines = gold.lines(collect(prepare("dry-run", base)))
    if output is None:
        say_all(lines)
        return
    try:
        put(output, "".join(f"{line}\n" for line in lines).encode())
    except OSError as error:
        raise SkillRepoError(f"{output} cannot be written: {error.strerror}") from None


def _default(config: Config) -> Optimizer:
    wanted = config.user.optimization.default_optimizer
    return "bootstrap" if wanted == "bootstrap_fewshot" else wanted


def _folder(work: Work) -> Path:
    """Where programs are put. What is no folder of the worktree's own is not written through."""
    root = work.place.git().root
    if root is None:
        raise SkillRepoError("a bare repository has no worktree to put a program into")
    folder = root / saved.FOLDER
    for each in (folder.parent, folder):
        if each.is_symlink() or (each.exists() and not each.is_dir()):
            raise SkillRepoError(f"{each.relative_to(root)} is no folder; move it away")
    return folder


def _examples(work: Work, trainset: Path | None) -> list[Gold]:
    if trainset is None:
        return list(collect(work))
    try:
        data = trainset.read_bytes()
    except OSError as error:
        raise SkillRepoError(f"{trainset} cannot be read: {error.strerror}") from None
    return gold.read(data, str(trainset))


def _sets(examples: Sequence[Gold], most: int) -> _Sets:
    """Both in an order that no name or date decides."""
    ordered = sorted(examples, key=lambda each: hashlib.sha256(each.skill.encode()).digest())
    held_out = [each for each in ordered if gain.is_held_out(each.skill)]
    train = [each for each in ordered if not gain.is_held_out(each.skill)]
    found = _Sets(train[:most], held_out[:most])
    least = optimise.LEAST_TRAIN, gain.LEAST_PAIRS
    if len(found.train) < least[0] or len(found.held_out) < least[1]:
        raise SkillRepoError(
            f"of {len(examples)} examples there are {len(found.train)} to learn from and "
            f"{len(found.held_out)} to measure by; at least {least[0]} and {least[1]} are needed"
        )
    return found


def _example(each: Gold, work: Work, scorer: Scorer) -> Example:
    without = scorer.withheld(each.skill)
    skills = described(without, whole=True)
    request = Request(
        brief=each.inputs.brief,
        sources=tuple(Source(one.path, one.text, one.sha256) for one in each.inputs.sources),
        choices=choices_of(work, skills),
        taken=without.library.names,
        near=Nearest(skills).to(each.inputs.brief),
    )
    aim = Aim(request, each.skill, each.output(understand.SYNTHESIZE, "description"))
    feedback = "".join(f"\nA review changed: {one.feedback[:500]}" for one in each.changes)
    merged = {
        WRITE: f"What was merged in the end:\n{each.final[:_MOST_SHOWN]}{feedback}",
        understand.SYNTHESIZE: f"Merged with the description: {aim.description}",
        understand.PLACEMENT: f"It was merged as {each.skill}.",
    }

    def score(draft: Draft) -> Score:
        with _SCORING:
            return scorer(draft, aim)

    return Example(each.skill, request, score, merged)


def _estimated(whole: Spent, drafts: int, sets: _Sets, limits: Limits) -> Iterator[str]:
    money = "the price is not known" if whole.cost is None else f"≈ ${whole.cost:.2f}"
    yield (
        f"about {drafts} drafts to search with {len(sets.train)} examples, and "
        f"{2 * len(sets.held_out)} to measure: ≈{whole.tokens:,} tokens, {money}"
    )
    over_cost = limits.cost is not None and (whole.cost or 0.0) > limits.cost
    if over_cost or (limits.tokens is not None and whole.tokens > limits.tokens):
        yield "that may be more than the limit allows; with --resume a run goes on from there"


def _scores(result: saved.Measured) -> dict[str, float | None]:
    pairs = result.pairs
    if not pairs:
        return dict.fromkeys(("base", "optimized", "gain", "low", "high"))
    found = gain.gain(pairs)
    return {
        "base": sum(base for base, _ in pairs) / len(pairs),
        "optimized": sum(other for _, other in pairs) / len(pairs),
        "gain": found.mean,
        "low": found.low,
        "high": found.high,
    }


def _nothing(optimizer: Optimizer, bench: Bench) -> str:
    lost = f"; a model gave no draft {bench.failed} times" if bench.failed else ""
    return f"{optimizer} found nothing to change{lost}"


def _text(shape: shapes.OptimizeShape) -> Iterator[str]:
    if shape.gain is None:
        yield f"not measured: {shape.measured} of {shape.held_out} held-out examples"
    else:
        yield (
            f"score on {shape.measured} of {shape.held_out} held-out examples: "
            f"{shape.base:.3f} as shipped, {shape.optimized:.3f} optimised"
        )
        yield f"gain: {shape.gain:+.3f}, with 95 % confidence {shape.low:+.3f} to {shape.high:+.3f}"
    if shape.program:
        yield f"written: {shape.program}"
    if shape.refused:
        yield f"it will not be used: {shape.refused}"
    else:
        yield "to use it, commit the file and name it in your own config.yaml:"
        yield f"  optimization: {{programs: [{shape.sha256}]}}"


def _digest(examples: Sequence[Gold]) -> str:
    return hashlib.sha256("\n".join(sorted(gold.lines(examples))).encode()).hexdigest()


def _versions() -> dict[str, str]:
    return {"python": platform.python_version(), **{name: version(name) for name in _VERSIONS}}


def _cost(account: Account) -> saved.Cost:
    total = account.total
    return saved.Cost(calls=total.calls, tokens=total.tokens, dollars=total.cost)
