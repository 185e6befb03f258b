"""The rules about the frontmatter: their fixes, the clients that were chosen, Unicode forms."""

# Letters that look like others are what it is about.
# ruff: noqa: RUF001

from collections import Counter
from pathlib import Path

import pytest
from content_repo import skill
from test_rules import FIXTURES, folder

from skillrepo import rules
from skillrepo.check import check
from skillrepo.context import Context
from skillrepo.document import Document, read
from skillrepo.files import Folder
from skillrepo.finding import Finding
from skillrepo.fix import apply
from skillrepo.rule import Profile

FAMILY = [rule for rule in rules.ALL if rule.code.startswith("M")]
BY_CODE = {rule.code: rule for rule in rules.ALL}
CASES = sorted(
    path
    for rule in FAMILY
    for kind in ("fail", "pass")
    for path in (FIXTURES / folder(rule) / kind).glob("*/*/SKILL.md")
)


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    return Context.of(Folder(tmp_path_factory.mktemp("empty")))


def found(data: bytes, name: str, context: Context, profile: Profile = "house") -> list[Finding]:
    """Give what the family finds in a SKILL.md that is alone in the folder `name`."""
    document = read("SKILL.md", name, data)
    return list(check([document], FAMILY, context, profile).findings)


def of(code: str, text: str, context: Context, name: str = "wax") -> list[str]:
    return [f.message for f in found(text.encode(), name, context) if f.code == code]


def mended(data: bytes, name: str, context: Context) -> tuple[bytes, list[str]]:
    """Apply one fix after the other, and look again after each: nothing new may turn up."""
    applied: list[str] = []
    before = found(data, name, context)
    while fixable := [finding for finding in before if finding.fix]:
        finding = fixable[0]
        assert finding.fix is not None
        data = apply(data, [finding.fix])
        after = found(data, name, context)
        document = read("SKILL.md", name, data)
        assert isinstance(document, Document)
        assert document.problem is None
        kinds = [
            Counter((each.code, each.message) for each in each_set) for each_set in (before, after)
        ]
        assert not kinds[1] - kinds[0], (finding, kinds[1] - kinds[0])
        assert len(after) < len(before)
        applied.append(finding.code)
        before = after
    return data, applied


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("path", CASES, ids=lambda path: "-".join(path.parts[-5:-2]))
def test_a_fix_brings_up_nothing_new(path: Path, newline: str, context: Context) -> None:
    data = path.read_bytes().replace(b"\n", newline.encode())
    after, applied = mended(data, path.parent.name, context)
    assert (after == data) == (applied == [])
    assert mended(after, path.parent.name, context) == (after, [])
    assert newline == "\n" or b"\n" not in after.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    ("case", "before", "after"),
    [
        (
            "frontmatter_schema/fail/version-number/wax",
            "reviewed: 2026-01-31",
            'reviewed: "2026-01-31"',
        ),
        ("frontmatter_schema/fail/version-number/wax", "public: no", 'public: "no"'),
        (
            "frontmatter_schema/fail/tools-block-list/wax",
            "allowed-tools:\n  - Read\n  - Bash(git:*)",
            "allowed-tools: Read Bash(git:*)",
        ),
        ("name_matches_folder/fail/spaces/wax-seal", "name: Wax Seal", "name: wax-seal"),
        ("name_ascii/fail/look-alike/wax", "name: wаx", "name: wax"),
        ("name_ascii/fail/dash/wax-seal", "name: wax–seal", "name: wax-seal"),
        (
            "allowed_tools_spaces/fail/several-lines/wax",
            "Read,\n  Bash(a, b),Grep",
            "Read\n  Bash(a, b) Grep",
        ),
        ("known_keys/fail/capital/wax", "Owner: Ada\n", 'metadata:\n  Owner: "Ada"\n'),
        ("client_keys/fail/version/wax", "version: 1.2.0\n", 'metadata:\n  version: "1.2.0"\n'),
        ("misspelt_keys/fail/letter-missing/wax", "descripton:", "description:"),
        ("misspelt_keys/fail/other-alphabet/wax", "nаme: wax\nｄ", "name: wax\nd"),
        ("version_semver/fail/two-numbers/wax", 'version: "1.0"', 'version: "1.0.0"'),
        ("version_semver/fail/number/wax", "version: 1.10", 'version: "1.10.0"'),
        ("status_known/fail/capital/wax", "status: Stable", "status: stable"),
    ],
)
def test_fixes(case: str, before: str, after: str, context: Context) -> None:
    path = FIXTURES / case / "SKILL.md"
    text = path.read_text(encoding="utf-8")
    assert before in text
    done, _ = mended(text.encode(), path.parent.name, context)
    assert after in done.decode()
    assert before not in done.decode()


@pytest.mark.parametrize(
    "case",
    [
        "frontmatter_schema/fail/tools-odd-list/wax",
        "frontmatter_schema/fail/date-as-description/wax",
        "frontmatter_schema/fail/number-as-name/wax",
        "name_matches_folder/fail/block/wax",
        "name_matches_folder/fail/folder-is-wrong-too/Wax_Seal",
        "allowed_tools_spaces/fail/block/wax",
        "allowed_tools_spaces/fail/escaped/wax",
        "allowed_tools_spaces/fail/nothing-else/wax",
        "allowed_tools_spaces/fail/number-left/wax",
        "known_keys/fail/nested/wax",
        "client_keys/fail/several-clients/wax",
        "misspelt_keys/fail/name-of-another/wax",
        "misspelt_keys/fail/underscores/wax",
        "version_semver/fail/word/wax",
        "status_known/fail/misspelt/wax",
    ],
)
def test_what_has_no_one_right_answer(case: str, context: Context) -> None:
    path = FIXTURES / case / "SKILL.md"
    code = BY_NAME[case.split("/", maxsplit=1)[0].replace("_", "-")].code
    finding = next(
        each for each in found(path.read_bytes(), path.parent.name, context) if each.code == code
    )
    assert finding.fix is None


