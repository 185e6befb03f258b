"""The files that ship with the package: `config/`, `schemas/` and `hooks/`."""

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
