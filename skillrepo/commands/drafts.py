"""`skillrepo drafts`: every draft that there is, and how it stands to the default branch."""

import os
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Literal

import click

from skillrepo.commands.drop import return_of
from skillrepo.commands.ladder import to_option
from skillrepo.commands.offering import forge_to_ask
from skillrepo.commands.place import Place
from skillrepo.commands.printing import say_all
from skillrepo.commands.standing import Ground, Standing
from skillrepo.commands.target import DRAFTS, drafted
from skillrepo.config import Config
from skillrepo.finding import Report, Severity
from skillrepo.git import Repository
from skillrepo.git_branches import KEPT, Dropped, dropped
from skillrepo.git_tips import Tip, tips
from skillrepo.output import json, shapes
from skillrepo.visible import one_line

_HERE, _THERE = "refs/heads/", "refs/remotes/"
_NOT = "not measured"
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


@click.command()
@click.option("--forge", is_flag=True, help="Ask the forge which pull requests are open.")
@click.option("--remote", metavar="NAME", help="Where the drafts are pushed to; else origin.")
@to_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(*, forge: bool, remote: str | None, to: str | None, as_json: bool) -> None:
    """List the branches below skill/, here and of remotes as they were last fetched.

    Each with its skill, what it adds or changes, how far it is ahead of the default branch and
    behind it, whether it passes the gate (the specification, and no text of a template, by the
    settings of the default branch), and its age. With --forge its open pull requests, too; else
    nobody is asked.
    """
    if not forge and (remote, to) != (None, None):
        raise click.UsageError("--remote and --to are for --forge")
    place = Place.of(())
    repository = place.git()
    found = _open(repository, remote, to) if forge else None
    shape = _shape(place, repository)
    if found:
        shape = replace(shape, drafts=tuple(_with(each, *found) for each in shape.drafts))
    say_all([json.dumps(shape)] if as_json else _text(shape))


def _shape(place: Place, repository: Repository) -> shapes.DraftsShape:
    found = tips(repository, f"{_HERE}{DRAFTS}/", f"{_THERE}*/{DRAFTS}/**")
    ref = repository.default_branch()
    base = repository.base_commit()
    standings = [Standing()] * len(found)
    if base and found:
        standings = Ground.of(place, base).standings(found)
    name = ref or ("HEAD" if base else None)
    drafts = tuple(_drafts(found, standings))
    gone = tuple(map(_dropped, dropped(repository)))
    return shapes.DraftsShape(1, name and _short(name), drafts, gone)


Open = Mapping[str, tuple[shapes.OpenShape, ...]]
"""Branch → its open pull requests."""


def _open(repository: Repository, remote: str | None, to: str | None) -> tuple[str, Open]:
    """The remote that branches are pushed to, and what is open for them. SkillRepoError."""
    settings = Config.load(os.environ, Path.home()).user.forge
    name, forge = forge_to_ask(repository, settings, os.environ, remote=remote, to=to)
    found: dict[str, tuple[shapes.OpenShape, ...]] = defaultdict(tuple)
    for each in sorted(forge.all_open(), key=lambda each: each.number):
        state: Literal["open", "draft"] = "draft" if each.draft else "open"
        found[each.head] += (shapes.OpenShape(each.number, state, each.base, each.url),)
    return name, found


def _with(draft: shapes.DraftShape, remote: str, found: Open) -> shapes.DraftShape:
    """The draft with its pull requests; of a branch of another remote they are not known."""
    if draft.remote not in {None, remote}:
        return draft
    branch = draft.branch.removeprefix(f"{draft.remote}/") if draft.remote else draft.branch
    return replace(draft, pull_requests=found.get(branch, ()))


def _dropped(each: Dropped) -> shapes.DroppedShape:
    at, until = each.at.isoformat(), (each.at + KEPT).isoformat()
    return shapes.DroppedShape(each.branch, each.ref, each.oid, at, until)


def _short(ref: str) -> str:
    return ref.removeprefix(_HERE).removeprefix(_THERE)


def _drafts(found: Sequence[Tip], standings: Sequence[Standing]) -> Iterator[shapes.DraftShape]:
    """A branch that a remote has on the same commit is told with ours."""
    ours = {tip.ref.removeprefix(_HERE): tip.oid for tip in found if tip.ref.startswith(_HERE)}
    copies: dict[str, list[str]] = {}
    for tip in found:
        remote, branch = _parted(tip.ref)
        if remote is not None and ours.get(branch) == tip.oid:
            copies.setdefault(branch, []).append(remote)
    for tip, standing in zip(found, standings, strict=True):
        remote, branch = _parted(tip.ref)
        if remote is None or remote not in copies.get(branch, ()):
            remotes = tuple(copies.get(branch, ())) if remote is None else ()
            yield _draft(tip, standing, remote, remotes)


