"""Writes to a git repository: commits built from objects, branches set with compare-and-swap.

The working tree, the index and HEAD are untouched by everything but `commit_paths`. A draft
costs the same few processes however large the repository is: the trees on the way to its folder
are read, the new blobs and trees go to `git unpack-objects` as one pack, `git commit-tree` makes
the commit, `git update-ref` the branch. Until that last step nothing refers to the objects, so
a kill leaves the old state or the new one.

These commands let git find the repository itself, so that it refuses one that belongs to somebody
else (safe.directory), and run the hooks that are installed in it. A program for signing is
taken from the user's configuration, never from the repository's.
"""

import os
import re
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from skillrepo import git_worktree
from skillrepo.errors import SkillRepoError
from skillrepo.git import Entry, Repository, branch_ref, no_identity, whole_oid
from skillrepo.git_objects import EXECUTABLE, FILE, FOLDER, NewObjects, is_folder, parse_tree
from skillrepo.git_process import GitError, run_git
from skillrepo.tree_path import clash_problem, path_problem, paths_problem, same_file_key

# A user with safe.bareRepository=explicit has named the repository by standing in it.
_BARE = ("-c", "safe.bareRepository=all")
# git's 100 ms is less than a slow disk takes to write a ref.
PATIENCE = ("-c", "core.filesRefLockTimeout=1000", "-c", "reftable.lockTimeout=1000")
_UTF8 = ("-c", "i18n.commitEncoding=UTF-8")

_SIGNERS = r"^gpg\.(.*\.)?program$|^gpg\.ssh\.defaultkeycommand$"
_NO_IDENTITY = ("tell me who you are", "ident name", "disallowed characters")
_NO_SIGNATURE = "failed to write commit object"
ReadTrees = Callable[[Sequence[str]], Iterable[tuple[str, bytes] | None]]
"""Names of objects → kind and content of each, None for a missing one; `Repository.objects`."""

_NOTHING: Mapping[str, Entry] = MappingProxyType({})
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_HEADS = "refs/heads/"


class RefChange(NamedTuple):
    """A ref by its full name, and the commit it is to stand on: `new`, None to delete it.

    It is changed only if it stands on `old` until then; where that is None, there must be no such
    ref.
    """

    ref: str
    new: str | None
    old: str | None


class BranchExistsError(SkillRepoError):
    """The branch that was to be created exists."""


def commit_files(  # noqa: PLR0913 - what a commit is made of
    repository: Repository,
    base: str | None,
    *,
    folder: str,
    files: Mapping[str, bytes],
    message: str,
    executable: Collection[str] = (),
    kept: Mapping[str, Entry] = _NOTHING,
) -> str:
    """Make a commit on `base` in which `folder` holds `files` and `kept` alone; give its name.

    `base` is a whole object name, None for a commit without parents. `folder` and the names of
    `files`, which are relative to it, are POSIX paths; each becomes a plain file (100644), those
    that are `executable` one that may be run (100755). `kept` are entries that are in the
    repository already, whatever they are, by such names. No ref is set: until a branch is created
    from the commit, git may delete it. It is signed if commit.gpgSign says so.
    SkillRepoError for a path that may not stand in a tree or collides with what stands in
    `base` or is kept, for a missing identity, and where signing fails.
    """
    text = message_bytes(message)
    parents = ("-p", whole_oid(base)) if base else ()
    objects = NewObjects(repository.object_format)
    tree = tree_with(
        objects,
        repository.objects,
        base,
        folder=folder,
        files=files,
        executable=executable,
        kept=kept,
    )
    options = signing(repository)
    run_here(repository, "unpack-objects", "-q", stdin=objects.pack())
    commit = ("commit-tree", *parents, *options, "-F", "-", tree.hex())
    return _committed(repository, (*_UTF8, *commit), text).decode().strip()


