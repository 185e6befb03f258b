"""Reads a git repository: discovery, the index, trees, blobs, revisions, branches.

The modules whose names begin with `git` are the only ones that talk to git.
Nothing that is read here starts a program that the repository names (fsmonitor, hooks,
filters, textconv, pager, signature checks, a fetch from a promisor remote), so these
methods tell git where the repository is and work in one that belongs to somebody else, as a
container's checkout does. `git_write` lets git find it, and so refuse it.

GitPython asks git for the remotes and the identity. Its configuration reader is not used, since
it does not know GIT_CONFIG_GLOBAL, GIT_CONFIG_COUNT or config.worktree and fails on includeIf
(3.2.1). Its objects fail on SHA-256 repositories, its refs on reftable.
"""

import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from skillrepo.errors import SkillRepoError
from skillrepo.git_dir import common_dir_of, is_git_dir, kind_of, linked_git_dir, small_file
from skillrepo.git_process import GitError, nul_fields, run_git

_OID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_EMPTY_TREE = {
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}
_BRANCH = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:/[a-z0-9]+(?:-[a-z0-9]+)*)*")
_MAX_BRANCH = 200

# How much of the objects is held in memory at a time by `read`.
_BATCH_BYTES = 32 << 20


class Entry(NamedTuple):
    """One file of a tree or of the index.

    `mode` is git's (`100644`, `100755`, `120000` a symlink, `160000` a submodule). A path that a
    merge left in conflict is `conflicted` and has neither mode nor content: both are all zeros.
    """

    mode: str
    oid: str
    conflicted: bool = False


