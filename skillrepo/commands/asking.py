"""What a new skill may be called and where it may be put, before a writer is asked for it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from skillrepo.commands.landing import BRANCH, NAME
from skillrepo.commands.work import Work
from skillrepo.context import Context
from skillrepo.draft import Choice, Neighbour
from skillrepo.errors import SkillRepoError
from skillrepo.git import Repository
from skillrepo.nearest import described
from skillrepo.settings import Policy, Settings
from skillrepo.taxonomy import DEFAULT_SECTIONS, FILE_NAME, Category

_ABOVE = BRANCH.partition("/")[0]


def drafts_of(repository: Repository) -> dict[str, str]:
    """Name → the branch, here or of a remote, that holds a draft of it.

    Refuses what keeps such branches from being made.
    """
    branches = repository.branches(_ABOVE)
    for name in (_ABOVE, BRANCH.rstrip("/")):
        if name in branches or (name == _ABOVE and repository.branch_oid(name)):
            raise SkillRepoError(
                f"the branch `{name}` is in the way of branches {BRANCH}<name>: rename it with "
                f"`git branch -m {name} OTHER-NAME`"
            )
    remote = repository.remote_branches(BRANCH.rstrip("/"))
    return {name.rpartition(BRANCH)[2]: name for name in (*remote, *branches) if BRANCH in name}


def refuse_name(name: str, drafts: Mapping[str, str], context: Context) -> None:
    """Refuse a name that no skill may have, or that one or a draft has. Raises `SkillRepoError`."""
    if not NAME.fullmatch(name):
        raise SkillRepoError(
            f"--name {name!r}: use 1 to 64 lowercase letters, digits and single hyphens"
        )
    if name in drafts:
        branch = drafts[name]
        drop = (
            f", or drop the draft with `skillrepo drop {branch}`"
            if branch.startswith(BRANCH)
            else ""
        )
        raise SkillRepoError(
            f"the branch {branch} holds a draft of that name; choose another --name{drop}"
        )
    if there := context.library.same_name(name):
        raise SkillRepoError(f"{there[0]} has that name already; choose another --name")


def choices_of(work: Work, skills: Iterable[Neighbour] = ()) -> tuple[Choice, ...]:
    """The categories with those of the skills that are in them.

    Those of a flat repository are its root alone.
    """
    taxonomy, settings = work.taxonomy, work.context.settings
    if not taxonomy.categories:
        return (choice_of("", None, settings),)
    within: dict[str, list[Neighbour]] = {}
    for skill in skills:
        within.setdefault(skill.address.rpartition("/")[0], []).append(skill)
    return tuple(
        replace(choice_of(each.id, each, settings), skills=tuple(within.get(each.id, ())))
        for each in taxonomy.categories.values()
    )


def skills_of(work: Work, *, placed: bool, near: bool) -> tuple[Neighbour, ...]:
    """The skills that there are, where somebody looks at them; else none, for they must be read.

    They are looked at if a skill is to be `placed` among several categories, and for those that
    are `near` it, which a model is shown.
    """
    if not near and not (placed and len(work.taxonomy.categories) > 1):
        return ()
    return described(work.context, whole=near)


def choice_of(id_: str, category: Category | None, settings: Settings) -> Choice:
    """A category as a choice; one that the taxonomy does not know has the default sections."""
    policy = settings.policy(category.sections if category else DEFAULT_SECTIONS) or Policy()
    if category is None:
        title = id_ or "the repository"
        return Choice(id_, title, "", policy.required, ordered=policy.ordered)
    about, aliases = category.description, category.aliases
    return Choice(
        id_, category.title or id_, about, policy.required, aliases, ordered=policy.ordered
    )


def category_of(at: str, work: Work) -> str:
    """The id of the category that `--at` means. Raises `SkillRepoError` where there is none."""
    at, taxonomy = at.strip("/"), work.taxonomy
    # People take the path from the tree, where the root stands in front.
    for wanted in (at, at.removeprefix(f"{taxonomy.root}/")):
        if wanted in taxonomy.categories or (not wanted and not taxonomy.categories):
            return wanted
        if canonical := taxonomy.alias_of(wanted):
            return canonical
    if not taxonomy.categories:
        raise SkillRepoError(f"--at {at}: {FILE_NAME} has no categories; leave --at out")
    known = "".join(f"\n  {each.id}: {each.title}" for each in taxonomy.categories.values())
    where = "the worktree" if work.step == "write-only" else work.start
    raise SkillRepoError(f"--at {at}: no such category in {FILE_NAME} of {where}:{known}")
