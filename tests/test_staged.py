"""The index as a source: what `git ls-files` and `cat-file` have, and nothing listed in vain."""

import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import FORMATS, Git, MakeRepo
from content_repo import FILES, Run, runner, skill

from skillrepo.files import Folder, Tree
from skillrepo.git import Repository
from skillrepo.git_blobs import BlobReader
from skillrepo.skill_paths import SkillPaths
from skillrepo.staged import Staged

WAX, INK = "skills/data/wax/SKILL.md", "skills/data/ink/SKILL.md"
SKILLS = {**FILES, WAX: skill("wax"), INK: skill("ink"), "skills/data/wax/a/b.md": "B\n"}


@pytest.fixture(name="run")
def _run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


def change(root: Path, git: Git) -> None:
    """Stage an addition, a change, a removal, a link, a mode and a file only intended."""
    (root / "skills/new/one").mkdir(parents=True)
    (root / "skills/new/one/SKILL.md").write_text(skill("one"))
    (root / "skills/new/one/link.md").symlink_to("SKILL.md")
    (root / WAX).write_text(skill("wax", body="Changed.\n"))
    (root / WAX).chmod(0o755)
    (root / "intended.md").write_text("x")
    git(root, "add", "skills")
    git(root, "add", "-N", "intended.md")
    git(root, "rm", "--quiet", "--cached", "-r", "skills/data/wax/a", INK)


def both(root: Path) -> tuple[Staged, Tree]:
    repository = Repository.open(root)
    whole = Tree(root.name, repository.index_entries(), BlobReader(repository))
    return Staged(root.name, repository), whole


@pytest.mark.parametrize("option", FORMATS)
def test_it_is_the_index(option: str, make_repo: MakeRepo, git: Git) -> None:
    root = make_repo(SKILLS, options=(option,))
    for step in (lambda *_: None, change):
        step(root, git)
        staged, whole = both(root)
        assert staged.files() == whole.files()
        names = {*whole.files(), INK, "lost", "lost/lost", "skills", "skills/data/wax", ""}
        names |= {"skills/data/ink", "skills/data/wax/a", "skills/new", "intended.md"}
        for path in sorted(names):
            assert staged.kind(path) == whole.kind(path), path
            assert staged.files(path) == whole.files(path)
            assert staged.executable(path) == whole.executable(path)
            assert staged.object_id(path) == staged.stamp(path) == whole.object_id(path)
            if whole.kind(path) in ("file", "link"):
                assert list(staged.read([path])) == list(whole.read([path]))
        assert list(staged.read(["lost"])) == [None]
    assert staged.link("skills/new/one/link.md") == "SKILL.md"
    assert staged.link("lost") == ""


