"""Asks a model for judgements of skills: many at a time, within the budget, recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from threading import Semaphore
from typing import Any

from skillrepo.config import Config, ResolvedModel
from skillrepo.errors import SkillRepoError
from skillrepo.judge import controls, estimate
from skillrepo.judge.ask import Reply, Request
from skillrepo.judge.batch import batch
from skillrepo.judge.case import Case, Judge
from skillrepo.judge.panel import NOTHING_KNOWN, Known, Panel
from skillrepo.judge.review import Judged
from skillrepo.judge.rubric import rubric
from skillrepo.program.account import Account, Spent
from skillrepo.program.at_once import at_once
from skillrepo.program.engine import Engine
from skillrepo.program.libraries import load
from skillrepo.program.model_facts import bounded, facts
from skillrepo.program.provider import Shared
from skillrepo.program.recording import Recordings

STEP = "judge"
_LONGEST_REPLY = 16_384
"""Tokens, where the configuration does not say: 24 answers with quotes are 900, and some think."""
COMMON = ("openai/gpt-5-mini", "gemini/gemini-3-flash-preview", "anthropic/claude-haiku-4-5")
"""Models whose cost is told for comparison."""


def judge(  # noqa: PLR0913 - what a judgement depends on
    config: Config,
    account: Account,
    recordings: Recordings,
    *,
    model: str | None = None,
    votes: int | None = None,
    known: Known = NOTHING_KNOWN,
) -> Judge:
    """A judge: the model of the task skill_evaluate, or `model`, with as many votes.

    Ballots that are `known` are not asked for again. Raises `SkillRepoError` where a package or a
    key is missing; of what goes wrong later, a budget that is spent among it, the reviews tell.
    """
    asked = panel(config, account, recordings, model=model, votes=votes)._replace(known=known)
    most = config.user.judge.in_flight

    def judges(cases: Sequence[Case]) -> Mapping[str, Judged]:
        return batch(asked, cases, lambda one, all_: at_once(one, all_, most))

    return judges


def panel(
    config: Config,
    account: Account,
    recordings: Recordings,
    *,
    model: str | None = None,
    votes: int | None = None,
) -> Panel:
    """The same for reviews one by one, without controls. Raises as `judge` does."""
    settings = config.user.judge
    resolved = config.resolve("skill_evaluate", model)
    asker = _Asker(resolved, account, recordings, settings.in_flight)
    return Panel(
        asker,
        asker.model,
        rubric(),
        votes or settings.votes,
        settings.max_prompt_tokens,
        lambda cast, numbers: at_once(cast, numbers, len(numbers)),
    )


def expected(
    cases: Sequence[Case],
    config: Config,
    *,
    model: str | None = None,
    votes: int | None = None,
    more: int = 0,
) -> Spent:
    """What a batch will likely cost, by the price list that LiteLLM ships; nothing is called.

    That is where replies agree, and come without reasoning; the cases have `more` votes than that.
    The cost is None where the price is not known. Raises `SkillRepoError` where a package is
    missing.
    """
    settings = config.user.judge
    known = facts(config.resolve("skill_evaluate", model), load()[1])
    votes = votes or settings.votes
    asked = Panel(_nobody, "", rubric(), votes, settings.max_prompt_tokens)
    calls = [call for case in controls.cases() for call in estimate.calls(asked, case)]
    calls += (call for case in cases for call in estimate.calls(asked, case, more))
    return sum((known.priced(shown, given) for shown, given in calls), Spent(estimated=True))


def elsewhere(spent: Spent, config: Config) -> Mapping[str, float | None]:
    """What as many tokens cost of the `COMMON` models, in US dollars, by the same price list.

    None where the price is not known. Raises `SkillRepoError` where a package is missing.
    """
    litellm = load()[1]
    known = {name: facts(config.resolve("skill_evaluate", name), litellm) for name in COMMON}
    shown, given = spent.input_tokens, spent.output_tokens
    return {name: each.priced(shown, given).cost for name, each in known.items()}


class _Asker:
    """Asks one model, in so many threads at a time."""

    def __init__(
        self, resolved: ResolvedModel, account: Account, recordings: Recordings, most: int
    ) -> None:
        self._shared = Shared(*load(), account, recordings, patient=True)
        self._free = Semaphore(most)
        # What is missing is told before anything is paid for.
        engine = Engine(STEP, resolved, self._shared)
        self.model = engine.provider.model
        self._resolved = bounded(resolved, engine.provider.facts, _LONGEST_REPLY)
        self._takes_schema = engine.supports_response_schema

    def __call__(self, request: Request) -> Reply:
        asked: dict[str, Any] = {"messages": list(request.messages)}
        if self._takes_schema:
            asked["response_format"] = request.response_format
        parameters = {**self._resolved.parameters, "seed": request.seed}
        # An engine each, since it remembers what it was asked last.
        engine = Engine(STEP, replace(self._resolved, parameters=parameters), self._shared)
        with self._free:
            try:
                reply = engine.ask(asked)
            except SkillRepoError as error:
                return Reply("", problem=str(error), final=True)
        problem = engine.problem(reply)
        if problem:
            engine.spoil()
        spent = engine.spent
        return Reply(
            reply.text,
            spent.input_tokens,
            spent.output_tokens,
            spent.cost,
            reply.fingerprint,
            problem or "",
        )


def _nobody(_: Request) -> Reply:
    """Nobody is asked what it costs."""
    raise NotImplementedError
