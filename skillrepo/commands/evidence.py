"""What a pull request says of a branch: its commits and files, what the rules find, its sources."""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile
from posixpath import dirname
from typing import NamedTuple

from skillrepo import git_history, settings, taxonomy
from skillrepo.check import check
from skillrepo.closing_words import without_closing
from skillrepo.commands.changes import lines
from skillrepo.commands.place import Place
from skillrepo.commands.since import no_ancestor
from skillrepo.commands.target import DRAFTS, Target, drafted, meant_draft, read
from skillrepo.commit_message import BRIEF
from skillrepo.context import Context
from skillrepo.errors import SkillRepoError
from skillrepo.forge.body import NOT_MEASURED, Evidence, render
from skillrepo.forge.pull_request import PullRequest
from skillrepo.git import Repository
from skillrepo.output import text
from skillrepo.rules import ALL
from skillrepo.secret_text import masked
from skillrepo.semantic_diff import SkillDiff, Snapshot, compare
from skillrepo.visible import one_line

_LABELS = {
    "skill/new/": "skill: new",
    "skill/revise/": "skill: revise",
    "skill/move/": "skill: move",
    "skill/taxonomy/": "skill: taxonomy",
}
_MOST_FINDINGS = 50
# Of GitHub 256 characters, of GitLab 255, of which `Draft: ` takes some.
_LONGEST_TITLE = 240
_MENTION = re.compile(r"@(?=\w)")
_VERBS = {"A": "adds", "D": "removes"}
_OURS = "Skill"
_REVISES = "Skill-Feedback"
# What a writer that measured them leaves in its commit: `0.0123 USD`, `8214`, one claim a trailer.
_COSTS = {"Skill-Cost": "", "Skill-Tokens": " tokens"}
_CLAIM = "Skill-Unsupported"
_NO_CLAIM = "none"
# A list of changes, as the commit of a revision has it.
_CHANGES = re.compile(r"- (?:patch|minor|major): ")


@dataclass(frozen=True, slots=True)
class CommitText:
    """A commit's message, with its trailers as git reads them."""

    message: str
    trailers: Sequence[tuple[str, str]]

    @classmethod
    def of(cls, repository: Repository, oid: str) -> "CommitText":
        """Read a commit, by its whole name."""
        return cls(git_history.message(repository, oid), git_history.trailers(repository, oid))

    @property
    def is_ours(self) -> bool:
        """Whether skillrepo made it."""
        return any(key == _OURS for key, _ in self.trailers)

    @property
    def subject(self) -> str:
        """The first line, safe to print."""
        return one_line(self.message.partition("\n")[0])

    def why(self, *, changes: bool) -> Iterator[str]:
        """The body without trailers and findings, which are measured anew, and maybe `changes`."""
        own = bool(self.asked)
        for index, paragraph in enumerate(self._paragraphs()):
            # The first is what somebody wrote, whatever it looks like.
            listed = index >= own and self.is_ours and _CHANGES.match(paragraph)
            if changes or not listed:
                yield from (*paragraph.split("\n"), "")

    @property
    def asked(self) -> str:
        """What somebody wrote below the subject; empty where that says all of it.

        In a revision of ours the list of what changed follows it, or stands in its place.
        """
        first, second = [*self._paragraphs(), "", ""][:2]
        revises = any(key == _REVISES for key, _ in self.trailers)
        replaced = revises and _CHANGES.match(first) and not _CHANGES.match(second)
        return "" if replaced else first

    def _paragraphs(self) -> list[str]:
        """Those of the body, but for the trailers and the findings."""
        paragraphs = self.message.split("\n\n")[1:]
        told = paragraphs[:-1] if self.trailers else paragraphs
        return [each for each in told if not each.startswith("Gate (")]

    @property
    def brief(self) -> str | None:
        """What the skill was asked for with, on one line; None where the commit does not say.

        A forge that squashes may have put the body of the pull request into it, with its fences.
        """
        said = [each for each in self.message.split("\n\n")[1:] if each.startswith(BRIEF)]
        if not said:
            return None
        # A description may begin with the word, too; it stands before.
        lines = takewhile(lambda line: not line.startswith("```"), said[-1].split("\n"))
        return " ".join("\n".join(lines).removeprefix(BRIEF).split()) or None

    def values(self, key: str) -> list[str]:
        """The values of the trailers of this name, each on one line."""
        return [one_line(value) for name, value in self.trailers if name == key]


