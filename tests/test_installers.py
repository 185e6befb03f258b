"""What installers find, and what they call it; each line was tried with the installer itself."""

import pytest

from skillrepo.installers import gh_finds, npx_finds, npx_name


@pytest.mark.parametrize(
    ("folder", "npx", "gh"),
    [
        ("five", True, True),
        ("skills/one", True, True),
        ("skills/cat/two", True, True),
        ("skills/cat/sub/three", True, False),
        ("skills/a/b/c/four", False, False),
        ("skills/(cat)/fifteen", True, False),
        ("skills/.curated/thirteen", True, False),
        ("skills/.curated/cat/fourteen", True, False),
        ("skills/node_modules/x", False, True),
        ("deep/six", False, False),
        ("plugins/p/skills/seven", False, True),
        ("plugins/p/q/skills/eleven", False, False),
        ("plugins/p/skills/cat/x", False, False),
        ("pre/skills/eight", False, True),
        ("pre/skills/cat/nine", False, True),
        ("docs/skills/sixteen", False, True),
        (".claude/skills/ten", True, False),
        (".agents/skills/cat/x/twelve", True, False),
        (".agents/skills/cat/x/y/z", False, False),
        (".other/skills/x", False, False),
        ("skills", True, False),
        ("skills/-x", True, False),
    ],
)
def test_layouts(folder: str, npx: bool, gh: bool) -> None:  # noqa: FBT001 - a table
    assert npx_finds(folder, ()) == npx
    assert gh_finds(folder) == gh


def test_a_manifest_lists_more() -> None:
    assert npx_finds("plugins/p/skills/seven", {"plugins/p/skills"})
    assert not npx_finds("plugins/p/skills/cat/seven", {"plugins/p/skills"})


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("wax", "wax"),
        ("Wax  Seal", "wax-seal"),
        ("../wax_seal.v2", "wax_seal.v2"),
        ("Röstung", "r-stung"),
        ("蜡", "unnamed-skill"),
        ("x" * 300, "x" * 255),
    ],
)
def test_npx_name(name: str, folder: str) -> None:
    assert npx_name(name) == folder
