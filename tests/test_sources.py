import hashlib
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from skillrepo import sources
from skillrepo.errors import SkillRepoError


def _shown(*paths: Path | str) -> list[str]:
    found, _ = sources.read([Path(path) for path in paths])
    return [source.path for source in found]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


def test_file(folder: Path) -> None:
    data = b"\xef\xbb\xbf# Title\r\n\xc3\xa4\n"
    (folder / "a.md").write_bytes(data)
    (source,), left_out = sources.read([Path("a.md")])
    assert (source.path, source.text) == ("a.md", "# Title\r\nä\n")
    assert source.sha256 == hashlib.sha256(data).hexdigest()
    assert left_out == ()


def test_no_source() -> None:
    assert sources.read([]) == ((), ())


def test_name_shown_leads_down_from_here_and_nowhere_else(folder: Path) -> None:
    (folder / "docs").mkdir()
    (folder / "docs/a.md").write_text("a")
    (folder.parent / "b.md").write_text("b")
    assert _shown("docs/../docs/./a.md") == ["docs/a.md"]
    assert _shown(folder / "docs/a.md") == ["a.md"]
    assert _shown("../b.md") == ["b.md"]
    assert _shown("docs") == ["docs/a.md"]
    assert _shown(".") == ["here/docs/a.md"]
    assert _shown("..") == [f"{folder.parent.name}/b.md", f"{folder.parent.name}/here/docs/a.md"]


def test_folder_is_read_in_order_without_what_is_hidden_linked_or_no_text(folder: Path) -> None:
    docs = folder / "docs"
    for name, data in {
        "b.md": b"b",
        "a/c.txt": b"c",
        ".hidden.md": b"h",
        ".git/config": b"g",
        "binary.bin": b"\0\1",
        "latin1.txt": b"\xe4",
        "utf16.txt": "text".encode("utf-16"),
        "large.md": b"x" * (sources.MAX_FILE_BYTES + 1),
    }.items():
        (docs / name).parent.mkdir(parents=True, exist_ok=True)
        (docs / name).write_bytes(data)
    (docs / "link.md").symlink_to("b.md")
    (docs / "links").symlink_to("a")
    os.mkfifo(docs / "fifo")
    found, left_out = sources.read([Path("docs")])
    assert [source.path for source in found] == ["docs/b.md", "docs/a/c.txt"]
    assert [note.split(" ")[0] for note in left_out] == [
        f"docs/{name}"
        for name in (
            "binary.bin",
            "fifo",
            "large.md",
            "latin1.txt",
            "link.md",
            "links",
            "utf16.txt",
        )
    ]


def test_long_list_of_what_was_left_out_is_cut(folder: Path) -> None:
    (folder / "a.md").write_text("a")
    for number in range(30):
        (folder / f"{number}.bin").write_bytes(b"\0")
    _, left_out = sources.read([folder])
    assert len(left_out) == 21
    assert left_out[-1] == "10 more files were left out."


def test_file_that_is_named_twice_is_read_once(folder: Path) -> None:
    (folder / "docs").mkdir()
    (folder / "docs/a.md").write_text("a")
    assert _shown("docs", "docs/a.md", folder / "docs") == ["docs/a.md"]


def test_files_that_are_called_alike_are_told_apart(folder: Path) -> None:
    for name in ("one", "two"):
        (folder / name).mkdir()
        (folder / name / "README.md").write_text(name)
    assert _shown(folder / "one/README.md", folder / "two/README.md") == [
        "README.md",
        "two/README.md",
    ]


def test_links_that_are_named_are_followed(folder: Path) -> None:
    (folder / "a.md").write_text("a")
    (folder / "link.md").symlink_to("a.md")
    (folder / "docs").symlink_to(".")
    assert _shown("link.md") == ["link.md"]
    assert _shown("docs") == ["docs/a.md"]


def _missing(path: Path) -> None:
    del path


def _dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def _looping(path: Path) -> None:
    path.symlink_to(path.name)


def _binary(path: Path) -> None:
    path.write_bytes(b"a\0b")


def _latin1(path: Path) -> None:
    path.write_bytes(b"caf\xe9")


def _huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)


def _empty_folder(path: Path) -> None:
    path.mkdir()


def _folder_of_binaries(path: Path) -> None:
    path.mkdir()
    (path / "a.bin").write_bytes(b"\0")


def _unreadable(path: Path) -> None:
    # Root may read everything but this: a file whose first byte is an I/O error.
    path.symlink_to("/proc/self/mem")


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (_missing, "No such file"),
        (_dangling, "No such file"),
        (_looping, "symbolic links"),
        (_binary, "not text in UTF-8"),
        (_latin1, "not text in UTF-8"),
        (_huge, "larger than 2,000,000 bytes"),
        (os.mkfifo, "not a regular file"),
        (_empty_folder, "holds no file that is text"),
        (_folder_of_binaries, "holds no file that is text"),
        (_unreadable, "Input/output error"),
    ],
)
def test_source_that_cannot_be_read_is_an_error(
    make: Callable[[Path], None], why: str, folder: Path
) -> None:
    make(folder / "odd")
    with pytest.raises(SkillRepoError, match=f"^--from odd: .*{why}"):
        sources.read([Path("odd")])


def test_devices_and_sockets_do_not_hold_us(folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("socket")
        for name in ("/dev/zero", folder / "socket"):
            with pytest.raises(SkillRepoError):
                sources.read([Path(name)])


@pytest.mark.parametrize("name", ["x" * 5_000, "a/" * 3_000, "a\nb", "\udcff"])
def test_odd_names_are_errors(name: str) -> None:
    with pytest.raises(SkillRepoError):
        sources.read([Path(name)])


def test_too_many_files(folder: Path) -> None:
    for number in range(sources.MAX_FILES + 1):
        (folder / f"{number}.md").write_text("text")
    with pytest.raises(SkillRepoError, match="more than 200 files"):
        sources.read([folder])


def test_too_many_characters(folder: Path) -> None:
    for number in range(6):
        (folder / f"{number}.md").write_bytes(b"x" * sources.MAX_FILE_BYTES)
    with pytest.raises(SkillRepoError, match="10,000,000 characters"):
        sources.read([folder])


def test_folder_of_very_many_files_is_not_read_to_its_end(folder: Path) -> None:
    for number in range(sources.MAX_LOOKED_AT + 1):
        (folder / f"{number}.bin").symlink_to("x")
    with pytest.raises(SkillRepoError, match="holds more than 5,000 files"):
        sources.read([folder])


def test_folder_that_cannot_be_listed_is_said_to_be_left_out(folder: Path) -> None:
    (folder / "a.md").write_text("a")
    # Its name fits, its path is longer than the system takes.
    here = os.open(folder, os.O_RDONLY)
    try:
        for _ in range(20):
            os.mkdir("d" * 250, dir_fd=here)
            below = os.open("d" * 250, os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = below
    finally:
        os.close(here)
    found, left_out = sources.read([folder])
    assert [source.text for source in found] == ["a"]
    assert any("File name too long" in note for note in left_out)
