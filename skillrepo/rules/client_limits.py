"""No client refuses or cuts the name or description for a limit of its own.

What it checks: the description holds no `<` or `>`, and the name is not made of the words
`claude` or `anthropic`, which Claude's apps and API refuse; the description has at most 1,024
bytes, above which `gh skill publish` warns; with `when_to_use` it has at most 1,536 characters,
where Claude Code cuts. Where the settings name the clients, only theirs are looked at.

Why it matters: the skill is right by the specification, and is still turned away where it is
uploaded, or its last words are not seen.

How to fix it: write the description without angle brackets, or shorter; choose another name.

Example: `claude-review` cannot be uploaded to Claude; `code-review` can.

Source: https://platform.claude.com/docs/en/agents-and-tools/agent-skills/overview (requirements of
`name` and `description`), https://cli.github.com/manual/gh_skill_publish and
https://code.claude.com/docs/en/skills.
"""

from collections.abc import Iterator

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import INFO, Hit, Rule

_CLAUDE = "https://platform.claude.com/docs/en/agents-and-tools/agent-skills/overview"
_CLAUDE_CODE = "https://code.claude.com/docs/en/skills"
_GH = "https://cli.github.com/manual/gh_skill_publish"
_RESERVED = ("claude", "anthropic")
_MOST_CHARACTERS = 1_024
_MOST_BYTES = 1_024
_MOST_SHOWN = 1_536


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Report what a single client does not take."""
    chosen = context.clients
    if not chosen or "claude" in chosen:
        yield from _for_claude(skill)
    if not chosen or "claude-code" in chosen:
        yield from _for_claude_code(skill)
    description = skill.frontmatter.get("description")
    # One that is too long in characters is an error already.
    if isinstance(description, str) and len(description) <= _MOST_CHARACTERS:
        size = len(description.encode())
        if size > _MOST_BYTES:
            message = (
                f"`description` has {size:,} bytes; above {_MOST_BYTES:,} `gh skill publish` "
                f"warns ({_GH}); write it shorter"
            )
            yield Hit(*skill.place("description"), message)


def _for_claude(skill: Document) -> Iterator[Hit]:
    name, description = (skill.frontmatter.get(key) for key in ("name", "description"))
    words = name.strip().split("-") if isinstance(name, str) else []
    if reserved := next((word for word in _RESERVED if word in words), None):
        message = (
            f"`name` has the word `{reserved}`, which Claude reserves ({_CLAUDE}); "
            "choose another if the skill is to be uploaded there"
        )
        yield Hit(*skill.place("name"), message)
    text = description if isinstance(description, str) else ""
    if bracket := next((each for each in "<>" if each in text), None):
        message = (
            f"`description` has a `{bracket}`, which Claude refuses in an upload ({_CLAUDE}); "
            "write it without"
        )
        yield Hit(*skill.place("description"), message)


def _for_claude_code(skill: Document) -> Iterator[Hit]:
    texts = [skill.frontmatter.get(key) for key in ("when_to_use", "description")]
    length = sum(len(text) for text in texts if isinstance(text, str))
    if isinstance(texts[0], str) and length > _MOST_SHOWN:
        message = (
            f"`description` and `when_to_use` have {length:,} characters; Claude Code cuts "
            f"them at {_MOST_SHOWN:,} ({_CLAUDE_CODE}); write them shorter"
        )
        yield Hit(*skill.place("when_to_use"), message)


RULE = Rule("M112", "client-limits", {"house": INFO}, __doc__, run=run)
