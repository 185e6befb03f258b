"""YAML text → plain values with the place of each: `load`, with limits.

Most frontmatter is plain enough to be read line by line: keys with a value on their line, and
mappings of such keys. What is not goes to the parser, whose import takes longer than a whole check
of such a skill. A property test compares the two ways.
"""

from typing import Any

from skillrepo.yaml_node import FILE, Limits, Loaded, Node, Path, YamlError

_DEPTH = 2
"""Of the mappings that are read here."""
# What YAML 1.1 reads as a boolean or as nothing. That a number or date begins with no letter helps.
_WORDS = frozenset(("yes", "no", "true", "false", "on", "off", "null"))
_LONGEST_KEY = 64
_QUOTES = frozenset("'\"")
_DIGITS = frozenset("0123456789")
_TOP: Path = ()


def load(text: str, limits: Limits = FILE) -> Loaded:
    """Read one YAML document; an empty one is None. Raises `YamlError`."""
    if len(text) > limits.characters:
        raise YamlError(f"is longer than {limits.characters:,} characters", 1, 1)
    few = limits.depth >= _DEPTH and 2 * text.count("\n") + 3 < limits.nodes
    if few and (found := _plain(text)):
        return found
    from skillrepo.yaml_full import parse  # noqa: PLC0415 - see above

    return parse(text, limits)


def _plain(text: str) -> Loaded | None:
    """What the text says; None where that takes a parser."""
    keys: dict[Path, Node] = {}
    values: dict[Path, Node] = {}
    ends: dict[Path, tuple[int, int]] = {}
    top: dict[str, Any] = {}
    # The mapping that a line belongs to, the key that it stands under, and its lines' indentation.
    mapping, above, indent = top, _TOP, 0
    for number, line in enumerate(text.split("\n"), 1):
        if not line:
            continue
        before, colon, said = line.partition(":")
        name = before.lstrip(" ")
        column = len(before) - len(name)
        if above and not mapping:
            if not column:
                return None
            indent = column
        elif not column:
            mapping, above, indent = top, _TOP, 0
        odd = not colon or column != indent or name in mapping
        if odd or not line.isprintable() or not _is_name(name):
            return None
        path = (*above, name)
        if not mapping:
            values[above] = Node(number, column + 1, "", "mapping", quoted=False)
        keys[path] = Node(number, column + 1, name, "text", quoted=False)
        if not said and not above:
            mapping[name] = {}
            mapping, above = mapping[name], path
            continue
        written = said.lstrip(" ")
        value = _value(written) if said.startswith(" ") else None
        if value is None:
            return None
        mapping[name] = value
        place = number, len(line) - len(written) + 1
        values[path] = Node(*place, value, "text", written[0] in _QUOTES)
        ends[path] = ends[above] = ends[_TOP] = number, len(line) + 1
    return Loaded(top, keys, values, ends, frozenset()) if mapping else None


def _is_name(word: str) -> bool:
    """Whether a key is plain; other words may not be what they look like."""
    letters = word.replace("-", "").replace("_", "")
    return (
        letters.isalnum()
        and word.isascii()
        and word[0].isalpha()
        and len(word) <= _LONGEST_KEY
        and word.lower() not in _WORDS
    )


def _value(written: str) -> str | None:
    """The text that is written, where nothing in it is escaped or has another meaning."""
    mark = written[:1]
    if mark in _QUOTES:
        ends = len(written) > 1 and written.find(mark, 1) == len(written) - 1
        return written[1:-1] if ends and (mark == "'" or "\\" not in written) else None
    if "0" <= mark <= "9":
        # Of a version with three parts YAML makes no number.
        parts = written.split(".")
        return written if len(parts) > 2 and all(map(_DIGITS.issuperset, parts)) else None  # noqa: PLR2004
    is_text = (
        "a" <= mark.lower() <= "z"
        and ": " not in written
        and " #" not in written
        and written[-1] not in ": "
        and written.lower() not in _WORDS
    )
    return written if is_text else None
