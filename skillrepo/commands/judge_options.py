"""The options of `grade --judge`, and who is asked by them; the cost is told before and after."""

import os
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from skillrepo.commands.limits import limit_options
from skillrepo.commands.sides import Sides

if TYPE_CHECKING:
    from skillrepo.commands.judging import Judging, MakeJudge
    from skillrepo.config import Config
    from skillrepo.judge.case import Case, Judge
    from skillrepo.judge.panel import Known
    from skillrepo.judge.review import Judged
    from skillrepo.program.account import Spent


class Asked(NamedTuple):
    """Who is to judge, None where the configuration says, and what that may cost."""

    model: str | None
    votes: int | None
    max_cost: float | None
    max_tokens: int | None


def model_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--model` and `--votes`."""
    votes = click.option(
        "--votes",
        type=click.Choice(["1", "3", "5"]),
        help="How often each question is asked.  [default: `judge.votes` of the configuration]",
    )
    model = click.option(
        "--model", metavar="ID", help="The one to ask.  [default: that of `skill_evaluate`]"
    )
    return model(votes(command))


def judge_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options to a command, which is given them as `asked`, None without `--judge`."""

    @wraps(command)
    def bundled(
        *arguments: Any,
        judge: bool,
        model: str | None,
        votes: str | None,
        max_cost: float | None,
        max_tokens: int | None,
        **others: Any,
    ) -> None:
        asked = Asked(model, int(votes) if votes else None, max_cost, max_tokens)
        if not judge and asked != Asked(None, None, None, None):
            raise click.UsageError(
                "--model, --votes, --max-cost and --max-tokens are for --judge: give that, too"
            )
        command(*arguments, asked=asked if judge else None, **others)

    wanted = (
        click.option(
            "--judge",
            is_flag=True,
            help="Have a model answer closed questions of each skill, too, before and after: that "
            "can lower the verdict, and stands beside the grade. The skills are sent to it.",
        ),
        model_options,
        limit_options,
    )
    for option in reversed(wanted):
        bundled = option(bundled)
    return bundled


def judging(asked: Asked, sides: Sides, *, replay: bool, compare: bool = False) -> "Judging":
    """What judges by these options; with `replay` it takes all from notes, and asks nobody.

    Which items may decide the base says, for a change may not calibrate its own judge. With
    `compare` the cost is told of common models, too.
    """
    from skillrepo.commands.judging import Judging, Terms  # noqa: PLC0415 - for --judge alone
    from skillrepo.config import Config  # noqa: PLC0415
    from skillrepo.judge import calibration  # noqa: PLC0415
    from skillrepo.judge.ask import PROMPT  # noqa: PLC0415
    from skillrepo.judge.rubric import rubric  # noqa: PLC0415

    config = Config.load(os.environ, Path.home())
    settings = config.user.judge
    model = config.resolve("skill_evaluate", asked.model).model
    known = calibration.of_source(sides.since.source)
    terms = Terms(
        model,
        rubric(),
        asked.votes or settings.votes,
        settings.max_prompt_tokens,
        calibration.binding(known, model, rubric().sha256, PROMPT),
    )
    return Judging(
        sides.place.git(), terms, None if replay else _maker(asked, config, compare=compare)
    )


def _maker(asked: Asked, config: "Config", *, compare: bool) -> "MakeJudge":
    def make(known: "Known") -> "Judge":
        # LiteLLM takes seconds to load, which who has notes of all need not wait for.
        from skillrepo.commands import spending  # noqa: PLC0415
        from skillrepo.program import judging  # noqa: PLC0415
        from skillrepo.program.account import Limits  # noqa: PLC0415

        limits = Limits(asked.max_cost, asked.max_tokens)
        # A vote is named by what was shown and its seed: one that was paid for is not asked again.
        kept = spending.Spending(limits, "resume", "auto")
        account, recordings = kept.account(), kept.recordings()
        model, votes = asked.model, asked.votes
        judge = judging.judge(config, account, recordings, model=model, votes=votes, known=known)

        def told(cases: "Sequence[Case]") -> "Mapping[str, Judged]":
            likely = judging.expected(cases, config, model=model, votes=votes)
            words = spending.in_words(likely)
            _say(f"judge: {len(cases):,} to ask about, likely {words}{spending.cap(limits)}")
            compared(likely)
            try:
                return judge(cases)
            finally:
                _say(f"judge: {spending.in_words(account.total)}{spending.cap(limits)}")
                compared(account.total)

        def compared(spent: "Spent") -> None:
            if compare:
                prices = map(_priced, judging.elsewhere(spent, config).items())
                _say(f"judge: as many tokens of common models: {', '.join(prices)}")

        return told

    return make


def _priced(model: tuple[str, float | None]) -> str:
    name, cost = model
    return f"{name} {'price not known' if cost is None else f'${cost:.4f}'}"


def _say(text: str) -> None:
    click.echo(text, err=True)
