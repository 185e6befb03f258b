"""What the benchmarks measure on is what they say."""

import runpy
import subprocess
import tarfile
from collections import Counter
from pathlib import Path

import checkout
import content_repo
import pytest

from skillrepo.check import check
from skillrepo.context import Context
from skillrepo.files import Folder
from skillrepo.rules import ALL

BENCH = checkout.CHECKOUT / "tests/bench"
REPOSITORY = runpy.run_path(str(BENCH / "repository.py"))
PRECISION = runpy.run_path(str(BENCH / "precision.py"))
SCALE_SKILLS = 7


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    root = tmp_path / "skills-2"
    for name in ("pdf-merge", "wax"):
        (root / name / "scripts").mkdir(parents=True)
        (root / name / "SKILL.md").write_text(content_repo.skill(name))
        (root / name / "scripts/run.sh").write_text("echo the same in both\n")
        (root / name / "table.json").write_text('{"a": 1}')
    (root / "wax/scripts/run.sh").chmod(0o755)
    with tarfile.open(tmp_path / "skills-2.tar.gz", "w:gz") as tar:
        tar.add(root, "skills-2")
    return tmp_path / "skills-2.tar.gz"


def git(root: Path, *arguments: str) -> list[str]:
    done = subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout.splitlines()


def test_repository(archive: Path, tmp_path: Path) -> None:
    root = tmp_path / "large"
    REPOSITORY["make"](root, REPOSITORY["skills_of"](archive), SCALE_SKILLS)
    listed = [line.split() for line in git(root, "ls-files", "--stage")]
    assert len(listed) == 1 + 3 * SCALE_SKILLS
    assert len({blob for _, blob, _, _ in listed}) == len(listed)
    modes = Counter(mode for mode, _, _, path in listed if path.endswith("run.sh"))
    assert modes == {"100644": 4, "100755": 3}
    assert git(root, "status", "--porcelain") == []
    context = Context.of(Folder(root))
    report = check(context.library.load(context.library.skill_files), ALL, context, "spec")
    assert report.checked == SCALE_SKILLS
    assert report.findings == ()
    assert len({path.split("/")[1] for path in context.library.skill_files}) > SCALE_SKILLS // 2


def test_repository_is_the_same_again(archive: Path, tmp_path: Path) -> None:
    skills = REPOSITORY["skills_of"](archive)
    first, second = (
        [list(REPOSITORY["files_of"](skills, number, whole=False)) for number in range(9)]
        for _ in range(2)
    )
    assert first == second
    assert {len(files) for files in first} == {1}
    with pytest.raises(SystemExit, match="lies in the project"):
        REPOSITORY["make"](checkout.CHECKOUT / "large", skills, 1)
    with pytest.raises(SystemExit, match="is not empty"):
        REPOSITORY["make"](tmp_path, skills, 1)


def labels(*rows: tuple[str, int, str]) -> object:
    places = frozenset((path, line) for path, line, _ in rows)
    right = sum(judgement == "right" for *_, judgement in rows)
    return PRECISION["Labels"](places, right, len(rows))


@pytest.mark.parametrize(
    ("judged", "hits", "amiss"),
    [
        (["a"], ["a"], []),
        (["a", "b"], ["a"], ["1 judged hits are made no more, the first b:1"]),
        (["a"], ["a", "c", "d"], ["2 hits are not judged, the first c:1"]),
        ([str(number) for number in range(40)], [str(number) for number in range(90)], []),
    ],
)
def test_stale_judgements(judged: list[str], hits: list[str], amiss: list[str]) -> None:
    found = PRECISION["stale"](
        labels(*((path, 1, "right") for path in judged)), {(path, 1) for path in hits}
    )
    assert list(found) == amiss


def test_judgements_can_be_read() -> None:
    known = {rule.code for rule in ALL}
    files = list((checkout.CHECKOUT / "tests/precision").glob("*.tsv"))
    assert files
    for file in files:
        assert file.stem in known
        rows = file.read_text(encoding="utf-8").splitlines()
        assert PRECISION["labels_of"](file.stem).read == len(rows)
