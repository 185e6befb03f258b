"""The files that make a git repository a repository of skills: their texts, and writing them."""

import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from skillrepo import PROJECT_URL, __version__, resource, settings, taxonomy, yaml_full
from skillrepo.adopt import Adoption, LeftOut
from skillrepo.errors import SkillRepoError

PRE_COMMIT = ".pre-commit-config.yaml"
WORKFLOW = ".github/workflows/skills.yml"
HOOK = "skillrepo-validate"
CI: Mapping[str, tuple[str, ...]] = {
    "github": ("grade.yml",),
    "github-comment": ("grade.yml", "grade-comment.yml"),
    "github-judge": ("grade.yml", "grade-comment.yml", "grade-judge.yml"),
}
"""The workflows that grade changes, by what is asked for."""

# They end up in YAML, in a shell's variable and in a call of pip, so nothing that is special there.
_URL = re.compile(r"(?:https?|ssh|git|file)://[A-Za-z0-9._~:/@%+-]+")
_SCP = re.compile(r"([A-Za-z0-9._-]+@[A-Za-z0-9.-]+):(?!/)([A-Za-z0-9._~/-]+)")
_FOLDER = re.compile(r"/[A-Za-z0-9._~/@+-]*")
_SSH = re.compile(r"(?:ssh|git)://(?:[^/@]*@)?([^/:]*)(?::[0-9]+)?")
_PASSWORD = re.compile(r"https?://[^/]*@|://[^/@]*:[^/@]*@")
_REVISION = re.compile(r"(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._/+-]{0,199}")
_BRANCH = re.compile(r"[A-Za-z0-9._/-]+")

State = Literal["write", "replace", "keep", "unchanged"]


@dataclass(frozen=True, slots=True)
class Tool:
    """Where a repository of skills gets skillrepo from: a git repository and a revision of it."""

    address: str
    revision: str

    @classmethod
    def of(cls, address: str | None, revision: str | None) -> Self:
        """The tool at an address (a URL, `user@host:path` or a folder) or, of None, this one's.

        Raises `SkillRepoError` for what could mean something else in the files it is put into.
        """
        address = address or PROJECT_URL
        if not (_URL.match(address) or _SCP.match(address)):
            address = str(Path(address).expanduser().absolute())
        revision = revision or f"v{__version__}"
        if not any(form.fullmatch(address) for form in (_URL, _SCP, _FOLDER)):
            why = "a URL, user@host:path, or a folder without spaces or special characters"
            raise SkillRepoError(f"the tool's address {address!r} must be {why}")
        if _PASSWORD.search(address):
            raise SkillRepoError("the tool's address holds a password; it would be committed")
        if not _REVISION.fullmatch(revision):
            raise SkillRepoError(f"the tool's revision {revision!r} must be a tag or a commit")
        return cls(address, revision)

    @property
    def requirement(self) -> str:
        """What pip is told to install."""
        if scp := _SCP.fullmatch(self.address):
            return f"git+ssh://{scp[1]}/{scp[2]}@{self.revision}"
        scheme = "file://" if self.address.startswith("/") else ""
        return f"git+{scheme}{self.address}@{self.revision}"

    @property
    def schemas(self) -> str:
        """Where an editor finds the JSON Schemas: in a folder, or as forges serve files."""
        folder = self.address.removeprefix("file://").rstrip("/")
        if folder.startswith("/"):
            return f"{folder}/schemas"
        scp = _SCP.fullmatch(folder)
        address = _SSH.sub(r"https://\1", f"ssh://{scp[1]}/{scp[2]}" if scp else folder)
        return f"{address.removesuffix('.git')}/raw/{self.revision}/schemas"


