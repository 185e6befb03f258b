"""The description is no longer than it has to be: it is in the prompt whether or not it is used.

Formula: 1 up to 400 characters of the description, falling evenly to 0 at 1,024; n/a without one.

Source: https://agentskills.io/specification allows 1,024 characters. Clients show the model the
descriptions of all skills in each session. In SkillReducer (arXiv 2603.29919), descriptions that
were cut by 48 %, with bodies that were cut by 39 %, gave results that were 2.8 % better.

Padding: text below the frontmatter cannot change it.
"""

from skillrepo.measure import Measure, Reading, Subject

_FULL, _NONE = 400, 1_024


def run(subject: Subject) -> Reading:
    """Count the characters of the description."""
    description = subject.document.frontmatter.get("description")
    if not isinstance(description, str) or not description.strip():
        return Reading(None, "there is no description")
    value = (_NONE - len(description)) / (_NONE - _FULL)
    return Reading(min(1.0, max(0.0, value)), f"characters of description: {len(description):,}")


MEASURE = Measure("always_on", "economy", __doc__, run, deducts=True)
