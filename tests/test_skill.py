"""A `Skill` is made of just those documents that the rule about the schema accepts."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from skillrepo import document
from skillrepo.check import check
from skillrepo.context import Context
from skillrepo.document import Document
from skillrepo.files import Folder
from skillrepo.rules import frontmatter_schema, known_keys
from skillrepo.skill import Skill


def read(fields: dict[str, object]) -> Document:
    found = document.read("wax/SKILL.md", "wax", document.render(fields, "# Wax").encode())
    assert isinstance(found, Document)
    return found


def test_skill() -> None:
    fields = {
        "name": "wax",
        "description": "Reads seals.",
        "metadata": {"version": "1.2.0", "status": "stable"},
        "allowed-tools": "Read",
    }
    skill = Skill.of(read(fields))
    assert skill is not None
    assert (skill.path, skill.version, skill.status) == ("wax/SKILL.md", "1.2.0", "stable")
    assert skill.frontmatter.allowed_tools == "Read"
    bare = Skill.of(read({"name": "wax", "description": "Reads seals."}))
    assert bare is not None
    assert (bare.version, bare.status, bare.frontmatter.license) == ("", "", "")


@pytest.mark.parametrize("data", [b"", b"---\nname: x\n", b"---\n- x\n---\n"])
def test_no_frontmatter_is_no_skill(data: bytes) -> None:
    found = document.read("wax/SKILL.md", "wax", data)
    assert isinstance(found, Document)
    assert Skill.of(found) is None


names = st.text("aZ0-é\u0301É_ .ﬀǅß\u2460", max_size=5) | st.sampled_from(
    (
        "wax",
        "a" * 64,
        "a" * 65,
        "ﬀ" * 33,
        "e\u0301" * 64,
        " wax ",
        "wax\n",
        "",
        "-",
        "straße",
        "日本",
    )
)
descriptions = st.sampled_from(
    ("Use when x.", "", " ", "é" * 1_024, "é" * 1_025, " " + "a" * 1_024)
)
others = st.fixed_dictionaries(
    {},
    optional={
        "license": st.sampled_from(("MIT", "", 1, None)),
        "compatibility": st.sampled_from(("git", "", "a" * 500, "a" * 501, [])),
        "metadata": st.sampled_from(({}, {"a": "b"}, {"a": 1}, {"a": ["b"]}, "a", None)),
        "allowed-tools": st.sampled_from(("Read", "", ["Read"], True)),
        "version": st.just("1.0.0"),
    },
)


@settings(max_examples=300, deadline=None)
@given(st.none() | names, st.none() | descriptions, others)
@example("wax", "Use when x.", {})
def test_rule_and_model_agree(
    name: str | None, description: str | None, other: dict[str, object]
) -> None:
    fields = {"name": name, "description": description, **other}
    found = read({key: value for key, value in fields.items() if value is not None or key in other})
    context = Context.of(Folder(Path(__file__).parent / "rules/none"))
    rules = (frontmatter_schema.RULE, known_keys.RULE)
    report = check([found], rules, context, "spec")
    assert (Skill.of(found) is None) == bool(report.findings)
