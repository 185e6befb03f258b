r"""Says whether a path may stand in a tree: safe, and the same file on every system.

git itself is laxer than a checkout on Windows or macOS can bear (`git mktree` takes `git~1`, and
`a\b`, `con` or `a:b` pass everywhere), so a path that comes from a draft is judged here first.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator

MAX_LENGTH = 180
"""Characters of a whole path: Windows stops at 260, and the checkout's folder needs its share."""

MAX_SEGMENT = 100
"""Characters of a file or folder name."""

# What a name may take on the file systems in use (NAME_MAX), in bytes of UTF-8.
_MAX_SEGMENT_BYTES = 255

# https://learn.microsoft.com/windows/win32/fileio/naming-a-file: reserved with any extension.
_DEVICE = re.compile(r"aux|con|nul|prn|conin\$|conout\$|(?:com|lpt)[0-9¹²³]")

# `.git` and `.gitmodules`, and the 8.3 short names under which Windows finds them: `git~1`,
# `gitmod~1`, and `gi7eba~1`, where the first two letters are followed by a hash.
_GIT = re.compile(r"\.git|\.gitmodules|(?:git|gitmod|gi[0-9a-f]{2,6})~[0-9]+")

_FORBIDDEN = frozenset('\\:*?"<>|')

# Control, format (zero-width characters, which HFS+ ignores: `.g<ZWNJ>it` is `.git` there, and
# bidirectional overrides), surrogates (bytes that are not UTF-8), line and paragraph separators.
_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))


def path_problem(path: str) -> str | None:
    """Say in one sentence why a relative POSIX path may not stand in a tree; None if it may."""
    if not path:
        return "the path is empty"
    if len(path) > MAX_LENGTH:
        return f"the path has {len(path)} characters, {MAX_LENGTH} are allowed"
    if path.startswith("/"):
        return f"the path {path!r} is absolute"
    for segment in path.split("/"):
        problem = _segment_problem(segment)
        if problem:
            # `!r` escapes what makes a terminal lie.
            return f"the path {path!r} {problem}"
    return None


def paths_problem(paths: Iterable[str]) -> str | None:
    """Say why these paths may not stand in one tree together; None if they may.

    Each must be a good path by itself, none may be a folder of another, and no two files or
    folders may differ in letter case alone: Windows and macOS would make one of them.
    """
    spelling: dict[str, str] = {}
    files: set[str] = set()
    folders: set[str] = set()
    for path in paths:
        problem = path_problem(path)
        if problem:
            return problem
        segments = path.split("/")
        for length in range(1, len(segments) + 1):
            part = "/".join(segments[:length])
            other = spelling.setdefault(same_file_key(part), part)
            if other != part:
                return f"the paths {other!r} and {part!r} are the same where case does not count"
            (files if length == len(segments) else folders).add(part)
    for both in sorted(files & folders):
        return f"the path {both!r} is a file and a folder at once"
    return None


def clash_problem(paths: Iterable[str], others: Collection[str]) -> str | None:
    """Say why good paths may not stand beside others, whatever these are; None if they may.

    None may be one of the others or lie below it, nor be a folder of theirs, nor differ from them
    or their folders in letter case alone.
    """
    there = {same_file_key(part): part for part in _with_folders(others)}
    for path in paths:
        for part in _with_folders([path]):
            other = there.get(same_file_key(part), part)
            if other != part or part in others:
                return f"the paths {other!r} and {path!r} are in each other's way"
        if there.get(same_file_key(path)) == path:
            return f"the path {path!r} is a file and a folder at once"
    return None


def _with_folders(paths: Iterable[str]) -> Iterator[str]:
    """Each path, with the folders above it."""
    for path in paths:
        names = path.split("/")
        yield from ("/".join(names[:length]) for length in range(1, len(names) + 1))


def same_file_key(name: str) -> str:
    """Give the key under which file systems that ignore case and normal form file a name."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _segment_problem(segment: str) -> str | None:
    folded = same_file_key(segment)
    stem = folded.partition(".")[0].rstrip(" ")
    checks = (
        (not segment, "has an empty part"),
        (segment in {".", ".."}, "has a part that is `.` or `..`"),
        (len(segment) > MAX_SEGMENT, f"has a part of more than {MAX_SEGMENT} characters"),
        (any(unicodedata.category(c) in _INVISIBLE for c in segment), "has an invisible character"),
        (not _FORBIDDEN.isdisjoint(segment), 'has one of \\ : * ? " < > |'),
        (segment.endswith((".", " ")), "has a part that ends in a dot or a space"),
        (not unicodedata.is_normalized("NFC", segment), "is not in Unicode normal form C"),
        (_GIT.fullmatch(folded), "has a part that git or Windows reads as `.git`"),
        (_DEVICE.fullmatch(stem), "has a part that names a device on Windows"),
        (_too_many_bytes(segment), f"has a part of more than {_MAX_SEGMENT_BYTES} bytes"),
    )
    return next((why for wrong, why in checks if wrong), None)


def _too_many_bytes(segment: str) -> bool:
    return len(segment.encode("utf-8", "surrogatepass")) > _MAX_SEGMENT_BYTES
