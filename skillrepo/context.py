"""`Context`: all that a rule may know beside the document."""

from posixpath import dirname
from typing import NamedTuple, Self

from skillrepo import settings as settings_module
from skillrepo import taxonomy as taxonomy_module
from skillrepo.bundle import Bundle
from skillrepo.document import Document, Unreadable
from skillrepo.errors import SkillRepoError
from skillrepo.facts import Index
from skillrepo.files import Source
from skillrepo.library import Library
from skillrepo.settings import Settings
from skillrepo.taxonomy import Problem, Taxonomy


class Context(NamedTuple):
    """A library with its settings and its taxonomy.

    The taxonomy is None where there is no `taxonomy.yaml`, and what is wrong with it where it
    cannot be used. `facts` knows the skills as they see each other, `clients` are the names of the
    clients whose own keys are known.
    """

    library: Library
    settings: Settings
    taxonomy: Taxonomy | tuple[Problem, ...] | None
    facts: Index
    clients: frozenset[str] = frozenset()

    def bundle(self, skill: Document | Unreadable) -> Bundle:
        """The files of a skill beside its SKILL.md."""
        return self.library.bundle(skill.path)

    def address(self, path: str) -> str:
        """The address of a skill by the path of its SKILL.md; its folder outside of the taxonomy.

        It is empty for a skill that is the root of what is looked at.
        """
        found = self.taxonomy.address(path) if isinstance(self.taxonomy, Taxonomy) else None
        return found or dirname(path)

    def with_source(self, source: Source) -> Self:
        """The same settings and taxonomy for other files."""
        library = Library(source, self.library.root, self.library.exclude)
        return self._replace(library=library, facts=Index(library))

    @classmethod
    def of(cls, source: Source, *, settings_of: Source | None = None) -> Self:
        """Read `skillrepo.yaml` and `taxonomy.yaml` of the source; both may be missing.

        The settings are those of another source, if one is given, and so are the section policies
        of categories that it has: those of a base commit hold for a change, which may not excuse
        itself. Raises `SkillRepoError` where the settings cannot be used.
        """
        if settings_of is not None:
            read_settings(source)  # what the change makes of them must be sound too
        settings = read_settings(settings_of or source)
        taxonomy = read_taxonomy(source)
        if settings_of is not None and isinstance(taxonomy, Taxonomy):
            before = read_taxonomy(settings_of)
            if isinstance(before, Taxonomy):
                taxonomy = taxonomy.with_policies(before, lambda n: settings.policy(n) is not None)
        root = taxonomy.root if isinstance(taxonomy, Taxonomy) else ""
        library = Library(source, root, settings.exclude)
        return cls(library, settings, taxonomy, Index(library), frozenset(settings.clients))


def read_taxonomy(source: Source) -> Taxonomy | tuple[Problem, ...] | None:
    """The taxonomy of a source, or what is wrong with it; None without. Raises `SkillRepoError`."""
    text = _text(source, taxonomy_module.FILE_NAME)
    return None if text is None else taxonomy_module.load(text)


def read_settings(source: Source) -> Settings:
    """The settings of a source, those as shipped without a file. Raises `SkillRepoError`."""
    text = _text(source, settings_module.FILE_NAME)
    return settings_module.DEFAULT if text is None else settings_module.load(text)


def _text(source: Source, name: str) -> str | None:
    kind = source.kind(name)
    if kind == "missing":
        return None
    if kind != "file":
        raise SkillRepoError(f"{name} must be a regular file")
    data = next(source.read([name]))
    if not isinstance(data, bytes):
        raise SkillRepoError(
            f"{name} is too large, or not in this partial clone, where `git fetch --refetch "
            "--no-filter` brings it"
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SkillRepoError(
            f"{name} is not UTF-8 (byte {error.start}); save it as UTF-8"
        ) from None
