"""Gold skills → two sets of examples: those to learn from, and those to measure by."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from skillrepo.commands.asking import choices_of
from skillrepo.commands.golden import collect
from skillrepo.commands.work import Work
from skillrepo.config import Config
from skillrepo.draft import Draft, Request, Source
from skillrepo.draft_score import Aim, Score, Scorer
from skillrepo.errors import SkillRepoError
from skillrepo.nearest import Nearest, described
from skillrepo.program import gain, gold, understand
from skillrepo.program.bench import Example
from skillrepo.program.effort import LEAST_TRAIN
from skillrepo.program.gold import Gold
from skillrepo.program.writer import WRITE

_MOST_SHOWN = 6_000


@dataclass(frozen=True, slots=True)
class Sets:
    """The examples, apart: what is learnt from, and what is measured by."""

    train: Sequence[Gold]
    held_out: Sequence[Gold]


def read(work: Work, config: Config, trainset: Path | None) -> list[Gold]:
    """The examples of a file, that of the settings without one; else they are collected.

    Raises `SkillRepoError`.
    """
    usual = config.user.optimization.training.gold_skills_path
    if trainset is None and usual is not None:
        trainset = work.place.root / usual
    if trainset is None:
        return list(collect(work))
    try:
        data = trainset.read_bytes()
    except OSError as error:
        raise SkillRepoError(f"{trainset} cannot be read: {error.strerror}") from None
    return gold.read(data, str(trainset))


def sets(examples: Sequence[Gold], most: int) -> Sets:
    """Both sets, of at most so many examples, in an order that no name or date decides.

    Raises `SkillRepoError` where they are too few.
    """
    ordered = sorted(examples, key=lambda each: hashlib.sha256(each.skill.encode()).digest())
    held_out = [each for each in ordered if gain.is_held_out(each.skill)]
    train = [each for each in ordered if not gain.is_held_out(each.skill)]
    found = Sets(train[:most], held_out[:most])
    least = LEAST_TRAIN, gain.LEAST_PAIRS
    if len(found.train) < least[0] or len(found.held_out) < least[1]:
        raise SkillRepoError(
            f"of {len(examples)} examples there are {len(found.train)} to learn from and "
            f"{len(found.held_out)} to measure by; at least {least[0]} and {least[1]} are needed. "
            "Merge more skills, or give more lines with --trainset"
        )
    return found


def example(each: Gold, work: Work, scorer: Scorer) -> Example:
    """What is asked for as if the skill were not there, and how its draft is scored."""
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
        understand.DEPENDENCIES: f"Merged with {each.outputs.get(understand.DEPENDENCIES, {})}.",
    }

    def score(draft: Draft) -> Score:
        return scorer(draft, aim)

    return Example(each.skill, request, score, merged)
