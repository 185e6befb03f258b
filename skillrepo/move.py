"""A category or skill and the address that it is to have: `Move`, and what may not be moved so."""

from collections.abc import Collection, Iterator
from posixpath import dirname
from typing import Literal, NamedTuple

from skillrepo import schema
from skillrepo.context import Context
from skillrepo.errors import SkillRepoError
from skillrepo.files import folders_of, within
from skillrepo.near import Words
from skillrepo.taxonomy import Taxonomy
from skillrepo.tree_path import MAX_LENGTH, path_problem, same_file_key

_NAMED = 5


class Move(NamedTuple):
    """A move of a skill or of a category with all below it, as addresses and as folders."""

    kind: Literal["skill", "category"]
    old: str
    new: str
    old_folder: str
    new_folder: str

    @property
    def name(self) -> str:
        """The last part of the address that it is to have."""
        return self.new.rpartition("/")[2]

    @property
    def old_name(self) -> str:
        """The last part of the address that it has."""
        return self.old.rpartition("/")[2]

    def now(self, path: str) -> str:
        """The path that a file or folder has after the move."""
        moves = path == self.old_folder or path.startswith(f"{self.old_folder}/")
        return self.new_folder + path[len(self.old_folder) :] if moves else path

    def was(self, path: str) -> str | None:
        """The path that it had before; None for one that is empty then."""
        if path == self.new_folder or path.startswith(f"{self.new_folder}/"):
            return self.old_folder + path[len(self.new_folder) :]
        gone = path == self.old_folder or path.startswith(f"{self.old_folder}/")
        return None if gone else path


def move_of(old: str, new: str, context: Context, taxonomy: Taxonomy) -> Move:
    """What is to move where, from the words of a user. Raises `SkillRepoError`."""
    old, new = _address(old, taxonomy), _address(new, taxonomy)
    if old in taxonomy.categories:
        move = Move("category", old, new, taxonomy.folder(old), taxonomy.folder(new))
    else:
        folder = _skill(old, context, taxonomy)
        address = taxonomy.address(f"{folder}/SKILL.md")
        if address is None:
            raise SkillRepoError(f"{folder} does not lie below `{taxonomy.root}/`: git mv moves it")
        move = Move("skill", address, new, folder, taxonomy.folder(new))
    refuse_unfit(new, taxonomy)
    if move.old == new:
        raise SkillRepoError(f"{new} is where it is: there is nothing to do")
    if within(new, move.old):
        raise SkillRepoError(f"{new} lies below {move.old}, which cannot be moved into itself")
    if move.kind == "skill":
        _refuse_as_skill(move, context, taxonomy)
    else:
        _refuse_as_category(move, taxonomy)
    _refuse_taken(move, context)
    return move


def refuse_unfit(address: str, taxonomy: Taxonomy) -> None:
    """SkillRepoError for what is no address that a category or skill may have."""
    problem = path_problem(address) or path_problem(taxonomy.folder(address))
    if not problem and any(part.startswith("-") for part in address.split("/")):
        problem = f"{address!r} has a part that begins with `-`"
    if problem:
        raise SkillRepoError(f"not an address: {problem}")


def refuse_category(address: str, taxonomy: Taxonomy, *, below: int = 0) -> None:
    """SkillRepoError where there can be no new category at an address, with so many levels below.

    An alias of it is another matter.
    """
    above = address.rpartition("/")[0]
    if above and above not in taxonomy.categories:
        raise SkillRepoError(_no_category(above, address, taxonomy))
    depth = address.count("/") + 1 + below
    if depth > taxonomy.max_depth:
        raise SkillRepoError(
            f"{address} would make the tree {depth} categories deep; `max_depth` in taxonomy.yaml "
            f"is {taxonomy.max_depth}"
        )


def refuse_same_file(path: str, others: Collection[str]) -> None:
    """SkillRepoError where a path, or a folder of it, differs from another in case alone."""
    parts = path.split("/")
    wanted = {"/".join(parts[: n + 1]) for n in range(len(parts))} - set(others)
    keys = {same_file_key(part): part for part in wanted}
    folded = {part.casefold() for part in wanted}
    for other in others:
        if other.casefold() in folded or not other.isascii():
            mine = keys.get(same_file_key(other))
            if mine and mine != other:
                raise SkillRepoError(
                    f"{mine!r} and {other!r}, which is there, are the same where case does not "
                    "count: choose another name"
                )


def _address(words: str, taxonomy: Taxonomy) -> str:
    """An address, also from the path of its folder."""
    text = words.removeprefix("./").rstrip("/")
    root = f"{taxonomy.root}/"
    first = text.partition("/")[0]
    if text.startswith(root) and first not in taxonomy.categories:
        return text[len(root) :]
    return text


