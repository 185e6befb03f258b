"""One rotten file among twenty skills: each of the others is told of its own fault."""

import os
import time
from pathlib import Path

import pytest
from conftest import Git, MakeRepo
from content_repo import FILES, Run, runner
from specimens import FAULTY, PNG, Builder, bodied, of, page, reference, with_link, write

OTHERS = [f"skills/data/s{number:02}" for number in range(19)]
ROTTEN = "skills/data/wax"
MOST_SECONDS = 2.0


def fifo(name: str) -> Builder:
    """Make a skill in which `name` is a FIFO, which git cannot hold."""

    def build(place: Path) -> Path:
        # git knows no folder without a file.
        folder = of(page(), {"references/register.md": "# Register\n"})(place)
        (folder / name).unlink(missing_ok=True)
        os.mkfifo(folder / name)
        return folder

    return build


SKILLS: dict[str, Builder] = {
    **{
        name: FAULTY[name]
        for name in (
            "file-latin-1",
            "file-picture",
            "file-folder",
            "file-dangling-link",
            "yaml-alias-bomb",
            "yaml-nested-brackets",
            "yaml-control-character",
            "file-empty",
            "file-looping-link",
            "file-nul-byte",
            "file-too-large",
            "file-utf-16",
            "frontmatter-open",
            "yaml-merge-key-bomb",
            "yaml-python-tag",
            "yaml-two-documents",
            "name-path",
        )
    },
    "fifo": fifo("SKILL.md"),
    "link-to-a-file-of-the-system": with_link("SKILL.md", "/etc/hostname"),
    "link-to-a-device": with_link("SKILL.md", "/dev/zero"),
    "impossible-date": of(page(name="2026-13-45")),
    "endless-number": of(page(name="9" * 5_000)),
    "deep-quotes-and-links": of(page(name="w", body="> " * 5_000 + "[x](" * 5_000)),
    "one-line-of-brackets": of(page(name="w", body="[" * 200_000)),
}
# A skill that is sound but for a file beside its SKILL.md.
FILES_BESIDE: dict[str, Builder] = {
    "latin-1": bodied("# Wax\n", {"references/register.md": b"caf\xe9\n"}),
    "picture": bodied("# Wax\n", {"references/register.md": PNG}),
    "too-large": bodied("# Wax\n", {"references/register.md": b"x" * 2_000_000}),
    "brackets": reference("[" * 200_000),
    "deep-yaml": bodied("# Wax\n", {"assets/deep.yaml": "[" * 200_000}),
    "looping-link": with_link("references/register.md", "register.md"),
    "odd-bytes": bodied("# Wax\n", {"scripts/dates.py": bytes(range(256))}),
    "fifo": fifo("references/more.md"),
}


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    root = make_repo({})
    write(root, {**FILES, **{f"{folder}/SKILL.md": page(name="wrong") for folder in OTHERS}})
    return root


def others_are_told(root: Path, run: Run, *options: str) -> tuple[int, set[str]]:
    """Give how many skills were checked, and which folders have an error."""
    start = time.process_time()
    done = run(root, "validate", "--json", *options)
    assert time.process_time() - start < MOST_SECONDS
    assert (done.code, done.err) == (1, "")
    report = done.json("report")
    errors = [each for each in report["findings"] if each["severity"] == "error"]
    mismatches = {each["path"] for each in errors if each["code"] == "M102"}
    assert mismatches >= {f"{folder}/SKILL.md" for folder in OTHERS}
    return report["checked"], {each["path"].rpartition("/")[0] for each in errors}


@pytest.mark.parametrize("name", SKILLS)
def test_rotten_skill(name: str, root: Path, run: Run, git: Git) -> None:
    SKILLS[name](root / "skills/data")
    checked, folders = others_are_told(root, run)
    assert (checked, ROTTEN in folders) == (20, True)
    git(root, "add", "--all")
    in_git = 19 if name == "fifo" else 20
    checked, folders = others_are_told(root, run, "--staged")
    assert (checked, ROTTEN in folders) == (in_git, in_git == 20)
    git(root, "commit", "--quiet", "-m", "first")
    checked, folders = others_are_told(root, run, "--rev", "HEAD")
    assert (checked, ROTTEN in folders) == (in_git, in_git == 20)


@pytest.mark.parametrize("name", FILES_BESIDE)
def test_rotten_file_beside_a_skill(name: str, root: Path, run: Run, git: Git) -> None:
    FILES_BESIDE[name](root / "skills/data")
    assert others_are_told(root, run)[0] == 20
    git(root, "add", "--all")
    assert others_are_told(root, run, "--staged")[0] == 20
    git(root, "commit", "--quiet", "-m", "first")
    assert others_are_told(root, run, "--rev", "HEAD")[0] == 20
