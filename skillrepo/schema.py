"""Values against the shipped JSON Schemas: what they violate, in words.

A value that is fine, the common case, is accepted by a small interpreter of the keywords that
our schemas use; jsonschema (60 ms to import) is asked for what that does not accept, so it alone
decides what is wrong. A test compares the two on generated values.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from skillrepo import resource
from skillrepo.yaml_node import Implicit

Path = tuple[str | int, ...]


class Violation(NamedTuple):
    """One keyword of a schema that a value at `path` breaks.

    For `required` and `additionalProperties` the path ends with the key that is missing or
    unknown, and `limit` is the list of keys that may stand there.
    """

    path: Path
    keyword: str
    limit: Any
    value: Any


@cache
def schema(name: str) -> Mapping[str, Any]:
    """The shipped schema `name`, for example `frontmatter`."""
    loaded: Mapping[str, Any] = json.loads(resource.read(f"schemas/{name}.schema.json"))
    return loaded


def violations(name: str, value: object) -> list[Violation]:
    """What `value` breaks of the schema `name`, in the order of the value; empty if it is valid."""
    root = schema(name)
    if accepts(root, root, value):
        return []
    errors = _validator(name).iter_errors(value)
    found = [violation for error in errors for violation in _flatten(error)]
    return sorted(found, key=lambda violation: [(str(type(p)), p) for p in violation.path])


@cache
def _validator(name: str) -> Any:
    import jsonschema  # noqa: PLC0415 - 60 ms, for invalid values alone

    return jsonschema.Draft202012Validator(schema(name))


def _flatten(error: Any) -> Iterator[Violation]:
    """One violation a missing or unknown key."""
    path: Path = tuple(error.absolute_path)
    keyword, limit, value = error.validator, error.validator_value, error.instance
    known = sorted(error.schema.get("properties", ())) if isinstance(error.schema, dict) else []
    if keyword == "required":
        # jsonschema reports each missing key by its own error, which names it in the message only.
        for key in limit:
            if f"{key!r} is" in error.message:
                yield Violation((*path, key), keyword, known, value)
    elif keyword == "additionalProperties" and limit is False:
        for key in value:
            if key not in known:
                yield Violation((*path, key), keyword, known, value[key])
    elif keyword == "anyOf":
        # Of the forms that may stand there, what is wrong with the one that comes nearest.
        nearest = max(
            error.context,
            key=lambda each: (
                len(each.absolute_path),
                each.validator not in ("type", "enum", "const"),
            ),
        )
        yield from _flatten(nearest)
    else:
        yield Violation(path, keyword, limit, value)


_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
    "array": (list,),
    "object": (dict,),
}
_ANNOTATIONS = frozenset(
    ("$schema", "$id", "$defs", "title", "description", "default", "examples", "$comment")
)


def accepts(root: Mapping[str, Any], part: Any, value: Any) -> bool:
    """Whether `value` is surely valid; False means that jsonschema must be asked."""
    if isinstance(part, bool):
        return part
    return all(
        keyword in _ANNOTATIONS
        or (keyword in _KEYWORDS and _KEYWORDS[keyword](root, part, limit, value))
        for keyword, limit in part.items()
    )


def _is(kind: str, value: Any) -> bool:
    return type(value) in _TYPES[kind]


def _type(_root: Any, _part: Any, limit: Any, value: Any) -> bool:
    return any(_is(kind, value) for kind in ([limit] if isinstance(limit, str) else limit))


def _properties(root: Any, limit: Any, value: Any) -> bool:
    return all(accepts(root, limit[key], value[key]) for key in limit if key in value)


def _additional(root: Any, part: Any, limit: Any, value: Any) -> bool:
    known = part.get("properties", ())
    return all(accepts(root, limit, item) for key, item in value.items() if key not in known)


def _reference(root: Any, _part: Any, limit: str, value: Any) -> bool:
    target = root
    for step in limit.removeprefix("#/").split("/"):
        target = target[step]
    return accepts(root, target, value)


# Each is (root, schema, limit, value) → accepted. Those about one type of value refuse the
# others, which JSON Schema would let pass: in doubt jsonschema decides.
_KEYWORDS: Mapping[str, Any] = {
    "type": _type,
    "$ref": _reference,
    "const": lambda _r, _p, limit, value: type(value) is type(limit) and value == limit,
    "enum": lambda _r, _p, limit, value: any(
        type(value) is type(known) and value == known for known in limit
    ),
    "anyOf": lambda root, _p, limit, value: any(accepts(root, part, value) for part in limit),
    "properties": lambda r, _p, limit, value: type(value) is dict and _properties(r, limit, value),
    "required": lambda _r, _p, limit, value: type(value) is dict and all(k in value for k in limit),
    "additionalProperties": lambda r, p, limit, value: (
        type(value) is dict and _additional(r, p, limit, value)
    ),
    "propertyNames": lambda r, _p, limit, value: (
        type(value) is dict and all(accepts(r, limit, key) for key in value)
    ),
    "items": lambda r, _p, limit, value: (
        type(value) is list and all(accepts(r, limit, item) for item in value)
    ),
    "minItems": lambda _r, _p, limit, value: type(value) is list and len(value) >= limit,
    "minLength": lambda _r, _p, limit, value: type(value) is str and len(value) >= limit,
    "maxLength": lambda _r, _p, limit, value: type(value) is str and len(value) <= limit,
    "pattern": lambda _r, _p, limit, value: (
        type(value) is str and re.search(limit, value) is not None
    ),
    "minimum": lambda _r, _p, limit, value: type(value) in (int, float) and value >= limit,
    "maximum": lambda _r, _p, limit, value: type(value) in (int, float) and value <= limit,
    "exclusiveMinimum": lambda _r, _p, limit, value: type(value) in (int, float) and value > limit,
}

_ARTICLES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "empty",
    "array": "a list",
    "object": "a mapping",
}


def what(value: object) -> str:
    """The kind of a value in words, for example `a list`."""
    if isinstance(value, Implicit):
        return f"a {value.kind} (`{value.text}`)"
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return f"the boolean `{str(value).lower()}`"
    if isinstance(value, int | float):
        return f"the number `{value}`"
    return (
        "text" if isinstance(value, str) else "a list" if isinstance(value, list) else "a mapping"
    )


def dotted(path: Path) -> str:
    """A path as its author would name it: `metadata.tags[0]`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def explain(violation: Violation) -> str:
    """One sentence that names the field, the limit and the actual value."""
    field = f"`{dotted(violation.path)}`" if violation.path else "the file"
    words = _WORDS.get(violation.keyword)
    if words is None:
        return f"{field} breaks `{violation.keyword}: {violation.limit}`"
    return f"{field} {words(violation.limit, violation.value)}"


