import re

import pytest

from skillrepo import settings
from skillrepo.errors import SkillRepoError
from skillrepo.file_shapes import PolicyShape, SectionShape, SettingsFile
from skillrepo.settings import Policy, Section


def test_defaults_are_those_of_the_schema() -> None:
    model, ours = SettingsFile(), settings.DEFAULT
    assert set(SettingsFile.model_fields) == set(ours._fields)
    for name in ours._fields:
        if name != "grade":
            assert getattr(model, name) == getattr(ours, name)
    assert model.grade.model_dump() == ours.grade._asdict()
    assert Policy().required == PolicyShape().required
    section, shape = Section("x"), SectionShape(title="x")
    assert set(SectionShape.model_fields) == set(section._fields)
    for name in section._fields:
        assert getattr(shape, name) == getattr(section, name)


def test_the_gate_of_grades() -> None:
    loaded = settings.load("grade: {gate: off, minimum: 0, require: [routing], max_thefts: 2}\n")
    assert loaded.grade == settings.Grading("off", ("routing",), minimum=0, max_thefts=2)
    with pytest.raises(SkillRepoError, match=r"skillrepo\.yaml:1: .*max_drop"):
        settings.load("grade: {max_drop: 2}\n")
    with pytest.raises(SkillRepoError, match="is `loud`; it must be one of: off, warn, enforce"):
        settings.load("grade: {gate: loud}\n")


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "{}", "version: 1\n"])
def test_nothing_said_is_the_default(text: str) -> None:
    assert settings.load(text) == settings.DEFAULT


def test_every_setting() -> None:
    loaded = settings.load(
        """\
version: 1
profile: spec
fail_on: info
exclude: [docs, "*.tmp"]
max_body_lines: 9
max_body_tokens: 99
sections:
  mine:
    required:
      - title: Tools
        aliases: [Things]
      - {title: When, or_description: true}
  default: {}
"""
    )
    assert (loaded.profile, loaded.fail_on, loaded.exclude) == ("spec", "info", ("docs", "*.tmp"))
    assert (loaded.max_body_lines, loaded.max_body_tokens) == (9, 99)
    mine = (Section("Tools", ("Things",)), Section("When", or_description=True))
    assert loaded.policy("mine") == Policy(mine)
    assert loaded.policy("default") == Policy()
    assert loaded.policy("how-to") == settings.DEFAULT.policy("how-to")
    assert loaded.policy("lost") is None


def test_shipped_policies() -> None:
    shipped = settings.shipped_policies()
    assert {"default", "how-to", "reference", "guideline", "none"} <= set(shipped)
    assert shipped["none"] == Policy()
    for name, policy in shipped.items():
        titles = [
            title for section in policy.required for title in (section.title, *section.aliases)
        ]
        assert len(titles) == len({title.casefold() for title in titles}), name


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "profile: house\ncolour: red\n",
            ["2: `colour` is not a known key; known here: baseline,"],
        ),
        ("command: [rm, -rf]\n", ["1: `command` is not a known key"]),
        ("\nwriter: {command: x}\nmodels: {}\n", ["3: `models`", "2: `writer`"]),
        ("api_base: http://x\n", ["1: `api_base`"]),
        ("plugins: [x]\nextends: http://x\n", ["2: `extends`", "1: `plugins`"]),
        ("version: 2\n", ["1: `version` is `2`; it must be 1"]),
        ("profile: no\n", ["1: `profile`"]),
        ("fail_on: never\n", ["1: `fail_on` is `never`; it must be one of: error, warning, info"]),
        ("exclude: docs\n", ["1: `exclude` must be a list, but is text"]),
        ("exclude: [docs, 1]\n", ["1: `exclude[1]` must be text, but is the number `1`"]),
        ("max_body_lines: 0\n", ["1: `max_body_lines` is 0; it must be at least 1"]),
        ("max_body_lines: true\n", ["1: `max_body_lines` must be a whole number"]),
        ("max_body_tokens: 1e999\n", ["1: `max_body_tokens`"]),
        ("max_body_tokens: 0x10\n", ["1: `max_body_tokens` must be a whole number"]),
        ("sections:\n  mine:\n    required:\n      - aliases: [x]\n", ["4: "]),
        ("sections:\n", ["1: `sections` must be a mapping"]),
        ("text\n", ["1: the file must be a mapping, but is text"]),
        ("- a\n", ["1: the file must be a mapping, but is a list"]),
        ("a: 1\n---\nb: 2\n", ["2:1: a second YAML document"]),
        ("a: !!python/name:os.system x\n", ["1:4: tags"]),
        ("a: {<<: *x}\n", ["1:5: merge keys"]),
        ("version: 1\nversion: 1\n", ["2:1: the key `version` stands here a second time"]),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, lines: list[str]) -> None:
    with pytest.raises(SkillRepoError) as caught:
        settings.load(text)
    said = str(caught.value).split("\n")
    assert {line.split(":")[1] for line in said} == {line.split(":")[0] for line in lines}
    for expected in lines:
        assert any(line.startswith(f"skillrepo.yaml:{expected}") for line in said)


def test_hostile_key_stays_on_its_line() -> None:
    with pytest.raises(SkillRepoError) as caught:
        settings.load('"a\\nskills/x/SKILL.md:1:1: error \\e[2J": 1\n')
    assert "\n" not in str(caught.value)
    assert not re.search("\x1b", str(caught.value))
