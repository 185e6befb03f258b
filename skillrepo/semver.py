"""Semantic versions: how far a change raises one, and the version that it becomes.

The rules are those of https://semver.org: raising a number sets those behind it to 0, and a
pre-release is older than the version that it precedes.
"""

import re
from enum import IntEnum

FIRST = "0.1.0"
"""Of a skill that had no version; where semver.org says to begin."""

_NUMBER = "([0-9]{1,99})"
_VERSION = re.compile(
    rf"v?{_NUMBER}(?:\.{_NUMBER})?(?:\.{_NUMBER})?(?:-([0-9A-Za-z.-]{{1,99}}))?(?:\+\S*)?"
)


class Bump(IntEnum):
    """Which number of a version a change raises; a higher one is the greater change."""

    PATCH = 1
    MINOR = 2
    MAJOR = 3

    def __str__(self) -> str:
        return self.name.lower()


def raised(version: str, bump: Bump) -> str | None:
    """The version after one; None where it is no version.

    `1.2` counts as `1.2.0`; without any version it is the first, `0.1.0`, or `1.0.0` for a major
    change.
    """
    if not version.strip():
        return "1.0.0" if bump is Bump.MAJOR else FIRST
    parsed = _parse(version)
    if parsed is None:
        return None
    (major, minor, patch), before = parsed
    # 2.0.0-rc.1 becomes 2.0.0, whatever changes: the numbers are raised already.
    waiting = before and (
        (bump is Bump.PATCH)
        or (bump is Bump.MINOR and not patch)
        or (bump is Bump.MAJOR and not minor and not patch)
    )
    if waiting:
        return f"{major}.{minor}.{patch}"
    if bump is Bump.MAJOR:
        return f"{major + 1}.0.0"
    return f"{major}.{minor + 1}.0" if bump is Bump.MINOR else f"{major}.{minor}.{patch + 1}"


def is_less(one: str, other: str) -> bool:
    """Whether a version is older than another; not so where one of them is no version."""
    first, second = _parse(one), _parse(other)
    if first is None or second is None:
        return False
    return (first[0], _order(first[1])) < (second[0], _order(second[1]))


def is_same(one: str, other: str) -> bool:
    """Whether two texts are one version, such as `1.1` and `1.1.0`; or the same text."""
    return one == other or (_parse(one) is not None and _parse(one) == _parse(other))


def _parse(version: str) -> tuple[tuple[int, int, int], str] | None:
    """The three numbers, and what makes it a pre-release."""
    match = _VERSION.fullmatch(version.strip())
    if match is None:
        return None
    return (int(match[1]), int(match[2] or 0), int(match[3] or 0)), match[4] or ""


def _order(before: str) -> tuple[bool, list[tuple[bool, int, str]]]:
    """Sorts pre-releases: numbers by their size and before words, and none after all of them."""
    parts = before.split(".") if before else ()
    return not before, [
        (False, int(part), "") if part.isdecimal() else (True, 0, part) for part in parts
    ]
