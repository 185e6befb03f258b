"""The model writer for `generation.py`: what it will cost, before it is asked; then the writer.

The prompts are those that the program makes of the briefs and sources: it is run against
`scripted_model.py`, which counts them. What a model answers is not known before, and stands in the
prompts of later steps; so there are two sums. For the most that it can cost each reply is as long
as `max_tokens` of its step allows, is asked for twice (one in the wrong form is), and every round
of mending is needed. For what it is expected to cost the replies are as long as `REPLIES` says,
with `THINKING` for each, half of the drafts are mended once, and no form is missed. Prices are
those that LiteLLM ships. The account of the run is limited to the most, so it cannot cost more.
"""

import argparse
import os
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from generation_cases import Case
from model_load import CONFIG, log_of, serving

from skillrepo.config import Config, ResolvedModel
from skillrepo.program import libraries
from skillrepo.program.account import Account, Limits
from skillrepo.program.recording import Recordings
from skillrepo.program.signatures import PREDICTORS
from skillrepo.program.writer import ModelWriter

# Tokens that a reply is expected to have, and those that a model spends on thinking beside them.
REPLIES = {
    "gather": 500,
    "intent": 400,
    "placement": 200,
    "dependencies": 200,
    "synthesize": 1_500,
    "write": 3_500,
    "mend": 3_500,
    "review": 600,
}
THINKING = 1_500
MENDED = 0.5
# A step → those whose replies it is shown.
SHOWN = {
    "intent": ("gather",),
    "placement": ("gather",),
    "dependencies": ("gather",),
    "synthesize": ("gather", "intent", "placement", "dependencies"),
    "write": ("synthesize",),
    "mend": ("write",),
    "review": ("write", "synthesize"),
}
NAMES = {
    "gather": "phase1.gather_requirements",
    "intent": "phase1.analyze_intent",
    "placement": "phase1.find_taxonomy",
    "dependencies": "phase1.analyze_dependencies",
    "synthesize": "phase1.synthesize",
    "write": "phase2.generate_content",
    "mend": "phase3.refine",
    "review": "phase3.review",
}
# What a check can find, all of which is shown to who mends it.
FINDINGS = 5_000
_FORMS = 2
_LONGEST = 8_192


@dataclass(frozen=True, slots=True)
class Bill:
    """Calls, tokens of prompts and of replies, US dollars (None: a price is not known)."""

    calls: float = 0
    shown: float = 0
    given: float = 0
    cost: float | None = 0.0

    def __add__(self, other: "Bill") -> "Bill":
        """Sum two of them."""
        known = self.cost is not None and other.cost is not None
        return Bill(
            self.calls + other.calls,
            self.shown + other.shown,
            self.given + other.given,
            (self.cost or 0.0) + (other.cost or 0.0) if known else None,
        )

    def __str__(self) -> str:
        """For people."""
        cost = "price not known" if self.cost is None else f"${self.cost:.2f}"
        return (
            f"{cost} ({self.calls:,.0f} calls, {self.shown:,.0f} tokens of prompts and "
            f"{self.given:,.0f} of replies)"
        )


def ask(of: Sequence[Case], options: argparse.Namespace) -> tuple[ModelWriter, int]:
    """The writer and its rounds, where the cost is agreed to. Raises SystemExit where it is not."""
    config = Config.load(os.environ, Path.home())
    rounds = config.user.writer.max_rounds
    models = {
        step: config.resolve(PREDICTORS[name].task, options.model) for step, name in NAMES.items()
    }
    if options.replay:
        return _writer(config, options, Limits(), "replay"), rounds
    expected, most = bills(prompts(of), len(of), rounds, models)
    names = ", ".join(dict.fromkeys(model.model for model in models.values()))
    print(f"{names} for {len(of)} drafts, without what {options.recordings} has already:")
    print(f"- expected: {expected}\n- at most: {most}\n", flush=True)
    if not options.yes:
        raise SystemExit("nobody was asked; --yes agrees to it")
    limit = (
        Limits(most.cost) if most.cost is not None else Limits(tokens=int(most.shown + most.given))
    )
    return _writer(config, options, limit, "resume"), rounds


def _writer(config: Config, options: argparse.Namespace, limits: Limits, mode: Any) -> ModelWriter:
    recordings = Recordings(options.recordings, mode)
    return ModelWriter(config, options.model, Account(limits), recordings)


def prompts(of: Sequence[Case]) -> Mapping[str, int]:
    """The tokens of all prompts of a step, as far as they do not depend on what a model replies."""
    with tempfile.TemporaryDirectory() as folder, serving(0) as port:
        file = Path(folder) / "skillrepo/config.yaml"
        file.parent.mkdir()
        file.write_text(CONFIG % port)
        config = Config.load({"XDG_CONFIG_HOME": folder}, Path(folder))
        writer = ModelWriter(config, "scripted")
        for case in of:
            request = replace(case.request, name="probe")
            writer.review(request, writer(request))
        log = log_of(port)
    found: dict[str, int] = defaultdict(int)
    for each in log["requests"]:
        found[each["step"]] += each["tokens"]
    # Who mends a draft is shown what its writer was shown, and what the check found.
    return {**found, "mend": found["write"] + FINDINGS * len(of)}


def bills(
    fixed: Mapping[str, int], drafts: int, rounds: int, models: Mapping[str, ResolvedModel]
) -> tuple[Bill, Bill]:
    """What is expected, and the most. `fixed` are the tokens of `prompts`."""
    limits = {step: longest(model) for step, model in models.items()}
    expected = most = Bill()
    for step, model in models.items():
        usual = MENDED if step == "mend" else 1
        given = min(REPLIES[step] + THINKING, limits[step])
        shown = fixed[step] + drafts * sum(REPLIES[each] for each in SHOWN.get(step, ()))
        expected += _bill(model, usual * drafts, usual * shown, usual * drafts * given)
        times = _FORMS * (rounds - 1 if step == "mend" else 1)
        shown = fixed[step] + drafts * sum(limits[each] for each in SHOWN.get(step, ()))
        most += _bill(model, times * drafts, times * shown, times * drafts * limits[step])
    return expected, most


def longest(model: ResolvedModel) -> int:
    """Tokens of the longest reply."""
    known = model.parameters.get("max_tokens") or _known(model).get("max_output_tokens")
    return int(known or _LONGEST)


def _bill(model: ResolvedModel, calls: float, shown: float, given: float) -> Bill:
    known = _known(model)
    prices = [known.get(f"{kind}_cost_per_token") for kind in ("input", "output")]
    cost = None if None in prices else shown * prices[0] + given * prices[1]
    return Bill(calls, shown, given, cost)


def _known(model: ResolvedModel) -> Mapping[str, Any]:
    _, litellm = libraries.load()
    try:
        with libraries.quiet():
            return dict(litellm.get_model_info(model.model))
    except Exception:  # noqa: BLE001 - it raises a bare Exception
        return {}
