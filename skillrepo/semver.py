"""Semantic versions: how far a change raises one, and the version that it becomes.

The rules are those of https://semver.org: raising a number sets those behind it to 0, and a
pre-release is older than the version that it precedes.
"""

import re
from enum import IntEnum

FIRST = "0.1.0"
"""Of a skill that had no version; where semver.org says to begin."""

_VERSION = re.compile(r"v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(-[0-9A-Za-z.-]+)?(?:\+\S*)?")


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
    numbers = _numbers(version)
    if numbers is None:
        return None
    major, minor, patch, final = numbers
    # 2.0.0-rc.1 becomes 2.0.0, whatever changes: the numbers are raised already.
    waiting = not final and (
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
    """Whether a version is older than another; not so where one of them is no version.

    Of two pre-releases of one version none is.
    """
    first, second = _numbers(one), _numbers(other)
    return first is not None and second is not None and first < second


def _numbers(version: str) -> tuple[int, int, int, bool] | None:
    """The three numbers, and whether it is no pre-release."""
    match = _VERSION.fullmatch(version.strip())
    if match is None:
        return None
    return int(match[1]), int(match[2] or 0), int(match[3] or 0), match[4] is None
