"""A request in the words of the prompt: sources, categories and findings, each clearly bounded."""

import re
from collections.abc import Iterable, Sequence

from skillrepo.draft import Choice, Neighbour, Request, Source
from skillrepo.finding import Finding
from skillrepo.program.answers import PlannedFile
from skillrepo.visible import visible

PLAN_CHARACTERS = 40_000
"""Of all sources together, for the plan; ≈ 10,000 tokens."""

WRITE_CHARACTERS = 200_000
"""Of all sources together, for the text; ≈ 50,000 tokens."""

_MAX_NAMES = 1_000
_MAX_HEADINGS = 60
_HEADING = re.compile(r"^#{1,6} [^\n]{1,200}", re.MULTILINE)


def plain(text: str) -> str:
    """`text` without what the chat form would read as the start of a field."""
    return text.replace("[[ ##", "[[ # #")


def sources(given: Sequence[Source], limit: int) -> tuple[str, tuple[str, ...]]:
    """All sources within `limit` characters of text, and a note on each that was cut."""
    share = _share([len(source.text) for source in given], limit)
    notes = tuple(
        f"Of the source {_one_line(source.path)} ({len(source.text):,} characters) the model was "
        f"given the first {share:,}."
        for source in given
        if len(source.text) > share
    )
    parts = (_source(number, source, share) for number, source in enumerate(given, start=1))
    return "\n".join(parts) or "(there are none)", notes


def categories(choices: Iterable[Choice]) -> str:
    """A line for each category."""
    return "\n".join(
        f"{choice.id}: {choice.title}. {choice.description} Required sections: "
        f"{'; '.join(choice.required_sections) or 'none'}."
        for choice in choices
    )


def skills(near: Iterable[Neighbour]) -> str:
    """A line for each skill that comes near."""
    return (
        "\n".join(f"{each.address}: {plain(_one_line(each.description))}" for each in near)
        or "(there are none)"
    )


def files(planned: Iterable[PlannedFile]) -> str:
    """A line for each file that was planned."""
    lines = (f"{plain(_one_line(each.path))}: {plain(_one_line(each.purpose))}" for each in planned)
    return "\n".join(lines) or "(none)"


def taken_names(request: Request) -> str:
    """The names in use, of very many the first."""
    return ", ".join(sorted(request.taken)[:_MAX_NAMES]) or "(none)"


def required_sections(choices: Iterable[Choice], category: str) -> str:
    """The sections that a category asks for."""
    titles = [t for choice in choices if choice.id == category for t in choice.required_sections]
    return "\n".join(titles) or "(none)"


def findings(found: Iterable[Finding]) -> str:
    """A line for each finding."""
    return "\n".join(
        f"line {finding.line}: {finding.severity} {finding.code} {finding.rule}: "
        f"{plain(_one_line(finding.message))}"
        for finding in found
    )


def _share(lengths: Sequence[int], limit: int) -> int:
    """The most characters that each may have so that all together have at most `limit`."""
    waiting = len(lengths)
    for length in sorted(lengths):
        if length * waiting > limit:
            return limit // waiting
        limit -= length
        waiting -= 1
    return max(lengths, default=0)


def _source(number: int, source: Source, share: int) -> str:
    # No text can hold its own digest, so none can pretend to end before its end.
    mark = f"source {number} {source.sha256[:16]}"
    text = source.text[:share]
    if len(source.text) > share:
        rest = _HEADING.findall(source.text, share)[:_MAX_HEADINGS]
        text += "\n[cut here; headings of the rest:]\n" + "\n".join(rest)
    path = plain(_one_line(source.path))
    return f"=== begin {mark}: {path} ===\n{plain(text)}\n=== end {mark} ==="


def _one_line(text: str) -> str:
    return visible(text).replace("\n", " ")