def tree_with(  # noqa: PLR0913 - as for the commit
    objects: NewObjects,
    read: ReadTrees,
    base: str | None,
    *,
    folder: str,
    files: Mapping[str, bytes],
    executable: Collection[str] = (),
    kept: Mapping[str, Entry] = _NOTHING,
) -> bytes:
    """Add to `objects` what a commit of these files needs besides; give the name of its tree.

    The arguments are those of `commit_files`, `read` is what gives the trees of `base`.
    SkillRepoError for what may not stand in the tree.
    """
    if not files and not kept:
        why = f"there is nothing to commit in {folder!r}"
        raise SkillRepoError(why)
    # The folder first: it would hide in the paths if it were empty or began with a slash.
    problem = (
        path_problem(folder)
        or paths_problem(f"{folder}/{name}" for name in files)
        or clash_problem(files, kept)
    )
    if problem:
        why = f"cannot commit: {problem}"
        raise SkillRepoError(why)
    entries = {name: (each.mode.encode(), bytes.fromhex(each.oid)) for name, each in kept.items()}
    for name, content in files.items():
        entries[name] = (EXECUTABLE if name in executable else FILE, objects.add_blob(content))
    return _graft(read, base, folder.split("/"), objects, objects.add_folder(entries))


def commit_tree_of(repository: Repository, oid: str, parent: str, message: str) -> str:
    """Make a commit with all the files of another one on `parent`; give its name.

    No ref is set. It is signed, and SkillRepoError raised, as by `commit_files`.
    """
    command = ("commit-tree", "-p", whole_oid(parent), *signing(repository), "-F", "-")
    done = _committed(
        repository, (*_UTF8, *command, f"{whole_oid(oid)}^{{tree}}"), message_bytes(message)
    )
    return done.decode().strip()


def commit_objects(
    repository: Repository, parent: str | None, *, tree: bytes, objects: NewObjects, message: str
) -> str:
    """Write the objects, and commit the tree of this name on `parent`; give the commit's name.

    No ref is set, and it is signed if commit.gpgSign says so. SkillRepoError for a missing
    identity, and where signing fails.
    """
    text = message_bytes(message)
    parents = ("-p", whole_oid(parent)) if parent else ()
    options = signing(repository)
    run_here(repository, "unpack-objects", "-q", stdin=objects.pack())
    commit = ("commit-tree", *parents, *options, "-F", "-", tree.hex())
    return _committed(repository, (*_UTF8, *commit), text).decode().strip()


def create_branch(repository: Repository, name: str, oid: str, *, looked: bool = False) -> None:
    """Create a branch of ours at a commit; `looked` says that it was not there a while ago.

    BranchExistsError if there is one of that name, or one that differs from it in case only
    where the file system makes them the same. SkillRepoError if a branch is in the way
    (`a` for `a/b`), if it is checked out (unborn), if a lock file keeps git from writing,
    or if a hook refuses.
    """
    ref = branch_ref(name)
    _refuse_checked_out(repository, name)
    if ignores_case(repository):
        _refuse_case_variant(repository, ref)
    try:
        arguments = (*PATIENCE, "update-ref", "-m", "skillrepo: create")
        run_here(repository, *arguments, ref, whole_oid(oid), "0" * len(oid), hooks=True)
    except GitError as error:
        if repository.branch_oid(name):
            why = f"the branch `{name}` exists" + (" by now: run it again" if looked else "")
            raise BranchExistsError(why) from error
        raise _ref_error(repository, name, error) from error


def move_branch(
    repository: Repository, name: str, old: str, new: str, *, what: str = "revise"
) -> None:
    """Move a branch of ours from one commit to another, if it still stands on the first.

    `what` was done is what its reflog says.

    SkillRepoError if it does not, if it is checked out somewhere, if a lock file keeps git from
    writing, or if a hook refuses.
    """
    ref = branch_ref(name)
    _refuse_checked_out(repository, name)
    try:
        arguments = (*PATIENCE, "update-ref", "-m", f"skillrepo: {what}")
        run_here(repository, *arguments, ref, whole_oid(new), whole_oid(old), hooks=True)
    except GitError as error:
        if repository.branch_oid(name) != old:
            why = f"the branch `{name}` has changed meanwhile: run it again"
            raise SkillRepoError(why) from error
        raise _ref_error(repository, name, error) from error


