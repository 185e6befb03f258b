"""What the benchmarks measure on is what they say."""

import os
import re
import runpy
import subprocess
import sys
import tarfile
from collections import Counter
from pathlib import Path

import checkout
import conftest
import content_repo
import openai_server
import planned
import pytest

from skillrepo.check import check
from skillrepo.context import Context
from skillrepo.files import Folder
from skillrepo.rules import ALL

BENCH = checkout.CHECKOUT / "tests/bench"
REPOSITORY = runpy.run_path(str(BENCH / "repository.py"))
PRECISION = runpy.run_path(str(BENCH / "precision.py"))
SCALE_SKILLS = 7


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    root = tmp_path / "skills-2"
    for name in ("pdf-merge", "wax"):
        (root / name / "scripts").mkdir(parents=True)
        (root / name / "SKILL.md").write_text(content_repo.skill(name))
        (root / name / "scripts/run.sh").write_text("echo the same in both\n")
        (root / name / "table.json").write_text('{"a": 1}')
    (root / "wax/scripts/run.sh").chmod(0o755)
    with tarfile.open(tmp_path / "skills-2.tar.gz", "w:gz") as tar:
        tar.add(root, "skills-2")
    return tmp_path / "skills-2.tar.gz"


def git(root: Path, *arguments: str) -> list[str]:
    done = subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout.splitlines()


def test_repository(archive: Path, tmp_path: Path) -> None:
    root = tmp_path / "large"
    REPOSITORY["make"](root, REPOSITORY["skills_of"](archive), SCALE_SKILLS)
    listed = [line.split() for line in git(root, "ls-files", "--stage")]
    assert len(listed) == 1 + 3 * SCALE_SKILLS
    assert len({blob for _, blob, _, _ in listed}) == len(listed)
    modes = Counter(mode for mode, _, _, path in listed if path.endswith("run.sh"))
    assert modes == {"100644": 4, "100755": 3}
    assert git(root, "status", "--porcelain") == []
    context = Context.of(Folder(root))
    report = check(context.library.load(context.library.skill_files), ALL, context, "spec")
    assert report.checked == SCALE_SKILLS
    assert report.findings == ()
    assert len({path.split("/")[1] for path in context.library.skill_files}) > SCALE_SKILLS // 2


def test_repository_is_the_same_again(archive: Path, tmp_path: Path) -> None:
    skills = REPOSITORY["skills_of"](archive)
    first, second = (
        [list(REPOSITORY["files_of"](skills, number, whole=False)) for number in range(9)]
        for _ in range(2)
    )
    assert first == second
    assert {len(files) for files in first} == {1}
    with pytest.raises(SystemExit, match="lies in the project"):
        REPOSITORY["make"](checkout.CHECKOUT / "large", skills, 1)
    with pytest.raises(SystemExit, match="is not empty"):
        REPOSITORY["make"](tmp_path, skills, 1)


def labels(*rows: tuple[str, int, str]) -> object:
    places = frozenset((path, line) for path, line, _ in rows)
    right = sum(judgement == "right" for *_, judgement in rows)
    return PRECISION["Labels"](places, right, len(rows))


@pytest.mark.parametrize(
    ("judged", "hits", "amiss"),
    [
        (["a"], ["a"], []),
        (["a", "b"], ["a"], ["1 judged hits are made no more, the first b:1"]),
        (["a"], ["a", "c", "d"], ["2 hits are not judged, the first c:1"]),
        ([str(number) for number in range(40)], [str(number) for number in range(90)], []),
    ],
)
def test_stale_judgements(judged: list[str], hits: list[str], amiss: list[str]) -> None:
    found = PRECISION["stale"](
        labels(*((path, 1, "right") for path in judged)), {(path, 1) for path in hits}
    )
    assert list(found) == amiss


def test_judgements_can_be_read() -> None:
    known = {rule.code for rule in ALL}
    files = list((checkout.CHECKOUT / "tests/precision").glob("*.tsv"))
    assert files
    for file in files:
        assert file.stem in known
        rows = file.read_text(encoding="utf-8").splitlines()
        assert PRECISION["labels_of"](file.stem).read == len(rows)


