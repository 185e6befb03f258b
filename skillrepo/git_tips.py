"""Reads what stands below some refs, and how it differs from another branch: four processes in all.

However many branches there are, none takes a process of its own.
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from skillrepo.git import Entry, Repository, whole_oid


class Tip(NamedTuple):
    """A ref and the commit it stands on; the date is the committer's, in ISO 8601 with the zone."""

    ref: str
    oid: str
    date: str
    subject: str


class Distance(NamedTuple):
    """How many commits a tip has that the other branch lacks, and the other way round.

    `base` is the commit they have in common, None where there is none.
    """

    ahead: int
    behind: int
    base: str | None


class Change(NamedTuple):
    """What became of a path: its entry before and after, None where it was not there."""

    before: Entry | None
    after: Entry | None


def tips(repository: Repository, *patterns: str) -> list[Tip]:
    """The refs below the patterns, as `git for-each-ref` takes them, that stand on commits."""
    fields = ("refname", "objectname", "objecttype", "symref", "committerdate:iso-strict")
    form = "%00".join(f"%({field})" for field in (*fields, "contents:subject"))
    output = os.fsdecode(repository.run("for-each-ref", f"--format={form}", *patterns))
    lines = (line.split("\0") for line in output.split("\n")[:-1])
    return [
        Tip(ref, oid, date, subject)
        for ref, oid, kind, symref, date, subject in lines
        if kind == "commit" and not symref
    ]


def distances(repository: Repository, other: str, oids: Iterable[str]) -> dict[str, Distance]:
    """How far each commit is ahead and behind the commit `other`; all whole object names.

    `%(ahead-behind:…)` of for-each-ref would do, but for git before 2.41 and the common commit.
    """
    names = list(dict.fromkeys(map(whole_oid, oids)))
    wanted = "".join(f"{oid}\n" for oid in (whole_oid(other), *names))
    output = repository.run(
        "rev-list", "--topo-order", "--parents", "--stdin", stdin=wanted.encode()
    )
    # Who reaches a commit, as bits: the first is the other branch, the next those of `names`.
    # Children come before their parents, so a commit's own are all known when it comes.
    reach = {other: 1}
    for bit, oid in enumerate(names, start=1):
        reach[oid] = reach.get(oid, 0) | 1 << bit
    counts: Counter[int] = Counter()
    bases: dict[int, str] = {}
    left = (1 << len(names) + 1) - 2
    for line in output.decode().splitlines():
        commit, *parents = line.split(" ")
        mask = reach.pop(commit)
        for parent in parents:
            reach[parent] = reach.get(parent, 0) | mask
        counts[mask] += 1
        if mask & 1 and mask & left:
            bases.update(dict.fromkeys(_bits(mask & left), commit))
            left &= ~mask
    return dict(zip(names, _counted(counts, bases, len(names)), strict=True))


def fork_point(repository: Repository, oid: str, apart: str) -> str | None:
    """The commit at which a branch that stands on `oid` left all others, here and of remotes.

    Those below `apart/` do not count, nor those that hold it. None where it left them at several.
    """
    output = repository.run(
        *("for-each-ref", f"--no-contains={whole_oid(oid)}"),
        *("--format=%(objecttype) %(objectname) %(refname)", "refs/heads", "refs/remotes"),
    )
    lines = (line.split(" ", 2) for line in os.fsdecode(output).splitlines())
    others = {tip for kind, tip, ref in lines if kind == "commit" and f"/{apart}/" not in ref}
    if not others:
        return None
    wanted = "".join((f"{oid}\n", *(f"^{tip}\n" for tip in sorted(others))))
    listed = repository.run("rev-list", "--boundary", "--stdin", stdin=wanted.encode())
    found = [line[1:] for line in listed.decode().splitlines() if line.startswith("-")]
    return found[0] if len(found) == 1 else None


def _counted(counts: Mapping[int, int], bases: Mapping[int, str], names: int) -> Iterator[Distance]:
    ahead: Counter[int] = Counter()
    shared: Counter[int] = Counter()
    total = 0
    for mask, number in counts.items():
        total += number if mask & 1 else 0
        for bit in _bits(mask & ~1):
            (shared if mask & 1 else ahead)[bit] += number
    for bit in range(1, names + 1):
        yield Distance(ahead[bit], total - shared[bit], bases.get(bit))


def _bits(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def changes(repository: Repository, pairs: Mapping[str, str]) -> dict[str, dict[str, Change]]:
    """What each commit changes against another: commit → the older one; commit → path → change."""
    found: dict[str, dict[str, Change]] = {oid: {} for oid in pairs}
    if not pairs:
        return found
    lines = "".join(f"{whole_oid(new)} {whole_oid(old)}\n" for new, old in pairs.items())
    output = repository.run(
        *("diff-tree", "--stdin", "-r", "-z", "--raw", "--no-renames", "--no-abbrev"),
        stdin=lines.encode(),
    )
    fields = iter(os.fsdecode(output).split("\0")[:-1])
    commit = ""
    for each in fields:
        if not each.startswith(":"):
            commit = each
            continue
        old_mode, mode, old_oid, oid, status = each[1:].split(" ")
        before = None if status == "A" else Entry(old_mode, old_oid)
        after = None if status == "D" else Entry(mode, oid)
        found[commit][next(fields)] = Change(before, after)
    return found
