"""The baseline of a call of `validate`: which file it is, and what it leaves out or takes in."""

import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, Self

from skillrepo import baseline
from skillrepo.baseline import Entry, Lines
from skillrepo.commands.place import Place
from skillrepo.commands.since import Since
from skillrepo.context import Context
from skillrepo.errors import SkillRepoError
from skillrepo.files import Source
from skillrepo.finding import Report
from skillrepo.put_file import put
from skillrepo.tree_path import path_problem
from skillrepo.visible import one_line


class Known(NamedTuple):
    """The file of a baseline and what it holds; empty where there is none."""

    file: Path
    name: str
    entries: Counter[Entry]

    @classmethod
    def of(
        cls,
        place: Place,
        context: Context,
        named: Path | None,
        since: Since | None,
        *,
        new: bool,
    ) -> Self:
        """The baseline that is named by the option, else by the settings, else the usual one.

        For a change it is read from the base commit: it may not excuse itself. A `new` one is to
        be written, so it need not be there, nor be sound. Raises `SkillRepoError` where one that
        is named cannot be used.
        """
        asked = context.settings.baseline
        if asked and not named and (why := _unfit(asked)):
            raise SkillRepoError(f"`baseline: {one_line(asked)}` in skillrepo.yaml {why}")
        file = named.absolute() if named else place.root / (asked or baseline.FILE_NAME)
        # By whatever way it is named, it is the same file.
        file = Path(os.path.realpath(file.parent)) / file.name
        top = Path(os.path.realpath(place.root))
        inside = file.is_relative_to(top)
        if asked and not named and not inside:
            raise SkillRepoError(f"`baseline: {one_line(asked)}` leads out of the repository")
        name = file.relative_to(top).as_posix() if inside else str(file)
        if new and place.repository is None and named is None:
            raise SkillRepoError("outside of a git repository name the file with --baseline")
        base = since.rules if since else None
        text = _text(base, name) if base and inside else _text_on_disk(file)
        if text is None:
            if not new and (named or (asked and base is None)):
                hint = "--write-baseline writes it"
                raise SkillRepoError(f"{one_line(name)}: no such baseline; {hint}")
            return cls(file, name, Counter())
        try:
            return cls(file, name, baseline.load(text, one_line(name)))
        except SkillRepoError:
            if not new:
                raise
            return cls(file, name, Counter())  # what is damaged is written anew

    def part(self, report: Report, lines: Lines, *, whole: bool) -> Report:
        """The report without what is known; entries left over are stale if all was looked at."""
        new, old, left = baseline.part(report.findings, self.entries, lines)
        stale = left if whole else self._of_checked(left, report.skills)
        return report._replace(
            findings=tuple(new),
            baselined=tuple(old),
            stale=tuple(f"{entry.path} {entry.rule}" for entry in stale),
        )

    def _of_checked(self, entries: Iterable[Entry], skills: tuple[str, ...]) -> list[Entry]:
        checked = set(skills)
        return [entry for entry in entries if entry.path in checked]

    def write(self, report: Report, lines: Lines, context: Context, *, whole: bool) -> str:
        """Write a baseline that knows all findings; says what was done.

        Where not all skills were checked, what is known of the others stays.
        """
        checked = set(report.skills)
        others = Counter(
            {
                entry: count
                for entry, count in self.entries.items()
                if not whole and context.library.owner(entry.path) not in checked
            }
        )
        try:
            put(self.file, baseline.dump(report.findings, lines, others).encode())
        except OSError as error:
            raise SkillRepoError(f"{self.file} cannot be written: {error.strerror}") from None
        count = len(report.findings) + others.total()
        return (
            f"wrote {one_line(self.name)}: {count:,} finding{'s' * (count != 1)} known from now on"
        )


def _unfit(name: str) -> str | None:
    """Why a repository may not name this file: it is hostile, and the file is written."""
    if why := path_problem(name):
        return f"cannot be: {why}"
    return None if name.endswith(".json") else "must end in `.json`"


def _text(source: Source, name: str) -> str | None:
    if source.kind(name) != "file":
        return None
    data = next(source.read([name]))
    return data.decode(errors="replace") if isinstance(data, bytes) else None


def _text_on_disk(file: Path) -> str | None:
    return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else None
