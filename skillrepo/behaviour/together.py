"""Tasks that were run and queries that were asked, of one change → one verdict.

Each is a way to be worse, so together they may not find it more often than one of them would: a
fall counts where it is found among all dimensions (Holm). What rules a fall out is an interval,
which is the same among others.
"""

from skillrepo import paired
from skillrepo.behaviour.comparing import MARGIN, SEED, difference
from skillrepo.behaviour.result import Evaluated, Verdict
from skillrepo.behaviour.trigger_result import Triggers
from skillrepo.behaviour.trigger_summary import changes

_ORDER: tuple[Verdict, ...] = ("pass", "inconclusive", "fail")


def together(tasks: Evaluated, triggers: Triggers) -> tuple[Verdict, tuple[str, ...]]:
    """The verdict of both, and what is to be said beside the reasons of each."""
    worst = max((tasks.verdict, triggers.verdict), key=_ORDER.index)
    if worst != "fail":
        return worst, ()
    family = {"tasks": _differences(tasks), **changes(triggers)}
    found = paired.compare_all(family, margin=MARGIN, seed=f"{SEED}/together")
    if any(each.verdict == "fail" for each in found.values()):
        return "fail", ()
    why = f"among {len(family)} dimensions together no fall is found (Holm)"
    return "inconclusive", (why,)


def _differences(tasks: Evaluated) -> list[float]:
    against = tasks.compared[0].against
    found = (difference(each, against) for each in tasks.tasks)
    return [each for each in found if each is not None]
