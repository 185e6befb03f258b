"""What the programs of the skill do is known.

What it checks: nothing is wrong; it is an inventory. One note a skill says what its scripts, and
the commands in the code blocks of SKILL.md, do: which hosts they speak to, whether they start other
programs, which environment variables they read, and where outside the skill they write. It adds
where `compatibility` does not speak of the network, and where `allowed-tools` grants no `Bash`.

Why it matters: a reviewer sees at a glance what a change lets the skill do, and a user what they
agree to. No capability is a fault by itself, so this never blocks.

How to fix it: nothing need be fixed. Where the note names something that surprises you, look for
it.

Example: "its programs and commands speak to `api.example.dev`, read `EXAMPLE_TOKEN`, start other
programs".

Source: house; https://agentskills.io/specification has `compatibility` say what a skill needs, such
as "network access".
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import INFO, Hit, Rule
from skillrepo.wording import Text, texts

_SHOWN = 5
_LONGEST = 1 << 16
"""Of a longer text, this much is read."""
_NETWORK = frozenset(
    b"curl wget requests urllib httpx aiohttp urlopen http https fetch axios socket irm iwr invoke"
    b" webclient websocket websockets smtplib ftplib paramiko ssh scp rsync nc".split()
)
_STARTS = frozenset(
    b"subprocess popen system execsync spawn spawnsync execfile child passthru start exec".split()
)
_READS = frozenset(b"environ getenv env".split())
_OUTSIDE = ("~/", "HOME", *(f"/{name}/" for name in ("tmp", "etc", "usr", "var", "opt")))
_WRITES = frozenset(b"home tmp etc expanduser userprofile homedir usr".split())


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Add up what each program does."""
    hosts: set[str] = set()
    variables: set[str] = set()
    places: set[str] = set()
    starts = False
    programs = False
    for text in texts(skill, context):
        if text.path is not None and not text.is_script:
            continue
        words = text.vocabulary
        speaks = words.holds(_NETWORK)
        if not (speaks or words.holds(_STARTS) or words.holds(_READS) or words.holds(_WRITES)):
            programs |= text.path is not None
            continue
        code = _code(text)
        programs |= text.path is not None
        if speaks:
            hosts.update(_hosts(code))
        if words.holds(_READS):
            variables.update(match[1] for match in _variables().finditer(code))
        if any(map(code.__contains__, _OUTSIDE)):
            places.update(match[1] for match in _places().finditer(code))
        starts = starts or (text.path is not None and _starts().search(code) is not None)
    does = list(_does(hosts, variables, places, starts=starts))
    if does:
        undeclared = _undeclared(skill, hosts, programs=programs)
        yield Hit(1, 1, f"its programs and commands {', '.join(does)}{undeclared}")


def _code(text: Text) -> str:
    """The program, or the commands in the code blocks of SKILL.md."""
    if text.path is not None:
        return _comments().sub("", text.text[:_LONGEST])
    return "\n".join(text.code_of(_COMMANDS))[:_LONGEST]


@cache
def _comments() -> re.Pattern[str]:
    return re.compile(r"(?m)^[ \t]{0,80}(?:#|//)[^\n]*")


_COMMANDS = frozenset(
    ("bash", "sh", "shell", "zsh", "console", "powershell", "pwsh", "ps1", "shell-session")
)


def _does(hosts: set[str], variables: set[str], places: set[str], *, starts: bool) -> Iterator[str]:
    if hosts:
        yield f"speak to {_listed(hosts)}"
    if variables:
        yield f"read {_listed(variables)}"
    if places:
        yield f"write to {_listed(places)}"
    if starts:
        yield "start other programs"


def _listed(names: Iterable[str]) -> str:
    ordered = sorted(names)
    shown = ", ".join(f"`{name}`" for name in ordered[:_SHOWN])
    more = len(ordered) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def _undeclared(skill: Document, hosts: set[str], *, programs: bool) -> str:
    """What the frontmatter says otherwise."""
    said = ""
    needs = skill.frontmatter.get("compatibility")
    if hosts and isinstance(needs, str) and not _speaks_of_network().search(needs):
        said += "; `compatibility` does not speak of the network"
    tools = skill.frontmatter.get("allowed-tools")
    if (
        programs
        and tools
        and isinstance(tools, str | list)
        and not re.search("(?i)bash|shell|execute|run|[*]", str(tools))
    ):
        said += "; `allowed-tools` grants no `Bash`"
    return said


@cache
def _speaks_of_network() -> re.Pattern[str]:
    return re.compile(
        r"(?i)network|internet|online|web|https?|api|url|host|server|cloud|download|remote|access"
    )


def _hosts(code: str) -> Iterator[str]:
    for match in _addresses().finditer(code):
        host = match[1].lower().rstrip(".-")
        if not _no_host().fullmatch(host):
            yield host


@cache
def _no_host() -> re.Pattern[str]:
    """Names of formats, and of things that do not exist; no program speaks to them."""
    return re.compile(
        r"(?:www\.)?w3\.org|.*\byour\b.*|schemas?\.\S+|json-schema\.org|.*\.?example\.(?:com|org|net)"
        r"|example\..*|localhost.*"
        r"|127\..*|0\.0\.0\.0|purl\.org|ns\.adobe\.com|.*\.(?:test|invalid|local|localhost)|xmlns\..*"
        r"|[^.]*"
    )


@cache
def _addresses() -> re.Pattern[str]:
    return re.compile(
        r"(?=[hwfs])\b(?:https?|wss?|ftp|ssh)://(?:[^\s/@'\"<>]{1,60}@)?([A-Za-z0-9][\w.-]{2,100})"
    )


@cache
def _variables() -> re.Pattern[str]:
    return re.compile(
        r"(?=[opgED$])(?:os\.environ(?:\.get\(|\[)|os\.getenv\(|getenv\(|process\.env(?:\.|\[)|ENV\[|\$env:"
        r"|Deno\.env\.get\()"
        r"[ \t]{0,4}['\"]?([A-Z][A-Z0-9_]{2,60})\b"
    )


@cache
def _places() -> re.Pattern[str]:
    """Folders outside the skill that a command writes to."""
    place = r"[\"']?((?:~|\$\{?HOME\}?|/tmp|/etc|/usr|/var|/opt)/[\w./@+-]{1,60}+)"
    return re.compile(
        r"(?=[>tmo])(?:(?<![<0-9&])>>?[ \t]{0,4}|\btee[ \t]+(?:-a[ \t]+)?"
        r"|\bmkdir[ \t]+(?:-p[ \t]+)?|\bopen\((?:os\.path\.expanduser\()?)"
        rf"{place}(?![^\n]{{0,4}}\)?,[ \t]*['\"]r)"
    )


@cache
def _starts() -> re.Pattern[str]:
    return re.compile(
        r"(?=[socepS])\b(?:subprocess\.\w|os\.(?:system|popen|exec\w)|child_process\b|execSync\("
        r"|spawn(?:Sync)?\(|Start-Process\b|shell_exec\(|passthru\()"
    )


RULE = Rule("X201", "capabilities", {"house": INFO}, __doc__, run=run)
