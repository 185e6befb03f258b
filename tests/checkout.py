"""This checkout as others get it: a copy of its files, and what pip needs to install it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]

# Each test has a home of its own; pip's settings and what it has downloaded are the machine's.
_HOME = Path.home()
_SETTINGS = Path(os.environ.get("XDG_CONFIG_HOME") or _HOME / ".config") / "pip/pip.conf"
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or _HOME / ".cache") / "pip"


def use_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the test's programs install from the index that the machine uses."""
    monkeypatch.setenv("PIP_CACHE_DIR", str(_CACHE))
    # Most of what is installed is never imported. Of a `no-` option pip takes the opposite value.
    monkeypatch.setenv("PIP_NO_COMPILE", "0")
    if _SETTINGS.is_file():
        monkeypatch.setenv("PIP_CONFIG_FILE", str(_SETTINGS))


def copy(target: Path) -> Path:
    """Copy the files of the checkout that git tracks or would track."""
    if not (CHECKOUT / ".git").exists():
        pytest.skip("this is no git checkout, so what belongs to it is not known")
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        capture_output=True,
        check=True,
    )
    for name in os.fsdecode(listing.stdout).split("\0")[:-1]:
        if (CHECKOUT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(CHECKOUT / name, target / name)
    return target


def release(target: Path) -> Path:
    """Make a git repository of the checkout's files, with the tag `v0`."""
    copy(target)
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    for arguments in (
        ("init", "--quiet"),
        ("add", "--all"),
        (*identity, "commit", "--quiet", "--no-verify", "-m", "checkout"),
        ("tag", "v0"),
    ):
        subprocess.run(["git", *arguments], cwd=target, check=True)
    return target
