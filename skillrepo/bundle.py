"""The files of a skill beside its SKILL.md: which there are, and the text of each."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from posixpath import dirname
from typing import Any, NamedTuple

from skillrepo import document, markdown
from skillrepo.fences import PlainFence, plain_fences
from skillrepo.files import Kind, Source
from skillrepo.finding import NotAnalysed
from skillrepo.vocabulary import Vocabulary, vocabulary

MOST_FILES = 1_000
"""Files of one skill that are looked into; of 5,418 published skills, 99 % have at most 38."""

MOST_BYTES = 16 << 20
"""Of all the files of one skill together."""

TOO_MANY = f"is beyond the first {MOST_FILES:,} files of the skill"
NOT_TEXT = "is not UTF-8 text"
TOO_MUCH = f"is beyond the first {MOST_BYTES:,} bytes of the skill"


class Item(NamedTuple):
    """One file; `path` is relative to the root of what is checked, `name` to the skill's folder."""

    path: str
    name: str
    kind: Kind
    executable: bool

    @property
    def suffix(self) -> str:
        """What follows the last dot of the name, in small letters, with the dot."""
        _, dot, suffix = self.name.rpartition("/")[2].rpartition(".")
        return dot + suffix.lower()


class Page:
    r"""The text of a file of a skill, with `\n` line ends and without a byte-order mark."""

    def __init__(self, item: Item, data: bytes, text: str) -> None:
        self.item = item
        self.path = item.path
        self.name = item.name
        self.data = data
        self.text = text
        self.reading: Any = None
        """What `wording` has made of the text."""

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words of the text."""
        return vocabulary(self.data)

    @cached_property
    def markdown(self) -> markdown.Markdown:
        """The parts of the text, if it is Markdown."""
        return markdown.parse(self.text)

    @cached_property
    def fences(self) -> list[PlainFence] | None:
        """The code fences of the text, if one sees without a parser that they are sound."""
        return plain_fences(self.text)

    @property
    def is_markdown(self) -> bool:
        """Whether the file's name says that it is Markdown."""
        return self.item.suffix in (".md", ".markdown")


class Bundle:
    """What lies in a skill's folder beside SKILL.md; files are read when they are asked for.

    `folder` is the skill's, relative to the root of what is checked; `paths` are its files, `inner`
    those of skills that lie in it, which are there but are not its own.
    """

    def __init__(
        self, source: Source, folder: str, paths: Sequence[str], inner: Sequence[str] = ()
    ) -> None:
        self._source = source
        self.folder = folder
        self._paths = paths
        self._inner = inner
        self.leads: Any = None
        """What `links` has found in the texts."""

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Every file and link, in path order."""
        start = len(self.folder) + 1 if self.folder else 0
        return tuple(
            Item(path, path[start:], self._source.kind(path), self._source.executable(path))
            for path in self._paths
        )

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the files, and of the folders that hold them."""
        found: set[str] = set()
        for item in self.items:
            name = item.name
            while name and name not in found:
                found.add(name)
                name = dirname(name)
        return frozenset(found)

    @cached_property
    def _read(self) -> tuple[dict[str, bytes], tuple[NotAnalysed, ...]]:
        """The bytes of each file by path, and what was not read."""
        found: dict[str, bytes] = {}
        left: list[NotAnalysed] = []
        total = 0
        files = [item.path for item in self.items if item.kind == "file"]
        left += (NotAnalysed(path, TOO_MANY) for path in files[MOST_FILES:])
        for path in files[:MOST_FILES]:
            if total > MOST_BYTES:
                left.append(NotAnalysed(path, TOO_MUCH))
                continue
            data = next(self._source.read([path]))
            if data is None:
                left.append(NotAnalysed(path, document.OUT_OF_REACH))
            elif isinstance(data, int):
                left.append(NotAnalysed(path, document.over_limit(data)))
            else:
                found[path] = data
                total += len(data)
        return found, tuple(left)

    @cached_property
    def _texts(self) -> tuple[tuple[Page, ...], tuple[NotAnalysed, ...]]:
        contents, left = self._read
        pages: list[Page] = []
        binary: list[NotAnalysed] = []
        for item in self.items:
            data = contents.get(item.path)
            if data is None:
                continue
            text = document.text_of(data)
            if text is None:
                binary.append(NotAnalysed(item.path, NOT_TEXT))
            else:
                pages.append(Page(item, data, text))
        return tuple(pages), (*left, *binary)

    def data(self, item: Item) -> bytes | None:
        """The bytes of a file; None where it was not read, as `not_analysed` says."""
        return self._read[0].get(item.path)

    def pages(self) -> tuple[Page, ...]:
        """The files that are text, in path order."""
        return self._texts[0]

    def markdown_pages(self) -> Iterator[Page]:
        """The Markdown files among them."""
        return (page for page in self.pages() if page.is_markdown)

    def not_analysed(self) -> tuple[NotAnalysed, ...]:
        """The files whose text could not be looked at, in path order."""
        return tuple(sorted(self._texts[1]))

    @cached_property
    def _kinds(self) -> dict[str, Kind]:
        """What stands at each name below the folder; names come from what is listed alone."""
        start = len(self.folder) + 1 if self.folder else 0
        found: dict[str, Kind] = {item.name: item.kind for item in self.items}
        found.update((path[start:], self._source.kind(path)) for path in self._inner)
        found.setdefault("SKILL.md", "file")
        for name in list(found):
            above = dirname(name)
            while above and above not in found:
                found[above] = "folder"
                above = dirname(above)
        return found

    def kind(self, name: str) -> Kind:
        """What stands at a name relative to the skill's folder; `""` and `.` are the folder.

        A file that git ignores is missing: it will be missing for whoever installs the skill.
        """
        return "folder" if name in ("", ".") else self._kinds.get(name, "missing")

    def state(self, path: str, data: bytes | None = None) -> tuple[str, Callable[[], str]]:
        """Two names of all the files with the SKILL.md at `path`: a stamp, and one of contents.

        `data` is what was read of the SKILL.md, where it was: the name is to be that of what was
        judged, and the file may have changed since.

        The stamp is cheap, and empty where it cannot tell. The other is made of git's object ids;
        it is the same for the same files, wherever they come from.
        """
        files = [path, *self._paths]
        stamps = [self._source.stamp(each) for each in files]
        inner = "\n".join(self._inner)
        stamp = "" if "" in stamps else _digest("\n".join((*files, *stamps, inner)))

        def contents() -> str:
            read = self.__dict__.get("_read", ({}, ()))[0]
            ids = (
                self._source.object_id(each, data if each == path else read.get(each))
                for each in files
            )
            return _digest("\n".join((*files, *ids, inner)))

        return stamp, contents

    def forget(self) -> None:
        """Let go what was made of the texts, which holds them in its turn."""
        self.leads = None
        for page in self.__dict__.get("_texts", ((), ()))[0]:
            page.reading = None

    def link(self, item: Item) -> str:
        """The target of a symbolic link, as it is written."""
        return self._source.link(item.path)


def _digest(text: str) -> str:
    from hashlib import blake2b  # noqa: PLC0415 - 5 ms, which a hook need not spend

    return blake2b(text.encode(errors="surrogatepass"), digest_size=16).hexdigest()
