"""No script makes itself at home on the user's machine.

What it checks: no script of the skill writes to what is run later without being asked for: keys
that may log in (`~/.ssh/authorized_keys`), the start-up files of a shell, the table of `cron`,
tasks of Windows, agents of `launchd`, the hooks of every git repository (`core.hooksPath`), and the
settings, hooks and instructions of an AI agent in the user's home. In documents, only what no
set-up says is hit: a key written out behind `>> …/authorized_keys`, a start-up file or a table of
`cron` that is given a download to run. What a script only prints is none.

Why it matters: it outlives the skill. Who removes the skill does not remove what it left behind,
and nobody looks there.

How to fix it: tell the user what to add and where, and leave it to them.

Example: `echo "curl -s https://…" >> ~/.bashrc` in `scripts/setup.sh`.

Source: house; https://attack.mitre.org/tactics/TA0003/ lists the places.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import ERROR, Hit, Rule
from skillrepo.wording import Text, form, once_a_line, texts_with


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Look at each script, and at documents for what no set-up says."""
    for text in texts_with(_WORDS, skill, context):
        told: set[int] = set()
        for offset, what in _writes(text):
            line, column = text.place(offset)
            if line not in told:
                told.add(line)
                message = f"writes to {what}, which is run later; leave that to the user"
                yield Hit(line, column, message, path=text.path)


def _writes(text: Text) -> Iterator[tuple[int, str]]:
    for each in _IN_SCRIPTS if text.is_script else _IN_DOCUMENTS:
        yield from text.matches(each, _judge(text, each.says))
    if text.is_shell:
        yield from _by_name(text)


def _judge(text: Text, what: str) -> Callable[[re.Match[str]], str | None]:
    """Says what is written, where a script runs it, or a document means it."""

    def judge(match: re.Match[str]) -> str | None:
        if text.is_script:
            meant = text.is_run(match.start(), is_code=not text.is_shell)
        else:
            meant = not text.is_example(match.start())
        return what if meant and not text.is_pattern(text.place(match.start()).line) else None

    return judge


HOME = r"(?:~|\$\{?HOME\}?|\$env:USERPROFILE|%USERPROFILE%|/root|/home/[\w.-]{1,40})[\\/]"
_RC = (
    r"\.(?:bashrc|bash_profile|bash_login|profile|zshrc|zprofile|zshenv|zlogin"
    r"|config/fish/config\.fish)\b"
)
AGENT = (
    r"\.(?:claude[\\/](?:settings(?:\.local)?\.json|CLAUDE\.md|hooks[\\/]|commands[\\/]"
    r"|agents[\\/])|claude\.json"
    r"|codex[\\/](?:config\.toml|AGENTS\.md)|gemini[\\/](?:settings\.json|GEMINI\.md)"
    r"|cursor[\\/](?:mcp\.json|hooks)"
    r"|config[\\/]opencode)"
)
TO = r"(?<![<0-9&])>>?[ \t]{0,4}[\"']?|\btee[ \t]+(?:-a[ \t]+)?[\"']?"


