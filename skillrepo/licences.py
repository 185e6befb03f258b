"""Which licence a text is, or a `license` field names: by SPDX id (https://spdx.org/licenses)."""

import re
from functools import cache

PROPRIETARY = "proprietary"
"""What no SPDX id stands for: all rights are reserved."""

_LOOKED_AT = 4_000
"""Characters of a licence's text; its title stands at the top."""
# Words of a title, or of a first sentence, in small letters with single spaces → id.
_TITLES = (
    ("gnu affero general public license", "AGPL-3.0"),
    ("gnu lesser general public license", "LGPL"),
    ("gnu library general public license", "LGPL"),
    ("gnu general public license version 2", "GPL-2.0"),
    ("gnu general public license version 3", "GPL-3.0"),
    ("mozilla public license version 2.0", "MPL-2.0"),
    ("mozilla public license, version 2.0", "MPL-2.0"),
    ("apache license version 2.0", "Apache-2.0"),
    ("apache license, version 2.0", "Apache-2.0"),
    ("permission is hereby granted, free of charge", "MIT"),
    ("mit license", "MIT"),
    ("attribution-noncommercial-sharealike 4.0", "CC-BY-NC-SA-4.0"),
    ("attribution-noncommercial-noderivatives 4.0", "CC-BY-NC-ND-4.0"),
    ("attribution-noncommercial 4.0", "CC-BY-NC-4.0"),
    ("attribution-noderivatives 4.0", "CC-BY-ND-4.0"),
    ("attribution-sharealike 4.0", "CC-BY-SA-4.0"),
    ("attribution 4.0", "CC-BY-4.0"),
    ("cc0 1.0", "CC0-1.0"),
    ("free and unencumbered software", "Unlicense"),
    ("permission to use, copy, modify, and/or distribute", "ISC"),
)
_BSD = "redistribution and use in source and binary forms"
_NO_RIGHTS = ("all rights reserved", "proprietary")


def of_text(text: str) -> frozenset[str]:
    """The licences whose titles stand at the top of a licence's text; empty if none is known."""
    top = " ".join(text[:_LOOKED_AT].casefold().replace("licence", "license").split())
    at = {licence: top.find(words) for words, licence in _TITLES if words in top}
    # A licence of GNU names the others: the first is its title.
    gnu = sorted((place, licence) for licence, place in at.items() if "GPL" in licence)
    found = set(at).difference(licence for _, licence in gnu[1:])
    if _BSD in top:
        found.add("BSD-3-Clause" if "neither the name" in top else "BSD-2-Clause")
    if not found and any(words in top for words in _NO_RIGHTS):
        found.add(PROPRIETARY)
    return frozenset(found)


@cache
def _names() -> dict[str, str]:
    """Ways to write a licence, in small letters and without separators → id."""
    ids = ["MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "GPL-2.0", "GPL-3.0", "AGPL-3.0"]
    ids += ["MPL-2.0", "CC0-1.0", "Unlicense", "ISC", *dict(_TITLES).values()]
    found = {_squeezed(each): each for each in ids}
    for version in ("2.0", "2.1", "3.0"):
        found[_squeezed(f"LGPL-{version}")] = "LGPL"
    words = {"apache2": "Apache-2.0", "gplv2": "GPL-2.0", "gplv3": "GPL-3.0", "agplv3": "AGPL-3.0"}
    none = dict.fromkeys(("proprietary", "allrightsreserved", "unlicensed"), PROPRIETARY)
    return found | words | none


def of_field(text: str) -> frozenset[str]:
    """The licences that a `license` field names, as SPDX expression or in words."""
    found: set[str] = set()
    # `Apache License, Version 2.0` is one name, though commas part several.
    whole = re.sub(r"(?i),? version ", " ", text[:_LOOKED_AT])
    for part in re.split(r"\b(?:AND|OR|WITH|and|or)\b|[()/,;]|\.\s", whole):
        squeezed = _squeezed(part).removeprefix("the")
        for end in ("only", "orlater"):
            squeezed = squeezed.removesuffix(end)
        if licence := _names().get(squeezed):
            found.add(licence)
    return frozenset(found)


def _squeezed(words: str) -> str:
    return re.sub(r"licen[cs]e|[^a-z0-9]", "", words.casefold())


def is_file_name(name: str) -> bool:
    """Whether a file is called as the text of a licence is."""
    stem, _, _ = name.casefold().replace("-", ".").partition(".")
    return stem in ("license", "licence", "copying") and "/" not in name


def shown(licences: frozenset[str]) -> str:
    """The licences in prose."""
    return " and ".join(sorted(licences))
