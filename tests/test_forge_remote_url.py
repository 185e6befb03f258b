"""The URL of a remote, and the host and project that it names."""

import pytest

from skillrepo.forge.remote_url import Project, project_of


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("https://github.com/owner/skills", "github.com", "owner/skills"),
        ("https://github.com/owner/skills.git", "github.com", "owner/skills"),
        ("https://github.com/owner/skills/", "github.com", "owner/skills"),
        ("https://GitHub.com:443/owner/skills.git/", "github.com", "owner/skills"),
        ("https://user:pa%2Fss@github.com/owner/skills.git", "github.com", "owner/skills"),
        ("https://x-access-token:gh@o/x@github.com/owner/skills", None, None),
        ("https://git.example.com:8443/owner/skills", "git.example.com:8443", "owner/skills"),
        ("http://127.0.0.1:3000/owner/skills", "127.0.0.1:3000", "owner/skills"),
        ("git@github.com:owner/skills.git", "github.com", "owner/skills"),
        ("github.com:owner/skills", "github.com", "owner/skills"),
        ("git@gitlab.com:group/sub/skills.git", "gitlab.com", "group/sub/skills"),
        ("ssh://git@github.com/owner/skills.git", "github.com", "owner/skills"),
        ("ssh://git@git.example.com:2222/a/b/c.git", "git.example.com", "a/b/c"),
        ("ssh://git@ssh.github.com:443/owner/skills.git", "github.com", "owner/skills"),
        ("git+ssh://git@github.com/owner/.github.git", "github.com", "owner/.github"),
        ("git@[::1]:owner/skills", None, None),
        ("/srv/git/skills.git", None, None),
        ("../skills.git", None, None),
        ("./a:b/c", None, None),
        ("file:///srv/git/owner/skills.git", None, None),
        ("git://github.com/owner/skills", None, None),
        ("ext::sh -c evil% github.com/owner/skills", None, None),
        ("https://github.com/skills", None, None),
        ("https://github.com/owner/../other/skills", None, None),
        ("https://github.com/owner/%2e%2e/skills", None, None),
        ("https://github.com/owner/sk ills", None, None),
        ("https://github.com/owner/skills?x=1#y", "github.com", "owner/skills"),
        ("https://github.com@evil.example/owner/skills", "evil.example", "owner/skills"),
        ("https://github.com:x/owner/skills", None, None),
        ("https://[bad/owner/skills", None, None),
        ("https:///owner/skills", None, None),
        ("", None, None),
    ],
)
def test_project_of(url: str, host: str | None, path: str | None) -> None:
    expected = Project(host, path) if host and path else None
    assert project_of(url) == expected
