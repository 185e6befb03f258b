"""The files of a skill as an installer puts them down, but for its evals: they are the exam."""

from collections.abc import Mapping
from typing import NamedTuple

from skillrepo.bundle import Bundle
from skillrepo.document import Document
from skillrepo.files import SKILL_FILE
from skillrepo.tree_path import path_problem
from skillrepo.trigger_queries import is_eval_file

_EVALS = ("evals", "eval")


class SkillFile(NamedTuple):
    """A file, and whether it may be run."""

    data: bytes
    executable: bool


class SkillFiles(NamedTuple):
    """A skill in a folder called `name`: its files, by path from there, and what is left out."""

    name: str
    files: Mapping[str, SkillFile]
    left_out: tuple[str, ...]


def skill_files(name: str, skill: Document, bundle: Bundle) -> SkillFiles:
    """The regular files that can be written down; links lead elsewhere, and are left out."""
    found = {SKILL_FILE: SkillFile(skill.data, executable=False)}
    left_out = []
    for item in bundle.items:
        if item.name.split("/")[0].lower() in _EVALS or is_eval_file(item.name):
            continue
        data = bundle.data(item) if item.kind == "file" else None
        if data is None or path_problem(item.name):
            left_out.append(item.name)
        else:
            found[item.name] = SkillFile(data, item.executable)
    return SkillFiles(name, found, tuple(left_out))
