"""No key at the top of the frontmatter is a misspelt one.

What it checks: no top-level key is nearly one of the specification's, or one of a client's that is
made of several words: by a letter or two, by case, by `_` for `-`, by letters of another alphabet,
or by a word that is used for the same elsewhere (`tools`, `licence`). Where the right key stands
there too, the other one is a key of its own.

Why it matters: clients ignore a key that they do not know, without a word. The skill loses its
description, or runs with the defaults that the key was to change.

How to fix it: rename the key. Whether `tools` are to be allowed without asking, only you know.

Example: `user_invocable: false` hides nothing; `user-invocable: false` does.

Source: https://agentskills.io/specification (the table of frontmatter fields), and
`config/clients.yaml` for the keys of clients; a warning in `house`.
"""

from collections.abc import Iterator

from skillrepo import clients, schema
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.finding import Fix
from skillrepo.frontmatter_edit import Source, rename
from skillrepo.keys import odd_keys
from skillrepo.rule import ERROR, WARNING, Hit, Rule


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Report each key that was meant to be another."""
    for key, meant in odd_keys(skill).misspelt.items():
        message = f"`{key}` is no key of the specification; did you mean `{meant}`?"
        yield Hit(*skill.key_place(key), message, _fix(skill, key, meant, context))


def _fix(skill: Document, key: str, meant: str, context: Context) -> Fix | None:
    properties = schema.schema("frontmatter")["properties"]
    if meant in properties:
        value = skill.frontmatter[key]
        fits = schema.accepts({}, properties[meant], value)
        # A permission is not to be given by a guess, nor a name that is not the folder's.
        sure = fits and meant != "allowed-tools" and (meant != "name" or value == skill.folder)
    else:
        readers = clients.readers()[meant]
        sure = not context.clients.isdisjoint(readers)
    return rename(Source(skill), key, meant) if sure else None


RULE = Rule("M107", "misspelt-keys", {"spec": ERROR, "house": WARNING}, __doc__, run=run)
