"""Which rules apply: by options and by `rules:` in skillrepo.yaml."""

from pathlib import Path

import pytest
from conftest import Git, MakeRepo
from content_repo import FILES, Run, runner, skill

WAX = "skills/data/wax/SKILL.md"
INK = "skills/coding/ink/SKILL.md"
# One fault of each of these rules: L101, M103, P103.
FAULTY = skill("wax", body="# Wax\n\nTODO: write this.\n\n[lost](lost.md)\n", extra="zone: x\n")
FAULTS = {"L101", "M103", "P103"}


@pytest.fixture(name="run")
def _run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    return make_repo({**FILES, WAX: FAULTY, INK: FAULTY.replace("name: wax", "name: ink")})


def found(run: Run, root: Path, *arguments: str) -> set[tuple[str, str]]:
    done = run(root, "validate", "--json", *arguments)
    findings = done.json("report")["findings"]
    return {(f["code"], f["severity"]) for f in findings if f["code"] in FAULTS}


def settings(root: Path, text: str) -> None:
    (root / "skillrepo.yaml").write_text(text)


def test_all_rules_are_on(run: Run, root: Path) -> None:
    assert found(run, root) == {("L101", "error"), ("M103", "warning"), ("P103", "error")}


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        (("--select", "L101"), {"L101"}),
        (("--select", "l101,P"), {"L101", "P103"}),
        (("--select", "links-resolve", "--select", "known-keys"), {"L101", "M103"}),
        (("--ignore", "P,M103"), {"L101"}),
        (("--select", "P", "--ignore", "template-text"), set()),
        (("--level", "error"), {"L101", "P103"}),
    ],
)
def test_options(options: tuple[str, ...], codes: set[str], run: Run, root: Path) -> None:
    assert {code for code, _ in found(run, root, *options)} == codes


def test_unknown_rule(run: Run, root: Path) -> None:
    done = run(root, "validate", "--select", "links-resolved")
    assert done.code == 2
    assert "--select: there is no rule `links-resolved`; did you mean links-resolve?" in done.err
    assert run(root, "validate", "--ignore", "nothing-alike").code == 2
    settings(root, "rules:\n  L1O1: off\n")
    assert "skillrepo.yaml: `rules`: there is no rule `L1O1`" in run(root, "validate").err


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{L101: off, P: off}", {("M103", "warning")}),
        ("{P103: info, M103: error, L: off}", {("P103", "info"), ("M103", "error")}),
        ("{M: off, M103: info, L: off, P: off}", {("M103", "info")}),
        ("{template-text: warning, P: off, L: off, M: off}", {("P103", "warning")}),
        ("{'': off}", None),
    ],
)
def test_severity_in_settings(
    text: str, expected: set[tuple[str, str]] | None, run: Run, root: Path
) -> None:
    settings(root, f"rules: {text}\n")
    if expected is None:
        assert run(root, "validate").code == 2
    else:
        assert found(run, root) == expected


def test_paths_in_settings(run: Run, root: Path) -> None:
    settings(
        root,
        "rules:\n  L101: {paths: [skills/coding/**]}\n  P103: {exclude: [skills/coding]}\n"
        "  M103: {severity: off}\n",
    )
    done = run(root, "validate", "--json").json("report")
    assert {(f["code"], f["path"]) for f in done["findings"] if f["code"] in FAULTS} == {
        ("L101", INK),
        ("P103", WAX),
    }


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("{P101: maybe}", "`rules.P101` is `maybe`; it must be one of: error, warning, info, off"),
        ("{P101: {sev: off}}", "`rules.P101.sev` is not a known key"),
        ("{P101: {severity: 3}}", "`rules.P101.severity` is `3`"),
        ("{P101: {paths: x}}", "`rules.P101.paths` must be a list"),
    ],
)
def test_bad_settings(text: str, part: str, run: Run, root: Path) -> None:
    settings(root, f"rules: {text}\n")
    done = run(root, "validate")
    assert done.code == 2
    assert part in done.err


def test_notes_are_not_looked_for_in_a_hook(run: Run, root: Path, git: Git) -> None:
    settings(root, "rules: {P103: info}\n")
    (root / WAX).write_text(FAULTY + "\n")
    git(root, "add", "--all")
    assert "P103" not in run(root, "validate", "--staged").out
    assert "P103" in run(root, "validate", "--staged", "--level", "info").out


def test_unknown_client(run: Run, root: Path) -> None:
    done = run(root, "validate", "--client", "claud-code")
    assert (done.code, done.err) == (
        2,
        "error: there is no client `claud-code`; did you mean claude-code?\n",
    )
    settings(root, "clients: [nothing-alike-at-all]\n")
    assert "there are " in run(root, "validate").err
    settings(root, "clients: [claude-code]\n")
    assert run(root, "validate").code == 1
