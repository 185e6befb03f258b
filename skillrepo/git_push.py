"""Pushes one branch to a remote, as `git push` does it, and asks the remote for its URL.

Here alone git may use the network (`run_remote`), with the user's own credentials.
The pre-push hook runs, as at any push: it is there to keep a push from happening. No program that
the repository's own configuration names does, and no transport but file, http(s) and ssh.
"""

import os
import re
import sys
from collections.abc import Iterable, Iterator
from typing import Literal

from skillrepo.errors import SkillRepoError
from skillrepo.git import Repository, branch_ref
from skillrepo.git_process import GitError, run_git
from skillrepo.secret_text import masked

Pushed = Literal["created", "updated", "unchanged"]

# What git starts for a push. https://git-scm.com/docs/git-config
_PROGRAMS = (
    r"^(core\.(sshcommand|askpass|gitproxy|alternaterefscommand)"
    r"|remote\..*\.(receivepack|uploadpack|vcs)|credential\.(.*\.)?helper"
    r"|gpg\.(.*\.)?program|gpg\.ssh\.defaultkeycommand)$"
)
# `store` is git-credential-store; what has other characters than a name is a path or goes to a
# shell. https://git-scm.com/docs/gitcredentials#_custom_helpers
_HELPER = re.compile(r"[a-z][a-z0-9-]*|")
_SETTINGS = (
    *("-c", "safe.bareRepository=all"),
    *("-c", "core.fsmonitor=false"),
    # This one branch, and nothing besides.
    *("-c", "push.followTags=false"),
    *("-c", "push.recurseSubmodules=no"),
    *("-c", "maintenance.auto=false"),
    *("-c", "gc.auto=0"),
)
# What the user's environment says of how to reach a remote.
_KEPT = re.compile(r"GIT_(?:ASKPASS|SSH|SSH_COMMAND|SSH_VARIANT|SSL_\w+|HTTP_\w+|PROXY_\w+)")
_PASSWORD = re.compile(r"(?<=://)[^/\s'\"]*@")
_SECRET = re.compile(r"(?:TOKEN|SECRET|PASSWORD|KEY)\Z")
_SHORTEST_SECRET = 8
_STATES: dict[str, Pushed] = {"*": "created", " ": "updated", "=": "unchanged"}
_NO_ACCESS = (
    "could not read Username",
    "could not read Password",
    "Authentication failed",
    "Permission denied",
    "Host key verification failed",
    "terminal prompts disabled",
)


def remote_name(repository: Repository, wanted: str | None) -> str:
    """The remote to push to: the one that is wanted, else `origin`, else the only one.

    SkillRepoError where there is none of that name.
    """
    names = repository.remotes()
    if wanted is None and names and (names[0] == "origin" or len(names) == 1):
        return names[0]
    if wanted in names:
        return str(wanted)
    if not names:
        raise SkillRepoError("there is no remote to push to: add one with `git remote add`")
    known = ", ".join(names)
    if wanted is None:
        raise SkillRepoError(f"there are several remotes; give one with --remote: {known}")
    raise SkillRepoError(f"there is no remote {wanted!r}; there are: {known}")


def remote_url(repository: Repository, remote: str) -> str:
    """The URL that a remote is read from, after `url.*.insteadOf`; it may hold a password."""
    return os.fsdecode(repository.run("remote", "get-url", "--", remote)).split("\n")[0]


def refuse_programs(repository: Repository) -> None:
    """SkillRepoError where the repository's own configuration names a program to run at a push."""
    try:
        output = repository.run("config", "--null", "--show-scope", "--get-regexp", _PROGRAMS)
    except GitError as error:
        if error.status == 1:  # there are none
            return
        raise
    fields = output.decode("utf-8", "replace").split("\0")
    for scope, setting in zip(fields[::2], fields[1::2], strict=False):
        key, _, value = setting.partition("\n")
        harmless = key.endswith(".helper") and _HELPER.fullmatch(value)
        if scope in {"local", "worktree"} and not harmless:
            raise SkillRepoError(
                f"this repository's own configuration names a program to run at a push: {key}. If "
                f"it is yours, set it for yourself: git config --global {key} PROGRAM; git config "
                f"--unset-all {key}"
            )


def push_branch(repository: Repository, remote: str, branch: str) -> Pushed:
    """Push a branch of ours to the branch of its name; the remote's is never rewritten.

    SkillRepoError where the remote has another branch of that name, a hook here or there
    refuses, the remote cannot be reached, or the repository's own configuration names a program
    to run for it. What went before stays as it is.
    """
    ref = branch_ref(branch)
    if repository.branch_oid(branch) is None:
        raise SkillRepoError(f"there is no branch {branch}; `git branch` lists those there are")
    refuse_programs(repository)
    try:
        output = run_remote(repository, "push", "--porcelain", "--", remote, f"{ref}:{ref}")
    except GitError as error:
        _, said = _status(error.output, ref)
        raise SkillRepoError(_why(error.words, said, remote, branch)) from None
    return _STATES.get(_status(output, ref)[0], "updated")


def run_remote(repository: Repository, *arguments: str) -> bytes:
    """Let git talk to a remote; `refuse_programs` is to be asked before. GitError when it fails."""
    return run_git(
        (*_SETTINGS, *arguments),
        cwd=repository.cwd,
        environment=dict(_environment(repository)),
        hooks=True,
    )


def words_of(error: GitError) -> str:
    """What git and the remote said, in one line, without secrets."""
    return _one_line(error.words.splitlines())


def _environment(repository: Repository) -> Iterator[tuple[str, str]]:
    kept = {key: value for key, value in os.environ.items() if _KEPT.fullmatch(key)}
    yield from kept.items()
    yield "GIT_ALLOW_PROTOCOL", "file:http:https:ssh"
    # git and ssh ask on the terminal, not on standard input; without one nobody would ever answer.
    asks = sys.stdin is not None and sys.stdin.isatty()
    yield "GIT_TERMINAL_PROMPT", str(int(asks))
    own = kept.keys() & {"GIT_SSH", "GIT_SSH_COMMAND"} or repository.setting("core.sshCommand")
    if not asks and not own:
        yield "GIT_SSH_COMMAND", "ssh -o BatchMode=yes"


def _status(output: bytes, ref: str) -> tuple[str, str]:
    """The flag and the words that `git push --porcelain` has for the ref."""
    for line in os.fsdecode(output).splitlines():
        flag, middle, said = line.partition(f"\t{ref}:{ref}\t")
        if middle:
            return flag, said
    return "", ""


def _why(words: str, status: str, remote: str, branch: str) -> str:
    said = _one_line((status, *words.splitlines()))
    if status.startswith("[rejected]"):
        what = f"{remote} has a branch {branch} with commits that are not here"
        return f"{what}: fetch and merge them, or choose another name; nothing was pushed"
    what = f"{branch} could not be pushed to {remote}, and is kept here"
    if any(sign in words for sign in _NO_ACCESS):
        return f"{what}: log in first, or set up a credential helper or an ssh key ({said})"
    return f"{what}: {said}"


def _one_line(lines: Iterable[str]) -> str:
    return _without_secrets(" / ".join(line.strip() for line in lines if line.strip()))


def _without_secrets(text: str) -> str:
    """What git and hooks said, without passwords of URLs, keys, and secrets of the environment."""
    for name, value in os.environ.items():
        if _SECRET.search(name) and len(value) >= _SHORTEST_SECRET:
            text = text.replace(value, "***")
    return masked(_PASSWORD.sub("***@", text))