def update_refs(repository: Repository, changes: Sequence[RefChange], reason: str) -> None:
    """Change all of these refs or none of them; `reason` is for the reflogs.

    SkillRepoError where one has changed meanwhile, is a branch that is checked out somewhere, or
    is locked, or if a hook refuses.
    """
    for change in changes:
        if change.ref.startswith(_HEADS):
            _refuse_checked_out(repository, change.ref.removeprefix(_HEADS))
    # Without these words git would do what it has read, if we are killed while we write more.
    lines = b"".join((b"start\0", *map(_update, changes), b"commit\0"))
    try:
        command = (*PATIENCE, "update-ref", "-m", f"skillrepo: {reason}", "--stdin", "-z")
        run_here(repository, *command, stdin=lines, hooks=True)
    except GitError as error:
        for ref, _, old in changes:
            if old and repository.ref_oid(ref) != old:
                name = ref.removeprefix(_HEADS)
                raise SkillRepoError(f"`{name}` has changed meanwhile: run it again") from error
        raise _locked(repository, [change.ref for change in changes], error) or error from None


def _update(change: RefChange) -> bytes:
    ref, new, old = change
    if old is None:
        return os.fsencode(f"create {ref}\0{whole_oid(new or '')}\0")
    if new:
        return os.fsencode(f"update {ref}\0{whole_oid(new)}\0{whole_oid(old)}\0")
    # A branch may be another name for one, which is not to be deleted.
    return os.fsencode(f"option no-deref\0delete {ref}\0{whole_oid(old)}\0")


def refuse_unfit_branch(repository: Repository, name: str) -> None:
    """SkillRepoError where a branch is checked out, or another is in the way of its name."""
    ref = branch_ref(name)
    _refuse_checked_out(repository, name)
    if ignores_case(repository):
        _refuse_case_variant(repository, ref)
    if why := _in_the_way(repository, name):
        raise SkillRepoError(why)


def commit_paths(repository: Repository, paths: Sequence[str], message: str) -> str:
    """Commit these files of the working tree, and nothing else, on HEAD; give the object name.

    What the user has staged besides stays staged. The commit is git's own: its hooks run.
    """
    problem = next(filter(None, map(path_problem, paths)), None)
    if problem or not paths:
        why = f"cannot commit: {problem or 'no path was given'}"
        raise SkillRepoError(why)
    text = message_bytes(message)
    exact = [f":(literal){path}" for path in paths]
    run_here(repository, "add", "--force", "--", *exact, hooks=True)
    commit = ("commit", "--quiet", "--cleanup=whitespace", "--only", "-F", "-", "--", *exact)
    _committed(repository, (*_UTF8, *commit), text, hooks=True)
    return repository.resolve("HEAD")


def stage_files(repository: Repository, files: Mapping[str, tuple[bytes, bytes]]) -> None:
    """Give files of the index new contents: path → bytes before and after; modes stay.

    Inside a hook it is the index of the commit at hand. SkillRepoError where a file no longer has
    the bytes before or lies outside of a sparse checkout, where the index is locked, and inside the
    hook of `git commit PATH`, whose index is thrown away after the commit.
    """
    if os.path.basename(os.environ.get("GIT_INDEX_FILE", "")).startswith("next-index-"):  # noqa: PTH119
        raise SkillRepoError(
            "`git commit PATH` commits an index of its own, which cannot be fixed: stage the "
            "files with `git add`, and commit without a path"
        )
    if outside := repository.outside_of_checkout(files):
        # A new entry would be one of the checkout, and `git commit -a` would remove the file.
        raise SkillRepoError(f"{outside[0]} is not checked out here, so it is left as it is")
    entries = repository.index_entries()
    objects = NewObjects(repository.object_format)
    lines: list[bytes] = []
    for path, (before, after) in files.items():
        entry = entries.get(path)
        if entry is None or objects.blob_name(before).hex() != entry.oid:
            raise SkillRepoError(f"{path} has changed in the index meanwhile; run it again")
        line = f"{entry.mode} {objects.add_blob(after).hex()}\t{path}"
        lines.append(os.fsencode(line) + b"\0")
    run_here(repository, "unpack-objects", "-q", stdin=objects.pack())
    repository.update_index(b"".join(lines))


