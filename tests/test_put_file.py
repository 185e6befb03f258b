"""A file that is put in place, by a process that is killed at each of its steps."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from content_repo import draft

from skillrepo.batch_records import Landed, Records
from skillrepo.drafting import Drafted
from skillrepo.put_file import put

# Python tells its audit hooks of what it is about to do.
KILLED = """\
import os, signal, sys
from pathlib import Path
from skillrepo import put_file

left = int(sys.argv[1])
on = False

def hook(event, arguments):
    global left
    if on and event in {"open", "os.chmod", "os.rename", "os.remove"}:
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(hook)
on = True
put_file.replace(Path("run"), b"old", b"new")
"""


def test_a_kill_leaves_the_old_file_or_the_new_one_with_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "run"
    found = []
    for step in range(20):
        file.write_bytes(b"old")
        file.chmod(0o775)
        command = [sys.executable, "-c", KILLED, str(step)]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert file.stat().st_mode & 0o7777 == 0o775
        found.append(file.read_bytes())
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
    assert found == sorted(found, reverse=True)
    assert (found[0], found[-1]) == (b"old", b"new")
    assert len(found) > 4


def test_what_is_lasting_is_on_the_disk_before_it_is_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "a"
    real = os.fsync
    synced: list[tuple[bool, bool]] = []

    def fsync(opened: int) -> None:
        synced.append((stat.S_ISDIR(os.fstat(opened).st_mode), target.exists()))
        real(opened)

    monkeypatch.setattr(os, "fsync", fsync)
    put(target, b"x", lasting=True)
    assert synced == [(False, False), (True, True)]
    put(target, b"y")
    assert len(synced) == 2


def test_a_draft_is_lasting_and_that_it_landed_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    records = Records(tmp_path)
    records.store("key", Drafted(draft("text"), 1, (), passes=True))
    assert len(synced) == 2
    records.finish("key", Landed("name", "branch", "commit", 1, ""))
    assert len(synced) == 2