BY_NAME = {rule.name: rule for rule in rules.ALL}


def test_commas_that_yaml_needs(context: Context) -> None:
    # Without its comma the second line would be a mapping.
    text = skill("wax", extra="allowed-tools: a,\n  b:,c\n")
    (finding,) = [f for f in found(text.encode(), "wax", context) if f.code == "M105"]
    assert finding.fix is None


CLIENT_KEYS = "argument-hint: x\nuser_invocable: no\nversion: 1.0.0\n"


def test_keys_of_the_chosen_clients(context: Context) -> None:
    text = skill("wax", extra=CLIENT_KEYS)
    chosen = context._replace(clients=frozenset(("copilot", "clawhub")))
    assert len(of("M106", text, context)) == 2
    assert of("M106", text, chosen) == []
    assert len(of("M106", text, context._replace(clients=frozenset(("cursor",))))) == 2
    # What a chosen client reads is a safe guess.
    (finding,) = [f for f in found(text.encode(), "wax", chosen) if f.code == "M107"]
    assert finding.fix is not None
    assert apply(text.encode(), [finding.fix]) == text.replace("user_inv", "user-inv").encode()
    (finding,) = [f for f in found(text.encode(), "wax", context) if f.code == "M107"]
    assert finding.fix is None


def test_limits_of_the_chosen_clients(context: Context) -> None:
    text = skill("claude-wax", "Reads <a>. Use when x.", extra=f"when_to_use: {'x' * 1_600}\n")
    assert len(of("M112", text, context, "claude-wax")) == 3
    for clients, count in ((("claude",), 2), (("claude-code",), 1), (("codex",), 0)):
        chosen = context._replace(clients=frozenset(clients))
        assert len(of("M112", text, chosen, "claude-wax")) == count


COMPOSED, DECOMPOSED = "r\u00f6st", "ro\u0308st"


@pytest.mark.parametrize(
    ("name", "place", "codes"),
    [
        # The reference library compares after NFKC: these are equal, but not ASCII.
        (COMPOSED, COMPOSED, ["M104"]),
        (COMPOSED, DECOMPOSED, ["M104"]),
        (DECOMPOSED, COMPOSED, ["M104"]),
        ("ｗａｘ", "wax", ["M104"]),
        # Another letter is another name, whatever it looks like.
        ("wаx", "wax", ["M102", "M104"]),
        ("wax", "wаx", ["M102"]),
    ],
)
def test_unicode_forms_of_a_name(name: str, place: str, codes: list[str], context: Context) -> None:
    data = skill(name).encode()
    assert [finding.code for finding in found(data, place, context)] == codes


def test_a_decomposed_folder_on_disk(tmp_path: Path) -> None:
    for place in (COMPOSED, DECOMPOSED):
        (tmp_path / place).mkdir()
        (tmp_path / place / "SKILL.md").write_text(skill(COMPOSED))
    names = sorted(path.name for path in tmp_path.iterdir())
    context = Context.of(Folder(tmp_path))
    report = check(context.library.load(context.library.skill_files), rules.ALL, context, "house")
    codes = {finding.code for finding in report.findings}
    assert "M102" not in codes
    if len(names) == 2:  # a file system that tells the two apart
        assert "I102" in codes


@pytest.mark.parametrize("key", ["ｎame", "nаme", "descrıption"])
def test_a_key_that_only_looks_right(key: str, context: Context) -> None:
    right = {"ｎame": "name", "nаme": "name", "descrıption": "description"}[key]
    text = skill("wax").replace(f"{right}:", f"{key}:")
    findings = found(text.encode(), "wax", context, "spec")
    assert [finding.code for finding in findings if finding.line > 1] == ["M107"]
    assert any(f"`{right}` is missing" in finding.message for finding in findings)


def test_licence_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "SKILL.md").write_text(skill("wax", extra="license: MIT\n"))
    (tmp_path / "LICENSE").write_bytes(b"\xff\xfe\0")
    (tmp_path / "LICENSE.txt").write_bytes(b"x" * (1 << 21))
    (tmp_path / "LICENSE-MIT").symlink_to("/etc/hostname")
    context = Context.of(Folder(tmp_path))
    (document,) = context.library.load(["SKILL.md"])
    assert [
        f for f in check([document], FAMILY, context, "house").findings if f.code == "M110"
    ] == []


def test_licence_of_the_repository_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "skills/wax").mkdir(parents=True)
    (tmp_path / "skills/wax/SKILL.md").write_text(skill("wax", extra="license: MIT\n"))
    (tmp_path / "LICENSE").write_bytes(b"x" * (1 << 21))
    context = Context.of(Folder(tmp_path))
    documents = list(context.library.load(context.library.skill_files))
    assert [
        f for f in check(documents, FAMILY, context, "house").findings if f.code == "M113"
    ] == []
