"""The licence that a skill names is the one whose text it bundles.

What it checks: where `license` names a licence and the skill holds a file with the text of one
(`LICENSE`, `LICENSE.txt`, `COPYING`), the two agree. Licences are told by their titles; a text
that only reserves all rights is proprietary. Where `license` says that the terms are in a file,
the file is there.

Why it matters: a skill is copied alone, and whoever copies it goes by the field or by the file.
Where they contradict each other, one of the two is misled about what is allowed.

How to fix it: name the licence of the file, or bundle the text of the one that is named.

Example: `license: MIT` beside a `LICENSE.txt` with the words "All rights reserved".

Source: https://agentskills.io/specification ("license name or reference to a bundled license
file") and house.
"""

import re
from collections.abc import Iterator
from functools import cache

from skillrepo import licences
from skillrepo.bundle import Bundle
from skillrepo.context import Context
from skillrepo.document import Document, text_of
from skillrepo.rule import WARNING, Hit, Rule

_LOOKED_AT = 500


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Compare the field with the files."""
    field = skill.frontmatter.get("license")
    if not isinstance(field, str) or not field.strip():
        return
    bundle = context.bundle(skill)
    named = licences.of_field(field)
    for name, found in _texts(bundle) if named else ():
        if found and not found & named:
            message = (
                f"`license` names {licences.shown(named)}, but `{name}` is the text of "
                f"{licences.shown(found)}; make them agree"
            )
            yield Hit(*skill.place("license"), message)
    for name in _named_files(field):
        if bundle.kind(name) == "missing":
            message = f"`license` refers to `{name}`, which the skill does not have; add the file"
            yield Hit(*skill.place("license"), message)


def _texts(bundle: Bundle) -> Iterator[tuple[str, frozenset[str]]]:
    """The name of each licence's file, and which licences it holds."""
    for item in bundle.items:
        if licences.is_file_name(item.name):
            text = text_of(bundle.data(item) or b"")
            yield item.name, licences.of_text(text or "")


@cache
def _file_name() -> re.Pattern[str]:
    return re.compile(r"\b(?:LICEN[CS]E|COPYING|NOTICE)(?:\.(?:txt|md|rst)\b)?(?![\w./-])")


def _named_files(field: str) -> list[str]:
    """The files that a field refers to: with an ending, or behind a word that says so."""
    text = field[:_LOOKED_AT]
    if not any(word in text for word in ("LICEN", "COPYING", "NOTICE")):
        return []
    found = []
    for match in _file_name().finditer(text):
        before = text[: match.start()].rstrip("`'\" ").casefold()
        if "." in match[0] or before.endswith((" in", "see", "file")):
            found.append(match[0])
    return list(dict.fromkeys(found))


RULE = Rule("M110", "licence-consistent", {"house": WARNING}, __doc__, run=run)
