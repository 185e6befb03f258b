"""The frontmatter satisfies the specification's schema.

What it checks: `name` and `description` are there; every value is text, but `metadata`, which is
a mapping of text to text; `name` has 1 to 64 lowercase letters, digits and single hyphens,
`description` 1 to 1,024 characters, `compatibility` 1 to 500. Letters of any alphabet are taken
in a name, as the reference library does.

Why it matters: clients skip a skill without a description, and cut or refuse what is too long.
An unquoted `no`, `1.10` or `2026-01-01` is not the text that it looks like: YAML reads a boolean,
the number 1.1, a date.

How to fix it: give the field the form that the message names; put a misread value in quotes, and
write the tools of `allowed-tools` on one line with spaces.

Example: `metadata: {updated: 2026-01-01}` has to be `metadata: {updated: "2026-01-01"}`.

Source: https://agentskills.io/specification (the table of frontmatter fields).
"""

import unicodedata
from collections.abc import Iterator

from skillrepo import frontmatter_edit, schema, tools
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.finding import Fix
from skillrepo.frontmatter_edit import Source
from skillrepo.rule import ERROR, Hit, Rule


def run(skill: Document, _context: Context) -> Iterator[Hit]:
    """Report each violation but unknown keys, which are another rule's."""
    known = schema.schema("frontmatter")["properties"]
    fields = {key: value for key, value in skill.frontmatter.items() if key in known}
    for key in ("name", "description"):
        if isinstance(text := fields.get(key), str):
            fields[key] = text.strip()
    if isinstance(name := fields.get("name"), str):
        fields["name"] = unicodedata.normalize("NFKC", name)
    found = schema.violations("frontmatter", fields)
    source = Source(skill) if found else None
    for violation in found:
        if violation.keyword == "pattern" and not violation.value:
            continue  # that it is empty has been said
        place = skill.place if len(violation.path) == 1 else skill.key_place
        line, column = place(*violation.path)
        fix = _fix(violation, skill, source) if source else None
        yield Hit(line, column, _message(violation, skill), fix)
    if not any(violation.keyword == "pattern" for violation in found):
        yield from _other_capitals(skill, fields)
    yield from _misread_keys(skill)


def _message(violation: schema.Violation, skill: Document) -> str:
    if violation.path == ("name",) and violation.keyword == "pattern":
        return _bad_name(violation.value)
    node = skill.node(*violation.path)
    if violation.keyword == "type" and node and node.kind not in ("text", "mapping", "list"):
        field = schema.dotted(violation.path)
        if node.kind == "null":
            return f"`{field}` has no value; give it one, or remove the key"
        return f"`{field}` is the {node.kind} `{node.text}` to YAML, not text; put it in quotes"
    return schema.explain(violation)


def _fix(violation: schema.Violation, skill: Document, source: Source) -> Fix | None:
    """The repair of a value that YAML reads as something else than the text that it looks like."""
    path = violation.path
    if violation.keyword != "type":
        return None
    kind = source.yaml.values[path].kind
    if path == ("allowed-tools",) and kind == "list":
        return _list_fix(source)
    # What a number means as a description nobody knows; and a name must be that of the folder.
    unsure = path == ("description",) or (
        path == ("name",) and source.yaml.values[path].text != skill.folder
    )
    if kind in ("text", "mapping", "list", "null") or unsure:
        return None
    return frontmatter_edit.quote(source, *path)


def _list_fix(source: Source) -> Fix | None:
    """One text in place of the list, unless an item is itself several tools."""
    for tool in source.yaml.value["allowed-tools"]:
        if not isinstance(tool, str) or len(tools.split(tool)) != 1:
            return None
    return frontmatter_edit.list_to_text(source, "allowed-tools")


def _bad_name(name: str) -> str:
    limit = "`name` must be lowercase letters, digits and single hyphens between them"
    odd = [character for character in dict.fromkeys(name) if not _may_stand(character)]
    if odd:
        named = ", ".join(_named(character) for character in odd[:3])
        return f"{limit}; `{name}` has {named}"
    return f"{limit}; `{name}` has a hyphen first, last, or after another"


def _may_stand(character: str) -> bool:
    return character == "-" or (character.isalnum() and character == character.lower())


def _named(character: str) -> str:
    if character == " ":
        return "a space"
    if character.isprintable():
        return f"`{character}`"
    return f"U+{ord(character):04X}"


def _other_capitals(skill: Document, fields: dict[str, object]) -> Iterator[Hit]:
    """Capitals of other alphabets, which no portable pattern knows."""
    name = fields.get("name")
    if isinstance(name, str) and name != name.lower():
        yield Hit(*skill.place("name"), _bad_name(name))


def _misread_keys(skill: Document) -> Iterator[Hit]:
    """Keys of `metadata` that YAML reads as something else than text."""
    keys = skill.yaml.keys if skill.yaml else {}
    source: Source | None = None
    for path, node in keys.items():
        if len(path) > 1 and path[0] == "metadata" and node.kind != "text":
            source = source or Source(skill)
            fix = frontmatter_edit.quote_key(source, *path)
            parent = schema.dotted(path[:-1])
            message = f"the key `{node.text}` of `{parent}` is a {node.kind} to YAML; quote it"
            yield Hit(node.line + 1, node.column, message, fix)


RULE = Rule("M101", "frontmatter-schema", {"spec": ERROR, "house": ERROR}, __doc__, run=run)
