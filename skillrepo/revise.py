"""A skill and feedback → a draft of its next version that keeps the contract of a revision."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from posixpath import join

from skillrepo import contract, document, fix, frontmatter_edit
from skillrepo.check import check
from skillrepo.context import Context
from skillrepo.contract import Revision, Terms
from skillrepo.document import OUT_OF_REACH, Document, Unreadable
from skillrepo.draft import Draft, Request, Write
from skillrepo.errors import SkillRepoError, WriterFailed
from skillrepo.files import SKILL_FILE, Overlay
from skillrepo.finding import Finding, Report, Severity
from skillrepo.propose import Proposal, in_rounds
from skillrepo.rules import ALL
from skillrepo.semantic_diff import SkillDiff, Snapshot, compare
from skillrepo.semver import Bump, is_less, raised
from skillrepo.tree_path import clash_problem, path_problem, paths_problem

_MOST_FILES = 500
_MOST_BYTES = 4_194_304
"""Files that a writer is given, and their bytes together: half of what it may leave."""


@dataclass(frozen=True, slots=True)
class Original:
    """The skill that is to be revised, in the context of its commit.

    `draft` holds the files that a writer is given, `kept` are the names of those that stay as they
    are whatever it does: links, what is large or cannot be read, and skills inside this one.
    `executable` are files that may be run. `now` is the skill as it is, `published` the version
    from which the next one counts. `gate` and `house` are what the rules say of it.
    """

    context: Context
    path: str
    folder: str
    draft: Draft
    kept: frozenset[str]
    executable: frozenset[str]
    now: Snapshot
    published: Snapshot
    gate: Report
    house: Report

    @classmethod
    def of(
        cls, context: Context, path: str, category: str, published: Snapshot | None = None
    ) -> "Original":
        """Read the skill whose SKILL.md is at `path`; `published` is the same where not given.

        Raises `SkillRepoError` for one that cannot be revised.
        """
        folder = path.rpartition("/")[0]
        if not folder:
            raise SkillRepoError(
                f"the skill lies at the top of the repository, with all the rest of it in its "
                f"folder; move it to a folder of its own, or edit {path} by hand"
            )
        if path.rpartition("/")[2] != SKILL_FILE:
            raise SkillRepoError(f"{path} must be called {SKILL_FILE}; rename it first")
        (skill,) = list(context.library.load([path])) or [Unreadable(path, "", 1, "is a link")]
        why = skill.why if isinstance(skill, Unreadable) else skill.problem and skill.problem.why
        if why == OUT_OF_REACH:
            raise SkillRepoError(
                f"{path} {why}: in a partial clone `git fetch --refetch --no-filter` brings it"
            )
        if isinstance(skill, Unreadable) or why:
            raise SkillRepoError(f"{path} cannot be read: {why}; mend it by hand first")
        files, kept, executable = _files(context, folder, path)
        name = context.library.folder_name(path)
        now = Snapshot.of(skill, context.bundle(skill), context.library.source)
        return cls(
            context,
            path,
            folder,
            Draft(category, name, files, writer=""),
            kept,
            executable,
            now,
            published or now,
            check([skill], ALL, context, "spec"),
            check([skill], ALL, context, "house"),
        )


@dataclass(frozen=True, slots=True)
class Order:
    """What the user asks of a revision beside the feedback; `least` is the bump that it has.

    Without a `title` it is to mend findings: some have to be gone, and the title says how many.
    """

    title: str | None
    terms: Terms
    least: Bump | None = None


def revise(
    original: Original, order: Order, request: Request, write: Write, *, max_rounds: int
) -> Proposal:
    """Let `write` revise the skill in rounds; what breaks the contract it is told in the next.

    The version is set here. The proposal passes where no breach is left. Raises `SkillRepoError`.
    """

    def judge(draft: Draft, number: int) -> Proposal:
        return _judge(original, order, draft, number)

    return in_rounds(request, write, judge, max_rounds=max_rounds)


def _files(
    context: Context, folder: str, path: str
) -> tuple[dict[str, bytes], frozenset[str], frozenset[str]]:
    """What a writer is given by name, the names of the rest, and of what may be run."""
    source = context.library.source
    own = [path, *(item.path for item in context.library.bundle(path).items)]
    files: dict[str, bytes] = {}
    room = _MOST_BYTES
    for each in own:
        name = each[len(folder) + 1 :]
        if source.kind(each) != "file" or path_problem(each) or len(files) == _MOST_FILES:
            continue
        data = next(source.read([each]))
        if isinstance(data, bytes) and len(data) <= room:
            files[name] = data
            room -= len(data)
    rest = (each[len(folder) + 1 :] for each in source.files(folder))
    kept = frozenset(name for name in rest if name not in files)
    return files, kept, frozenset(n for n in files if source.executable(join(folder, n)))


def _judge(original: Original, order: Order, draft: Draft, number: int) -> Proposal:
    """Set the version, put the draft in the skill's place, and hold it to the contract."""
    # Below a symbolic link that stays nothing may be written, for it may lead anywhere.
    problem = paths_problem(join(original.folder, name) for name in draft.files) or clash_problem(
        draft.files, original.kept
    )
    if problem or (draft.name, draft.category) != (original.draft.name, original.draft.category):
        why = problem or "it is another skill, or in another category"
        raise WriterFailed(f"the draft cannot be taken: {why}", draft.files)
    written = _snapshot(_inside(original, draft), original.path)
    draft, notes, unset = _with_version(original, order, draft, written)
    inside = _inside(original, draft)
    skills = list(inside.library.load([original.path]))
    gate, house = (check(skills, ALL, inside, profile) for profile in ("spec", "house"))
    after = _snapshot(inside, original.path)
    diff = None
    if written and after:
        # What was written, for a version that is raised may be all that is to be seen of it.
        diff = compare(original.now, written)._replace(
            versions=(original.now.version, after.version)
        )
    found = [
        *_worse(original.gate, gate),
        *(each for each in _worse(original.house, house) if each not in gate.findings),
    ]
    broken = list(contract.breaches(diff, _share(original, draft), order.terms)) if diff else []
    if unset:
        broken.append(("raises-version", unset))
    title = order.title or _mended(original, gate, house)
    if not title:
        broken.append(("mends-findings", "no rule finds less than before; mend what was found"))
    told = [contract.finding(original.path, *each) for each in broken]
    return Proposal(
        draft,
        original.folder,
        after.document if after else None,
        gate,
        house,
        rounds=number,
        notes=tuple(notes),
        revision=Revision(title or "mend findings", diff, (*told, *found)),
    )


