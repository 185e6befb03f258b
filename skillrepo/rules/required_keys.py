"""The frontmatter has the keys that the repository asks for.

What it checks: each key that `required_keys` in skillrepo.yaml names is there and has a value:
`license` at the top, `metadata.owner` under `metadata`. Without that setting nothing is asked for.

Why it matters: what a repository sorts, publishes or assigns its skills by is missed the day that
it is needed, by somebody who cannot know it.

How to fix it: add the key; under `metadata` its value is text.

Example: with `required_keys: [metadata.owner]` a skill without `metadata: {owner: search-team}`.

Source: house. Many repositories check keys of their own by a script.
"""

from collections.abc import Iterator

from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.rule import ERROR, Hit, Rule

_UNDER = "metadata"
_WHY = "the settings of this repository require it"


def run(skill: Document, context: Context) -> Iterator[Hit]:
    """Look for each key."""
    for key in context.settings.required_keys:
        parent, dot, child = key.partition(".")
        path = (parent, child) if dot and parent == _UNDER else (key,)
        node = skill.node(*path)
        if node is None:
            yield Hit(*skill.key_place(_UNDER), f"`{key}` is missing; {_WHY}, so add it")
        elif node.kind == "null" or (
            node.kind not in ("list", "mapping") and not node.text.strip()
        ):
            yield Hit(*skill.key_place(*path), f"`{key}` has no value; {_WHY}, so give it one")


RULE = Rule("M114", "required-keys", {"house": ERROR}, __doc__, run=run)
