"""The texts of a skill, the places in them, and whether a place only speaks of what stands there.

A rule about what a text tells an agent to do must not hit the text that warns of it: "never pipe
curl into sh", a table of attacks, the list of commands that a script refuses.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import cache, cached_property, lru_cache
from itertools import accumulate
from typing import Any, NamedTuple, TypeVar

from skillrepo.bundle import Page
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.fences import plain_fences
from skillrepo.markdown import Block, CodeBlock, Markdown
from skillrepo.vocabulary import PASS_FOR_ASCII

SHELL = frozenset((".sh", ".bash", ".zsh", ".ksh", ".fish", ".command"))
POWERSHELL = frozenset((".ps1", ".psm1"))
SCRIPTS = frozenset(
    (
        *(*SHELL, *POWERSHELL, ".bat", ".cmd", ".py", ".pyw", ".js", ".mjs", ".cjs", ".ts", ".mts"),
        *(".rb", ".pl", ".php", ".lua", ".r", ".jl", ".go", ".rs", ".swift", ".scpt", ".vbs"),
    )
)
DATA = frozenset((".json", ".jsonl", ".csv", ".tsv", ".xml", ".svg", ".lock", ".ipynb", ".map"))
_QUOTES = (("`", "`"), ('"', '"'), ("“", "”"), ("\u2018", "\u2019"), ("«", "»"))
_ASCII = bytes(range(0x80))
Made = TypeVar("Made")
_WINDOW = 400
"""How far around a place is looked, in characters; what stands farther off is of other things."""


class Place(NamedTuple):
    """Line and column, both counting from 1."""

    line: int
    column: int


class Form(NamedTuple):
    """A pattern, and what tells soon that a text has no match of it.

    A text with a match holds one of `words` and one of each of `too`, and in small letters one of
    `anchors` at most `before` characters behind the start of the match, and `after` before its end;
    one of `near` stands in these parts of the text, and what matches `core`. A pattern that
    `is_small` is for the text in small letters: to ignore their case takes several times as long.
    """

    says: str
    words: frozenset[bytes]
    too: tuple[frozenset[bytes], ...]
    anchors: tuple[str, ...]
    pattern: str
    near: tuple[str, ...]
    core: str
    before: int
    after: int
    is_small: bool


def form(  # noqa: PLR0913 - each is a word of the language that rules are written in
    says: str,
    words: str,
    anchors: str | tuple[str, ...],
    pattern: str,
    *,
    too: str | tuple[str, ...] = (),
    near: tuple[str, ...] = (),
    core: str = "",
    before: int = _WINDOW,
    after: int = _WINDOW,
    is_small: bool = False,
) -> Form:
    """A form whose words, and those that must be there too, are given with spaces between them."""
    held = (anchors,) if isinstance(anchors, str) else anchors
    also = (too,) if isinstance(too, str) else too
    needs = (_bytes(words), tuple(map(_bytes, also)), held)
    return Form(says, *needs, pattern, near, core, before, after, is_small)


def _bytes(words: str) -> frozenset[bytes]:
    return frozenset(words.encode().split())


class Text:
    """A text of a skill; `path` is None for SKILL.md, `name` counts from the skill's folder."""

    def __init__(self, source: Document | Page) -> None:
        self._source = source
        self.text = source.text
        self.data = source.data
        self.vocabulary = source.vocabulary
        self.path: str | None = None
        self.name = "SKILL.md"
        self.suffix = ".md"
        self.executable = False
        self.body_line = 1
        self._made: dict[object, Any] = {}
        if isinstance(source, Page):
            self.path, self.name, self.suffix = source.path, source.name, source.item.suffix
            self.executable = source.item.executable
        else:
            self.body_line = source.body_line

    def once(self, make: Callable[["Text"], Made]) -> Made:
        """What `make` makes of the text, which several rules ask for."""
        if make not in self._made:
            self._made[make] = make(self)
        made: Made = self._made[make]
        return made

    @property
    def is_markdown(self) -> bool:
        """Whether it is SKILL.md or another Markdown file."""
        return self.suffix in (".md", ".markdown")

    @property
    def is_script(self) -> bool:
        """Whether it is a program: by its suffix, its mode, or a `#!` at its start."""
        if self.is_markdown or self.suffix in DATA:
            return False
        return self.suffix in SCRIPTS or self.executable or self.text.startswith("#!")

    @property
    def is_shell(self) -> bool:
        """Whether it is a script of a shell that is not PowerShell."""
        if self.suffix in SHELL:
            return True
        first = self.text[:80].partition("\n")[0]
        return first.startswith("#!") and re.search(r"\b(?:ba|z|da|k)?sh\b", first) is not None

    def may_match(self, form: Form) -> bool:
        """Whether the words are there that a match has."""
        holds = self.vocabulary.holds
        return holds(form.words) and all(map(holds, form.too))

    def matches(
        self, form: Form, judge: Callable[[re.Match[str]], str | None]
    ) -> Iterator[tuple[int, str]]:
        """Where a match of the form stands that is judged to be one; one a line at most."""
        for start, end in self._parts(form):
            text = self._for(form)
            yield from once_a_line(_compiled(form.pattern), text, judge, start, end)

    def all_matches(self, form: Form) -> Iterator[re.Match[str]]:
        """Every match of the form."""
        for start, end in self._parts(form):
            yield from _compiled(form.pattern).finditer(self._for(form), start, end)

    def _for(self, form: Form) -> str:
        return self.small if form.is_small else self.text

    def _parts(self, form: Form) -> Iterator[tuple[int, int]]:
        """The parts of the text that may hold a match."""
        if not self.may_match(form):
            return
        found = (place for anchor in form.anchors for place in places(self.small, anchor))
        for start, end in self.spans(found, form.before, form.after):
            part = self.small[start:end] if form.near else ""
            if form.near and not any(map(part.__contains__, form.near)):
                continue
            if not form.core or _compiled(form.core).search(self._for(form), start, end):
                yield start, end

    def spans(self, found: Iterable[int], before: int, after: int) -> Iterator[tuple[int, int]]:
        """The parts of the text around some places, those that overlap as one."""
        start = end = -1
        for place in sorted(found):
            if end < 0 or place - before > end:
                if end >= 0:
                    yield start, end
                start = max(0, place - before)
            end = place + after
        if end >= 0:
            yield start, min(end, len(self.text))

    def beyond_ascii(self) -> set[str]:
        """The characters of the text that are not ASCII; to delete the others first is quick."""
        if self.data.isascii():
            return set()
        return set(self.data.translate(None, _ASCII).decode(errors="ignore"))

    @cached_property
    def small(self) -> str:
        """The text with ASCII's letters small, and those that pass for them, each at its place."""
        text = self.text
        if not text.isascii():
            for letter, passes_for in PASS_FOR_ASCII:
                text = text.replace(letter, passes_for)
        return text.encode().lower().decode()

    @cached_property
    def _starts(self) -> list[int]:
        lengths = (len(line) + 1 for line in self.text.split("\n"))
        return list(accumulate(lengths, initial=0))

    def place(self, offset: int) -> Place:
        """The place of a character of the text."""
        line = bisect_right(self._starts, offset)
        return Place(line, offset - self._starts[line - 1] + 1)

    def line(self, number: int) -> str:
        """A line of the text; empty where there is none."""
        if not 1 <= number < len(self._starts):
            return ""
        return self.text[self._starts[number - 1] : self._starts[number] - 1]

    @cached_property
    def _markdown(self) -> Markdown:
        return self._source.markdown if self.is_markdown else Markdown()

    @cached_property
    def _code_starts(self) -> list[int]:
        return [code.line + self.body_line - 1 for code in self._markdown.code]

    @cached_property
    def _block_starts(self) -> list[int]:
        return [block.start + self.body_line - 1 for block in self._markdown.blocks]

    def code(self, line: int) -> CodeBlock | None:
        """The code block that a line lies in; its own lines count from the start of the body."""
        index = bisect_right(self._code_starts, line) - 1
        if index < 0:
            return None
        found = self._markdown.code[index]
        return found if line <= found.end_line + self.body_line - 1 else None

    def code_of(self, languages: frozenset[str]) -> Iterator[str]:
        """The text of each code block in one of the languages, which are in small letters."""
        ranges = plain_fences(self.text) if self.is_markdown else []
        if ranges is None or "\n<" in self.text or any(fence.indent for fence in ranges):
            blocks = ((code.info or "", code.text) for code in self._markdown.code)
        else:
            fences = (self.text[start:end].partition("\n") for start, end, _ in ranges)
            blocks = ((first.lstrip("`"), rest.rpartition("\n")[0]) for first, _, rest in fences)
        for info, text in blocks:
            if info.strip() and info.split()[0].lower() in languages:
                yield text

    def block(self, line: int) -> Block | None:
        """The top-level block of Markdown that a line lies in."""
        index = bisect_right(self._block_starts, line) - 1
        if index < 0:
            return None
        found = self._markdown.blocks[index]
        return found if line <= found.end + self.body_line - 1 else None

    @cached_property
    def _heads(self) -> tuple[list[int], list[str]]:
        """For each heading: its line, and its text behind those of the headings above it."""
        lines: list[int] = []
        chains: list[str] = []
        open_heads: list[tuple[int, str]] = []
        for heading in self._markdown.headings:
            while open_heads and open_heads[-1][0] >= heading.level:
                open_heads.pop()
            open_heads.append((heading.level, heading.text[:_WINDOW]))
            lines.append(heading.line + self.body_line - 1)
            chains.append(" / ".join(text for _, text in open_heads))
        return lines, chains

    def headings(self, line: int) -> str:
        """The heading that a line stands under, behind those above it, the page's title first."""
        lines, chains = self._heads
        index = bisect_right(lines, line) - 1
        return chains[index] if index >= 0 else ""

    def lead(self, first: int) -> str:
        """The last line with text of the three above a line: what introduces a block."""
        for number in range(first - 1, max(0, first - 4), -1):
            if above := self.line(number).strip():
                return above[:_WINDOW]
        return ""

    def is_example(self, offset: int) -> bool:
        """Whether the text around a place says that what stands there is bad, or one of its kind.

        It looks at the line up to the place, at the comment above it in code, at the line that
        introduces the block, at the head of the table, at the headings above, and at the name of
        the file.
        """
        line, column = self.place(offset)
        before = self.line(line)[max(0, column - 1 - _WINDOW) : column - 1]
        if _speaks().search(before) or self._is_warning_named:
            return True
        above = self.line(line - 1).strip()[:_WINDOW]
        if above.startswith(("#", "//", "--", ";", "*", "REM ")) and _speaks().search(above):
            return True
        return self.is_markdown and self._is_in_warning(line)

    @cached_property
    def _is_warning_named(self) -> bool:
        return _speaks().search(self.name.replace("_", " ").replace("-", " ")) is not None

    @cached_property
    def _warnings(self) -> dict[int, bool]:
        """For the first line of a block, or of code in one: whether what introduces it warns."""
        return {}

    def _is_in_warning(self, line: int) -> bool:
        code, block = self.code(line), self.block(line)
        found = code.line if code is not None else block.start if block is not None else None
        first = line if found is None else found + self.body_line - 1
        if first not in self._warnings:
            head = "" if block is None else self.line(block.start + self.body_line - 1)
            lead = self.lead(first)
            if code is None and not lead.endswith(":"):
                lead = ""  # a paragraph of its own
            around = (lead, self.headings(line), head if _is_row(head) else "")
            self._warnings[first] = any(_speaks().search(text) for text in around)
        return self._warnings[first]

    def is_run(self, offset: int, *, is_code: bool = False) -> bool:
        """Whether a script runs what stands at a place: it is no comment, and is not only printed.

        In a language that is no shell's, a command stands in a string that a call runs, unless
        it `is_code` of that language.
        """
        number, column = self.place(offset)
        line = self.line(number)
        if line.lstrip().startswith(("#", "//", "*", "/*", "--", "REM ", "::", "<#")):
            return False
        before = line[max(0, column - 1 - _WINDOW) : column - 1]
        if is_code:
            return True
        if self.is_shell or self.suffix in POWERSHELL:
            return " #" not in before and number not in self._printed and not _is_printed(before)
        above = self.line(number - 1)[-_WINDOW:]
        return _calls().search(before) is not None or (
            _calls().search(above) is not None and above.rstrip().endswith(("(", "[", ","))
        )

    @cached_property
    def _printed(self) -> frozenset[int]:
        """The lines of a shell's script that `cat <<END` prints."""
        found: set[int] = set()
        end = ""
        for number, line in enumerate(self.text.split("\n"), start=1):
            if end:
                found.add(number)
                end = "" if line.strip() == end else end
            elif "<<" in line and (match := _here_document().search(line[:_WINDOW])):
                end = match[1]
        return frozenset(found)

    def is_pattern(self, line: int) -> bool:
        """Whether a line of a script holds a pattern to search for, as a list of refusals does."""
        if self.is_markdown:
            return False
        return _matches().search(self.line(line)[:4096]) is not None

    def is_quoted(self, start: int, end: int) -> bool:
        """Whether quotation marks or backticks stand around a place, on its lines.

        Those of an attribute (`alt="…"`) and of a link's title are none: what stands in them is
        text of the page.
        """
        first = self.text.rfind("\n", 0, start) + 1
        last = self.text.find("\n", end)
        before = self.text[max(first, start - _WINDOW) : start]
        after = self.text[end : min(len(self.text) if last < 0 else last, end + _WINDOW)]
        for opening, closing in _QUOTES:
            place = before.rfind(opening)
            if place < 0 or closing not in after:
                continue
            inside = (
                before.count(opening) % 2 if opening == closing else closing not in before[place:]
            )
            if inside and not before[:place].endswith("=") and not _is_title(before[:place]):
                return True
        return False


