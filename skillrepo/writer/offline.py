"""A brief and sources → a skill that quotes the sources, without a model.

It invents nothing: every command, warning and table of its SKILL.md stands in a source, at the
lines that are named. The sources themselves become its references.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from skillrepo import document, placement, words
from skillrepo.draft import Choice, Draft, Request
from skillrepo.errors import SkillRepoError
from skillrepo.writer import brief as briefs
from skillrepo.writer import mentions as terms
from skillrepo.writer import reference, sources, template, topics
from skillrepo.writer.brief import Brief
from skillrepo.writer.clean import without_joiners
from skillrepo.writer.description import describe, use_when
from skillrepo.writer.links import settle
from skillrepo.writer.page import Page
from skillrepo.writer.router import FILE, INDEX, Composer, Matter
from skillrepo.writer.split import split

WRITER = "offline"
VERSION = "0.1.0"
_SCALES = (1.0, 0.75, 0.5, 0.3, 0.15, 0.0)
# Of the categories that a skill may belong into.
_NAMED = 4
_STRANGERS = "The brief and the sources share no word: check that these are the right documents."
# The rule whose findings can be repaired without a model.
_TOO_LONG = "body-length"


@dataclass(frozen=True, slots=True)
class _Room:
    """How long the body may get."""

    lines: int
    characters: int

    def holds(self, body: str) -> bool:
        return body.count("\n") < self.lines and len(body) <= self.characters


# The specification advises at most 500 lines and 5,000 tokens, of about four characters.
_ROOM = _Room(400, 16_000)


def write(request: Request) -> Draft:
    """A draft of the request, which depends on nothing but its arguments.

    With `previous` it is that draft again, unless `findings` say that its body is too long.
    Raises SkillRepoError where no name or no category follows from the brief, or the name that
    follows is taken.
    """
    previous = request.previous
    if previous is None:
        return _write(request, _ROOM)
    if not request.sources or all(finding.rule != _TOO_LONG for finding in request.findings):
        return previous
    body = previous.files[FILE].decode()
    room = _Room(body.count("\n") // 2, len(body) // 2)
    return _write(replace(request, name=previous.name, category=previous.category), room)


def _write(request: Request, room: _Room) -> Draft:
    brief = briefs.read(request.brief)
    found = sources.read(request.sources)
    name = request.name or _name(request, brief)
    category, notes = _category(request, brief, found)
    if brief.unused:
        notes.append(f"What this writer, which uses no model, did not heed: “{brief.unused}”")
    notes += _source_notes(request, found)
    if found and not _meet(brief, found):
        notes.append(_STRANGERS)
    heading = briefs.title(brief, name)
    if not brief.phrase:
        brief = replace(brief, phrase=heading, verb="")
    if found:
        description, files, missing = _route(brief, heading, category, found, room)
        notes += (f"No source supports the section “{title}”: left out." for title in missing)
    else:
        description = template.description(brief)
        files = {FILE: template.body(heading, _titles(category))}
        notes += template.NOTES
    fields = {
        "name": name,
        "description": description,
        "metadata": {"version": VERSION, "status": "draft"},
    }
    files[FILE] = document.render(fields, files[FILE])
    data = {path: f"{text.rstrip()}\n".encode() for path, text in files.items()}
    return Draft(category.id, name, data, WRITER, notes=tuple(notes))


def _titles(category: Choice) -> tuple[str, ...]:
    return tuple(each.title for each in category.required_sections)


def _route(
    brief: Brief, heading: str, category: Choice, found: Sequence[Page], room: _Room
) -> tuple[str, dict[str, str], tuple[str, ...]]:
    """The description, the texts of all files, and the sections that no source supports."""
    pieces = split(found)
    known = topics.known_words(found, brief.phrase)
    mentions = terms.mentions(found, brief.phrase)
    matter = Matter(
        query=f"{brief.phrase} {brief.covers}",
        heading=heading,
        when=use_when(brief, mentions, known),
        required=_titles(category),
        pages=found,
        pieces=pieces,
        known=known,
    )
    composer = Composer(matter)
    routers = (composer.compose(scale) for scale in _SCALES)
    router = next((r for r in routers if room.holds(r.body)), None) or composer.compose(0.0)
    index = [INDEX] if router.index else []
    paths = {FILE, *index, *(piece.path for piece in pieces)}
    files = {FILE: without_joiners(settle(router.body, FILE, paths))}
    files |= {p.path: reference.render(p, composer.links[p.page.path], paths) for p in pieces}
    if router.index:
        files[INDEX] = settle(router.index, INDEX, paths)
    said = topics.main_topics(pieces, brief.phrase, known)
    return describe(brief, said, mentions, known), files, router.missing


def _name(request: Request, brief: Brief) -> str:
    name = briefs.name(brief)
    if not name:
        message = "the brief has no words that a name can be made of; give one with --name NAME"
        raise SkillRepoError(message)
    if name in request.taken:
        message = (
            f"the name {name}, which follows from the brief, is taken; give another with "
            f"--name NAME, or revise the skill {name}"
        )
        raise SkillRepoError(message)
    return name


def _category(request: Request, brief: Brief, found: Sequence[Page]) -> tuple[Choice, list[str]]:
    """The category, and what is to be said of it where it was not given."""
    if request.category is not None:
        wanted = (choice for choice in request.choices if choice.id == request.category)
        choice = next(wanted, None)
        problem, notes = f"there is no category {request.category}", []
    else:
        said = f"{brief.phrase} {brief.covers} {request.name or ''}"
        texts = "\n".join(f"{page.title}\n{page.text}" for page in found)
        ranking = placement.rank(request.choices, said, texts)
        choice = next(iter(ranking.choices), None)
        problem = "no category matches the brief"
        notes = list(_placed(ranking)) if len(request.choices) > 1 else []
    if choice:
        return choice, notes
    known = "\n".join(f"  {choice.id}: {choice.title}" for choice in request.choices)
    message = f"{problem}; choose one with --at CATEGORY:\n{known or '  (there is none)'}"
    raise SkillRepoError(message)


def _placed(ranking: placement.Ranking) -> Iterator[str]:
    """How sure the category is."""
    named = [f"{choice.id} ({choice.title})" for choice in ranking.choices[:_NAMED]]
    sure = f"(confidence {ranking.confidence:.2f})"
    if ranking.confidence >= placement.SURE:
        yield f"Category {named[0]} is the nearest {sure}; --at CATEGORY chooses another."
    elif named:
        others = f" Next: {', '.join(named[1:])}." if named[1:] else ""
        yield (
            f"It is uncertain that the skill belongs into {named[0]} {sure}.{others} "
            "--at CATEGORY chooses another."
        )


def _meet(brief: Brief, found: Sequence[Page]) -> bool:
    """Whether the brief and the sources share a word that carries meaning; an empty one does."""
    wanted = set(words.terms(f"{brief.phrase} {brief.covers}"))
    return not wanted or any(
        not wanted.isdisjoint(words.terms(f"{page.path} {page.title} {page.text}"))
        for page in found
    )


def _source_notes(request: Request, found: Sequence[Page]) -> Iterator[str]:
    """What of the sources did not go into the draft."""
    if empty := len(request.sources) - len(found):
        yield f"{empty} of {len(request.sources)} sources hold no text: left out."
    for page in found:
        if page.hidden:
            yield f"{page.label}: invisible or control characters were removed ({page.hidden})."
        if page.comments:
            yield f"{page.label}: HTML comments were left out ({page.comments})."
