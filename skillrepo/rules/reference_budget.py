"""What the skill gives its reader to read is cut into pieces that are worth loading.

What it checks: each Markdown file beside SKILL.md that is written for the skill's reader has at
most about 10,000 tokens (characters / 4), and all of them together at most about 50,000. README,
LICENSE, CHANGELOG, and the files in `assets/`, `templates/`, `examples/`, `evals/` and the like do
not count.

Why it matters: a file is loaded whole when the skill says to read it, and takes the room of the
task; 10,000 tokens are twice what the specification recommends for SKILL.md itself.

How to fix it: split the file by the question that it answers, and say in SKILL.md which part is for
which.

Example: `references/api.md` with all 300 calls; one file for each group of calls is loaded alone.

Source: https://agentskills.io/specification ("smaller files mean less use of context"); house.
"""

import re
from collections.abc import Iterator
from functools import cache

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.links import is_material
from skillrepo.rule import INFO, Hit, Rule

_MOST_OF_ONE = 10_000
_MOST_OF_ALL = 50_000


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Estimate the tokens of each reference, and of all."""
    total = 0
    for page in context.bundle(skill).markdown_pages():
        if is_material(page.name) or _for_people().match(page.name):
            continue
        tokens = -(-len(page.text) // 4)
        total += tokens
        if tokens > _MOST_OF_ONE:
            message = (
                f"the file has ≈ {tokens:,} tokens, and is loaded whole; at most {_MOST_OF_ONE:,} "
                "are meant: split it by what it is needed for"
            )
            yield Hit(1, 1, message, path=page.path)
    if total > _MOST_OF_ALL:
        message = (
            f"the references have ≈ {total:,} tokens together; at most {_MOST_OF_ALL:,} are meant: "
            "cut what the model knows without them, or make two skills"
        )
        yield Hit(skill.body_line, 1, message)


@cache
def _for_people() -> re.Pattern[str]:
    return re.compile(
        r"(?:.*/)?(?:readme|licen[sc]e|notice|changelog|contributing|skill\.[a-z-]+\.)[^/]*$",
        re.IGNORECASE,
    )


RULE = Rule("P108", "reference-budget", {"house": INFO}, __doc__, run=run)