def bench(name: str, *arguments: str) -> str:
    """Run a benchmark as people do; give what it printed."""
    done = subprocess.run(
        [sys.executable, str(BENCH / name), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_commits_of_drafts_are_timed() -> None:
    rows = [line.split(" | ") for line in bench("commit.py", "--quick").splitlines()]
    figures = {row[0].strip("| "): row[1:] for row in rows if len(row) > 1}
    for name in ("by hand", "floor", "skillrepo / by hand", "times the rate"):
        assert float(figures[name][0]) > 0


@pytest.mark.skipif(sys.platform != "linux", reason="prctl(2) is Linux's")
@pytest.mark.parametrize("store", ["files", "reftable"])
def test_kills_leave_nothing_half_done(store: str) -> None:
    # `make soak` kills 500 times.
    if store == "reftable" and b"--ref-format" not in conftest.INIT_HELP.stdout:
        pytest.skip("this git has no reftable")
    said = bench("kill.py", "--kills", "10", "--store", store, "--seed", str(os.getpid()))
    assert re.fullmatch(rf"{store}: 10 kills: .*nothing damaged, no lock left.*\n", said)


@pytest.mark.skipif(sys.platform != "linux", reason="prctl(2) is Linux's")
def test_kills_of_a_batch_cost_nothing_twice() -> None:
    # `make soak` kills 100 times.
    said = bench("kill_batch.py", "--kills", "3", "--seed", str(os.getpid()))
    assert re.fullmatch(r"files: 3 kills .* none; nothing damaged, no lock left\n", said)


@pytest.mark.skipif(sys.platform != "linux", reason="prctl(2) is Linux's")
@pytest.mark.parametrize(
    "options", [(), ("--git", "drop", "promote-here"), ("--store", "reftable")]
)
def test_kills_of_commands_leave_what_is_allowed(options: tuple[str, ...]) -> None:
    # `make soak` kills each 100 times.
    if "reftable" in options and b"--ref-format" not in conftest.INIT_HELP.stdout:
        pytest.skip("this git has no reftable")
    seed = str(os.getpid())
    said = bench("kill_commands.py", "--kills", "2", "--after", "0.4", "--seed", seed, *options)
    lines = said.splitlines()
    assert len(lines) == (2 if "--git" in options else 12)
    assert all(re.fullmatch(r"\w+: [a-z-]+: 2 kills .*nothing damaged or lost", x) for x in lines)


@pytest.mark.parametrize("race", ["promote", "here", "revise", "publish", "drop"])
def test_nothing_gets_lost_where_commands_race(race: str) -> None:
    said = bench("race_commands.py", race, "--processes", "3", "--rounds", "2")
    assert said.startswith(f"{race}: 3 processes, 2 rounds in ")
    assert said.endswith("nothing lost\n")


def test_no_draft_gets_lost_among_many_processes() -> None:
    # `make soak` has 32 processes create 100 drafts each.
    said = bench("race.py", "--processes", "6", "--drafts", "10")
    assert said.startswith("60 drafts by 6 processes in ")
    assert "none lost, none mixed; 1 names raced for, each won by one" in said


DRAFTED = {
    "invoice-merge": ("billing", "Merge invoices of a customer", "qpdf", "--empty"),
    "photo-shrink": ("images", "Shrink photos for a page", "mogrify", "--resize"),
    "log-search": ("servers", "Search logs of a server", "journalctl", "--grep"),
}
"""Name → category, what it does, the program of its documents, and a flag of that."""


@pytest.fixture
def documented(tmp_path: Path) -> Path:
    """An archive of skills whose trigger words stand in their documents alone."""
    top = tmp_path / "skills-6"
    for name, (category, what, program, flag) in DRAFTED.items():
        folder = top / "someone__skills/skills" / category / name
        (folder / "references").mkdir(parents=True)
        about = f"{what}. Use when {program} is asked for."
        body = "# Work\n\n" + "Do it with care.\n" * 60
        (folder / "SKILL.md").write_text(content_repo.skill(name, about, body))
        page = f"# {program}\n\n```sh\n{program} {flag} file\n```\n\n" + "Read `it`.\n" * 200
        (folder / "references/manual.md").write_text(page)
        # It answers what the brief says, and nothing else.
        other = folder.parent / f"{name}-other"
        other.mkdir()
        (other / "SKILL.md").write_text(content_repo.skill(other.name, f"{what}. Use when asked."))
    with tarfile.open(tmp_path / "skills-6.tar.gz", "w:gz") as tar:
        tar.add(top, "skills-6")
    return tmp_path / "skills-6.tar.gz"


def cells(said: str) -> dict[str, list[str]]:
    rows = [line.strip("| ").split(" | ") for line in said.splitlines() if line.startswith("|")]
    return {first: [cell.split(" [")[0] for cell in rest] for first, *rest in rows}


def writer(said: str, name: str) -> list[str]:
    """The gate, placement, coverage, unsupported claims, and routing twice, of one writer."""
    table = cells(said)
    at = table["measure (skills)"].index(name)
    return [row[at] for row in table.values() if row and row[0][0].isdigit()][:6]


def test_drafts_of_withheld_skills_are_measured(documented: Path) -> None:
    said = bench("generation.py", str(documented), "--count", "3", "--list")
    assert "log-search: Search logs of a server\n" in said
    # The author names no command.
    assert writer(said, "withheld") == ["100 %", "100 %", "0 %", "0.0", "100 %", "100 %"]
    assert writer(said, "template") == ["100 %", "100 %", "0 %", "0.0", "0 %", "0 %"]
    assert writer(said, "offline") == ["100 %", "100 %", "100 %", "0.0", "100 %", "100 %"]


@pytest.mark.no_cover
def test_a_model_is_paid_for_once_and_not_before_its_price_is_agreed_to(
    documented: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "xdg/skillrepo/config.yaml"
    file.parent.mkdir(parents=True)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    # Here and not in three processes, each of which would import LiteLLM for 5 seconds.
    monkeypatch.syspath_prepend(BENCH)
    main = runpy.run_path(str(BENCH / "generation.py"))["main"]

    def generation(*options: str) -> str:
        words = [str(documented), "--count", "2", "--model", "priced"]
        words += ["--recordings", str(tmp_path / "recordings"), *options]
        monkeypatch.setattr("sys.argv", ["generation.py", *words])
        main()
        return capsys.readouterr().out

    def answer(received: openai_server.Received) -> openai_server.Reply:
        found = re.search(r"(Merge invoices|Shrink photos|Search logs)", received.prompt)
        name = found[1].lower().replace(" ", "-") if found else ""
        category = {"merge": "billing", "shrink": "images", "search": "servers"}
        path = category[name.partition("-")[0]]
        return planned.answer(received, name=f"{name}-draft", path=path)

    # Seven a draft, and one to mend what stands in no source.
    with openai_server.clients_let_go(), openai_server.serving(*[answer] * 16) as server:
        file.write_text(
            "models:\n  registry:\n    priced: {model: openai/gpt-4o-mini, num_retries: 0, "
            f"api_base: '{server.url}', parameters: {{max_tokens: 4096}}}}\n"
        )
        with pytest.raises(SystemExit, match="nobody was asked; --yes agrees to it"):
            generation()
        assert server.received == []
        capsys.readouterr()
        said = generation("--yes")
        assert re.search(r"^- at most: \$\d\.\d\d \(", said, re.MULTILINE)
        assert len(server.received) == 16
    # What was not recorded is not measured.
    again = generation("--replay", "--count", "3")
    assert writer(again, "priced") == writer(said, "priced")
    assert re.search(r"^\| gate passes \(3\) .* 100 % \[100 %, 100 %\], 2 \|", again, re.MULTILINE)
    assert writer(again, "priced")[:2] == ["100 %", "100 %"]


def test_grading_is_timed(documented: Path) -> None:
    said = bench("grade.py", str(documented), "--quick")
    assert "replayed in a fresh clone: the same" in said
    assert re.search(r"^grade / validate: \d+\.\d\d by the clock", said, re.MULTILINE)


def test_routing_is_measured(documented: Path) -> None:
    said = bench("routing.py", str(documented), "--quick")
    rows = [line.strip("| ").split(" | ") for line in said.splitlines() if line.startswith("|")]
    assert ['"when to use", body', "without limits", "0", "0", *["not measured"] * 3] in rows
    assert "3 pairs claim the same, 6 skills" in said
    assert re.search(r"^20 skills with \d+ queries; the change has", said, re.MULTILINE)
    assert ["effect on the others", "2"] in [row[:2] for row in rows]


def test_drafts_by_a_model_are_timed() -> None:
    said = bench("model_load.py", "--drafts", "3", "--jobs", "3", "--latency", "0.1")
    table = cells(said)
    assert table["requests a draft"][0] == "7"
    assert table["requests at once, at most"][0] in {str(number) for number in range(3, 10)}
    assert set(table) >= {"clock / ideal", "highest memory", "review", "write"}


def test_error_rates_of_comparisons_are_told() -> None:
    said = bench("gate_power.py", "--runs", "3")
    assert said.count("|---|") == 8
    assert "| behaviour, 3 x 3 | 0.0 % | 0.0 % | none | 100.0 % |" in said
    assert "| behaviour, 20 x 3 | 66.7 % | 33.3 % | 0.0 % |" in said
    assert "| 60 | 95.1 % | 93.4 % |" in said
    assert re.search(r"^3 runs each, \d+ s of processor time$", said, re.MULTILINE)
    page = (checkout.CHECKOUT / "docs/statistics.md").read_text(encoding="utf-8")
    heads = re.findall(r"^(.+)\n\|---\|", said, re.MULTILINE)
    assert [head for head in heads if head not in page] == []
