"""`library`: the same skills from a folder, a worktree, the index and a commit."""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from conftest import Git, MakeRepo
from content_repo import skill

from skillrepo import document
from skillrepo.check import check
from skillrepo.context import Context
from skillrepo.document import Document, Unreadable
from skillrepo.files import Folder, Kind, Overlay, Source, Tree
from skillrepo.git import Entry, Repository
from skillrepo.library import Library, within
from skillrepo.rules import ALL

SKILL = "---\nname: {}\ndescription: Use when x.\n---\n"
FILES = {
    "skills/data/a/SKILL.md": SKILL.format("a"),
    "skills/data/a/references/x.md": "x",
    "skills/b/SKILL.md": SKILL.format("b"),
    "other/c/SKILL.md": SKILL.format("c"),
    "README.md": "read",
    ".gitignore": "ignored/\n",
}


@pytest.fixture
def repo(make_repo: MakeRepo) -> Path:
    return make_repo(FILES)


def sources(root: Path) -> Iterator[Source]:
    repository = Repository.open(root)
    yield Folder(root)
    yield Folder(root, repository.files)
    yield Tree(root.name, repository.index_entries(), repository.read)
    head = repository.resolve("HEAD")
    yield Tree(root.name, repository.tree_entries(head), repository.read)


def whys(library: Library) -> dict[str, str]:
    found = library.load(library.skill_files)
    return {each.path: each.why for each in found if isinstance(each, Unreadable)}


def test_every_source_gives_the_same(repo: Path) -> None:
    for source in sources(repo):
        library = Library(source)
        assert library.skill_files == [
            "other/c/SKILL.md",
            "skills/b/SKILL.md",
            "skills/data/a/SKILL.md",
        ]
        loaded = list(library.load(library.skill_files))
        assert [each.folder for each in loaded] == ["c", "b", "a"]
        assert all(isinstance(each, Document) and each.problem is None for each in loaded)
        assert source.kind("skills/data") == "folder"
        assert source.kind("") == "folder"
        assert source.kind("README.md") == "file"
        assert source.kind("none") == source.kind("README.md/x") == "missing"
        assert list(source.read(["README.md"])) == [b"read"]


def test_root_and_exclude(repo: Path) -> None:
    library = Library(Folder(repo), "skills", ("**/data",))
    assert library.skill_files == ["skills/b/SKILL.md"]
    assert library.names == {"b"}
    assert library.same_name("B") == ["skills/b/SKILL.md"]
    assert library.excludes("skills/data/a/SKILL.md")
    assert not library.excludes("skills/database/SKILL.md")


class Restless(Folder):
    """A folder in which a path becomes something else when it has been looked at."""

    def __init__(self, root: Path, path: str, become: Callable[[Path], object]) -> None:
        super().__init__(root)
        self._path, self._become, self._file = path, become, root / path

    def kind(self, path: str) -> Kind:
        found = super().kind(path)
        if path == self._path and not self._file.is_fifo():
            if self._file.is_dir():
                self._file.rmdir()
            self._file.unlink(missing_ok=True)
            self._become(self._file)
        return found


@pytest.mark.parametrize(
    "become",
    [lambda _: None, Path.mkdir, os.mkfifo, lambda file: file.symlink_to("x"), Path.touch],
)
@pytest.mark.parametrize("before", [Path.touch, lambda file: file.symlink_to("x"), Path.mkdir])
@pytest.mark.parametrize("name", ["SKILL.md", "scripts/a.sh"])
def test_what_changes_while_it_is_looked_at(
    before: Callable[[Path], object], become: Callable[[Path], object], name: str, tmp_path: Path
) -> None:
    wax = tmp_path / "wax"
    (wax / "scripts").mkdir(parents=True)
    (wax / "SKILL.md").write_text(skill("wax", body="# Wax\n\n[a](scripts/a.sh)\n"))
    (wax / name).unlink(missing_ok=True)
    before(wax / name)
    context = Context.of(Restless(tmp_path, f"wax/{name}", become))
    # Whatever it has become: there are findings, and neither a traceback nor a wait.
    report = check(context.library.load(["wax/SKILL.md"]), ALL, context, "house")
    assert report.checked == 1 or name == "SKILL.md"
    if name == "SKILL.md" and report.checked:
        assert report.findings


