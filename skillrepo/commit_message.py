"""A proposal → the message of its commit: subject, what a reviewer needs, and provenance.

The subject is the title of the pull request and the rest its body. Everything in it may come from
a hostile source, so each text is made one line, or lines that git takes for nothing else.
"""

import hashlib
import re
import textwrap
from collections.abc import Iterator, Sequence

from skillrepo.closing_words import without_closing
from skillrepo.contract import Revision
from skillrepo.draft import Cost, Request
from skillrepo.finding import Finding, Report
from skillrepo.grounding import Unsupported, claim_map
from skillrepo.output import text
from skillrepo.propose import Proposal
from skillrepo.secret_text import masked
from skillrepo.semantic_diff import Snapshot
from skillrepo.semver import Bump
from skillrepo.visible import visible

BRIEF = "Brief: "
_WIDTH = 72
_LEAST_TITLE = 30
_MOST_FINDINGS = 50
_MOST_CHARACTERS = 2_000
_MOST_OF_A_FINDING = 300
_MOST_CLAIMS = 50
# `---` ends the message for `git interpret-trailers`, the others for `git am`.
_CUTS = re.compile(r"---|diff -|Index: ")
# With `[skip ci]`, or one of its many forms, anywhere in the message no checks run on the commit:
# https://docs.github.com/actions/managing-workflow-runs/skipping-workflow-runs
_SKIPS = re.compile(r"\[([\w ./-]{0,40}\b(?:skip|no)\b[\w ./-]{0,40})\]", re.IGNORECASE)


def commit_message(proposal: Proposal, request: Request) -> str:
    """The message of the commit that adds the skill; its last paragraph are the trailers.

    It tells what was asked for; that of a revision what changed, in place of the description.
    """
    draft = proposal.draft
    fields = proposal.document.frontmatter if proposal.document else {}
    revision = proposal.revision
    asked: tuple[str, ...] = (
        f"feat({draft.name}): add skill",
        paragraph(str(fields.get("description", ""))),
        _brief(request),
    )
    if revision:
        asked = tuple(_asked(draft.name, revision, request))
    paragraphs = (
        *asked,
        "\n".join(map(item, (*draft.notes, *proposal.notes))),
        "\n".join(_sections(proposal, request)),
        "\n".join(_findings(proposal)),
        "\n".join(_trailers(proposal, request)),
    )
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph) + "\n"


def _brief(request: Request) -> str:
    """The brief as a paragraph, by which `skillrepo optimize collect` finds it again."""
    return paragraph(f"{BRIEF}{masked(request.brief)}") if request.brief.strip() else ""


_TYPES = {Bump.PATCH: "fix({})", Bump.MINOR: "feat({})", Bump.MAJOR: "feat({})!"}


def _subject(name: str, revision: Revision) -> str:
    """As https://www.conventionalcommits.org has it, by what the changes ask for."""
    bump = revision.diff.bump if revision.diff else None
    kind = _TYPES[bump or Bump.PATCH].format(name)
    return subject(kind, line(revision.title) or "revise")


def subject(kind: str, text: str) -> str:
    """The first line: a text behind its kind, `fix(name)`, cut at a word where it is too long."""
    title = line(text)
    # The name may take most of the columns.
    room = max(_LEAST_TITLE, _WIDTH - len(kind) - 2)
    if len(title) > room:
        head = title[: room - 1]
        title = f"{head.rpartition(' ')[0] or head}…"
    return f"{kind}: {title}"


def _asked(name: str, revision: Revision, request: Request) -> Iterator[str]:
    """The subject of a revision, the feedback if it says more than that, and what changed."""
    title = _subject(name, revision)
    told = _rows(request.brief)
    changes = "\n".join(_changes(revision))
    yield title
    # Without either, nobody would know the next paragraph from what was asked for.
    if not changes or " ".join(told.split()).rstrip(". ") != title.partition(": ")[2]:
        yield told
    yield changes


def _changes(revision: Revision) -> Iterator[str]:
    changes = revision.diff.changes if revision.diff else ()
    yield from (item(f"{change.bump}: {line(change.text)}") for change in changes[:_MOST_FINDINGS])
    if (more := len(changes) - _MOST_FINDINGS) > 0:
        yield f"- and {more:,} more changes"