class Base(NamedTuple):
    """The branch that a pull request is to be merged into, and the commit that it is on here."""

    branch: str
    oid: str


def pull_request(
    place: Place, branch: str, into: Base, *, draft: bool = False, fork: str | None = None
) -> PullRequest:
    """The pull request that merges a branch of ours; `fork` is the URL of the fork that it is in.

    Title and reason are those of the first commit of skillrepo's on the branch. What changed is
    for a revision the semantic diff of the whole branch, with a label for its bump; else the files
    are listed. SkillRepoError where the branch adds nothing.
    """
    repository = place.git()
    head = repository.branch_oid(branch)
    if head is None:
        hint = meant_draft(branch, repository.branches(DRAFTS))
        do = f": {hint}" if hint else "; `git branch` lists those there are"
        raise SkillRepoError(f"there is no branch {branch}{do}")
    start = repository.merge_base(into.oid, head)
    if start is None:
        raise no_ancestor(repository, branch, into.branch)
    oids = repository.commits_since(start, head)
    if not oids:
        raise SkillRepoError(f"{branch} adds no commit to {into.branch}: it is merged, or empty")
    commits = [CommitText.of(repository, oid) for oid in oids]
    first = next((each for each in commits if each.is_ours), commits[0])
    files = repository.changes(start, head)
    context = _context(place, into.oid, head)
    skills = _skills(context, files)
    revised = _revised(branch, context, skills)
    diff = _diff(place, context, start, revised) if revised else None
    others = {
        path: status
        for path, status in files.items()
        if not diff or context.library.owner(path) != revised
    }
    # GitLab has a title close issues and notify whom it mentions.
    title = _MENTION.sub("@ ", without_closing(masked(first.subject)))[:_LONGEST_TITLE]
    evidence = Evidence(
        why=list(_why(first, commits, changes=diff is None)),
        changed=[*(lines(diff, plain=True) if diff else ()), *_files(others)],
        gate=list(_gate(context, skills)),
        provenance=_provenance(commits),
        unsupported_claims=_claims(commits),
        cost=_cost(commits),
        attempt=list(_attempt(branch, skills, fork or "origin")),
    )
    own = [label for prefix, label in _LABELS.items() if branch.startswith(prefix)]
    bump = [f"bump: {diff.bump}"] if diff and diff.bump else []
    labels = ("skillrepo", *own, *bump)
    return PullRequest(title, render(title, evidence), branch, into.branch, labels, draft)


def base_of(
    repository: Repository, remote: str, base: str | None = None, *, fork: bool = False
) -> Base:
    """What a pull request is to be merged into: the branch that `base` names, else the default.

    `base` may be any revision, or a branch that the remote alone has. For a branch of a fork that
    of the remote counts, if it was ever fetched: ours may be behind. SkillRepoError where there is
    none, or no such revision.
    """
    named = _ref(repository, remote, base) if base else None
    ref = named or repository.default_branch() or ""
    for prefix in ("refs/heads/", f"refs/remotes/{remote}/", "refs/remotes/origin/"):
        if ref.startswith(prefix):
            branch = ref.removeprefix(prefix)
            if fork:
                with suppress(SkillRepoError):
                    return Base(branch, repository.resolve(f"refs/remotes/{remote}/{branch}"))
            return Base(branch, repository.resolve(ref))
    raise SkillRepoError("there is no default branch to merge into; name one with --into")


def _ref(repository: Repository, remote: str, base: str) -> str | None:
    try:
        repository.resolve(base)
    except SkillRepoError:
        # As in a clone of one branch alone.
        with suppress(SkillRepoError):
            repository.resolve(f"{remote}/{base}")
            return repository.ref_of(f"{remote}/{base}")
        raise
    return repository.ref_of(base)


