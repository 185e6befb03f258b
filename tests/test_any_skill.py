"""Whatever stands in a SKILL.md, it is checked, and each finding has a place in the file."""

import pytest
from content_repo import TAXONOMY
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_markdown import pages, soups
from test_yaml_text import PIECES

from skillrepo.check import check
from skillrepo.context import Context
from skillrepo.document import read
from skillrepo.files import Folder
from skillrepo.output import json, text
from skillrepo.rule import Profile
from skillrepo.rules import ALL

KEYS = ("name", "description", "license", "compatibility", "metadata", "allowed-tools", "x", "no")
VALUES = ("wax", "Use when x.", "\n  a: b", "[a]", "{a: 1}", "~", "2026-01-31", "|\n  x", "a, b")
SUSPECTS = (
    *("TODO: x", "TBD", "<your y>", "[insert x]", "<!-- x -->", "# When to use", "`", "> ", "\n"),
    *("[a](b)", "[a](%00)", "[a](..)", "[a](.)", "[a](/)", "[a](%2F)", "[a](?x)", "[a](SKILL.md)"),
)
pieces = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)
values = pieces | st.text(max_size=20) | st.sampled_from((*VALUES, *SUSPECTS))
headers = st.lists(st.builds("{}: {}\n".format, st.sampled_from(KEYS), values), max_size=6)
lines = st.lists(st.sampled_from(SUSPECTS), max_size=8).map("\n".join)
bodies = pages() | soups | lines | st.text(max_size=40)


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    root = tmp_path_factory.mktemp("repo")
    (root / "taxonomy.yaml").write_text(TAXONOMY)
    return Context.of(Folder(root))


@pytest.mark.no_cover
@settings(
    max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(
    header=headers.map("".join),
    body=bodies,
    start=st.sampled_from(("", "", "", "\ufeff", "\n")),
    end=st.sampled_from(("\n", "\r\n", "\r")),
    profile=st.sampled_from(("house", "spec")),
)
def test_any_skill(  # noqa: PLR0913, PLR0917 - one parameter a part of the file
    header: str, body: str, start: str, end: str, profile: Profile, context: Context
) -> None:
    whole = f"{start}---\n{header}---\n{body}".replace("\n", end)
    data = whole.encode(errors="replace")
    skill = read("skills/data/wax/SKILL.md", "wax", data)
    report = check([skill], ALL, context, profile)
    count = data.decode().replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    for finding in report.findings:
        assert 1 <= finding.line <= count
        assert finding.column >= 1
        for edit in finding.fix.edits if finding.fix else ():
            assert 0 <= edit.start <= edit.end <= len(data)
    assert all(line.isprintable() for line in text.render(report))
    assert list(json.render(report))
