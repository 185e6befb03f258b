"""The version of a skill is a semantic one.

What it checks: `metadata.version`, or a `version` at the top, is three numbers with dots between
them, with what https://semver.org allows behind: `1.4.0`, `2.0.0-rc.1`.

Why it matters: tools that compare versions, and those that raise one for a change, read three
numbers. `1.10` without quotes is also the number 1.1 to YAML.

How to fix it: write all three numbers, without a `v`.

Example: `version: "1.0"` becomes `version: "1.0.0"`.

Source: house; the specification's own example has `"1.0"`, so it is a note.
"""

import re
from collections.abc import Iterator
from functools import cache

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.finding import Fix
from skillrepo.frontmatter_edit import Source, replace
from skillrepo.rule import INFO, Hit, Rule

_LONGEST = 80


def run(skill: Document, _context: Context) -> Iterator[Hit]:
    """Report each version that is not one."""
    for path in (("metadata", "version"), ("version",)):
        node = skill.node(*path)
        if node is None or node.kind in ("mapping", "list", "null"):
            continue
        version = node.text.strip()
        if len(version) > _LONGEST:
            yield Hit(*skill.place(*path), "the version is no semantic version; write `1.0.0`")
        elif not _semver().fullmatch(version):
            better = _whole(version)
            do = f"write `{better}`" if better else "write three numbers, such as `1.0.0`"
            message = f"the version `{version}` is no semantic version; {do}"
            # What YAML misreads has to be quoted first, which is another rule's.
            fix = _fix(skill, better, *path) if better and node.kind == "text" else None
            yield Hit(*skill.place(*path), message, fix)


def _fix(skill: Document, better: str, *path: str) -> Fix | None:
    return replace(Source(skill), better, *path, description=f"write the version `{better}`")


@cache
def _semver() -> re.Pattern[str]:
    """After https://semver.org, which has a pattern of its own, with groups."""
    number = "(?:0|[1-9][0-9]*)"
    part = f"(?:{number}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
    before = f"(?:-{part}(?:\\.{part})*)?"
    build = r"(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
    return re.compile(f"{number}\\.{number}\\.{number}{before}{build}")


def _whole(version: str) -> str | None:
    """The semantic version that one with a `v`, or with fewer numbers, stands for."""
    numbers = version.removeprefix("v").split(".")
    if len(numbers) <= 3:  # noqa: PLR2004 - a semantic version has three numbers
        numbers += ["0"] * (3 - len(numbers))
    whole = ".".join(numbers)
    return whole if _semver().fullmatch(whole) else None


RULE = Rule("M108", "version-semver", {"house": INFO}, __doc__, run=run)
