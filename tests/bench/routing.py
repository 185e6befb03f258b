"""Measures how well words alone route requests to published skills, and how long that takes.

Usage: python tests/bench/routing.py [SKILLS-300.tar.gz] [--skills 5000] [--runs 5] [--quick]

Prints Markdown tables. The skills of the archive are taken as one repository. They bring no trigger
queries, so requests are taken from what people wrote in them: the items below a heading such as
"When to use" of the body, which are no part of what is ranked; and the phrases that a description
quotes, each ranked after it was taken out of the description that it is from. What is not to lead
to a skill are the items below "When not to use", and what a description says that the skill is not
for. Each is ranked by name and description as they are, and, as `skillrepo grade` does it, without
what they say that the skill is not for.

The times are those of a repository made of the same skills, with such queries in it, in which the
description of one skill changes in the working tree. They are medians, of one process.
"""

import argparse
import gc
import json
import os
import platform
import random
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TypeVar

import repository
from routing_requests import Skill, asking, claiming, edits, skills_of

from skillrepo import git_worktree
from skillrepo.files import SKILL_FILE, Folder, Tree
from skillrepo.git import Repository
from skillrepo.git_blobs import BlobReader
from skillrepo.grade.distinctness import distinctness
from skillrepo.grade.index import Index
from skillrepo.grade.portfolio import MOST_NEIGHBOURS, effect
from skillrepo.grade.remembered import Remembered
from skillrepo.grade.routing import Routing, routing
from skillrepo.grade.terms import claims, terms
from skillrepo.library import Library

T = TypeVar("T")
SMALL = 20
TOP = 3
CHANGED = 20
SHUFFLED = random.Random(1)  # noqa: S311 - an order


def outcomes(skills: Sequence[Skill], kind: str, take: Callable[[str], list[str]]) -> list[Routing]:
    """What becomes of the requests of a kind."""
    wanted = kind in ("when", "quoted")
    entries = {skill.entry.path: claiming(skill.entry, take) for skill in skills}
    asked = [
        asking(entries[skill.entry.path], getattr(skill, kind), wanted=wanted) for skill in skills
    ]
    if kind != "quoted":
        found = routing(Index(asked), entries).values()
        return [each for each in found if each]
    results = []
    for skill in skills:
        for phrase in skill.quoted:
            without = skill.entry.card.description.replace(phrase, " ")
            held_out = claiming(asking(skill.entry, [phrase], wanted=True), take, without)
            index = Index([*({**entries, skill.entry.path: held_out}).values()])
            results.append(routing(index, [skill.entry.path])[skill.entry.path])
    return [each for each in results if each]


def baseline(skills: Sequence[Skill]) -> Iterator[str]:
    """The table of what words alone can do."""
    yield "| requests | ranked by | skills | n | hit@1 | hit@3 | MRR |"
    yield "|---|---|--:|--:|--:|--:|--:|"
    labels = {"when": '"when to use", body', "quoted": "quoted, held out"}
    ways = {"name and description": terms, "without limits": claims}
    for kind, label in labels.items():
        for way, take in ways.items():
            found = outcomes(skills, kind, take)
            ranks = [each.rank for each in chain.from_iterable(one.outcomes for one in found)]
            hits = share(rank == 1 for rank in ranks)
            top = share(rank is not None and rank <= TOP for rank in ranks)
            count = sum(bool(getattr(skill, kind)) for skill in skills)
            mrr = share(1 / rank if rank else 0.0 for rank in ranks)
            yield f"| {label} | {way} | {count} | {len(ranks):,} | {hits} | {top} | {mrr} |"
    yield ""
    yield "| requests for others | ranked by | skills | n | held |"
    yield "|---|---|--:|--:|--:|"
    for kind, label in {"when_not": '"when not to use", body', "limits": "not for …"}.items():
        for way, take in ways.items():
            found = outcomes(skills, kind, take)
            right = [each.is_right for each in chain.from_iterable(one.outcomes for one in found)]
            yield f"| {label} | {way} | {len(found)} | {len(right):,} | {share(right)} |"


