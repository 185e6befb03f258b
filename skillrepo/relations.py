"""How skills relate: which skill a name means, and which names mean none."""

from collections.abc import Iterator

from skillrepo.context import Context
from skillrepo.facts import Facts, Index
from skillrepo.near import Words
from skillrepo.rule import Hit
from skillrepo.taxonomy import Taxonomy

_HINTS = 3
"""Misspelt names of one skill that are looked for among all others."""
_SHOWN = 64


def skill_of(name: str, index: Index) -> Facts | None:
    """The skill whose folder is called just `name`; the first where there are several."""
    return next((facts for facts in index.named(name) if facts.folder == name), None)


def judged(context: Context) -> bool:
    """Whether there is a repository around the skill that others could be in."""
    return isinstance(context.taxonomy, Taxonomy) or len(context.library.skill_files) > 1


def missing(skill: Facts, relation: str, context: Context) -> Iterator[Hit]:
    """Each name in a relation that is no other skill's."""
    names = skill.related(relation)
    if not names or not judged(context):
        return
    hints = 0
    for name in dict.fromkeys(names):
        field = f"`metadata.{relation}`"
        place = skill.places[relation]
        if name == skill.folder:
            yield Hit(*place, f"{field} names the skill itself; remove it")
        elif skill_of(name, context.facts) is None:
            shown = name[:_SHOWN]
            near = _near(name, context.facts) if hints < _HINTS else None
            hints += 1
            do = f"did you mean `{near}`?" if near else "correct the name, or remove it"
            yield Hit(*place, f"{field} names `{shown}`, which is no skill here; {do}")


def _near(name: str, index: Index) -> str | None:
    same = index.library.same_name(name)
    if same:
        return index.library.folder_name(same[0])
    plain = name.strip(",;")
    if plain != name and index.library.same_name(plain):
        return plain
    words = index.derived("names-of-skills", lambda index: Words(sorted(index.library.names)))
    return words.near(name.casefold())
