"""The files that ship with the package: `config/`, `schemas/` and `hooks/`."""

import os
from collections.abc import Iterator
from pathlib import Path

_PACKAGE = Path(__file__).parent
# In a wheel they lie inside the package, in a checkout beside it (pyproject.toml, force-include).
_ROOTS = (_PACKAGE / "data", _PACKAGE.parent)


def path(name: str) -> Path:
    """Where the shipped file `name` lies, for example `config/taxonomy.yaml`."""
    for root in _ROOTS:
        candidate = root / name
        if candidate.is_file():
            return candidate
    message = f"{name} is not part of this installation"
    raise FileNotFoundError(message)


def read(name: str) -> str:
    """The text of the shipped file `name`."""
    return path(name).read_text(encoding="utf-8")


def stamp() -> str:
    """Name, size and time of each file of this installation: another one may judge otherwise."""
    folders = [
        _PACKAGE,
        *(root / "config" for root in _ROOTS),
        *(root / "schemas" for root in _ROOTS),
    ]
    found: list[str] = []
    while folders:
        try:
            entries = list(os.scandir(folders.pop()))
        except OSError:  # in a wheel there is no checkout, in a checkout no wheel
            continue
        for entry in entries:
            if entry.is_dir():
                folders.append(Path(entry.path))
            elif entry.name.endswith((".py", ".yaml", ".json")):
                state = entry.stat()
                found.append(f"{entry.name} {state.st_size} {state.st_mtime_ns}")
    return "\n".join(sorted(found))


def modules(*packages: str) -> Iterator[tuple[str, bytes]]:
    """Name and content of each Python file in these folders of the package, in order."""
    for package in packages:
        for file in sorted((_PACKAGE / package).glob("*.py")):
            yield f"{package}/{file.name}", file.read_bytes()
