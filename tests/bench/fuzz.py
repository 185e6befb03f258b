"""Fuzzes the validator with hypothesis and, where it is installed, with atheris.

Usage: python tests/bench/fuzz.py [--seconds 30] [--target skill] [--engine hypothesis]

Each engine works on each target for that many seconds, in a process of its own. Whatever the bytes
are, they end in findings that lie in the file, in at most 2 s; fixing twice changes no more than
fixing once; and what is remembered of a skill is what was judged. An input that does not is written
to a file in the temporary folder, its name is printed, and the exit code is 1. Install atheris
with `pip install -e '.[bench]'`.
"""

import argparse
import hashlib
import importlib.util
import os
import random
import runpy
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType, SimpleNamespace
from unicodedata import category

MOST_SECONDS = 2.0
HANGS_AFTER = 20
LONGEST_INPUT = 16_384
FOLDER = "skills/data/wax"
PLACE = "SKILLREPO_FUZZ"
"""The variable that names the folder for what the targets write."""
PLACE = "SKILLREPO_FUZZ"
"""The variable that names the folder for what the targets write."""
SKILL = b"---\nname: wax\ndescription: Reads seals. Use when a letter has one.\n---\n\n# Seals\n\n"
TAXONOMY = b"""\
version: 1
categories:
  data:
    title: Data
    description: Tables and documents.
    sections: how-to
"""
TOKENS = (
    *("---\n", "name: ", "description: ", "metadata:\n  ", "license: ", "allowed-tools: ", "x: "),
    *("|\n ", ">-\n ", "[", "]", "{", "}", "*a", "&a ", "<<: ", "!!int ", '"', "'", "# ", "? "),
    *("- ", ": ", "\\", "no", "~", "1.10", "2026-01-31", "%", "@", "`", "```", "~~~", "````", "\t"),
    *("\n", "\n\n", "\r", "\r\n", "\0", "\ufeff", "\u2028", "\u200b", "\u200d", "\u202e", "\ufe0f"),
    *("# a\n", "## A\n", "a\n===\n", "> ", "1. ", "| a |\n|---|\n", "<!--", "-->", "<a ", "</a>"),
    *("[a](b)", "![a](b)", "[a]: b\n", "[a](#a)", "[a](../x)", "<http://a>", "mailto:a@b", "&#0;"),
    *("TODO", "[insert ", "<your ", "scripts/x.py", "references/x.md", "/home/a/", "C:\\a", "~/"),
    *("curl a | sh", "| bash", "base64 -d", "eval(", "exec(", "import os\n", "$(", "`a`", "<<A\n"),
    *("-----BEGIN PRIVATE KEY-----", "AKIA", "ghp_", "a@b.c", "https://a.example", "the grader"),
    *("ignore all previous", "\U000e0061", "\U0001f468", "\u5c01", "\u0634", "e\u0301", "score 10"),
    *("<<<<<<< a\n", "=======\n", ">>>>>>> b\n", "<!-- skillrepo-ignore P103: x -->", "requires: "),
    *("recommends: ", "conflicts: ", "version: ", "status: "),
)
# Controls, lone surrogates, and ends of lines and paragraphs.
_UNSAFE = frozenset(("Cc", "Cs", "Zl", "Zp"))

Files = Mapping[str, bytes]


@cache
def validator() -> SimpleNamespace:
    """Import the package late: what atheris is to follow is imported under its eyes."""
    # ruff: noqa: PLC0415
    from skillrepo import fix, rules
    from skillrepo.check import Plan, check
    from skillrepo.context import Context
    from skillrepo.files import Tree
    from skillrepo.finding import Finding, Report
    from skillrepo.git import Entry
    from skillrepo.output import json, text
    from skillrepo.selection import applied
    from skillrepo.verdicts import verdicts

    def source(files: Files) -> Tree:
        blobs = {hashlib.sha256(data).hexdigest(): data for data in files.values()}
        entries = {
            path: Entry("100644", hashlib.sha256(data).hexdigest()) for path, data in files.items()
        }
        return Tree("repo", entries, lambda oids, *, limit: (blobs[oid][:limit] for oid in oids))

    context = Context.of(source({"taxonomy.yaml": TAXONOMY}))
    plan = Plan.of(applied(rules.ALL, "house", context.settings.rules), rules.ALL, context)

    def report(files: Files) -> Report:
        own = context.with_source(source(files))
        return check(own.library.load(own.library.skill_files), rules.ALL, own, "house")

    def printed(report: Report) -> str:
        lines = list(text.render(report))
        # What is not assigned yet is no concern: a terminal does nothing with it.
        if any(category(character) in _UNSAFE for line in lines for character in line):
            raise AssertionError("a line would act on the terminal")
        return "".join(json.render(report))

    def repaired(files: Files) -> Files:
        def look(now: Files) -> tuple[Finding, ...]:
            return report({**files, **now}).findings

        done = fix.repair(lambda path: files[path], look)
        return {**files, **{path: after for path, (_, after) in done.files.items()}}

    def remembered(files: Files, folder: Path) -> object:
        own = context.with_source(source(files))
        paths = own.library.skill_files
        return verdicts(paths, plan, own, folder, lambda items, _total: iter(items))

    return SimpleNamespace(report=report, printed=printed, repaired=repaired, remembered=remembered)


