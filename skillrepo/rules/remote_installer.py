"""Documents name no installer that runs unseen.

What it checks: no document of the skill gives the agent a command that pipes a download into a
shell or an interpreter, such as `curl -fsSL https://… | sh`, from an address that can be vouched
for. What a text warns of is none, nor what a machine of its own runs: the steps of a pipeline in
YAML, a Dockerfile, what a development container does when it is made. In scripts, and from
addresses that nobody can vouch for, `remote-shell` makes it an error.

Why it matters: this is how many tools say they are to be installed, and it is what an agent then
does, with all that the user may do and with whatever the address sends on that day. Many
maintainers accept it for hosts that they know, so it is a warning.

How to fix it: name the package of the tool (`pipx install`, `npm install`, `brew install`), or say
that the user is to install it.

Example: `curl -LsSf https://get.example.dev/install.sh | sh` in a section “Setup”.

Source: house; https://attack.mitre.org/techniques/T1105/ tells why.
"""

import re
from collections.abc import Iterator
from functools import cache

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import WARNING, Hit, Rule
from skillrepo.rules.remote_shell import downloads_run
from skillrepo.wording import Text

_CONFIGURATION = frozenset(("yaml", "yml", "json", "jsonc", "dockerfile", "docker"))


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Report what is not grave."""
    for text, found in downloads_run(skill, context):
        if not found.grave and not _is_for_a_machine(text, found.offset):
            message = f"the agent is to run what {found.host} sends; name a package in its place"
            yield Hit(*text.place(found.offset), message, path=text.path)


def _is_for_a_machine(text: Text, offset: int) -> bool:
    """Whether the download is a part of a configuration for a machine of its own."""
    code = text.code(text.place(offset).line)
    language, said = text.suffix.lstrip("."), text.text
    if code:
        language = (code.info or "").partition(" ")[0].lower()
        said = code.text
    return language in _CONFIGURATION and _machine().search(said) is not None


@cache
def _machine() -> re.Pattern[str]:
    return re.compile(
        r"^[ \t-]{0,40}(?:runs-on|steps|stages|pool|image):|^FROM \S"
        r"|\"(?:onCreate|updateContent|postCreate|postStart|postAttach)Command\"",
        re.MULTILINE,
    )


RULE = Rule("X113", "remote-installer", {"house": WARNING}, __doc__, run=run)