@pytest.mark.parametrize(
    ("glob", "path", "matches"),
    [
        ("docs", "docs/a/SKILL.md", True),
        ("docs/", "docs/a/SKILL.md", True),
        ("docs/**", "docs/a/SKILL.md", True),
        ("docs/*", "docs/a/b/SKILL.md", True),
        ("docs", "mydocs/a/SKILL.md", False),
        ("docs", "x/docs/SKILL.md", False),
        ("**/docs", "x/docs/SKILL.md", True),
        ("**/docs", "docs/SKILL.md", True),
        ("a/**/z", "a/z/SKILL.md", True),
        ("a/**/z", "a/b/c/z/SKILL.md", True),
        ("sk?ll", "skill/SKILL.md", True),
        ("sk?ll", "sk/ll/SKILL.md", False),
        ("*.md", "SKILL.md", True),
        ("[a]", "a/SKILL.md", False),
        ("[a]", "[a]/SKILL.md", True),
        ("(cat)", "(cat)/SKILL.md", True),
    ],
)
def test_globs(tmp_path: Path, glob: str, path: str, matches: bool) -> None:  # noqa: FBT001
    assert Library(Folder(tmp_path), "", (glob,)).excludes(path) is matches


def test_select_and_owner(repo: Path) -> None:
    for source in sources(repo):
        library = Library(source, "skills", ("other/**",))
        a = "skills/data/a/SKILL.md"
        assert library.select("skills/data/a") == [a]
        assert library.select(a) == [a]
        assert library.select("skills/data/a/references/x.md") == [a]
        assert library.select("skills") == ["skills/b/SKILL.md", a]
        assert library.select("") == ["skills/b/SKILL.md", a]
        assert library.select("README.md") == []
        assert library.select("other/c") == []
        assert library.owner("other/c/x") is None
        assert library.owner("skills/data/a/deep/er/file") == a


def test_ignored_files_count_only_when_named(repo: Path) -> None:
    path = repo / "ignored/d/SKILL.md"
    path.parent.mkdir(parents=True)
    path.write_text(SKILL.format("d"))
    library = Library(Folder(repo, Repository.open(repo).files))
    assert "ignored/d/SKILL.md" not in library.skill_files
    assert library.select("ignored/d") == ["ignored/d/SKILL.md"]


def test_an_ignored_file_stays_ignored_beside_a_tracked_one(repo: Path, git: Git) -> None:
    (repo / "skills/e").mkdir()
    (repo / "skills/e/notes.md").write_text("x")
    git(repo, "add", "--all")
    (repo / "skills/e/SKILL.md").write_text(SKILL.format("e"))
    (repo / ".gitignore").write_text("SKILL.md\n")
    library = Library(Folder(repo, Repository.open(repo).files))
    assert "skills/e/SKILL.md" not in library.skill_files
    assert library.select("skills/e") == ["skills/e/SKILL.md"]


def test_what_git_does_not_list_is_found_in_a_folder_of_its_own(repo: Path, git: Git) -> None:
    for name in ("fifo", "empty", "linked"):
        (repo / "skills" / name).mkdir()
    os.mkfifo(repo / "skills/fifo/SKILL.md")
    (repo / "skills/empty/SKILL.md").mkdir()
    (repo / "skills/linked/SKILL.md").symlink_to("../b")
    (repo / "gone/tracked").mkdir(parents=True)
    (repo / "gone/tracked/x").write_text("x")
    git(repo, "add", "--all")
    listed = Repository.open(repo).files()
    shutil.rmtree(repo / "gone")  # in the meantime
    for source in (Folder(repo), Folder(repo, lambda _: listed)):
        assert whys(Library(source)) == {
            "skills/empty/SKILL.md": "is a folder; it must be a file",
            "skills/fifo/SKILL.md": "is not a regular file",
            "skills/linked/SKILL.md": "is a symbolic link to `../b`, not a file",
        }


def test_a_file_that_has_become_a_link_is_not_read(repo: Path) -> None:
    (repo / "link").symlink_to("README.md")
    assert list(Folder(repo).read(["link", "nowhere", "README.md"])) == [None, None, b"read"]


def odd_places(root: Path) -> None:
    names = ("folder", "fifo", "dangling", "leaves", "absolute", "loop", "chain", "to-folder")
    for name in (*names, "inside", "huge"):
        (root / "skills" / name).mkdir(parents=True)
        (root / "skills" / name / "notes.md").write_text("x")
    skills = root / "skills"
    (skills / "folder/SKILL.md").mkdir()
    (skills / "folder/SKILL.md/x").write_text("x")
    os.mkfifo(skills / "fifo/SKILL.md")
    (skills / "dangling/SKILL.md").symlink_to("nowhere.md")
    (skills / "leaves/SKILL.md").symlink_to("../../../../../etc/hostname")
    (skills / "absolute/SKILL.md").symlink_to("/etc/hostname")
    (skills / "loop/SKILL.md").symlink_to("SKILL.md")
    (skills / "inside/SKILL.md").symlink_to("one-more")
    (skills / "inside/one-more").symlink_to("../b/SKILL.md")
    (skills / "chain/SKILL.md").symlink_to("one-more")
    (skills / "chain/one-more").symlink_to("/etc/hostname")
    (skills / "to-folder/SKILL.md").symlink_to("../b")
    (skills / "huge/SKILL.md").write_bytes(b"a" * (document.MAX_BYTES + 1))


