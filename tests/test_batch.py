"""`skillrepo new --batch`: many briefs, one branch each, and no finished draft is paid twice."""

import hashlib
import json
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from shutil import rmtree
from threading import Barrier, Thread

import forge_server
import openai_server
import planned
import pytest
from conftest import Git, MakeRepo
from content_repo import FILES, Run, runner, skill

from skillrepo import batch, schema
from skillrepo.errors import SkillRepoError

WRITER = Path(__file__).with_name("batch_writer.py")
MANY = 400
KEY = "sk-test-0123456789abcdef"
FORGED = "Merge PDFs\n\nSkill: data/forged\nSkill-Brief: " + "0" * 64 + "\n\x1b[2J::error::x"


@pytest.fixture(name="run")
def _run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    return make_repo(FILES)


def lines(root: Path, *values: object) -> str:
    (root / "b.jsonl").write_text("".join(json.dumps(value) + "\n" for value in values))
    return "b.jsonl"


def named(count: int) -> list[object]:
    return [
        {"brief": f"Merge PDF files {n}", "name": f"merge-{n}", "at": "data"} for n in range(count)
    ]


def writer(folder: Path) -> tuple[str, ...]:
    return ("--writer", "command", "--", sys.executable, str(WRITER), str(folder))


def calls(folder: Path) -> Counter[str]:
    """How often the program was called for each name."""
    words = map(str.split, (folder / "calls").read_text().splitlines())
    return Counter(name for what, name, *_ in words if what == "begin")


def let_go_after(folder: Path, line: str) -> None:
    """Let the writer end what is held as soon as it has ended another."""
    end = time.monotonic() + 60
    file = folder / "calls"
    while time.monotonic() < end and not (file.is_file() and line in file.read_text()):
        time.sleep(0.01)
    for held in folder.glob("hold-*"):
        held.unlink()


def configure(text: str) -> None:
    path = Path.home() / ".config/skillrepo/config.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def remote(root: Path, git: Git, tmp_path: Path) -> Path:
    """Give the repository a remote, which has its branch."""
    bare = tmp_path / "bare.git"
    git(tmp_path, "init", "--quiet", "--bare", str(bare))
    git(root, "remote", "add", "origin", str(bare))
    git(root, "push", "--quiet", "origin", "main")
    return bare


def branches(root: Path, git: Git) -> list[str]:
    names = git(root, "for-each-ref", "--format=%(refname:short)", "refs/heads/skill/new")
    return sorted(names.split())


def test_each_brief_gets_a_branch_and_a_second_run_does_nothing(
    root: Path, run: Run, git: Git
) -> None:
    file = lines(root, *named(5), {"brief": "Split PDF files", "at": "data", "id": "split"})
    done = run(root, "new", "--batch", file, "--json").json("batch")
    assert (done["done"], done["skipped"]) == (6, 0)
    branches = git(root, "for-each-ref", "refs/heads/skill/new")
    assert len(branches.splitlines()) == 6
    again = run(root, "new", "--batch", file, "--json").json("batch")
    assert (again["done"], again["skipped"]) == (0, 6)
    assert git(root, "for-each-ref", "refs/heads/skill/new") == branches


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("{", "line 1: is not JSON"),
        ('{"brief": "x", "more": 1}', "line 1: `more` is not a known key"),
        ('{"brief": 1}', "line 1: `brief` must be text"),
        ('{"name": "x"}', "line 1: `brief` is missing"),
        ('{"brief": "x", "brief": "y"}', "twice"),
        ('{"brief": "x", "name": "a"}\n{"brief": "y", "name": "a"}', "line 2: shares with line 1"),
        ('{"brief": "x", "id": "a"}\n{"brief": "y", "id": "a"}', "line 2: shares with line 1"),
        ('{"brief": "x"}\n{"brief": "x"}', "line 2: shares with line 1"),
        ('{"brief": "x", "name": "a\\n"}', "control characters"),
        ("[]", "must be a JSON object"),
    ],
)
def test_a_wrong_line_is_named(text: str, why: str) -> None:
    with pytest.raises(SkillRepoError) as caught:
        batch.parse(text.encode())
    assert why in str(caught.value)


