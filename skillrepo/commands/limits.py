"""The options that limit what models may cost, for every command that asks them."""

import math
from collections.abc import Callable
from typing import Any

import click


def limit_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--max-cost` and `--max-tokens`, which are given as `max_cost` and `max_tokens`."""
    tokens = click.option(
        "--max-tokens",
        type=click.IntRange(min=0),
        metavar="N",
        help="The same in tokens, of requests and replies together.",
    )
    return cost_option()(tokens(command))


def cost_option(default: float | None = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make `--max-cost` alone, in US dollars; without a default there is no limit."""
    return click.option(
        "--max-cost",
        type=click.FloatRange(min=0),
        metavar="USD",
        default=default,
        show_default=default is not None,
        callback=_amount,
        help="Make no call of a model that could exceed this.",
    )


def _amount(_: click.Context, __: click.Parameter, value: float | None) -> float | None:
    """What is no number is not above any limit either, and would be none."""
    if value is not None and not math.isfinite(value):
        raise click.BadParameter(f"{value} is no amount of money")
    return value
