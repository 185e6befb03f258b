"""A file that is put in place, by a process that is killed at each of its steps."""

import signal
import subprocess
import sys
from pathlib import Path

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
