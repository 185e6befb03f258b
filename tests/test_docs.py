"""The pages about the rules name the rules that there are."""

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import checkout
from click.testing import CliRunner

from skillrepo import changes, measures, settings, yaml_text
from skillrepo.app import app
from skillrepo.ci.labels import LABELS as GRADE_LABELS
from skillrepo.config import Config
from skillrepo.finding import Severity
from skillrepo.forge.pull_request import LABELS
from skillrepo.rule import Rule
from skillrepo.rules import ALL

DOCS = checkout.CHECKOUT / "docs"
RULES = (DOCS / "rules.md").read_text(encoding="utf-8")
PULL_REQUESTS = (DOCS / "pull-requests.md").read_text(encoding="utf-8")
CI = (DOCS / "ci.md").read_text(encoding="utf-8")
PROMISES = (DOCS / "promises.md").read_text(encoding="utf-8")
DEMANDS = (DOCS / "demands.md").read_text(encoding="utf-8")
CODE_ROOT = checkout.CHECKOUT / "skillrepo"
SEVERITIES = {
    "-": None,
    "note": Severity.INFO,
    "warning": Severity.WARNING,
    "error": Severity.ERROR,
}
CODE = re.compile(r"\b[A-Z][0-9]{3}\b")


def manual(command: str) -> str:
    """What `--help` says of a command."""
    done = CliRunner().invoke(app, [command, "--help"])
    assert done.exit_code == 0
    return done.output


def test_rules_lists_the_rules_with_their_severities() -> None:
    rows = re.findall(r"^\| ([A-Z]\d{3}) \| (\S+) \| (\S+) \| (\S+) \|", RULES, re.MULTILINE)
    listed = [(code, name, SEVERITIES[house], SEVERITIES[spec]) for code, name, house, spec in rows]
    expected = [
        (rule.code, rule.name, rule.severities.get("house"), rule.severities.get("spec"))
        for rule in ALL
    ]
    assert listed == expected


