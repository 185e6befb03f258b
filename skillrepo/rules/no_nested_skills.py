"""No skill lies inside another.

What it checks: no folder above the skill's own holds a SKILL.md itself.

Why it matters: most clients and installers do not look below a SKILL.md, so the inner skill is
never offered; and it is copied along with the outer one, as if it were a part of it.

How to fix it: move the inner skill out, beside the outer one. If it is only an example, give its
file another name.

Example: `skills/qa/SKILL.md` and `skills/qa/browser/SKILL.md`: the second is not found.

Source: https://agentskills.io/specification ("a skill is a directory containing … a SKILL.md
file"); `npx skills` 1.7 and OpenClaw (https://docs.openclaw.ai/tools/skills) stop there.
"""

from collections.abc import Iterator
from posixpath import dirname, join

from skillrepo.context import Context
from skillrepo.facts import Facts
from skillrepo.files import SKILL_FILE
from skillrepo.rule import ERROR, Hit, Rule


def run(skill: Facts, context: Context) -> Iterator[Hit]:
    """Look for a SKILL.md in the folders above."""
    seen: dict[str, bool] = context.facts.derived("folders-of-skills", lambda _: {})
    folder = dirname(skill.path)
    while folder:
        folder = dirname(folder)
        if folder not in seen:
            path = join(folder, SKILL_FILE)
            there = context.library.source.kind(path) != "missing"
            seen[folder] = there and not context.library.excludes(path)
        if seen[folder]:
            where = f"`{folder}`" if folder else "the root"
            message = (
                f"lies inside the skill in {where}, where clients do not look for another; "
                "move it out"
            )
            yield Hit(1, 1, message)
            return


RULE = Rule("T105", "no-nested-skills", {"house": ERROR}, __doc__, run_related=run)