def test_before_the_first_commit(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo({})
    (root / "SKILL.md").write_text(skill("repo"))
    git(root, "add", "--all")
    staged, whole = both(root)
    assert staged.files() == whole.files() == ["SKILL.md"]
    assert staged.skills_named("repo") == []
    assert (staged.kind("SKILL.md"), staged.kind("a/b")) == ("file", "missing")


def test_a_conflict(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo(SKILLS)
    for branch in ("one", "two"):
        git(root, "checkout", "--quiet", "-b", branch, "main")
        (root / WAX).write_text(skill("wax", body=f"{branch}\n"))
        git(root, "commit", "--quiet", "--all", "-m", branch)
    with pytest.raises(Exception, match="merge"):
        git(root, "merge", "one")
    staged, _ = both(root)
    assert (staged.kind(WAX), staged.object_id(WAX)) == ("conflict", "conflict")


# The paths of all skills, found by name


def named(root: Path, name: str) -> list[str]:
    return both(root)[0].skills_named(name)


def test_skills_are_found_by_name(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo({**SKILLS, "wax/skill.md": "x", "a/xwax/SKILL.md": "x", "b/WAX/SKILL.md": "x"})
    everywhere = ["b/WAX/SKILL.md", WAX, "wax/skill.md"]
    assert named(root, "wax") == named(root, "Wax") == everywhere
    assert named(root, "ax") == named(root, "lost") == []
    change(root, git)
    assert named(root, "ink") == []
    assert named(root, "one") == ["skills/new/one/SKILL.md"]
    git(root, "commit", "--quiet", "-m", "second")
    assert (named(root, "ink"), named(root, "one")) == ([], ["skills/new/one/SKILL.md"])
    assert named(root, "wax") == everywhere


@pytest.mark.parametrize("name", ['q"uote', "größe", "new\nline", "straße", "a\\b"])
def test_odd_names_are_found(name: str, make_repo: MakeRepo) -> None:
    root = make_repo({f"skills/{name}/SKILL.md": "x", "skills/other/SKILL.md": "y"})
    assert named(root, name) == named(root, name.upper()) == [f"skills/{name}/SKILL.md"]


def test_the_memory_follows_head(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo(SKILLS)
    file = root / ".git/skillrepo/skills"
    assert named(root, "ink") == [INK]
    first = file.read_text()
    assert first.splitlines()[-1].startswith(f"tree {git(root, 'rev-parse', 'HEAD^{tree}')} ")
    for _ in range(3):
        git(root, "rm", "--quiet", INK)
        git(root, "commit", "--quiet", "-m", "without")
        assert named(root, "ink") == []
        git(root, "revert", "--no-edit", "HEAD")
        assert named(root, "ink") == [INK]
    assert file.read_text().startswith(first)
    assert file.read_text().count("\n-") == 3


@pytest.mark.parametrize(
    "text", ["", "tree \n", "+x\n", "tree " + "0" * 40 + "\n", "tree abc", "\xff", "x\n" * 9]
)
def test_a_damaged_memory_is_made_anew(text: str, make_repo: MakeRepo) -> None:
    root = make_repo(SKILLS)
    named(root, "ink")
    file = root / ".git/skillrepo/skills"
    good = file.read_text()
    file.write_text(text)
    assert named(root, "ink") == [INK]
    assert file.read_text() == good


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace("ink", "ine"),
        lambda text: text[text.index("\n") + 1 :],
        lambda text: text[:5] + text[9:],
        lambda text: text + text,
        lambda text: text[:-20],
        lambda text: text.replace("\n", "\r\n"),
    ],
)
@pytest.mark.parametrize("moved", [False, True])
def test_a_torn_or_edited_memory_is_made_anew(
    damage: Callable[[str], str], *, moved: bool, make_repo: MakeRepo, git: Git
) -> None:
    root = make_repo(SKILLS)
    named(root, "ink")
    file = root / ".git/skillrepo/skills"
    file.write_bytes(damage(file.read_text()).encode())
    if moved:
        git(root, "commit", "--quiet", "--allow-empty", "-m", "the same tree")
        (root / "more").write_text("x")
        git(root, "add", "more")
        git(root, "commit", "--quiet", "-m", "another tree")
    assert named(root, "ink") == [INK]
    assert named(root, "ine") == []
    made = file.read_bytes()
    file.unlink()
    named(root, "ink")
    assert file.read_bytes() == made


def test_a_long_memory_is_made_anew(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo(SKILLS)
    named(root, "ink")
    file = root / ".git/skillrepo/skills"
    good = file.read_text()
    long = good + "tree 1\n" * 200
    tree = good.split()[-2]
    file.write_text(f"{long}tree {tree} {zlib.crc32(long.encode()):08x}\n")
    git(root, "rm", "--quiet", WAX)
    git(root, "commit", "--quiet", "-m", "without")
    assert named(root, "wax") == []
    assert file.read_text().count("tree") == 1


def test_it_need_not_be_written(make_repo: MakeRepo) -> None:
    root = make_repo(SKILLS)
    (root / ".git/skillrepo").write_text("in the way")
    assert named(root, "ink") == [INK]


def test_among() -> None:
    paths = ["a/Straße/SKILL.md", "strasse/skill.MD", "b/strasse/x.md", "SKILL.md"]
    assert SkillPaths.among(paths, "STRASSE") == set(paths[:2])


def test_a_hook_lists_nothing(
    make_repo: MakeRepo, git: Git, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_repo(SKILLS)
    (root / "skills/coding/wax").mkdir(parents=True)
    (root / "skills/coding/wax/SKILL.md").write_text(skill("wax"))
    git(root, "add", "--all")
    named(root, "x")

    def listed(self: Repository, oid: str, under: str = "") -> dict[str, object]:
        assert under, "the whole repository was listed"
        return real(self, oid, under)  # type: ignore[return-value]

    real = Repository.tree_entries
    monkeypatch.setattr(Repository, "tree_entries", listed)
    done = run(root, "validate", "--staged")
    assert (done.code, "T103 unique-name" in done.out) == (1, True)
    assert done.out.splitlines()[-1].startswith("1 skill checked: 1 error")


def test_names_that_fold_to_each_other(make_repo: MakeRepo) -> None:
    root = make_repo({"skills/a/strasse/SKILL.md": "x"})
    assert named(root, "straße") == named(root, "STRASSE") == ["skills/a/strasse/SKILL.md"]


def test_a_folder_in_the_place_of_a_skill(make_repo: MakeRepo, git: Git) -> None:
    root = make_repo({"a/SKILL.md/x": "x", "SKILL.md/b": "x"})
    staged, whole = both(root)
    assert staged.files() == whole.files()
    (root / "link").symlink_to(b"\xff".decode(errors="surrogateescape"))
    git(root, "add", "link")
    staged, whole = both(root)
    assert staged.link("link") == whole.link("link") == Folder(root).link("link") == "\udcff"
