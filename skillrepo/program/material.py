"""A request in the words of the prompt: sources, categories and findings, each clearly bounded."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from skillrepo.draft import Choice, Draft, Neighbour, Request, Source
from skillrepo.files import SKILL_FILE
from skillrepo.finding import Finding
from skillrepo.passages import Passage, Passages
from skillrepo.program.answers import PlannedFile
from skillrepo.secret_text import masked, secrets_in
from skillrepo.settings import Section
from skillrepo.visible import visible

PLAN_CHARACTERS = 40_000
"""Of all sources together, for the plan; ≈ 10,000 tokens."""

WRITE_CHARACTERS = 200_000
"""Of all sources together, for the text; ≈ 50,000 tokens."""

_MAX_NAMES = 1_000
_MAX_HEADINGS = 60
_MOST_STRETCHES = 8
_MOST_SECRETS = 10
_HEADING = re.compile(r"^#{1,6} [^\n]{1,200}", re.MULTILINE)


def plain(text: str) -> str:
    """`text` without what the chat form would read as the start of a field."""
    return text.replace("[[ ##", "[[ # #")


def sources(given: Sequence[Source], limit: int, query: str) -> tuple[str, tuple[str, ...]]:
    """All sources, or of each what answers `query` best, and a note on each that was cut.

    All together have at most `limit` characters of text. No key is among them.
    """
    clean = [replace(source, text=masked(source.text)) for source in given]
    chosen: Mapping[int, list[Passage]] = {}
    if sum(len(source.text) for source in clean) > limit:
        fitting = Passages(clean).fitting(query, limit)
        chosen = {n: [each for each in fitting if each.source == n] for n in range(len(clean))}
    parts = [_source(n, source, chosen.get(n)) for n, source in enumerate(clean)]
    return "\n".join(text for text, _ in parts) or "(there are none)", tuple(
        note for _, note in parts if note
    )


def masked_notes(request: Request) -> Iterator[str]:
    """Where in what is sent a key was hidden; what is told of it is its kind."""
    texts = [("the brief", request.brief)]
    texts += [(f"the source {_one_line(source.path)}", source.text) for source in request.sources]
    for name, text in texts:
        found = list(secrets_in(text)) if masked(text) != text else []
        for secret in found[:_MOST_SECRETS]:
            line = text.count("\n", 0, secret.start) + 1
            yield f"Hidden from the model: {secret.kind}, in {name}, line {line:,}."
        if (more := len(found) - _MOST_SECRETS) > 0:
            yield f"Hidden from the model: {more:,} more keys in {name}."


def categories(choices: Iterable[Choice]) -> str:
    """A line for each category."""
    return "\n".join(
        f"{choice.id}: {choice.title}. {choice.description} Required sections: "
        f"{'; '.join(each.title for each in choice.required_sections) or 'none'}."
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
    """The names in use, of very many the first; none where the name is given."""
    return (
        "(of no concern)"
        if request.name
        else ", ".join(sorted(request.taken)[:_MAX_NAMES]) or "(none)"
    )


def required_sections(choices: Iterable[Choice], category: str) -> str:
    """A line for each section that a category asks for."""
    chosen = [choice for choice in choices if choice.id == category and choice.required_sections]
    order = ["(in this order)" for choice in chosen if choice.ordered]
    sections = [_section(each) for choice in chosen for each in choice.required_sections]
    return "\n".join((*order, *sections)) or "(none)"


def _section(asked: Section) -> str:
    others = f" (or: {'; '.join(asked.aliases)})" if asked.aliases else ""
    spared = " - not needed, since the description says it" if asked.or_description else ""
    return f"{asked.title}{others}{spared}"


def findings(found: Iterable[Finding], draft: Draft) -> str:
    """A line for each finding in a draft, with the file where that is not SKILL.md."""
    return "\n".join(
        f"{'' if path == SKILL_FILE else f'{path}, '}line {finding.line}: {finding.severity} "
        f"{finding.code} {finding.rule}: {plain(_one_line(finding.message))}"
        for finding in found
        for path in [_inside(finding.path, draft)]
    )


def found_in(found: Iterable[Finding], draft: Draft) -> dict[str, str]:
    """The files beside SKILL.md that findings are about: path → text."""
    paths = dict.fromkeys(_inside(finding.path, draft) for finding in found)
    return {
        path: draft.files[path].decode(errors="replace")
        for path in paths
        if path in draft.files and path != SKILL_FILE
    }


def texts(given: Mapping[str, str]) -> str:
    """Files with their text, each between lines with its path."""
    parts = (
        f"=== begin {path} ===\n{plain(text)}\n=== end {path} ===" for path, text in given.items()
    )
    return "\n".join(parts) or "(none)"


def _inside(path: str, draft: Draft) -> str:
    """The path of a draft's file in its folder."""
    inside = [each for each in draft.files if path.endswith(f"/{each}")]
    return max(inside, key=len, default=SKILL_FILE)


def _source(number: int, source: Source, chosen: list[Passage] | None) -> tuple[str, str]:
    """A source between its marks, and a note if not all of it was chosen."""
    # No text can hold its own digest, so none can pretend to end before its end.
    mark = f"source {number + 1} {source.sha256[:16]}"
    text, note = source.text, ""
    given = sum(each.end - each.start for each in chosen or ())
    if chosen is not None and given < len(text):
        text = "".join(_pieces(source.text, chosen))
        note = (
            f"Of the source {_one_line(source.path)} ({len(source.text):,} characters) the model "
            f"was given {given:,}, the passages that come nearest to the brief: lines "
            f"{_lines(chosen)}."
        )
    path = plain(_one_line(source.path))
    return f"=== begin {mark}: {path} ===\n{plain(text)}\n=== end {mark} ===", note


def _pieces(text: str, chosen: Sequence[Passage]) -> Iterator[str]:
    """The passages, each stretch of them behind its lines, and headings of what lies between."""
    headings = 0
    end = 0
    for first, last, start, stop in _stretches(chosen):
        for heading in _HEADING.findall(text, end, start)[: _MAX_HEADINGS - headings]:
            headings += 1
            yield f"[left out: {heading}]\n"
        yield f"[lines {first}-{last}]\n{text[start:stop]}"
        yield "" if text[:stop].endswith("\n") else "\n"
        end = stop
    for heading in _HEADING.findall(text, end)[: _MAX_HEADINGS - headings]:
        yield f"[left out: {heading}]\n"


def _stretches(chosen: Sequence[Passage]) -> list[tuple[int, int, int, int]]:
    """First line, last line, start and end of passages that follow each other, as one."""
    found: list[tuple[int, int, int, int]] = []
    for each in chosen:
        if found and found[-1][3] == each.start:
            found[-1] = (found[-1][0], each.last, found[-1][2], each.end)
        else:
            found.append((each.first, each.last, each.start, each.end))
    return found


def _lines(chosen: Sequence[Passage]) -> str:
    found = [f"{first:,}-{last:,}" for first, last, *_ in _stretches(chosen)]
    more = len(found) - _MOST_STRETCHES
    rest = [f"and {more:,} more"] if more > 0 else []
    return ", ".join((*found[:_MOST_STRETCHES], *rest)) or "none"


def _one_line(text: str) -> str:
    return visible(text).replace("\n", " ")
