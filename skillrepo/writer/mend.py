"""Mends a skill without a model: applies those fixes of its findings that are the one right answer.

It answers findings alone. What a person says in words needs somebody who understands it.
"""

from dataclasses import dataclass, replace

from skillrepo.check import Plan
from skillrepo.context import Context
from skillrepo.draft import Draft, Request
from skillrepo.errors import SkillRepoError
from skillrepo.repair import repair_skill
from skillrepo.rules import ALL
from skillrepo.selection import applied

WRITER = "offline"


@dataclass(frozen=True, slots=True)
class Mender:
    """Revises the skill whose SKILL.md is at `path` by the fixes of the house rules' findings."""

    context: Context
    path: str

    def __call__(self, request: Request) -> Draft:
        """The skill with its fixes. Raises `SkillRepoError` where there are none."""
        if request.revises is None or request.previous:
            return request.previous or _nothing()
        rules = applied(ALL, "house", self.context.settings.rules)
        plan = Plan.of(rules, ALL, self.context).alone()
        done = repair_skill(self.path, plan, self.context)
        start = len(self.path.rpartition("/")[0]) + 1
        mended = {path[start:]: after for path, (_, after) in done.files.items()}
        known = {name: data for name, data in mended.items() if name in request.revises.files}
        if not known:
            return _nothing()
        codes = ", ".join(sorted({each.code for each in done.fixed}))
        return replace(
            request.revises,
            files={**request.revises.files, **known},
            writer=WRITER,
            notes=(f"Mended what has one right answer: {codes}.",),
        )


def _nothing() -> Draft:
    raise SkillRepoError(
        "no finding has a fix that is the one right answer; have it revised by a program "
        "(--writer command -- PROGRAM …) or a model (--model ID)"
    )
