"""No key stands at the top of the frontmatter that only some clients read.

What it checks: no top-level key is one that a client reads beside those of the specification, such
as `argument-hint` or `disable-model-invocation`. Keys of the clients that the repository is for
(`clients` in its settings) are as they should be. Which client reads which key is written in the
shipped `config/clients.yaml`.

Why it matters: the reference library refuses the key, so do clients that follow it, and all others
ignore it: what it promises (`disable-model-invocation: true`) does not hold there.

How to fix it: name the clients that the skills are for under `clients` in the settings, or remove
the key. A `version` belongs under `metadata`, where other tools look for it too.

Example: `user-invocable: false` is read by Claude Code, GitHub Copilot in VS Code and OpenClaw.

Source: https://agentskills.io/specification (the table of frontmatter fields), and the
documentation of each client, which the message links to; a warning in `house`.
"""

from collections.abc import Iterator

from skillrepo import clients
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.frontmatter_edit import Source, move_under_metadata
from skillrepo.keys import odd_keys
from skillrepo.rule import ERROR, WARNING, Hit, Rule


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Report each key that only clients read which were not chosen."""
    for key, readers in odd_keys(skill).of_clients.items():
        if context.clients.isdisjoint(readers):
            one = key == "version" and not isinstance(skill.frontmatter[key], list)
            fix = move_under_metadata(Source(skill), key) if one else None
            yield Hit(*skill.key_place(key), _message(key, readers), fix)


def _message(key: str, readers: tuple[str, ...]) -> str:
    known = clients.shipped()
    titles = [known[name].title for name in readers]
    last = titles.pop()
    who = f"{', '.join(titles)} and {last} read it" if titles else f"{last} reads it"
    names = ", ".join(f"`{name}`" for name in readers)
    do = "move it under `metadata`" if key == "version" else "remove it"
    return (
        f"`{key}` is no key of the specification, and only {who} ({known[readers[0]].link}); "
        f"{do}, or choose the client under `clients` in the settings: {names}"
    )


RULE = Rule("M106", "client-keys", {"spec": ERROR, "house": WARNING}, __doc__, run=run)
