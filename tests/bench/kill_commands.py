"""Kills every command that writes to a repository at random moments, and looks at what it leaves.

Usage: python tests/bench/kill_commands.py [COMMAND ...] [--kills 100] [--store files] [--seed 1]

`COMMANDS` is the table: each has what is made before each kill, the states in which it may be
found afterwards, counted from 0 (nothing has happened) upwards, and what a second run then says
and leads to. A command runs in a process that is killed (kill -9) at a moment between its start
and a little after its usual end; the git that it started runs on, as it does in life. No lock may
be left then, and in the end `git fsck --strict` must find nothing, and HEAD, index, configuration
and files must be what they were. Drafts are killed by kill.py. `--after 0.5` kills in the latter
half of the time alone, where more is written. `--store reftable` needs git 2.45.

With `--git` git is killed, too, as the system does that runs out of memory. Then git may leave
locks: a second run must name one, and leave them, or not need them; when they are removed it is
as above. Where git was killed in a merge, `git reset --hard` to the draft must put it right.
"""

import argparse
import contextlib
import ctypes
import io
import os
import random
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from kill import PR_SET_CHILD_SUBREAPER, SETTINGS, WARM_UP, finish, git, start, state

from skillrepo.cli import main as skillrepo

CATEGORIES = "version: 1\ncategories:\n  data:\n    title: Data\n    description: Data.\n"
FOLDER = "skills/data"
HERE = "refs/heads/main"


def skill(name: str) -> str:
    """A SKILL.md that passes the gate."""
    described = f"Reads {name} files. Use when there are {name} files."
    front = f"name: {name}\ndescription: {described}\nmetadata:\n  version: 1.0.0\n"
    return f"---\n{front}---\n\n# Reading\n\nRun the script.\n"


class Scene(NamedTuple):
    """A repository: the commit of main, that of a draft, and what others made of main."""

    root: Path
    base: str
    draft: str
    ahead: str
    revised: str
    published: str
    after: float
    with_git: bool

    @property
    def remote(self) -> Path:
        """The bare repository that is pushed to."""
        return self.root.with_name("remote.git")

    def oid(self, ref: str, *, there: bool = False) -> str:
        """What a ref stands on, here or at the remote; nothing where there is none."""
        where = self.remote if there else self.root
        return git(where, "for-each-ref", "--format=%(objectname)", ref).strip()

    def set(self, ref: str, oid: str) -> None:
        """Set a ref."""
        git(self.root, "update-ref", ref, oid)

    def since(self, start: str, ref: str) -> list[str]:
        """The commits of a ref since another one, the oldest first."""
        return git(self.root, "rev-list", "--reverse", f"{start}..{ref}").split()


def fail(why: object) -> None:
    """End the campaign."""
    raise SystemExit(f"not allowed: {why}")


# What there may be afterwards.


def revised(scene: Scene, start: str, ref: str) -> int:
    """How many revisions there are; each is whole and adds one line to one file."""
    if not scene.oid(ref):
        return 0
    commits = scene.since(start, ref)
    for oid in commits:
        changed = git(scene.root, "diff-tree", "--numstat", "-r", f"{oid}^", oid).split()
        if changed[2:] != [f"{FOLDER}/pdf/SKILL.md"] or changed[:2] not in (["2", "1"], ["1", "0"]):
            fail(changed)
        if "Skill: data/pdf" not in git(scene.root, "cat-file", "commit", oid):
            fail(f"{oid} has no trailers")
    return len(commits)


def dropped(scene: Scene, name: str) -> int:
    """0 where the branch stands, 1 where it is kept elsewhere; never neither."""
    here = scene.oid(f"refs/heads/skill/new/{name}")
    kept = scene.oid(f"refs/skillrepo/dropped/skill/new/{name}").split()
    # git sets one ref after the other, so one that is killed may have kept it and not deleted it.
    most = 1 + scene.with_git
    if not 1 <= len([*here.split(), *kept]) <= most or {here, *kept} - {"", scene.draft}:
        fail(f"{name}: {here=} {kept=}")
    return int(not here)


