r"""Each code fence is closed.

What it checks: in SKILL.md and the skill's other Markdown files, each code fence (three or more
backticks or tildes) is closed by a line of its own with as many marks, in the list item or quote
in which it began, and no fence begins inside another one that has no more marks than it. Files in
which a block of HTML holds one half of a fence are left out.

Why it matters: what stands behind such a fence turns over: code is read as text, text as code,
headings and links are lost. Agents read instructions as samples, and people see a broken page.

How to fix it: close the fence. Around Markdown that has fences of its own put four marks. Delete
a fence that is left over.

Example: a block that begins with ```` ```markdown ```` and shows a block of ```` ```bash ```` ends
with the inner one; begin and end it with ```` ```` ````.

Source: house; https://spec.commonmark.org/0.31.2/#fenced-code-blocks says where a fence ends.
"""

import re
from collections.abc import Iterator
from functools import cache

from skillrepo import fences
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.fences import Fault
from skillrepo.finding import Edit, Fix
from skillrepo.markdown import Markdown
from skillrepo.rule import ERROR, Hit, Rule


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Look at the fences of the body, then at those of the other pages."""
    if skill.fences is None:
        yield from _hits(skill.data, skill.body, skill.markdown, skill.body_line - 1)
    for page in context.bundle(skill).markdown_pages():
        if page.fences is None:
            for hit in _hits(page.data, page.text, page.markdown, 0):
                yield hit._replace(path=page.path)


def _hits(data: bytes, text: str, parsed: Markdown, above: int) -> Iterator[Hit]:
    """`above` is the number of lines of the file above the text."""
    tops = {block.start for block in parsed.blocks if block.kind == "code"}
    for number, fault in enumerate(fences.faults(text, parsed)):
        top = fault.line in tops
        may_be_fixed = top and not number and _is_code_to_the_end(fault, text)
        fix = _closing(data, fault) if may_be_fixed else None
        yield Hit(fault.line + above, fault.column, _message(fault, above, top=top), fix)


_LONGEST_SHOWN = 20


def _message(fault: Fault, above: int, *, top: bool) -> str:
    marks = fault.marks
    shown = f"“{marks}”" if len(marks) <= _LONGEST_SHOWN else f"{len(marks):,} “{marks[0]}”"
    # Without a language it may be the end of a fence that the end of an inner one has closed.
    stray = "" if fault.info else ", or, if it was to close another one, give that one more marks"
    if fault.inner is not None:
        return (
            f"the code fence of line {fault.inner + above} begins inside this one, "
            "and its end closes both; "
            f"close this one before it, or give it more marks than {shown}{stray}"
        )
    if not top:
        return (
            "the code fence ends with the list item or quote that holds it; "
            f"close it by {shown}, indented as its beginning is{stray}"
        )
    return f"the code fence is never closed; close it by a line of {shown}{stray}"


_TEXTS = ("markdown", "md", "mdx", "text", "txt")


def _is_code_to_the_end(fault: Fault, text: str) -> bool:
    """Whether the fence was meant to hold all that stands behind it: then it lacks its end alone.

    A fence without a language may be the end of another one, and its code ends at a blank line.
    """
    code = fault.code.text
    if fault.inner is not None or not code.strip() or fault.marks[:3] in code:
        return False
    if fault.info:
        return fault.info.split()[0].lower() not in _TEXTS and not _holds_prose(code)
    before = text.split("\n")[: fault.line - 1]
    return not "".join(before[-1:]).strip() and "\n\n" not in code.rstrip() and code[0] != "\n"


@cache
def _prose() -> re.Pattern[str]:
    """How a line looks behind a blank one that is hardly code: an item, a quote, a sentence."""
    return re.compile(
        r"[-*+] |[0-9]{1,9}[.)] |[>|]|\*\*|[^\x00-\x7f]|[^\s].*[.!?]$"
        r"|[A-Z].*:$|[A-Z][\w',-]*(?: [\w',-]+)+$"
    )


def _holds_prose(code: str) -> bool:
    blank = False
    for line in code.split("\n"):
        shown = line.rstrip()
        if shown.startswith(("## ", "### ", "#### ")) or (blank and _prose().match(shown)):
            return True
        blank = not shown
    return False


def _closing(data: bytes, fault: Fault) -> Fix:
    """Put the missing marks behind the last line that is not blank."""
    last = len(data.rstrip(b" \t\r\n"))
    ends = [place for end in (b"\r", b"\n") if (place := data.find(end, last)) >= 0]
    place = min(ends, default=len(data))
    before = max(data.rfind(b"\r", 0, last), data.rfind(b"\n", 0, last))
    line_end = "\r\n" if data[before - 1 : before + 1] == b"\r\n" else chr(data[before])
    text = line_end + " " * (fault.column - 1) + fault.marks
    return Fix("close the code fence at the end of the file", (Edit(place, place, text),))


RULE = Rule("D104", "fences-closed", {"house": ERROR}, __doc__, run=run)