def init_repository(folder: Path) -> Repository:
    """Make a new git repository in a folder, which is made if it is not there.

    Its branch is named by the user's init.defaultBranch, else `main`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        run_git(("config", "--get", "init.defaultBranch"), cwd=folder)
        run_git(("init", "--quiet"), cwd=folder)
    except GitError:
        run_git(("init", "--quiet", "--initial-branch=main"), cwd=folder)
    return Repository.open(folder)


def _graft(
    read: ReadTrees,
    base: str | None,
    names: Sequence[str],
    objects: NewObjects,
    child: bytes,
) -> bytes:
    """Put `child` into the tree of `base` at the path `names`; give the new root."""
    levels = ["/".join(names[:depth]) for depth in range(len(names))]
    found = read([f"{base}:{level}" for level in levels] if base else [])
    trees = [item[1] if item and item[0] == "tree" else None for item in found]
    if base and trees[0] is None:
        why = f"the commit {base} or its tree is not in this repository"
        raise SkillRepoError(why)
    # None stands for what is missing in the base, and for all of it without one.
    trees += [None] * (len(names) - len(trees))
    for depth in reversed(range(len(names))):
        entries = parse_tree(trees[depth] or b"", len(child))
        lost = depth + 1 < len(names) and trees[depth + 1] is None
        _refuse_collision(entries, names[: depth + 1], lost=lost)
        entries[names[depth].encode()] = (FOLDER, child)
        child = objects.add_tree(entries)
    return child


def _refuse_collision(
    entries: Mapping[bytes, tuple[bytes, bytes]], names: Sequence[str], *, lost: bool
) -> None:
    path, name = "/".join(names), names[-1]
    mode, _ = entries.get(name.encode(), (b"", b""))
    if mode and not is_folder(mode):
        why = f"cannot commit into `{path}`: in the base commit it is not a folder"
        raise SkillRepoError(why)
    if mode and lost:
        why = f"the folder `{path}` of the base commit is missing in this partial clone"
        raise SkillRepoError(why)
    if mode:
        return
    key = same_file_key(name)
    # A folder may hold thousands of skills, and `lower` is a tenth of the whole key.
    ascii_key = key.encode()
    for other in entries:
        if other.lower() == ascii_key or (
            not other.isascii() and same_file_key(os.fsdecode(other)) == key
        ):
            why = (
                f"cannot commit into `{path}`: the base commit has {os.fsdecode(other)!r} there, "
                "which is the same where case does not count: choose another name, or rename that"
            )
            raise SkillRepoError(why)


def message_bytes(message: str) -> bytes:
    """Give a message as it stands in a commit; SkillRepoError for one that no commit can have."""
    if not message.strip() or "\0" in message:
        why = "a commit's message must not be empty or hold a NUL character"
        raise SkillRepoError(why)
    try:
        return (message.rstrip("\n") + "\n").encode()
    except UnicodeEncodeError as error:
        why = "a commit's message must be text that UTF-8 can express"
        raise SkillRepoError(why) from error


def signing(repository: Repository) -> tuple[str, ...]:
    """Give the options with which git signs a commit, none where none is to be signed.

    SkillRepoError where the repository itself names the program to sign with.
    """
    # commit-tree ignores the setting.
    if repository.setting("commit.gpgsign", "bool") != "true":
        return ()
    try:
        output = repository.run("config", "--null", "--show-scope", "--get-regexp", _SIGNERS)
    except GitError:
        return ("-S",)
    fields = output.decode("utf-8", "replace").split("\0")
    for scope, setting in zip(fields[::2], fields[1::2], strict=False):
        if scope in {"local", "worktree"}:
            key = setting.partition("\n")[0]
            why = (
                f"this repository's own configuration names a program to sign with: {key}. If "
                f"it is yours, set it for yourself: git config --global {key} PROGRAM; git "
                f"config --unset {key}"
            )
            raise SkillRepoError(why)
    return ("-S",)


def _committed(
    repository: Repository, arguments: Sequence[str], message: bytes, *, hooks: bool = False
) -> bytes:
    try:
        return run_here(repository, *arguments, stdin=message, hooks=hooks)
    except GitError as error:
        if any(sign in error.words for sign in _NO_IDENTITY):
            raise SkillRepoError(no_identity(error.words)) from error
        if "-S" in arguments or _NO_SIGNATURE in error.words:
            why = (
                f"the commit could not be signed, so none was made ({error.said}). Check "
                "gpg.format and user.signingKey, or turn signing off: git config commit.gpgSign "
                "false"
            )
            raise SkillRepoError(why) from error
        raise


def _refuse_checked_out(repository: Repository, name: str) -> None:
    if where := git_worktree.checked_out(repository, f"{_HEADS}{name}"):
        why = f"the branch `{name}` is checked out in `{where}`: switch to another branch there"
        raise SkillRepoError(why)


def ignores_case(repository: Repository) -> bool:
    """Whether the file system takes names that differ in case alone for one."""
    return (repository.common_dir / "hEAD").exists()


def _refuse_case_variant(repository: Repository, ref: str) -> None:
    parts = ref.split("/")
    refs = repository.run("for-each-ref", "--format=%(refname)", "refs/heads/")
    for other in os.fsdecode(refs).splitlines():
        # The first difference decides: a folder `Skill` would take what is meant for `skill`.
        pairs = zip(parts, other.split("/"), strict=False)
        one, two = next(((one, two) for one, two in pairs if one != two), ("", ""))
        if one and one == two.casefold():
            name = other.removeprefix("refs/heads/")
            why = (
                f"the branch `{name}` is in the way of `{ref.removeprefix(_HEADS)}`, since names "
                "that differ in case are one here: rename or delete it"
            )
            raise BranchExistsError(why)


def _in_the_way(repository: Repository, name: str) -> str | None:
    names = name.split("/")
    above = ("/".join(names[:length]) for length in range(1, len(names)))
    for other in (*filter(repository.branch_oid, above), *repository.branches(name)):
        return f"the branch `{other}` is in the way of `{name}`: rename or delete it"
    return None


def _ref_error(repository: Repository, name: str, error: GitError) -> SkillRepoError:
    if why := _in_the_way(repository, name):
        return SkillRepoError(why)
    return _locked(repository, [f"{_HEADS}{name}"], error) or error


def _locked(repository: Repository, refs: Sequence[str], error: GitError) -> SkillRepoError | None:
    common = repository.common_dir
    own = [*(common / f"{ref}.lock" for ref in refs), common / "reftable" / "tables.list.lock"]
    why = lock_problem(error.words, own, refs[0].removeprefix(_HEADS))
    return SkillRepoError(why) if why else None


def lock_problem(words: str, locks: Iterable[Path], name: str) -> str | None:
    """Say which lock file keeps git from writing a branch, and how old it is; None for none.

    It is one that git names in its words, or one of these `locks` that there is.
    """
    named = map(Path, re.findall(r"Unable to create '([^']+\.lock)'", words))
    found = (lock_error(lock, f"the branch `{name}`") for lock in (*named, *locks))
    return next((str(error) for error in found if error), None)


def lock_error(lock: Path, what: str) -> SkillRepoError | None:
    """The error that names a lock file, with its age, which keeps git from writing something.

    None where there is none.
    """
    age = _age(lock)
    if not age:
        return None
    return SkillRepoError(
        f"`{lock}` ({age} old) keeps git from writing {what}: another git command is at work, or "
        "was killed. If none runs, remove the file and try again"
    )


def _age(path: Path) -> str:
    try:
        seconds = max(0, int(time.time() - path.stat().st_mtime))
    except OSError:
        return ""
    for unit, length in (("days", _DAY), ("hours", _HOUR), ("minutes", _MINUTE)):
        if seconds >= 2 * length:
            return f"{seconds // length} {unit}"
    return f"{seconds} seconds"


def run_here(
    repository: Repository, *arguments: str, stdin: bytes = b"", hooks: bool = False
) -> bytes:
    """Run a command that writes, and let git find the repository; GitError when git refuses."""
    bare = _BARE if repository.root is None else ()
    return run_git((*bare, *arguments), cwd=repository.cwd, stdin=stdin, hooks=hooks)
