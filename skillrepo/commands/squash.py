"""Makes one commit of a draft: on the branch that it goes to, with the trailers of all."""

from collections.abc import Mapping, Sequence

from skillrepo.commands.evidence import CommitText
from skillrepo.commands.standing import folder_of
from skillrepo.commands.target import drafted
from skillrepo.commit_message import uncut
from skillrepo.errors import SkillRepoError
from skillrepo.files import within
from skillrepo.git import Repository
from skillrepo.git_tips import Change
from skillrepo.git_tree import commit_changes
from skillrepo.git_write import commit_files, commit_tree_of
from skillrepo.visible import one_line

_LATEST = "Skill-Version"


def squashed(  # noqa: PLR0913 - what a commit is made of
    repository: Repository,
    branch: str,
    *,
    tip: str,
    base: str,
    onto: str,
    changed: Mapping[str, Change],
) -> str:
    """The commit on `onto` that does what a branch does between `base` and `tip`; no ref is set.

    Where `onto` has gone on from `base`, the folder of the draft's skill is put into its place
    there; of a move, or a change of the taxonomy, each file is. SkillRepoError where another draft
    changes more than that folder, or what is changed has changed there.
    """
    oids = repository.commits_since(onto, tip)
    commits = [CommitText.of(repository, oid) for oid in oids]
    message = message_of(commits)
    if base == onto:
        return commit_tree_of(repository, tip, onto, message)
    kind, name = drafted(branch)
    by_hand = f"merge it yourself, in a worktree: git merge --squash {tip}"
    if kind in ("move", "taxonomy"):
        both = sorted(changed.keys() & repository.changes(base, onto).keys())
        if both:
            raise SkillRepoError(f"{both[0]} has changed since {branch} began; {by_hand}")
        entries = {path: each.after for path, each in changed.items()}
        if commit := commit_changes(repository, onto, entries, message):
            return commit
        raise SkillRepoError(f"{branch} changes nothing that is not so already")
    folder = folder_of(name, changed)
    outside = [path for path in changed if folder is None or not within(path, folder)]
    if folder is None or outside:
        raise SkillRepoError(f"{branch} changes {outside[0]}, too, and is behind; {by_hand}")
    if conflicts := [path for path in repository.changes(base, onto) if within(path, folder)]:
        raise SkillRepoError(
            f"{conflicts[0]} has changed since {branch} began, which changes {folder}; {by_hand}"
        )
    files = repository.tree_entries(tip, folder)
    kept = {path[len(folder) + 1 :]: entry for path, entry in files.items()}
    return commit_files(repository, onto, folder=folder, files={}, kept=kept, message=message)


def message_of(commits: Sequence[CommitText]) -> str:
    """The message of one commit for several, the oldest first; that of one stays as it is.

    Subject and reason are those of the first of skillrepo's, then come the subjects of the others,
    and the trailers of all, each once; of versions the last.
    """
    if len(commits) == 1:
        return commits[0].message
    first = next((each for each in commits if each.is_ours), commits[0])
    # `- : x` would be a trailer.
    subjects = (each.subject.lstrip(" :") for each in commits if each is not first)
    others = "\n".join(f"- {subject}" for subject in subjects)
    pairs = dict.fromkeys(pair for each in commits for pair in each.trailers)
    last = {key: value for key, value in pairs if key == _LATEST}
    trailers = "\n".join(
        f"{key}: {one_line(value)}" for key, value in pairs if last.get(key, value) == value
    )
    why = uncut("\n".join(first.why(changes=True)).strip())
    parts = (uncut(first.subject), why, others, trailers)
    return "\n\n".join(part for part in parts if part)
