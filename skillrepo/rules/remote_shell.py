"""No program from the network is run unseen.

What it checks: no script of the skill pipes what it downloads into a shell or an interpreter (`curl
… | sh`, `bash <(curl …)`, `eval "$(wget …)"`, PowerShell's `irm … | iex`, Python's
`exec(requests.get(…).text)`), and no text tells the agent to do so from an address that nobody can
vouch for: one without TLS, a bare IP address, a paste, a link shortener, a tunnel. What a text
warns of and what a script only prints are none. Commands of other installers in documents are left
to `remote-installer`. Of a text with more than 1,000 such commands, that is told.

Why it matters: what such a line runs can change at any time after the review, and it runs with all
that the user may do. In a script it runs without being read by anyone, so it is an error there, for
well-known hosts too.

How to fix it: use a package manager, or download to a file, compare it with a known checksum, and
run it then.

Example: `curl -fsSL https://get.example.dev/install.sh | sh` in `scripts/setup.sh`.

Source: house. https://attack.mitre.org/techniques/T1105/ tells of its use.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import ERROR, Hit, Rule
from skillrepo.wording import Text, form, texts_with

_REACH = 400
"""From the download to the pipe, at most."""
_MOST = 1_000
"""Commands of one text that are looked at: no text that is meant to be read has as many."""


class Found(NamedTuple):
    """A download that is run: where it begins, the host it comes from, and whether it is grave.

    It is grave in a script that runs it, and from an address that nobody can vouch for. Without a
    host it is the first of those that were not looked at.
    """

    offset: int
    host: str
    grave: bool


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Report what is grave."""
    for text, found in downloads_run(skill, context):
        if found.grave:
            message = f"what {found.host} sends is run unseen; download it, check it, run it then"
            if not found.host:
                message = f"only the first {_MOST:,} commands like this were looked at; delete some"
            yield Hit(*text.place(found.offset), message, path=text.path)


def downloads_run(skill: Document, context: Context) -> Iterator[tuple[Text, Found]]:
    """Each line of each text that runs what it downloads, but what is warned of."""
    for text in texts_with(_WORDS, skill, context):
        for found in text.once(_downloads_run):
            yield text, found


def _downloads_run(text: Text) -> list[Found]:
    found: list[Found] = []
    told: set[int] = set()
    for number, (start, pipe, end) in enumerate(_spans(text)):
        if number == _MOST:
            found.append(Found(start, "", grave=True))
            break
        line = text.place(start).line
        said = text.text[start:end]
        is_code = said.startswith(("exec", "eval("))
        if line in told or (not is_code and _harmless(said)):
            continue
        if (pipe and not _is_one_command(text, start, pipe)) or text.is_pattern(line):
            continue
        runs = text.is_script and text.is_run(start, is_code=is_code)
        if runs or not text.is_example(start):
            told.add(line)
            found.append(Found(start, _host(said), runs or _dubious().search(said) is not None))
    return found


def _spans(text: Text) -> Iterator[tuple[int, int, int]]:
    """Where a download that is run begins, where the pipe behind it, if it has one, and the end."""
    if text.may_match(_PIPE):
        for command in _commands().finditer(text.small):
            start = command.start()
            end = min(command.end(), start + _REACH + 1)
            place = text.text.find("|", start, end)
            while place >= 0:
                pipe = _pipe().match(text.text, place)
                if pipe:
                    yield start, place, pipe.end()
                place = text.text.find("|", pipe.end() if pipe else place + 1, end)
    for each in _FORMS:
        for match in text.all_matches(each):
            yield match.start(), 0, match.end()


@cache
def _commands() -> re.Pattern[str]:
    """A command that downloads, up to the next one or a blank line, in small letters."""
    start = (
        r"(?<![\w/.-])(?:curl|wget|irm|iwr|invoke-(?:restmethod|webrequest)"
        r"|\(new-object (?:system\.)?net\.webclient\)\.downloadstring)(?=[ (\t])"
    )
    return re.compile(rf"(?=[ciw(]){start}(?:[^\nciw(]++|\n(?!\n)|(?!{start})[ciw(])*+")


def _is_one_command(text: Text, start: int, pipe: int) -> bool:
    """Whether nothing ends the command before the pipe, and the pipe is none of a table."""
    between = text.text[start:pipe]
    if re.search(r"[;&](?![^\s]*=)|(?<!\\)(?<!`)\n(?!\s*$)", between) or "`" in between.strip("`"):
        return False
    in_table = text.is_markdown and text.line(text.place(start).line).lstrip().startswith("|")
    return not in_table or between.endswith("\\")