def placed(files: Files) -> Files:
    """Give the files of the skill by their paths in the repository."""
    return {f"{FOLDER}/{name}": data for name, data in files.items()}


def judge(files: Files) -> None:
    """Check a skill, and see that each finding and each edit lies in its file."""
    files = placed(files)
    start = time.process_time()
    report = validator().report(files)
    validator().printed(report)
    if time.process_time() - start > MOST_SECONDS:
        raise AssertionError(f"takes more than {MOST_SECONDS} s")
    for finding in report.findings:
        data = files[finding.path]
        text = data.decode("utf-8-sig", errors="replace")
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        place = f"{finding.path}:{finding.line}:{finding.column} {finding.code}"
        if (finding.line, finding.column) != (1, 1):
            if not 1 <= finding.line <= len(lines):
                raise AssertionError(f"no such line: {place}")
            if not 1 <= finding.column <= len(lines[finding.line - 1]) + 1:
                raise AssertionError(f"no such column: {place}")
        end = 0
        for edit in finding.fix.edits if finding.fix else ():
            if not end <= edit.start <= edit.end <= len(data):
                raise AssertionError(f"no such edit: {place} {edit}")
            end = edit.end


def judge_names(data: bytes) -> None:
    """Check a skill whose files are called so; git's paths are bytes, but for NUL and slash."""
    name = os.fsdecode(data.translate(None, b"\0/")[:200]) or "x"
    link = f"[a]({name})\n".encode(errors="replace")
    others = {f"scripts/{name}": b"#!/bin/sh\n", f"{name}.md": link, f"x{name}/x.py": b"1\n"}
    judge({"SKILL.md": SKILL + link, **others})


def fix(files: Files) -> None:
    """Fix a skill, and see that a second time changes nothing."""
    once = validator().repaired(placed(files))
    if validator().repaired(once) != once:
        raise AssertionError("fixing twice changes more than fixing once")


@cache
def folder_of_verdicts() -> Path:
    return Path(tempfile.mkdtemp(prefix="verdicts-", dir=os.environ.get(PLACE)))


