"""Globs of paths, as `skillrepo.yaml` has them."""


def matches(glob: str, path: str) -> bool:
    """Whether a glob matches a path or a folder above it.

    `**` stands for any folders, `*` and `?` for characters of one name. A regular expression
    would take exponential time on some globs, and they come with the repository.
    """
    return _matches(glob.strip("/").split("/"), path.split("/"))


def _matches(glob: list[str], path: list[str]) -> bool:
    # The numbers of parts of the path that the glob may have used up so far.
    used = {0}
    for part in glob:
        if part == "**":
            used = set(range(min(used), len(path) + 1))
        else:
            used = {n + 1 for n in used if n < len(path) and _name_matches(part, path[n])}
        if not used:
            return False
    return True


def _name_matches(glob: str, name: str) -> bool:
    """Whether a name is as the glob says: each `*` first takes nothing, then more as needed."""
    at = position = 0
    star = resume = -1
    while position < len(name):
        if at < len(glob) and glob[at] == "*":
            star, resume = at, position
            at += 1
        elif at < len(glob) and glob[at] in ("?", name[position]):
            at += 1
            position += 1
        elif star >= 0:
            at, resume = star + 1, resume + 1
            position = resume
        else:
            return False
    return set(glob[at:]) <= {"*"}
