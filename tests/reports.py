"""Reports for the tests of the formats: real ones of small skills, and hostile ones."""

from collections.abc import Mapping
from pathlib import Path

from content_repo import TAXONOMY, context, skill

from skillrepo.check import check
from skillrepo.finding import Finding, NotAnalysed, Report, Severity
from skillrepo.output import Lines
from skillrepo.rules import ALL
from skillrepo.source_lines import SourceLines

WAX, INK = "skills/data/wax/SKILL.md", "skills/data/ink/SKILL.md"
FILES = {
    "taxonomy.yaml": TAXONOMY,
    WAX: '---\nname: wax\ndescription: Use when: é "x"\n---\n',
    INK: skill("wrong", extra="colour: red\n", body="# Ink\n\n蜡\tSee [a](gone.md).\n"),
    "skills/data/ink/references/more.md": "# More\n\n[b](lost.md)\n",
    "skills/coding/unit/SKILL.md": skill("unit"),
}
# Other rules come and go.
RULES = ("frontmatter-parses", "known-keys", "links-resolve", "name-matches-folder")
# What a name in a file system and a message can hold.
PATH = "skills/a\n::error::b,c: ##[add-mask]%0A<x>&\"'\x1b[2J\u202e\udce9]]>{0}[l](1)/SKILL.md"
MESSAGE = (
    "x\r\n::error::y ##[error]z ##vso[a] %0A ]]> \x1b[2J\u202e\ufffe\ud800 {0} [l](http://e.x)"
)


def real(root: Path, files: Mapping[str, str] = FILES) -> tuple[Report, Lines]:
    """Check skills with some rules; gives the report and the lines of their files."""
    at = context(root, files)
    (root / "skills/data/ink/pixel.png").write_bytes(b"\x89PNG\0")
    rules = [rule for rule in ALL if rule.name in RULES]
    report = check(at.library.load(at.library.skill_files), rules, at, "house")
    return report, SourceLines(at.library.source)


def finding(
    severity: Severity = Severity.ERROR,
    *,
    path: str = WAX,
    line: int = 2,
    column: int = 7,
    message: str = "is wrong",
) -> Finding:
    """Give a finding of a rule that there is not."""
    return Finding(path, line, column, "Z901", "some-rule", severity, message)


def hostile() -> Report:
    """Give a report in which all text is hostile that can be."""
    found = tuple(
        finding(severity, path=path, message=MESSAGE)
        for severity in reversed(Severity)
        for path in (PATH, f"::error::{PATH}", f" \n{PATH}")
    )
    left = (NotAnalysed(PATH, "is not UTF-8 text"),)
    return Report((PATH,), found, (("tree", "none"),), left, stale=(f"{PATH} Z901",))
