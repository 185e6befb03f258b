"""Relative links lead to files of the skill.

What it checks: the target of each relative link or image in the body is a file or folder inside
the skill's own folder. Links in code, to other addresses (`https:`, `mailto:`), to places in the
page (`#…`), and templates such as `{baseDir}/x` are not looked at.

Why it matters: an agent that is told to read `references/options.md` and does not find it goes on
without. A link to another skill's file breaks when the skill is installed alone.

How to fix it: mend the path (it counts from the folder of SKILL.md), add the file, or name the
other skill in words.

Example: `[options](reference/options.md)` where the folder is called `references`.

Source: https://agentskills.io/specification ("use relative paths from the skill root").
"""

import re
from collections.abc import Iterator
from functools import cache
from posixpath import dirname, join, normpath

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.files import within
from skillrepo.rule import ERROR, Hit, Rule

_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|#|/|~|$|.*[{}<>$*]")


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Look up the target of each relative link."""
    if "](" not in skill.body and "]:" not in skill.body:
        return  # most bodies have no link, and parsing is most of what a check costs
    problem = cache(lambda target: _problem(target, skill, context))
    for link in skill.markdown.links:
        if message := problem(link.target):
            yield Hit(skill.file_line(link.line), link.column, message)


def _problem(target: str, skill: Document, context: Context) -> str | None:
    if _ELSEWHERE.match(target):
        return None
    folder = dirname(skill.path)
    place = normpath(join(folder, _unquoted(target.partition("#")[0].partition("?")[0])))
    if _outside(place, folder):
        return f"the link `{target}` leaves the skill's folder, so it breaks when installed"
    source = context.library.source
    kind = source.kind("" if place == "." else place)
    if kind == "link":
        place = normpath(join(dirname(place), source.link(place)))
        kind = "missing" if _outside(place, folder) else source.kind(place)
    if kind == "missing":
        return f"the link `{target}` leads to no file of the skill"
    return None


def _outside(place: str, folder: str) -> bool:
    # `%2F` becomes a slash: a link may turn out to be absolute.
    return place == ".." or place.startswith(("../", "/")) or not within(place, folder)


def _unquoted(target: str) -> str:
    if "%" not in target:
        return target
    from urllib.parse import unquote  # noqa: PLC0415 - 2 ms, and seldom needed

    return unquote(target)


RULE = Rule("L101", "links-resolve", {"house": ERROR}, __doc__, run=run)
