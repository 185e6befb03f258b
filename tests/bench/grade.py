"""How long `skillrepo grade` takes: one changed skill among many, all of them, and from notes.

Usage: python tests/bench/grade.py [SKILLS-300.tar.gz] [--sizes 5000] [--runs 7] [--quick]

The repository is that of `repository.py`. One changed skill is graded by turns with `skillrepo
validate --base`, which checks the same one and measures nothing. At last all grades are replayed in
a fresh clone that fetched the notes alone, and compared with what was recorded, byte by byte.
"""

import argparse
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import repository
import scale
from scale import Command, program

NOTES = "refs/notes/skillrepo/grades"
GRADE = program("skillrepo", "grade", "--format", "json")


def git(root: Path, *arguments: str) -> None:
    """Run git in a repository."""
    subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True)


def one_changed(root: Path) -> list[Command]:
    """A line more in one skill of the working tree; what is remembered is kept."""
    skill = next(root.glob("skills/*/*/SKILL.md"))
    with skill.open("a", encoding="utf-8") as file:
        file.write("\nOne line more.\n")
    base = program("skillrepo", "validate", "--base", "HEAD", "--json")
    return [
        Command("`skillrepo validate --base`, one changed", base, root),
        Command("`skillrepo grade`, one changed", [*GRADE, "--base", "HEAD"], root),
    ]


def all_of_them(root: Path) -> list[Command]:
    """Every skill of HEAD: nothing known, and with notes."""

    def forget() -> None:
        shutil.rmtree(root / ".git/skillrepo", ignore_errors=True)
        git(root, "update-ref", "-d", NOTES)

    line = [*GRADE, "--base", "HEAD", "--head", "HEAD", "skills"]
    return [
        Command(
            "`skillrepo grade skills --record`, nothing known", [*line, "--record"], root, forget
        ),
        Command("`skillrepo grade skills`, with notes", line, root),
    ]


def replayed(root: Path, clone: Path, environ: dict[str, str]) -> str:
    """Whether a clone that fetched the notes alone says the same."""
    line = [*GRADE, "--base", "HEAD", "--head", "HEAD", "skills"]
    git(root.parent, "clone", "--quiet", f"file://{root}", str(clone))
    git(clone, "fetch", "--quiet", "origin", f"{NOTES}:{NOTES}")
    first, again = (
        subprocess.run(arguments, cwd=folder, env=environ, capture_output=True, check=True).stdout
        for arguments, folder in ((line, root), ([*line, "--replay"], clone))
    )
    said = "the same" if first == again else "OTHER"
    return f"replayed in a fresh clone: {said} {len(again):,} bytes"


def ratio(rows: Sequence[scale.Row]) -> str:
    """The second row's times as parts of the first's."""
    first, second = rows
    wall, cpu = second.wall / first.wall, second.cpu / first.cpu
    return f"\ngrade / validate: {wall:.2f} by the clock, {cpu:.2f} by CPU (wanted ≤ 3)"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", nargs="?", default=repository.CORPUS, type=Path)
    parser.add_argument("--sizes", default="5000")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    if options.archive is None:
        parser.error("name the archive of skills, or set SKILLREPO_CORPUS")
    runs = 1 if options.quick else options.runs
    sizes = [60] if options.quick else sorted(map(int, options.sizes.split(",")))
    skills = repository.skills_of(options.archive)
    print(*scale.heading(), sep="\n", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary).resolve()
        environ = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        environ |= {"HOME": str(root / "home"), "GIT_CONFIG_GLOBAL": os.devnull}
        identity = {"GIT_AUTHOR_NAME": "Bench", "GIT_AUTHOR_EMAIL": "bench@example.invalid"}
        environ |= identity | {k.replace("AUTHOR", "COMMITTER"): v for k, v in identity.items()}
        for size in sizes:
            large = root / f"skills-{size}"
            repository.make(large, skills, size)
            whole = scale.measure(all_of_them(large), min(runs, 3), environ)
            print(*scale.table(f"All of {size:,} skills", whole), sep="\n", flush=True)
            print(f"\n{replayed(large, root / f'clone-{size}', environ)}", flush=True)
            rows = scale.measure(one_changed(large), runs, environ)
            print(*scale.table(f"One of {size:,} skills", rows), ratio(rows), sep="\n", flush=True)


if __name__ == "__main__":
    main()
