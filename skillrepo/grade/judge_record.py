"""What a model said of a skill, kept as git notes on its tree, and read back.

A note has one line for what the ballots of a review were shown, beside those of the static grade:
JSON as `schemas/judge-note.schema.json` says. Ballots are kept and answers made of them anew, each
quote looked up in the text again. Notes are no security boundary: a line that is damaged, or whose
ballots do not make its answers, counts for nothing.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from skillrepo import __version__, resource, schema
from skillrepo.git import Repository
from skillrepo.git_notes import add_to_notes, read_notes
from skillrepo.grade.opinion import are_sound
from skillrepo.grade.record import REF
from skillrepo.judge.panel import Cast, most
from skillrepo.judge.review import Answer, Ballot, Review, Vote
from skillrepo.secret_text import masked

KIND = "judge"
VERSION = 1
_MESSAGE = "chore: what a model says of skills"
_MOST_LINES = 200
_LONGEST = 600_000
"""Bytes of a line: five ballots whose quotes are as long as any, of emoji, have 585,317."""
_CASTING = ("ask", "ballot", "envelope", "pages", "parts", "quotes", "reply", "sections")


class Key(NamedTuple):
    """What ballots depend on beside what was shown: hashes (sha256, hex), and the model's id."""

    code: str
    model: str
    rubric: str
    prompt: str


class Kept(NamedTuple):
    """The ballots for what was `shown`, and what was wrong with the control skills beside them."""

    shown: str
    casts: tuple[Cast, ...]
    controls: tuple[str, ...]

    @property
    def is_good(self) -> bool:
        """Whether nobody need ask again."""
        return not self.controls and not any(problem for _, problem in self.casts)


def code_hash() -> str:
    """The sha256 (hex) of the code that makes ballots of replies: another one asks anew.

    What counts them is not of it, for they are counted each time.
    """
    digest = sha256()
    known = dict(resource.modules("judge"))
    for name in _CASTING:
        content = known[f"judge/{name}.py"]
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def kept(review: Review, controls: tuple[str, ...]) -> Kept:
    """What there is to keep of a review."""
    casts = tuple((ballot, _problem(ballot, review)) for ballot in review.ballots)
    return Kept(review.shown, casts, controls)


def _problem(ballot: Ballot, review: Review) -> str:
    """Why a ballot is of no use: then each of its votes says so."""
    whys = {vote.why for vote in ballot.votes.values() if vote.answer is None}
    all_none = all(vote.answer is None for vote in ballot.votes.values())
    return next((why for why in review.problems if all_none and whys == {why}), "")


def line(key: Key, what: Kept) -> str:
    """The line of a note that says this."""
    value = {
        "version": VERSION,
        "kind": KIND,
        "tool": __version__,
        **key._asdict(),
        "shown": what.shown,
        "ballots": [_ballot(ballot, problem) for ballot, problem in what.casts],
        "answers": _answers(what.casts),
        "controls": list(map(masked, what.controls)),
    }
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _ballot(ballot: Ballot, problem: str) -> dict[str, Any]:
    votes = {
        name: vote._replace(quote=masked(vote.quote), why=masked(vote.why))._asdict()
        for name, vote in ballot.votes.items()
    }
    return {**ballot._asdict(), "votes": votes, "problem": masked(problem)}


def _answers(casts: Collection[Cast]) -> dict[str, Answer | None]:
    """What most of the ballots say of each item that all vote on."""
    ballots = [ballot for ballot, _ in casts]
    found = {name: most(name, ballots) for name in ballots[0].votes} if ballots else {}
    return {
        name: answer if 2 * agreed > len(ballots) else None
        for name, (answer, agreed) in found.items()
    }


def kept_of(note: bytes, key: Key) -> Iterator[Kept]:
    """What the lines of a note say under this key."""
    for text in note.splitlines()[:_MOST_LINES]:
        # A note holds the lines of all versions: most are told by their text.
        if key.code.encode() not in text or key.prompt.encode() not in text or len(text) > _LONGEST:
            continue
        try:
            what = _read(json.loads(text, parse_constant=_no_number), key)
        except (ValueError, RecursionError):
            continue
        if what:
            yield what


def _no_number(name: str) -> float:
    raise ValueError(name)


def _rank(what: Kept) -> tuple[bool, int]:
    return what.is_good, len(what.casts)


def _read(value: Any, key: Key) -> Kept | None:
    if schema.violations("judge-note", value):
        return None
    if any(value[name] != wanted for name, wanted in key._asdict().items()):
        return None
    casts = tuple(map(_cast, value["ballots"]))
    votes = [ballot.votes.keys() for ballot, _ in casts]
    seeds = {ballot.seed for ballot, _ in casts}
    sound = casts and all(each == votes[0] for each in votes) and len(seeds) == len(casts)
    if not sound or not all(map(_is_sound, casts)) or _answers(casts) != value["answers"]:
        return None
    return Kept(value["shown"], casts, tuple(value["controls"]))


def _cast(value: Mapping[str, Any]) -> Cast:
    votes = {
        name: Vote(vote["answer"], vote["quote"], vote["why"])
        for name, vote in value["votes"].items()
    }
    told = {name: value[name] for name in Ballot._fields if name != "votes"}
    return Ballot(votes=votes, **told), value["problem"]


def _is_sound(cast: Cast) -> bool:
    ballot, problem = cast
    counts = (ballot.seed, ballot.input_tokens, ballot.output_tokens)
    answered = any(vote.answer is not None for vote in ballot.votes.values())
    return are_sound(counts, ballot.cost) and not (problem and answered)


def recall(repository: Repository, trees: Collection[str], key: Key) -> Mapping[str, Kept]:
    """What the notes on these trees say under this key, by what was shown.

    Of several lines for the same that is one that is good, then one with more ballots, then the
    first.
    """
    notes = read_notes(repository, REF, trees) if trees else {}
    found: dict[str, Kept] = {}
    for what in (what for tree in sorted(notes) for what in kept_of(notes[tree], key)):
        if what.shown not in found or _rank(what) > _rank(found[what.shown]):
            found[what.shown] = what
    return found


def keep(repository: Repository, new: Mapping[str, Collection[Kept]], key: Key) -> int:
    """Add what was said of trees to their notes; give how many notes are new or longer."""
    lines = {tree: [line(key, each) for each in found] for tree, found in new.items()}
    return add_to_notes(repository, REF, lines, _MESSAGE)
