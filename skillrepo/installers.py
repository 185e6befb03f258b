"""What installers find in a repository, and the names they install skills under.

`npx skills` (https://github.com/vercel-labs/skills) as of 1.7, `gh skill`
(https://cli.github.com/manual/gh_skill) as of 2.103: taken from their source, and tried out.
"""

import re
import unicodedata
from collections.abc import Collection
from functools import cache

NPX, GH = "`npx skills`", "`gh skill`"

_NPX_DEPTH = 3
"""How deep below a folder of skills it looks."""
_SKIPPED = frozenset(("node_modules", ".git", "dist", "build", "__pycache__"))
_TIERS = frozenset((".curated", ".experimental", ".system"))
"""Folders of `skills` that hold skills as it does itself."""
_OF_AGENTS = frozenset(
    f".{agent}/skills"
    for agent in (
        *("agents", "claude", "cline", "codebuddy", "codex", "commandcode", "continue", "github"),
        *("goose", "grok", "iflow", "junie", "kilocode", "kimchi", "kiro", "minimax", "mux"),
        *("neovate", "opencode", "openhands", "pi", "qoder", "roo", "trae", "windsurf", "zcode"),
        "zencoder",
    )
)


def npx_finds(folder: str, listed: Collection[str]) -> bool:
    """Whether `npx skills` finds the skill in a folder, without `--full-depth`.

    `listed` are the folders that a plugin manifest says hold skills. That a SKILL.md above stops
    it, and that it looks everywhere where it finds nothing, is for the caller to see.
    """
    parts = folder.split("/")
    *above, _ = parts
    if len(parts) == 1 or "/".join(above) in listed:
        return True
    if any(part in _SKIPPED for part in above):
        return False
    if parts[0] == "skills":
        start = 2 if parts[1] in _TIERS and len(parts) > 2 else 1  # noqa: PLR2004 - a tier's skill
        return len(parts) - start <= _NPX_DEPTH
    return "/".join(parts[:2]) in _OF_AGENTS and len(parts) - 2 <= _NPX_DEPTH


def gh_finds(folder: str) -> bool:
    """Whether `gh skill` finds the skill in a folder."""
    *above, name = folder.split("/")
    if not _safe(name):
        return False
    if not above:
        return name not in ("skills", "plugins")
    if above[-1] == "skills":
        if above[-3:-2] == ["plugins"] and _safe(above[-2]) and len(above) == 3:  # noqa: PLR2004
            return True
        return _plain(above[:-1])
    return above[-2:-1] == ["skills"] and _safe(above[-1]) and _plain(above[:-2])


def _plain(above: list[str]) -> bool:
    """Whether a folder of skills may lie there: not below hidden folders, nor below `plugins`."""
    return not any(part.startswith(".") or part == "plugins" for part in above)


@cache
def _name() -> re.Pattern[str]:
    return re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._\- ]*")


def _safe(name: str) -> bool:
    return _name().fullmatch(name) is not None


def npx_name(name: str) -> str:
    """The name of the folder that `npx skills` installs a skill in, from its `name`."""
    squeezed = re.sub(r"[^a-z0-9._]+", "-", name.lower()).strip(".-")
    return squeezed[:255] or "unnamed-skill"


def installed_names(folder: str, name: str) -> tuple[str, ...]:
    """The names under which a skill in a folder of this name is known once it is installed."""
    plain = unicodedata.normalize("NFKC", folder).casefold()
    return tuple(dict.fromkeys((npx_name(name or folder), plain)))
