"""Rules about installing: manifests of any kind, links, and many skills with like names."""

import json
import time
from pathlib import Path

import pytest
from content_repo import context, skill

from skillrepo import rules
from skillrepo.check import check
from skillrepo.finding import Finding

ROOT = "version: 1\nroot: .\ncategories: {}\n"
FAMILY = [rule for rule in rules.ALL if rule.code.startswith("I")]


def found(root: Path, files: dict[str, str]) -> list[Finding]:
    place = context(root, files)
    skills = place.library.load(place.library.skill_files)
    return list(check(skills, FAMILY, place, "house").findings)


def plugin(manifest: object, name: str = "marketplace") -> dict[str, str]:
    text = manifest if isinstance(manifest, str) else json.dumps(manifest)
    return {
        "taxonomy.yaml": ROOT,
        f".claude-plugin/{name}.json": text,
        "skills/wax/SKILL.md": skill("wax"),
        "plugins/p/skills/ink/SKILL.md": skill("ink"),
    }


@pytest.mark.parametrize(
    "manifest",
    [
        {"plugins": [{"source": "./plugins/p"}]},
        {"metadata": {"pluginRoot": "plugins"}, "plugins": [{"source": "./p"}]},
        {"plugins": [{"source": "./", "skills": ["./plugins/p/skills/ink"]}]},
        {"metadata": [], "plugins": [{"skills": [3, "plugins/p/skills/ink"]}]},
    ],
)
def test_manifests_that_list_the_skill(manifest: object, tmp_path: Path) -> None:
    assert found(tmp_path, plugin(manifest)) == []


@pytest.mark.parametrize(
    "manifest",
    [
        "",
        "{",
        "[" * 100_000,
        "[]",
        "3",
        {},
        {"plugins": {}},
        {"plugins": [3, [], {}]},
        {"plugins": [{"source": 3}, {"source": "./q"}]},
        {"metadata": {"pluginRoot": 3}, "plugins": [{"source": "./plugins/p"}]},
        {"plugins": [{"skills": "plugins/p/skills/ink"}]},
    ],
)
def test_manifests_that_do_not(manifest: object, tmp_path: Path) -> None:
    (finding,) = found(tmp_path, plugin(manifest))
    assert (finding.path, finding.code) == ("plugins/p/skills/ink/SKILL.md", "I101")


def test_manifest_of_one_plugin(tmp_path: Path) -> None:
    manifest = {"name": "p", "skills": ["./plugins/p/skills/ink"]}
    assert found(tmp_path, plugin(manifest, "plugin")) == []


def test_manifest_that_is_too_large(tmp_path: Path) -> None:
    manifest = json.dumps({"plugins": [{"source": "./plugins/p"}]}) + " " * (1 << 21)
    assert len(found(tmp_path, plugin(manifest))) == 1


def test_a_link_to_another_skill_is_none(tmp_path: Path) -> None:
    files = {"taxonomy.yaml": ROOT, "skills/wax-seal/SKILL.md": skill("wax-seal")}
    (tmp_path / "skills/wax seal").mkdir(parents=True)
    (tmp_path / "skills/wax seal/SKILL.md").symlink_to("../wax-seal/SKILL.md")
    assert found(tmp_path, files) == []


def test_many_with_the_same_name(tmp_path: Path) -> None:
    files = {f"skills/c{n}/wax/SKILL.md": skill("wax") for n in range(1_000)}
    files |= {f"skills/d/wax{' ' * n}seal/SKILL.md": skill("wax") for n in range(1, 100)}
    context(tmp_path, files)
    start = time.process_time()
    assert {finding.code for finding in found(tmp_path, {})} == {"I102"}
    assert time.process_time() - start < 20
