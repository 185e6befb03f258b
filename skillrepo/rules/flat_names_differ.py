"""No two skills are installed under the same name.

What it checks: beyond equal folder names (unique-name), no two skills become the same once they
are installed: by the Unicode form or case of their folders, or since `npx skills` calls a folder
by the `name`, with each other character than `a`–`z`, `0`–`9`, `.` and `_` made a hyphen.

Why it matters: installers put all skills into one folder. The second of two with the same name
replaces the first, without a word.

How to fix it: rename one of them, and set `name` to the folder's name.

Example: the folders `pdf-merge` and `pdf merge` are both installed as `pdf-merge`.

Source: house; `npx skills` (https://github.com/vercel-labs/skills) flattens names.
"""

from collections.abc import Iterator
from posixpath import dirname

from skillrepo.context import Context
from skillrepo.facts import Facts, Index
from skillrepo.installers import installed_names
from skillrepo.rule import WARNING, Hit, Rule


def run(skill: Facts, context: Context) -> Iterator[Hit]:
    """Look for another skill with a name that becomes the same."""
    known = context.facts.derived("names-installed", _paths)
    library = context.library
    own = skill.folder.casefold()
    for key in installed_names(skill.folder, skill.name):
        for folder, path in known.get(key, {}).items():
            # Of the same folder name another rule speaks, and a link is no skill of its own.
            if folder == own or library.source.kind(path) == "link":
                continue
            message = f"is installed as `{key}`, and so is `{dirname(path)}`; rename one"
            yield Hit(*skill.places.get("name", (1, 1)), message)
            return


def _paths(index: Index) -> dict[str, dict[str, str]]:
    """Installed name, of those that several have → folder's name, without case → one such skill.

    Of a skill that was not read, the folder's name must do.
    """
    names = {facts.path: facts.name for facts in index.known}
    # In a hook only those are compared that were read, or have the name of one that was.
    library = index.library
    paths = library.skill_files if library.is_listed else _near(index)

    def keys() -> Iterator[tuple[str, str, str]]:
        for path in paths:
            folder = library.folder_name(path)
            for key in installed_names(folder, names.get(path, "")):
                yield key, folder.casefold(), path

    # Nearly all have a key of their own, and to hold the skills of each takes much memory.
    first: dict[str, str] = {}
    several = {key for key, folder, _ in keys() if first.setdefault(key, folder) != folder}
    first.clear()
    found: dict[str, dict[str, str]] = {}
    for key, folder, path in keys() if several else ():
        if key in several:
            found.setdefault(key, {}).setdefault(folder, path)
    return found


def _near(index: Index) -> list[str]:
    keys = {key for facts in index.known for key in installed_names(facts.folder, facts.name)}
    return sorted({path for key in keys for path in index.library.same_name(key)})


RULE = Rule("I102", "flat-names-differ", {"house": WARNING}, __doc__, run_related=run)
