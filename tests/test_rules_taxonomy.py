"""Rules about the taxonomy: where a skill is moved to, and CODEOWNERS."""

from pathlib import Path

import pytest
from content_repo import TAXONOMY, context, skill

from skillrepo import rules, taxonomy
from skillrepo.check import check
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.finding import Finding, Fix
from skillrepo.taxonomy import Taxonomy

OWNED = TAXONOMY.replace("    aliases: [documents]\n", "    owners: ['@ada']\n")


def found(code: str, context: Context) -> list[Finding]:
    skills = context.library.load(context.library.skill_files)
    report = check(skills, rules.ALL, context, "house")
    return [finding for finding in report.findings if finding.code == code]


def test_the_fix_is_a_move(tmp_path: Path) -> None:
    files = {"taxonomy.yaml": TAXONOMY, "skills/documents/wax/SKILL.md": skill("wax")}
    (finding,) = found("T104", context(tmp_path, files))
    move = ("skills/documents/wax", "skills/data/wax")
    assert finding.fix == Fix("move the folder to skills/data/wax", (), move)


def test_canonical() -> None:
    loaded = taxonomy.load(TAXONOMY.replace("[documents]", "[documents, a/b, coding/old]"))
    assert isinstance(loaded, Taxonomy)
    found = [loaded.canonical(each) for each in ("documents", "a/b", "coding/old", "a", "data", "")]
    assert found == ["data", "data", "data", None, None, None]
    assert loaded.canonical("documents/testing") is None


@pytest.mark.parametrize("data", [b"x" * (1 << 21), b"\xff\0"])
def test_owners_that_cannot_be_read(data: bytes, tmp_path: Path) -> None:
    files = {"taxonomy.yaml": OWNED, "skills/data/wax/SKILL.md": skill("wax")}
    context(tmp_path, files)
    (tmp_path / "CODEOWNERS").write_bytes(data)
    (finding,) = found("T106", context(tmp_path, {}))
    assert (finding.path, finding.line) == ("CODEOWNERS", 1)
    assert finding.message.startswith("gives `data` to nobody, taxonomy.yaml to @ada; add")


def test_too_many_patterns(tmp_path: Path) -> None:
    categories = "".join(
        f"  c{number}:\n    title: C\n    owners: ['@ada']\n" for number in range(100)
    )
    files = {
        "taxonomy.yaml": f"version: 1\ncategories:\n{categories}",
        "CODEOWNERS": "**/*a*/*b*/** @ada\n" * 3_000,
    }
    (finding,) = found("T106", context(tmp_path, files))
    assert finding.message == "has 3,000 patterns, too many to compare; write fewer"


@pytest.mark.parametrize("text", [None, "version: 9\n"])
def test_without_a_taxonomy_there_is_nothing_to_say(text: str | None, tmp_path: Path) -> None:
    place = context(tmp_path, {"taxonomy.yaml": text} if text else {})
    by_name = {rule.name: rule for rule in rules.ALL}
    once, run = by_name["codeowners-agree"].run_once, by_name["canonical-category"].run
    assert once is not None
    assert run is not None
    assert list(once(place)) == []
    (tmp_path / "SKILL.md").write_text(skill(tmp_path.name))
    (document,) = place.library.load(["SKILL.md"])
    assert isinstance(document, Document)
    assert list(run(document, place)) == []
