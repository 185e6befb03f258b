"""The command line's frame: exit codes, errors, help, and what it imports."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from conftest import Git, MakeRepo
from content_repo import FILES, Run, runner, skill

import skillrepo.commands.list
from skillrepo import __version__
from skillrepo.errors import SkillRepoError

COMMANDS = [
    *(
        "init",
        "new",
        "revise",
        "drafts",
        "promote",
        "drop",
        "pr",
        "diff",
        "validate",
        "grade",
        "eval",
        "judge",
        "explain",
        "list",
        "show",
    ),
    *("publish", "taxonomy", "optimize", "ci", "config", "doctor", "schema", "hooks"),
]
HEAVY = {"dspy", "litellm", "git", "httpx2", "pydantic", "jsonschema"}


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


def python(cwd: Path, code: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code, *arguments],
        cwd=cwd,
        capture_output=True,
        check=False,
        timeout=60,
    )


def imported(done: subprocess.CompletedProcess[bytes]) -> set[str]:
    """Give the names of the modules that a process imported."""
    return set(re.findall(r"^import time:.*\| +([\w.]+)$", done.stderr.decode(), re.MULTILINE))


def tops(names: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


def fail_with(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    def body() -> None:
        raise error

    monkeypatch.setattr(skillrepo.commands.list, "command", click.Command("list", callback=body))


# Help


def test_version(tmp_path: Path, run: Run) -> None:
    done = run(tmp_path, "--version")
    assert (done.code, done.out, done.err) == (0, f"skillrepo {__version__}\n", "")


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_lists_each_command(option: str, tmp_path: Path, run: Run) -> None:
    done = run(tmp_path, option)
    assert (done.code, done.err) == (0, "")
    assert re.findall(r"^  (\w+)  ", done.out.partition("Commands:")[2], re.MULTILINE) == COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_each_command(name: str, tmp_path: Path, run: Run) -> None:
    done = run(tmp_path, name, "--help")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"Usage: skillrepo {name} ")


def test_without_a_command_it_shows_its_help(tmp_path: Path, run: Run) -> None:
    done = run(tmp_path)
    assert done.code == 2
    assert "Usage: skillrepo" in done.out + done.err


# Exit codes


def test_findings_are_one(tmp_path: Path, run: Run) -> None:
    (tmp_path / "SKILL.md").write_text("x")
    assert run(tmp_path, "validate").code == 1
    assert run(tmp_path, "list", "--json").code == 0


@pytest.mark.parametrize(
    "arguments", [("nothing",), ("--nothing",), ("validate", "--nothing"), ("explain", "X", "Y")]
)
def test_wrong_usage_is_two(arguments: tuple[str, ...], tmp_path: Path, run: Run) -> None:
    done = run(tmp_path, *arguments)
    assert (done.code, done.out) == (2, "")
    assert "Usage: skillrepo" in done.err
    assert "Error: " in done.err


@pytest.mark.parametrize("group", ["taxonomy", "config", "hooks"])
def test_what_a_group_has_is_said_whole(group: str, tmp_path: Path, run: Run) -> None:
    done = run(tmp_path, group, "--help")
    commands = done.out.partition("\nCommands:\n")[2]
    assert (done.code, bool(commands), "..." in commands) == (0, True, False)


def test_a_command_that_is_misspelt(tmp_path: Path, run: Run) -> None:
    assert run(tmp_path, "promot", "x").err.endswith("'promot'. Did you mean 'promote'?\n")
    assert run(tmp_path, "nothing").err.endswith("No such command 'nothing'.\n")


def test_error_of_the_user_is_one_line(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_with(SkillRepoError("no \x1b[2J\u202eway"), monkeypatch)
    done = run(tmp_path, "list")
    assert (done.code, done.out) == (2, "")
    assert done.err == "error: no <U+001B>[2J<U+202E>way\n"


def test_usage_error_with_hostile_text(tmp_path: Path, run: Run) -> None:
    for arguments in (("a\x1b[2J",), ("validate", "--profile", "\x1b[2J"), ("list", "\x1b]0;x\7")):
        done = run(tmp_path, *arguments)
        assert done.code == 2
        assert not re.search("[\x1b\x07]", done.err)


@pytest.mark.parametrize("error", [ValueError("a\x1b[2J"), RecursionError(), OSError(5, "broken")])
def test_bug_is_three_and_says_how_to_report_it(
    error: Exception, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_with(error, monkeypatch)
    done = run(tmp_path, "list")
    assert (done.code, done.out) == (3, "")
    assert "Traceback (most recent call last):" in done.err
    assert type(error).__name__ in done.err
    assert "This is a bug in skillrepo. Please report it at https://" in done.err
    assert f"skillrepo {__version__}, Python {sys.version_info.major}." in done.err
    assert "\x1b" not in done.err


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_interrupted_is_130(
    error: BaseException, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_with(error, monkeypatch)
    done = run(tmp_path, "list")
    assert (done.code, done.out) == (130, "")
    assert done.err.strip() == "interrupted"


def test_module_is_the_command(tmp_path: Path) -> None:
    for arguments, code in ((["--version"], 0), (["nothing"], 2)):
        done = subprocess.run(
            [sys.executable, "-m", "skillrepo", *arguments],
            cwd=tmp_path,
            capture_output=True,
            check=False,
        )
        assert done.returncode == code


@pytest.mark.parametrize(
    ("command", "skills"), [("list", 1), ("list", 600), ("validate", 1), ("validate", 600)]
)
def test_reader_that_goes_away_is_no_error(command: str, skills: int, tmp_path: Path) -> None:
    for number in range(skills):
        (tmp_path / f"s{number}").mkdir()
        (tmp_path / f"s{number}/SKILL.md").write_text(skill(f"t{number}", "x" * 90))
    process = subprocess.Popen(
        [sys.executable, "-m", "skillrepo", command],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    if skills > 1:
        assert process.stdout.read(1) == b"s"
    process.stdout.close()
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")


def test_output_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "SKILL.md").write_text("---\nname: größe 🕯\n---\n")
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "skillrepo", "validate"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        env=environment,
    )
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"gr\xf6\xdfe \\U0001f56f" in done.stdout


# Imports


def test_the_command_line_imports_nothing_heavy(tmp_path: Path) -> None:
    done = python(tmp_path, "import skillrepo.cli")
    assert done.returncode == 0
    names = imported(done)
    assert "click" not in names
    assert not HEAVY & tops(names)


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_imports_click_alone(option: str, tmp_path: Path) -> None:
    bare = imported(python(tmp_path, "import encodings"))
    done = python(tmp_path, "from skillrepo.cli import main; main()", option)
    # Where coverage is measured, each process looks for the package first.
    names = imported(done) - (bare - {"skillrepo"})
    assert tops(names) - sys.stdlib_module_names == {"click", "skillrepo"}
    assert {name for name in names if name.startswith("skillrepo")} == {
        "skillrepo",
        "skillrepo.app",
        "skillrepo.cli",
        "skillrepo.errors",
        "skillrepo.visible",
    }


@pytest.mark.parametrize("arguments", [[], ["--staged"], ["skills/data/wax"], ["--base", "HEAD"]])
def test_validate_imports_nothing_heavy(
    arguments: list[str], make_repo: MakeRepo, git: Git
) -> None:
    root = make_repo({**FILES, "skills/data/wax/SKILL.md": skill("wax", body="[x](x.md)\n")})
    (root / "skills/data/wax/x.md").write_text("x\n")
    git(root, "add", "--all")
    code = (
        "import sys, json; from skillrepo.cli import main; code = main(sys.argv[1:]); "
        "print(json.dumps([code, sorted(sys.modules)]))"
    )
    done = python(root, code, "validate", *arguments)
    report, result = done.stdout.decode().splitlines()
    exit_code, modules = json.loads(result)
    assert report == "1 skill checked: 0 errors, 0 warnings, 0 notes."
    assert exit_code == 0
    assert not HEAVY & tops(set(modules))
    # What a hook calls has no time for click either, nor for what only writes.
    if arguments != ["--base", "HEAD"]:
        assert not {"click", "frontmatter"} & set(modules)
        # Where coverage is measured, it has imported these.
        assert "coverage" in modules or not {"dataclasses", "inspect"} & set(modules)


def test_a_shell_can_complete_commands(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from skillrepo.cli import main; main()"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        env={
            **os.environ,
            "_SKILLREPO_COMPLETE": "bash_complete",
            "COMP_WORDS": "skillrepo va",
            "COMP_CWORD": "1",
        },
    )
    assert done.stdout == b"plain,validate\n"


@pytest.mark.parametrize(
    ("redirect", "code", "said"),
    [
        ("skillrepo --version >&-", 0, ""),
        ("skillrepo explain >/dev/full", 2, "no space left"),
        ("skillrepo nothing 2>&-", 2, ""),
        ("skillrepo new - <&-", 2, "standard input is closed"),
    ],
)
def test_streams_that_are_closed_or_full(
    redirect: str, code: int, said: str, tmp_path: Path
) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-c", redirect],
        cwd=tmp_path,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
