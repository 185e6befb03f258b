"""Documents leave the settings of the user's agent to the user.

What it checks: no command in a document of the skill writes to the settings, hooks or instructions
of an AI agent in the user's home, such as `cat > ~/.claude/settings.json`, or turns off the agent's
questions (`--dangerously-skip-permissions`). What a text warns of is none; scripts that write there
are an error of `persistence`.

Why it matters: `>` throws away what the user has set, permissions and hooks among it, and a hook
that is added there runs in every project, long after the skill is gone.

How to fix it: show the part that is to be added, and have the user add it, or write to the settings
of the one project.

Example: `cat > ~/.claude/settings.json << 'EOF'`.

Source: house; https://code.claude.com/docs/en/settings lists the files and says which wins.
"""

import re
from collections.abc import Callable, Iterator

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import WARNING, Hit, Rule
from skillrepo.rules.persistence import AGENT, HOME, TO
from skillrepo.wording import Text, form, texts_with

_WRITES = "writes to the settings"
_FORMS = (
    form(
        _WRITES,
        "claude codex gemini cursor opencode",
        (".claude", ".codex", ".gemini", ".cursor", "opencode"),
        rf"(?:{TO}){HOME}{AGENT}|\b(?:cp|mv|install)[ \t]+[^\n;|&]{{1,160}}[ \t][\"']?{HOME}{AGENT}"
        r"",
        before=240,
        after=60,
    ),
    form(
        "turns off the questions",
        "dangerously",
        "--dangerously",
        r"\bclaude[ \t][^\n`]{0,120}--dangerously-skip-permissions\b",
        before=160,
        after=40,
    ),
)
_WORDS = frozenset(word for each in _FORMS for word in each.words)


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Look at the documents that name a file of an agent."""
    for text in texts_with(_WORDS, skill, context):
        for each in () if text.is_script else _FORMS:
            says = f"{each.says} of the user's agent"
            for offset, said in text.matches(each, _judge(text, says)):
                message = f"{said}; show what to add, and leave it to the user"
                yield Hit(*text.place(offset), message, path=text.path)


def _judge(text: Text, says: str) -> Callable[[re.Match[str]], str | None]:
    return lambda match: None if text.is_example(match.start()) else says


RULE = Rule("X116", "agent-settings", {"house": WARNING}, __doc__, run=run)
