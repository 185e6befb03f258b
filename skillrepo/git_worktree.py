"""What the working trees of a git repository hold: changed files, and branches checked out."""

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from skillrepo.git import Repository
from skillrepo.git_dir import small_file
from skillrepo.git_process import nul_fields

_PART = 1 << 20
# What git takes for `true`, and the third value that it has.
_CONVERTS = ("true", "yes", "on", "1", "input")


def changed_since(repository: Repository, oid: str, under: str = "") -> list[str]:
    """List the paths whose kind, mode or bytes in the working tree are not those of a commit.

    Those below the folder `under` alone, if one is given. Contents are compared here: `git
    diff` would run the filters that the repository names. Line ends that git itself converts are
    no change, and what a sparse checkout leaves out is as the index has it.
    """
    from hashlib import new  # noqa: PLC0415 - 5 ms, which a hook need not spend

    root = repository.worktree()
    hashed_by = repository.object_format
    entries = repository.tree_entries(oid, under)
    modes = repository.setting("core.fileMode", "bool") != "false"
    plain = {path: _mode(entry.mode, modes=modes) for path, entry in entries.items()}
    then = {path: (plain[path], entry.oid) for path, entry in entries.items()}
    now = {}
    if ".gitmodules" in then or os.path.lexists(f"{root}/.gitmodules"):
        # The index says which commit a submodule is to be of: to look into it takes a program.
        index = repository.index_entries(under)
        now = {path: (e.mode, e.oid) for path, e in index.items() if e.mode == "160000"}
    for path in repository.files(under):
        if path in now:
            continue
        mode = _mode(_mode_on_disk(f"{root}/{path}"), modes=modes)
        digest = new(hashed_by, usedforsecurity=False)
        for part in _blob(f"{root}/{path}"):
            digest.update(part)
        now[path] = mode, digest.hexdigest()
    if then.keys() - now:
        outside = repository.outside_of_checkout([under] if under else [])
        index = repository.index_entries(under) if outside else {}
        for path in index.keys() & set(outside) - now.keys():
            now[path] = _mode(index[path].mode, modes=modes), index[path].oid
    changed = sorted(path for path in then.keys() | now if then.get(path) != now.get(path))
    for path in _converted(repository, [path for path in changed if path in then]):
        digest = new(hashed_by, b"".join(_text(f"{root}/{path}")))
        if then[path] == (now.get(path, ("", ""))[0], digest.hexdigest()):
            changed.remove(path)
    return changed


def _converted(repository: Repository, paths: Sequence[str]) -> Iterator[str]:
    """Those of the paths of which git converts the line ends, if they hold text."""
    if not paths:
        return
    every = (repository.setting("core.autocrlf") or "false").lower() in _CONVERTS
    wanted = "".join(f"{path}\0" for path in paths)
    found = nul_fields(
        repository.run("check-attr", "-z", "--stdin", "text", "eol", stdin=os.fsencode(wanted))
    )
    # Path, name and value; two of them for each path.
    for path, text, eol in zip(found[::6], found[2::6], found[5::6], strict=True):
        unsaid = every or eol in ("lf", "crlf")
        if text in ("set", "auto") or (text == "unspecified" and unsaid):
            yield path


def held(repository: Repository) -> dict[str, Path]:
    """Give the branches that are checked out, by their full names, and the worktree of each.

    One that is being rebased or bisected there counts, though HEAD is detached meanwhile.
    """
    found: dict[str, Path] = {}
    listing = os.fsdecode(repository.run("worktree", "list", "--porcelain", "-z"))
    for worktree in listing.split("\0\0"):
        path, *lines = worktree.split("\0")
        place = Path(path.removeprefix("worktree "))
        branches = (line[7:] for line in lines if line.startswith("branch "))
        for ref in (*branches, *_held(place)):
            found.setdefault(ref, place)
    return found


def checked_out(repository: Repository, ref: str) -> Path | None:
    """Give the worktree that holds a branch, by its full name; None for none."""
    return held(repository).get(ref)


def _held(worktree: Path) -> Iterator[str]:
    """The branches that a rebase or a bisection goes back to, by their full names."""
    repository = Repository.discover(worktree)
    for name in ("rebase-merge/head-name", "rebase-apply/head-name", "BISECT_START"):
        found = small_file(repository.git_dir / name) if repository else b""
        branch = os.fsdecode(found).strip()
        yield f"refs/heads/{branch.removeprefix('refs/heads/')}"


def _blob(path: str) -> Iterator[bytes]:
    """What git hashes of a file: kind, size and content; the content of a link is its target.

    What git cannot store (a FIFO) or we cannot read has nothing, and so is like no blob.
    """
    with suppress(OSError):
        state = os.lstat(path)
        if stat.S_ISLNK(state.st_mode):
            target = os.fsencode(os.readlink(path))  # noqa: PTH115 - bytes are wanted
            yield b"blob %d\0%s" % (len(target), target)
        elif stat.S_ISREG(state.st_mode):
            yield b"blob %d\0" % state.st_size
            with open(path, "rb") as file:  # noqa: PTH123 - a Path for each file costs too much
                while part := file.read(_PART):
                    yield part


def _text(path: str) -> Iterator[bytes]:
    """The same of a text, as git tells one, with the line ends that it has in a commit."""
    with suppress(OSError):
        data = b"" if os.path.islink(path) else Path(path).read_bytes()  # noqa: PTH114 - as above
        if b"\0" not in data and data.count(b"\r") == data.count(b"\r\n"):
            data = data.replace(b"\r\n", b"\n")
            yield b"blob %d\0%s" % (len(data), data)


def _mode(mode: str, *, modes: bool) -> str:
    """A mode of git, without whether a file may be run where the disk does not know that."""
    return mode if modes or mode not in ("100755", "100664") else "100644"


def _mode_on_disk(path: str) -> str:
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return ""
    if stat.S_ISLNK(mode):
        return "120000"
    return "100755" if mode & stat.S_IXUSR else "100644"