def changes(skills: Sequence[Skill], library: Library) -> Iterator[str]:
    """The table of what becomes of others where a description is changed, a skill at a time."""
    asking_all = [asking(skill.entry, skill.when, wanted=True) for skill in skills]
    base = Index(asking_all)
    asked = sum(len(entry.asked) for entry in asking_all)
    changed = SHUFFLED.sample(asking_all, min(CHANGED, len(asking_all)))
    yield f"| the description gets | skills | thefts of {asked:,} queries | losses |"
    yield "|---|--:|--:|--:|"
    for label, edit in edits(base).items():
        thefts = losses = 0
        for entry in changed:
            new = claiming(entry, description=edit(entry.card.description))
            head = Index([*(each for each in asking_all if each.path != entry.path), new])
            found = effect(base, head, library, {})
            thefts += len(found.thefts)
            losses += len(found.losses)
        yield f"| {label} | {len(changed)} | {thefts} | {losses} |"


def share(values: Iterable[float]) -> str:
    """The mean in percent."""
    found = list(values)
    return f"{statistics.fmean(found):.1%}" if found else "not measured"


def neighbours(skills: Sequence[Skill], library: Library) -> str:
    """How many pairs of skills claim the same."""
    index = Index(skill.entry for skill in skills)
    found = effect(Index([]), index, library).neighbours
    concerned = {path for each in found for path in (each.skill, each.other)}
    return (
        f"{len(found)} pairs claim the same, {len(concerned)} skills; at most {MOST_NEIGHBOURS} of "
        "a skill are told, and none that hands over to the other."
    )


def with_queries(
    skills: Sequence[repository.Skill], read: Sequence[Skill]
) -> list[repository.Skill]:
    """The skills of the archive, each with trigger queries."""
    known = {skill.entry.folder: skill for skill in read}
    wanted = [_requests(known.get(skill.name)) for skill in skills]
    found = []
    for at, skill in enumerate(skills):
        unwanted = [text for text in wanted[(at + 1) % len(wanted)] if text not in wanted[at]]
        labelled = [(text, True) for text in wanted[at]] + [(text, False) for text in unwanted]
        data = json.dumps([{"query": text, "should_trigger": label} for text, label in labelled])
        evals = ("100644", "evals/eval_queries.json", data.encode())
        found.append(skill._replace(files=(*skill.files, evals)))
    return found


def _requests(skill: Skill | None) -> list[str]:
    if skill is None:
        return []
    start = " ".join(skill.entry.card.description.split()[:12])
    return list(dict.fromkeys((start, *skill.when[:3], *skill.quoted[:2])))


class Timed:
    """Takes times, and keeps them by label."""

    def __init__(self) -> None:
        self.times: dict[str, list[tuple[float, float]]] = {}

    def __call__(self, label: str, call: Callable[[], T]) -> T:
        """Do something and take the time."""
        wall, cpu = time.perf_counter(), _processor()
        done = call()
        taken = time.perf_counter() - wall, _processor() - cpu
        self.times.setdefault(label, []).append(taken)
        return done

    def table(self) -> Iterator[str]:
        """The medians."""
        yield "| step | runs | wall ms | processor ms |"
        yield "|---|--:|--:|--:|"
        for label, taken in self.times.items():
            walls, cpus = zip(*taken, strict=True)
            wall, cpu = statistics.median(walls) * 1e3, statistics.median(cpus) * 1e3
            yield f"| {label} | {len(taken)} | {wall:,.0f} | {cpu:,.0f} |"


