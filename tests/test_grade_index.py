"""The index of a whole repository, and what is remembered of it."""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from catalogue import NOWHERE, commit_library, path_of, skill_files, write
from conftest import Git, MakeRepo

from skillrepo.files import Folder, Tree
from skillrepo.git import Repository
from skillrepo.grade.eval_places import skill_of
from skillrepo.grade.index import Index
from skillrepo.grade.remembered import Remembered
from skillrepo.library import Library
from skillrepo.tokens import tokens

PDF = skill_files(
    "pdf-merge",
    "Merges PDF files. Not for filling forms: use pdf-form.",
    wanted=("join two scans", "put these documents together"),
    unwanted=("fill in this form",),
    body="One two three four five six.",
)
FORM = skill_files("pdf-form", "Fills in PDF forms.", wanted=("fill in this form",))
FILES = {**PDF, **FORM, "README.md": "read"}


def everything(index: Index) -> object:
    return dict(index.entries), index.resident_tokens


def test_what_the_index_knows_of_a_skill(make_repo: MakeRepo) -> None:
    found = Index.of(commit_library(make_repo(FILES)), NOWHERE)
    assert list(found.entries) == [path_of("pdf-form"), path_of("pdf-merge")]
    entry = found.entries[path_of("pdf-merge")]
    description = "Merges PDF files. Not for filling forms: use pdf-form."
    assert (entry.name, entry.folder, entry.card.description) == (
        "pdf-merge",
        "pdf-merge",
        description,
    )
    assert entry.resident_tokens == tokens(f"pdf-merge {description}")
    assert found.resident_tokens == entry.resident_tokens + tokens("pdf-form Fills in PDF forms.")
    # What the skill is not for is no claim.
    assert entry.card.terms == {"pdf": 2, "merg": 2, "file": 1}
    assert entry.card.length == 5
    assert len(entry.card.sketch) == 2
    assert [(a.query.text, a.query.should_trigger, a.terms) for a in entry.asked] == [
        ("join two scans", True, ("join", "scan")),
        ("put these documents together", True, ("document",)),
        ("fill in this form", False, ("fill", "form")),
    ]
    assert entry.asked[0].query.path == "skills/pdf-merge/evals/eval_queries.json"


def test_what_is_no_skill_or_cannot_be_read(tmp_path: Path) -> None:
    write(
        tmp_path,
        FORM,
        {
            "skills/broken/SKILL.md": "---\nname: [\n---\n",
            "skills/plain/SKILL.md": "no frontmatter",
            "skills/odd/SKILL.md": '---\nname: {a: b}\ndescription: "\\ud800 \\t x"\n---\n',
            "old/gone/SKILL.md": "---\nname: gone\n---\n",
        },
    )
    (tmp_path / "skills/binary").mkdir()
    (tmp_path / "skills/binary/SKILL.md").write_bytes(b"\xff\xfe\0")
    (tmp_path / "skills/link").mkdir()
    (tmp_path / "skills/link/SKILL.md").symlink_to("../pdf-form/SKILL.md")
    found = Index.of(Library(Folder(tmp_path), exclude=("old/**",)), NOWHERE)
    names = {path.split("/")[1]: entry.name for path, entry in found.entries.items()}
    assert names == {
        "binary": "binary",
        "broken": "broken",
        "odd": "odd",
        "pdf-form": "pdf-form",
        "plain": "plain",
    }
    assert found.entries["skills/broken/SKILL.md"].card.terms == {}


def test_evals_may_lie_beside_the_skills(make_repo: MakeRepo) -> None:
    no = '[{"query": "no", "should_trigger": true}]'
    tests = "should_trigger_prompts: [{prompt: fill in the blanks}]\n"
    scenario = "scenarios: [{prompt: complete the sheet}]\n"
    task = "{inputs: {prompt: do it}, should_trigger: true}\n"
    root = make_repo(
        {
            **FILES,
            **skill_files("twin", "One."),
            "more/twin/SKILL.md": "---\nname: twin\n---\n",
            "evals/pdf-form/trigger_tests.yaml": tests,
            "evals/pdf-form/tasks/one.yaml": task,
            "tests/office/pdf-form/eval.yaml": scenario,
            "tests/office/pdf-form/table.json": no,
            "tests/office/pdf-form/fixtures/evals.json": no,
            "evals/pdf-other/trigger_tests.yaml": tests,
            "evals/twin/trigger_tests.yaml": tests,
            "evals/trigger_tests.yaml": tests,
            "other/pdf-form/trigger_tests.yaml": tests,
        }
    )
    library = commit_library(root)
    found = Index.of(library, NOWHERE)
    asked = [
        (each.query.text, each.query.path) for each in found.entries[path_of("pdf-form")].asked
    ]
    assert asked == [
        ("do it", "evals/pdf-form/tasks/one.yaml"),
        ("fill in the blanks", "evals/pdf-form/trigger_tests.yaml"),
        ("fill in this form", "skills/pdf-form/evals/eval_queries.json"),
        ("complete the sheet", "tests/office/pdf-form/eval.yaml"),
    ]
    assert sum(len(entry.asked) for entry in found.entries.values()) == 4 + 3
    assert skill_of(library, "evals/pdf-form/trigger_tests.yaml") == path_of("pdf-form")
    assert skill_of(library, "skills/pdf-form/x") == path_of("pdf-form")
    assert skill_of(library, "evals/twin/trigger_tests.yaml") is None
    assert skill_of(library, "README.md") is None
    again = found.changed(Library(Folder(root)), [path_of("pdf-form")], NOWHERE)
    assert everything(again) == everything(found)