@cache
def _prints() -> re.Pattern[str]:
    """What only shows a text: `echo` and its like, and what ends a script with a message."""
    return re.compile(
        r"(?i)\b(?:echo|printf|print|say|log\w*|warn\w*|error|err|die|fail|abort|info|note|hint"
        r"|usage|msg"
        r"|message|write-host|write-output|write-warning|write-error|throw)\b"
    )


@cache
def _here_document() -> re.Pattern[str]:
    return re.compile(
        r"^[^>|]{0,80}\bcat[ \t]*<<-?[ \t]*['\"]?(\w{1,40})['\"]?[ \t]*(?:>&2[ \t]*)?$"
    )


def _is_printed(before: str) -> bool:
    """Whether a quotation mark is open behind a command that shows a text."""
    match = _prints().search(before)
    if match is None:
        return False
    said = before[match.end() :]
    return bool(said.count('"') % 2 or said.count("'") % 2)


@cache
def _calls() -> re.Pattern[str]:
    """What runs a text: the calls of Python, JavaScript, Ruby, Perl and PHP that start a shell."""
    return re.compile(
        r"(?:os\.(?:system|popen)|subprocess\.\w+|(?<![\w.])(?:run|call|check_call|check_output"
        r"|Popen)"
        r"|create_subprocess_shell|exec(?:Sync|File|FileSync)?|spawn(?:Sync)?|shell_exec|passthru"
        r"|system"
        r"|proc_open|sh|\$|eval|RUN)[ \t]*[(`]|\bRUN[ \t]|%x[({]"
    )


