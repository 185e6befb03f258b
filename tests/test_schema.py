"""`schema`: the acceptor takes nothing that jsonschema rejects, and errors say what is wrong."""

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillrepo import schema
from skillrepo.yaml_node import Implicit
from skillrepo.yaml_text import load

NAMES = ("frontmatter", "taxonomy", "settings", "sections", "config")

texts = st.text(max_size=30) | st.sampled_from(["a", "pdf-merge", "A b", "-a", "house", "error"])
leaves = st.one_of(st.none(), st.booleans(), st.integers(-3, 12), st.floats(-1, 3), texts)
KEYS = {
    key
    for name in NAMES
    for part in (schema.schema(name), *schema.schema(name).get("$defs", {}).values())
    for key in part.get("properties", {})
}
keys = st.sampled_from(sorted(KEYS)) | st.text(max_size=5)
anything = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(value=st.dictionaries(keys, anything, max_size=5))
def test_agrees_with_jsonschema(value: dict[str, object]) -> None:
    # To draw a value takes longer than to judge it by each of them.
    for name in NAMES:
        root = schema.schema(name)
        valid = jsonschema.Draft202012Validator(root).is_valid(value)
        assert valid or not schema.accepts(root, root, value), name
        assert (schema.violations(name, value) == []) is valid, name


VALID = {
    "frontmatter": "name: pdf-merge\ndescription: Merges.\nmetadata: {a: b}",
    "taxonomy": "version: 1\ncategories: {a: {title: A, children: {b: {title: B}}}}",
    "settings": "version: 1\nprofile: spec\nexclude: [a]\nsections: {x: {required: [{title: T}]}}",
    "sections": "version: 1\npolicies: {}",
}


@pytest.mark.parametrize("name", VALID)
def test_the_common_case_needs_no_jsonschema(name: str) -> None:
    root = schema.schema(name)
    assert schema.accepts(root, root, load(VALID[name]).value)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("frontmatter", "name: a", "`description` is missing"),
        ("frontmatter", "{}", "`name` is missing"),
        ("frontmatter", "name: ''\ndescription: a", "`name` is empty"),
        ("frontmatter", f"name: {'a' * 65}\ndescription: a", "has 65 characters; at most 64"),
        (
            "frontmatter",
            f"name: a\ndescription: {'ü' * 1025}",
            "has 1,025 characters; at most 1,024",
        ),
        ("frontmatter", "name: A\ndescription: a", "`name` is `A`, which does not have the form"),
        ("frontmatter", "name: 1\ndescription: a", "`name` must be text, but is the number `1`"),
        ("frontmatter", "name: [a]\ndescription: a", "`name` must be text, but is a list"),
        ("frontmatter", "name: {a: b}\ndescription: a", "must be text, but is a mapping"),
        ("frontmatter", "name:\ndescription: a", "`name` must be text, but is empty"),
        ("frontmatter", "name: no\ndescription: a", "is the boolean `false`; put it in quotes"),
        ("frontmatter", "name: 2026-01-01\ndescription: a", "is a date (`2026-01-01`)"),
        (
            "frontmatter",
            "name: a\ndescription: a\nx: b",
            "`x` is not a known key; known here: allowed",
        ),
        ("frontmatter", "name: a\ndescription: b\nmetadata: {c: 1}", "`metadata.c` must be text"),
        ("settings", "profile: strict", "must be one of: house, spec"),
        ("settings", "version: 2", "`version` is `2`; it must be 1"),
        ("settings", "max_body_lines: 0", "it must be at least 1"),
        ("settings", "exclude: [1]", "`exclude[0]` must be text"),
        (
            "settings",
            "sections: {x: {required: [{}]}}",
            "`sections.x.required[0].title` is missing",
        ),
        ("taxonomy", "version: 1\ncategories: {}\nmax_depth: 11", "it must be at most 10"),
    ],
)
def test_what_is_wrong_in_words(name: str, text: str, expected: str) -> None:
    said = [schema.explain(violation) for violation in schema.violations(name, load(text).value)]
    assert any(expected in each for each in said), said


def test_long_values_are_cut() -> None:
    (violation,) = schema.violations("frontmatter", {"name": "A" * 64, "description": "x"})
    assert len(schema.explain(violation)) < 160


@pytest.mark.parametrize(
    ("violation", "expected"),
    [
        (schema.Violation((), "type", "object", [1]), "the file must be a mapping, but is a list"),
        (schema.Violation(("a",), "type", ["string", None], 1), "`a` must be text"),
        (schema.Violation(("a",), "minItems", 2, [1]), "has 1 items; at least 2"),
        (schema.Violation(("a",), "minLength", 3, "x"), "at least 3"),
        (schema.Violation(("a",), "exclusiveMinimum", 0, 0), "more than 0"),
        (schema.Violation(("a",), "oneOf", [], 0), "breaks `oneOf: []`"),
        (
            schema.Violation(("a",), "type", "string", Implicit("1:30", "number")),
            "a number (`1:30`)",
        ),
    ],
)
def test_each_keyword_has_words(violation: schema.Violation, expected: str) -> None:
    assert expected in schema.explain(violation)
