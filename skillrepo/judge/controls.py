"""Two skills that go with each batch: who cannot tell the good from the bad one judges nothing."""

from collections.abc import Iterator

from skillrepo import resource
from skillrepo.judge.case import Case, Material, Neighbour
from skillrepo.judge.review import Review
from skillrepo.judge.rubric import Rubric

# They have some, as others have: a model is not to tell from a request which skills these are.
_NEIGHBOURS = (
    Neighbour("postgres-dump", "Dumps PostgreSQL databases. Use when one is to be moved."),
    Neighbour("csv-clean", "Mends CSV files. Use when columns of a CSV file are broken."),
)


def cases() -> tuple[Case, Case]:
    """The good one and the bad one."""
    good, bad = (resource.read(f"config/judge/{kind}/SKILL.md") for kind in ("good", "bad"))
    return _case(good), _case(bad)


def _case(text: str) -> Case:
    return Case("", Material(None, {"SKILL.md": text}), None, _NEIGHBOURS)


def faults(rubric: Rubric, good: Review, bad: Review) -> tuple[str, ...]:
    """What a model did not see in the two, for people; nothing where it saw what is there."""
    return tuple(_faults(rubric, good, bad))


def _faults(rubric: Rubric, good: Review, bad: Review) -> Iterator[str]:
    for kind, review in (("good", good), ("bad", bad)):
        if review.problems:
            yield f"the {kind} control skill could not be judged: {review.problems[0]}"
            return
    bands, of = rubric.controls, len(rubric.items)
    if (count := _yes(good)) < bands.good_at_least:
        yield f"of the good control skill it says yes {count} of {of} times, not {bands[0]} or more"
    if (count := _yes(bad)) > bands.bad_at_most:
        yield f"of the bad control skill it says yes {count} of {of} times, not {bands[1]} or less"
    dangers = {item.name for item in rubric.items if item.blocks}
    missed = [each.item for each in bad.items if each.item in dangers and each.answer != "no"]
    if missed:
        yield f"of the bad control skill it says no fault of {', '.join(missed)}"


def _yes(review: Review) -> int:
    return sum(result.answer == "yes" for result in review.items)
