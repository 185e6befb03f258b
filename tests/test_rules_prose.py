"""The rules about prose, where a fixture cannot show it: sizes."""

from pathlib import Path

import pytest
from content_repo import skill

from skillrepo.check import check
from skillrepo.context import Context
from skillrepo.files import Folder
from skillrepo.finding import Finding
from skillrepo.rule import Rule
from skillrepo.rules import reference_budget

BUDGET = reference_budget.RULE


def found_in(root: Path, rule: Rule) -> list[Finding]:
    context = Context.of(Folder(root))
    skills = context.library.load(context.library.skill_files)
    return list(check(skills, [rule], context, "house").findings)


@pytest.mark.parametrize("more", [0, 1])
def test_all_references_together(more: int, tmp_path: Path) -> None:
    root = tmp_path / "wax"
    (root / "references").mkdir(parents=True)
    (root / "SKILL.md").write_text(skill("wax"))
    for number in range(5):
        (root / f"references/part{number}.md").write_text("x" * 40_000)
    (root / "README.md").write_text("x" * 39_999)
    (root / "more.md").write_text("x" * more)
    told = [
        (finding.path, finding.line, finding.message[:40]) for finding in found_in(root, BUDGET)
    ]
    assert told == [("SKILL.md", 5, "the references have ≈ 50,001 tokens toge")] * more