def _skill(old: str, context: Context, taxonomy: Taxonomy) -> str:
    """The folder of the skill that is named by its address, or by its name alone."""
    library = context.library
    if not path_problem(old):
        folder = taxonomy.folder(old)
        if any(dirname(path) == folder for path in library.select(folder)):
            return folder
        named = library.same_name(old)
        folders = [dirname(path) for path in named if library.folder_name(path) == old]
        if len(folders) > 1:
            raise SkillRepoError(f"{old!r} means several skills: {', '.join(folders[:_NAMED])}")
        if folders:
            return folders[0]
    hint = "; ".join(_hints(old, context, taxonomy))
    hint = f": did you mean {hint}?" if hint else "; `skillrepo taxonomy tree` and `list` have all"
    raise SkillRepoError(f"there is no category and no skill {old!r}{hint}")


def _hints(old: str, context: Context, taxonomy: Taxonomy) -> Iterator[str]:
    category, _, name = old.rpartition("/")
    paths = context.library.skill_files
    addresses = [each for path in paths if (each := taxonomy.address(path))]
    known = [*taxonomy.categories, *addresses]
    now = taxonomy.canonical(old)
    if not now and (canonical := taxonomy.canonical(category)):
        now = f"{canonical}/{name}" if f"{canonical}/{name}" in known else None
    same = [each for each in known if each.rpartition("/")[2] == name]
    near = Words(known).near(old) or Words(sorted(context.library.names)).near(old)
    yield from list(dict.fromkeys(each for each in (now, near, *same) if each))[:_NAMED]


def _no_category(category: str, address: str, taxonomy: Taxonomy) -> str:
    said = f"there is no category {category!r} for {address}"
    name = address.rpartition("/")[2]
    if now := taxonomy.canonical(category):
        return f"{said}: it is now {now}, so write {now}/{name}"
    near = Words(taxonomy.categories).near(category)
    hint = f"did you mean {near}/{name}? Else add" if near else "add"
    return f'{said}: {hint} it first: skillrepo taxonomy add {category} --purpose "…"'


def _refuse_as_skill(move: Move, context: Context, taxonomy: Taxonomy) -> None:
    if move.new in taxonomy.categories:
        raise SkillRepoError(
            f"{move.new} is a category: to put the skill into it, write {move.new}/{move.old_name}"
        )
    category = move.new.rpartition("/")[0]
    if category not in taxonomy.categories and (category or taxonomy.categories):
        if not category:
            raise SkillRepoError(f"a skill lies in a category: write CATEGORY/{move.name}")
        raise SkillRepoError(_no_category(category, move.new, taxonomy))
    if move.name == move.old_name:
        return
    wrong = schema.violations("frontmatter", {"name": move.name, "description": "x"})
    if wrong:
        raise SkillRepoError(f"{move.name!r} is no name for a skill: {schema.explain(wrong[0])}")
    for path in context.library.same_name(move.name):
        if dirname(path) != move.old_folder:
            raise SkillRepoError(f"the name {move.name} is taken by {dirname(path)}")


def _refuse_as_category(move: Move, taxonomy: Taxonomy) -> None:
    if move.new in taxonomy.categories:
        raise SkillRepoError(f"there is a category {move.new} already: choose another address")
    other = taxonomy.alias_of(move.new)
    if other and other != move.old:
        raise SkillRepoError(
            f"{move.new} is the former address of {other}: choose another, or take it out of its "
            "`aliases` in taxonomy.yaml"
        )
    own = move.old.count("/")
    inside = (each for each in taxonomy.categories if each.startswith(f"{move.old}/"))
    refuse_category(
        move.new, taxonomy, below=max((each.count("/") - own for each in inside), default=0)
    )
    refuse_same_file(move.new, taxonomy.categories)


def _refuse_taken(move: Move, context: Context) -> None:
    source = context.library.source
    if source.kind(move.new_folder) != "missing":
        raise SkillRepoError(f"{move.new_folder} is there already: choose another address")
    files = source.files()
    above = dirname(move.new_folder)
    while above:
        if source.kind(above) not in ("folder", "missing"):
            raise SkillRepoError(f"{above} is in the way: it is no folder")
        above = dirname(above)
    refuse_same_file(move.new_folder, folders_of(files) | set(files))
    for path in files:
        now = move.now(path)
        if len(now) > MAX_LENGTH >= len(path):
            raise SkillRepoError(
                f"{now} would have {len(now)} characters, {MAX_LENGTH} are allowed: choose a "
                "shorter address"
            )
