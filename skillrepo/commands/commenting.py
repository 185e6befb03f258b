"""Tells of grades, and of what a model says, on the pull request: the second stage of a job.

It runs with a right to write, on what a stranger wrote. So it checks nothing out, runs nothing of
it, and reads the pull request as objects of git; what the first stage reported is only shown where
that fails, and marked.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from posixpath import dirname
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from skillrepo.ci import labels, suggest
from skillrepo.ci.artifact import read_report
from skillrepo.ci.as_job import as_job
from skillrepo.ci.comment import (
    DIFFERS,
    MARKER,
    UNVERIFIED,
    is_about_something,
    is_judged,
    judged_mark,
    text_of,
)
from skillrepo.ci.compare import is_same
from skillrepo.ci.finished import Finished
from skillrepo.commands.grading import graded
from skillrepo.commands.place import Place
from skillrepo.commands.printing import say_error
from skillrepo.commands.sides import Sides
from skillrepo.config import Config
from skillrepo.errors import SkillRepoError
from skillrepo.forge.access import access_to
from skillrepo.forge.pull_request import Suggestion
from skillrepo.git_fetch import fetch_objects
from skillrepo.git_lines import added_lines
from skillrepo.git_process import GitError
from skillrepo.git_push import refuse_programs, words_of
from skillrepo.grade.graded import Graded
from skillrepo.settings import GateMode

if TYPE_CHECKING:
    from skillrepo.commands.reviewing import Reviewer
    from skillrepo.forge.conversation import Conversation, Pull

_REMOTE = "origin"
_SHORT = 12
_UNPROCESSABLE = 422
_MOST_BYTES = 1 << 20


def comment(
    run: Finished,
    place: Place,
    folder: Path,
    mode: GateMode | None,
    reviewer: "Reviewer | None" = None,
) -> Iterator[str]:
    """Tell of the grades on the pull request that a run was for; what was done, in lines.

    `folder` holds the report of the first stage; `mode` goes before the gate of the settings. With
    a `reviewer` nothing is told but what was judged.
    """
    from skillrepo.forge.client import Client  # noqa: PLC0415 - httpx2 takes 100 ms
    from skillrepo.forge.consent import Consent  # noqa: PLC0415 - the same
    from skillrepo.forge.conversation import Conversation  # noqa: PLC0415 - the same
    from skillrepo.forge.github import headers  # noqa: PLC0415 - the same

    settings = Config.load(os.environ, Path.home()).user.forge
    host = urlsplit(os.environ.get("GITHUB_SERVER_URL") or "https://github.com").netloc
    access = access_to(host, "github", settings, os.environ)
    with Client(access, headers(access.token), settings.timeout, say=say_error) as client:
        talk = Conversation(client, run.project)
        pulls = [each for each in talk.open_for(run.source, run.branch) if each.head == run.head]
        hinted = [each for each in pulls if each.number in run.hints]
        if not pulls:
            yield "no open pull request stands on this commit: it has moved on, or is closed"
        for pull in hinted or pulls:
            found = _found(place, pull, folder)
            if reviewer:
                if why := _unjudged(found) or reviewer.refusal(Consent(client, run.project), pull):
                    yield f"#{pull.number}: {why}"
                    continue
                found = found.judged(reviewer)
            now = talk.pull(pull.number)
            if not now.is_open or now.head != run.head:
                yield f"#{pull.number} has moved on meanwhile: its next run tells of it"
                continue
            yield from _say(talk, now, found, mode)


class _Found(NamedTuple):
    """What is to be told; `sides` is None where it is only what the first stage reported."""

    graded: Graded
    sides: Sides | None
    note: str

    def judged(self, reviewer: "Reviewer") -> "_Found":
        """The same, with what a model says."""
        return self._replace(graded=reviewer.review(self.sides)) if self.sides else self


def _unjudged(found: _Found) -> str | None:
    """Why there is nothing for a model to judge; None if there is."""
    if found.sides is None:
        return "not judged: it could not be graded here"
    return None if found.graded.skills else "not judged: it adds or changes no skill"


def _say(talk: "Conversation", pull: "Pull", found: _Found, mode: GateMode | None) -> Iterator[str]:
    """Bring comment, labels and suggestions to what was found; the comment first."""
    from skillrepo.forge.client import Refused  # noqa: PLC0415 - httpx2 takes 100 ms

    body = text_of(found.graded, found.note)
    begin = is_about_something(found.graded)
    # Whichever stage is later: what a model has said of this change stays.
    better = None if is_judged(found.graded) else judged_mark(found.graded)
    state = talk.comment(pull.number, MARKER, body, begin=begin, better=better)
    if state == "kept":
        yield f"#{pull.number}: comment kept, since it has what a model says of this change"
        return
    yield f"#{pull.number}: comment {state}" if state != "none" else f"#{pull.number}: no comment"
    if found.note:
        yield f"#{pull.number}: {found.note}"
    sides = found.sides
    gate = mode or (sides.after.settings.grade.gate if sides else "warn")
    # A label says what holds, so it is taken off where nobody knows.
    wanted = labels.wanted(found.graded, gate) if sides else frozenset()
    if talk.label(pull, wanted, labels.LABELS):
        yield f"#{pull.number}: labels {', '.join(sorted(wanted)) or 'removed'}"
    if sides is None or gate == "off":
        return
    try:
        number = talk.suggest(pull, list(_suggestions(sides, found.graded)))
    except Refused as refused:
        # The forge has another diff than git: then the findings stand in the comment alone.
        if refused.status != _UNPROCESSABLE:
            raise
        yield f"#{pull.number}: no suggestions: {refused}"
        return
    if number:
        yield f"#{pull.number}: suggestions: {number}"


def _found(place: Place, pull: "Pull", folder: Path) -> _Found:
    """Grade the pull request from its objects; else take what was reported, if it may be."""
    reported = problem = None
    try:
        reported = read_report(folder, pull.head)
    except SkillRepoError as error:
        say_error(f"{error}; it is not used")
        problem = error
    try:
        sides = _sides(place, pull)
        own = graded(sides)
    except SkillRepoError as error:
        if reported is None:
            raise
        say_error(f"the pull request could not be graded here: {error}")
        return _Found(reported, None, UNVERIFIED)
    limits = sides.after.settings.grade
    differs = problem or (reported and not is_same(reported, own, limits))
    return _Found(own, sides, DIFFERS if differs else "")


def _sides(place: Place, pull: "Pull") -> Sides:
    """The change, of objects that are fetched into no ref."""
    repository = place.git()
    refuse_programs(repository)
    refs = (f"refs/pull/{pull.number}/head", f"refs/heads/{pull.base_branch}")
    try:
        with as_job(repository):
            fetch_objects(repository, _REMOTE, *refs)
    except GitError as error:
        why = f"#{pull.number} could not be fetched: {words_of(error)}"
        raise SkillRepoError(why) from None
    sides = Sides.of(place, repository.resolve(pull.base), repository.resolve(pull.head))
    return sides._replace(base_name=pull.base_branch, head_name=pull.head[:_SHORT])


def _suggestions(sides: Sides, found: Graded) -> Iterator[Suggestion]:
    """Those for the findings that have one right repair."""
    faults = [fault for each in found.skills for fault in each.faults if fault.fix]
    repository = sides.place.git()
    after = repository.tree_entries(sides.head or "") if faults else {}
    before = repository.tree_entries(sides.base) if faults else {}
    files = {}
    for path in {fault.path for fault in faults} & after.keys():
        (data,) = repository.read([after[path].oid], limit=_MOST_BYTES)
        if isinstance(data, bytes):
            old = before.get(_was(sides, path))
            whole = range(1, data.count(b"\n") + 2)
            added = added_lines(repository, old.oid, after[path].oid) if old else whole
            files[path] = suggest.Changed(data, added)
    return suggest.suggestions(faults, files)


def _was(sides: Sides, path: str) -> str:
    """Where a file was in the base: its skill may have been moved."""
    owner = sides.after.library.owner(path)
    was = sides.was(owner) if owner else None
    return dirname(was) + path.removeprefix(dirname(owner or "")) if was else path
