r"""Lines end with LF alone.

What it checks: SKILL.md holds no carriage return: no line ends with CR LF as on Windows, or with
a lone CR. Git may turn line ends round when it checks a file out (`core.autocrlf`, `eol=crlf` in
`.gitattributes`); then the finding is about your copy, and not about what is committed.

Why it matters: some clients look for `---` and a LF, and find no frontmatter. Where the ends are
mixed, an edit changes lines that nobody meant to change.

How to fix it: save the file with LF line ends, and add `*.md text eol=lf` to `.gitattributes`.

Example: `git ls-files --eol SKILL.md` says `i/crlf` or `i/mixed` for what is committed.

Source: house.
"""

from collections.abc import Iterator

from skillrepo.document import Document, Unreadable
from skillrepo.finding import Edit, Fix
from skillrepo.rule import INFO, Hit, Rule


def run(skill: Document | Unreadable) -> Iterator[Hit]:
    """Look for carriage returns."""
    if isinstance(skill, Unreadable) or b"\r" not in skill.data:
        return
    data = skill.data
    pairs = data.count(b"\r\n")
    others = data.count(b"\n") - pairs
    if data.count(b"\r") > pairs:
        what = "has lines that end with a carriage return (CR) alone"
    elif others:
        what = f"has lines that end with CR LF ({pairs:,}) and with LF ({others:,})"
    else:
        what = "has lines that end with CR LF"
    first, last = data.index(b"\r"), data.rindex(b"\r")
    end = last + 2 if data[last + 1 : last + 2] == b"\n" else last + 1
    # One edit for all: a file of nothing but carriage returns has a million.
    text = data[first:end].replace(b"\r\n", b"\n").replace(b"\r", b"\n").decode()
    fix = Fix("end each line with LF", (Edit(first, end, text),))
    yield Hit(data.count(b"\n", 0, first) + 1, 1, f"{what}; save it with LF line ends", fix)


RULE = Rule("D107", "line-ends", {"house": INFO}, __doc__, run_any=run)
