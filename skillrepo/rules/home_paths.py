r"""No path leads into the home folder of one person.

What it checks: neither SKILL.md nor another text file of the skill holds an absolute path below
the home folder of a person (`/Users/ada/…`, `/home/ada/…`, `C:\Users\ada\…`). Users that every
machine of a kind has (`runner`, `vscode`, `ubuntu`), names that stand for any user (`you`, `alice`)
and placeholders are left out. Each user is told once a file.

Why it matters: the path is on no other machine, so what the skill says to read or run is not found;
and the name of a person is published.

How to fix it: write the path from the skill's folder, or begin it with `~`, `$HOME` or a
placeholder such as `/home/<you>`.

Example: `python3 /Users/ada/skills/seals/scripts/dates.py`; write `python3 scripts/dates.py`.

Source: house.
"""

import re
from collections.abc import Iterator
from functools import cache

from skillrepo.bundle import Page
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import WARNING, Hit, Rule

_WORDS = frozenset((b"users", b"home"))
_MARKS = ("/Users/", "/home/", ":\\Users\\", ":\\\\Users\\\\")


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Look at SKILL.md, then at each other text."""
    if _may_hold_one(skill):
        yield from _hits(skill.text, None, skill.folder)
    for page in context.bundle(skill).pages():
        if _may_hold_one(page):
            yield from _hits(page.text, page.path, f"{skill.folder}/{page.name}")


def _may_hold_one(text: Document | Page) -> bool:
    return text.vocabulary.holds(_WORDS) and any(mark in text.text for mark in _MARKS)


def _hits(text: str, path: str | None, about: str) -> Iterator[Hit]:
    told: set[str] = set()
    counted, line = 0, 1
    for match in _home().finditer(text):
        user = match[1] or match[2] or match[3]
        shown = match[0].rstrip("./\\-")
        if user.lower() in told or _stands_for_many(user, about.lower()):
            continue
        told.add(user.lower())
        line += text.count("\n", counted, match.start())
        counted = match.start()
        column = counted - text.rfind("\n", 0, counted)
        message = (
            f"`{shown}` is the home of one person, and on no other machine; write the path from "
            "the skill's folder, or from `~`"
        )
        yield Hit(line, column, message, path=path)


@cache
def _home() -> re.Pattern[str]:
    # What stands before must not be the rest of a path or of an address: `/home/` is a page of
    # many sites, so there something must follow.
    # Names on Linux have small letters, those on macOS and Windows mostly.
    name = r"([A-Za-z][\w.-]{0,39})(?![\w.*<>{}$%-])"
    return re.compile(
        rf"(?:(?<![\w.:/~$}}>)*-])|(?<=file://)|(?<=\b[A-Za-z]:))/Users/{name}"
        r"|(?:(?<![\w.:/~$}>)*-])|(?<=file://))/home/([a-z][a-z0-9_-]{0,39})(?=/[\w.~])"
        rf"|\b[A-Za-z]:\\{{1,2}}Users\\{{1,2}}{name}"
    )


_NAMES = """\
usr you me foo bar baz demo admin administrator root runner runneradmin node vscode ubuntu
debian ec2-user centos fedora opc azureuser vagrant pi jovyan coder codespace gitpod
linuxbrew circleci jenkins git www www-data app apps agent sandbox container dev developer
build builder docker deploy deployer postgres mysql oracle hadoop spark airflow kali
student guest public shared default all home project projects work workspace claude oai
codex alice bob carol charlie dave eve mallory john jane joe doe jdoe johndoe janedoe
john.doe jane.doe jsmith smith victim attacker target analyst employee someone somebody
nobody anonymous dashboard index about nonroot ci cloud steam linux mac macos windows
local backup data sftp ftp odoo frappe flutter gradle nvidia jetson bin lib src pages page
profile settings search api
"""
_MANY = frozenset(_NAMES.split())


def _stands_for_many(user: str, about: str) -> bool:
    name = user.lower().rstrip("0123456789_.-")
    # Programs have users of their own: `/home/kafka` in a skill or a page about Kafka.
    return (
        len(name) < 2  # noqa: PLR2004 - a letter is no name
        or name in _MANY
        or name in about
        or name.startswith(("your", "my", "some", "example", "sample", "xx"))
        or any(word in name for word in ("user", "name", "test", "admin", "server"))
    )


RULE = Rule("P109", "home-paths", {"house": WARNING}, __doc__, run=run)
