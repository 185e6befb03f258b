"""Where the evals of the skills of a repository lie: in a skill's folder, or beside the skills.

Beside the skills they lie in a folder that has the skill's name, below one at the root of the
repository: `evals/<skill>/trigger_tests.yaml`, as waza lays them out, or
`tests/<plugin>/<skill>/eval.yaml` of dotnet/skills. They count for routing, but not for what is
kept of a skill's own files.
"""

from collections.abc import Iterable, Iterator, Mapping
from posixpath import dirname

from skillrepo.library import Library
from skillrepo.trigger_queries import is_eval_file

_BESIDE = ("eval", "evals", "test", "tests")
_ENDS = (".json", ".yaml", ".yml")

Places = Mapping[str, Mapping[str, str]]
"""The SKILL.md of each skill that has evals → the name of each eval file → its path.

The name of a file in the skill's folder is relative to that, of another one it is the path.
"""


def of_all(library: Library) -> Places:
    """The eval files of all skills of a library."""
    return _places(library, library.source.files())


def of_some(library: Library, skills: Iterable[str]) -> Places:
    """The eval files of the skills whose SKILL.md is at these paths; no other file is listed."""
    wanted = set(skills)
    paths = [item.path for path in sorted(wanted) for item in library.bundle(path).items]
    for folder in _BESIDE:
        if library.source.kind(folder) == "folder":
            paths += library.source.files(folder)
    found = _places(library, paths)
    return {path: found[path] for path in wanted & found.keys()}


def skill_of(library: Library, path: str) -> str | None:
    """The SKILL.md of the skill that a file belongs to, or whose evals beside the skills it has."""
    return library.owner(path) or next((skill for skill, _ in _beside(library, path)), None)


def _places(library: Library, paths: Iterable[str]) -> Places:
    found: dict[str, dict[str, str]] = {}
    for path in sorted(set(paths)):
        if not path.endswith(_ENDS) or library.source.kind(path) != "file":
            continue
        owner = library.owner(path)
        if owner:
            name = path[len(dirname(owner)) + 1 :] if "/" in owner else path
            if is_eval_file(name):
                found.setdefault(owner, {})[name] = path
        else:
            for skill, name in _beside(library, path):
                if is_eval_file(name):
                    found.setdefault(skill, {})[path] = path
    return found


def _beside(library: Library, path: str) -> Iterator[tuple[str, str]]:
    """The skill that a file beside the skills is for; its name as if it lay in the skill."""
    top, *folders = path.split("/")
    last = folders.pop() if folders else ""
    # The skill's own folder is the last, or holds that of the tasks.
    for depth in (1, 2):
        if top in _BESIDE and len(folders) >= depth:
            named = folders[-depth]
            same = [each for each in library.same_name(named) if library.folder_name(each) == named]
            if len(same) == 1:
                yield same[0], "/".join((top, *folders[len(folders) - depth + 1 :], last))
                return