@pytest.mark.parametrize("origin", ["/etc/passwd", "../up.md", "out.md", ".git/config"])
def test_no_path_leads_out_of_the_folder(root: Path, run: Run, origin: str) -> None:
    (root.parent / "up.md").write_text("# Up\n")
    (root / "out.md").symlink_to("../up.md")
    done = run(root, "new", "--batch", lines(root, {"brief": "Merge PDFs", "from": [origin]}))
    assert (done.code, "line 1: --from" in done.err) == (2, True)


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_shards_share_out_the_lines(count: int) -> None:
    text = "\n".join(json.dumps(value) for value in named(20))
    briefs = batch.parse(text.encode())
    parts = [batch.shard(briefs, number, count) for number in range(1, count + 1)]
    assert sorted(brief.line for part in parts for brief in part) == list(range(1, 21))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_shards_are_disjoint_and_together_the_whole(root: Path, run: Run, git: Git) -> None:
    file = lines(root, *named(7), {"brief": "Split PDF files", "at": "data"})
    seen: list[int] = []
    for shard in ("2/3", "1/3", "3/3"):
        done = run(root, "new", "--batch", file, "--shard", shard, "--json").json("batch")
        assert (done["skipped"], done["error"], done["failed"]) == (0, 0, 0)
        seen += [brief["line"] for brief in done["briefs"]]
    assert sorted(seen) == list(range(1, 9))
    assert len(branches(root, git)) == 8
    assert run(root, "new", "--batch", file).out == "8 briefs: 8 were done before\n"


@pytest.mark.parametrize("shard", ["0/3", "4/3", "1", "a/b", "-1/2", "1/0", "1/2/3"])
def test_there_is_no_such_shard(root: Path, run: Run, shard: str) -> None:
    done = run(root, "new", "--batch", lines(root, *named(1)), f"--shard={shard}")
    assert (done.code, f"--shard {shard}:" in done.err) == (2, True)


def test_from_standard_input(root: Path, git: Git) -> None:
    text = "\ufeff" + "\r\n".join(json.dumps(value) for value in named(3))
    command = [sys.executable, "-m", "skillrepo", "new", "--batch", "-"]
    done = subprocess.run(
        command, cwd=root, input=text.encode(), capture_output=True, check=True, timeout=60
    )
    assert done.stdout == b"3 briefs: 3 done\n"
    assert len(branches(root, git)) == 3


@pytest.mark.no_cover
def test_more_than_one_pack_holds(root: Path, run: Run, git: Git) -> None:
    file = lines(root, *named(MANY))
    assert run(root, "new", "--batch", file).out == f"{MANY} briefs: {MANY} done\n"
    assert branches(root, git) == sorted(f"skill/new/merge-{n}" for n in range(MANY))
    git(root, "fsck", "--strict", "--no-dangling")
    # Packs, and not six files a draft.
    objects = dict(line.split(": ") for line in git(root, "count-objects", "-v").splitlines())
    assert int(objects["packs"]) > 1
    assert int(objects["count"]) < MANY


