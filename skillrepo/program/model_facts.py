"""What is known of a model before it is asked: its key, its price, how long it answers."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from skillrepo.config import ResolvedModel
from skillrepo.errors import SkillRepoError
from skillrepo.program.account import Spent
from skillrepo.program.libraries import quiet

# A server need not ask for the key of a model at an address of one's own, but the client does.
_NO_KEY = "none"
# The longest reply of a model that the list does not know and `max_tokens` does not limit.
_LONGEST_REPLY = 8_192


class NoKeyError(SkillRepoError):
    """None of the variables that may hold the key of a model is set."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the list that LiteLLM ships says of a model.

    `prices` are US dollars for a token that is shown (`input`) and that is given (`output`), empty
    where they are not known; `longest` is that of a reply, in tokens.
    """

    prices: Mapping[str, float]
    longest: int
    parameters: frozenset[str]
    takes_schema: bool

    def priced(self, shown: int, given: int, *, estimated: bool = True) -> Spent:
        """What one call costs with so many tokens shown and given."""
        cost = None
        if self.prices:
            cost = shown * self.prices["input"] + given * self.prices["output"]
        return Spent(1, shown, given, cost, estimated=estimated)


def bounded(resolved: ResolvedModel, known: Facts, longest: int) -> ResolvedModel:
    """The model with replies of so many tokens at most, where it has a price and no limit is set.

    Else a budget has to allow the longest reply that the model can give.
    """
    if not known.prices or "max_tokens" in resolved.parameters:
        return resolved
    limit = min(known.longest, longest)
    return replace(resolved, parameters={**resolved.parameters, "max_tokens": limit})


def facts(resolved: ResolvedModel, litellm: Any) -> Facts:
    """Look a model up; of one that is not in the list little is known."""
    about = _known(resolved.model, litellm)
    longest = int(about.get("max_output_tokens") or _LONGEST_REPLY)
    with quiet():
        known = litellm.get_supported_openai_params(model=resolved.model)
        schema = litellm.supports_response_schema(model=resolved.model)
    declared = resolved.response_schema
    takes_schema = bool(schema) if declared is None else declared
    return Facts(_prices(about), longest, frozenset(known or ()), takes_schema)


def _known(model: str, litellm: Any) -> Mapping[str, Any]:
    """What the list that LiteLLM ships says of a model; nothing of one that it does not know."""
    try:
        with quiet():
            return dict(litellm.get_model_info(model))
    except Exception:  # noqa: BLE001 - it raises a bare Exception
        return {}


def _prices(known: Mapping[str, Any]) -> Mapping[str, float]:
    """US dollars for a token that is shown (`input`) and that is given (`output`), if known."""
    prices = {kind: known.get(f"{kind}_cost_per_token") for kind in ("input", "output")}
    return {} if None in prices.values() else {kind: float(p or 0) for kind, p in prices.items()}


def find_key(resolved: ResolvedModel, litellm: Any) -> tuple[str | None, str | None]:
    """The variable of the key and the key to send.

    Without a key it is left to LiteLLM, which knows each provider's usual variables. Raises
    `NoKeyError`.
    """
    for variable in resolved.key_env:
        if value := os.environ.get(variable, "").strip():
            return variable, value
    missing = list(resolved.key_env)
    if not missing:
        if resolved.api_base:
            # Else the key of the usual provider would go to this address.
            return None, _NO_KEY
        missing = litellm.validate_environment(resolved.model)["missing_keys"]
        if not all(name.endswith("_API_KEY") for name in missing):
            # Providers with other ways to log in, which LiteLLM finds itself.
            return None, None
    if missing:
        variables = " or ".join(missing)
        message = (
            f"model {resolved.name}: there is no key; set {variables}, or choose another model"
        )
        raise NoKeyError(message)
    usual = f"{resolved.model.partition('/')[0].upper()}_API_KEY"
    return (usual if usual in os.environ else None), None
