"""A runner for the tests: does what `TASK.md` says, by the one skill that there is, if any.

`answer` tells what the skill says behind `ANSWER:`, and writes it into `answer.txt`. The other
orders are what a program that goes wrong may do.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path


def _skill() -> str:
    found = sorted(Path().glob("skills/*/SKILL.md"))
    return found[0].read_text(encoding="utf-8") if found else ""


def _answer(*_: str) -> str:
    text = _skill()
    said = text.partition("ANSWER:")[2].split("\n")[0].strip() or "unknown"
    Path("answer.txt").write_text(said, encoding="utf-8")
    if len(sys.argv) > 2:
        Path(sys.argv[2]).write_text(json.dumps({"total_tokens": 100 + len(text)}))
    return f"the answer is {said}\n"


def _look(path: str) -> str:
    names = sorted(str(each) for each in Path().rglob("*") if each.is_file())
    Path(path).write_text(json.dumps([names, dict(os.environ), str(Path.cwd()), sys.argv[1:]]))
    return ""


def _copy(path: str) -> str:
    return Path(path).read_text(encoding="utf-8")


def _exit(code: str) -> str:
    sys.exit(int(code) if code.isdigit() else code)


def _garbage() -> str:
    sys.stdout.buffer.write(bytes(range(256)) + b"\x1b[2J::error::x\n")
    return ""


def _flood() -> str:
    while True:
        sys.stdout.buffer.write(b"x" * 65_536)


def _fill() -> str:
    with Path("big").open("wb") as file:
        file.truncate(1 << 40)
    return ""


def _forever(pid: str) -> str:
    Path(pid).write_text(str(subprocess.Popen(["sleep", "60"]).pid))
    time.sleep(60)
    return ""


def _escape(target: str) -> str:
    Path("answer.txt").symlink_to(target)
    return ""


def _move(target: str) -> str:
    here = Path.cwd()
    here.rename(f"{here}-moved")
    here.symlink_to(target)
    return ""


def _where() -> str:
    sys.exit(f"{Path.cwd()} {sys.argv[1]} {Path.home()}/x")


def _kill() -> str:
    os.kill(0, signal.SIGKILL)
    return ""


def _lock() -> str:
    Path("locked").mkdir()
    Path("locked/in").write_text("x")
    Path("locked").chmod(0)
    return ""


order, *words = Path(sys.argv[1]).read_text(encoding="utf-8").split()
sys.stdout.write(globals()[f"_{order}"](*words))
