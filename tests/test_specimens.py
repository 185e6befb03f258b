"""What the validator makes of sound, faulty and doubtful skills, one at a time."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from content_repo import Run, runner
from specimens import DOUBTFUL, FAULTY, PLAIN, SOUND, Builder

# Seconds of processor time; a busy machine must not fail the test.
MOST_SECONDS = 2.0
HANGS_AFTER = 60
# Code of a rule → the specimens that it has to speak of: not any finding will do.
FAULTS_BY: dict[str, tuple[str, ...]] = {
    "D101": (
        "file-picture",
        "file-too-large",
        "file-utf-16",
        "file-latin-1",
        "file-fifo",
        "file-folder",
        "file-dangling-link",
        "file-looping-link",
        "file-link-that-leaves",
        "file-nul-byte",
    ),
    "D102": (
        "yaml-unquoted-colon",
        "yaml-flow-list",
        "yaml-text-behind-quote",
        "yaml-leading-at",
        "yaml-leading-backtick",
        "yaml-leading-percent",
        "yaml-tab",
        "yaml-open-quote",
        "yaml-alias-bomb",
        "yaml-merge-key-bomb",
        "yaml-nested-brackets",
        "yaml-python-tag",
        "yaml-control-character",
        "yaml-two-documents",
        "frontmatter-list",
        "frontmatter-scalar",
        "frontmatter-empty",
        "frontmatter-open",
        "frontmatter-missing",
        "frontmatter-behind-text",
        "frontmatter-behind-blank-line",
        "duplicate-name",
        "duplicate-description",
        "file-empty",
    ),
    "D103": ("file-wrong-case",),
    "D104": ("open-fence",),
    "D108": ("conflict-markers",),
    "L101": (
        "link-broken",
        "link-broken-in-definition",
        "image-broken",
        "link-broken-in-reference",
    ),
    "L102": (
        "link-that-leaves",
        "link-that-leaves-far",
    ),
    "L104": ("link-in-another-case",),
    "M101": (
        "name-number",
        "name-boolean",
        "name-date",
        "name-list",
        "name-null",
        "description-number",
        "description-boolean",
        "description-date",
        "description-list",
        "description-null",
        "metadata-nested",
        "metadata-list",
        "metadata-number",
        "metadata-date",
        "metadata-text",
        "license-list",
        "allowed-tools-mapping",
        "allowed-tools-number",
        "name-missing",
        "name-empty",
        "name-too-long",
        "name-capitals",
        "name-space",
        "name-underscore",
        "name-hyphen-first",
        "name-hyphen-last",
        "name-hyphen-twice",
        "name-full-width-capital",
        "name-emoji",
        "name-path",
        "description-missing",
        "description-empty",
        "description-spaces",
        "description-too-long",
        "compatibility-too-long",
        "compatibility-empty",
    ),
    "M102": (
        "name-look-alike",
        "name-of-another-folder",
    ),
    "P103": (
        "template-marker",
        "template-placeholder",
    ),
    "T105": ("nested-skill",),
    "X101": (
        "invisible-tag-characters",
        "bidi-override",
    ),
    "X102": (
        "text-to-the-grader",
        "text-to-the-grader-in-comment",
    ),
    "X103": ("private-key",),
    "X104": ("curl-into-shell",),
    "X105": (
        "payload-in-shell",
        "payload-in-python",
    ),
    "X108": ("link-in-scripts-that-leaves",),
    "X109": (
        "compiled-python",
        "compiled-program",
    ),
}
DOUBTS_BY: dict[str, tuple[str, ...]] = {
    "D101": ("byte-order-mark",),
    "D105": ("heading-first-twice",),
    "D106": ("heading-level-skipped",),
    "D107": ("line-ends-of-windows",),
    "D112": ("body-empty",),
    "L103": ("anchor-broken",),
    "L105": ("script-missing",),
    "L106": ("file-unmentioned",),
    "L107": ("windows-path",),
    "M103": ("key-unknown",),
    "M104": (
        "name-not-ascii",
        "name-full-width",
    ),
    "M105": ("allowed-tools-commas",),
    "M106": ("key-of-a-client",),
    "M107": ("key-misspelt",),
    "M108": ("version-of-two-numbers",),
    "M109": ("status-unknown",),
    "M110": ("license-contradicts-file",),
    "M111": ("flow-style",),
    "M112": (
        "name-reserved-word",
        "description-angle-brackets",
    ),
    "P101": ("description-without-when",),
    "P102": (
        "body-of-many-lines",
        "body-of-many-tokens",
    ),
    "P106": ("description-first-person",),
    "P107": ("description-vague",),
    "P108": ("reference-huge",),
    "P109": ("home-path",),
    "S102": ("section-empty",),
    "S103": ("heading-twice",),
    "X101": ("zero-width-space",),
    "X114": ("allowed-tools-wide",),
    "X201": ("network-capability",),
}
# What no rule speaks of: name of a specimen → why.
MISSED_FAULTS: dict[str, str] = {}
MISSED_DOUBTS: dict[str, str] = {
    "heading-none": "one-h1 takes `name` for the title then",
    "readme-inside": "a README is read by people, and does no harm",
}
# The command line answers: there is nothing to check.
NO_SKILL = "file-missing"


def rule_of(table: dict[str, tuple[str, ...]]) -> dict[str, str]:
    return {name: code for code, names in table.items() for name in names}


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


@pytest.fixture(autouse=True)
def _no_hang() -> Iterator[None]:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"not done after {HANGS_AFTER} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(HANGS_AFTER)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def findings(build: Builder, place: Path, run: Run) -> list[dict[str, Any]]:
    """Give what is found in a skill, each finding looked at."""
    folder = build(place)
    start = time.process_time()
    done = run(place, "validate", f"./{folder.name}", "--json")
    assert time.process_time() - start < MOST_SECONDS
    assert done.err == ""
    report = done.json("report")
    found: list[dict[str, Any]] = report["findings"]
    assert report["checked"] >= 1
    assert done.code == (1 if any(each["severity"] == "error" for each in found) else 0)
    for each in found:
        assert lies_in_its_file(each, place)
    return found


def lies_in_its_file(finding: dict[str, Any], place: Path) -> bool:
    """Whether there is such a place in the file."""
    path = place / finding["path"]
    assert os.path.lexists(path)
    line, column = finding["line"], finding["column"]
    if (line, column) == (1, 1):
        return True
    text = path.read_bytes().decode("utf-8-sig", errors="replace")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return 1 <= line <= len(lines) and 1 <= column <= len(lines[line - 1]) + 1


def test_there_are_enough() -> None:
    assert len(SOUND) == 13
    assert len(FAULTY) >= 64
    assert len(DOUBTFUL) >= 30
    assert {*rule_of(FAULTS_BY), *MISSED_FAULTS, NO_SKILL} == FAULTY.keys()
    assert {*rule_of(DOUBTS_BY), *MISSED_DOUBTS} == DOUBTFUL.keys()
    assert 32 * len(MISSED_FAULTS) <= len(FAULTY)  # 62 of 64 are found
    assert 30 * len(MISSED_DOUBTS) <= 4 * len(DOUBTFUL)  # 26 of 30


@pytest.mark.parametrize("name", SOUND)
def test_sound(name: str, tmp_path: Path, run: Run) -> None:
    found = findings(SOUND[name], tmp_path, run)
    assert [each for each in found if each["severity"] != "info"] == []


@pytest.mark.parametrize("name", FAULTY)
def test_faulty(name: str, tmp_path: Path, run: Run) -> None:
    if name == NO_SKILL:
        folder = FAULTY[name](tmp_path)
        done = run(tmp_path, "validate", folder.name, "--json")
        why = f"error: {folder}: no SKILL.md in it, nor above it\n"
        assert (done.code, done.out, done.err) == (2, "", why)
        return
    found = findings(FAULTY[name], tmp_path, run)
    errors = {each["code"] for each in found if each["severity"] == "error"}
    if name in MISSED_FAULTS:
        assert errors == set()
    else:
        assert rule_of(FAULTS_BY)[name] in errors


@pytest.mark.parametrize("name", DOUBTFUL)
def test_doubtful(name: str, tmp_path: Path, run: Run) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "doubtful").mkdir()
    always = {each["code"] for each in findings(PLAIN, tmp_path / "plain", run)}
    found = findings(DOUBTFUL[name], tmp_path / "doubtful", run)
    told = {each["code"] for each in found} - always
    if name in MISSED_DOUBTS:
        assert told == set()
    else:
        assert rule_of(DOUBTS_BY)[name] in told