class Repository(NamedTuple):
    """A git repository on disk; `root` is the top of the working tree, None if it is bare."""

    root: Path | None
    git_dir: Path
    common_dir: Path

    @classmethod
    def discover(cls, start: Path) -> "Repository | None":
        """Find the repository that `start` lies in, without starting git; None outside of one.

        A `.git` above wins over a folder that looks like a bare repository: a skill's folder
        may hold such a folder, with a configuration of its own.
        """
        bare = None
        start = start.resolve()
        for folder in (start, *start.parents):
            dot_git = folder / ".git"
            if kind_of(dot_git) == stat.S_IFREG:
                return cls._at(folder, linked_git_dir(dot_git))
            if is_git_dir(dot_git):
                return cls._at(folder, dot_git)
            if bare is None and is_git_dir(folder):
                bare = cls._at(None, folder)
        return bare

    @classmethod
    def open(cls, start: Path) -> "Repository":
        """Find the repository that `start` lies in; SkillRepoError outside of one."""
        repository = cls.discover(start)
        if repository is None:
            why = f"`{start}` is not in a git repository: go to one, or make one with `git init`"
            raise SkillRepoError(why)
        return repository

    @classmethod
    def _at(cls, root: Path | None, git_dir: Path) -> "Repository":
        return cls(root=root, git_dir=git_dir, common_dir=common_dir_of(git_dir))

    @property
    def object_format(self) -> str:
        """The hash of the object names: `sha1` or `sha256`."""
        # git takes `extensions` from this one file alone, without includes.
        text = small_file(self.common_dir / "config").lower()
        section = re.search(rb"^\s*\[extensions\]((?:[^\n]|\n(?!\s*\[))*)", text, re.MULTILINE)
        found = section and re.search(
            rb"^\s*objectformat\s*=\s*\"?sha256", section[1], re.MULTILINE
        )
        return "sha256" if found else "sha1"

    @property
    def cwd(self) -> Path:
        """The folder to start git in."""
        return self.root or self.git_dir

    def files(self, under: str = "") -> list[str]:
        """List the files of the working tree that git tracks or does not ignore, sorted.

        Paths are POSIX, relative to the root; `under` is such a path. A file that is tracked but
        is not there (deleted, outside a sparse checkout) is left out, and so is a submodule that
        is not checked out; one that is stands in the list as one path.
        """
        root = self.worktree()
        return sorted(path for path in self.listed(under) if _is_listed(f"{root}/{path}"))

    def listed(self, under: str = "") -> set[str]:
        """What `files` lists, what is not there, and the folders of other repositories."""
        output = self.run(
            *("ls-files", "-z", "--cached", "--others", "--exclude-standard"),
            *_pathspec(under),
            index=True,
        )
        return set(nul_fields(output))

    def index_entries(self, under: str = "") -> dict[str, Entry]:
        """Give the files that a commit of the index would hold, by path.

        Inside a hook it is the index of the commit at hand, which for `git commit PATH` is not
        the repository's. A path that is only intended to be added (`git add -N`) is not in it.
        """
        # `ls-files -s` cannot tell an intended file from an empty one; a comparison with the
        # empty tree can.
        changes = self.index_changes(_EMPTY_TREE[self.object_format], under)
        return {path: entry for path, entry in changes.items() if entry}

    def index_changes(self, tree: str | None, under: str = "") -> dict[str, Entry | None]:
        """Give the files in which the index differs from a tree, None for one that it has not.

        The tree is a whole object name, None for the empty tree.
        """
        self.worktree()
        fields = nul_fields(
            self.run(
                *("diff-index", "--cached", "--raw", "-z", "--no-renames", "--no-abbrev"),
                *("--ita-invisible-in-index", tree or _EMPTY_TREE[self.object_format]),
                *_pathspec(under),
                index=True,
            )
        )
        entries: dict[str, Entry | None] = {}
        for header, path in zip(fields[::2], fields[1::2], strict=True):
            _, mode, _, oid, status = header.split(" ")
            gone = status == "D"
            entries[path] = None if gone else Entry(mode, oid, conflicted=status == "U")
        return entries

    def tree_changes(self, old: str, new: str) -> dict[str, bool] | None:
        """Give the paths that one tree has and the other has not: whether it is the new one.

        None where the old tree is no longer there.
        """
        try:
            output = self.run(
                *("diff-tree", "-r", "-z", "--name-status", "--no-renames", "--diff-filter=AD"),
                *(whole_oid(old), whole_oid(new)),
            )
        except GitError:
            return None
        fields = nul_fields(output)
        return {p: s == "A" for s, p in zip(fields[::2], fields[1::2], strict=True)}

    def tree_entries(self, oid: str, under: str = "") -> dict[str, Entry]:
        """Give the files of a commit or tree by path; `oid` is a whole object name."""
        output = self.run("ls-tree", "-r", "-z", "--full-tree", whole_oid(oid), *_pathspec(under))
        entries = {}
        for line in nul_fields(output):
            header, _, path = line.partition("\t")
            mode, _, name = header.split(" ")
            entries[path] = Entry(mode, name)
        return entries

    def folder_trees(self, oid: str) -> dict[str, str]:
        """Give the tree of each folder of a commit or tree by path, its root's not among them."""
        output = self.run("ls-tree", "-r", "-d", "-z", "--full-tree", whole_oid(oid))
        found = {}
        for line in nul_fields(output):
            header, _, path = line.partition("\t")
            _, kind, name = header.split(" ")
            if kind == "tree":  # a submodule is listed too
                found[path] = name
        return found

    def read(self, oids: Iterable[str], *, limit: int) -> Iterator[bytes | int | None]:
        """Give the content of each blob, in the order asked for.

        A blob of more than `limit` bytes gives its size instead, an object that is missing or
        is no blob gives None. About `limit` + 32 MiB are held in memory.
        """
        names = [whole_oid(oid) for oid in oids]
        for chunk in _chunks(zip(names, self._blob_sizes(names), strict=True), limit):
            contents = self.objects([name for name, size in chunk if _fits(size, limit)])
            for _, size in chunk:
                found = next(contents) if _fits(size, limit) else None
                yield size if found is None else found[1]

    def objects(self, names: Sequence[str]) -> Iterator[tuple[str, bytes] | None]:
        """Give kind and content of each object, None for a missing one.

        A name is anything without a line break that `git rev-parse` knows, such as `OID:folder`.
        """
        if not names:
            return
        output = self.run("cat-file", "--batch", "--buffer", stdin=_lines(names))
        start = 0
        for _ in names:
            end = output.index(b"\n", start)
            header = output[start:end].decode()
            if header.endswith(" missing"):
                yield None
                start = end + 1
                continue
            _, kind, size = header.split(" ")
            start = end + 1 + int(size) + 1
            yield kind, output[end + 1 : start - 1]

    def resolve(self, rev: str) -> str:
        """Give the object name of the commit that a revision, as a user writes it, means."""
        why = f"{rev!r} is not a commit of this repository: give a branch, a tag or a commit"
        if rev.startswith("-") or not rev.isprintable():
            raise SkillRepoError(why)
        try:
            output = self.run(
                *("rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{commit}}")
            )
        except GitError as error:
            # Without words there is no such commit; with some, git could not look.
            raise SkillRepoError(f"{why} ({error.said})" if error.words else why) from error
        oid = output.decode().strip()
        if not is_oid(oid):
            # `^main` is a valid question to rev-parse, but its answer is not a commit.
            raise SkillRepoError(why)
        return oid

    def ref_of(self, rev: str) -> str | None:
        """Give the full name of the ref that a revision is, None where it is none (`main~2`)."""
        name = self.run("rev-parse", "--verify", "--symbolic-full-name", "--end-of-options", rev)
        return os.fsdecode(name).strip() or None

    def commits_since(self, since: str, oid: str) -> list[str]:
        """Give the commits that a commit adds to an older one, the oldest first."""
        output = self.run("rev-list", "--reverse", whole_oid(oid), f"^{whole_oid(since)}")
        return output.decode().split()

    def changes(self, old: str, new: str) -> dict[str, str]:
        """Give the paths in which a commit differs from another: A added, D deleted, M, T."""
        fields = nul_fields(
            self.run(
                *("diff-tree", "-r", "-z", "--name-status", "--no-renames"),
                *(whole_oid(old), whole_oid(new)),
            )
        )
        return dict(zip(fields[1::2], fields[::2], strict=True))

    def head(self) -> str | None:
        """Give the commit that HEAD stands on; None in a repository without a commit."""
        return self._answer("rev-parse", "--verify", "--quiet", "HEAD^{commit}")

    def default_branch(self) -> str | None:
        """Give the full name of the ref that new work starts from; None where there is none.

        It is the branch that `origin` calls its default, else the one of init.defaultBranch,
        else `main` or `master`; the local branch rather than the one of `origin`.
        """
        found = self._default()
        return found[0] if found else None

    def base_commit(self) -> str | None:
        """Give the commit that new work starts from: the default branch's, else HEAD's."""
        found = self._default()
        return found[1] if found else self.head()

    def merge_base(self, one: str, other: str) -> str | None:
        """Give the best common ancestor of two commits, None if they have none."""
        return self._answer("merge-base", whole_oid(one), whole_oid(other))

    def branches(self, prefix: str) -> dict[str, str]:
        """Give the commits of the branches below `prefix/` by branch name."""
        head = "refs/heads/"
        refs = self._refs(branch_ref(prefix) + "/")
        return {ref.removeprefix(head): oid for ref, (oid, _) in refs.items()}

    def remote_branches(self, prefix: str) -> dict[str, str]:
        """Give the branches below `prefix` that remotes had when last fetched: `REMOTE/NAME`."""
        head = "refs/remotes/"
        refs = self._refs(f"{head}*/{prefix}/**")
        return {name.removeprefix(head): oid for name, (oid, _) in refs.items()}

    def branch_oid(self, name: str) -> str | None:
        """Give the commit that a branch of ours stands on, None if there is no such branch."""
        return self.ref_oid(branch_ref(name))

    def ref_oid(self, ref: str) -> str | None:
        """Give the object that a ref stands on by its full name, None if there is no such ref."""
        found = self._refs(ref).get(ref)
        return found[0] if found else None

    def symbolic_target(self, ref: str) -> str | None:
        """Give the ref that another stands for, be it there or not; None for one of its own."""
        try:
            return os.fsdecode(self.run("symbolic-ref", "--quiet", ref)).removesuffix("\n")
        except GitError:
            return None

    def tracked_oid(self, remote: str, name: str) -> str | None:
        """Give the commit that a branch of a remote stood on when it was last fetched."""
        ref = branch_ref(name).replace("refs/heads/", f"refs/remotes/{remote}/", 1)
        found = self._refs(ref).get(ref)
        return found[0] if found else None

    def setting(self, name: str, kind: str = "") -> str | None:
        """Give a value of git's configuration, None where it is not set; `kind` as `--type`."""
        types = (f"--type={kind}",) if kind else ()
        return self._answer("config", *types, "--get", name)

    def is_partial(self) -> bool:
        """Whether it is a clone that lacks objects which its remote promised to give."""
        return self._answer("config", "--get-regexp", r"^remote\..*\.promisor$") is not None

    def is_shallow(self) -> bool:
        """Whether it is a clone that lacks the history before some commit."""
        return kind_of(self.common_dir / "shallow") == stat.S_IFREG

    def refuse_foreign(self) -> None:
        """SkillRepoError where git would not write, since the repository is somebody else's."""
        try:
            run_git(("rev-parse", "--git-dir"), cwd=self.cwd)
        except GitError as error:
            raise SkillRepoError(f"git does not trust this repository: {error.said}") from error

    def remotes(self) -> list[str]:
        """List the names of the remotes, `origin` first."""
        return sorted(self._asked("remote").splitlines(), key=lambda name: (name != "origin", name))

    def identity(self) -> str:
        """Give name and address of whoever commits; SkillRepoError if git does not know them."""
        from git.exc import GitCommandError  # noqa: PLC0415

        try:
            # git ends the line with the time.
            return self._asked("var", "GIT_COMMITTER_IDENT").rpartition(">")[0] + ">"
        except GitCommandError as error:
            raise SkillRepoError(no_identity(str(error.stderr))) from error

    def _asked(self, *arguments: str) -> str:
        """What git says of its configuration, asked through GitPython.

        It takes 100 ms to import, which a command that writes can spend. An inherited GIT_DIR
        does not matter to it, for the repository is named.
        """
        from git import Git  # noqa: PLC0415

        command = ["git", "--no-pager", f"--git-dir={self.git_dir}", *arguments]
        answer = Git(self.cwd).execute(command, env={"LC_ALL": "C"}, strip_newline_in_stdout=True)
        return str(answer)

    def run(self, *arguments: str, stdin: bytes = b"", index: bool = False) -> bytes:
        """Run a command that only reads; `index` is for one that looks at the index.

        GitError when git refuses.
        """
        place = [f"--git-dir={self.git_dir}"]
        if self.root:
            place.append(f"--work-tree={self.root}")
        extra = self._inherited_index() if index else {}
        return run_git((*place, *arguments), cwd=self.cwd, stdin=stdin, environment=extra)

    def outside_of_checkout(self, paths: Iterable[str]) -> list[str]:
        """Give those of the paths of the index that a sparse checkout leaves out."""
        output = self.run("ls-files", "-z", "-t", "--", *paths, index=True)
        lines = (line.partition(" ") for line in nul_fields(output))
        return [path for tag, _, path in lines if tag == "S"]

    def update_index(self, entries: bytes) -> None:
        """Set entries of the index: `mode name TAB path NUL` each. For `git_write` alone."""
        self.run("update-index", "-z", "--index-info", stdin=entries, index=True)

    def _inherited_index(self) -> dict[str, str]:
        # `git commit -a` and `git commit PATH` give their hooks a temporary index. A hook that
        # looks at another repository (a submodule) must not take that for its own.
        inherited = os.environ.get("GIT_INDEX_FILE")
        if not inherited:
            return {}
        path = self.cwd / inherited
        foreign = path.parent.resolve() != self.git_dir.resolve() and is_git_dir(path.parent)
        return {} if foreign or not path.is_file() else {"GIT_INDEX_FILE": str(path)}

    def worktree(self) -> Path:
        """Give the top of the working tree; SkillRepoError in a bare repository."""
        if self.root is None:
            why = f"`{self.git_dir}` is a bare repository: it has neither working tree nor index"
            raise SkillRepoError(why)
        return self.root

    def _blob_sizes(self, names: Sequence[str]) -> Iterator[int | None]:
        if names:
            output = self.run("cat-file", "--batch-check", "--buffer", stdin=_lines(names))
            for line in output.decode().splitlines():
                _, kind, *size = line.split(" ")
                yield int(size[0]) if kind == "blob" else None

    def _answer(self, *arguments: str) -> str | None:
        try:
            return os.fsdecode(self.run(*arguments)).removesuffix("\n")
        except GitError as error:
            if error.status == 1:
                return None
            raise

    def _refs(self, *patterns: str) -> dict[str, tuple[str, str]]:
        output = self.run(
            "for-each-ref", "--format=%(refname)%00%(objectname)%00%(symref)", *patterns
        )
        refs = {}
        for line in os.fsdecode(output).split("\n")[:-1]:
            name, oid, target = line.split("\0")
            refs[name] = (oid, target)
        return refs

    def _default(self) -> tuple[str, str] | None:
        for name in self._default_names():
            both = (f"refs/heads/{name}", f"refs/remotes/origin/{name}")
            refs = self._refs(*both)
            for ref in both:
                if ref in refs:
                    return ref, refs[ref][0]
        return None

    def _default_names(self) -> Iterator[str]:
        head = "refs/remotes/origin/HEAD"
        _, target = self._refs(head).get(head, ("", ""))
        if target:
            yield target.removeprefix("refs/remotes/origin/")
        named = self.setting("init.defaultBranch")
        if named:
            yield named
        yield from ("main", "master")