def _why(first: CommitText, commits: Sequence[CommitText], *, changes: bool) -> Iterator[str]:
    why = list(first.why(changes=changes))
    if not first.asked:
        yield from (first.subject, "")
    yield from why
    if len(commits) > 1:
        yield "Commits:"
        yield from (f"- {each.subject}" for each in commits)


def _files(files: Mapping[str, str]) -> Iterator[str]:
    for path, status in sorted(files.items()):
        yield f"{_VERBS.get(status, 'changes')} {one_line(path)}"


def _context(place: Place, base: str, head: str) -> Context:
    """The branch by the settings of its base, since it may not excuse itself.

    A branch that adopts the tool brings its own.
    """
    before = place.tree(base)
    adopted = any(before.kind(n) != "missing" for n in (settings.FILE_NAME, taxonomy.FILE_NAME))
    return Context.of(place.tree(head), settings_of=before if adopted else None)


def _skills(context: Context, files: Mapping[str, str]) -> list[str]:
    """The SKILL.md of each skill that the branch changes and has."""
    owners = {context.library.owner(path) for path in files}
    return [path for path in context.library.skill_files if path in owners]


def _revised(branch: str, context: Context, skills: Sequence[str]) -> str | None:
    """The SKILL.md of the skill that the branch of a revision is named after, if it changes it."""
    kind, name = drafted(branch)
    if kind != "revise":
        return None
    named = [path for path in skills if context.library.folder_name(path) == name]
    return named[0] if len(named) == 1 else None


def _diff(place: Place, context: Context, start: str, path: str) -> SkillDiff | None:
    """What the branch changes in a skill; None where there are not two texts to compare."""
    before = Context.of(place.tree(start))
    old = read(before, Target(place, context, path, path, path).path_in(before))
    new = read(context, path)
    if isinstance(old, Snapshot) and isinstance(new, Snapshot):
        return compare(old, new)
    return None


def _gate(context: Context, skills: Sequence[str]) -> Iterator[str]:
    documents = list(context.library.load(skills))
    gate = check(documents, ALL, context, "spec")
    house = check(documents, ALL, context, "house")
    yield f"Gate (spec): {text.summary(gate)}"
    yield f"House: {text.summary(house)}"
    yield from map(text.line, house.findings[:_MOST_FINDINGS])
    if (more := len(house.findings) - _MOST_FINDINGS) > 0:
        yield f"and {more:,} more"


def _provenance(commits: Sequence[CommitText]) -> list[tuple[str, str]]:
    found = dict.fromkeys(
        (key, one_line(value)) for commit in commits for key, value in commit.trailers
    )
    elsewhere = {*_COSTS, _CLAIM}
    return [(k, value) for k, value in found if k.startswith(_OURS) and k not in elsewhere]


def _claims(commits: Sequence[CommitText]) -> list[str] | None:
    """What no source bears out in the skill as it is now; None where nobody has looked."""
    found = commits[-1].values(_CLAIM)
    return [claim for claim in found if claim != _NO_CLAIM] if found else None


def _cost(commits: Sequence[CommitText]) -> list[str] | None:
    """What each commit of skillrepo's says that it cost; None where none does."""
    ours = [each for each in commits if each.is_ours]
    costs = [", ".join(_costs(each)) for each in ours]
    if not any(costs):
        return None
    if len(ours) == 1:
        return costs
    pairs = zip(costs, ours, strict=True)
    return [f"{cost or NOT_MEASURED}: {each.subject}" for cost, each in pairs]


def _costs(commit: CommitText) -> Iterator[str]:
    for key, what in _COSTS.items():
        yield from (f"{value}{what}" for value in commit.values(key))


def _attempt(branch: str, skills: Sequence[str], remote: str) -> Iterator[str]:
    yield f"git fetch {shlex.quote(remote)} {shlex.quote(branch)}"
    yield "skillrepo validate --rev FETCH_HEAD"
    for path in skills:
        folder = shlex.quote(one_line(dirname(path)) or ".")
        yield f"mkdir -p try && git archive FETCH_HEAD {folder} | tar -x -C try"
