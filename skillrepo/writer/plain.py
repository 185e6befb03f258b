"""reStructuredText and plain text → headings, code and blocks, in the types of `markdown`."""

import re
import textwrap
from collections.abc import Iterator

from skillrepo.markdown import Block, CodeBlock, Heading, Markdown

_UNDERLINE = re.compile(r"([=\-~^\"'`#*+.:_])\1{2,}\s*")
_CODE_DIRECTIVE = re.compile(r"\s*\.\. (?:code-block|code|sourcecode|prompt)::\s*(\S*)")
_DIRECTIVE = re.compile(r"\s*\.\. [\w-]+::")
_OPTION = re.compile(r"\s+:[\w-]+:")
_CAPITALS = re.compile(r"[A-Z][A-Z0-9 ,/()&-]{2,59}")
_ITEM = re.compile(r"\s{0,8}(?:[-*+•]|\(?(?:\d{1,3}|#|[a-z])[.)])\s+\S")
_PROMPT = re.compile(r"\s*[$>%]\s+\S")


def parse(text: str, *, rst: bool) -> Markdown:
    """What stands in `text`; plain text knows no directives, but headings in capitals."""
    return _Reader(text.split("\n"), rst=rst).read()


class _Reader:
    def __init__(self, lines: list[str], *, rst: bool) -> None:
        self.lines = lines
        self.rst = rst
        self.found = Markdown()
        # The styles of headings met so far, the first one being level 1.
        self.styles: list[str] = []

    def read(self) -> Markdown:
        at = 0
        while at < len(self.lines):
            if not self.lines[at].strip():
                at += 1
                continue
            at = self._heading(at) or self._code(at) or self._block(at)
        return self.found

    def _line(self, at: int) -> str:
        return self.lines[at] if 0 <= at < len(self.lines) else ""

    def _heading(self, at: int) -> int:
        """Where to go on behind the heading at line index `at`, 0 where none is."""
        over = bool(_UNDERLINE.fullmatch(self._line(at)))
        title_at = at + 1 if over else at
        title, under = self._line(title_at).rstrip(), self._line(title_at + 1)
        mark = under[:1]
        if (
            title.strip()
            and _UNDERLINE.fullmatch(under)
            and len(under.rstrip()) >= len(title.strip()) - 2
            and (over or not title.startswith((" ", "\t")))
        ):
            style = mark * 2 if over else mark
            return self._add_heading(at, title_at + 2, title, style)
        alone = not self._line(at - 1).strip() and not title.startswith((" ", "\t"))
        if not self.rst and not over and alone and _CAPITALS.fullmatch(title):
            return self._add_heading(at, at + 1, title, "CAPITALS")
        return at + 1 if over else 0

    def _add_heading(self, at: int, after: int, title: str, style: str) -> int:
        if style not in self.styles:
            self.styles.append(style)
        level = min(6, self.styles.index(style) + 1)
        self.found.headings.append(Heading(at + 1, level, title.strip(), nested=False))
        self.found.blocks.append(Block("heading", at + 1, after))
        return after

    def _code(self, at: int) -> int:
        """Where to go on behind the code at line index `at`, 0 where none is."""
        directive = _CODE_DIRECTIVE.match(self.lines[at]) if self.rst else None
        if directive:
            start = at + 1
            while _OPTION.match(self._line(start)):
                start += 1
            return self._add_code(start, _indent(self.lines[at]), directive[1])
        before = next((line for line in self._above(at) if line.strip()), "")
        deeper = _indent(self.lines[at]) > _indent(before)
        announced = before.rstrip().endswith("::" if self.rst else ":")
        prompt = bool(_PROMPT.match(self.lines[at])) and _indent(self.lines[at]) > 0
        alone = deeper and not self._line(at - 1).strip() and not _DIRECTIVE.match(before)
        return self._add_code(at, _indent(before), "") if alone and (announced or prompt) else 0

    def _above(self, at: int) -> Iterator[str]:
        return (self.lines[n] for n in range(at - 1, max(-1, at - 4), -1))

    def _add_code(self, at: int, indent: int, info: str) -> int:
        """The indented block from line index `at` on, deeper than `indent`."""
        while at < len(self.lines) and not self.lines[at].strip():
            at += 1
        end = last = at
        while end < len(self.lines):
            line = self.lines[end]
            if line.strip() and _indent(line) <= indent:
                break
            end += 1
            last = end if line.strip() else last
        if last > at:
            text = textwrap.dedent("\n".join(self.lines[at:last])) + "\n"
            self.found.code.append(CodeBlock(at + 1, last, info, text))
            self.found.blocks.append(Block("code", at + 1, last))
        return max(last, at, 1)

    def _block(self, at: int) -> int:
        """The lines up to an empty one: a paragraph, or a list with its continuation lines."""
        end = self._paragraph_end(at)
        if not _ITEM.match(self.lines[at]):
            self.found.blocks.append(Block("paragraph", at + 1, end))
            return end
        # An empty line between items does not end their list; a block of code does.
        following = end + 1
        while self._continues(following, _indent(self.lines[at])):
            end = self._paragraph_end(following)
            following = end + 1
        self.found.blocks.append(Block("list", at + 1, end))
        return end

    def _paragraph_end(self, at: int) -> int:
        end = at + 1
        while self._line(end).strip() and not self._heading_next(end):
            end += 1
        return end

    def _continues(self, at: int, indent: int) -> bool:
        line, before = self._line(at), self._line(at - 2).rstrip()
        same = bool(_ITEM.match(line)) and _indent(line) == indent
        inside = _indent(line) > indent and not before.endswith(":")
        return bool(line.strip()) and (same or inside) and not _PROMPT.match(line)

    def _heading_next(self, at: int) -> bool:
        return bool(_UNDERLINE.fullmatch(self._line(at + 1))) and at > 0


def _indent(line: str) -> int:
    line = line.expandtabs(8)
    return len(line) - len(line.lstrip())