_OPENED = r"(?:open|writeFile(?:Sync)?|appendFile(?:Sync)?|write_text|createWriteStream)[ \t]*\("
_FILE_WRITTEN = r"(?:appendFile|writeFile)(?:Sync)?\("
_KEYS, _START, _AGENTS = (
    "`authorized_keys`",
    "a start-up file of the shell",
    "the settings of an agent",
)
_TABLE, _LAUNCHD = "the table of `cron`", "the agents of `launchd`"
_RC_WORDS = "bashrc profile login zshrc zprofile zshenv zlogin fish"
_RC_ANCHORS = (".bash", ".profile", ".zsh", ".zprofile", ".zlogin", "config.fish")
_AGENT_WORDS = "claude codex gemini cursor opencode"
_AGENT_ANCHORS = (".claude", ".codex", ".gemini", ".cursor", "opencode")
_IN_SCRIPTS = (
    form(
        _KEYS,
        "authorized",
        "authorized_keys",
        rf"(?:{TO})[^\s;|&\"']{{0,80}}\.ssh/authorized_keys\b",
    ),
    form(
        _KEYS,
        "authorized",
        "authorized_keys",
        rf"{_OPENED}[^\n]{{0,120}}authorized_keys[^\n]{{0,30}}['\"](?:a|w)",
    ),
    form(_START, _RC_WORDS, _RC_ANCHORS, rf"(?:{TO}){HOME}{_RC}"),
    form(_START, _RC_WORDS, _RC_ANCHORS, rf"\bsed[ \t]+-i[^\n;|&]{{0,160}}{HOME}{_RC}", too="sed"),
    form(_START, _RC_WORDS, _RC_ANCHORS, rf"{_OPENED}[^\n]{{0,120}}{_RC}[^\n]{{0,30}}['\"](?:a|w)"),
    form(_START, _RC_WORDS, _RC_ANCHORS, rf"{_FILE_WRITTEN}[^\n]{{0,120}}{_RC}"),
    form(_AGENTS, _AGENT_WORDS, _AGENT_ANCHORS, rf"(?:{TO}){HOME}{AGENT}"),
    form(
        _AGENTS,
        _AGENT_WORDS,
        _AGENT_ANCHORS,
        rf"\b(?:cp|mv|ln|install)[ \t]+[^\n;|&]{{1,160}}[ \t][\"']?{HOME}{AGENT}",
        too="cp mv ln install",
    ),
    form(
        _AGENTS,
        _AGENT_WORDS,
        _AGENT_ANCHORS,
        rf"{_OPENED}[^\n]{{0,120}}{AGENT}[^\n]{{0,30}}['\"](?:a|w)",
    ),
    form(_AGENTS, _AGENT_WORDS, _AGENT_ANCHORS, rf"{_FILE_WRITTEN}[^\n]{{0,120}}{AGENT}"),
    form(_TABLE, "crontab", "crontab", r"\|[ \t]*crontab[ \t]+(?:-u[ \t]+\w+[ \t]+)?-(?![\w-])"),
    form(
        _TABLE,
        "cron d",
        ("/etc/cron", "/spool/cron"),
        rf"(?:{TO})/(?:etc/cron[\w.]{{0,10}}|var/spool/cron)",
        too="etc var",
    ),
    form(
        "the tasks of Windows",
        "schtasks scheduledtask",
        ("schtasks", "scheduledtask"),
        r"(?i)\bschtasks(?:\.exe)?[ \t'\",]+/create\b|\bRegister-ScheduledTask\b",
    ),
    form(_LAUNCHD, "launchctl", "launchctl", r"\blaunchctl[ \t'\",]+(?:load|bootstrap|submit)\b"),
    form(
        _LAUNCHD,
        "launchagents launchdaemons",
        ("launchagents", "launchdaemons"),
        rf"(?:{TO})[^\s;|&]{{0,60}}Library/Launch(?:Agents|Daemons)/",
    ),
    form(
        "the hooks of git",
        "hookspath",
        "hookspath",
        r"\bgit[ \t]+config[ \t]+--(?:global|system)[ \t]+core\.hooksPath\b",
    ),
    form(
        "the start-up keys of Windows",
        "currentversion",
        "currentversion",
        r"(?i)\b(?:reg[ \t]+add|New-ItemProperty|Set-ItemProperty)\b"
        r"[^\n]{0,120}CurrentVersion\\{1,2}Run\b",
    ),
)
# What is wrong in a document too: it gives more than the place.
_FETCHES = r"\b(?:curl|wget|base64|nc|/dev/tcp)\b"
_FETCHERS = "curl wget base64 nc tcp"
_IN_DOCUMENTS = (
    form(
        _KEYS,
        "authorized",
        "authorized_keys",
        r"\b(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-\w{1,12})[ \t]+AAAA[\w+/=]{40,800}[^\n>]{0,80}>>?"
        r"[^\n]{0,60}authorized_keys\b",
        too="aaaab3nzac1yc2eaaaadaqab ssh ecdsa",
        before=1_100,
    ),
    form(
        _START,
        _RC_WORDS,
        _RC_ANCHORS,
        rf"\becho[ \t]+[^\n>]{{0,200}}{_FETCHES}[^\n>]{{0,200}}>>[ \t]*[\"']?{HOME}{_RC}",
        too=_FETCHERS,
        before=600,
    ),
    form(
        _TABLE,
        "crontab",
        "crontab",
        rf"\becho[ \t]+[^\n]{{0,200}}{_FETCHES}[^\n]{{0,200}}\|[ \t]*crontab[ \t]+-",
        too=_FETCHERS,
        before=500,
    ),
)
_NAMED = frozenset(f"{_RC_WORDS} authorized".encode().split())
_WORDS = frozenset(word for each in (*_IN_SCRIPTS, *_IN_DOCUMENTS) for word in each.words)


def _by_name(text: Text) -> Iterator[tuple[int, str]]:
    """A start-up file under a name: `RC="$HOME/.zshrc"`, then `>> "$RC"`."""
    if not text.vocabulary.holds(_NAMED):
        return
    names = {match[1] for match in _named().finditer(text.text)}
    if names:
        judge = _judge(text, "a start-up file of the shell")
        yield from once_a_line(
            _written(), text.text, lambda match: judge(match) if match[1] in names else None
        )


@cache
def _named() -> re.Pattern[str]:
    return re.compile(
        rf"(?m)^[ \t]{{0,40}}(?:local |export |readonly )?(\w{{1,40}})=[\"']?{HOME}(?:{_RC}"
        r"|\.ssh/authorized_keys)"
    )


@cache
def _written() -> re.Pattern[str]:
    return re.compile(rf"(?:{TO})\$\{{?(\w{{1,40}})\b")


RULE = Rule("X110", "persistence", {"house": ERROR}, __doc__, run=run)