def _wrong_type(limit: str | list[str | None], value: object) -> str:
    kinds = [limit] if isinstance(limit, str) else [kind for kind in limit if kind]
    wanted = " or ".join(_ARTICLES.get(kind, kind) for kind in kinds)
    hint = "; put it in quotes" if kinds == ["string"] and _scalar(value) else ""
    return f"must be {wanted}, but is {what(value)}{hint}"


def _too_short(limit: int, value: str) -> str:
    if limit == 1:
        return "is empty"
    return f"has {len(value):,} characters; at least {limit:,} are needed"


_WORDS: Mapping[str, Callable[[Any, Any], str]] = {
    "required": lambda _limit, _value: "is missing",
    "additionalProperties": lambda limit, _: f"is not a known key; known here: {', '.join(limit)}",
    "type": _wrong_type,
    "minLength": _too_short,
    "maxLength": lambda limit, value: (
        f"has {len(value):,} characters; at most {limit:,} are allowed"
    ),
    # The boolean is how YAML reads an unquoted `off`.
    "enum": lambda limit, value: (
        f"is `{value}`; it must be one of: "
        f"{', '.join(str(known) for known in limit if known is not False)}"
    ),
    "const": lambda limit, value: f"is `{value}`; it must be {limit}",
    "minItems": lambda limit, value: f"has {len(value)} items; at least {limit} are needed",
    "minimum": lambda limit, value: f"is {value}; it must be at least {limit}",
    "exclusiveMinimum": lambda limit, value: f"is {value}; it must be more than {limit}",
    "maximum": lambda limit, value: f"is {value}; it must be at most {limit}",
    "pattern": lambda limit, value: f"is `{_short(value)}`, which does not have the form {limit}",
}
_SHOWN = 60


def _scalar(value: object) -> bool:
    return isinstance(value, bool | int | float | Implicit)


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
