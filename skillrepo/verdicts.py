"""The verdicts of many skills: remembered from earlier runs, and judged by several processes.

What is remembered lies in one file below the git directory, `skillrepo/verdicts-<rules>`, and may
be deleted at any time. Its name holds a hash of everything but the skills themselves that a verdict
depends on: the code of the rules, the rules that apply, the settings, the taxonomy. A line of it is
one skill:

    sum TAB contents TAB stamp TAB path as JSON TAB verdict as JSON

`sum` is a hash of the rest: a damaged line counts for nothing. `contents` is a hash of git's object
ids of the skill's files, so a verdict is good for the same files in the working tree, the index
and any commit; the stamp saves reading them (`Bundle.state`). The file is replaced as a whole, so a
kill leaves the old one, and of two runs the later one wins.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

from skillrepo import resource
from skillrepo.check import Plan, Verdict, judge
from skillrepo.context import Context
from skillrepo.document import OUT_OF_REACH, Document, Unreadable
from skillrepo.facts import Facts, Place
from skillrepo.finding import Edit, Finding, Fix, NotAnalysed
from skillrepo.ignores import Ignore
from skillrepo.processes import spread
from skillrepo.put_file import put_parts

T = TypeVar("T")
_FORM = 1
"""Of a line; a change of it makes all that is remembered worthless."""
_WORTHWHILE = 50
"""Skills; fewer are judged sooner than what is remembered is read."""
_KEPT = 6
"""Files of other rules and settings that are kept, for other branches and profiles."""


class _Line(NamedTuple):
    contents: bytes
    stamp: bytes
    path: bytes
    verdict: bytes

    def __bytes__(self) -> bytes:
        text = b"\t".join(self)
        return _hash(text) + b"\t" + text


class Watch(Protocol):
    """Wraps the skills as they are judged, to show how far it has come; `total` is known."""

    def __call__(self, items: Iterable[T], total: int) -> Iterator[T]:
        """The same items."""


def verdicts(
    paths: Sequence[str], plan: Plan, context: Context, folder: Path | None, watch: Watch
) -> list[Verdict]:
    """The verdict of each skill, in the order of the paths; links to other skills have none.

    `folder` is where verdicts are remembered, None for nowhere.
    """
    if len(paths) < _WORTHWHILE:
        skills = watch(context.library.load(paths), len(paths))
        return [judge(skill, plan, context) for skill in skills]
    context.library.list_all()
    memory = _Memory(folder, plan, context)
    lines = {path: memory.recall(path) for path in paths}
    missing = [path for path, line in lines.items() if line is None]
    for judged in watch(_judged(missing, plan, context), len(missing)):
        lines[judged.path] = memory.learn(judged)
    known = {path: line for path, line in lines.items() if line}
    lines.clear()
    memory.save(known)
    del memory
    return list(_decoded(known, plan))


def _decoded(known: dict[str, _Line], plan: Plan) -> Iterator[Verdict]:
    """The verdicts in order; the lines are let go one by one, for both would not fit at once."""
    decode = _Decoder(plan)
    for path in list(known):
        # A link to another skill has no verdict of its own.
        if verdict := known.pop(path).verdict:
            yield decode(path, verdict)


class _Judged(NamedTuple):
    path: str
    contents: str
    verdict: bytes


def _judged(paths: Sequence[str], plan: Plan, context: Context) -> Iterator[_Judged]:
    """The encoded verdict of each, by as many processes as there are processors."""

    def share(paths: Sequence[str]) -> list[_Judged]:
        return list(_share(paths, plan, context))

    return spread(share, paths)


def _share(paths: Sequence[str], plan: Plan, context: Context) -> Iterator[_Judged]:
    library = context.library
    for path in paths:
        verdict = b""
        data = None
        known = library.source.kind(path) == "file"
        for skill in library.load([path]):
            found = judge(skill, plan, context)
            data = skill.data if isinstance(skill, Document) else None
            verdict = _encode(found)
            known = known and not _out_of_reach(skill, found)
        # The bundle has the files still, so they are not read again.
        yield _Judged(path, library.bundle(path).state(path, data)[1]() if known else "", verdict)


def _out_of_reach(skill: Document | Unreadable, verdict: Verdict) -> bool:
    """Whether a file could not be read, which may be another matter the next time."""
    why = [skill.why] if isinstance(skill, Unreadable) else []
    return OUT_OF_REACH in (*why, *(each.why for each in verdict.not_analysed))


class _Memory:
    """What is remembered of the skills under these rules, settings and taxonomy."""

    def __init__(self, folder: Path | None, plan: Plan, context: Context) -> None:
        self._file = folder / f"verdicts-{_fingerprint(plan, context)}" if folder else None
        self._context = context
        self._by_path: dict[bytes, _Line] = {}
        self._by_contents: dict[bytes, bytes] = {}
        for line in self._lines():
            self._by_path[line.path] = line
            self._by_contents[line.contents] = line.verdict

    def _lines(self) -> Iterator[_Line]:
        if self._file is None:
            return
        try:
            with self._file.open("rb") as file:
                for text in file:
                    total, _, rest = text.removesuffix(b"\n").partition(b"\t")
                    parts = rest.split(b"\t")
                    if len(parts) == len(_Line._fields) and total == _hash(rest):
                        yield _Line(*parts)
        except OSError:
            return  # there is none yet, or it may not be read

    def recall(self, path: str) -> _Line | None:
        """What is known of the skill as it lies there."""
        if not self._by_path:
            return None
        name = _json(path)
        stamp, contents = self._context.library.bundle(path).state(path)
        known = self._by_path.get(name)
        if known and stamp and known.stamp == stamp.encode():
            return known
        now = contents().encode()
        verdict = self._by_contents.get(now)
        return None if verdict is None else _Line(now, stamp.encode(), name, verdict)

    def learn(self, judged: _Judged) -> _Line:
        """Take a new verdict."""
        stamp = ""
        if self._file:
            stamp, _ = self._context.library.bundle(judged.path).state(judged.path)
        contents = judged.contents.encode()
        return _Line(contents, stamp.encode(), _json(judged.path), judged.verdict)

    def save(self, known: Mapping[str, _Line]) -> None:
        """Write what is known now, if it is more than before; what cannot be written is lost."""
        lines = [line for line in known.values() if line.contents]
        if not self._file or all(self._by_path.get(line.path) == line for line in lines):
            return
        now = {line.path for line in known.values()}
        # As much again is kept of other skills: this may have been a check of a part of them.
        others = [line for path, line in self._by_path.items() if path not in now]
        # What is a link, or could not be read, depends on more than its own contents.
        kept = (line for line in (*known.values(), *others[: len(now)]) if line.contents)
        try:
            put_parts(self._file, (b"%b\n" % bytes(line) for line in kept))
            _tidy(self._file.parent)
        except OSError:
            return  # a read-only checkout, a full disk: the next run judges again


def _tidy(folder: Path) -> None:
    """Delete what was remembered under rules and settings that have not been used for longest."""
    files = sorted(folder.glob("verdicts-*"), key=lambda file: file.stat().st_mtime)
    for file in files[:-_KEPT]:
        file.unlink(missing_ok=True)


def _hash(data: bytes) -> bytes:
    from hashlib import blake2b  # noqa: PLC0415 - 5 ms, which a hook need not spend

    return blake2b(data, digest_size=8).hexdigest().encode()


def _json(path: str) -> bytes:
    return json.dumps(path).encode()


def _fingerprint(plan: Plan, context: Context) -> str:
    """A hash of all that a verdict depends on beside the skill."""
    from hashlib import blake2b  # noqa: PLC0415 - 5 ms, which a hook need not spend

    parts = (
        _FORM,
        [(each.rule.code, each.severity, each.paths, each.exclude) for each in plan.rules],
        sorted(plan.known),
        context.settings,
        context.taxonomy,
        sorted(context.clients),
        context.library.root,
        context.library.source.name,
        resource.stamp(),
    )
    return blake2b(repr(parts).encode(errors="replace"), digest_size=16).hexdigest()


def _encode(verdict: Verdict) -> bytes:
    path = verdict.facts.path
    value = [
        list(verdict.facts)[1:],
        [
            [f.path if f.path != path else "", f.line, f.column, f.code, f.message, _fix(f.fix)]
            for f in verdict.findings
        ],
        verdict.ignores,
        verdict.not_analysed,
    ]
    return json.dumps(value, separators=(",", ":")).encode()


def _fix(fix: Fix | None) -> object:
    return fix and [fix.description, fix.edits, fix.move]


class _Decoder:
    """Makes verdicts of their JSON; what many have in common is held once."""

    def __init__(self, plan: Plan) -> None:
        self._rules = {each.rule.code: (each.rule.name, each.severity) for each in plan.rules}
        self._texts: dict[str, str] = {}
        self._places: dict[str, Mapping[str, Place]] = {}

    def __call__(self, path: str, data: bytes) -> Verdict:
        """The verdict of the skill at a path."""
        facts, findings, ignores, not_analysed = json.loads(data)
        texts = self._texts
        return Verdict(
            self._facts(path, *facts),
            tuple(
                Finding(
                    texts.setdefault(other, other) or path,
                    line,
                    column,
                    texts.setdefault(code, code),
                    *self._rules[code],
                    texts.setdefault(message, message),
                    fix and self._fix(*fix),
                )
                for other, line, column, code, message, fix in findings
            ),
            tuple(Ignore(*each) for each in ignores),
            tuple(NotAnalysed(*each) for each in not_analysed),
        )

    def _facts(  # noqa: PLR0913, PLR0917 - as many as there are facts
        self,
        path: str,
        folder: str,
        name: str,
        status: str,
        requires: list[str],
        recommends: list[str],
        conflicts: list[str],
        places: dict[str, list[int]],
        licence: str,
    ) -> Facts:
        return Facts(
            path,
            folder,
            folder if name == folder else name,
            status,
            tuple(requires),
            tuple(recommends),
            tuple(conflicts),
            self._places.setdefault(
                str(places), {key: (at[0], at[1]) for key, at in places.items()}
            ),
            self._texts.setdefault(licence, licence),
        )

    def _fix(self, description: str, edits: Iterable[Any], move: Any) -> Fix:
        text = self._texts.setdefault(description, description)
        return Fix(text, tuple(Edit(*edit) for edit in edits), move and tuple(move))