def _mended(original: Original, gate: Report, house: Report) -> str | None:
    """How many of the findings are gone, as a title; None where it is none of them."""
    before = _kinds(original.gate.findings) | _kinds(original.house.findings)
    after = _kinds(gate.findings) | _kinds(house.findings)
    total, gone = before.total(), (before - after).total()
    findings = f"{total:,} finding{'s' * (total != 1)}"
    return f"mend {findings if gone == total else f'{gone:,} of {findings}'}" if gone else None


def _kinds(findings: Iterable[Finding]) -> Counter[tuple[str, str]]:
    return Counter((each.path, each.code) for each in findings)


def _inside(original: Original, draft: Draft) -> Context:
    """The context in which the skill is the draft."""
    context = original.context
    source = Overlay(
        context.library.source,
        original.folder,
        draft.files,
        executable=original.executable,
        kept=original.kept,
    )
    return context.with_source(source)


def _snapshot(context: Context, path: str) -> Snapshot | None:
    skill = next(context.library.load([path]), None)
    if not isinstance(skill, Document) or skill.problem:
        return None
    return Snapshot.of(skill, context.bundle(skill), context.library.source)


def _with_version(
    original: Original, order: Order, draft: Draft, after: Snapshot | None
) -> tuple[Draft, list[str], str | None]:
    """The draft with the version that its changes ask for, notes, and why it could not be set."""
    if after is None:
        return draft, [], None  # which the gate says
    due, notes = _due(original, order, compare(original.published, after))
    if due is None or after.version == due:
        return draft, notes, None
    data = _set_version(after.document, due)
    if data is None:
        why = f"`metadata.version` cannot be set to {due}; write it as a line of its own"
        return draft, notes, why
    return replace(draft, files={**draft.files, SKILL_FILE: data}), notes, None


def _due(original: Original, order: Order, diff: SkillDiff) -> tuple[str | None, list[str]]:
    """The version that the skill is to have, None where it has none that could be raised."""
    old, now = original.published.version, original.now.version
    bump, notes = diff.bump, []
    if order.least:
        if bump and order.least < bump:
            notes.append(f"--as {order.least} is less than the {bump} that the changes ask for.")
        bump = max(bump or order.least, order.least)
    if bump is None:
        return old, notes
    due = raised(old, bump)
    if due is None:
        notes.append(f"The version {old} is no semantic version, so it was not raised.")
    elif is_less(due, now):
        due = now  # an earlier commit of this branch asked for more
    return due, notes


def _set_version(skill: Document, version: str) -> bytes | None:
    source = frontmatter_edit.Source(skill)
    path = Snapshot(skill).version_key
    if skill.node(*path):
        change = frontmatter_edit.replace(source, version, *path, description="")
    else:
        change = frontmatter_edit.add_under_metadata(source, "version", version)
    data = fix.apply(skill.data, [change]) if change else skill.data
    read = document.read(skill.path, skill.folder, data)
    # Whatever way of writing it was that an edit misunderstands.
    fits = isinstance(read, Document) and not read.problem and Snapshot(read).version == version
    return data if fits else None


def _share(original: Original, draft: Draft) -> float | None:
    old = {name: document.text_of(data) for name, data in original.draft.files.items()}
    new = {name: document.text_of(data) for name, data in draft.files.items()}
    texts = {name: text for name, text in old.items() if text is not None}
    return contract.changed_share(texts, {name: text or "" for name, text in new.items()})


def _worse(before: Report, after: Report) -> Iterator[Finding]:
    """The errors of which a file has more than it had, the first of them that are not known."""
    known = _kinds(_errors(before))
    same = {each.key for each in _errors(before)}
    more = _kinds(_errors(after)) - known
    for each in sorted(_errors(after), key=lambda each: each.key in same):
        kind = (each.path, each.code)
        if more[kind] > 0:
            more[kind] -= 1
            yield each


def _errors(report: Report) -> list[Finding]:
    return [each for each in report.findings if each.severity is Severity.ERROR]
