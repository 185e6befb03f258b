"""The body is no longer than it has to be: it is paid for each time that the skill is loaded.

Formula: 1 up to 2,500 tokens of SKILL.md after the frontmatter, falling evenly to 0 at 5,000.

Source: https://agentskills.io/specification asks for fewer than 5,000 tokens. Of 673 published
skills, half have at most 1,852 tokens, and 7 % more than 5,000. In SkillReducer (arXiv 2603.29919)
bodies that were cut by 39 % served better, not worse.

Padding: any text makes the body longer.
"""

from skillrepo.measure import Measure, Reading, Subject
from skillrepo.tokens import tokens

_FULL, _NONE = 2_500, 5_000


def run(subject: Subject) -> Reading:
    """Count the tokens of the body."""
    count = tokens(subject.document.body)
    value = (_NONE - count) / (_NONE - _FULL)
    return Reading(min(1.0, max(0.0, value)), f"tokens in the body: ≈ {count:,}")


MEASURE = Measure("economy", "economy", __doc__, run, deducts=True)