def no_identity(words: str) -> str:
    """Say what to do where git does not know whose commit it is; `words` are git's own."""
    lines = [line.strip(" '") for line in words.splitlines() if line.strip(" '")]
    reason = lines[-1] if lines else "no user.name, no user.email"
    return (
        f"git does not know whose commit this is ({reason}). Tell it: git config "
        '--global user.name "Your Name"; git config --global user.email you@example.com'
    )


def branch_ref(name: str) -> str:
    """Give the full ref of a branch of ours: slugs of a-z, 0-9 and hyphens, joined by `/`."""
    if len(name) > _MAX_BRANCH or not _BRANCH.fullmatch(name):
        why = f"{name!r} is no name for a branch: use a-z, 0-9 and single hyphens, with / between"
        raise SkillRepoError(why)
    return f"refs/heads/{name}"


def is_oid(text: str) -> bool:
    """Whether the text is a whole object name."""
    return _OID.fullmatch(text) is not None


def whole_oid(text: str) -> str:
    """Give the text back if it is a whole object name; ValueError otherwise."""
    if not is_oid(text):
        why = f"{text!r} is not a whole object name"
        raise ValueError(why)
    return text


def _is_listed(path: str) -> bool:
    """Whether it is a file or a submodule; of one that is not tracked, git names the folder."""
    try:
        return not stat.S_ISDIR(os.lstat(path).st_mode) or (path[-1] != "/" and is_submodule(path))
    except OSError:
        return False


def is_submodule(folder: str) -> bool:
    """Whether another repository is checked out in the folder."""
    return os.path.lexists(f"{folder}/.git")


def _lines(names: Sequence[str]) -> bytes:
    return os.fsencode("".join(f"{name}\n" for name in names))


def _pathspec(under: str) -> tuple[str, ...]:
    return ("--", under) if under else ()


def _fits(size: int | None, limit: int) -> bool:
    return size is not None and size <= limit


def _chunks(
    sized: Iterable[tuple[str, int | None]], limit: int
) -> Iterator[list[tuple[str, int | None]]]:
    chunk: list[tuple[str, int | None]] = []
    held = 0
    for name, size in sized:
        chunk.append((name, size))
        held += size or 0 if _fits(size, limit) else 0
        if held > _BATCH_BYTES:
            yield chunk
            chunk, held = [], 0
    yield chunk
