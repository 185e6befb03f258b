"""The body of a pull request: marked blocks, which an update replaces and nothing around them.

What comes from a skill, a brief, a source or a commit stands in code blocks: there nothing is
a mention, a link, an image, HTML, a closing keyword or a quick action of GitLab.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from skillrepo.closing_words import without_closing
from skillrepo.secret_text import masked
from skillrepo.visible import visible

NOT_MEASURED = "not measured"
_HEADINGS = {
    "why": "Why",
    "changed": "What changed",
    "gate": "Gate",
    "provenance": "Provenance",
    "cost": "Cost",
    "try": "Try it",
    "created": "",
}
# GitHub takes 65,536 characters, of which some are to be left for people.
_MOST_CHARACTERS = 10_000
_TITLE = re.compile(r"<!-- skillrepo:title ([0-9a-f]{16}) -->")
_MARKER = re.compile(r"<!--(?=\s*/?skillrepo:)")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a reviewer needs, as lines of plain text; None is what was not measured.

    `changed` is a semantic diff, or for a new skill what it adds; `provenance` are trailers
    (key, value); `attempt` are commands to try the branch with.
    """

    why: Sequence[str]
    changed: Sequence[str] | None = None
    gate: Sequence[str] | None = None
    provenance: Sequence[tuple[str, str]] = ()
    unsupported_claims: Sequence[str] | None = None
    cost: Sequence[str] | None = None
    attempt: Sequence[str] = ()


def render(title: str, evidence: Evidence) -> str:
    """The whole body of a new pull request; `title` is remembered in it, see `keeps_title`."""
    claims = evidence.unsupported_claims
    provenance = [f"{key}: {value}" for key, value in evidence.provenance] or ["by hand"]
    provenance.append(f"Unsupported claims: {NOT_MEASURED if claims is None else len(claims)}")
    provenance += [f"- {claim}" for claim in claims or ()]
    texts = {
        "why": _fenced(evidence.why),
        "changed": _fenced(evidence.changed),
        "gate": _fenced(evidence.gate),
        "provenance": _fenced(provenance),
        "cost": _fenced(evidence.cost),
        "try": _fenced(evidence.attempt, "sh"),
        "created": f"Created with skillrepo\n<!-- skillrepo:title {_digest(title)} -->",
    }
    return "\n\n".join(_block(name, text) for name, text in texts.items() if text) + "\n"


def updated(old: str, new: str) -> str:
    """The body `old`, which people may have edited, with our blocks as they are in `new`."""
    # GitHub's editor ends lines with CR LF.
    text = old.replace("\r\n", "\n")
    end_of_last = None
    for name in _HEADINGS:
        wanted, there = _find(new, name), _find(text, name)
        block = new[slice(*wanted)] if wanted else ""
        if there:
            start, end = there
        elif end_of_last is not None:
            start = end = end_of_last
            block = block and f"\n\n{block}"
        else:
            start = end = min(
                (found[0] for each in _HEADINGS if (found := _find(text, each))), default=len(text)
            )
            block = block and (f"{block}\n\n" if start < len(text) else f"\n\n{block}\n")
        text = text[:start] + block + text[end:]
        if found := _find(text, name):
            end_of_last = found[1]
    return text if old.strip() else text.lstrip("\n")


def keeps_title(body: str, title: str) -> bool:
    """Whether somebody gave the pull request, whose body this is, another title than we did."""
    found = _TITLE.search(body)
    return found is None or found[1] != _digest(title)


def _block(name: str, text: str) -> str:
    heading = f"## {_HEADINGS[name]}\n\n" if _HEADINGS[name] else ""
    return f"<!-- skillrepo:{name} -->\n{heading}{text}\n<!-- /skillrepo:{name} -->"


def _find(body: str, name: str) -> tuple[int, int] | None:
    opening, closing = f"<!-- skillrepo:{name} -->", f"<!-- /skillrepo:{name} -->"
    passed = 0
    while (end := body.find(closing, passed)) >= 0:
        # An opening without an end may stand before ours.
        start = body.rfind(opening, passed, end)
        passed = end + len(closing)
        if start >= 0:
            return start, passed
    return None


def _fenced(lines: Iterable[str] | None, language: str = "text") -> str:
    if lines is None:
        return NOT_MEASURED
    # GitLab closes issues by what stands in code blocks, too.
    text = without_closing(masked(visible("\n".join(lines))).strip("\n"))
    if len(text) > _MOST_CHARACTERS:
        text = f"{text[:_MOST_CHARACTERS]}\n… the rest is left out here"
    # A block must not end where the text says so.
    text = _MARKER.sub("<! --", text)
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", text)), 0)
    return f"{fence}{language}\n{text}\n{fence}" if text else ""


def _digest(title: str) -> str:
    return hashlib.sha256(title.encode(errors="replace")).hexdigest()[:16]