@cache
def _matches() -> re.Pattern[str]:
    """What shows that a line is for searching: a call of a search, or signs of a pattern."""
    return re.compile(
        r"(?i)re\.(?:compile|search|match|findall|finditer)|regexp?\b|patterns?\b|\bgrep\b|\brg\b"
        r"|new RegExp"
        r"|\\s[*+]|\\b|\.\*|\[\^|\(\?:|assert|expect\(|blocklist|denylist|blacklist|=~"
    )


def _is_title(before: str) -> bool:
    """Whether a link's destination stands last, so that a quotation mark opens its title."""
    place = before.rfind("](")
    return place >= 0 and before.endswith(" ") and ")" not in before[place:]


def _is_row(line: str) -> bool:
    return line.lstrip().startswith("|")


@cache
def _speaks() -> re.Pattern[str]:
    """Words that warn of a thing, forbid it, or speak of the people who do it."""
    return re.compile(
        r"\b(?:never|do not|don['\u2019]t|does not|doesn['\u2019]t|must not|mustn['\u2019]t"
        r"|should not|shouldn['\u2019]t"
        r"|cannot|can['\u2019]t|won['\u2019]t|will not|avoid\w*|refus\w+|reject\w*|den(?:y|ied|ies)"
        r"|block(?:s|ed|list)?"
        r"|forb[ia]d\w*|prohibit\w*|disallow\w*|instead of|rather than|not recommended"
        r"|attack\w*|malicious\w*|malware|inject(?:ion|ed|s)\w*|exploit\w*|payloads?|suspicious\w*"
        r"|dangerous\w*|unsafe|insecure|red[ -]flags?|threats?|vulnerab\w+|anti[ -]?patterns?|bad"
        r"|wrong|detect\w*|indicators?|look(?:ing|s)? for|watch for|phishing|adversar\w+|evasion"
        r"|obfuscat\w+|jailbreak\w*|smuggl\w+|backdoor\w*|exfiltrat\w+|compromis\w+|tamper\w*"
        r"|untrusted|hostile|poison\w*|red team\w*|ioc|iocs)\b|[❌✗✘🚫⛔]",
        re.IGNORECASE,
    )


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def places(text: str, anchor: str) -> Iterator[int]:
    """Where a word stands in a text."""
    place = text.find(anchor)
    while place >= 0:
        yield place
        place = text.find(anchor, place + len(anchor))


