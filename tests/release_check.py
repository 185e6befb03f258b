"""Builds what would be released, and tries it as a user would: `make release-check`.

The sdist and the wheel go to `dist/`. Each is installed into an empty virtual environment, and
runs `skillrepo init`, `new`, `validate` and `hooks install` in folders outside of the checkout.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import venv
import zipfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
DIST = CHECKOUT / "dist"
DOCUMENT = CHECKOUT / "docs/demo/postgresql-backups.md"
SHIPPED = ("config", "schemas", "hooks")
IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Release check"), ("EMAIL", "check@example.org"))
}


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """Run a command that must succeed, and give what it printed."""
    # Neither this checkout's package nor this interpreter's settings are to serve.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        command,
        cwd=cwd,
        env=kept | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        shown = " ".join(map(str, command))
        raise SystemExit(f"{done.stdout}\n`{shown}` ended with {done.returncode}")
    return done.stdout


def environment(folder: Path) -> Path:
    """Make an empty virtual environment, and give its folder of programs."""
    venv.create(folder)
    return folder / "bin"


def pip(programs: Path, *arguments: str | Path) -> str:
    """Run the pip of this interpreter on another environment, which it need not be copied to."""
    command = (sys.executable, "-m", "pip", "--python", programs / "python", *arguments)
    # Most of what is installed is never imported. Of a `no-` option pip takes the opposite value.
    return run(*command, cwd=programs, PIP_NO_COMPILE="0")


def build(folder: Path, dist: Path) -> tuple[Path, Path]:
    """Build into `dist` an sdist, and a wheel from it; the builder has its own environment."""
    programs = environment(folder / "builder")
    with (CHECKOUT / "pyproject.toml").open("rb") as file:
        needed = tomllib.load(file)["build-system"]["requires"]
    pip(programs, "install", "--quiet", "build", *needed)
    shutil.rmtree(dist, ignore_errors=True)
    # Otherwise it makes two more, one for each.
    alone = ("--no-isolation", "--outdir", dist, CHECKOUT)
    run(programs / "python", "-m", "build", *alone, cwd=folder)
    (sdist,), (wheel,) = dist.glob("*.tar.gz"), dist.glob("*.whl")
    return sdist, wheel


def in_checkout(*folders: str) -> set[str]:
    """List the files that git tracks or would track in folders of the checkout."""
    listing = run(
        *("git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *folders),
        cwd=CHECKOUT,
    )
    return {name for name in listing.splitlines() if (CHECKOUT / name).is_file()}


def check_contents(sdist: Path, wheel: Path) -> None:
    """Compare what is in the archives with the checkout."""
    shipped = in_checkout(*SHIPPED)
    code = {name for name in in_checkout("skillrepo") if name.endswith(".py")}
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    expected = code | {f"skillrepo/data/{name}" for name in shipped}
    if names ^ expected:
        raise SystemExit(f"the wheel differs from the checkout: {sorted(names ^ expected)}")
    with tarfile.open(sdist) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    wanted = code | shipped | in_checkout("tests", "docs", "Makefile", "README.md", "LICENSE")
    if wanted - inside:
        raise SystemExit(f"the sdist lacks: {sorted(wanted - inside)}")


def try_out(archive: Path, folder: Path) -> None:
    """Install an archive into an empty environment, and use it in a fresh folder."""
    programs = environment(folder / "environment")
    pip(programs, "install", "--quiet", archive)
    pip(programs, "check")
    installed = {path.name for path in programs.parent.glob("lib/*/site-packages/*")}
    if "click" not in installed:
        raise SystemExit(f"what is installed lies elsewhere than in {programs.parent}/lib")
    for heavy in ("dspy", "litellm", "pytest"):
        if heavy in installed:
            raise SystemExit(f"the core installs {heavy}")
    skillrepo = programs / "skillrepo"
    home = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder / ".config")}
    search = f"{programs}{os.pathsep}{os.environ['PATH']}"
    skills = folder / "a folder/skills"

    def use(*arguments: str | Path) -> str:
        where = skills if skills.is_dir() else folder
        return run(skillrepo, *arguments, cwd=where, **home, **IDENTITY, PATH=search)

    use("--version")
    use("init", skills)
    brief = "Restore a PostgreSQL database from a backup"
    where = ("--name", "postgresql-restore", "--at", "operations")
    use("new", brief, "--from", DOCUMENT, *where)
    use("validate", "--rev", "skill/new/postgresql-restore", "--fail-on", "info")
    use("hooks", "install")
    # The hook, the schemas and the messages of the rules, once a bad skill is to be committed.
    bad = skills / "skills/operations/other/SKILL.md"
    bad.parent.mkdir(parents=True)
    bad.write_text("---\nname: another\n---\n")
    git = ("git", "-C", skills)
    run(*git, "add", "--all", cwd=skills)
    commit = (*git, "commit", "--quiet", "-m", "bad")
    done = subprocess.run(
        commit,
        env=os.environ | home | IDENTITY | {"PATH": search},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 1 or "name-matches-folder" not in done.stdout + done.stderr:
        raise SystemExit(f"the hook let a bad skill pass:\n{done.stdout}{done.stderr}")
    print(f"{archive.name}: installs, and init, new, validate and the hook work")


def main() -> None:
    """Build, look inside, try out."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        sdist, wheel = build(folder, DIST)
        check_contents(sdist, wheel)
        for archive in (wheel, sdist):
            place = folder / archive.name
            place.mkdir()
            try_out(archive, place)
    print(f"dist/ holds {sdist.name} and {wheel.name}")


if __name__ == "__main__":
    main()
