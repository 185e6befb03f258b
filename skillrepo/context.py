"""`Context`: all that a rule may know beside the document."""

from typing import NamedTuple, Self

from skillrepo import settings as settings_module
from skillrepo import taxonomy as taxonomy_module
from skillrepo.errors import SkillRepoError
from skillrepo.files import Source
from skillrepo.library import Library
from skillrepo.settings import Settings
from skillrepo.taxonomy import Problem, Taxonomy


class Context(NamedTuple):
    """A library with its settings and its taxonomy.

    The taxonomy is None where there is no `taxonomy.yaml`, and what is wrong with it where it
    cannot be used.
    """

    library: Library
    settings: Settings
    taxonomy: Taxonomy | tuple[Problem, ...] | None

    @classmethod
    def of(cls, source: Source) -> Self:
        """Read `skillrepo.yaml` and `taxonomy.yaml` of the source; both may be missing.

        Raises `SkillRepoError` where the settings cannot be used.
        """
        text = _text(source, settings_module.FILE_NAME)
        settings = settings_module.DEFAULT if text is None else settings_module.load(text)
        text = _text(source, taxonomy_module.FILE_NAME)
        taxonomy = None if text is None else taxonomy_module.load(text)
        root = taxonomy.root if isinstance(taxonomy, Taxonomy) else ""
        return cls(Library(source, root, settings.exclude), settings, taxonomy)


def _text(source: Source, name: str) -> str | None:
    kind = source.kind(name)
    if kind == "missing":
        return None
    if kind != "file":
        raise SkillRepoError(f"{name} must be a regular file")
    data = next(source.read([name]))
    if not isinstance(data, bytes):
        raise SkillRepoError(f"{name} is too large, or not in this partial clone")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SkillRepoError(
            f"{name} is not UTF-8 (byte {error.start}); save it as UTF-8"
        ) from None
