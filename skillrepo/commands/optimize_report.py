"""What `skillrepo optimize` says: what it is likely to cost, then what it found."""

from collections.abc import Iterator, Sequence

from skillrepo.output import shapes
from skillrepo.program.account import Limits, Spent
from skillrepo.program.bench import Bench, Row
from skillrepo.program.effort import Effort, Optimizer
from skillrepo.program.gain import gain
from skillrepo.user_config import Thresholds
from skillrepo.visible import visible


def estimated(whole: Spent, effort: Effort, held_out: int, limits: Limits) -> Iterator[str]:
    """What a run is likely to cost, and whether its limits are likely to be kept."""
    money = "the price is not known" if whole.cost is None else f"≈ ${whole.cost:.2f}"
    yield (
        f"at most {effort.drafts} drafts to search with {effort.train} examples, and "
        f"{2 * held_out} to measure: ≈{whole.tokens:,} tokens, {money}"
    )
    over_cost = limits.cost is not None and (whole.cost or 0.0) > limits.cost
    if over_cost or (limits.tokens is not None and whole.tokens > limits.tokens):
        yield "that may be more than the limit allows; with --resume a run goes on from there"


def scores(rows: Sequence[Row]) -> dict[str, float | None]:
    """The means and the gain, by the names of the shape."""
    if not rows:
        return dict.fromkeys(("base", "optimized", "gain", "low", "high"))
    found = gain([(row.base, row.other) for row in rows])
    return {
        "base": sum(row.base for row in rows) / len(rows),
        "optimized": sum(row.other for row in rows) / len(rows),
        "gain": found.mean,
        "low": found.low,
        "high": found.high,
    }


def nothing(optimizer: Optimizer, bench: Bench) -> str:
    """Why there is no program."""
    lost = f"; nothing came of {bench.failed} drafts" if bench.failed else ""
    unproposed = (
        f"; {bench.unproposed} replies to the request for an instruction had none"
        if bench.unproposed
        else ""
    )
    return f"{optimizer} found nothing to change{lost}{unproposed}"


def text(shape: shapes.OptimizeShape, thresholds: Thresholds | None) -> Iterator[str]:
    """The result for people; each example, too, where there are thresholds to name it by."""
    if thresholds:
        width = max((len(each.skill) for each in shape.examples), default=0)
        for each in shape.examples:
            row = f"{visible(each.skill):{width}}  {each.base:.3f} → {each.optimized:.3f}"
            yield f"{row}  {_word(each.optimized, thresholds)}"
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


def _word(score: float, thresholds: Thresholds) -> str:
    if score >= thresholds.excellent_quality:
        return "excellent"
    if score >= thresholds.target_quality:
        return "good"
    return "usable" if score >= thresholds.minimum_quality else "poor"
