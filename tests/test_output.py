import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from reports import real

from skillrepo import output, resource
from skillrepo.finding import Edit, Finding, Fix, Ignored, NotAnalysed, Report, Severity
from skillrepo.output import FORMATS, View, render, text
from skillrepo.output import json as as_json

ERROR = Finding("a/SKILL.md", 2, 7, "M102", "name", Severity.ERROR, "wrong")
WARNING = ERROR._replace(
    severity=Severity.WARNING, fix=Fix("mend", (Edit(0, 3, "é"), Edit(5, 6, "")))
)
NOTE = ERROR._replace(severity=Severity.INFO)


def test_text() -> None:
    report = Report(("x",) * 1234, (ERROR, WARNING, NOTE, NOTE), (("tree", "no taxonomy"),))
    assert list(text.render(report)) == [
        "a/SKILL.md:2:7: error M102 name: wrong",
        "a/SKILL.md:2:7: warning M102 name: wrong",
        "a/SKILL.md:2:7: note M102 name: wrong",
        "a/SKILL.md:2:7: note M102 name: wrong",
        "not checked: tree (no taxonomy)",
        "1,234 skills checked: 1 error, 1 warning, 2 notes.",
    ]


@pytest.mark.parametrize(
    ("checked", "findings", "summary"),
    [
        (0, (), "0 skills checked: 0 errors, 0 warnings, 0 notes."),
        (1, (NOTE,), "1 skill checked: 0 errors, 0 warnings, 1 note."),
        (2, (ERROR,) * 2, "2 skills checked: 2 errors, 0 warnings, 0 notes."),
    ],
)
def test_summary(checked: int, findings: tuple[Finding, ...], summary: str) -> None:
    assert text.summary(Report(("x",) * checked, findings)) == summary


def test_hostile_text_forges_no_line() -> None:
    finding = ERROR._replace(path="a\nb\x1b[2J/SKILL.md", message="x\ny:1:1: error\u202e")
    line, _ = text.render(Report(("x",), (finding,)))
    assert line == "a b<U+001B>[2J/SKILL.md:2:7: error M102 name: x y:1:1: error<U+202E>"


def test_json() -> None:
    hostile = ERROR._replace(path="caf\udce9\n", message="\x1b[2J")
    report = Report(
        ("x",) * 3,
        (ERROR, WARNING, NOTE, hostile),
        (("tree", "none"),),
        (NotAnalysed("x.png", "is not UTF-8 text"),),
        ignored=(Ignored(NOTE, "why not"),),
        baselined=(NOTE,),
        refused=(Ignored(ERROR, "because"),),
        stale=("a/SKILL.md M102",),
    )
    said = "\n".join(as_json.render(report))
    assert said.isascii()
    value = json.loads(said)
    jsonschema.validate(value, json.loads(resource.read("schemas/report.schema.json")))
    assert value["not_checked"] == [{"rule": "tree", "why": "none"}]
    assert value["not_analysed"] == [{"path": "x.png", "why": "is not UTF-8 text"}]
    error, _, note, _ = value["findings"]
    assert value["ignored"] == [{"finding": note, "reason": "why not"}]
    assert value["refused"] == [{"finding": error, "reason": "because"}]
    assert value["baselined"] == [note]
    assert value["stale"] == ["a/SKILL.md M102"]
    assert [each["severity"] for each in value["findings"]] == ["error", "warning", "info", "error"]
    assert value["findings"][0]["fix"] is None
    assert value["findings"][1]["fix"] == {
        "description": "mend",
        "edits": [{"start": 0, "end": 3, "text": "é"}, {"start": 5, "end": 6, "text": ""}],
        "move": None,
    }
    assert value["findings"][3]["path"] == "caf\udce9\n"


def test_json_of_a_move() -> None:
    moved = ERROR._replace(fix=Fix("move", move=("a", "b")))
    said = "\n".join(as_json.render(Report(("a/SKILL.md",), (moved,))))
    value = json.loads(said)
    jsonschema.validate(value, json.loads(resource.read("schemas/report.schema.json")))
    (each,) = value["findings"]
    assert each["fix"] == {"description": "move", "edits": [], "move": {"old": "a", "new": "b"}}


# All formats


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("terminal", [False, True])
def test_a_key_in_a_name_or_a_fix_is_not_shown(form: str, *, terminal: bool) -> None:
    key = "ghp_" + "aB3dE5fG7hJ9" * 3
    path = f"a/{key}/SKILL.md"
    found = ERROR._replace(path=path, fix=Fix("mend", (Edit(0, 3, f"token: {key}"),)))
    moved = NOTE._replace(path=path, fix=Fix(f"move {key}", move=(f"a/{key}", f"b/{key}")))
    report = Report(
        (path,),
        (found, moved, WARNING),
        not_analysed=(NotAnalysed(f"a/{key}/x", "is not UTF-8 text"),),
        ignored=(Ignored(found, f"as {key} is"),),
        baselined=(found,),
        refused=(Ignored(found, f"as {key} is"),),
        stale=(f"{path} M102",),
    )
    said = "\n".join(render(form, report, View(terminal=terminal)))
    assert "ghp_****" in said.replace("%2A", "*")
    assert "aB3d" not in said
    if form == "json":
        # A fix with stars in it must not be applied.
        assert [found["fix"] for found in json.loads(said)["findings"]] == [
            {"description": "mend", "edits": [], "move": None},
            {"description": "move ghp_" + "*" * 36, "edits": [], "move": None},
            {
                "description": "mend",
                "edits": [
                    {"start": 0, "end": 3, "text": "é"},
                    {"start": 5, "end": 6, "text": ""},
                ],
                "move": None,
            },
        ]


def test_each_format_is_a_module() -> None:
    folder = Path(output.__file__).parent
    common = {"__init__", "fingerprint", "shapes", "terminal"}
    stems = {path.stem for path in folder.glob("*.py")} - common
    # These are of other things than reports.
    others = ("eval_", "grade_", "judge_", "review_", "trigger_")
    assert {stem for stem in stems if not stem.startswith(others)} == set(FORMATS)


@pytest.mark.parametrize("form", [*FORMATS, "terminal"])
def test_format_is_pure(form: str, tmp_path: Path) -> None:
    view = View(terminal=form == "terminal", width=60)
    wanted = "text" if form == "terminal" else form
    said = []
    for name in ("a", "b"):
        report, lines = real(tmp_path / name)
        said.append(list(render(wanted, report, view._replace(lines=lines))))
    assert said[0] == said[1]
    assert str(tmp_path) not in "".join(said[0])
    assert all("\n" not in line for line in said[0]) or form in ("json", "gitlab", "sarif", "junit")


@pytest.mark.parametrize("form", FORMATS)
def test_only_the_module_of_the_format_is_imported(form: str) -> None:
    code = (
        "import sys; from skillrepo.output import render; from skillrepo.finding import Report\n"
        "list(render(sys.argv[1], Report((), ())))\n"
        "print(*(name for name in sys.modules if name.startswith('skillrepo.output.')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, form], capture_output=True, text=True, check=True
    )
    found = {name.rpartition(".")[2] for name in done.stdout.split()}
    shared = {"text", "fingerprint", "shapes"}
    assert found - shared == {form} - shared
