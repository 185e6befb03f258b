"""Repairs one skill: what the fixes of its findings make of its files; nothing is written."""

from collections.abc import Mapping

from skillrepo import fix
from skillrepo.check import Plan, judge, report
from skillrepo.context import Context
from skillrepo.errors import SkillRepoError
from skillrepo.files import Patched, Source
from skillrepo.finding import Finding

_MOST = 10_000
"""Findings of one rule in one skill that are mended at once."""


def repair_skill(path: str, plan: Plan, context: Context) -> fix.Repair:
    """Repair the skill whose SKILL.md is at `path`, by the rules that look at one skill alone.

    Raises `SkillRepoError` where a file can no longer be read.
    """
    source = context.library.source

    def look(contents: Mapping[str, bytes]) -> tuple[Finding, ...]:
        inside = context.with_source(Patched(source, contents))
        verdicts = (judge(each, plan, inside, most=_MOST) for each in inside.library.load([path]))
        return report(verdicts, plan, inside).findings

    return fix.repair(lambda name: _bytes(source, name), look)


def _bytes(source: Source, path: str) -> bytes:
    data = next(source.read([path]))
    if not isinstance(data, bytes):
        raise SkillRepoError(f"{path} can no longer be read")
    return data