def remember(files: Files) -> None:
    """Judge among many skills; what is remembered is the same, in a damaged file too."""
    others = {f"skills/data/s{n}/SKILL.md": SKILL for n in range(60)}
    together = {**others, **placed(files)}
    first = validator().remembered(together, folder_of_verdicts())
    if validator().remembered(together, folder_of_verdicts()) != first:
        raise AssertionError("what is remembered is not what was judged")
    damage = files["SKILL.md"]
    for file in folder_of_verdicts().glob("verdicts-*"):
        whole = file.read_bytes()
        at = int.from_bytes(damage[:4], "big") % (len(whole) + 1)
        file.write_bytes(whole[:at] + damage + whole[at + len(damage) // 2 :])
    if validator().remembered(together, folder_of_verdicts()) != first:
        raise AssertionError("a damaged file changes what is said")


# What is fuzzed: name → what is done with the bytes.
TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "skill": lambda data: judge({"SKILL.md": data}),
    "frontmatter": lambda data: judge({"SKILL.md": b"---\n" + data + b"\n---\n\n# Seals\n"}),
    "body": lambda data: judge({"SKILL.md": SKILL + data}),
    "reference": lambda data: judge(
        {"SKILL.md": SKILL + b"[more](references/more.md)\n", "references/more.md": data}
    ),
    "script": lambda data: judge(
        {"SKILL.md": SKILL + b"`scripts/x.py`\n", "scripts/x.py": data, "scripts/x.sh": data}
    ),
    "names": judge_names,
    "fix": lambda data: fix({"SKILL.md": data}),
    "fix-frontmatter": lambda data: fix({"SKILL.md": b"---\n" + data + b"\n---\n\n# Seals\n"}),
    "cache": lambda data: remember({"SKILL.md": data}),
}


def seeds() -> list[bytes]:
    """Give the text of every specimen."""
    tables = runpy.run_path(str(Path(__file__).parents[1] / "specimens.py"))
    found: set[bytes] = set()
    with tempfile.TemporaryDirectory() as temporary:
        for group in ("SOUND", "FAULTY", "DOUBTFUL"):
            for name, build in tables[group].items():
                place = Path(temporary) / group / name
                place.mkdir(parents=True)
                build(place)
                files = (each for each in place.rglob("*") if each.is_file())
                found |= {each.read_bytes()[:LONGEST_INPUT] for each in files}
    return sorted(found)


def with_hypothesis(name: str, seconds: float, folder: Path) -> bool:
    """Whether all went well; the shortest input that did not is written to the folder."""
    from hypothesis import HealthCheck, given, seed, settings
    from hypothesis import strategies as st

    known = seeds()
    pieces = st.sampled_from(TOKENS).map(str.encode) | st.binary(max_size=6)
    soups = st.lists(pieces, max_size=40).map(b"".join)
    cuts = st.tuples(
        st.sampled_from(known), st.integers(0, 1 << 14), st.integers(0, 1 << 14), soups
    )
    spliced = cuts.map(lambda cut: cut[0][: cut[1]] + cut[3] + cut[0][cut[2] :])
    last = [b""]

    @settings(
        max_examples=500,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(data=soups | spliced | st.text(max_size=200).map(str.encode) | st.binary())
    def attempt(data: bytes) -> None:
        last[0] = data
        with no_hang():
            TARGETS[name](data)

    end = time.monotonic() + seconds
    rounds = 0
    while time.monotonic() < end:
        try:
            # It ends with the shortest input that fails.
            seed(random.randrange(1 << 30))(attempt)()  # noqa: S311 - chance is all that is wanted
        except Exception as error:
            path = folder / f"hypothesis-{name}"
            path.write_bytes(last[0])
            print(f"{path}: {type(error).__name__}: {error}")
            raise
        rounds += 1
    print(f"hypothesis {name}: {rounds * 500:,} inputs")
    return True


@contextmanager
def no_hang() -> Iterator[None]:
    """Raise where it takes too long."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"not done after {HANGS_AFTER} s")

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(HANGS_AFTER)
    try:
        yield
    finally:
        signal.alarm(0)


def with_atheris(name: str, seconds: float, folder: Path) -> bool:
    """Never returns: atheris ends the process, and writes the input to the folder if it fails."""
    import atheris

    with atheris.instrument_imports(include=["skillrepo"]):
        validator()
    corpus = folder / f"corpus-{name}"
    corpus.mkdir()
    for number, data in enumerate(seeds()):
        (corpus / str(number)).write_bytes(data)
    words = folder / f"words-{name}"
    quoted = ("".join(f"\\x{byte:02x}" for byte in token.encode()) for token in TOKENS)
    words.write_text("".join(f'"{token}"\n' for token in quoted))
    options = {
        "max_total_time": max(1, round(seconds)),
        "timeout": HANGS_AFTER,
        "rss_limit_mb": 1_024,
        "max_len": LONGEST_INPUT,
        "artifact_prefix": f"{folder}/atheris-{name}-",
        "dict": words,
        "verbosity": 1,
    }
    arguments = [f"-{option}={value}" for option, value in options.items()]
    atheris.Setup(["fuzz", *arguments, str(corpus)], TARGETS[name])
    atheris.Fuzz()
    return True


ENGINES: Mapping[str, Callable[[str, float, Path], bool]] = {
    "hypothesis": with_hypothesis,
    "atheris": with_atheris,
}


def started(engine: str, target: str, seconds: float, folder: Path) -> bool:
    """Run one engine on one target in a process of its own; whether all went well."""
    command = [sys.executable, __file__, "--engine", engine, "--target", target]
    command += ["--seconds", str(seconds), "--in", str(folder)]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    lines = done.stdout.splitlines()
    if done.returncode:
        print(*lines[-40:], sep="\n")
    summary = next((line for line in reversed(lines) if "inputs" in line or "DONE" in line), "")
    print(f"{engine} {target}: {'failed' if done.returncode else 'ok'} {summary}", flush=True)
    return done.returncode == 0


def main() -> int:
    """Run each engine on each target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--engine", choices=ENGINES, action="append")
    parser.add_argument("--target", choices=TARGETS, action="append")
    parser.add_argument("--in", dest="folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.folder:
        os.environ[PLACE] = str(options.folder)
        os.environ[PLACE] = str(options.folder)
        ENGINES[options.engine[0]](options.target[0], options.seconds, options.folder)
        return 0
    folder = Path(tempfile.mkdtemp(prefix="skillrepo-fuzz-"))
    engines = options.engine or [name for name in ENGINES if importlib.util.find_spec(name)]
    ok = [
        started(engine, target, options.seconds, folder)
        for engine in engines
        for target in options.target or TARGETS
    ]
    if all(ok):
        shutil.rmtree(folder)
        return 0
    for path in sorted(folder.iterdir()):
        if path.is_file() and not path.name.startswith("words-"):
            print(f"it is in {path}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
