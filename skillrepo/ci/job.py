"""Tells of grades where a job of GitHub Actions shows them: annotations, summary, outputs, report.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

import os
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path

from skillrepo.conceal import without_keys
from skillrepo.errors import SkillRepoError
from skillrepo.finding import Finding, Severity
from skillrepo.grade.graded import Graded
from skillrepo.grade.score import shown
from skillrepo.output import grade_json, grade_markdown
from skillrepo.output.github import annotations
from skillrepo.put_file import put
from skillrepo.settings import GateMode

_SUMMARY = 1 << 18
"""Characters of a step's summary, at most. GitHub drops one of more than 1 MiB, and a character
takes up to four bytes: https://docs.github.com/actions/reference/limits"""
_CODE, _RULE = "grade", "gate"


def annotated(graded: Graded, mode: GateMode) -> Iterator[str]:
    """What is wrong, as annotations on the lines where it stands.

    They are errors where the gate is enforced, warnings where it warns; `off` has none.
    """
    if mode == "off":
        return
    graded = without_keys(graded)
    severity = Severity.ERROR if mode == "enforce" else Severity.WARNING
    faults = (fault for each in graded.skills for fault in each.faults)
    found = [each._replace(severity=severity) for each in (*graded.others, *faults)]
    yield from annotations([*found, *_reasons(graded, severity)], "the job's summary has them")


def _reasons(graded: Graded, severity: Severity) -> Iterator[Finding]:
    """Why layers do not pass that have no findings of their own, at the top of the skill."""
    for each in graded.skills:
        for layer in each.gate.layers if each.gate.verdict != "pass" else ():
            if layer.verdict != "pass":
                kind = severity if layer.verdict == "fail" else Severity.WARNING
                for why in each.reasons(layer) if layer.verdict else layer.reasons:
                    yield Finding(each.path, 1, 1, _CODE, _RULE, kind, why)


def summarize(graded: Graded, environ: Mapping[str, str]) -> None:
    """Add the grades to the job's summary, if there is one. SkillRepoError if it cannot be."""
    text = "".join(f"{line}\n" for line in grade_markdown.render(graded, _SUMMARY))
    _append(environ, "GITHUB_STEP_SUMMARY", text.encode())


def set_outputs(graded: Graded, report: Path, environ: Mapping[str, str]) -> None:
    """Set the outputs `grade`, `verdict` and `report` of the step.

    `grade` is the lowest static grade of the skills after the change, empty where there is none.
    """
    scores = [each.grade.score for each in graded.skills if each.grade]
    values = {
        "grade": shown(min(scores)) if scores else "",
        "verdict": graded.verdict,
        "report": str(report),
    }
    # With a delimiter that nobody can know: a value must not make other outputs.
    end = f"end-{secrets.token_hex(16)}"
    text = "".join(f"{name}<<{end}\n{value}\n{end}\n" for name, value in values.items())
    _append(environ, "GITHUB_OUTPUT", text.encode(errors="surrogateescape"))


def write_report(graded: Graded, folder: Path) -> Path:
    """Write the grades as JSON into a folder, which is made where there is none; give the file.

    SkillRepoError where that cannot be.
    """
    file = folder / "grade.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        put(file, "".join(f"{line}\n" for line in grade_json.render(graded)).encode())
    except OSError as error:
        raise SkillRepoError(f"{file} cannot be written: {error.strerror}") from None
    return file


def _append(environ: Mapping[str, str], name: str, data: bytes) -> None:
    path = environ.get(name)
    if not path:
        return
    try:
        with open(path, "ab") as file:  # noqa: PTH123 - the runner's own file
            file.write(data)
    except OSError as error:
        why = f"{name} ({os.fspath(path)}) cannot be written: {error.strerror}"
        raise SkillRepoError(why) from None
