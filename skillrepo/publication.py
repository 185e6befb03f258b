"""The skills of a commit → the flat tree that installers read: which are in it, and its README.

A skill is published unless its status says otherwise: `draft` and `deprecated` are held back, and
so is a status that nobody knows. One without a status counts as stable, as it does to the rules.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from posixpath import dirname
from typing import NamedTuple
from urllib.parse import quote

from skillrepo.check import Plan, Verdict, judge, report
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.errors import SkillRepoError
from skillrepo.facts import Facts
from skillrepo.files import SKILL_FILE, Tree
from skillrepo.finding import Report
from skillrepo.git import Entry
from skillrepo.git_blobs import BlobReader
from skillrepo.installers import GH, gh_finds, installed_names
from skillrepo.library import is_skill_file
from skillrepo.rules import ALL
from skillrepo.selection import applied
from skillrepo.settings import FILE_NAME as SETTINGS
from skillrepo.skill import Skill
from skillrepo.taxonomy import FILE_NAME as TAXONOMY
from skillrepo.visible import one_line

FOLDER = "skills"
"""The folder of the flat tree that holds the skills."""
README = "README.md"
_STABLE = ("", "stable")
# As GitHub looks for them, and the notices that go with the Apache License.
_LICENCES = re.compile(r"(?:licen[cs]e|copying|notice)(?:[.-][a-z0-9.-]*)?", re.IGNORECASE)
_LINK = "120000"
_FILES = ("100644", "100755")
# What means something within a line of Markdown; colons, at signs and `www.` make links of words.
_MARKS = re.compile(r"([\\`*_\[\]<>|~&!#$:@]|(?<=[Ww]{3})\.)")


class Published(NamedTuple):
    """A skill that is published as `skills/<name>`; `folder` is where it lies in the repository."""

    name: str
    folder: str
    address: str
    version: str
    description: str


class Publication(NamedTuple):
    """What is published, in order of names; who is held back: path and why; what the gate says."""

    skills: tuple[Published, ...]
    held: tuple[tuple[str, str], ...]
    report: Report
    notes: tuple[str, ...]


def context_of(name: str, entries: Mapping[str, Entry], read: BlobReader) -> Context:
    """The skills of a commit, of which nothing but each SKILL.md is looked at.

    The other files may be missing, as in a partial clone. Raises `SkillRepoError` where the
    settings cannot be used.
    """
    files = {
        path: entry
        for path, entry in entries.items()
        if path in (SETTINGS, TAXONOMY) or (is_skill_file(path) and entry.mode != _LINK)
    }
    return Context.of(Tree(name, files, read))


def publication(context: Context) -> Publication:
    """Choose the skills and judge them by the specification.

    Raises `SkillRepoError` where two would be one in a flat tree, and where one lies in the folder
    of another, with which it would go.
    """
    rules = [rule for rule in ALL if "spec" in rule.severities]
    plan = Plan.of(applied(rules, "spec", context.settings.rules), ALL, context)
    library = context.library
    library.list_all()
    skills: list[Published] = []
    verdicts: list[Verdict] = []
    held: list[tuple[str, str]] = []
    chosen: list[Facts] = []
    for read in library.load(library.skill_files):
        facts = Facts.of(read)
        if facts.status not in _STABLE:
            held.append((read.path, facts.status))
            continue
        chosen.append(facts)
        verdicts.append(judge(read, plan, context))
        skill = Skill.of(read) if isinstance(read, Document) else None
        if skill:
            skills.append(_published(skill, context))
        elif not verdicts[-1].findings:  # the settings put the rule off
            held.append((read.path, "breaks the specification"))
    notes = tuple(_nested(chosen, context))
    _refuse_same(chosen)
    told = report(verdicts, plan, context)
    return Publication(tuple(sorted(skills)), tuple(held), told, notes)


def _published(skill: Skill, context: Context) -> Published:
    folder = dirname(skill.path)
    address = context.address(skill.path)
    front = skill.frontmatter
    return Published(front.name, folder, address, skill.version, front.description)


def _nested(chosen: Iterable[Facts], context: Context) -> Iterator[str]:
    """Refuse skills in the folders of others: a subtree is published with all that lies in it.

    Gives a note for what is excluded, where an installer takes it for a skill all the same.
    """
    names = {dirname(facts.path): facts.folder for facts in chosen}
    if "" in names:
        why = f"the {SKILL_FILE} in the root of the repository cannot be published: move it"
        raise SkillRepoError(f"{why} to `{FOLDER}/<name>/`")
    skills = set(context.library.skill_files)
    for path in filter(is_skill_file, context.library.source.files()):
        folder = dirname(path)
        above = dirname(folder)
        while above and above not in names:
            above = dirname(above)
        if above and path in skills:
            why = f"`{folder}` lies in the skill `{above}`, and would be published with it"
            raise SkillRepoError(f"{why}: move it out; nothing was published")
        flat = f"{FOLDER}/{names.get(above, '')}{folder[len(above) :]}"
        if above and gh_finds(flat):
            yield f"{GH} takes `{flat}` for a skill, too: call its {SKILL_FILE} otherwise"


def _refuse_same(chosen: Iterable[Facts]) -> None:
    known: dict[str, str] = {}
    for facts in chosen:
        folder = dirname(facts.path)
        for key in installed_names(facts.folder, facts.name):
            other = known.setdefault(key, folder)
            if other != folder:
                raise SkillRepoError(
                    f"`{other}` and `{folder}` would both be installed as `{key}`: rename one; "
                    "nothing was published"
                )


def licences(entries: Mapping[str, Entry]) -> dict[str, Entry]:
    """The files in the root of a repository that hold its licence."""
    return {
        path: entry
        for path, entry in entries.items()
        if entry.mode in _FILES and _LICENCES.fullmatch(path)
    }


def readme(skills: Iterable[Published]) -> bytes:
    """The README of the flat tree, the same for the same skills."""
    return "".join(f"{line}\n" for line in _readme(tuple(skills))).encode(errors="replace")


def _readme(skills: tuple[Published, ...]) -> Iterator[str]:
    yield "# Skills"
    yield ""
    number = f"{len(skills):,} [Agent Skill" + "s" * (len(skills) != 1)
    yield f"{number}](https://agentskills.io), each in a folder of its own below `{FOLDER}/`."
    yield "This branch is written by `skillrepo publish`, which refuses one changed by hand."
    yield ""
    if skills:
        yield "| name | description | version | address |"
        yield "| --- | --- | --- | --- |"
    for each in skills:
        name = f"[{_cell(each.name)}]({FOLDER}/{quote(each.name)}/{SKILL_FILE})"
        cells = (name, *map(_cell, (each.description, each.version, each.address)))
        yield f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    """A text in a cell of a table, where it is read as it is written."""
    return _MARKS.sub(r"\\\1", one_line(text))