def merged(scene: Scene, start: str, ref: str) -> int:
    """0 where the branch stands where it did, 1 where it has the draft and nothing else."""
    oid = scene.oid(ref)
    if oid == start:
        return 0
    changed = git(scene.root, "diff-tree", "-r", "--name-status", start, oid).split()
    wanted = git(scene.root, "diff-tree", "-r", "--name-status", scene.base, scene.draft).split()
    if changed != wanted or git(scene.root, "rev-parse", f"{oid}^").strip() != start:
        fail(changed)
    return 1


def merged_here(scene: Scene, _: str) -> int:
    """The same where it is checked out: files and index must be those of the branch."""
    if git(scene.root, "status", "--porcelain"):
        fail(git(scene.root, "status"))
    return merged(scene, scene.base, HERE)


def merged_and_dropped(scene: Scene, n: str) -> int:
    """0 nothing, 1 merged, 2 dropped, too."""
    done, gone = merged(scene, scene.base, f"refs/heads/into-{n}"), dropped(scene, n)
    if gone and not done:
        fail("dropped, and not merged")
    return done + gone


def published(scene: Scene, start: str, ref: str) -> int:
    """0 where the branch stands where it did, 1 where it has the whole flat tree."""
    oid = scene.oid(ref)
    if oid == start:
        return 0
    skills = git(scene.root, "ls-tree", f"{oid}:skills")
    if skills != git(scene.root, "ls-tree", f"{scene.base}:{FOLDER}"):
        fail(skills)
    names = git(scene.root, "ls-tree", "--name-only", oid).split()
    parents = git(scene.root, "rev-list", "--parents", "-1", oid).split()[1:]
    if names != ["README.md", "skills"] or parents != [start][: bool(start)]:
        fail((names, parents))
    return 1


def moved(scene: Scene, n: str) -> int:
    """0 where there is no branch, 1 where the skill has its new name there and nothing else."""
    ref = f"refs/heads/skill/move/{n}"
    if not scene.oid(ref):
        return 0
    changed = git(scene.root, "diff-tree", "-r", "--no-renames", "--name-status", scene.base, ref)
    wanted = {f"D\t{FOLDER}/pdf/SKILL.md", f"A\t{FOLDER}/{n}/SKILL.md"}
    if set(changed.splitlines()) != wanted or len(scene.since(scene.base, ref)) != 1:
        fail(changed)
    return 1


def pushed(scene: Scene, ref: str) -> int:
    """0 where the remote has no such branch, 1 where it has that which is here."""
    there = scene.oid(ref, there=True)
    if there not in ("", scene.oid(ref)):
        fail(f"{ref}: {there}")
    return int(bool(there))


def offered(scene: Scene, n: str) -> int:
    """0 nothing, 1 pushed; the branch here stays."""
    ref = f"refs/heads/skill/new/{n}"
    if scene.oid(ref) != scene.draft:
        fail("the branch has changed")
    return pushed(scene, ref)


def published_and_pushed(scene: Scene, n: str) -> int:
    """0 nothing, 1 published, 2 pushed, too."""
    ref = f"refs/heads/pub-{n}"
    return published(scene, "", ref) + pushed(scene, ref)


class Command(NamedTuple):
    """A command that is killed; `n` is a name that is used once.

    `made` gives the refs that there are before. `look` gives the state, `again` for each state the
    exit code of a second run, a part of what it says, and the state that it leads to.
    """

    arguments: tuple[str, ...]
    made: Callable[[Scene, str], dict[str, str]]
    look: Callable[[Scene, str], int]
    again: Sequence[tuple[int, str, int]]

    def called(self, n: str) -> list[str]:
        """The arguments for a name."""
        return [each.replace("{n}", n) for each in self.arguments]

    def prepare(self, scene: Scene, n: str) -> None:
        """Make what there is before."""
        for ref, oid in self.made(scene, n).items():
            scene.set(ref, oid)
        if self.look is merged_here:
            git(scene.root, "reset", "--quiet", "--hard", scene.base)