def _processor() -> float:
    """Seconds of this process and of those that it started and that have ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def times(folder: Path, runs: int) -> Iterator[str]:
    """The table of how long a repository takes."""
    timed = Timed()
    for run in range(runs):
        tree, base, said = _run(folder, run, timed)
    timed("distinctness of all", lambda: distinctness(base, tree, list(base.entries)))
    queries = sum(len(entry.asked) for entry in base.entries.values())
    yield f"{len(base.entries):,} skills with {queries:,} queries; {said}"
    yield ""
    yield from timed.table()


def _run(folder: Path, run: int, timed: Timed) -> tuple[Library, Index, str]:
    """Change a skill, and look at what comes of it."""
    repo = Repository.open(folder)
    oid = repo.resolve("HEAD")
    how = "remembered" if run else "from nothing"
    tree = timed("files of the base", lambda: _library(repo, oid, folder.name))
    remembered = timed(f"what is remembered ({how})", lambda: Remembered(folder / ".git/skillrepo"))
    base = timed(f"index of the base ({how})", lambda: Index.of(tree, remembered))
    path = sorted(base.entries)[len(base.entries) // 3]
    _change(folder / path, base.entries[path].card.description, run)
    work = Library(Folder(folder, repo.listed))
    files = timed("files that changed", lambda: git_worktree.changed_since(repo, oid))
    skills = [owner for file in files if (owner := work.owner(file))]
    head = timed("index of the working tree", lambda: base.changed(work, skills, remembered))
    timed(f"to remember it ({how})", remembered.save)
    found = timed("routing of the skill, base and head", lambda: _both(base, head, path))
    done = timed("effect on the others", lambda: effect(base, head, work))
    timed("distinctness of the skill", lambda: distinctness(head, work, [path]))
    said = (
        f"the change has {len(done.thefts)} thefts, {len(done.losses)} losses and "
        f"{len(done.neighbours)} neighbours; hit@1 {found[0]} → {found[1]}; resident tokens "
        f"≈ {done.resident_tokens_before:,} → ≈ {done.resident_tokens_after:,}"
    )
    return tree, base, said


def _library(repo: Repository, oid: str, name: str) -> Library:
    return Library(Tree(name, repo.tree_entries(oid), BlobReader(repo)))


def _both(base: Index, head: Index, path: str) -> list[float | None]:
    found = (routing(side, [path])[path] for side in (base, head))
    return [None if each is None else each.hit_at_1 for each in found]


def _change(file: Path, description: str, mark: int) -> None:
    """Give a skill another description, which is one of everything."""
    new = f"{description} Merges PDF files, reviews code and builds Docker images, run {mark}."
    text = file.read_text(encoding="utf-8")
    line = f"description: {json.dumps(new)}"
    file.write_text(re.sub(r"^description:.*$", lambda _: line, text, count=1, flags=re.MULTILINE))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", nargs="?", default=repository.CORPUS, type=Path)
    parser.add_argument("--skills", type=int, default=5_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    if options.archive is None:
        parser.error("name the archive of skills, or set SKILLREPO_CORPUS")
    gc.set_threshold(100_000, 50, 50)  # as the command line has it
    archived = repository.skills_of(options.archive)
    with tempfile.TemporaryDirectory() as temporary:
        corpus, large = Path(temporary, "corpus"), Path(temporary, "large")
        for number, skill in enumerate(archived):
            # Some have the same name.
            lies = corpus / str(number) / skill.name
            lies.mkdir(parents=True)
            (lies / SKILL_FILE).write_bytes(skill.text)
        read = skills_of(corpus)
        print(f"Python {platform.python_version()}, {os.cpu_count()} processors.\n")
        print(f"## Requests, {len(read)} skills\n")
        print("\n".join(baseline(read)))
        print()
        print("\n".join(changes(read, Library(Folder(corpus)))))
        print(f"\n{neighbours(read, Library(Folder(corpus)))}")
        count = SMALL if options.quick else options.skills
        repository.make(large, with_queries(archived, read), count)
        print("\n## Times\n")
        print("\n".join(times(large, 2 if options.quick else options.runs)))


if __name__ == "__main__":
    main()
