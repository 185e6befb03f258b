"""Runs a composite action as the runner of GitHub Actions does: inputs, expressions, bash, outputs.

What it does not know, it refuses, so that a test cannot pass by what was left out.
https://docs.github.com/actions/reference/workflows-and-actions/metadata-syntax
"""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actions_job import outputs_of

from skillrepo import yaml_text

_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
_KEYS = {"name", "id", "shell", "working-directory", "env", "run"}
Values = Mapping[str, str]


@dataclass(frozen=True)
class Outcome:
    """What the action did; `summary` is that of all its steps."""

    code: int
    out: str
    err: str
    outputs: Values
    summary: str


def load(file: Path) -> Any:
    """Read a workflow or an action."""
    return yaml_text.load(file.read_text()).value


def expand(text: str, known: Values) -> str:
    """Put in the values of expressions, each of which is one name."""

    def value(found: re.Match[str]) -> str:
        assert found[1] in known, f"unknown expression: {found[0]}"
        return known[found[1]]

    return _EXPRESSION.sub(value, text)


def run_action(folder: Path, inputs: Values, workspace: Path, temporary: Path) -> Outcome:
    """Run the action in `folder`; the environment is that of the test, as `job_starter` sets it."""
    action = load(folder / "action.yml")
    declared = action["inputs"]
    assert inputs.keys() <= declared.keys(), f"unknown inputs: {inputs.keys() - declared.keys()}"
    given = {**{name: str(each.get("default", "")) for name, each in declared.items()}, **inputs}
    missing = [n for n, each in declared.items() if each.get("required") and not given[n]]
    assert not missing, f"inputs are required: {missing}"
    known = {f"inputs.{name}": value for name, value in given.items()}
    known["runner.temp"] = str(temporary)
    assert action["runs"]["using"] == "composite"
    code, out, err, summary = 0, "", "", ""
    for number, step in enumerate(action["runs"]["steps"]):
        assert step.keys() <= _KEYS, f"unknown keys: {step.keys() - _KEYS}"
        assert step["shell"] == "bash"
        files = {name: temporary / f"{name}-{number}" for name in ("output", "summary")}
        for file in files.values():
            file.write_text("")
        done = _run(step, known, (folder, workspace, temporary), files)
        code, out, err = done.returncode, out + done.stdout, err + done.stderr
        summary += files["summary"].read_text()
        for name, value in outputs_of(files["output"]).items():
            known[f"steps.{step['id']}.outputs.{name}"] = value
        if code:
            break
    outputs = {}
    for name, each in action["outputs"].items():
        # What a step did not set is empty.
        unset = {found: "" for found in _EXPRESSION.findall(each["value"]) if "steps." in found}
        outputs[name] = expand(each["value"], {**unset, **known})
    return Outcome(code, out, err, outputs, summary)


def _run(
    step: Any, known: Values, places: tuple[Path, Path, Path], files: Mapping[str, Path]
) -> subprocess.CompletedProcess[str]:
    folder, workspace, temporary = places
    assert "${{" not in step["run"], "text is put into a script"
    script = temporary / "step.sh"
    script.write_text(step["run"])
    environ = {
        **os.environ,
        "GITHUB_ACTION_PATH": str(folder),
        "GITHUB_WORKSPACE": str(workspace),
        "GITHUB_OUTPUT": str(files["output"]),
        "GITHUB_STEP_SUMMARY": str(files["summary"]),
        "RUNNER_TEMP": str(temporary),
        **{name: expand(str(value), known) for name, value in step.get("env", {}).items()},
    }
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
        cwd=workspace / expand(step.get("working-directory", "."), known),
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )


def installed_python(folder: Path) -> str:
    """Make a Python whose venvs have this installation of skillrepo: to install takes long.

    It is asked as the action asks the real one, and answers that alone.
    """
    program = Path(sys.executable).parent / "skillrepo"
    file = folder / "python-of-the-test"
    file.write_text(
        "#!/bin/sh\nset -eu\n"
        '[ "$1 $2 $3" = "-I -m venv" ]\n'
        'mkdir -p "$4/bin"\n'
        "echo '#!/bin/sh' >\"$4/bin/pip\"\n"
        'echo \'[ "$2 $3" = "install --quiet" ] && [ -f "$4/pyproject.toml" ]\' >>"$4/bin/pip"\n'
        'chmod +x "$4/bin/pip"\n'
        f'ln -sf "{program}" "$4/bin/skillrepo"\n'
    )
    file.chmod(0o755)
    return str(file)