ADD_A_LINE = ("--writer", "command", "--", "sh", "-c", "echo And again. >> skill/SKILL.md")
REVISE = ("revise", "pdf", "Say that it can be done again", "--slug", "{n}", *ADD_A_LINE)
PROMOTE = ("promote", "skill/new/{n}", "--into", "into-{n}")
IS_MERGED = (2, "adds no commit", 1)


def on_draft(scene: Scene, n: str) -> dict[str, str]:
    """A draft."""
    return {f"refs/heads/skill/new/{n}": scene.draft}


def with_target(scene: Scene, n: str) -> dict[str, str]:
    """A draft and a branch that it can be fast-forwarded to."""
    return {**on_draft(scene, n), f"refs/heads/into-{n}": scene.base}


COMMANDS = {
    "revise": Command(
        REVISE,
        lambda *_: {},
        lambda scene, n: revised(scene, scene.base, f"refs/heads/skill/revise/pdf/{n}"),
        [(0, "committed", 1), (0, "committed", 2)],
    ),
    "revise-again": Command(
        REVISE,
        lambda scene, n: {f"refs/heads/skill/revise/pdf/{n}": scene.revised},
        lambda scene, n: revised(scene, scene.revised, f"refs/heads/skill/revise/pdf/{n}"),
        [(0, "committed", 1), (0, "committed", 2)],
    ),
    "drop": Command(
        ("drop", "skill/new/{n}"),
        on_draft,
        dropped,
        [(0, "kept for 30 days", 1), (2, "there is no draft", 1)],
    ),
    "promote": Command(
        PROMOTE,
        with_target,
        lambda scene, n: merged(scene, scene.base, f"refs/heads/into-{n}"),
        [(0, "(fast-forward)", 1), IS_MERGED],
    ),
    "promote-squash": Command(
        PROMOTE,
        lambda scene, n: {**on_draft(scene, n), f"refs/heads/into-{n}": scene.ahead},
        lambda scene, n: merged(scene, scene.ahead, f"refs/heads/into-{n}"),
        # git knows nothing of a squash: it is merged by then, so the skill is there.
        [(0, "(squash)", 1), (2, "changes nothing that is not so", 1)],
    ),
    "promote-drop": Command(
        (*PROMOTE, "--drop"),
        with_target,
        merged_and_dropped,
        [(0, "kept for 30 days", 2), IS_MERGED, (2, "there is no draft", 2)],
    ),
    "promote-here": Command(
        ("promote", "skill/new/{n}"),
        on_draft,
        merged_here,
        [(0, "updated the worktree", 1), IS_MERGED],
    ),
    "move": Command(
        ("taxonomy", "mv", "data/pdf", "data/{n}"),
        lambda *_: {},
        moved,
        [(0, "committed", 1), (2, "skill/move/{n}", 1)],
    ),
    "publish": Command(
        ("publish", "--ref", "pub-{n}"),
        lambda *_: {},
        lambda scene, n: published(scene, "", f"refs/heads/pub-{n}"),
        [(0, "published 2 skills", 1), (0, "nothing to do", 1)],
    ),
    "publish-again": Command(
        ("publish", "--ref", "pub-{n}"),
        lambda scene, n: {f"refs/heads/pub-{n}": scene.published},
        lambda scene, n: published(scene, scene.published, f"refs/heads/pub-{n}"),
        [(0, "published 2 skills", 1), (0, "nothing to do", 1)],
    ),
    "publish-push": Command(
        ("publish", "--ref", "pub-{n}", "--push"),
        lambda *_: {},
        published_and_pushed,
        [(0, "(created)", 2), (0, "(created)", 2), (0, "was there already", 2)],
    ),
    "pr": Command(
        ("pr", "skill/new/{n}"),
        on_draft,
        offered,
        [(0, "(created)", 1), (0, "was there already", 1)],
    ),
}