def paragraph(text: str) -> str:
    """A text as a paragraph of lines that git takes for nothing else."""
    return uncut("\n".join(_wrapped(text)))


def _rows(text: str) -> str:
    """A text of several lines, such as findings, as one paragraph in which each begins a line."""
    # A key of several lines is found in the whole alone.
    told = masked(text)[:_MOST_CHARACTERS]
    rows = [row for each in told.splitlines() for row in _wrapped(each)]
    # Once more, for a word may end one line, and the issue begin the next.
    return uncut(without_closing("\n".join(rows)))


def uncut(text: str) -> str:
    """`text` that git takes for part of a message as a whole, and a terminal for text."""
    lines = visible(text).split("\n")
    return "\n".join(f" {line}" if _CUTS.match(line) else line for line in lines)


def item(note: str) -> str:
    """A note as an item of a list; what follows its first line is for the terminal alone."""
    return "\n  ".join(_wrapped(f"- {note.strip().partition(chr(10))[0]}"))


def _wrapped(value: str) -> list[str]:
    return textwrap.wrap(line(value), _WIDTH, break_long_words=False, break_on_hyphens=False)


def _sections(proposal: Proposal, request: Request) -> Iterator[str]:
    """Which places of the sources bear out each section."""
    found = claim_map(proposal.draft, request)
    if found:
        yield "Where the sections come from, by the words that they share:"
    for heading, places in found:
        yield item(f"{line(heading)}: {', '.join(map(line, places)) or 'no passage of a source'}")


def _findings(proposal: Proposal) -> Iterator[str]:
    yield f"Gate (spec): {text.summary(proposal.gate)}"
    yield f"House: {text.summary(proposal.house)}"
    for finding in _shown(proposal.house):
        place = line(finding.path.removeprefix(proposal.folder + "/"))
        why = line(finding.message)[:_MOST_OF_A_FINDING]
        # The name of a rule may end in such a word as `resolve`.
        yield without_closing(f"- {place}:{finding.line} {finding.code} {finding.rule}: {why}")
    if (more := len(proposal.house.findings) - _MOST_FINDINGS) > 0:
        yield f"- and {more:,} more"


def _shown(report: Report) -> tuple[Finding, ...]:
    return report.findings[:_MOST_FINDINGS]


def _trailers(proposal: Proposal, request: Request) -> Iterator[str]:
    draft = proposal.draft
    version = Snapshot(proposal.document).version if proposal.document else ""
    yield f"Skill: {line(proposal.address)}"
    if version.strip():
        yield f"Skill-Version: {line(version)}"
    yield f"Skill-Writer: {line(draft.writer)}"
    if draft.model:
        yield f"Skill-Model: {line(draft.model)}"
    if draft.program:
        yield f"Skill-Program: {line(draft.program)}"
    if draft.cost:
        yield from _cost(draft.cost)
    what = "Skill-Feedback" if proposal.revision else "Skill-Brief"
    yield f"{what}: {hashlib.sha256(request.brief.encode(errors='replace')).hexdigest()}"
    for source in request.sources:
        yield f"Skill-Source: {line(source.path)} {source.sha256}"
    if proposal.unsupported is not None:
        yield from _unsupported(proposal.unsupported)


def _unsupported(found: Sequence[Unsupported]) -> Iterator[str]:
    """The claims that no source says; or that it was looked, and there are none."""
    told = [line(str(each))[:_MOST_OF_A_FINDING] for each in found[:_MOST_CLAIMS]]
    if (more := len(found) - _MOST_CLAIMS) > 0:
        told.append(f"and {more:,} more")
    yield from (f"Skill-Unsupported: {each}" for each in told or ["none"])


def _cost(cost: Cost) -> Iterator[str]:
    """What the models' replies cost; no price is told where one is not known."""
    if cost.dollars is not None:
        yield f"Skill-Cost: {cost.dollars:.4f} USD"
    about = "≈" if cost.estimated else ""
    yield f"Skill-Tokens: {about}{cost.input_tokens + cost.output_tokens}"


def line(value: str) -> str:
    """A text as one line that starts nothing anywhere, without keys: a push is for ever."""
    words = without_closing(masked(" ".join(visible(value).split()))[:_MOST_CHARACTERS])
    return _SKIPS.sub(r"(\1)", words)
