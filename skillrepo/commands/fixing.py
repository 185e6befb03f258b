"""What `validate --fix` does: repairs skills, and writes them to the working tree or the index."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from posixpath import basename, dirname, join
from typing import NamedTuple

from skillrepo.check import Plan, Verdict
from skillrepo.commands.place import Place
from skillrepo.commands.printing import say_error
from skillrepo.context import Context
from skillrepo.errors import SkillRepoError
from skillrepo.finding import Finding
from skillrepo.put_file import replace
from skillrepo.repair import repair_skill
from skillrepo.secret_text import masked
from skillrepo.visible import one_line, visible


class Repaired(NamedTuple):
    """What the repairs of several skills come to; see `fix.Repair`."""

    files: Mapping[str, tuple[bytes, bytes]]
    moves: tuple[tuple[str, str], ...]
    fixed: tuple[Finding, ...]

    def moved(self, paths: Iterable[str]) -> list[str]:
        """The paths of skills after folders were moved."""
        new = dict(self.moves)
        return sorted(join(new.get(dirname(path), dirname(path)), basename(path)) for path in paths)


def repair(verdicts: Sequence[Verdict], plan: Plan, context: Context, *, move: bool) -> Repaired:
    """Repair each skill in which there is something to fix; nothing is written.

    With `move` folders are to be moved too, where there is room for them.
    """
    alone = plan.alone()
    files: dict[str, tuple[bytes, bytes]] = {}
    moves: list[tuple[str, str]] = []
    fixed: list[Finding] = []
    for verdict in verdicts:
        if any(finding.fix for finding in verdict.findings):
            done = repair_skill(verdict.facts.path, alone, context)
            files.update(done.files)
            free = [each for each in done.moves if move and _is_free(each[1], context)]
            moves += free
            fixed += (f for f in done.fixed if f.fix and f.fix.move in (None, *free))
    return Repaired(files, tuple(moves), tuple(fixed))


def _is_free(folder: str, context: Context) -> bool:
    return context.library.source.kind(folder) == "missing"


def write(done: Repaired, place: Place, *, staged: bool, plan: Plan, context: Context) -> None:
    """Write what was repaired: to the working tree, or to the index and, if it can be, to both."""
    if not staged:
        for path, (before, after) in done.files.items():
            _replace(place.root, path, before, after)
        for old, new in done.moves:
            _move(place.root, old, new)
        _say_what(done)
        return
    if done.files:
        from skillrepo.git_write import stage_files  # noqa: PLC0415 - seldom needed

        stage_files(place.git(), done.files)
    worktree = place.worktree()
    for path, (before, after) in done.files.items():
        # What a link leads to is none of ours, though the index has a file there.
        if worktree.kind(path) == "file" and not _replaced(place.root, path, before, after):
            _fix_in_worktree(path, place, plan, context)
    _say_what(done)


def _say_what(done: Repaired) -> None:
    if done.fixed:
        for path, codes in sorted(_by_file(done).items()):
            say_error(f"fixed {one_line(masked(path))}: {', '.join(codes)}")
        say_error(f"fixed {_count(done)}")


def _by_file(done: Repaired) -> dict[str, list[str]]:
    """Path → the codes of what was fixed there, each with how often."""
    counts = Counter((finding.path, finding.code) for finding in done.fixed)
    found: dict[str, list[str]] = {}
    for (path, code), count in sorted(counts.items()):
        found.setdefault(path, []).append(f"{code} ×{count}" if count > 1 else code)  # noqa: RUF001
    return found


def _replace(root: Path, path: str, before: bytes, after: bytes) -> None:
    if not _replaced(root, path, before, after):
        raise SkillRepoError(f"{path} was changed meanwhile, and is left as it is; run it again")


def _replaced(root: Path, path: str, before: bytes, after: bytes) -> bool:
    try:
        return replace(root / path, before, after)
    except OSError as error:
        raise SkillRepoError(f"{path} cannot be written: {error.strerror}") from None


def _fix_in_worktree(path: str, place: Place, plan: Plan, context: Context) -> None:
    """A file of which a part is staged has another text in the working tree: mend that too."""
    source = place.worktree()
    if source.kind(path) != "file":
        return
    inside = context.with_source(source)
    skill = inside.library.owner(path)
    if skill is None:
        return
    found = repair_skill(skill, plan.alone(), inside).files.get(path)
    if found:
        _replace(place.root, path, *found)


def _move(root: Path, old: str, new: str) -> None:
    target = root / new
    way = [parent for parent in target.parents if parent != root and parent.is_relative_to(root)]
    if target.exists() or target.is_symlink() or any(parent.is_symlink() for parent in way):
        say_error(f"not moved: {one_line(masked(new))} is there already")
        return
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        (root / old).rename(target)
    except OSError as error:
        raise SkillRepoError(f"{old} cannot be moved to {new}: {error.strerror}") from None


def say_what_would_be(done: Repaired) -> None:
    """Say in a line what was not written."""
    say_error(f"would fix {_count(done)}; nothing was written")


def _count(done: Repaired) -> str:
    findings, files = len(done.fixed), len(done.files) + len(done.moves)
    return f"{findings:,} finding{'s' * (findings != 1)} in {files:,} file{'s' * (files != 1)}"


def diff(done: Repaired) -> Iterator[str]:
    """The lines of a unified diff, with control characters made visible."""
    from difflib import unified_diff  # noqa: PLC0415 - 3 ms

    for path, (before, after) in sorted(done.files.items()):
        old, new = (data.decode(errors="backslashreplace") for data in (before, after))
        shown = one_line(path)
        lines = unified_diff(_lines(old), _lines(new), f"a/{shown}", f"b/{shown}")
        for line in lines:
            yield visible(masked(line.removesuffix("\n")))
            if not line.endswith("\n"):
                yield "\\ No newline at end of file"
    for old, new in done.moves:
        yield f"rename from {one_line(masked(old))}"
        yield f"rename to {one_line(masked(new))}"


def _lines(text: str) -> list[str]:
    """The lines with their ends. A line feed alone ends one, unlike for str.splitlines."""
    lines = text.split("\n")
    ended = [line + "\n" for line in lines[:-1]]
    return [*ended, lines[-1]] if lines[-1] else ended
