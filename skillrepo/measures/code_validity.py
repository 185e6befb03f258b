"""Code that is shown can be read by the language that it says it is in.

Formula: 1 / (1 + f / 4), where f is the number of fenced blocks of SKILL.md in Python, JSON, TOML
or YAML that do not parse; n/a where there is none to parse. Left out are blocks that are never
closed, with something to be filled in (`...`, `<name>`, `{{ name }}`), prompts, parts of a
statement, YAML with anchors and tags, what only some versions of Python read, and what is longer
than 6,000 characters (TOML 3,000), nested deeper than 12 brackets, has more than 1,000 operators,
or beyond the first 20,000 characters or 60 blocks of these languages. Shell is not looked at: only
a shell knows what parses, and none is started on text that nobody has read.

Why not the share of sound blocks: `{}` is one, and ten of them would hide a broken one. For the
same reason n/a weighs as much as no fault.

Source: house. What is copied and does not parse costs the agent a round; Python is parsed and never
compiled or run.

Padding: a block that parses adds nothing.
"""

import ast
import json
import re
import textwrap
import tomllib
import warnings
from collections.abc import Callable, Iterator, Mapping

from skillrepo import prose, yaml_text
from skillrepo.measure import Measure, Reading, Subject, deducted
from skillrepo.yaml_node import Limits, YamlError

_HALF = 4
_LONGEST, _MOST = 6_000, 20_000
_MOST_BLOCKS = 60
# The time that its parser takes grows by the square of the length of a key.
_LONGEST_TOML = 3_000
_DEEPEST = 12
_YAML = Limits(_LONGEST, _DEEPEST, 2_000)


def run(subject: Subject) -> Reading:
    """Count the blocks that do not parse."""
    sound = [_is_sound(block, parse) for block, parse in _blocks(subject)]
    if not sound:
        return Reading(None, "there is no block of Python, JSON, TOML or YAML that is whole")
    faults = sound.count(False)
    value = deducted(faults, _HALF)
    return Reading(value, f"blocks of code that do not parse: {faults:,} of {len(sound):,}")


def _blocks(subject: Subject) -> Iterator[tuple[prose.Fenced, Callable[[str], object]]]:
    total = count = 0
    for part in prose.parts(subject.document):
        parse = _PARSERS.get(part.language) if isinstance(part, prose.Fenced) else None
        # What an open fence holds depends on what is written below: `fences-closed` speaks of it.
        if parse is None or not isinstance(part, prose.Fenced) or not part.closed:
            continue
        total += len(part.text)
        count += 1
        if total > _MOST or count > _MOST_BLOCKS:
            return
        if part.text.strip() and not _is_sketch(part.text, parse):
            yield part, parse


def _is_sound(block: prose.Fenced, parse: Callable[[str], object]) -> bool:
    try:
        parse(textwrap.dedent(block.text))
    except (ValueError, SyntaxError, YamlError, RecursionError, MemoryError, OverflowError):
        return False
    return True


def _is_sketch(text: str, parse: Callable[[str], object]) -> bool:
    """Whether a block is not meant to be whole, or is more than is parsed."""
    if len(text) > (_LONGEST_TOML if parse is tomllib.loads else _LONGEST):
        return True
    if _depth(text) > _DEEPEST or _TO_FILL_IN.search(text):
        return True
    if parse is _python and len(_DEEPENS.findall(text)) > _MOST_DEEPENING:
        return True
    return (_PART_OF_PYTHON if parse is _python else _PART_OF_DATA).search(text) is not None


def _depth(text: str) -> int:
    deepest = depth = 0
    for match in _BRACKET.finditer(text):
        depth += 1 if match[0] in "([{" else -1
        deepest = max(deepest, depth)
    return deepest


# What makes a tree deeper: how deep a parser goes, and how it gives up, differs between versions.
_DEEPENS = re.compile(r"[.+*/%|&^~@(\[-]|\b(?:not|lambda|await|if|else|and|or|in|is)\b|[<>=]=?")
_MOST_DEEPENING = 1_000
_BRACKET = re.compile(r"[()\[\]{}]")
_TO_FILL_IN = re.compile(r"\u2026|\{\{|\$\{|<%|<[A-Za-z][\w -]{0,40}>|\[[A-Z][A-Z_ ]{2,40}\]|\{%")
# A prompt, a part of a statement, or what an earlier or later Python reads otherwise.
_PART_OF_PYTHON = re.compile(
    r"\A\s*+(?:elif|else|except|finally|case)\b"
    r"|^[ \t]*+(?:>>>|[%!?$]\s?\w|\.\.\.[ \t]*+$|@@|[+-]{3} )"
    r"|^[ \t]*+type \w|\b(?:def|class) \w{1,80}\[|\bexcept [\w.]{1,80},|\b[tT][rR]?[\"']"
    r"|^[ \t]*+(?:print|exec) [\"']",
    re.MULTILINE,
)
_PART_OF_DATA = re.compile(
    r"\.\.\.|(?:^|[\s,{\[])(?://|/\*)|(?:^|[\s:\[,-])[&*!][A-Za-z]|^[ \t]*+<<:|^%|^[ \t]*+\$ ",
    re.MULTILINE,
)


def _python(text: str) -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        try:
            return compile(text, "<block>", "exec", flags, dont_inherit=True)
        except SyntaxError as error:
            # A body of which only a comment says what belongs there; and what may stand in an
            # f-string is more from Python 3.12 on.
            why = str(error.msg)
            if why.startswith("expected an indented block") or "f-string" in why:
                return None
            raise


def _json(text: str) -> object:
    """One value, one a line, or the members of an object."""
    try:
        return json.loads(text)
    except ValueError:
        lines = [line for line in text.splitlines() if line.strip()]
        if text.lstrip().startswith('"'):
            return json.loads("{" + text.strip().rstrip(",") + "}")
        return [json.loads(line) for line in lines]


def _yaml(text: str) -> object:
    """Documents, or else examples with blank lines between them."""
    try:
        return [yaml_text.load(part, _YAML) for part in _DOCUMENTS.split(text)]
    except YamlError:
        return [yaml_text.load(part, _YAML) for part in _BLANK.split(text)]


_DOCUMENTS = re.compile(r"^---[ \t]*$", re.MULTILINE)
_BLANK = re.compile(r"\n[ \t]*\n")


_PARSERS: Mapping[str, Callable[[str], object]] = {
    "python": _python,
    "py": _python,
    "python3": _python,
    "json": _json,
    "toml": tomllib.loads,
    "yaml": _yaml,
    "yml": _yaml,
}

MEASURE = Measure("code_validity", "integrity", __doc__, run, deducts=True)
