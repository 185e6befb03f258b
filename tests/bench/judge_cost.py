"""What it costs to judge a median skill, by the price list that LiteLLM ships; nothing is called.

Usage: python tests/bench/judge_cost.py [--tokens 1850] [--votes 3]

The skill has as many tokens (≈) as the median of 673 published ones, before and after a change, and
three neighbours. Replies agree, and come without reasoning. The two control skills of the batch are
told apart: they are paid for once, however many skills are judged.
"""

import argparse
import tempfile
from pathlib import Path

from skillrepo.config import Config
from skillrepo.judge.case import Case, Material, Neighbour
from skillrepo.program import judging
from skillrepo.tokens import tokens

LINE = "Run `tool --turn 90 in.pdf out.pdf`, then compare the number of pages of both files.\n"
NEIGHBOUR = Neighbour("a-neighbour", "Does something near. Use when it is near enough to matter.")


def case(wanted: int) -> Case:
    """A skill with a change, of so many tokens."""
    head = "---\nname: turn\ndescription: Turns pages. Use when a scan is upside down.\n---\n\n"
    text = head + LINE * ((wanted - tokens(head)) * 4 // len(LINE))
    after = Material(None, {"SKILL.md": f"{text}\n"})
    return Case("turn/SKILL.md", after, Material(None, {"SKILL.md": text}), (NEIGHBOUR,) * 3)


def main() -> None:
    """Print the costs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=1_850)
    parser.add_argument("--votes", type=int, choices=(1, 3, 5), default=3)
    options = parser.parse_args()
    wanted = case(options.tokens)
    with tempfile.TemporaryDirectory() as home:
        config = Config.load({}, Path(home))
    print("| model | calls | tokens shown | tokens given | skill | controls |")
    print("|---|---:|---:|---:|---:|---:|")
    for model in judging.COMMON:
        both = judging.expected([wanted], config, model=model, votes=options.votes)
        controls = judging.expected([], config, model=model, votes=options.votes)
        calls, shown = both.calls - controls.calls, both.input_tokens - controls.input_tokens
        given = both.output_tokens - controls.output_tokens
        cost = (both.cost or 0) - (controls.cost or 0)
        prices = f"${cost:.4f} | ${controls.cost or 0:.4f}"
        print(f"| {model} | {calls} | ≈ {shown:,} | ≈ {given:,} | {prices} |")


if __name__ == "__main__":
    main()
