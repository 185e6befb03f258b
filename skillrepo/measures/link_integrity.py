"""Links to the skill's own files lead to files that are there.

Formula: 1 / (1 + b / 4), where b is the number of different links, in SKILL.md and in the pages
written for its reader, that lead to a file which is not there, which has another case, or which
lies outside the skill; 0 beyond 3,000; n/a where no text may hold a link. `skillrepo explain L101`
says what counts as one.

Why not the share of sound links: links to files that are there would dilute those that are not.

Source: https://agentskills.io/specification (relative paths from the skill's root).

Padding: a link that leads somewhere adds nothing. Text that turns what stands above it into code,
such as a backtick that an earlier stray one waited for, is an edit of it and no addition.
"""

from skillrepo import links
from skillrepo.measure import Measure, Reading, Subject, deducted

_HALF = 4
_MOST = 3_000
"""Links that are looked up; beyond, those of other pages might be left out."""


def run(subject: Subject) -> Reading:
    """Count the links that lead to no file of the skill."""
    sheets = [sheet for sheet in links.sheets(*subject) if links.may_link(sheet.text)]
    if not sheets:
        return Reading(None, "there is no link")
    if sum(sheet.text.count("](") + sheet.text.count("]:") for sheet in sheets) > _MOST:
        return Reading(0.0, f"there are more than {_MOST:,} links")
    leads = links.leads(*subject)
    broken = {(sheet.name, link.target) for sheet, link, lead in leads if lead.kind != "there"}
    return Reading(deducted(len(broken), _HALF), f"links to no file of the skill: {len(broken):,}")


MEASURE = Measure("link_integrity", "integrity", __doc__, run, deducts=True)
