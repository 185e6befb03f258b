"""A request in the words of the prompt: sources, categories and findings, each clearly bounded."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from skillrepo import placement
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

CATEGORY_CHARACTERS = 16_000
"""Of the lines of all categories together, ≈ 4,000 tokens; of ids alone half as many more."""

_WITH_SKILLS = 12
_NEAR_EACH = 3
_SHORT = 160
_MAX_NAMES = 1_000
_MAX_HEADINGS = 60
_MOST_STRETCHES = 8
_MOST_CUT = 5
_MOST_SECRETS = 10
_HEADING = re.compile(r"^#{1,6} [^\n]{1,200}", re.MULTILINE)


def plain(text: str) -> str:
    """`text` without what the chat form would read as the start of a field."""
    return text.replace("[[ ##", "[[ # #")


def sources(
    given: Sequence[Source], limit: int, query: str, use: str
) -> tuple[str, tuple[str, ...]]:
    """All sources, or of each what answers `query` best, and a note on each that was cut.

    The notes say that it was for `use`; of many that were cut there is one note: the commit is to
    be read by people. All together have at most `limit` characters of text. No key is among them.
    """
    clean = [replace(source, text=masked(source.text)) for source in given]
    chosen: Mapping[int, list[Passage]] = {}
    if sum(len(source.text) for source in clean) > limit:
        fitting = Passages(clean).fitting(query, limit)
        chosen = {n: [each for each in fitting if each.source == n] for n in range(len(clean))}
    parts = [_source(n, source, chosen.get(n), use) for n, source in enumerate(clean)]
    notes = tuple(note for _, note in parts if note)
    if len(notes) > _MOST_CUT:
        total = sum(len(source.text) for source in clean)
        sent = sum(each.end - each.start for found in chosen.values() for each in found)
        told = (
            f"Of {len(notes):,} of the {len(clean):,} sources the model was given a part for "
            f"{use}: of all together {sent:,} of {total:,} characters, the passages that come "
            "nearest to the brief."
        )
        notes = (told,)
    return "\n".join(text for text, _ in parts) or "(there are none)", notes


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


def categories(choices: Sequence[Choice], request: Request) -> str:
    """The categories, those first that come nearest to the brief and the sources.

    Each has a line, and of the first ones the skills in it that come nearest to the brief stand
    below it. Where there is no more room for a line, the ids alone follow.
    """
    sources = "\n".join(source.text for source in request.sources)
    first = placement.rank(choices, request.brief, sources).choices
    known = {choice.id for choice in first}
    ordered = [*first, *(choice for choice in choices if choice.id not in known)]
    near = placement.nearest(ordered[:_WITH_SKILLS], request.brief, _NEAR_EACH)
    lines: list[str] = []
    room = CATEGORY_CHARACTERS
    for at, choice in enumerate(ordered):
        line = _category(choice, near.get(choice.id, ()))
        if len(line) > room:
            lines.append(_ids(ordered[at:], CATEGORY_CHARACTERS // 2))
            break
        lines.append(line)
        room -= len(line) + 1
    return "\n".join(lines)


def _category(choice: Choice, near: Iterable[Neighbour]) -> str:
    needed = "; ".join(each.title for each in choice.required_sections) or "none"
    about = _one_line(f"{choice.title}. {choice.description}")
    line = f"{choice.id}: {about} Required sections: {needed}."
    return "\n".join((line, *(f"  - {_shortened(skill)}" for skill in near)))


def _shortened(skill: Neighbour) -> str:
    text = f"{skill.address.rpartition('/')[2]}: {_one_line(skill.description)}"
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"


def _ids(choices: Sequence[Choice], room: int) -> str:
    """The ids of categories as far as there is room, and how many are left out."""
    shown: list[str] = []
    for choice in choices:
        room -= len(choice.id) + 2
        if room < 0:
            break
        shown.append(choice.id)
    left = len(choices) - len(shown)
    return ", ".join((*shown, *([f"and {left:,} more that are not shown"] if left else ())))


def skills(near: Iterable[Neighbour]) -> str:
    """A line for each skill that comes near."""
    return (
        "\n".join(f"{each.address}: {_one_line(each.description)}" for each in near)
        or "(there are none)"
    )


def files(planned: Iterable[PlannedFile]) -> str:
    """A line for each file that was planned."""
    lines = (f"{_one_line(each.path)}: {_one_line(each.purpose)}" for each in planned)
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
        f"{finding.code} {finding.rule}: {_one_line(finding.message)}"
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
    parts = (f"=== begin {path} ===\n{text}\n=== end {path} ===" for path, text in given.items())
    return "\n".join(parts) or "(none)"


def _inside(path: str, draft: Draft) -> str:
    """The path of a draft's file in its folder."""
    inside = [each for each in draft.files if path.endswith(f"/{each}")]
    return max(inside, key=len, default=SKILL_FILE)


def _source(number: int, source: Source, chosen: list[Passage] | None, use: str) -> tuple[str, str]:
    """A source between its marks, and a note if not all of it was chosen."""
    # No text can hold its own digest, so none can pretend to end before its end.
    mark = f"source {number + 1} {source.sha256[:16]}"
    text, note = source.text, ""
    given = sum(each.end - each.start for each in chosen or ())
    if chosen is not None and given < len(text):
        text = "".join(_pieces(source.text, chosen))
        note = (
            f"Of the source {_one_line(source.path)} ({len(source.text):,} characters) the model "
            f"was given {given:,} for {use}, the passages that come nearest to the brief: lines "
            f"{_lines(chosen)}."
        )
    path = _one_line(source.path)
    return f"=== begin {mark}: {path} ===\n{text}\n=== end {mark} ===", note


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