def texts(
    tool: Tool, branch: str | None, adoption: Adoption | None, ci: str | None = None
) -> dict[str, str]:
    """The path and text of each file; `branch` is the default one, None where it is unknown.

    `ci` is a key of `CI`, None for no workflow that grades. Without an `adoption` the taxonomy is
    the starter that ships with skillrepo.
    """
    known = branch is not None and _BRANCH.fullmatch(branch)
    values = {
        "ADDRESS": tool.address,
        "REVISION": tool.revision,
        "REQUIREMENT": tool.requirement,
        "SCHEMAS": tool.schemas,
        # A branch of another name may hold what is special in the filter's patterns.
        "BRANCH": str(branch) if known else "**",
    }
    left_out = adoption.left_out if adoption else ()
    return {
        taxonomy.FILE_NAME: _taxonomy(adoption, values),
        settings.FILE_NAME: _fill("skillrepo.yaml", values).replace(
            "exclude: []\n", exclude(left_out) if left_out else "exclude: []\n"
        ),
        PRE_COMMIT: _fill("pre-commit-config.yaml", values),
        WORKFLOW: _fill("skills.yml", values),
        **{f".github/workflows/{name}": _fill(name, values) for name in (CI[ci] if ci else ())},
    }


def exclude(left_out: Sequence[LeftOut]) -> str:
    """The lines of `exclude:` in `skillrepo.yaml`."""
    lines = (
        f"  # {each.why}: {each.skills} SKILL.md\n  {yaml_full.dump([each.glob])}"
        for each in left_out
    )
    return "".join(("exclude:\n", *lines))


def _taxonomy(adoption: Adoption | None, values: Mapping[str, str]) -> str:
    if adoption:
        return _fill("taxonomy.yaml", values) + adoption.text()
    starter = resource.read("config/taxonomy.yaml")
    return starter.replace("$schema=../schemas", f"$schema={values['SCHEMAS']}")


def _fill(template: str, values: Mapping[str, str]) -> str:
    text = resource.read(f"config/init/{template}")
    return re.sub("@([A-Z]+)@", lambda name: values[name[1]], text)


def by_hand(root: Path, path: str, text: str, adoption: Adoption | None) -> Iterator[str]:
    """What is to be added to a file that is kept: `text` is what would have been written."""
    if path == taxonomy.FILE_NAME:
        yield "`skillrepo validate` names the skills that have no place in it"
    elif path == settings.FILE_NAME:
        if adoption and adoption.left_out:
            yield "add to it:"
            yield from exclude(adoption.left_out).splitlines()
    elif path == PRE_COMMIT:
        if HOOK not in _existing(root / path):
            yield "add to it, below `repos:`"
            yield from text.partition("repos:\n")[2].splitlines()
    elif "skillrepo" not in _existing(root / path):
        yield "it is another workflow of that name: rename it and run this again, or add to a job"
        yield from (line.strip() for line in text.splitlines() if "/skillrepo" in line)


def _existing(file: Path) -> str:
    if _kind(file) != stat.S_IFREG:
        return ""
    return file.read_bytes().decode(errors="replace")


def plan(root: Path, files: Mapping[str, str], *, force: bool) -> dict[str, State]:
    """What is to be done with each file. Raises `SkillRepoError` where it cannot be written."""
    return {path: _state(root, path, text, force=force) for path, text in files.items()}


def _state(root: Path, path: str, text: str, *, force: bool) -> State:
    *folders, _ = Path(path).parts
    for depth in range(1, len(folders) + 1):
        folder = Path(*folders[:depth])
        if _kind(root / folder) not in (0, stat.S_IFDIR):
            raise SkillRepoError(f"{folder} is not a folder, so {path} cannot be written")
    kind = _kind(root / path)
    if not kind:
        return "write"
    if kind == stat.S_IFREG:
        if (root / path).read_bytes() == text.encode():
            return "unchanged"
    elif kind != stat.S_IFLNK:
        raise SkillRepoError(f"{path} is not a file, so it cannot be written")
    return "replace" if force else "keep"


def _kind(path: Path) -> int:
    try:
        return stat.S_IFMT(path.lstat().st_mode)
    except FileNotFoundError:
        return 0