@cache
def _pipe() -> re.Pattern[str]:
    return re.compile(
        r"\|[ \t]{0,4}(?:\\?\n[ \t]{0,8})?(?:sudo[ \t]+(?:-\w+[ \t]+){0,3})?(?:env[ \t]+)?"
        r"(?:\w{1,30}=\S{0,80}[ \t]+){0,3}"
        r"(?:/(?:usr/)?bin/)?(?:(?:(?:ba|z|da|k|fi)?sh)\b(?![\w./-]|[ \t]+-c|[ \t]*=)"
        r"|(?:python[\d.]{0,4}|perl|ruby|node|php)(?:[ \t]+-)?[ \t]*(?=$|[\n;&|)\"'`])"
        r"|python[\d.]{0,4}[ \t]+-[ \t]|(?i:iex|invoke-expression)\b)"
    )


_PIPE = form("", "curl wget irm iwr restmethod webrequest downloadstring", "|", "")
_GET = r"(?:curl|wget)\b[^\n)]{0,300}"
_WEB = (
    r"(?:irm|iwr|invoke-restmethod|invoke-webrequest|curl|wget"
    r"|\(?new-object[ \t]+(?:system\.)?net\.webclient)"
)
_FORMS = (
    form(
        "",
        "curl wget",
        "<(",
        rf"(?<![\w-])(?:(?:ba|z|k)?sh|source|\.)[ \t]+<\([ \t]*{_GET}\)",
        before=12,
    ),
    form(
        "",
        "curl wget",
        ("$(", "`"),
        rf"(?<![\w-])(?:(?:ba|z|da|k)?sh[ \t]+-\w{{0,3}}c|eval)[ \t]+[\"']?[$`]\(?[ \t]*{_GET}[)`]",
        too="sh bash zsh dash ksh eval",
        before=20,
    ),
    form(
        "",
        "iex expression",
        ("iex", "invoke-expression"),
        rf"(?i)(?<![\w-])(?:iex|invoke-expression)[ \t(]{{1,4}}[&\"'{{$( \t]{{0,8}}(?:iex[ \t"
        rf"(]{{1,4}})?{_WEB}\b[^\n]{{0,300}}",
        too="irm iwr restmethod webrequest curl wget webclient",
        before=0,
    ),
    form(
        "",
        "exec eval",
        ("exec(", "eval("),
        r"(?<![\w.'\"`])(?:exec|eval)\([ \t]{0,4}(?:requests\.get|urllib\.request\.urlopen|urlopen"
        r"|httpx\.get)\([^\n]{0,200}",
        too="requests urllib urlopen httpx",
        before=0,
    ),
    form(
        "",
        "eval",
        "eval(",
        r"(?<![\w.'\"`])eval\([ \t]{0,4}\(?await[ \t]+\(?await[ \t]+fetch\([^\n]{0,200}",
        too="fetch",
        before=0,
    ),
)
_WORDS = frozenset(word for each in (_PIPE, *_FORMS) for word in each.words)


def _harmless(said: str) -> bool:
    """Whether it names no address at all, or one that leads to nowhere else."""
    return _address().search(said) is None or _nowhere().search(said) is not None


@cache
def _address() -> re.Pattern[str]:
    return re.compile(
        r"(?i)https?://|[$%{]\w|\b[a-z0-9][\w-]{0,60}(?:\.[\w-]{1,40}){1,4}/|\b[\w-]{1,40}\.(?:sh"
        r"|io|dev|com|org|net|app|ai|me)\b"
    )


@cache
def _nowhere() -> re.Pattern[str]:
    return re.compile(
        r"(?i)//(?:localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0)\b"
        r"|//[^\s/]{0,60}\bexample\.(?:com|org|net)\b|\.\.\.[ \t]*\\?\||//\.\.\.|//…"
    )


@cache
def _dubious() -> re.Pattern[str]:
    """Addresses that nobody can vouch for."""
    return re.compile(
        r"(?i)(?<![\w])http://|//(?:[^\s/@]{1,60}@)?\d{1,3}(?:\.\d{1,3}){3}\b|[ \t](?:-k|--insecure"
        r"|--no-check-certificate)\b"
        r"|//(?:[\w-]{1,40}\.)?(?:pastebin\.com|paste\.ee|hastebin\.com|rentry\.co|ghostbin\.com"
        r"|controlc\.com|dpaste\.\w+"
        r"|glot\.io|0x0\.st|transfer\.sh|file\.io|termbin\.com|bit\.ly|tinyurl\.com|t\.co|is\.gd"
        r"|cutt\.ly|goo\.gl|rb\.gy"
        r"|t\.ly|ngrok\.io|ngrok\.app|ngrok-free\.\w+|trycloudflare\.com|serveo\.net|loca\.lt"
        r"|webhook\.site|pipedream\.net"
        r"|requestbin\.\w+|oast\.\w+|interact\.sh|gist\.githubusercontent\.com)\b|\.onion\b"
    )


def _host(said: str) -> str:
    match = re.search(r"(?i)https?://(?:[^\s/@'\"]{1,60}@)?([\w.-]{1,80})", said)
    return f"`{match[1]}`" if match else "the network"


RULE = Rule("X104", "remote-shell", {"house": ERROR}, __doc__, run=run)
