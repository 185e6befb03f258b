"""Pages → the commands and blocks of code that a router can quote."""

import re
import textwrap
from collections.abc import Iterator

from skillrepo.markdown import Block, CodeBlock
from skillrepo.words import word_set
from skillrepo.writer.excerpt import BAD, TROUBLE, Excerpt, Quote, quotable, quoted
from skillrepo.writer.links import fenced
from skillrepo.writer.page import Page

_SHELL = word_set("""
    bash sh shell zsh fish console shell-session shellsession terminal powershell ps1 pwsh cmd bat
""")
# What a program prints, or a picture: no example of what to write.
_NOT_CODE = word_set("mermaid plantuml dot output log csv tree ascii diff patch svg")
_DATA = word_set("json yaml yml xml toml ini text txt plaintext markdown md html")
_INFO = re.compile(r"[\s{.]*([A-Za-z0-9_+#-]{1,20})")
# A file for a shell to read: nobody types it.
_SCRIPT = re.compile(r"\A\s*#!|^(?:function\s+)?[\w-]+\s*\(\)\s*\{|^@test\b", re.MULTILINE)
_PROMPT = re.compile(r"(?:\$|%|PS>|C:\\>) ?\S")
# A program with an option, and what no line of a shell ends with.
_CALL = re.compile(r"(?:sudo )?[a-z][\w.+-]*(?: [^\s=(){};]+)*? --?[A-Za-z][\w-]*")
_STATEMENT = re.compile(r"[{};:,]$|^\S+ = ", re.MULTILINE)
_TYPED = re.compile(r"[^\s#]")
_DRAWING = re.compile(r"[\u2190-\u2193\u2500-\u257f\u25b2\u25b6\u25bc\u25c0]|\|--|`--")
_BAD_COMMENT = re.compile(rf"(?:#|//|--|/\*|<!--|;)\s*(?:{BAD.pattern})", re.IGNORECASE)
_PRINTED = re.compile(
    r"\b(?:outputs?|prints?|returns?|response|result|expected|shows?|looks? like|error|fails?)\b",
    re.IGNORECASE,
)
_STARTING = re.compile(
    r"quick|start|usage|basic|install|set ?up|example|common|command|workflow|how to|first|run",
    re.IGNORECASE,
)
# A word above a block of code that says nothing of it.
_LABEL = re.compile(
    r"\W*(?:solutions?|resolution|fix|correct(?: pattern)?|examples?|usage|code|syntax|command)\W*",
    re.IGNORECASE,
)
_USAGE = re.compile(r"(?P<mark>\s*(?:#|//|--|;|\*)+\s*)usage:", re.IGNORECASE)
_MOST_LINES = 60
_MOST_CODE = 2_400
_SHORT_LINES = 25
_MOST_LEAD = 300
_USAGE_WITHIN = 60


def commands(page: Page, quote: Quote) -> Iterator[Excerpt]:
    """The blocks that are typed into a shell; of a script, how it says that it is called."""
    if page.kind == "code":
        return _usage(page)
    return (_code(page, block, quote) for block in _usable(page) if is_shell(block))


def code(page: Page, quote: Quote) -> Iterator[Excerpt]:
    """The other blocks of code."""
    return (_code(page, block, quote) for block in _usable(page) if not is_shell(block))


def is_shell(block: CodeBlock) -> bool:
    """Whether a block is typed into a shell, by its language or, without one, by its prompts."""
    language = _language(block)
    if language:
        begun = next((line for line in block.text.split("\n") if _TYPED.match(line)), "-")
        return language in _SHELL and begun[0] != "-" and not _SCRIPT.search(block.text)
    text = block.text.strip()
    return bool(_PROMPT.match(text) or (_CALL.match(text) and not _STATEMENT.search(text)))


def _usable(page: Page) -> Iterator[CodeBlock]:
    """Code that is short enough to quote and that its surroundings do not warn of."""
    for block in page.markup.code:
        text = block.text.strip("\n")
        short = 0 < len(text.strip()) <= _MOST_CODE and text.count("\n") < _MOST_LINES
        if not short or _language(block) in _NOT_CODE or _DRAWING.search(text):
            continue
        before = _paragraph_before(page, block)
        lead = page.text_of(before)[-_MOST_LEAD:] if before else ""
        around = " ".join([*page.trail(block.line), lead])
        printed = not is_shell(block) and _PRINTED.search(lead)
        if not (printed or BAD.search(around) or _BAD_COMMENT.search(text)):
            yield block


def _code(page: Page, block: CodeBlock, quote: Quote) -> Excerpt:
    shell = is_shell(block)
    text = block.text.strip("\n")
    guess = "console" if _PROMPT.match(text.lstrip()) else "bash"
    shown = fenced(text, _language(block) or (guess if shell else ""))
    start = block.line
    lead = _lead(page, block)
    if lead:
        start = lead.start
        shown = f"{quoted(page, lead, quote)}\n\n{shown}"
    heading = page.heading_of(block.line)
    return Excerpt(page, start, block.end_line, heading, shown, _weight(page, block))


def _weight(page: Page, block: CodeBlock) -> float:
    """How likely a block is to be what a reader looks for first."""
    lines = block.text.count("\n")
    language = _language(block)
    weight = 0.3 * (1 - block.line / len(page.lines))
    if is_shell(block):
        weight += 0.35
    elif not language:
        weight -= 0.3
    if _STARTING.search(page.heading_of(block.line)):
        weight += 0.3
    if lines > _SHORT_LINES:
        weight -= 0.5
    if language in _DATA:
        weight -= 0.15
    return weight - (0.6 if TROUBLE.search(" ".join(page.trail(block.line))) else 0.0)


def _lead(page: Page, block: CodeBlock) -> Block | None:
    """The short paragraph right before a block of code, if it says what the code is for."""
    before = _paragraph_before(page, block)
    text = page.text_of(before) if before else ""
    tells = 0 < len(text) <= _MOST_LEAD and not _LABEL.fullmatch(text) and quotable(text)
    return before if tells and page.kind == "markdown" else None


def _paragraph_before(page: Page, block: CodeBlock) -> Block | None:
    before = page.block_before(block.line)
    adjacent = before is not None and block.line - before.end in (1, 2)
    return before if before is not None and adjacent and before.kind == "paragraph" else None


def _language(block: CodeBlock) -> str:
    match = _INFO.match(block.info or "")
    return match[1].lower() if match else ""


def _usage(page: Page) -> Iterator[Excerpt]:
    """The usage lines in the comment that a script begins with."""
    for number, line in enumerate(page.lines[:_USAGE_WITHIN], 1):
        match = _USAGE.match(line)
        if match:
            mark = match["mark"].rstrip()
            rest = page.lines[number : number + _SHORT_LINES]
            ends = (n for n, other in enumerate(rest) if not other.removeprefix(mark).strip())
            inside = (n for n, other in enumerate(rest) if not other.startswith(mark))
            count = min(next(ends, len(rest)), next(inside, len(rest)))
            lines = [line, *rest[:count]]
            text = textwrap.dedent("\n".join(other.removeprefix(mark) for other in lines))
            yield Excerpt(page, number, number + count, page.title, fenced(text, "text"), 0.5)
            return
