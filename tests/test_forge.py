"""Pull requests at GitHub and GitLab, by their stand-ins on loopback; and by hand."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

import pytest
from forge_server import (
    TOKEN,
    GitHubStand,
    GitLabStand,
    Reply,
    Server,
    exists,
    refusal,
    reply,
    serving,
)

from skillrepo.config import Config
from skillrepo.errors import SkillRepoError
from skillrepo.forge.access import Access
from skillrepo.forge.body import Evidence, render
from skillrepo.forge.client import Client
from skillrepo.forge.of_remote import Route, forge_of
from skillrepo.forge.pull_request import Forge, Listed, Opened, PullRequest
from skillrepo.user_config import ForgeSettings

HEAD = "skill/new/pdf-merge"
TITLE = "feat(pdf-merge): add skill"
BODY = render(TITLE, Evidence(why=("Merges PDF files.",)))
WANTED = PullRequest(TITLE, BODY, HEAD, "main", ("skillrepo", "skill: new"))
GITHUB = "https://github.com/owner/skills.git"
GITLAB = "git@gitlab.com:group/sub/skills.git"
PULLS = "/repos/owner/skills/pulls"
SETTINGS = Config.load({}, Path("/nonexistent")).user.forge

said: list[str] = []
"""What was told of delays."""


@pytest.fixture(autouse=True)
def nothing_said() -> None:
    said.clear()


@pytest.fixture
def github() -> Iterator[tuple[Server, GitHubStand]]:
    stand = GitHubStand()
    with serving(stand) as server:
        yield server, stand


@pytest.fixture
def gitlab() -> Iterator[tuple[Server, GitLabStand]]:
    stand = GitLabStand()
    with serving(stand) as server:
        yield server, stand


def environ(server: Server) -> dict[str, str]:
    """What the jobs of GitHub and GitLab set, with the stand-in as interface."""
    return {
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_API_URL": server.url,
        "GITHUB_TOKEN": TOKEN,
        "CI_SERVER_URL": "https://gitlab.com",
        "CI_API_V4_URL": server.url,
        "GITLAB_TOKEN": TOKEN,
    }


def put(
    server: Server,
    wanted: PullRequest = WANTED,
    *,
    url: str = GITHUB,
    settings: ForgeSettings = SETTINGS,
    **variables: str,
) -> Opened:
    environment = {**environ(server), **variables}
    return forge(url, settings, environment).put(wanted)


def forge(
    url: str,
    settings: ForgeSettings = SETTINGS,
    variables: Mapping[str, str] = MappingProxyType({}),
    *,
    into: str | None = None,
    folder: Path = Path("/nonexistent"),
) -> Forge:
    return forge_of(Route("origin", url, into), settings, variables, folder, said.append)


def with_(**values: Any) -> ForgeSettings:
    return SETTINGS.model_copy(update=values)


def names(labels: list[Mapping[str, object]]) -> list[object]:
    return [label["name"] for label in labels]


# GitHub


def test_github_opens(github: tuple[Server, GitHubStand]) -> None:
    server, stand = github
    opened = put(server, replace(WANTED, draft=True))
    assert opened == Opened("created", 1, "https://github.com/owner/skills/pull/1")
    pull = stand.pulls[0]
    assert (pull["title"], pull["body"], pull["draft"]) == (TITLE, BODY, True)
    assert (pull["head"]["ref"], pull["base"]["ref"]) == (HEAD, "main")
    assert names(pull["labels"]) == ["skill: new", "skillrepo"]
    assert stand.labels["skillrepo"]["color"] == "5319e7"
    for request in server.received:
        assert request.headers["authorization"] == f"Bearer {TOKEN}"
        assert request.headers["x-github-api-version"] == "2022-11-28"
        assert request.headers["user-agent"].startswith("skillrepo/")


def test_github_again_changes_nothing(github: tuple[Server, GitHubStand]) -> None:
    server, stand = github
    put(server)
    server.received.clear()
    assert put(server).state == "unchanged"
    assert server.asked() == [f"GET {PULLS}"]
    assert len(stand.pulls) == 1


def test_github_updates_what_is_open(github: tuple[Server, GitHubStand]) -> None:
    server, stand = github
    put(server)
    pull = stand.pulls[0]
    pull["body"] = f"From me.\r\n\r\n{pull['body']}"
    pull["labels"].append({"name": "urgent"})
    title = "fix(pdf-merge): name the tool"
    wanted = replace(
        WANTED,
        title=title,
        body=render(title, Evidence(why=("Other words.",))),
        labels=("skillrepo", "skill: revise", "bump: minor"),
    )
    assert put(server, wanted).state == "updated"
    assert len(stand.pulls) == 1
    assert pull["title"] == title
    assert pull["body"] == f"From me.\n\n{wanted.body}"
    assert set(names(pull["labels"])) == {"skillrepo", "urgent", "skill: revise", "bump: minor"}
    assert put(server, wanted).state == "unchanged"


def test_title_that_somebody_gave_stays(github: tuple[Server, GitHubStand]) -> None:
    server, stand = github
    put(server)
    stand.pulls[0]["title"] = "A better title"
    body = render("another", Evidence(why=("Other words.",)))
    assert put(server, replace(WANTED, title="another", body=body)).state == "updated"
    assert stand.pulls[0]["title"] == "A better title"
    assert stand.pulls[0]["body"] == body


def test_pull_request_that_was_opened_by_hand_is_kept(github: tuple[Server, GitHubStand]) -> None:
    server, stand = github
    stand.pull(HEAD, title="By hand", body=None)
    assert put(server).number == 1
    assert stand.pulls[0]["title"] == "By hand"
    assert stand.pulls[0]["body"] == BODY
    assert len(stand.pulls) == 1


def test_of_several_the_one_with_our_base(github: tuple[Server, GitHubStand]) -> None:
    server, stand = github
    stand.pull(HEAD)["base"]["ref"] = "stable"
    stand.pull(HEAD)
    assert put(server).number == 2


def test_branch_of_that_name_in_a_fork_is_another(github: tuple[Server, GitHubStand]) -> None:
    server, stand = github
    stand.pull(HEAD, owner="mallory")
    stand.pull(HEAD, owner="mallory")["head"]["repo"] = None
    # GitHub ignores a filter that it cannot read, and lists every pull request.
    server.before("GET", PULLS, reply(stand.pulls))
    assert put(server) == Opened("created", 3, "https://github.com/owner/skills/pull/3")


def test_another_process_was_faster(github: tuple[Server, GitHubStand]) -> None:
    server, stand = github
    stand.pull(HEAD, title=TITLE, body="old")
    server.before("GET", PULLS, reply([]), reply([]))
    opened = put(server)
    assert (opened.state, opened.number) == ("updated", 1)
    assert f"POST {PULLS}" in server.asked()
    assert len(stand.pulls) == 1


def test_said_to_be_there_and_not_found(github: tuple[Server, GitHubStand]) -> None:
    server, _ = github
    server.before("POST", PULLS, exists(HEAD))
    with pytest.raises(SkillRepoError, match="which is not found; try again"):
        put(server)


def test_label_that_another_process_makes(github: tuple[Server, GitHubStand]) -> None:
    server, stand = github
    stand.labels["skillrepo"] = {"name": "skillrepo"}
    server.before("GET", "/repos/owner/skills/labels/skillrepo", refusal(404, "Not Found"))
    assert put(server).state == "created"


def test_label_that_is_gone_already(github: tuple[Server, GitHubStand]) -> None:
    server, _stand = github
    put(server)
    gone = refusal(404, "Label does not exist")
    server.before("DELETE", r".*/labels/skill: new", gone)
    assert put(server, replace(WANTED, labels=("skillrepo",))).state == "updated"


@pytest.mark.parametrize("number", [2, 3, 7])
def test_no_more_than_so_many(number: int, github: tuple[Server, GitHubStand]) -> None:
    server, stand = github
    stand.per_page = 2
    for index in range(number):
        stand.pull(f"feature/{index}")
    stand.pull("skill/new/one")
    stand.pull("by-label", labels=[{"name": "skillrepo"}])
    stand.pull("skill/new/of-a-fork", owner="mallory")
    assert put(server, settings=with_(max_open=3)).state == "created"
    with pytest.raises(SkillRepoError) as caught:
        put(server, replace(WANTED, head="skill/new/more"), settings=with_(max_open=3))
    assert "3 pull requests of skillrepo's are open already: merge or close one" in str(caught)
    assert "the branch is kept" in str(caught)
    assert len(stand.pulls) == number + 4
    # What is open is brought up to date all the same.
    assert put(server, settings=with_(max_open=1)).state == "unchanged"


@pytest.mark.parametrize("dispatch", [(), ("skills.yml", "grade.yml")])
def test_token_of_a_job_starts_no_checks(dispatch: tuple[str, ...]) -> None:
    stand = GitHubStand(author="github-actions[bot]")
    with serving(stand) as server:
        (note,) = put(server, settings=with_(dispatch=dispatch)).notes
    assert "opens with its own token starts no checks" in note
    assert ("forge.dispatch" in note) is not bool(dispatch)
    assert stand.dispatched == [(name, HEAD) for name in dispatch]


def test_github_cannot_make_it_a_draft(github: tuple[Server, GitHubStand]) -> None:
    server, stand = github
    put(server)
    opened = put(server, replace(WANTED, draft=True))
    (note,) = opened.notes
    assert opened.state == "unchanged"
    assert note == (
        "it stays ready for review, which this interface cannot change; do so by: "
        "gh pr ready --undo https://github.com/owner/skills/pull/1"
    )
    assert stand.pulls[0]["draft"] is False


def test_github_draft_stays_one(github: tuple[Server, GitHubStand]) -> None:
    server, stand = github
    assert put(server, replace(WANTED, draft=True)).notes == ()
    assert put(server, replace(WANTED, draft=True)) == Opened(
        "unchanged", 1, "https://github.com/owner/skills/pull/1"
    )
    (note,) = put(server).notes
    assert note.endswith("when it is ready: gh pr ready https://github.com/owner/skills/pull/1")
    assert stand.pulls[0]["draft"] is True


def test_another_base_is_set(github: tuple[Server, GitHubStand]) -> None:
    server, stand = github
    put(server)
    there = forge(GITHUB, variables=environ(server))
    assert there.base_of(HEAD) == "main"
    assert put(server, replace(WANTED, base="stable")).state == "updated"
    assert stand.pulls[0]["base"]["ref"] == "stable"
    assert there.base_of(HEAD) == "stable"
    stand.pull(HEAD)
    assert there.base_of(HEAD) is None
    assert there.base_of("skill/new/other") is None


def test_all_that_are_open(github: tuple[Server, GitHubStand]) -> None:
    server, stand = github
    stand.per_page = 2
    for number in range(5):
        stand.pull(f"skill/new/n{number}", draft=number == 4)
    stand.pull("skill/new/of-a-fork", owner="mallory")
    found = forge(GITHUB, variables=environ(server)).all_open()
    assert [each.head for each in found] == [f"skill/new/n{number}" for number in range(5)]
    assert found[4] == Listed(
        "skill/new/n4", "main", 5, "https://github.com/owner/skills/pull/5", draft=True
    )
    assert server.asked() == [f"GET {PULLS}"] * 3


# Forks


FORK = "https://github.com/ada/skills"


def test_github_from_a_fork(github: tuple[Server, GitHubStand]) -> None:
    server, stand = github
    there = forge(FORK, with_(max_open=1), environ(server), into=GITHUB)
    stand.pull(HEAD)
    opened = there.put(WANTED)
    assert opened == Opened("created", 2, "https://github.com/owner/skills/pull/2")
    assert stand.pulls[1]["head"]["label"] == f"ada:{HEAD}"
    assert names(stand.pulls[1]["labels"]) == ["skill: new", "skillrepo"]
    assert there.put(WANTED).state == "unchanged"
    assert there.base_of(HEAD) == "main"
    assert [each.number for each in there.all_open()] == [2]
    with pytest.raises(SkillRepoError, match="1 pull requests of skillrepo's are open already"):
        there.put(replace(WANTED, head="skill/new/other"))
    assert {request.path.split("/")[2] for request in server.received} == {"owner"}


def test_fork_of_the_same_owner_is_named(github: tuple[Server, GitHubStand]) -> None:
    server, _ = github
    there = forge("git@github.com:Owner/other", variables=environ(server), into=GITHUB)
    server.before("POST", PULLS, refusal(422, "no"))
    with pytest.raises(SkillRepoError):
        there.put(WANTED)
    request = server.received[-1].body
    assert (request["head"], request["head_repo"]) == (f"Owner:{HEAD}", "other")


@pytest.mark.parametrize("status", [403, 404])
def test_labels_are_not_for_everybody(status: int, github: tuple[Server, GitHubStand]) -> None:
    server, stand = github
    there = forge(FORK, variables=environ(server), into=GITHUB)
    server.before("POST", "/repos/owner/skills/labels", refusal(status, "no"))
    opened = there.put(WANTED)
    assert (opened.state, opened.notes) == (
        *("created",),
        ("its labels are left to those who may write to the project",),
    )
    assert stand.pulls[0]["labels"] == []


def test_gitlab_from_a_fork(gitlab: tuple[Server, GitLabStand]) -> None:
    server, stand = gitlab
    stand.request(HEAD)
    there = forge("git@gitlab.com:ada/skills", variables=environ(server), into=GITLAB)
    assert there.put(WANTED).number == 2
    made = stand.requests[1]
    assert (made["source_project_id"], made["target_project_id"]) == (8, 7)
    assert made["labels"] == ["skill: new", "skillrepo"]
    assert there.put(WANTED).state == "unchanged"
    assert [each.number for each in there.all_open()] == [2]
    assert "POST /projects/ada/skills/merge_requests" in server.asked()
    server.before("GET", "/projects/ada/skills", reply(["x"]))
    with pytest.raises(SkillRepoError, match="did not answer as its interface does"):
        there.all_open()


def test_fork_at_another_host_is_none() -> None:
    with pytest.raises(SkillRepoError, match=r"origin is not at github\.com, so no pull request"):
        forge(GITLAB, variables={"GH_TOKEN": "a"}, into=GITHUB)


# GitLab


def test_gitlab_makes_it_a_draft(gitlab: tuple[Server, GitLabStand]) -> None:
    server, stand = gitlab
    put(server, url=GITLAB)
    assert put(server, replace(WANTED, draft=True), url=GITLAB) == Opened(
        "updated", 1, "https://gitlab.com/group/sub/skills/-/merge_requests/1"
    )
    assert stand.requests[0]["title"] == f"Draft: {TITLE}"
    opened = put(server, replace(WANTED, base="stable"), url=GITLAB)
    command = "glab mr update 1 --repo https://gitlab.com/group/sub/skills --ready"
    assert opened.notes == (f"it is a draft still; when it is ready: {command}",)
    assert stand.requests[0]["title"] == f"Draft: {TITLE}"
    assert stand.requests[0]["target_branch"] == "stable"


def test_gitlab_opens(gitlab: tuple[Server, GitLabStand]) -> None:
    server, stand = gitlab
    opened = put(server, replace(WANTED, draft=True), url=GITLAB)
    url = "https://gitlab.com/group/sub/skills/-/merge_requests/1"
    assert opened == Opened("created", 1, url)
    made = stand.requests[0]
    assert (made["title"], made["description"]) == (f"Draft: {TITLE}", BODY)
    assert (made["source_branch"], made["target_branch"]) == (HEAD, "main")
    assert made["labels"] == ["skill: new", "skillrepo"]
    assert stand.labels["skillrepo"]["color"] == "#5319e7"
    assert {each.headers["authorization"] for each in server.received} == {f"Bearer {TOKEN}"}


def test_gitlab_updates(gitlab: tuple[Server, GitLabStand]) -> None:
    server, stand = gitlab
    put(server, replace(WANTED, draft=True), url=GITLAB)
    made = stand.requests[0]
    made["labels"].append("urgent")
    title = "feat(pdf-merge): split"
    wanted = replace(WANTED, title=title, body=render(title, Evidence(why=("x",))), labels=())
    assert put(server, wanted, url=GITLAB).state == "updated"
    assert (made["title"], made["description"]) == (f"Draft: {title}", wanted.body)
    assert made["labels"] == ["urgent"]
    assert len(stand.requests) == 1


@pytest.mark.parametrize("number", [1, 4])
def test_gitlab_no_more_than_so_many(number: int, gitlab: tuple[Server, GitLabStand]) -> None:
    server, stand = gitlab
    stand.per_page = 2
    for index in range(number):
        stand.request(f"feature/{index}")
    stand.request("skill/new/one")
    stand.request("skill/new/of-a-fork", source_project_id=8)
    stand.request("by-label", labels=["skillrepo"])
    assert put(server, url=GITLAB, settings=with_(max_open=3)).state == "created"
    with pytest.raises(SkillRepoError, match="3 pull requests of skillrepo's are open already"):
        put(server, replace(WANTED, head="skill/new/x"), url=GITLAB, settings=with_(max_open=3))
    assert len(stand.requests) == number + 4
    found = forge(GITLAB, variables=environ(server)).all_open()
    assert [each.head for each in found[number:]] == ["skill/new/one", "by-label", HEAD]


def test_gitlab_another_process_was_faster(gitlab: tuple[Server, GitLabStand]) -> None:
    server, stand = gitlab
    stand.request(HEAD, description="from a person")
    stand.request("skill/new/x", source_project_id=8)
    server.before("GET", ".*/merge_requests", reply([]), reply([]))
    server.before("GET", ".*/labels/skillrepo", reply({"message": "404"}, 404))
    stand.labels["skillrepo"] = {"name": "skillrepo"}
    assert put(server, url=GITLAB).state == "updated"
    assert stand.requests[0]["description"].startswith("from a person\n\n<!--")
    assert len(stand.requests) == 2


def test_gitlab_words_of_a_refusal(gitlab: tuple[Server, GitLabStand]) -> None:
    server, _ = gitlab
    said = reply({"message": {"source_branch": ["is invalid"], "title": ["is too long"]}}, 400)
    server.before("POST", ".*/merge_requests", said)
    with pytest.raises(SkillRepoError, match="source_branch is invalid; title is too long"):
        put(server, url=GITLAB)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        *((".*/merge_requests", status) for status in (401, 403, 404, 500)),
        # Without a label of that name, it is made.
        *((".*/labels/skillrepo", status) for status in (401, 403, 500)),
    ],
)
def test_gitlab_failure(path: str, status: int, gitlab: tuple[Server, GitLabStand]) -> None:
    server, _ = gitlab
    server.before("GET", path, reply({"message": f"{status} you sent {TOKEN}"}, status))
    with pytest.raises(SkillRepoError) as caught:
        put(server, url=GITLAB)
    assert f"gitlab.com refused to read ({status}: {status} you sent ***)" in str(caught.value)
    assert not leaks(str(caught.value))
    assert put(server, url=GITLAB).number == 1


@pytest.mark.parametrize(
    ("method", "path"), [("POST", ".*/merge_requests"), ("POST", ".*/labels"), ("PUT", ".*/1")]
)
def test_gitlab_that_refuses_to_write(
    method: str, path: str, gitlab: tuple[Server, GitLabStand]
) -> None:
    server, stand = gitlab
    server.before(method, path, reply({"message": "403 Forbidden"}, 403))
    with pytest.raises(SkillRepoError, match="the token in GITLAB_TOKEN may not do that"):
        put(server, url=GITLAB)
    assert put(server, url=GITLAB).number == 1
    assert stand.requests[0]["labels"] == ["skill: new", "skillrepo"]


def test_gitlab_that_speaks_otherwise(gitlab: tuple[Server, GitLabStand]) -> None:
    server, _ = gitlab
    server.before("GET", ".*/merge_requests", reply([{"iid": "x"}]))
    with pytest.raises(SkillRepoError, match=r"gitlab\.com did not answer as its interface does"):
        put(server, url=GITLAB)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ".*/labels/skillrepo"), ("POST", ".*/labels"), ("DELETE", ".*/labels/.*")],
)
def test_github_label_that_is_refused(
    method: str, path: str, github: tuple[Server, GitHubStand]
) -> None:
    server, stand = github
    stand.pull(HEAD, labels=[{"name": "skill: move"}])
    server.before(method, path, refusal(403, "Resource not accessible by integration"))
    with pytest.raises(SkillRepoError, match="/pull/1 is open, but is not complete: github"):
        put(server)
    assert put(server).state == "updated"
    assert set(names(stand.pulls[0]["labels"])) == {"skill: new", "skillrepo"}


# Who gets a token


@pytest.mark.parametrize(
    ("url", "variables", "variable"),
    [
        (GITHUB, {"GH_TOKEN": "a"}, "GH_TOKEN"),
        (GITHUB, {"GITHUB_TOKEN": "a", "GH_TOKEN": ""}, "GITHUB_TOKEN"),
        (GITLAB, {"GITLAB_TOKEN": "a"}, "GITLAB_TOKEN"),
    ],
)
def test_usual_tokens(url: str, variables: dict[str, str], variable: str) -> None:
    access = access_of(url, variables)
    assert access
    assert access.variable == variable
    assert (
        access.api
        == {
            GITHUB: "https://api.github.com",
            GITLAB: "https://gitlab.com/api/v4",
        }[url]
    )
    assert "'a'" not in repr(access)


def access_of(
    url: str, variables: Mapping[str, str], settings: ForgeSettings = SETTINGS
) -> Access | None:
    found: Access | None = getattr(forge(url, settings, variables), "_access", None)
    return found


@pytest.mark.parametrize(
    ("server", "api", "host", "expected"),
    [
        ("https://ghe.example", "", "ghe.example", "https://ghe.example/api/v3"),
        ("", "https://ghe.example/api/v3/", "ghe.example", "https://ghe.example/api/v3"),
        ("", "https://api.corp.ghe.com", "corp.ghe.com", "https://api.corp.ghe.com"),
        ("https://corp.ghe.com", "", "corp.ghe.com", "https://api.corp.ghe.com"),
        ("https://ghe.example:8443", "", "ghe.example:8443", "https://ghe.example:8443/api/v3"),
    ],
)
def test_enterprise_of_a_job(server: str, api: str, host: str, expected: str) -> None:
    variables = {"GITHUB_SERVER_URL": server, "GITHUB_API_URL": api, "GITHUB_TOKEN": "a"}
    access = access_of(f"https://{host}/owner/skills", variables)
    assert access
    assert access.api == expected
    # The token is that server's, and no other's.
    assert access_of(GITHUB, variables) is None


def test_gitlab_of_a_job() -> None:
    variables = {"CI_API_V4_URL": "https://git.example/api/v4", "GITLAB_TOKEN": "a"}
    access = access_of("https://git.example/group/skills", variables)
    assert access
    assert access.api == "https://git.example/api/v4"
    assert access_of(GITLAB, variables) is None


def test_host_of_the_users_own_has_its_own_token(tmp_path: Path) -> None:
    config = tmp_path / "skillrepo/config.yaml"
    config.parent.mkdir()
    config.write_text(
        "forge:\n  hosts:\n    git.example: {kind: github, env: EXAMPLE_TOKEN}\n"
        "    alias: {kind: gitlab, env: EXAMPLE_TOKEN, api_base: https://git.example/api/v4}\n"
    )
    settings = Config.load({"XDG_CONFIG_HOME": str(tmp_path)}, tmp_path).user.forge
    variables = {"GH_TOKEN": "a", "GITLAB_TOKEN": "a", "EXAMPLE_TOKEN": "b"}
    access = access_of("git@git.example:owner/skills", variables, settings)
    assert access == Access(
        "github", "git.example", "https://git.example/api/v3", "EXAMPLE_TOKEN", "b"
    )
    access = access_of("alias:owner/skills", variables, settings)
    assert access
    assert (access.kind, access.api) == ("gitlab", "https://git.example/api/v4")
    with pytest.raises(SkillRepoError, match=r"no token for git.example: set EXAMPLE_TOKEN"):
        access_of("git@git.example:owner/skills", {"GH_TOKEN": "a"}, settings)


@pytest.mark.parametrize(
    "url", ["https://evil.example/owner/skills", "https://github.com.evil/owner/skills", "/srv/x"]
)
def test_unknown_host_is_never_asked(url: str) -> None:
    assert access_of(url, {"GH_TOKEN": "a", "GITLAB_TOKEN": "a"}) is None


def test_no_token() -> None:
    with pytest.raises(SkillRepoError, match=r"no token for github.com: set GH_TOKEN or GITHUB_"):
        access_of(GITHUB, {"GITLAB_TOKEN": "a"})
    with pytest.raises(SkillRepoError, match=r"set GITLAB_TOKEN to .*; CI_JOB_TOKEN may not open"):
        access_of(GITLAB, {"GH_TOKEN": "a", "CI_JOB_TOKEN": "b"})


@pytest.mark.parametrize("token", ["se\ncret", "se cret", "gehe\u00efm"])
def test_what_cannot_be_a_token_is_not_shown(token: str) -> None:
    with pytest.raises(SkillRepoError) as caught:
        access_of(GITHUB, {"GH_TOKEN": token})
    assert str(caught.value) == "GH_TOKEN holds what cannot be a token; set it anew"


@pytest.mark.parametrize(
    "api",
    [
        "http://api.example",
        "http://127.0.0.1.evil.example",
        "ftp://127.0.0.1",
        "https://user:secret@api.example",
        "https://api.example?x=secret",
        "https://api.example\n",
        "https://[bad",
        "api.example",
    ],
)
def test_address_that_no_token_may_go_to(api: str) -> None:
    variables = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_API_URL": api, "GH_TOKEN": "a"}
    with pytest.raises(SkillRepoError) as caught:
        access_of(GITHUB, variables)
    assert str(caught.value).startswith("GITHUB_API_URL ")
    assert "secret" not in str(caught.value)


# Failures: one line each, and never the token


def cut(value: object, missing: int) -> Reply:
    whole = json.dumps(value).encode()
    return Reply(200, whole, length=len(whole) + missing)


ECHO = f"you sent {TOKEN}"
FAILURES = [
    (refusal(401, "Bad credentials"), "GITHUB_TOKEN holds no valid token: make a new one"),
    (refusal(401, ECHO), "(401: you sent ***)"),
    (
        refusal(403, "Resource not accessible by integration"),
        "accessible by integration); the token in GITHUB_TOKEN may not do that",
    ),
    (refusal(404, "Not Found"), "there is no such project, or the token in GITHUB_TOKEN may not"),
    (refusal(410, "Gone\x1b[2J\nforged line"), "(410: Gone<U+001B>[2J forged line)"),
    (
        refusal(
            422,
            "Validation Failed",
            {"resource": "PullRequest", "field": "base", "code": "invalid"},
        ),
        "(422: Validation Failed; base invalid)",
    ),
    (refusal(422, "Validation Failed", {"message": ECHO}), "Validation Failed; you sent ***"),
    (reply({"message": "no", "errors": "as a text"}, 422), "no; as a text"),
    (reply({"error": "insufficient_scope"}, 400), "(400: insufficient_scope)"),
    (reply(["x"], 400), "refused to read (400)"),
    (Reply(500, b"<html>oops</html>"), "(500); the trouble is there; try again later"),
    (Reply(502, b"\xff" + b"[" * 100_000), "(502); the trouble is there"),
    (Reply(200, b"<html>a login page</html>"), "did not answer as its interface does"),
    (Reply(200, b"[" * 100_000), "did not answer as its interface does"),
    (Reply(200, b"\xff\xfe\x00"), "did not answer as its interface does"),
    (Reply(200, b""), "did not answer as its interface does"),
    (reply({"message": ECHO}), "did not answer as its interface does"),
    (reply([{"number": ECHO}]), "did not answer as its interface does"),
    (reply([ECHO]), "did not answer as its interface does"),
    (cut([], 10), "broke off (RemoteProtocolError); try again"),
    (Reply(200, b"", length=10), "broke off (RemoteProtocolError); try again"),
    (Reply(200, b"", held=True), "did not answer within 0.3 seconds; try again later"),
    (Reply(200, b"[]" * 500, drips=True), "sends more, or more slowly, than can be right"),
    (Reply(200, b" " * (17 << 20)), "sends more, or more slowly, than can be right"),
    (Reply(301, b"{}", {"location": "https://evil.example/x"}), "the project has moved"),
    (Reply(307, b"", {"location": "/elsewhere"}), "the project has moved"),
    (
        refusal(403, "You have exceeded a secondary rate limit.", retry_after="3600"),
        "limits how much may be asked of it; try again in 3,600 seconds",
    ),
]


@pytest.mark.parametrize(("failure", "said"), FAILURES)
def test_failure(failure: Reply, said: str, github: tuple[Server, GitHubStand]) -> None:
    server, stand = github
    stand.pull("feature")
    server.before("GET", PULLS, failure)
    with pytest.raises(SkillRepoError) as caught:
        put(server, settings=with_(timeout=0.3))
    assert said in str(caught.value)
    assert str(caught.value).startswith("github.com ")
    assert "\n" not in str(caught.value)
    assert not leaks(str(caught.value))
    assert server.asked() == [f"GET {PULLS}"]
    assert len(stand.pulls) == 1


def leaks(text: str) -> bool:
    forms = (TOKEN, quote(TOKEN), quote(TOKEN, safe=""), TOKEN.replace("/", "\\/"), TOKEN[:12])
    return any(form in text for form in forms)


def test_nobody_is_there() -> None:
    with serving(GitHubStand()) as server:
        pass
    with pytest.raises(SkillRepoError, match=r"github.com cannot be reached .*is the network up"):
        put(server)


@pytest.mark.parametrize("part", ["labels", "dispatch"])
def test_failure_after_it_was_opened_says_so(part: str) -> None:
    stand = GitHubStand(author="github-actions[bot]")
    with serving(stand) as server:
        path = ".*/labels" if part == "labels" else ".*/dispatches"
        server.before("POST", path, refusal(403, ECHO))
        with pytest.raises(SkillRepoError) as caught:
            put(server, settings=with_(dispatch=("skills.yml",)))
        assert str(caught.value).startswith(
            "https://github.com/owner/skills/pull/1 was opened, but is not complete: github.com "
        )
        assert not leaks(str(caught.value))
        # The next run goes on from there.
        assert put(server, settings=with_(dispatch=("skills.yml",))).number == 1
    assert names(stand.pulls[0]["labels"]) == ["skill: new", "skillrepo"]
    assert stand.dispatched == [("skills.yml", HEAD)]


def test_opened_in_spite_of_a_connection_that_broke(github: tuple[Server, GitHubStand]) -> None:
    server, stand = github
    server.before("POST", PULLS, Reply(201, b"{", length=100))
    with pytest.raises(SkillRepoError, match="broke off"):
        put(server)
    stand.pull(HEAD, title=TITLE, body=BODY)
    assert put(server).number == 1
    assert len(stand.pulls) == 1


def test_address_in_a_reply_cannot_carry_the_token(github: tuple[Server, GitHubStand]) -> None:
    server, stand = github
    stand.pull(HEAD, html_url=f"https://github.com/{TOKEN}", title=TOKEN, body=BODY)
    opened = put(server)
    assert opened.url == "https://github.com/***"


def test_address_in_a_reply_is_one_line_of_an_error(github: tuple[Server, GitHubStand]) -> None:
    server, stand = github
    stand.pull(HEAD, html_url="https://x/\nerror: x\x1b[2J", title=TITLE, body=BODY)
    server.before("POST", ".*/labels", refusal(500, "no"))
    with pytest.raises(SkillRepoError, match=r"^https://x/ error: x<U\+001B>\[2J is open, but"):
        put(server)


@pytest.mark.parametrize(
    "following",
    ["https://evil.example/repos?page=2", "http://127.0.0.1:1/repos", "@evil.example/x"],
)
def test_next_page_elsewhere_is_not_asked_for(
    following: str, github: tuple[Server, GitHubStand]
) -> None:
    server, _ = github
    server.before("GET", PULLS, reply([], link=f'<{following}>; rel="next"'))
    with pytest.raises(SkillRepoError, match="names another place"):
        put(server)
    assert len(server.received) == 1


def test_endless_pages_end(github: tuple[Server, GitHubStand]) -> None:
    server, _ = github
    page = reply([], link=f'<{server.url}{PULLS}?page=2>; rel="next"')
    server.before("GET", PULLS, reply([]), *[page] * 50)
    assert put(server).state == "created"
    assert server.asked().count(f"GET {PULLS}") == 51
    server.before("GET", PULLS, *[page] * 50)
    with pytest.raises(SkillRepoError, match=r"github\.com lists more than 50 pages"):
        forge(GITHUB, variables=environ(server)).all_open()


# Waiting


def client(server: Server, waits: list[float]) -> Client:
    access = Access("github", "github.com", server.url, "GH_TOKEN", TOKEN)
    return Client(access, {}, 5, say=said.append, sleep=waits.append)


LIMIT = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


@pytest.mark.parametrize(
    ("limits", "waited"),
    [
        ([refusal(403, LIMIT, retry_after="0")], [0]),
        ([refusal(429, LIMIT, retry_after="7"), refusal(403, LIMIT, retry_after="8")], [7, 8]),
        ([refusal(403, LIMIT)], [60]),
        ([refusal(429, "Too many")], [60]),
        ([refusal(403, LIMIT, retry_after="Wed, 21 Oct 2026 07:28:00 GMT")], [60]),
        ([refusal(403, "x", x_ratelimit_remaining="0", x_ratelimit_reset="1")], [0]),
        ([refusal(403, "x", x_ratelimit_remaining="0")], [60]),
    ],
)
def test_waits_as_it_is_asked_to(
    limits: list[Reply], waited: list[float], github: tuple[Server, GitHubStand]
) -> None:
    server, _ = github
    server.before("GET", PULLS, *limits)
    waits: list[float] = []
    with client(server, waits) as connection:
        assert connection.send("GET", PULLS).value == []
    assert waits == waited
    # Not a word of a delay that is none.
    assert [int(line.split()[-2]) for line in said] == [each for each in waited if each]
    assert all(line.startswith("github.com limits how much may be asked of it (") for line in said)


@pytest.mark.parametrize(
    ("limits", "waited"),
    [
        ([refusal(403, LIMIT, retry_after="0")] * 5, [0, 0]),
        ([refusal(403, LIMIT, retry_after="40")] * 2, [40]),
        ([refusal(403, LIMIT, retry_after="61")], []),
        ([refusal(403, "x", x_ratelimit_remaining="0", x_ratelimit_reset="99999999999")], []),
    ],
)
def test_does_not_wait_for_ever(
    limits: list[Reply], waited: list[float], github: tuple[Server, GitHubStand]
) -> None:
    server, _ = github
    server.before("GET", PULLS, *limits)
    waits: list[float] = []
    with client(server, waits) as connection, pytest.raises(SkillRepoError, match="try again in"):
        connection.send("GET", PULLS)
    assert waits == waited


def test_limited_in_the_middle_it_goes_on(github: tuple[Server, GitHubStand]) -> None:
    server, stand = github
    server.before("POST", PULLS, refusal(403, LIMIT, retry_after="0"))
    began = time.monotonic()
    assert put(server).state == "created"
    assert time.monotonic() - began < 20
    assert len(stand.pulls) == 1


# By hand


@pytest.mark.parametrize(
    ("url", "kind", "command"),
    [
        (
            GITHUB,
            "none",
            (
                "gh pr create --repo github.com/owner/skills --head skill/new/pdf-merge "
                "--base main "
                '--draft --title "$(cat FOLDER/title.txt)" --body-file FOLDER/body.md'
            ),
        ),
        (
            GITLAB,
            "none",
            (
                "glab mr create --repo https://gitlab.com/group/sub/skills --source-branch "
                "skill/new/pdf-merge --target-branch main --draft "
                '--title "$(cat FOLDER/title.txt)" --description "$(cat FOLDER/body.md)"'
            ),
        ),
        ("/srv/skills.git", "auto", "git request-pull main origin skill/new/pdf-merge"),
        ("https://git.example/a/b", "auto", "git request-pull main origin skill/new/pdf-merge"),
    ],
)
def test_by_hand(url: str, kind: str, command: str, tmp_path: Path) -> None:
    there = forge(url, with_(kind=kind), {"GH_TOKEN": TOKEN}, folder=tmp_path / "requests")
    for _ in range(2):
        opened = there.put(replace(WANTED, draft=True))
    folder = tmp_path / "requests/skill-new-pdf-merge"
    said = command.replace("FOLDER", str(folder))
    assert opened == Opened("written", folder=str(folder), command=said)
    assert (folder / "title.txt").read_text() == f"{TITLE}\n"
    assert (folder / "body.md").read_text() == BODY


def test_by_hand_from_a_fork(tmp_path: Path) -> None:
    none = with_(kind="none")
    there = forge(FORK, none, into=GITHUB, folder=tmp_path)
    command = str(there.put(WANTED).command)
    assert command.startswith(
        "gh pr create --repo github.com/owner/skills --head ada:skill/new/pdf-merge --base main"
    )
    assert there.base_of(HEAD) == "main"
    assert there.base_of("skill/new/other") is None
    there = forge("git@gitlab.com:ada/skills", none, into=GITLAB, folder=tmp_path)
    assert str(there.put(WANTED).command).startswith(
        "glab mr create --repo https://gitlab.com/group/sub/skills --head ada/skills "
        "--source-branch skill/new/pdf-merge "
    )


@pytest.mark.parametrize(
    ("url", "kind", "why"),
    [
        (GITHUB, "none", "your own config.yaml says `forge: {kind: none}`"),
        ("https://git.example/a/b", "auto", "git.example is none that is known; your own"),
        ("/srv/skills.git", "auto", "the remote origin is at none"),
    ],
)
def test_nobody_to_ask(url: str, kind: str, why: str) -> None:
    with pytest.raises(SkillRepoError) as caught:
        forge(url, with_(kind=kind)).all_open()
    assert str(caught.value).startswith(f"there is no forge to ask for pull requests: {why}")


def test_by_hand_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SkillRepoError, match="cannot be written"):
        forge("/srv/x", folder=tmp_path / "file").put(WANTED)


def test_http_is_imported_for_a_request_alone() -> None:
    code = (
        "import sys; import skillrepo.forge.of_remote as m; "
        "sys.exit('httpx2' in sys.modules or 'skillrepo.forge.client' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