def once_a_line(
    pattern: re.Pattern[str],
    text: str,
    judge: Callable[[re.Match[str]], str | None],
    start: int = 0,
    end: int | None = None,
) -> Iterator[tuple[int, str]]:
    """Where a match stands that is judged to be one, and what was said of it; one a line.

    A hostile text has a hundred thousand, and one finding a line is enough.
    """
    last = len(text) if end is None else end
    match = pattern.search(text, start, last)
    while match:
        place = match.end()
        if said := judge(match):
            yield match.start(), said
            place = text.find("\n", place)
        match = pattern.search(text, place, last) if place >= 0 else None


def texts(skill: Document, context: Context) -> Iterator[Text]:
    """SKILL.md, then each text beside it."""
    yield _read(skill)
    for page in context.bundle(skill).pages():
        yield _read(page)


def _read(source: Document | Page) -> Text:
    """The text, with what rules have found out about it; it is made once for all of them."""
    if source.reading is None:
        source.reading = Text(source)
    reading: Text = source.reading
    return reading


def texts_with(words: frozenset[bytes], skill: Document, context: Context) -> Iterator[Text]:
    """The texts that hold one of the words, which are in small letters."""
    if skill.vocabulary.holds(words):
        yield _read(skill)
    for page in context.bundle(skill).pages():
        if page.vocabulary.holds(words):
            yield _read(page)
