"""The JSON of grades, as a job made it → `Graded`: hostile, until it is read."""

from typing import Any

from skillrepo.errors import SkillRepoError
from skillrepo.finding import Finding, Severity
from skillrepo.git import is_oid
from skillrepo.grade.distinctness import Distinctness
from skillrepo.grade.gate import Gate, LayerVerdict
from skillrepo.grade.graded import Graded, SkillGrade
from skillrepo.grade.neighbours import Neighbour
from skillrepo.grade.opinion import Opinion
from skillrepo.grade.portfolio import Effect, Loss, Removed, Theft
from skillrepo.grade.routing import Outcome, Routing
from skillrepo.grade.score import Grade
from skillrepo.measure import Reading
from skillrepo.output import review_json
from skillrepo.trigger_queries import Query

_PERCENT = range(101)


def read(value: Any) -> Graded:
    """The grades that a JSON object says, which satisfies the schema `grade`.

    SkillRepoError for numbers and names that no grade has.
    """
    if not is_oid(value["base"]) or not (value["head"] is None or is_oid(value["head"])):
        raise _unfit("a commit is not named by its whole name")
    return Graded(
        base=value["base"],
        base_name=value["base_name"],
        head=value["head"],
        head_name=value["head_name"],
        skills=tuple(map(_skill, value["skills"])),
        removed=tuple(value["removed"]),
        others=tuple(map(_finding, value["others"])),
        effect=_effect(value["effect"]) if value["effect"] else None,
        had_errors=value["had_errors"],
        profile=value["profile"],
        root=value["root"],
        verdict=value["verdict"],
    )


def _skill(value: Any) -> SkillGrade:
    layers = (
        LayerVerdict(each["layer"], each["verdict"], tuple(each["reasons"]))
        for each in value["gate"]["layers"]
    )
    return SkillGrade(
        skill=value["skill"],
        path=value["path"],
        is_new=value["new"],
        grade=_static(value["grade"]),
        base=_static(value["base"]),
        faults=tuple(map(_finding, value["faults"])),
        gate=Gate(value["gate"]["verdict"], tuple(layers)),
        routing=_routing(value["routing"]),
        routing_before=_routing(value["routing_base"]),
        distinct=Distinctness(**value["distinct"]) if value["distinct"] else None,
        review=_review(value["review"]),
    )


def _static(value: Any) -> Grade | None:
    if value is None:
        return None
    read = {name: Reading(each["value"], each["why"]) for name, each in value["measures"].items()}
    numbers = [value["score"], *(each.value for each in read.values() if each.value is not None)]
    if not all(0 <= number <= 1 for number in numbers) or value["percentile"] not in _PERCENT:
        raise _unfit("a number is out of its range")
    return Grade(value["score"], value["label"], value["percentile"], read)


def _finding(value: Any) -> Finding:
    """A finding, without its repair: only one that was found here is put before people."""
    if value["line"] < 1 or value["column"] < 1:
        raise _unfit("a line or column is out of its range")
    return Finding(
        path=value["path"],
        line=value["line"],
        column=value["column"],
        code=value["code"],
        rule=value["rule"],
        severity=Severity[value["severity"].upper()],
        message=value["message"],
    )


def _review(value: Any) -> Opinion | None:
    if value is None:
        return None
    found = review_json.read(value)
    if found is None:
        raise _unfit("what a model says is no answer to the rubric")
    return found


def _unfit(why: str) -> SkillRepoError:
    return SkillRepoError(f"the grades cannot be right: {why}")


def _routing(value: Any) -> Routing | None:
    if value is None:
        return None
    outcomes = (
        Outcome(
            Query(each["query"], each["should_trigger"], each["path"], each["line"]),
            each["rank"],
            each["first"],
            each["margin"],
            each["right"],
            each["score"],
        )
        for each in value["outcomes"]
    )
    shares = {key: value[key] for key in ("hit_at_1", "mrr", "negatives_held", "near_misses")}
    if not all(share is None or 0 <= share <= 1 for share in shares.values()):
        raise _unfit("a share is out of its range")
    left = value["not_looked_at"]
    return Routing(**shares, margin=value["margin"], outcomes=tuple(outcomes), not_looked_at=left)


def _effect(value: Any) -> Effect:
    def query(text: str, *, should_trigger: bool = True) -> Query:
        return Query(text, should_trigger, "", 1)

    return Effect(
        tuple(Theft(**{**each, "query": query(each["query"])}) for each in value["thefts"]),
        tuple(Loss(**{**each, "query": query(each["query"])}) for each in value["losses"]),
        tuple(
            Removed(query(each["query"], should_trigger=each["should_trigger"]), each["skill"])
            for each in value["removed"]
        ),
        tuple(
            Neighbour(**{**each, "shared": tuple(each["shared"])}) for each in value["neighbours"]
        ),
        value["resident_tokens_before"],
        value["resident_tokens_after"],
        value["not_looked_at"],
        value["not_compared"],
    )
