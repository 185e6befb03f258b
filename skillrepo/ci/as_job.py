"""Lets git commit and talk to the remote as a job of GitHub Actions: for this process alone.

Nothing is written into the configuration of git, where it would stay for whatever runs later.
"""

import os
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

from skillrepo.git import Repository
from skillrepo.git_process import GitError

_NAME = "github-actions[bot]"
_ADDRESS = "41898282+github-actions[bot]@users.noreply.github.com"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@contextmanager
def as_job(repository: Repository) -> Iterator[None]:
    """Be the bot of GitHub Actions where git knows nobody else, and use the job's token.

    The token, of GITHUB_TOKEN, goes to the server of GITHUB_SERVER_URL and to no other.
    """
    added = {**_identity(repository, os.environ), **_access(repository, os.environ)}
    before = {name: os.environ.get(name) for name in added}
    os.environ.update(added)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _is_known(repository: Repository, url: str) -> bool:
    """Whether git has a header for the server: GitHub refuses a request that has two."""
    try:
        return bool(repository.run("config", "--get-urlmatch", "http.extraheader", url))
    except GitError:
        return False


def _identity(repository: Repository, environ: Mapping[str, str]) -> Mapping[str, str]:
    known = {"GIT_COMMITTER_EMAIL", "GIT_AUTHOR_EMAIL", "EMAIL"} & environ.keys()
    if known or repository.setting("user.email"):
        return {}
    roles = ("AUTHOR", "COMMITTER")
    return {
        **{f"GIT_{role}_NAME": _NAME for role in roles},
        **{f"GIT_{role}_EMAIL": _ADDRESS for role in roles},
    }


def _access(repository: Repository, environ: Mapping[str, str]) -> Mapping[str, str]:
    """What `actions/checkout` would write into the configuration, unless it has."""
    token = environ.get("GITHUB_TOKEN", "").strip()
    server = environ.get("GITHUB_SERVER_URL", "").rstrip("/")
    parts = urlsplit(server)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not token or not safe or _is_known(repository, f"{server}/"):
        return {}
    count = environ.get("GIT_CONFIG_COUNT", "0")
    number = int(count) if count.isdecimal() else 0
    word = b64encode(f"x-access-token:{token}".encode()).decode()
    return {
        "GIT_CONFIG_COUNT": str(number + 1),
        f"GIT_CONFIG_KEY_{number}": f"http.{server}/.extraheader",
        f"GIT_CONFIG_VALUE_{number}": f"AUTHORIZATION: basic {word}",
    }