class Counting:
    """Reads blobs, and knows which."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self.read: list[str] = []

    def __call__(self, oids: Iterable[str], *, limit: int) -> Iterator[bytes | int | None]:
        names = list(oids)
        self.read += names
        return self._repository.read(names, limit=limit)


def counted(root: Path, remembered: Remembered) -> tuple[Index, int]:
    repository = Repository.open(root)
    blobs = Counting(repository)
    entries = repository.tree_entries(repository.resolve("HEAD"))
    found = Index.of(Library(Tree(root.name, entries, blobs)), remembered)
    remembered.save()
    return found, len(blobs.read)


def test_a_second_run_reads_what_changed(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo(FILES)
    folder = root / ".git/skillrepo"
    fresh, read = counted(root, Remembered(folder))
    assert read == 4
    again, read = counted(root, Remembered(folder))
    assert read == 0
    assert everything(again) == everything(fresh)
    write(root, skill_files("pdf-form", "Fills in forms.", wanted=("fill in this form",)))
    git(root, "commit", "-qam", "second")
    _, read = counted(root, Remembered(folder))
    assert read == 1
    # A skill that moves brings its own paths along, and nothing is read.
    git(root, "mv", "skills", "moved")
    git(root, "commit", "-qm", "third")
    moved, read = counted(root, Remembered(folder))
    assert read == 0
    asked = moved.entries["moved/pdf-merge/SKILL.md"].asked
    assert asked[0].query.path == "moved/pdf-merge/evals/eval_queries.json"


def test_the_working_tree_is_a_commit_with_some_skills_read_anew(
    make_repo: MakeRepo, git: Git
) -> None:
    root = make_repo(FILES)
    base = Index.of(commit_library(root), NOWHERE)
    write(root, skill_files("pdf-split", "Cuts PDF files.", wanted=("cut it",)))
    write(root, skill_files("pdf-merge", "Joins PDF files."))
    (root / "skills/pdf-merge/evals/eval_queries.json").unlink()
    (root / path_of("pdf-form")).unlink()
    paths = [path_of(name) for name in ("pdf-form", "pdf-merge", "pdf-split")]
    head = base.changed(Library(Folder(root)), paths, NOWHERE)
    git(root, "add", "--all")
    git(root, "commit", "-qm", "second")
    fresh = Index.of(commit_library(root), NOWHERE)
    assert everything(head) == everything(fresh)
    assert head.claiming == fresh.claiming
    assert (head.claiming["pdf"], "form" in head.claiming) == (
        [path_of("pdf-merge"), path_of("pdf-split")],
        False,
    )
    assert list(base.entries) == [path_of("pdf-form"), path_of("pdf-merge")]


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b"pdf", b"PDF"),
        lambda data: data.replace(b"\t", b" "),
        lambda data: data.replace(b"\n", b""),
        lambda data: bytes(255 - byte for byte in data),
        lambda _: b"",
    ],
    ids=["cut", "other words", "no tabs", "one line", "noise", "empty"],
)
def test_what_is_damaged_counts_for_nothing(damage: object, make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    folder = root / ".git/skillrepo"
    fresh, _ = counted(root, Remembered(folder))
    (file,) = folder.iterdir()
    whole = file.read_bytes()
    assert callable(damage)
    file.write_bytes(damage(whole))
    again, read = counted(root, Remembered(folder))
    assert everything(again) == everything(fresh)
    assert read > 0
    assert sorted(file.read_bytes().split(b"\n")) == sorted(whole.split(b"\n"))


def test_what_is_remembered_may_be_deleted_and_need_not_be_written(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    folder = root / ".git/skillrepo"
    fresh, _ = counted(root, Remembered(folder))
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    folder.write_text("no folder")
    again, read = counted(root, Remembered(folder))
    assert read == 4
    assert everything(again) == everything(fresh)


def test_many_runs_at_once(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    folder = root / ".git/skillrepo"
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: counted(root, Remembered(folder))[0], range(16)))
    assert {str(everything(each)) for each in found} == {str(everything(found[0]))}
    assert counted(root, Remembered(folder))[1] == 0
    assert len(list(folder.iterdir())) == 1


def test_what_another_version_remembered_is_let_go_in_the_end(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    folder = root / ".git/skillrepo"
    folder.mkdir()
    for age, name in enumerate(("routing-a", "routing-b", "routing-c")):
        (folder / name).write_text("x")
        os.utime(folder / name, (age, age))
    (folder / "verdicts-a").write_text("x")
    counted(root, Remembered(folder))
    names = {file.name for file in folder.iterdir()}
    assert {"routing-c", "verdicts-a"} < names
    assert len(names) == 3