def test_rules_is_as_generated() -> None:
    environ = {key: value for key, value in os.environ.items() if key != "SKILLREPO_CORPUS"}
    done = subprocess.run(
        [sys.executable, "tests/bench/precision.py", "--check"],
        cwd=checkout.CHECKOUT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_grading_lists_the_measures_as_generated() -> None:
    text = (DOCS / "grading.md").read_text(encoding="utf-8")
    made = runpy.run_path(str(checkout.CHECKOUT / "tests/bench/grades.py"))
    assert made["page"](text) == text
    named = re.findall(r"^\| `(\w+)` \| (\w+) \|", text, re.MULTILINE)
    assert named == [(measure.name, measure.group) for measure in measures.ALL]


def test_demands_names_rules_that_there_are() -> None:
    named = set(CODE.findall(DEMANDS))
    assert len(named) > 20
    assert named - {rule.code for rule in ALL} == set()


def test_demands_ranks_fourteen() -> None:
    ranks = re.findall(r"^\| (\d+) \|", DEMANDS, re.MULTILINE)
    assert ranks == [str(rank) for rank in range(1, 15)]


def test_demands_names_options_that_there_are() -> None:
    named = set(re.findall(r"`skillrepo (\w+) (--[a-z-]+)`", DEMANDS))
    assert ("validate", "--base") in named
    for command, option in named:
        assert f" {option} " in manual(command), (command, option)


def test_pull_requests_names_the_labels() -> None:
    assert [label for label in LABELS if f"`{label}`" not in PULL_REQUESTS] == []


def test_pull_requests_names_options_that_there_are() -> None:
    for command in ("new", "revise", "pr"):
        for option in ("--remote", "--draft-pr"):
            assert option in PULL_REQUESTS
            assert f"{option} " in manual(command)
    assert "`skillrepo new --pr`" in PULL_REQUESTS


def test_pull_requests_shows_settings_that_there_are(tmp_path: Path) -> None:
    blocks = re.findall(r"^```yaml\n(.*?)^```$", PULL_REQUESTS, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 2
    path = tmp_path / "skillrepo/config.yaml"
    path.parent.mkdir()
    for block in blocks:
        path.write_text(block)
        forge = Config.load({"XDG_CONFIG_HOME": str(tmp_path)}, tmp_path).user.forge
        assert forge.hosts or forge.dispatch
    assert "ten unless" in PULL_REQUESTS
    assert Config.load({}, tmp_path).user.forge.max_open == 10


def test_publishing_names_options_that_there_are() -> None:
    text = (DOCS / "publishing.md").read_text(encoding="utf-8")
    said = manual("publish")
    for option in ("--ref", "--push", "--remote", "--dry-run", "--json"):
        assert option in text
        assert f"{option} " in said


def test_ci_names_inputs_outputs_and_labels_that_there_are() -> None:
    file = checkout.CHECKOUT / ".github/actions/grade/action.yml"
    action = yaml_text.load(file.read_text()).value
    table = CI.partition("| Input |")[2].partition("Its outputs")[0]
    rows = re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE)
    assert sorted(re.findall("`(.*?)`", " ".join(rows))) == sorted(action["inputs"])
    assert [name for name in action["outputs"] if f"`{name}` (" not in CI] == []
    assert [label for label in GRADE_LABELS if f"`{label}`" not in CI] == []


def test_ci_shows_settings_and_workflows_that_there_are() -> None:
    block, *workflows = re.findall(r"^```yaml\n(.*?)^```$", CI, re.MULTILINE | re.DOTALL)
    assert settings.load(block).grade.gate == "enforce"
    used = set(re.findall(r"uses: (\S+(?: # \S+)?)", "".join(workflows)))
    ours = {each for each in used if each.startswith("skillrepo/skillrepo/")}
    for each in ours:
        path = each.removeprefix("skillrepo/skillrepo/").removesuffix("@<commit>")
        assert (checkout.CHECKOUT / path).exists()
    own = (checkout.CHECKOUT / ".github/workflows/grade.yml").read_text()
    assert [each for each in used - ours if each not in own] == []


def test_models_names_keys_settings_and_options_that_there_are(tmp_path: Path) -> None:
    text = (DOCS / "models.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([A-Z_]+)` \| `([^`]+)` \|", text, re.MULTILINE)
    assert rows == list(Config.load({}, tmp_path).user.models.by_key.items())
    blocks = re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 2
    path = tmp_path / "skillrepo/config.yaml"
    path.parent.mkdir()
    for block in blocks:
        path.write_text(block)
        config = Config.load({"XDG_CONFIG_HOME": str(tmp_path)}, tmp_path)
        assert config.resolve("skill_plan").api_base
    options = ("--max-cost", "--max-tokens", "--resume", "--replay", "--progress", "--interactive")
    said = manual("new")
    for option in options:
        assert f"`{option}" in text
        assert f"{option} " in said


def test_promises_names_tests_that_there_are() -> None:
    parts = re.split(r"^## (\d)\. .+$", PROMISES, flags=re.MULTILINE)
    assert parts[1::2] == list("1234567")
    for part in parts[2::2]:
        held = part.partition("**Tests:**")[2]
        named = re.findall(r"`([\w/]+\.py)`", held)
        assert named
        assert [name for name in named if not (checkout.CHECKOUT / "tests" / name).is_file()] == []


def test_grading_lists_the_rules_about_a_change_and_the_settings() -> None:
    text = (DOCS / "grading.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (G\d{3}) \| `(\S+)` \| (\w+) \| (.*) \|$", text, re.MULTILINE)
    assert rows == [
        (each.code, each.name, str(each.severities.get("house", "off")), title(each))
        for each in changes.ALL
    ]
    shown, accepted = re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert settings.load(shown).grade == settings.Grading()
    assert len(yaml_text.load(shown).value["grade"]) == len(settings.Grading._fields)
    (entry,) = settings.load(accepted).ignore
    assert (entry.rule, bool(entry.reason)) == ("wider-tools", True)


def title(rule: Rule) -> str:
    """The first line of its page."""
    return (rule.manual or "").partition("\n")[0]


def test_code_names_files_that_there_are_and_every_package() -> None:
    text = (DOCS / "code.md").read_text(encoding="utf-8")
    named = set(re.findall(r"(?:skillrepo|tests|config)/[\w/.]*\w/?", text.replace("<name>/", "")))
    assert [path for path in sorted(named) if not (checkout.CHECKOUT / path).exists()] == []
    packages = {f"skillrepo/{each.parent.name}/" for each in CODE_ROOT.glob("*/__init__.py")}
    assert packages <= named
