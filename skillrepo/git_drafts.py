"""Commits many drafts at once, each on a branch of its own.

By `commit_files` and `create_branch` each draft costs six processes of git; here hundreds do. The
trees of the base are read once, the new objects of many drafts go to git as one pack, and one
`git update-ref` creates the branches, each in a transaction of its own. `git fast-import` would
set the refs itself when its pack is finished, without comparing and without the user's hooks.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from skillrepo import git_worktree
from skillrepo.errors import SkillRepoError
from skillrepo.git import Repository, branch_ref, no_identity, whole_oid
from skillrepo.git_blobs import BlobReader
from skillrepo.git_objects import NewObjects
from skillrepo.git_process import GitError
from skillrepo.git_write import (
    PATIENCE,
    ReadTrees,
    commit_files,
    create_branch,
    ignores_case,
    message_bytes,
    run_here,
    signing,
    tree_with,
)

# As git does with what it fetches: fewer objects become files, more stay one pack.
# https://git-scm.com/docs/git-config#Documentation/git-config.txt-transferunpackLimit
_UNPACKED = 100
# What is held in memory at a time. More drafts together are hardly faster.
_MOST = 250
_MOST_BYTES = 32 << 20
# Who is told that branches are there may throw away what they were made of. By default git waits
# for the disk with packs alone, not with single objects and refs.
# https://git-scm.com/docs/git-config#Documentation/git-config.txt-corefsync
_LASTING = ("-c", "core.fsync=committed")
# A folder of 100,000 skills is a tree of 5 MB.
_MOST_OF_A_TREE = 1 << 30


@dataclass(frozen=True, slots=True)
class DraftBranch:
    """A branch that is to be created with one commit; the fields are as in `commit_files`."""

    name: str
    base: str | None
    folder: str
    files: Mapping[str, bytes]
    message: str


def commit_drafts(
    repository: Repository, drafts: Sequence[DraftBranch]
) -> list[str | SkillRepoError]:
    """Commit each draft and create its branch; give for each the commit, or why there is none.

    The commits are the same as those of `commit_files`, and a draft is refused for the same
    reasons; one that is refused hinders no other. When this returns the branches are there, and
    on the disk, so whoever collects drafts one by one calls it with those that are ready. A kill
    in between leaves some of the branches, each whole. Any number of threads and processes may
    call it at once. Where commits are signed, and where the file system ignores case, each draft
    costs what it costs alone, and is as safe from a loss of power as git makes it by default.
    SkillRepoError, with nothing written, for what concerns all: a missing identity, a
    repository of somebody else, a signing program that the repository names.
    """
    if not drafts:
        return []
    who = (_identity(repository, "AUTHOR"), _identity(repository, "COMMITTER"))
    if signing(repository) or ignores_case(repository):
        return [_alone(repository, draft) for draft in drafts]
    read = _cached(BlobReader(repository))
    return [
        result for group in _groups(drafts) for result in _together(repository, group, who, read)
    ]


def _identity(repository: Repository, role: str) -> bytes:
    try:
        return run_here(repository, "var", f"GIT_{role}_IDENT").rstrip(b"\n")
    except GitError as error:
        raise SkillRepoError(no_identity(error.words)) from error


def _alone(repository: Repository, draft: DraftBranch) -> str | SkillRepoError:
    try:
        oid = commit_files(
            repository, draft.base, folder=draft.folder, files=draft.files, message=draft.message
        )
        create_branch(repository, draft.name, oid)
    except SkillRepoError as error:
        return error
    return oid


def _groups(drafts: Sequence[DraftBranch]) -> Iterator[list[DraftBranch]]:
    group: list[DraftBranch] = []
    held = 0
    for draft in drafts:
        group.append(draft)
        held += sum(map(len, draft.files.values()))
        if len(group) == _MOST or held > _MOST_BYTES:
            yield group
            group, held = [], 0
    if group:
        yield group


def _cached(reader: BlobReader) -> ReadTrees:
    known: dict[str, tuple[str, bytes] | None] = {}

    def read(names: Sequence[str]) -> Iterator[tuple[str, bytes] | None]:
        for name in names:
            if name not in known:
                found = reader.object(name, limit=_MOST_OF_A_TREE)
                # No tree is so large that only its size was given.
                known[name] = (found.kind, bytes(found.content)) if found else None
            yield known[name]

    return read


def _together(
    repository: Repository,
    drafts: Sequence[DraftBranch],
    who: tuple[bytes, bytes],
    read: ReadTrees,
) -> list[str | SkillRepoError]:
    objects = NewObjects(repository.object_format)
    results = [_prepared(draft, objects, who, read) for draft in drafts]
    try:
        if len(objects) < _UNPACKED:
            run_here(repository, *_LASTING, "unpack-objects", "-q", stdin=objects.pack())
        else:
            pack = objects.pack(compression=1)
            run_here(repository, *_LASTING, "index-pack", "--stdin", stdin=pack)
    except GitError as error:
        return [r if isinstance(r, SkillRepoError) else error for r in results]
    ready = [n for n, result in enumerate(results) if isinstance(result, str)]
    refused = _create(repository, [(drafts[n].name, str(results[n])) for n in ready])
    for n, why in zip(ready, refused, strict=True):
        results[n] = why or results[n]
    return results


def _prepared(
    draft: DraftBranch, objects: NewObjects, who: tuple[bytes, bytes], read: ReadTrees
) -> str | SkillRepoError:
    base = whole_oid(draft.base) if draft.base else None
    try:
        branch_ref(draft.name)
        text = message_bytes(draft.message)
        tree = tree_with(objects, read, base, folder=draft.folder, files=draft.files)
    except SkillRepoError as error:
        return error
    return objects.add_commit(tree, base, who, text).hex()


def _create(
    repository: Repository, branches: Sequence[tuple[str, str]]
) -> list[SkillRepoError | None]:
    """Create branches at commits; give for each why it was not, None if it was."""
    refused: list[SkillRepoError | None] = []
    taken = git_worktree.held(repository)
    while len(refused) < len(branches):
        left = branches[len(refused) :]
        free = next((n for n, (name, _) in enumerate(left) if branch_ref(name) in taken), len(left))
        refused += [None] * _created(repository, left[:free])
        if len(refused) < len(branches):
            # The one that git stopped at, or that is checked out. Asked alone, it says why.
            refused.append(_refusal(repository, *branches[len(refused)]))
    return refused


def _created(repository: Repository, branches: Sequence[tuple[str, str]]) -> int:
    """Create branches until git refuses one; give how many there are."""
    script = "".join(f"start\ncreate {branch_ref(name)} {oid}\ncommit\n" for name, oid in branches)
    arguments = (*_LASTING, *PATIENCE, "update-ref", "-m", "skillrepo: create", "--stdin")
    try:
        output = run_here(repository, *arguments, stdin=script.encode(), hooks=True)
    except GitError as error:
        output = error.output
    return output.splitlines().count(b"commit: ok")


def _refusal(repository: Repository, name: str, oid: str) -> SkillRepoError | None:
    try:
        create_branch(repository, name, oid)
    except SkillRepoError as error:
        return error
    return None