# What a line may hold


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ({"brief": "x", "name": "-rf"}, "line 1: `name`"),
        ({"brief": "x", "name": "../up"}, "line 1: `name`"),
        ({"brief": "x", "name": "refs/heads/main"}, "line 1: `name`"),
        ({"brief": "x", "name": "a" * 65}, "line 1: `name`"),
        ({"brief": "x", "at": "../.."}, "line 1: --at ../..: no such category"),
        ({"brief": "x", "at": "--help"}, "line 1: --at --help: no such category"),
        ({"brief": "x", "at": "data\n::error::y"}, "line 1: `id`, `name`, `at` and `from` must"),
        ({"brief": "x", "id": "\x1b[2J"}, "line 1: `id`"),
        ({"brief": "x", "from": ["a\0b"]}, "line 1: `id`, `name`, `at` and `from` must"),
        ({"brief": "x", "from": ["missing"]}, "line 1: --from missing"),
        ({"brief": "x\ud800"}, "line 1: is not text in UTF-8"),
        ({"brief": " \t "}, "line 1: `brief` is empty"),
        ({"brief": "x" * 50_001}, "line 1: `brief`"),
        ([[[]]], "line 1: must be a JSON object"),
    ],
)
def test_a_hostile_line_is_refused_before_anything_is_done(
    root: Path, run: Run, git: Git, line: object, why: str
) -> None:
    done = run(root, "new", "--batch", lines(root, line, *named(2)))
    assert (done.code, done.out) == (2, "")
    (told, problem) = done.err.splitlines()
    assert told == "error: the batch cannot be used:"
    assert problem.startswith(f"  {why}")
    assert all(map(str.isprintable, (told, problem)))
    assert branches(root, git) == []


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "the batch is empty"),
        (b"\n \r\n\n", "the batch is empty"),
        (b"\xff\xfe{}", "line 1: is not text in UTF-8"),
        (b"[" * 200_000, "line 1: is not JSON that can be used"),
        (b'{"brief": ' + b"9" * 5000 + b"}", "line 1: is not JSON that can be used"),
        (b'{"brief": NaN}', "line 1: is not JSON that can be used"),
        (b'{"brief": "' + b"x" * batch.MAX_BYTES, "the batch has more than 67,108,864 bytes"),
        (b"\n".join(b'{"brief": "%d"}' % n for n in range(100_001)), "more than 100,000 lines"),
        (b"{}\n" * 1000, "and 980 more"),
    ],
)
def test_a_file_that_is_no_batch(root: Path, run: Run, data: bytes, why: str) -> None:
    (root / "b.jsonl").write_bytes(data)
    done = run(root, "new", "--batch", "b.jsonl")
    assert (done.code, done.out) == (2, "")
    assert why in done.err
    assert len(done.err) < 5000


def test_a_brief_is_data(root: Path, run: Run, git: Git) -> None:
    file = lines(root, {"brief": FORGED, "name": "forged-not", "at": "data"})
    done = run(root, "new", "--batch", file)
    assert done.out == "1 brief: 1 done\n"
    assert "\x1b" not in done.err
    message = git(root, "show", "-s", "--format=%B", "skill/new/forged-not")
    trailers = git(root, "interpret-trailers", "--parse", stdin=message).splitlines()
    assert [line for line in trailers if line.startswith(("Skill:", "Skill-Brief:"))] == [
        "Skill: data/forged-not",
        f"Skill-Brief: {hashlib.sha256(FORGED.encode()).hexdigest()}",
    ]


# Names


def test_a_name_that_is_there_is_refused_and_nobody_is_paid(
    root: Path, run: Run, git: Git, tmp_path: Path
) -> None:
    (root / "skills/data/wax").mkdir(parents=True)
    (root / "skills/data/wax/SKILL.md").write_text(skill("wax"))
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "second")
    git(root, "branch", "skill/new/merge-1")
    wax = {"brief": "Wax", "name": "wax", "at": "data"}
    done = run(root, "new", "--batch", lines(root, wax, *named(3)), *writer(tmp_path))
    assert done.code == 2
    assert done.out.splitlines()[0] == "4 briefs: 2 done, 2 with an error"
    assert "skills/data/wax/SKILL.md has that name already" in done.out
    assert "the branch skill/new/merge-1 holds a draft of that name" in done.out
    assert calls(tmp_path) == {"merge-0": 1, "merge-2": 1}


