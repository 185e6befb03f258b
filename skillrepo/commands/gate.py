"""The gate: what `spec` finds in the skills that a draft changes, by the rules of where it goes."""

from collections.abc import Iterable

from skillrepo.check import Plan, judge, report
from skillrepo.commands.since import Since
from skillrepo.context import Context
from skillrepo.document import OUT_OF_REACH, Unreadable
from skillrepo.files import Source
from skillrepo.finding import Report
from skillrepo.rules import ALL
from skillrepo.selection import applied


def gate(target: Context, before: Source, after: Source, changed: Iterable[str]) -> Report | None:
    """Check the skills that hold the changed paths.

    None where there are none, or a partial clone lacks one.

    A draft may not excuse itself: settings and taxonomy are those of `target`, and a comment that
    ignores a finding counts only if it stands `before`, in the files of the branch that the draft
    goes to. `after` has those of the draft; both need to have no others than its skills', and
    `before` the settings.
    """
    inside = target.with_source(after)
    owners = {inside.library.owner(path) for path in changed}
    skills = list(inside.library.load(sorted(filter(None, owners))))
    if not skills or any(isinstance(e, Unreadable) and e.why == OUT_OF_REACH for e in skills):
        return None
    plan = Plan.of(applied(ALL, "spec", target.settings.rules), ALL, inside)
    verdicts = [judge(each, plan, inside) for each in skills]
    return report(verdicts, plan, inside, honoured=Since(before, ()).honoured(plan, inside))
