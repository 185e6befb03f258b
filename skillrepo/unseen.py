"""The lines of a body that do not show on the page which is made of it.

Comments, `<template>`, `<script>` and `<style>`, elements with `hidden` or a style that hides them,
and definitions of links. Who reads the page does not see them, and so they bear no witness.
"""

import re
from collections.abc import Iterable, Iterator

from skillrepo.prose import Line, Part

_MARKS = re.compile(r"<!--|-->|<(/?)([A-Za-z][\w-]{0,30})((?:\"[^\"]*\"|'[^']*'|[^<>\"'])*+)>")
_CODE = re.compile(r"`[^`\n]*`")
_DEFINES = re.compile(r" {0,3}\[[^\]]{1,999}\]:\s")
_HIDES = re.compile(
    r"""\shidden(?=[\s=/]|$)|\sstyle\s*=[^<>]*?(?:display\s*:\s*none|visibility\s*:\s*hidden"""
    r"""|opacity\s*:\s*0(?![.\d])|font-size\s*:\s*0(?![.\d]))""",
    re.IGNORECASE,
)
_NEVER_SHOWN = ("template", "script", "style")
_EMPTY = ("br", "hr", "img", "input", "link", "meta", "wbr")


def unseen(parts: Iterable[Part]) -> Iterator[bool]:
    """Whether each part does not show; what stands below one changes nothing of that.

    What is never closed hides all that follows. Of a line that begins to hide something, or ends
    it, the whole counts as hidden.
    """
    hidden = _Hidden()
    for part in parts:
        before = hidden.inside
        if isinstance(part, Line):
            yield hidden.read(part.text) or before or _DEFINES.match(part.text) is not None
        else:
            yield before


class _Hidden:
    def __init__(self) -> None:
        self._comment = False
        self._tag = ""
        self._depth = 0

    @property
    def inside(self) -> bool:
        return self._comment or bool(self._tag)

    def read(self, line: str) -> bool:
        """Whether something of the line is hidden."""
        if "<" not in line and "-->" not in line:
            return self.inside
        found = self.inside
        for match in _MARKS.finditer(_CODE.sub("", line)):
            self._take(match)
            found = found or self.inside
        return found

    def _take(self, match: re.Match[str]) -> None:
        if self._comment or match[0] == "-->":
            self._comment = self._comment and match[0] != "-->"
        elif match[0] == "<!--":
            self._comment = True
        elif self._tag:
            if match[2].lower() == self._tag and not match[3].endswith("/"):
                self._depth += -1 if match[1] else 1
                self._tag = self._tag if self._depth else ""
        elif not match[1] and _hides(match[2].lower(), match[3]):
            self._tag, self._depth = match[2].lower(), 1


def _hides(tag: str, attributes: str) -> bool:
    if tag in _EMPTY or attributes.endswith("/"):
        return False
    return tag in _NEVER_SHOWN or _HIDES.search(attributes) is not None
