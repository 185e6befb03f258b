"""A small content repository, and what its owner would see change in it."""

import hashlib
import json
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from skillrepo import cli, schema
from skillrepo.context import Context
from skillrepo.draft import Choice, Draft, Request
from skillrepo.files import Folder

TAXONOMY = """\
version: 1
categories:
  coding:
    title: Writing code
    description: Languages, libraries, refactoring.
    children:
      testing:
        title: Testing
        description: Unit tests and fixtures.
  data:
    title: Data and documents
    description: Databases, tables, PDF files, conversion.
    aliases: [documents]
"""
FILES = {"taxonomy.yaml": TAXONOMY, "README.md": "# Skills\n"}
Snapshot = dict[str, object]


def skill(
    name: str = "pdf-merge",
    description: str = "Merges PDF files. Use when PDF files are to become one.",
    body: str = "# Merging\n\nRun `pdfunite a.pdf b.pdf out.pdf`.\n",
    extra: str = "",
) -> str:
    """Give a SKILL.md that is clean in both profiles."""
    return f"---\nname: {name}\ndescription: {json.dumps(description)}\n{extra}---\n\n{body}"


def draft(
    text: str,
    files: Mapping[str, bytes] = MappingProxyType({}),
    *,
    name: str = "pdf-merge",
    category: str = "data",
) -> Draft:
    """Give a draft of a hand-written writer."""
    return Draft(category, name, {"SKILL.md": text.encode(), **files}, writer="command")


def request(**fields: Any) -> Request:
    """Give a request with the categories of the taxonomy above."""
    choices = tuple(Choice(each, each, "", ()) for each in ("coding", "coding/testing", "data"))
    return Request(**{"brief": "Merge PDF files", "sources": (), "choices": choices, **fields})


def context(root: Path, files: Mapping[str, str] = FILES) -> Context:
    """Write files and give the context of their folder."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return Context.of(Folder(root))


@dataclass(frozen=True)
class Result:
    """What a command did."""

    code: int
    out: str
    err: str

    def json(self, shape: str) -> Any:
        """Give the output as JSON, which satisfies the schema `shape`."""
        value = json.loads(self.out)
        assert [schema.explain(v) for v in schema.violations(shape, value)] == []
        return value


Run = Callable[..., Result]


def runner(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give a function that runs the command line in a folder."""

    def run(cwd: Path, *arguments: str) -> Result:
        monkeypatch.chdir(cwd)
        capfd.readouterr()
        code = cli.main(arguments)
        return Result(code, *capfd.readouterr())

    return run


def snapshot(*roots: Path, written: str = "skill/new/") -> Snapshot:
    """Give mode, time and content of every file and link, but of what a command is to write.

    That is new objects, and the branches whose names begin with `written`, with their logs.
    """
    found: Snapshot = {}
    for root in roots:
        for folder, _, names in os.walk(root):
            base = Path(folder)
            for name in names:
                path = base / name
                shown = path.as_posix()
                if "/objects/" in shown or f"/refs/heads/{written}" in shown:
                    continue
                status = path.lstat()
                content = content_of(shown, status)
                found[shown] = (status.st_mode, status.st_mtime_ns, content)
    return found


def content_of(path: str, status: os.stat_result) -> str:
    """Give a digest of what a file holds, or where a link leads."""
    changes = (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    return _read(path, status.st_mode, *changes)


def everything(*roots: Path) -> Snapshot:
    """Give the same of really every file, objects and branches too, and of every folder."""
    return {
        path.as_posix(): (path.lstat().st_mtime_ns, path.lstat().st_mode)
        for root in roots
        for path in (root, *root.rglob("*"))
    }


@cache
def _read(path: str, mode: int, *_: int) -> str:
    # Once for each change: the time of the inode (ctime) is set with it, and by nothing else.
    if stat.S_ISLNK(mode):
        return str(Path(path).readlink())
    return hashlib.sha256(Path(path).read_bytes()).hexdigest() if stat.S_ISREG(mode) else "special"
