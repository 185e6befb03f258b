"""Makes a git repository of many skills out of the skills of the corpus, to measure on.

Usage: python tests/bench/repository.py FOLDER [SKILLS-300.tar.gz] [--skills 1000] [--only-skill-md]

The skills of the archive are repeated until there are enough. Each has a name of its own, in its
frontmatter and of its folder, and no two files are equal, so nothing is known from a copy. They lie
in 30 categories, as `skills/<category>/<name>/`, beside a `taxonomy.yaml`. The same arguments make
the same commit. A skill has 3.9 files. Beyond 10,000 skills SKILL.md alone is taken, as it is with
`--only-skill-md`, since 100,000 skills with all of their files would be 390,000 files and 4 GB;
links to the other files are then dead, and are found to be.
"""

import argparse
import os
import re
import subprocess
import tarfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple

CHECKOUT = Path(__file__).resolve().parents[2]
CORPUS = os.environ.get("SKILLREPO_CORPUS")
MOST_WITH_FILES = 10_000
TOPICS = (
    "build",
    "cloud",
    "data",
    "design",
    "mobile",
    "network",
    "office",
    "research",
    "web",
    "work",
)
CATEGORIES = tuple(f"{topic}-{part}" for topic in TOPICS for part in ("basics", "review", "tools"))
_NAME = re.compile(rb"^name:[^\r\n]*", re.MULTILINE)
_LONGEST_NAME = 64
_DIGITS = 5
_IDENTITY = "Bench <bench@example.invalid> 1767225600 +0000"


class Skill(NamedTuple):
    """A skill of the archive; `files` are mode, name in the folder and bytes, without SKILL.md."""

    name: str
    text: bytes
    files: tuple[tuple[str, str, bytes], ...]


def skills_of(archive: Path) -> list[Skill]:
    """The skills of the archive, in the order of their paths."""
    files: dict[str, tuple[str, bytes]] = {}
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.isfile() and (file := tar.extractfile(member)):
                files[member.name] = ("100755" if member.mode & 0o100 else "100644", file.read())
    folders = [path.removesuffix("/SKILL.md") for path in files if path.endswith("/SKILL.md")]
    return [_skill(folder, files) for folder in sorted(folders)]


def _skill(folder: str, files: dict[str, tuple[str, bytes]]) -> Skill:
    others = tuple(
        (mode, path.removeprefix(f"{folder}/"), data)
        for path, (mode, data) in sorted(files.items())
        if path.startswith(f"{folder}/") and path != f"{folder}/SKILL.md" and b"\0" not in data
    )
    name = re.sub("[^a-z0-9]+", "-", folder.rpartition("/")[2].lower()).strip("-")
    return Skill(name, files[f"{folder}/SKILL.md"][1], others)


def files_of(
    skills: Sequence[Skill], number: int, *, whole: bool
) -> Iterator[tuple[str, str, bytes]]:
    """Mode, path and bytes of each file of the skill with a number."""
    skill = skills[number % len(skills)]
    name = f"{skill.name[: _LONGEST_NAME - _DIGITS - 1].rstrip('-')}-{number:0{_DIGITS}}"
    # Copies of one skill go to different categories.
    category = CATEGORIES[(number + number // len(skills)) % len(CATEGORIES)]
    folder = f"skills/{category}/{name}"
    text = _NAME.sub(b"name: " + name.encode(), skill.text, count=1)
    yield (
        "100644",
        f"{folder}/SKILL.md",
        text + b"\n\nThis is skill %d of the repository.\n" % number,
    )
    if whole:
        for place, (mode, path, data) in enumerate(skill.files):
            # A number written in blanks, which no text format minds: JSON knows no comments.
            blanks = f"{number:b}{place:08b}".replace("0", " ").replace("1", "\t")
            yield mode, f"{folder}/{path}", data + f"\n{blanks}\n".encode()


def taxonomy() -> bytes:
    """The categories; of every third one the sections are checked too."""
    lines = ["version: 1", "categories:"]
    for number, category in enumerate(CATEGORIES):
        title = category.replace("-", " ").capitalize()
        lines += [f"  {category}:", f"    title: {title}", f"    description: {title}, and more."]
        lines += ["    sections: how-to"] * (number % 3 == 0)
    return "\n".join((*lines, "")).encode()


def make(folder: Path, skills: Sequence[Skill], count: int, *, whole: bool | None = None) -> None:
    """Make the repository: one commit, an index and a working tree.

    `whole` takes all files of a skill; None leaves it to the count.
    """
    if folder.resolve().is_relative_to(CHECKOUT):
        raise SystemExit(f"{folder} lies in the project; choose a folder outside it")
    if folder.exists() and any(folder.iterdir()):
        raise SystemExit(f"{folder} is not empty")
    subprocess.run(["git", "init", "--quiet", "-b", "main", folder], check=True)
    for key, value in (("gc.auto", "0"), ("core.compression", "1"), ("user.name", "Bench")):
        _git(folder, "config", key, value)
    _git(folder, "config", "user.email", "bench@example.invalid")
    whole = count <= MOST_WITH_FILES if whole is None else whole
    with subprocess.Popen(
        ["git", "fast-import", "--quiet", "--done"], cwd=folder, stdin=subprocess.PIPE
    ) as importer:
        if importer.stdin:
            _stream(importer.stdin, skills, count, whole=whole)
    if importer.returncode:
        raise SystemExit("git fast-import failed")
    _git(folder, "reset", "--quiet", "--hard", "main")
    # Files of the same moment as the index would be read again by each git command.
    time.sleep(1.1)
    if _git(folder, "status", "--porcelain"):
        raise SystemExit("the working tree is not what was committed")


def _stream(out: IO[bytes], skills: Sequence[Skill], count: int, *, whole: bool) -> None:
    out.write(b"commit refs/heads/main\ncommitter %b\n" % _IDENTITY.encode())
    out.write(b"data 6\nskills\n")
    _put(out, "100644", "taxonomy.yaml", taxonomy())
    for number in range(count):
        for mode, path, data in files_of(skills, number, whole=whole):
            _put(out, mode, path, data)
    out.write(b"done\n")


def _put(out: IO[bytes], mode: str, path: str, data: bytes) -> None:
    out.write(b"M %b inline %b\ndata %d\n%b\n" % (mode.encode(), path.encode(), len(data), data))


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def main() -> None:
    """Make a repository."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("archive", nargs="?", default=CORPUS, type=Path)
    parser.add_argument("--skills", type=int, default=1_000)
    parser.add_argument("--only-skill-md", action="store_true")
    options = parser.parse_args()
    if options.archive is None:
        parser.error("name the archive of skills, or set SKILLREPO_CORPUS")
    whole = False if options.only_skill_md else None
    make(options.folder, skills_of(options.archive), options.skills, whole=whole)


if __name__ == "__main__":
    main()
