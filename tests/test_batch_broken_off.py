"""A batch that is interrupted or killed: what is finished lands, and is not paid for again."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import Git, MakeRepo
from content_repo import FILES

WRITER = Path(__file__).with_name("batch_writer.py")
PATIENCE = 60
GOES_ON = "the same command goes on from there"
HOLD = """\
# What is held the first time, until it is interrupted.
if mkdir '{folder}/seen' 2>/dev/null; then
    : >'{folder}/seen/held'
    exec sleep 60
fi
"""
HOOK = "#!/bin/sh\n" + HOLD
SIGNER = f"""\
#!/bin/sh
{HOLD}
cat >/dev/null
printf '\\n[GNUPG:] SIG_CREATED \\n' >&2
printf -- '-----BEGIN PGP SIGNATURE-----\\n\\nx\\n-----END PGP SIGNATURE-----\\n'
"""


class Batch:
    """A repository, and a batch for it whose writer is a program that counts its calls."""

    def __init__(self, root: Path, folder: Path, lines: list[dict[str, str]]) -> None:
        self.root = root
        self.folder = folder
        self.calls = folder / "calls"
        self.calls.touch()
        (root / "b.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        self.command = [sys.executable, "-m", "skillrepo", "new", "--batch", "b.jsonl"]
        self.command += ["--jobs", "2", "--writer", "command", "--"]
        self.command += [sys.executable, str(WRITER), str(folder)]

    def start(self) -> "subprocess.Popen[str]":
        """Start it, the first of a group as in a terminal."""
        return subprocess.Popen(
            self.command,
            cwd=self.root,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            process_group=0,
        )

    def finish(self) -> str:
        """Run it to its end; give the summary."""
        done = subprocess.run(
            self.command, cwd=self.root, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def hold(self, *names: str) -> None:
        for name in names:
            (self.folder / f"hold-{name}").touch()

    def let_go(self) -> None:
        for file in self.folder.glob("hold-*"):
            file.unlink()

    def said(self, what: str) -> list[list[str]]:
        lines = map(str.split, self.calls.read_text().splitlines())
        return [words for words in lines if words[0] == what]

    def begun(self) -> Counter[str]:
        return Counter(words[1] for words in self.said("begin"))

    def recorded(self) -> int:
        return len(list((self.root / ".git/skillrepo/batches").glob("*.json")))


def until(there: Callable[[], bool]) -> None:
    """Wait for something that another process does."""
    end = time.monotonic() + PATIENCE
    while not there():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


def landed(root: Path, git: Git) -> set[str]:
    return set(git(root, "for-each-ref", "--format=%(refname:lstrip=4)", "refs/heads").split())


def whole(root: Path, git: Git) -> None:
    """Whether git likes what there is, and nobody left a lock."""
    git(root, "fsck", "--strict", "--no-dangling")
    locks = [path for path in (root / ".git").rglob("*.lock") if "skillrepo" not in path.parts]
    assert locks == []


def ended(err: str) -> list[str]:
    """The last two lines of what was said."""
    return [line for line in err.splitlines() if line][-2:]


def gone(number: str) -> bool:
    with suppress(ProcessLookupError):
        os.kill(int(number), 0)
        return False
    return True


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    return make_repo(FILES)


@pytest.fixture
def started() -> Iterator[list["subprocess.Popen[str]"]]:
    """What a test started is ended with it."""
    processes: list[subprocess.Popen[str]] = []
    yield processes
    for process in processes:
        process.kill()
        process.communicate()


def named(count: int) -> list[dict[str, str]]:
    return [{"brief": f"Do {n}", "name": f"n{n}", "at": "data"} for n in range(count)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_what_is_finished_lands_and_the_rest_is_for_the_next_run(
    number: int,
    root: Path,
    git: Git,
    tmp_path: Path,
    started: list["subprocess.Popen[str]"],
) -> None:
    # The first line has no name and is held, so the second waits for it with its branch.
    unnamed = [{"brief": "Slow work", "at": "data"}, {"brief": "Quick work", "at": "data"}]
    batch = Batch(root, tmp_path, [*unnamed, *named(3)])
    batch.hold("from-slow", "n2")
    process = batch.start()
    started.append(process)
    until(lambda: batch.recorded() == 3 and len(batch.said("begin")) == 5)
    until(lambda: landed(root, git) == {"n0", "n1"})
    process.send_signal(number)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert ended(err) == [f"5 briefs: 3 done; {GOES_ON}", "interrupted"]
    assert landed(root, git) == {"n0", "n1", "from-quick"}
    held = [words[2] for words in batch.said("begin") if words[1] in {"from-slow", "n2"}]
    assert all(map(gone, held))
    batch.let_go()
    assert batch.finish() == "5 briefs: 2 done, 3 were done before\n"
    assert batch.begun() == {"n0": 1, "n1": 1, "from-quick": 1, "n2": 2, "from-slow": 2}
    whole(root, git)


@pytest.mark.parametrize("held", ["hook", "signer"])
def test_ctrl_c_in_a_terminal_reaches_git_too(
    held: str,
    root: Path,
    git: Git,
    tmp_path: Path,
    started: list["subprocess.Popen[str]"],
) -> None:
    batch = Batch(root, tmp_path, named(3))
    program = root / ".git/hooks/reference-transaction"
    if held == "signer":
        program = tmp_path / "signer"
        with (Path.home() / ".gitconfig").open("a") as file:
            file.write(f"[commit]\n\tgpgSign = true\n[gpg]\n\tprogram = {program}\n")
    program.parent.mkdir(exist_ok=True)
    program.write_text((HOOK if held == "hook" else SIGNER).format(folder=tmp_path))
    program.chmod(0o755)
    process = batch.start()
    started.append(process)
    until((tmp_path / "seen/held").exists)
    until(lambda: batch.recorded() == 3)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert ended(err) == [f"3 briefs: 3 done; {GOES_ON}", "interrupted"]
    assert landed(root, git) == {"n0", "n1", "n2"}
    assert batch.finish() == "3 briefs: 3 were done before\n"
    assert set(batch.begun().values()) == {1}
    whole(root, git)


def test_who_does_not_wait_is_obeyed(
    root: Path, tmp_path: Path, started: list["subprocess.Popen[str]"]
) -> None:
    batch = Batch(root, tmp_path, named(3))
    batch.hold("n0", "n1")
    hook = root / ".git/hooks/reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(HOOK.format(folder=tmp_path))
    hook.chmod(0o755)
    process = batch.start()
    started.append(process)
    until(lambda: batch.begun().keys() >= {"n0", "n1"})
    (tmp_path / "hold-n0").unlink()
    until((tmp_path / "seen/held").exists)
    process.send_signal(signal.SIGINT)
    assert process.stderr
    assert process.stderr.readline().endswith("interrupt again to end at once\n")
    process.send_signal(signal.SIGINT)
    # Much less than what holds it takes.
    _, err = process.communicate(timeout=PATIENCE / 2)
    assert (process.returncode, ended(err)[-1]) == (130, "interrupted")
    assert all(gone(words[2]) for words in batch.said("begin"))


def test_two_processes_never_work_on_one_batch(
    root: Path, git: Git, tmp_path: Path, started: list["subprocess.Popen[str]"]
) -> None:
    batch = Batch(root, tmp_path, named(3))
    batch.hold("n0")
    process = batch.start()
    started.append(process)
    until(lambda: "n0" in batch.begun())
    second = subprocess.run(batch.command, cwd=root, capture_output=True, text=True, check=False)
    assert second.returncode == 2
    assert second.stderr == "error: another process works on this batch; wait for it\n"
    process.kill()
    # The lock of who was killed is gone with it.
    batch.let_go()
    batch.finish()
    assert landed(root, git) == {"n0", "n1", "n2"}


@pytest.mark.parametrize("lines", [1, 3, 6])
def test_what_is_finished_is_not_paid_for_again_after_a_kill(
    lines: int, root: Path, git: Git, tmp_path: Path, started: list["subprocess.Popen[str]"]
) -> None:
    batch = Batch(root, tmp_path, named(8))
    process = batch.start()
    started.append(process)
    assert process.stderr
    for _ in range(lines):
        process.stderr.readline()
    process.kill()
    process.wait()
    records = batch.recorded()
    assert records >= lines
    assert landed(root, git) <= {f"n{n}" for n in range(8)}
    batch.finish()
    assert landed(root, git) == {f"n{n}" for n in range(8)}
    # A program that was at work when we were killed may still end.
    until(lambda: len(batch.said("begin")) == len(batch.said("end")))
    again = [name for name, count in batch.begun().items() if count > 1]
    assert set(batch.begun().values()) <= {1, 2}
    assert len(again) <= min(2, 8 - records)
    whole(root, git)
