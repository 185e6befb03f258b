"""A repository of skills that are told by name and description, and its indices."""

import json
from collections.abc import Mapping
from pathlib import Path

from skillrepo.files import Folder, Tree
from skillrepo.git import Repository
from skillrepo.grade.index import Index
from skillrepo.grade.remembered import Remembered
from skillrepo.library import Library

NOWHERE = Remembered(None)
"""Nothing is remembered of one index for another but what is in memory."""


def skill_files(  # noqa: PLR0913 - each is a part of a skill
    name: str,
    description: str,
    *,
    wanted: tuple[str, ...] = (),
    unwanted: tuple[str, ...] = (),
    body: str = "Do it.",
    extra: str = "",
) -> dict[str, str]:
    """Give the files of a skill: SKILL.md, and its trigger queries where it has some."""
    folder = f"skills/{name}"
    text = f"---\nname: {name}\ndescription: {json.dumps(description)}\n{extra}---\n\n{body}\n"
    queries = [{"query": query, "should_trigger": query in wanted} for query in wanted + unwanted]
    evals = {f"{folder}/evals/eval_queries.json": json.dumps(queries)} if queries else {}
    return {f"{folder}/SKILL.md": text, **evals}


def path_of(name: str) -> str:
    """Give the path of the SKILL.md of the skill with a name."""
    return f"skills/{name}/SKILL.md"


def write(root: Path, *skills: Mapping[str, str]) -> Library:
    """Write the files of skills, and give the library of the folder."""
    for files in skills:
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
    return Library(Folder(root))


def index(root: Path, *skills: Mapping[str, str]) -> Index:
    """Write the files of skills, and give the index of the folder."""
    return Index.of(write(root, *skills), NOWHERE)


def commit_library(root: Path, rev: str = "HEAD") -> Library:
    """Give the library of a commit."""
    repository = Repository.open(root)
    entries = repository.tree_entries(repository.resolve(rev))
    return Library(Tree(root.name, entries, repository.read))
