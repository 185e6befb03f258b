"""The URL of a git remote → the host and the project that it names."""

import re
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

# user@host:path, where the path does not begin with //. git takes host:path for a local
# path if a slash stands before the colon. https://git-scm.com/docs/git-push#_git_urls
_SCP_LIKE = re.compile(r"(?:[^@/:\s]+@)?(?P<host>\[[0-9A-Fa-f:]+\]|[^@/:\s]+):(?!//)(?P<path>.+)")
_SEGMENT = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9._][A-Za-z0-9._-]*")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?")
_DEFAULT_PORTS = {"https": 443, "http": 80}
# Where port 22 is blocked: https://docs.github.com/authentication/troubleshooting-ssh/using-ssh-over-the-https-port
_SSH_HOSTS = {"ssh.github.com": "github.com", "altssh.gitlab.com": "gitlab.com"}


class Project(NamedTuple):
    """`host` is in lower case, with the port of an http(s) address unless it is the usual one.

    `path` is `owner/name`, of GitLab also `group/subgroup/name`.
    """

    host: str
    path: str


def project_of(url: str) -> Project | None:
    """The project that a remote's URL means; None for a path, or what no forge would have.

    A user and a password in it are left out.
    """
    if "://" in url:
        found = _of_url(url)
    else:
        scp = _SCP_LIKE.fullmatch(url)
        found = (scp["host"], scp["path"]) if scp else None
    if not found:
        return None
    host, path = found[0].lower(), found[1].strip("/").removesuffix(".git").rstrip("/")
    segments = path.split("/")
    fit = _HOST.fullmatch(host) and all(map(_SEGMENT.fullmatch, segments))
    return Project(_SSH_HOSTS.get(host, host), path) if fit and len(segments) > 1 else None


def _of_url(url: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"https", "http", "ssh", "git+ssh", "ssh+git"} or not parts.hostname:
        return None
    usual = "ssh" in parts.scheme or port in {None, _DEFAULT_PORTS.get(parts.scheme)}
    return parts.hostname if usual else f"{parts.hostname}:{port}", unquote(parts.path)
