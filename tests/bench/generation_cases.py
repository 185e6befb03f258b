"""Published skills with reference documents → briefs to draft from, with the skill withheld.

The brief is made of the skill's description by a rule: of its first sentence, where that does not
say when to use it, what stands before the first comma, colon, bracket or dash after the fourth
word, at most 14 words. So it says about what a user would say: the occasions (the trigger words)
are withheld, and the name stands in it at most as the words of which it is made. The sources are
the skill's own documents without SKILL.md, and the repository is the rest of the one that the skill
comes from, with a taxonomy made from its folders by what `skillrepo init` uses.
"""

import random
import re
import tarfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from skillrepo import document, sources
from skillrepo.adopt import adopt
from skillrepo.commands.asking import choices_of
from skillrepo.commands.place import Place
from skillrepo.commands.work import Work
from skillrepo.context import Context
from skillrepo.draft import Draft, Request
from skillrepo.files import SKILL_FILE, Folder, Overlay
from skillrepo.nearest import Nearest, described
from skillrepo.taxonomy import Taxonomy
from skillrepo.triggers import said

ENOUGH = 2_000
"""Bytes of documents that a skill must have beside SKILL.md."""
_TEXTS = (".md", ".mdx", ".rst", ".txt")
_BREAK = re.compile(r"\s*(?:[,:;()\[\]\u2013\u2014]|\s-\s)\s*")
_ABOUT_ITSELF = re.compile(
    r"(?:also |always )?(?:use|load|invoke|trigger|this skill|claude)\b", re.IGNORECASE
)
_FEWEST_WORDS, _MOST_WORDS = 4, 14


@dataclass(frozen=True, slots=True)
class Published:
    """A skill of the corpus; `folder` is relative to its repository's folder, `root`."""

    root: Path
    folder: str
    name: str
    description: str

    @property
    def documents(self) -> list[Path]:
        """Its text documents beside SKILL.md."""
        found = sorted((self.root / self.folder).rglob("*"))
        return [
            path
            for path in found
            if path.is_file() and path.suffix in _TEXTS and path.name != SKILL_FILE
        ]


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A brief with what is known of the skill that it was made of.

    `category` is None where the repository is flat, so that there is nothing to place. `triggers`
    are the occasions of the withheld description.
    """

    request: Request
    context: Context
    withheld: Draft
    category: str | None
    triggers: str
    repository: str


def extract(archive: Path, folder: Path) -> list[Published]:
    """Unpack the corpus, give each repository its taxonomy; the skills that can be read."""
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    (top,) = folder.iterdir()
    found = []
    for root in sorted(path for path in top.iterdir() if path.is_dir()):
        files = sorted(path.relative_to(root).as_posix() for path in root.rglob(SKILL_FILE))
        (root / "taxonomy.yaml").write_text(adopt(files).text(), encoding="utf-8")
        for path in files:
            data = (root / path).read_bytes()
            read = document.read(path, "", data)
            if isinstance(read, document.Document):
                about = str(read.frontmatter.get("description", ""))
                name = str(read.frontmatter.get("name", ""))
                found.append(Published(root, path.rpartition("/")[0], name, about))
    return found


def select(published: Sequence[Published], count: int, seed: int) -> list[Published]:
    """Of those that serve, as many of each repository in turn as it has, until there are enough."""
    by_repository: dict[Path, list[Published]] = defaultdict(list)
    for skill in published:
        size = sum(path.stat().st_size for path in skill.documents)
        if size > ENOUGH and brief_of(skill) and said(skill.description).occasions:
            by_repository[skill.root].append(skill)
    chance = random.Random(seed)  # noqa: S311 - a choice that can be made again
    for skills in by_repository.values():
        chance.shuffle(skills)
    turns = max(map(len, by_repository.values()), default=0)
    chosen = [
        skills[turn]
        for turn in range(turns)
        for skills in by_repository.values()
        if turn < len(skills)
    ]
    return sorted(chosen[:count], key=lambda skill: (skill.root, skill.folder))


def brief_of(skill: Published) -> str:
    """What a user would have said; empty where the description does not say what the skill does."""
    about = " ".join(skill.description.split())
    first = next(iter(said(about).rest.values()), "")
    if _ABOUT_ITSELF.match(first) or not about.startswith(first):
        return ""
    words = first.replace(skill.name, skill.name.replace("-", " ")).split()
    kept: list[str] = []
    for part in _BREAK.split(" ".join(words)):
        kept += part.split()
        if len(kept) >= _FEWEST_WORDS:
            break
    return " ".join(kept[:_MOST_WORDS]) if len(kept) >= _FEWEST_WORDS else ""


def case_of(skill: Published) -> Case:
    """The request for a skill, and the repository without it."""
    source = Overlay(Folder(skill.root), skill.folder, {})
    context = Context.of(source)
    taxonomy = context.taxonomy
    if not isinstance(taxonomy, Taxonomy):
        raise SystemExit(f"{skill.root.name}: its folders make no taxonomy")
    work = Work("dry-run", Place(skill.root, None, ()), None, "", context, taxonomy)
    found, _ = sources.read(skill.documents)
    skills = described(context, whole=True)
    address = taxonomy.address(f"{skill.folder}/{SKILL_FILE}")
    category = address.rpartition("/")[0] if address else None
    top = skill.root / skill.folder
    beside = (path for path in sorted(top.rglob("*")) if path.is_file())
    files = {path.relative_to(top).as_posix(): path.read_bytes() for path in beside}
    request = Request(
        brief=brief_of(skill),
        sources=found,
        choices=choices_of(work, skills),
        taken=context.library.names,
        near=Nearest(skills).to(brief_of(skill)),
    )
    return Case(
        request,
        context,
        Draft(category or "", skill.name, files, writer="withheld"),
        category if category in taxonomy.categories and len(taxonomy.categories) > 1 else None,
        ". ".join(said(skill.description).occasions.values()),
        skill.root.name,
    )