def test_of_two_with_one_name_the_earlier_line_has_it(root: Path, run: Run, tmp_path: Path) -> None:
    # Held, the first is finished last.
    (tmp_path / "hold-from-first").touch()
    same = [
        {"brief": "First work", "at": "data", "id": "one"},
        {"brief": "Other work", "at": "data", "id": "two"},
        {"brief": "First of all", "at": "data", "id": "three"},
        {"brief": "Last work", "name": "last", "at": "data", "id": "four"},
    ]
    held = Thread(target=let_go_after, args=(tmp_path, "end last"))
    held.start()
    done = run(root, "new", "--batch", lines(root, *same), "--json", *writer(tmp_path))
    held.join()
    assert done.code == 2
    one, two, three, four = done.json("batch")["briefs"]
    assert [each["status"] for each in (one, two, three, four)] == ["done", "done", "error", "done"]
    assert "the name `from-first` is taken by one" in three["why"]
    assert (Path(three["kept"]) / "SKILL.md").is_file()


def test_a_draft_that_does_not_pass_is_kept(root: Path, run: Run, git: Git, tmp_path: Path) -> None:
    unfit = {"brief": "An unfit one", "name": "unfit", "at": "data"}
    file = lines(root, unfit, *named(2))
    for done in (run(root, "new", "--batch", file, "--json", *writer(tmp_path)) for _ in "ab"):
        assert done.code == 1
        result = done.json("batch")
        assert result["failed"] == 1
        told = result["briefs"][0]
        assert (told["status"], told["branch"]) == ("failed", None)
        assert "does not pass the gate" in told["why"]
        assert "name: unfit" in (Path(told["kept"]) / "SKILL.md").read_text()
        assert f"failed 1-{told['id'][2:]} unfit: does not pass the gate" in done.err
    assert branches(root, git) == ["skill/new/merge-0", "skill/new/merge-1"]
    # What failed is written again, twice each time: with the findings of the first round.
    assert calls(tmp_path) == {"merge-0": 1, "merge-1": 1, "unfit": 4}


# Models, remotes and pull requests


def test_what_became_of_briefs_is_among_the_lines_of_progress(root: Path, run: Run) -> None:
    file = lines(root, named(1)[0], {"brief": "Zzz", "name": "zzz"})
    done = run(root, "new", "--batch", file, "--progress", "json")
    events = [json.loads(line) for line in done.err.splitlines()]
    assert [schema.violations("progress", event) for event in events] == [[], []]
    told = [(each["event"], each["number"], each["briefs"]) for each in events]
    assert told == [("brief", 1, 2), ("brief", 2, 2)]
    assert {each["brief"]["status"]: each["brief"]["line"] for each in events} == {
        "done": 1,
        "error": 2,
    }
    assert done.out.splitlines()[0] == "2 briefs: 1 done, 1 with an error"