def _parted(ref: str) -> tuple[str | None, str]:
    """The remote, None for a branch of ours, and the branch's name there."""
    if ref.startswith(_HERE):
        return None, ref.removeprefix(_HERE)
    remote, _, rest = ref.removeprefix(_THERE).partition("/")
    return remote, rest


def _draft(
    tip: Tip, standing: Standing, remote: str | None, remotes: tuple[str, ...]
) -> shapes.DraftShape:
    distance, diff = standing.distance, standing.diff
    return shapes.DraftShape(
        branch=_short(tip.ref),
        remote=remote,
        remotes=remotes,
        commit=tip.oid,
        date=tip.date,
        subject=tip.subject,
        kind=drafted(tip.ref)[0],  # type: ignore[arg-type]  # the four words are all
        address=standing.address,
        files=standing.files,
        bump=str(diff.bump) if diff and diff.bump else None,  # type: ignore[arg-type]
        ahead=distance.ahead if distance else None,
        behind=distance.behind if distance else None,
        gate=_counts(standing.gate) if standing.gate else None,
        pull_requests=None,
    )


def _counts(report: Report) -> shapes.CountsShape:
    found = [finding.severity for finding in report.findings]
    return shapes.CountsShape(
        found.count(Severity.ERROR), found.count(Severity.WARNING), found.count(Severity.INFO)
    )


def _text(shape: shapes.DraftsShape) -> Iterator[str]:
    now = time.time()
    for draft in shape.drafts:
        also = f" (also at {', '.join(map(one_line, draft.remotes))})" if draft.remotes else ""
        yield f"{one_line(draft.branch)}{also}: {one_line(draft.subject)}"
        age = now - datetime.fromisoformat(draft.date).timestamp()
        yield f"  {'; '.join((*_facts(draft, shape.base), f'{_span(age)} old'))}"
        for request in draft.pull_requests or ():
            yield f"  pull request {request.number} ({request.state}): {one_line(request.url)}"
    if shape.drafts:
        yield _summary(shape.drafts)
    else:
        yield "there are no drafts; `skillrepo new` makes one"
    if shape.dropped:
        yield f"dropped, and kept for {KEPT.days} days; to bring back:"
    for each in shape.dropped:
        age = now - datetime.fromisoformat(each.dropped).timestamp()
        yield f"  {return_of(each.branch, each.commit)}  (dropped {_span(age)} ago)"


def _summary(drafts: Sequence[shapes.DraftShape]) -> str:
    number = f"{len(drafts):,} draft{'s' * (len(drafts) != 1)}"
    known = [each.pull_requests for each in drafts if each.pull_requests is not None]
    if not known:
        return f"{number}. Pull requests: {_NOT}; --forge asks for them."
    rest = len(drafts) - len(known)
    other = f", of {rest:,} {_NOT}" if rest else ""
    return f"{number}, {sum(map(bool, known)):,} with an open pull request{other}."


def _facts(draft: shapes.DraftShape, base: str | None) -> Iterator[str]:
    what = f"{draft.kind or 'draft'} {one_line(draft.address or _NOT)}"
    what = "taxonomy" if draft.kind == "taxonomy" and not draft.address else what
    yield f"{what} ({draft.bump})" if draft.bump else what
    if draft.files is not None:
        yield f"{draft.files:,} file{'s' * (draft.files != 1)}"
    if draft.ahead is None or base is None:
        yield f"ahead and behind {_NOT}"
    elif draft.ahead:
        yield f"{draft.ahead:,} ahead, {draft.behind:,} behind {one_line(base)}"
    else:
        yield f"merged into {one_line(base)}"
    yield f"gate {_gate(draft.gate)}"


def _gate(counts: shapes.CountsShape | None) -> str:
    if counts is None:
        return _NOT
    plural = "s" * (counts.errors != 1)
    return f"fails with {counts.errors:,} error{plural}" if counts.errors else "passes"


def _span(seconds: float) -> str:
    """A time in words; what lies in the future, as clocks differ, is now."""
    for unit, length in (("day", _DAY), ("hour", _HOUR), ("minute", _MINUTE)):
        if seconds >= length:
            number = int(seconds // length)
            return f"{number:,} {unit}{'s' * (number != 1)}"
    return "less than a minute"
