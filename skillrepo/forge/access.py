"""Which interface and which token a project's host has, by the user's own word alone.

A token is for one host: that of `GITHUB_SERVER_URL` or `CI_SERVER_URL`, else github.com and
gitlab.com, or one that the user's configuration names together with its token's variable.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from skillrepo.errors import SkillRepoError
from skillrepo.user_config import ForgeSettings

Kind = Literal["github", "gitlab"]

# The order is that of GitHub's own command line: https://cli.github.com/manual/gh_help_environment
_GITHUB_TOKENS = ("GH_TOKEN", "GITHUB_TOKEN")
_GITLAB_TOKENS = ("GITLAB_TOKEN",)
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")
_NEEDS = {
    "github": "a token that may write pull requests and issues",
    "gitlab": "an access token with the scope `api` and the role Developer",
}


@dataclass(frozen=True, slots=True)
class Access:
    """`api` is the interface's address without a slash at its end; `variable` held the token."""

    kind: Kind
    host: str
    api: str
    variable: str
    token: str = field(repr=False)


def kind_of(host: str, settings: ForgeSettings, environ: Mapping[str, str]) -> Kind | None:
    """What runs on a host, as far as the user has said or is known."""
    if named := settings.hosts.get(host):
        return named.kind
    if host == _github(environ)[0]:
        return "github"
    return "gitlab" if host == _gitlab(environ)[0] else None


def access_to(host: str, kind: Kind, settings: ForgeSettings, environ: Mapping[str, str]) -> Access:
    """How to speak to a host of this kind, as `kind_of` gives it.

    SkillRepoError where there is no token for it, or its address is unfit.
    """
    if named := settings.hosts.get(host):
        usual = f"https://{host}/api/{'v3' if kind == 'github' else 'v4'}"
        api, origin = named.api_base or usual, f"forge.hosts.{host}.api_base"
        variables: tuple[str, ...] = (named.env,)
    elif kind == "github":
        api, origin, variables = _github(environ)[1], "GITHUB_API_URL", _GITHUB_TOKENS
    else:
        api, origin, variables = _gitlab(environ)[1], "CI_API_V4_URL", _GITLAB_TOKENS
    variable, token = _token(kind, host, variables, environ)
    return Access(kind, host, _checked(api, origin), variable, token)


def _github(environ: Mapping[str, str]) -> tuple[str, str]:
    """The host that the usual tokens are for, and the address of its interface.

    https://docs.github.com/actions/reference/workflows-and-actions/variables#default-environment-variables
    """
    api = environ.get("GITHUB_API_URL", "").rstrip("/")
    host = _host(environ.get("GITHUB_SERVER_URL", ""))
    if not host:
        # https://docs.github.com/enterprise-cloud@latest/admin/data-residency: api.NAME.ghe.com
        host = _host(api).removeprefix("api.") if api else "github.com"
    if api:
        return host, api
    if host == "github.com" or host.endswith(".ghe.com"):
        return host, f"https://api.{host}"
    return host, f"https://{host}/api/v3"


def _gitlab(environ: Mapping[str, str]) -> tuple[str, str]:
    """The same of GitLab.

    https://docs.gitlab.com/ci/variables/predefined_variables/
    """
    api = environ.get("CI_API_V4_URL", "").rstrip("/")
    host = _host(environ.get("CI_SERVER_URL", "") or api) or "gitlab.com"
    return host, api or f"https://{host}/api/v4"


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    host = parts.hostname or ""
    return host if port in {None, usual} else f"{host}:{port}"


def _checked(api: str, origin: str) -> str:
    """An address that a token may be sent to."""
    try:
        parts = urlsplit(api)
        fit = bool(parts.hostname) and parts.port != 0
    except ValueError:
        fit = False
    # The address itself may hold a password.
    if not fit or not api.isprintable() or parts.username or parts.query or parts.fragment:
        raise SkillRepoError(f"{origin} is no address of an interface: give https://HOST/PATH")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise SkillRepoError(f"{origin} must begin with https://: a token is sent there")
    return api


def _token(
    kind: Kind, host: str, variables: tuple[str, ...], environ: Mapping[str, str]
) -> tuple[str, str]:
    for variable in variables:
        token = environ.get(variable, "").strip()
        if not token:
            continue
        if not _TOKEN.fullmatch(token):
            # An HTTP library would quote it in its error.
            raise SkillRepoError(f"{variable} holds what cannot be a token; set it anew")
        return variable, token
    job = kind == "gitlab" and environ.get("CI_JOB_TOKEN")
    # https://docs.gitlab.com/ci/jobs/ci_job_token/#job-token-access
    hint = "; CI_JOB_TOKEN may not open merge requests" if job else ""
    raise SkillRepoError(
        f"there is no token for {host}: set {' or '.join(variables)} to {_NEEDS[kind]}{hint}"
    )
