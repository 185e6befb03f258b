import pytest

from skillrepo.semver import Bump, is_less, raised


@pytest.mark.parametrize(
    ("version", "patch", "minor", "major"),
    [
        ("0.1.0", "0.1.1", "0.2.0", "1.0.0"),
        ("1.2.3", "1.2.4", "1.3.0", "2.0.0"),
        ("2.0.0-rc.1", "2.0.0", "2.0.0", "2.0.0"),
        ("1.2.0-a", "1.2.0", "1.2.0", "2.0.0"),
        ("1.2.3+build", "1.2.4", "1.3.0", "2.0.0"),
        ("1.2", "1.2.1", "1.3.0", "2.0.0"),
        ("v1", "1.0.1", "1.1.0", "2.0.0"),
        ("", "0.1.0", "0.1.0", "1.0.0"),
        ("999999999.0.0", "999999999.0.1", "999999999.1.0", "1000000000.0.0"),
        ("1000000000.0.0", "1000000000.0.1", "1000000000.1.0", "1000000001.0.0"),
        ("\u0661.2.3", None, None, None),
        ("latest", None, None, None),
        ("1.2.3.4", None, None, None),
        ("9" * 5_000, None, None, None),
    ],
)
def test_raised(version: str, patch: str | None, minor: str | None, major: str | None) -> None:
    assert [raised(version, bump) for bump in Bump] == [patch, minor, major]


@pytest.mark.parametrize(
    ("one", "other", "less"),
    [
        ("0.1.0", "0.1.1", True),
        ("0.9.0", "0.10.0", True),
        ("1.0.0-rc.1", "1.0.0", True),
        ("1.0.0", "1.0.0", False),
        ("1.0.0-alpha.2", "1.0.0-alpha.10", True),
        ("1.0.0-alpha", "1.0.0-alpha.1", True),
        ("1.0.0-2", "1.0.0-alpha", True),
        ("1.0.0-beta", "1.0.0-alpha", False),
        ("2.0.0", "1.9.9", False),
        ("x", "1.0.0", False),
        ("1.0.0", "", False),
    ],
)
def test_is_less(one: str, other: str, *, less: bool) -> None:
    assert is_less(one, other) is less
