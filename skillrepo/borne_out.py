"""Names → those that something beside the body bears out, which no text below SKILL.md can change.

The name stands as it is in another file of the skill, is one of them, or stands in the description
in the form of code. To share a word with the description is not enough: `pdf-merge-a` shares two.
Nor is a bare word that stands in another file, but where it is marked as code and never stands in
plain text.
"""

import re
from collections.abc import Iterable

from skillrepo.bundle import Bundle
from skillrepo.document import Document
from skillrepo.trigger_queries import is_eval_file

_DIGITS = re.compile(r"[0-9]+")
_MOST = 1_000_000
"""Characters of the other files that are looked at."""
_MOST_TIMES = 100
"""Longer words that hold a name; where there are more, it stands nowhere by itself."""
_LONGEST_HEADER = 2_048
_TOKEN = re.compile(r"[\w.+#/-]*\w")
_CODE_LIKE = re.compile(r"\w[._]\w|[a-z][A-Z]")
_MARKED = re.compile(r"```(?s:.*?)```|`[^`\n]*`")


def normal(text: str) -> str:
    """A text as keys are written: in small letters, with every number as 0."""
    return _DIGITS.sub("0", text.casefold())


def borne_out(keys: Iterable[str], document: Document, bundle: Bundle) -> frozenset[str]:
    """The keys that are borne out."""
    header = document.frontmatter
    own = normal(str(header.get("name")))
    said = str(header.get("description"))[:_LONGEST_HEADER]
    told = {normal(word) for word in _TOKEN.findall(said) if _CODE_LIKE.search(word)}
    beside = _Beside(bundle)
    return frozenset(key for key in keys if key != own and (key in told or beside.has(key)))


class _Beside:
    """The other files of a skill, without its evals: these are requests."""

    def __init__(self, bundle: Bundle) -> None:
        self._names = frozenset(map(normal, bundle.names))
        self._files = {name.rpartition("/")[2] for name in self._names}
        pages = [page for page in bundle.pages() if not is_eval_file(page.name)]
        prose = normal("\n".join(page.text for page in pages if page.is_markdown)[:_MOST])
        code = normal("\n".join(page.text for page in pages if not page.is_markdown)[:_MOST])
        self._text = f"{prose}\n{code}"
        self._marked = {each.strip("`") for each in _MARKED.findall(prose)}
        self._plain = _MARKED.sub(" ", prose)

    def has(self, key: str) -> bool:
        if key in self._names or key.removeprefix("./").rstrip("/") in self._names:
            return True
        if key in self._files:
            return True
        if key.isalpha():
            return key in self._marked and not stands(key, self._plain)
        return stands(key, self._text)


def stands(key: str, text: str) -> bool:
    """Whether a key stands in a text by itself, and not as a part of a longer word."""
    at = text.find(key)
    for _ in range(_MOST_TIMES):
        around = text[max(0, at - 1) : at] + text[at + len(key) : at + len(key) + 1]
        if at < 0 or not any(map(str.isalnum, around)):
            break
        at = text.find(key, at + 1)
    else:
        return False
    return at >= 0