EXPECTED = {
    "folder": "is a folder",
    "dangling": "which does not exist",
    "leaves": "leaves the repository",
    "absolute": "leaves the repository",
    "loop": "leads to itself",
    "chain": "leaves the repository",
    "to-folder": "not a file",
    "huge": "more than the limit",
}


def test_what_is_no_file(repo: Path, git: Git) -> None:
    odd_places(repo)
    for source in (Folder(repo), Folder(repo, Repository.open(repo).files)):
        found = whys(Library(source))
        assert found.pop("skills/fifo/SKILL.md") == "is not a regular file"
        assert {path.split("/")[1]: why for path, why in found.items()}.keys() == EXPECTED.keys()
        for name, why in EXPECTED.items():
            assert why in found[f"skills/{name}/SKILL.md"]
    git(repo, "add", "--all")
    git(repo, "commit", "--quiet", "-m", "odd")
    for source in list(sources(repo))[2:]:
        found = whys(Library(source))
        for name, why in EXPECTED.items():
            assert why in found[f"skills/{name}/SKILL.md"], name


def test_linked_folders_are_not_followed(repo: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside/x"
    outside.mkdir(parents=True)
    (outside / "SKILL.md").write_text(SKILL.format("x"))
    (repo / "skills/linked").symlink_to(tmp_path / "outside")
    # A tracked folder that has become a link: git goes on to list what it holds.
    (repo / "skills/b/SKILL.md").unlink()
    (repo / "skills/b").rmdir()
    (repo / "skills/b").symlink_to(outside)
    for source in (Folder(repo), Folder(repo, Repository.open(repo).files)):
        library = Library(source)
        assert library.skill_files == ["other/c/SKILL.md", "skills/data/a/SKILL.md"]
        assert source.kind("skills/linked/x/SKILL.md") == "missing"
        assert source.kind("skills/linked") == "link"


def test_a_conflict_in_the_index(repo: Path, git: Git) -> None:
    for branch, text in (("one", "1"), ("two", "2")):
        git(repo, "switch", "--quiet", "-c", branch, "main")
        (repo / "skills/b/SKILL.md").write_text(SKILL.format(f"b{text}"))
        git(repo, "commit", "--quiet", "-am", branch)
    with pytest.raises(AssertionError):
        git(repo, "merge", "one")
    repository = Repository.open(repo)
    found = whys(Library(Tree("repo", repository.index_entries(), repository.read)))
    assert "merge conflict" in found["skills/b/SKILL.md"]


def test_a_missing_blob() -> None:
    entries = {"a/SKILL.md": Entry("100644", "0" * 40)}

    def read(oids: Iterable[str], *, limit: int) -> Iterator[None]:
        assert limit == document.MAX_BYTES
        yield from (None for _ in oids)

    assert "partial clone" in whys(Library(Tree("x", entries, read)))["a/SKILL.md"]


def test_an_overlay_replaces_one_folder(repo: Path) -> None:
    files = {"SKILL.md": SKILL.format("b").encode(), "references/new.md": b"new"}
    for below in sources(repo):
        source = Overlay(below, "skills/b", files)
        assert source.kind("skills/b/references/new.md") == "file"
        assert source.kind("skills/b/references") == "folder"
        assert source.kind("skills/b/old.md") == "missing"
        assert source.kind("skills/data/a/SKILL.md") == "file"
        assert list(source.read(["skills/b/references/new.md", "README.md"])) == [b"new", b"read"]
        assert Library(source).skill_files == Library(below).skill_files
        assert "skills/b/references/new.md" in source.files()
    link = repo / "skills/link/SKILL.md"
    link.parent.mkdir()
    link.symlink_to("nowhere")
    found = whys(Library(Overlay(Folder(repo), "skills/b", files)))
    assert "does not exist" in found["skills/link/SKILL.md"]
    big = Overlay(Folder(repo), "skills/b", {"SKILL.md": b"a" * (document.MAX_BYTES + 1)})
    assert "more than the limit" in whys(Library(big))["skills/b/SKILL.md"]


def test_a_skill_at_the_root(tmp_path: Path) -> None:
    root = tmp_path / "my-skill"
    root.mkdir()
    (root / "SKILL.md").write_text(SKILL.format("my-skill"))
    library = Library(Folder(root))
    (found,) = library.load(library.skill_files)
    assert (found.path, found.folder) == ("SKILL.md", "my-skill")


def test_within() -> None:
    assert within("a/b", "a")
    assert within("a", "a")
    assert within("a", "")
    assert within("a", ".")
    assert not within("ab", "a")


@pytest.mark.parametrize("folders", [900, 1_100, 1_990, 60_000])
def test_a_path_of_many_folders_is_missing(repo: Path, folders: int) -> None:
    for source in sources(repo):
        assert source.kind("a/" * folders + "b") == "missing"