# In a process that has yet to import LiteLLM it is asked by three, in test_bench.py.
@pytest.mark.no_cover
def test_a_model_is_asked_by_two_threads_at_once(
    root: Path, run: Run, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_KEY", KEY)
    together = Barrier(2)

    def answer(request: openai_server.Received) -> openai_server.Reply:
        found = re.search(r"\[\[ ## given_name ## \]\]\n(merge-\d)", request.prompt)
        name = found[1] if found else ""
        if name in {"merge-0", "merge-1"}:
            # Neither is answered before the other one has been asked.
            together.wait(timeout=60)
        if name == "merge-2":
            return openai_server.failure(400, "no such thing")
        about = f"Merges PDF files, way {name}. Use when PDFs are to be one."
        return planned.answer(request, path="data", name=name, description=about)

    command = ("new", "--batch", lines(root, *named(4)), "--writer", "model", "--jobs", "2")
    # Of each draft the plan, the text and the review; of the one that is refused the plan alone.
    calls = 3 * 7 + 5
    with openai_server.clients_let_go(), openai_server.serving(*[answer] * calls) as server:
        configure(
            "models:\n  default: local\n  registry:\n    local: {model: openai/scripted, "
            f"env: TEST_KEY, num_retries: 0, api_base: '{server.url}'}}\n"
        )
        done = run(root, *command)
        assert done.out.splitlines()[0] == "4 briefs: 3 done, 1 with an error", done.err
        assert done.code == 2
        assert len(server.received) == calls
        assert KEY not in done.out + done.err
    assert branches(root, git) == [f"skill/new/merge-{n}" for n in (0, 1, 3)]
    message = git(root, "show", "-s", "--format=%B", "skill/new/merge-1")
    assert "\nSkill-Writer: model\nSkill-Model: openai/scripted\n" in message
    # The server is gone, and the records: those that are finished are known by their branches.
    rmtree(root / ".git/skillrepo/batches")
    lines(root, *[value for number, value in enumerate(named(4)) if number != 2])
    assert run(root, *command).out == "3 briefs: 3 were done before\n"


def test_each_branch_is_pushed(root: Path, run: Run, git: Git, tmp_path: Path) -> None:
    bare = remote(root, git, tmp_path)
    file = lines(root, *named(3))
    done = run(root, "new", "--batch", file, "--push", "--json")
    assert done.code == 0
    offered = [each["offered"] for each in done.json("batch")["briefs"]]
    assert [(each["remote"], each["pushed"]) for each in offered] == [("origin", "created")] * 3
    tips = "%(objectname) %(refname)"
    pushed = git(bare, "for-each-ref", f"--format={tips}", "refs/heads/skill")
    assert pushed == git(root, "for-each-ref", f"--format={tips}", "refs/heads/skill")
    # What was committed before without it is pushed, too.
    git(bare, "update-ref", "-d", "refs/heads/skill/new/merge-1")
    done = run(root, "new", "--batch", file, "--push", "--json")
    offered = [each["offered"]["pushed"] for each in done.json("batch")["briefs"]]
    assert offered == ["unchanged", "created", "unchanged"]
    git(bare, "update-ref", "-d", "refs/heads/skill/new/merge-1")
    done = run(root, "new", "--batch", file, "--pr")
    assert done.out == (
        "3 briefs: 3 were done before\n"
        "at origin: 3 of their branches, 1 pushed now\n"
        "pull requests: 3 written\n"
        f"titles and bodies are below {root / '.git/skillrepo/pull-requests'}\n"
    )


def test_one_push_that_fails_stops_no_other(root: Path, run: Run, git: Git, tmp_path: Path) -> None:
    hook = remote(root, git, tmp_path) / "hooks/update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\ntest "$1" != refs/heads/skill/new/merge-1\n')
    hook.chmod(0o755)
    done = run(root, "new", "--batch", lines(root, *named(3)), "--push", "--json")
    assert done.code == 2
    briefs = done.json("batch")["briefs"]
    assert [each["status"] for each in briefs] == ["done", "error", "done"]
    assert briefs[1]["branch"] == "skill/new/merge-1"
    assert "refused" in briefs[1]["why"] or "rejected" in briefs[1]["why"]


def test_each_branch_gets_a_pull_request(
    root: Path, run: Run, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = remote(root, git, tmp_path)
    git(root, "remote", "set-url", "origin", "https://github.com/owner/skills.git")
    git(root, "config", "remote.origin.pushurl", str(bare))
    configure("forge: {max_open: 2}\n")
    file = lines(root, *named(3))
    stand = forge_server.GitHubStand()
    with forge_server.serving(stand) as server:
        monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
        monkeypatch.setenv("GITHUB_API_URL", server.url)
        monkeypatch.setenv("GITHUB_TOKEN", forge_server.TOKEN)
        monkeypatch.delenv("GH_TOKEN", raising=False)
        done = run(root, "new", "--batch", file, "--pr", "--json")
        assert done.code == 2
        briefs = done.json("batch")["briefs"]
        assert [each["status"] for each in briefs] == ["done", "done", "error"]
        assert "2 pull requests of skillrepo's are open already" in briefs[2]["why"]
        assert [each["head"]["ref"] for each in stand.pulls] == [
            "skill/new/merge-0",
            "skill/new/merge-1",
        ]
        assert forge_server.TOKEN not in done.out + done.err
        configure("forge: {max_open: 3}\n")
        again = run(root, "new", "--batch", file, "--pr", "--json").json("batch")
        states = [each["offered"]["pull_request"]["state"] for each in again["briefs"]]
        assert states == ["unchanged", "unchanged", "created"]
        # What was merged is not offered again, though the branch is still there.
        git(root, "merge", "--quiet", "skill/new/merge-0")
        git(root, "push", "--quiet", str(bare), "main")
        git(root, "update-ref", "refs/remotes/origin/main", "main")
        again = run(root, "new", "--batch", file, "--pr", "--json").json("batch")
        assert [bool(each["offered"]) for each in again["briefs"]] == [False, True, True]
        assert len(stand.pulls) == 3


# Going on


def test_without_its_records_a_batch_knows_its_branches(
    root: Path, run: Run, tmp_path: Path
) -> None:
    (root / "notes.md").write_text("# Notes\n\nText.\n")
    more = [
        {"brief": "Split work", "at": "data"},
        {"brief": "Join work", "id": "a", "name": "join-a"},
        {"brief": "Join work", "id": "b", "name": "join-b"},
        {"brief": "Join work", "id": "c", "name": "join-c", "from": ["notes.md"]},
    ]
    file = lines(root, *named(3), *more)
    first = run(root, "new", "--batch", file, "--json", *writer(tmp_path)).json("batch")
    rmtree(root / ".git/skillrepo/batches")
    done = run(root, "new", "--batch", file, "--json", *writer(tmp_path))
    again = done.json("batch")
    assert (again["done"], again["skipped"], done.code) == (0, 7, 0)
    key = ("line", "branch", "commit")
    assert [[each[k] for k in key] for each in again["briefs"]] == [
        [each[k] for k in key] for each in first["briefs"]
    ]
    assert set(calls(tmp_path).values()) == {1}
    # Another brief, writer or source is another draft.
    (root / "notes.md").write_text("# Notes\n\nOther text.\n")
    done = run(root, "new", "--batch", file, *writer(tmp_path))
    assert "7 briefs: 6 were done before, 1 with an error" in done.out


def test_a_fresh_clone_knows_the_drafts_of_its_remote(
    root: Path, run: Run, git: Git, tmp_path: Path
) -> None:
    bare = remote(root, git, tmp_path)
    file = lines(root, *named(3), {"brief": "Split work", "at": "data"})
    run(root, "new", "--batch", file, "--push", *writer(tmp_path))
    git(tmp_path, "clone", "--quiet", str(bare), "clone")
    clone = tmp_path / "clone"
    (clone / file).write_text((root / file).read_text())
    done = run(clone, "new", "--batch", file, *writer(tmp_path))
    assert (done.code, done.out) == (0, "4 briefs: 4 were done before\n")
    assert set(calls(tmp_path).values()) == {1}


def test_what_was_dropped_stays_away_until_it_is_wanted(
    root: Path, run: Run, git: Git, tmp_path: Path
) -> None:
    file = lines(root, *named(2))
    run(root, "new", "--batch", file, *writer(tmp_path))
    run(root, "drop", "skill/new/merge-0")
    done = run(root, "new", "--batch", file, "--json", *writer(tmp_path))
    told = done.json("batch")["briefs"][0]
    assert (done.code, told["status"]) == (0, "skipped")
    assert "its branch is gone" in told["why"]
    summary = run(root, "new", "--batch", file, *writer(tmp_path)).out
    assert summary.startswith("2 briefs: 2 were done before\n  skipped ")
    assert summary.count("\n") == 2
    assert told["why"] in summary
    assert calls(tmp_path)["merge-0"] == 1
    Path(told["why"].rpartition(" ")[2]).unlink()
    assert run(root, "new", "--batch", file, *writer(tmp_path)).code == 0
    assert calls(tmp_path) == {"merge-0": 2, "merge-1": 1}
    assert branches(root, git) == ["skill/new/merge-0", "skill/new/merge-1"]


DRAFT = {
    "category": "data",
    "name": "merge-0",
    "files": {},
    "writer": "command",
    "model": None,
    "program": None,
    "draft_notes": [],
    "rounds": 1,
    "notes": [],
}
WRONG = [
    b"[" * 100_000,
    b'{"name": "merge-0", "branch": "b", "commit": "c", "rounds": 1e999, "gate": ""}',
    json.dumps(DRAFT | {"model": 5}).encode(),
    json.dumps(DRAFT | {"program": {}}).encode(),
]


@pytest.mark.parametrize("damage", [b"", b'{"version": 1, "name"', b"[]", b"\xff", b"null", *WRONG])
def test_a_record_that_was_cut_claims_nothing(
    root: Path, run: Run, git: Git, tmp_path: Path, damage: bytes
) -> None:
    file = lines(root, *named(2))
    run(root, "new", "--batch", file, *writer(tmp_path))
    git(root, "branch", "-D", "skill/new/merge-0")
    for record in (root / ".git/skillrepo/batches").glob("*.json"):
        record.write_bytes(damage)
    done = run(root, "new", "--batch", file, *writer(tmp_path))
    assert done.out == "2 briefs: 1 done, 1 were done before\n"
    assert calls(tmp_path) == {"merge-0": 2, "merge-1": 1}


def test_what_git_refuses_is_committed_by_the_next_run(
    root: Path, run: Run, tmp_path: Path
) -> None:
    (root / ".git/refs/heads/skill/new").mkdir(parents=True)
    lock = root / ".git/refs/heads/skill/new/merge-1.lock"
    lock.touch()
    file = lines(root, *named(3))
    done = run(root, "new", "--batch", file, *writer(tmp_path))
    assert (done.code, done.out.splitlines()[0]) == (2, "3 briefs: 2 done, 1 with an error")
    assert "merge-1.lock" in done.out
    assert "the draft is remembered, and the same command commits it" in done.out
    lock.unlink()
    done = run(root, "new", "--batch", file, *writer(tmp_path))
    assert (done.code, done.out) == (0, "3 briefs: 1 done, 2 were done before\n")
    assert set(calls(tmp_path).values()) == {1}


def test_no_cluster_is_needed_for_what_is_done(root: Path, run: Run) -> None:
    pytest.importorskip("distributed", reason="the extra `dask` is not installed")
    file = lines(root, *named(2))
    run(root, "new", "--batch", file)
    done = run(root, "new", "--batch", file, "--dask", "tcp://127.0.0.1:1")
    assert (done.code, done.out) == (0, "2 briefs: 2 were done before\n")


def test_a_dask_cluster_of_processes(root: Path, tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="the extra `dask` is not installed")
    address = tmp_path / "scheduler.json"
    start = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1"]
    start += ["--port", "0", "--no-dashboard", "--scheduler-file", str(address)]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", str(address)]
    worker += ["--no-dashboard", "--no-nanny", "--nthreads", "2"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": tmp_path}
    started = [subprocess.Popen(start, **quiet), subprocess.Popen(worker, **quiet)]
    try:
        end = time.monotonic() + 30
        while not address.is_file() and time.monotonic() < end:
            time.sleep(0.1)
        where = json.loads(address.read_text())["address"]
        command = [sys.executable, "-m", "skillrepo", "new", "--batch", lines(root, *named(4))]
        done = subprocess.run(
            [*command, "--dask", where], cwd=root, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout) == (0, "4 briefs: 4 done\n"), done.stderr
    finally:
        for process in started:
            process.kill()
            process.wait()