def commit(root: Path, **files: str) -> str:
    """Commit files where HEAD is; give the commit."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "feat(csv): add skill")
    return git(root, "rev-parse", "HEAD").strip()


def made(folder: Path, store: str, after: float, *, with_git: bool) -> Scene:
    """The repository; by commands in this process, which has then loaded what they need."""
    root = folder / "skills"
    options = () if store == "files" else (f"--ref-format={store}",)
    for name in (str(root), "--bare", str(folder / "remote.git")):
        if name != "--bare":
            bare = ("--bare",) if name.endswith(".git") else ()
            git(folder, "init", "--quiet", *bare, "--initial-branch=main", *options, name)
    git(root, "remote", "add", "origin", str(folder / "remote.git"))
    first = {"taxonomy.yaml": CATEGORIES, f"{FOLDER}/old/SKILL.md": skill("old")}
    commit(root, **first, **{"README.md": "# Skills\n"})
    run(root, "publish", "--ref", "early")
    base = commit(root, **{f"{FOLDER}/pdf/SKILL.md": skill("pdf")})
    git(root, "push", "--quiet", "origin", "main")
    git(root, "switch", "--quiet", "--detach")
    draft = commit(
        root,
        **{f"{FOLDER}/csv/SKILL.md": skill("csv")},
        **{f"{FOLDER}/csv/references/{n}.md": f"# Notes {n}\n" * 500 for n in range(20)},
    )
    git(root, "switch", "--quiet", "--detach", base)
    ahead = commit(root, **{"README.md": "# Our skills\n"})
    git(root, "switch", "--quiet", "main")
    run(root, *(each.replace("{n}", "first") for each in REVISE))
    oids = [git(root, "rev-parse", ref).strip() for ref in ("skill/revise/pdf/first", "early")]
    return Scene(root, base, draft, ahead, *oids, after, with_git)


def run(root: Path, *arguments: str) -> None:
    """Run a command in this process, which forks more quickly when all is imported."""
    os.chdir(root)
    with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO())):
        if skillrepo(arguments):
            raise SystemExit(f"it fails: {arguments}")


def locks(scene: Scene) -> list[Path]:
    """The lock files, here and at the remote."""
    return [path for root in (scene.root / ".git", scene.remote) for path in root.rglob("*.lock")]


def act(scene: Scene, command: Command, n: str) -> tuple[int, Path]:
    """Start the command; give the process and the file with what it says."""
    arguments = command.called(n)
    said = scene.root.with_name("said")
    process = start(lambda *_: skillrepo(arguments), scene.root, [], said)
    os.setpgid(process, process)
    return process, said


def tidy(scene: Scene, command: Command, n: str) -> str:
    """Do what a user does where git was killed; give what git left, nothing in most cases."""
    left = locks(scene)
    if left:
        process, said = act(scene, command, n)
        code, text = finish(process), said.read_text()
        if locks(scene) != left:
            fail(f"of the locks {left} there are {locks(scene)}")
        named = any(f"{lock}" in text for lock in left)
        if code not in (0, 2) or (code == 2 and not (named or "adds no commit" in text)):
            fail(f"{left}: exit code {code}\n{text}")
        for lock in left:
            lock.unlink()
    if command.look is merged_here and git(scene.root, "status", "--porcelain"):
        git(scene.root, "reset", "--quiet", "--hard", f"skill/new/{n}")
        return "half a merge"
    return "a lock" if left else ""


def kill(scene: Scene, command: Command, n: str, wait: float | None) -> tuple[float, str]:
    """Do it and kill it after so many seconds; give how long it took, and what git left."""
    begin = time.monotonic()
    process, said = act(scene, command, n)
    if wait is not None:
        time.sleep(wait)
        (os.killpg if scene.with_git else os.kill)(process, signal.SIGKILL)
    code = finish(process)
    passed = time.monotonic() - begin
    if code not in (0, -signal.SIGKILL):
        fail(f"exit code {code}\n{said.read_text()}")
    amiss = tidy(scene, command, n) if scene.with_git else ""
    if left := locks(scene):
        fail(f"left {left}")
    return passed, amiss


def once(scene: Scene, command: Command, n: str, wait: float) -> tuple[int, str]:
    """Kill it, look, and do it again; give the state that was found, and what git left."""
    command.prepare(scene, n)
    _, amiss = kill(scene, command, n, wait)
    found = command.look(scene, n)
    wanted, words, then = command.again[found]
    process, said = act(scene, command, n)
    again = finish(process)
    if (
        again != wanted
        or words.replace("{n}", n) not in said.read_text()
        or command.look(scene, n) != then
    ):
        fail(f"after state {found}: exit code {again}\n{said.read_text()}")
    return found, amiss


def usual(scene: Scene, command: Command, name: str, most: int) -> float:
    """How long it takes, in seconds; the median of some times."""
    command.prepare(scene, f"{name}-warm")
    run(scene.root, *command.called(f"{name}-warm"))
    times = []
    for number in range(min(WARM_UP, -(-most // 2))):
        command.prepare(scene, f"{name}-u{number}")
        times.append(kill(scene, command, f"{name}-u{number}", None)[0])
    return statistics.median(times)


def campaign(scene: Scene, name: str, kills: int, seed: int) -> str:
    """Kill a command so many times; say what was seen."""
    command = COMMANDS[name]
    moments = random.Random(f"{seed} {name}")  # noqa: S311 - moments
    before = state(scene.root)
    time_of_one = usual(scene, command, name, kills)
    seen: Counter[int] = Counter()
    left: Counter[str] = Counter()
    for number in range(kills):
        wait = time_of_one * moments.uniform(scene.after, 1.1)
        try:
            found, amiss = once(scene, command, f"{name}-{number}", wait)
        except SystemExit as error:
            raise SystemExit(f"{name}, kill {number} after {wait:.4f} s: {error}") from None
        seen[found] += 1
        left[amiss] += 1
    for root in (scene.root, scene.remote):
        git(root, "fsck", "--strict", "--no-dangling")
    if command.look is merged_here:
        git(scene.root, "reset", "--quiet", "--hard", scene.base)
    elif state(scene.root) != before:
        raise SystemExit(f"{name}: HEAD, the index, the configuration or the files have changed")
    del left[""]
    found_by = ", ".join(f"{seen[n]} in state {n}" for n in range(len(command.again)))
    by_git = "".join(f", {what} left {many} times" for what, many in left.items())
    return f"{kills} kills in {time_of_one * 1000:.0f} ms: {found_by}{by_git}"


def main() -> None:
    """Make a repository for each command, and kill in it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("commands", nargs="*", metavar="COMMAND", help=", ".join(COMMANDS))
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--store", choices=("files", "reftable"), default="files")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--after", type=float, default=0)
    parser.add_argument("--git", action="store_true")
    options = parser.parse_args()
    if sys.platform != "linux":
        sys.exit("prctl(2), which lets us wait for git, is Linux's")
    if unknown := set(options.commands) - COMMANDS.keys():
        sys.exit(f"no such command: {', '.join(unknown)}; there are {', '.join(COMMANDS)}")
    if ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        sys.exit("prctl failed")
    for variable in [name for name in os.environ if name.startswith(("GIT_", "XDG_"))]:
        del os.environ[variable]
    os.environ |= SETTINGS
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary).resolve()
        os.environ["HOME"] = temporary
        scene = made(folder, options.store, options.after, with_git=options.git)
        for name in options.commands or COMMANDS:
            said = campaign(scene, name, options.kills, options.seed)
            print(f"{options.store}: {name}: {said}; nothing damaged or lost", flush=True)


if __name__ == "__main__":
    main()
