"""What `skillrepo new --batch` says of each brief, and of all together."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import click

from skillrepo.batch import Brief
from skillrepo.batch_records import Landed
from skillrepo.commands.offering import Offered, shape
from skillrepo.commands.spending import spent_lines, spent_shape
from skillrepo.output import json, shapes
from skillrepo.program.account import Account
from skillrepo.secret_text import masked
from skillrepo.visible import one_line

_WORDS: Mapping[shapes.BriefStatus, str] = {
    "done": "done",
    "skipped": "were done before",
    "failed": "failed the gate",
    "error": "with an error",
}


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a brief; `output.shapes.BriefResultShape` says what each field is."""

    status: shapes.BriefStatus
    landed: Landed | None = None
    name: str | None = None
    why: str | None = None
    kept: str | None = None
    gate: str | None = None
    rounds: int = 0
    offered: Offered | None = None
    brief: Brief | None = None

    def of(self, brief: Brief) -> Self:
        """The same of a certain brief."""
        return replace(self, brief=brief)


def say(result: Result, number: int, total: int, *, as_json: bool) -> None:
    """Tell on standard error what became of one brief, the `number`th of them."""
    if as_json:
        line = json.line(shapes.BriefProgressShape(1, "brief", number, total, _shape(result)))
    else:
        line = f"[{number:,}/{total:,}] {_line(result)}"
    click.echo(line, err=True)


def counts(results: Iterable[Result], total: int) -> str:
    """One sentence: how many briefs there are of each status."""
    found = Counter(result.status for result in results)
    told = [f"{found[status]:,} {words}" for status, words in _WORDS.items() if found[status]]
    return f"{total:,} brief{'s' * (total != 1)}: {', '.join(told) or 'none done'}"


def as_text(results: Sequence[Result], account: Account) -> str:
    """The summary for people: how many of each, what is to be looked after, and what it cost."""
    bad = [_line(each) for each in results if each.status in ("failed", "error") or each.why]
    told = [counts(results, len(results)), *(f"  {line}" for line in bad), *_offers(results)]
    return "\n".join((*told, *spent_lines(account)))


def _offers(results: Iterable[Result]) -> Iterator[str]:
    """How many branches the remote has, and what became of their pull requests."""
    offered = [result.offered for result in results if result.offered]
    new = sum(each.pushed != "unchanged" for each in offered)
    if offered:
        remote = one_line(offered[0].remote)
        yield f"at {remote}: {len(offered):,} of their branches, {new:,} pushed now"
    opened = [each.opened for each in offered if each.opened]
    if opened:
        found = Counter(each.state for each in opened)
        states = ", ".join(f"{count:,} {state}" for state, count in found.items())
        yield f"pull requests: {states}"
    folders = {str(Path(each.folder).parent) for each in opened if each.folder}
    yield from (f"titles and bodies are below {one_line(each)}" for each in sorted(folders))


def as_json(results: Sequence[Result], account: Account) -> str:
    """One JSON object."""
    found = Counter(result.status for result in results)
    return json.dumps(
        shapes.BatchShape(
            version=1,
            briefs=tuple(map(_shape, results)),
            done=found["done"],
            skipped=found["skipped"],
            failed=found["failed"],
            error=found["error"],
            spent=spent_shape(account),
        )
    )


def exit_code(results: Iterable[Result]) -> int:
    """0 where each brief has its branch, 1 where the gate let one not pass, 2 for an error."""
    found = {result.status for result in results}
    return 2 if "error" in found else int("failed" in found)


def _line(result: Result) -> str:
    brief = result.brief
    what = result.landed.branch if result.landed else result.name or ""
    line = f"{result.status} {brief.id if brief else ''} {what}".rstrip()
    if result.offered:
        opened = result.offered.opened
        line += f" (pushed{f', {opened.url or opened.folder}' if opened else ''})"
    line += f": {masked(result.why)}" if result.why else ""
    return one_line(line + (f" (kept in {result.kept})" if result.kept else ""))


def _shape(result: Result) -> shapes.BriefResultShape:
    landed, brief = result.landed, result.brief
    return shapes.BriefResultShape(
        line=brief.line if brief else 0,
        id=brief.id if brief else "",
        status=result.status,
        name=landed.name if landed else result.name,
        branch=landed.branch if landed else None,
        commit=landed.commit if landed else None,
        rounds=landed.rounds if landed else result.rounds,
        gate=landed.gate or None if landed else result.gate,
        why=masked(result.why) if result.why else None,
        kept=result.kept,
        offered=shape(result.offered) if result.offered else None,
    )
