"""The wheel, in an empty environment: the package is more than what lies in the checkout."""

from pathlib import Path

import release_check


def test_the_wheel_works_where_nothing_else_is(tmp_path: Path) -> None:
    sdist, wheel = release_check.build(tmp_path, tmp_path / "dist")
    release_check.check_contents(sdist, wheel)
    release_check.try_out(wheel, tmp_path)
