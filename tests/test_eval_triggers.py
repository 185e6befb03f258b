"""`skillrepo eval --triggers`: real git, a model over HTTP, and what is kept and replayed."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Git, MakeRepo
from content_repo import FILES, Run, runner, skill
from fair_router import fair, read
from openai_server import Received, Reply, Server, chat, clients_let_go, failure, serving
from test_eval import layer
from test_triggers import ran

from skillrepo import schema
from skillrepo.behaviour import record

NAME = "skills/data/pdf-merge"
REF = "refs/notes/skillrepo/grades"
NUMBERS = ("one", "two", "three", "four", "five", "six")
YES = [f"merge these documents, number {each}" for each in NUMBERS]
NO = [f"query two tables, number {each}" for each in NUMBERS]
QUERIES = json.dumps(
    [{"query": each, "should_trigger": each in YES} for each in (*YES, *NO)],
)
CSV = skill("csv-query", "Queries CSV tables. Use when tables are to be queried, query by query.")
GOOD = "Merges PDF documents. Use when documents are to become one: merge them."
GREEDY = f"{GOOD} Also query two tables, of whatever number."
Configure = Callable[[Server], None]


def files(description: str = GOOD, queries: str = QUERIES) -> dict[str, str]:
    return {
        f"{NAME}/SKILL.md": skill(description=description),
        f"{NAME}/evals/eval_queries.json": queries,
        "skills/data/csv-query/SKILL.md": CSV,
    }


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


@pytest.fixture
def configure(git_env: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Configure]:
    monkeypatch.setenv("TEST_KEY", "sk-test-0123456789abcdef")

    def _configure(server: Server) -> None:
        entry = {
            "model": "openai/gpt-4o-mini",
            "env": "TEST_KEY",
            "api_base": server.url,
            "num_retries": 0,
            "parameters": {"max_tokens": 100},
        }
        path = git_env / ".config/skillrepo/config.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        models = {"default": "mine", "registry": {"mine": entry}}
        path.write_text(json.dumps({"models": models, "judge": {"in_flight": 4}}))

    with clients_let_go():
        yield _configure


def answered(received: Received) -> Reply:
    system, user = (each["content"] for each in received.body["messages"])
    request, listed = read(system, user)
    return chat(json.dumps({"skill": fair(request, listed)}))


def change(root: Path, git: Git, contents: dict[str, str], branch: str = "work") -> None:
    git(root, "checkout", "-q", "-b", branch)
    for path, text in contents.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    git(root, "add", "--all")
    git(root, "commit", "-q", "--message", "change")


def test_a_skill_that_takes_the_requests_of_another(
    make_repo: MakeRepo, git: Git, run: Run, configure: Configure
) -> None:
    root = make_repo({**FILES, **files()})
    easy = json.dumps([{"query": "merge", "should_trigger": True}])
    change(root, git, files(GREEDY, easy))
    words = ("eval", "pdf-merge", "--triggers", "--trials", "1", "--head", "work")
    with serving(*[answered] * 44) as server:
        configure(server)
        done = run(root, *words, "--record", "--json")
        requests = server.received
    assert (done.code, len(requests)) == (1, 44), done.err
    assert git(root, "status", "--porcelain") == ""
    # One call without tools for each run: it holds all skills, and no sign of what is right.
    body = requests[-1].body
    assert {*body} == {"model", "messages", "response_format", "seed", "max_tokens"}
    assert body["response_format"]["json_schema"]["schema"]["required"] == ["skill"]
    assert not any("should_trigger" in each.prompt or NAME in each.prompt for each in requests)
    likely, after, kept = done.err.splitlines()
    assert likely.startswith("triggers: 12 to ask about, likely 44 calls, ≈")
    assert after.startswith("triggers: 44 calls, 528 tokens, $")
    assert kept == f"recorded in {REF}: 1 new"
    value = done.json("triggers")
    found = value["triggers"]
    assert (found["verdict"], found["exam_side"], found["usage"]["calls"]) == ("fail", "base", 44)
    assert found["fingerprints"] == ["scripted"]
    head, base = found["sides"]
    assert (head["recall"]["rate"], base["recall"]["rate"]) == (1, 1)
    assert (head["specificity"]["rate"], base["specificity"]["rate"]) == (0, 1)
    assert head["shown"]["catalogue"] != base["shown"]["catalogue"]
    assert [each["verdict"] for each in found["compared"]] == ["pass", "fail"]
    # What it says again needs no call and no model, and is the same to the byte.
    again = run(root, *words, "--replay", "--json")
    assert (again.code, again.out, again.err) == (1, done.out, "")
    told = run(root, *words, "--replay").out
    assert "This skill fails: positives: the mean over 6 queries changes by +0.00" in told
    assert "the change has other queries, which are not asked here" in told
    tree = git(root, "rev-parse", f"work:{NAME}")
    note = json.loads(git(root, "notes", "--ref", REF, "show", tree))
    assert [schema.explain(v) for v in schema.violations("triggers-note", note)] == []
    assert (value["head"], note["base"]) == (tree, git(root, "rev-parse", f"main:{NAME}"))
    assert run(root, *words, "--replay", "--model", "other/x").err.startswith("error: there is no")
    verdict, why = layer(root, run, "--head", "work")
    assert (verdict, why.startswith("by the router openai/gpt-4o-mini: positives: ")) == (
        "fail",
        True,
    )
    # Beside runs of tasks: a fall is one among all dimensions, and there it is still found.
    more = record.line(ran("pass", (0.0,) * 5), note["base"])
    git(root, "notes", "--ref", REF, "append", "--message", more, tree)
    verdict, why = layer(root, run, "--head", "work")
    assert (verdict, why.startswith("by the runner r, against the skill before: ")) == (
        "fail",
        True,
    )
    assert "by the router openai/gpt-4o-mini: negatives: " in why
    # With another skill to choose from it says nothing.
    change(root, git, {"skills/data/new/SKILL.md": skill("new", "Does it.")}, "more")
    words = ("eval", "pdf-merge", "--triggers", "--trials", "1", "--head", "more", "--replay")
    assert run(root, *words).err.startswith("error: there is no note of such queries of data/pdf")
    verdict, why = layer(root, run, "pdf-merge", "--head", "more")
    assert (verdict, "router" in why) == ("pass", False)


def test_a_model_that_fails_and_a_budget_that_ends(
    make_repo: MakeRepo, git: Git, run: Run, configure: Configure
) -> None:
    root = make_repo({**FILES, "README.md": "x"})
    change(root, git, files())
    words = ("eval", NAME, "--triggers", "--head", "work", "--json")
    with serving(*[failure(503, "broken")] * 20) as server:
        configure(server)
        broken = run(root, *words)
        assert len(server.received) == 20
    with serving(*[answered] * 20) as server:
        configure(server)
        cut = run(root, *words, "--record", "--max-tokens", "800")
        asked = len(server.received)
        spent = run(root, *words, "--max-cost", "0")
        assert len(server.received) == asked
    assert (broken.code, cut.code, spent.code) == (0, 0, 0)
    found = broken.json("triggers")["triggers"]
    assert found["verdict"] == "inconclusive"
    assert "for 0 of 10 obvious requests: model mine: " in found["reasons"][0]
    assert found["sides"][0]["specificity"]["rate"] is None
    found = cut.json("triggers")["triggers"]
    assert (found["verdict"], found["usage"]["calls"]) == ("inconclusive", asked)
    assert "--max-tokens 800" in found["stopped"]
    assert 0 < asked < 20
    assert run(root, *words, "--replay").out == cut.out
    assert "--max-cost 0" in spent.json("triggers")["triggers"]["stopped"]


def test_what_cannot_be_asked(make_repo: MakeRepo, run: Run, git_env: Path) -> None:
    twin = {f"skills/coding/{n}/SKILL.md": skill("twin") for n in ("twin", "other")}
    for each in list(twin):
        twin[each.replace("SKILL.md", "evals/eval_queries.json")] = QUERIES
    root = make_repo({**FILES, **files(), **twin})

    def fails(*words: str) -> str:
        done = run(root, "eval", *words)
        assert (done.code, done.out) == (2, ""), done
        return done.err

    assert "data/csv-query has no trigger queries: write" in fails("csv-query", "--triggers")
    assert "another skill has the same name" in fails("skills/coding/twin", "--triggers")
    assert "takes no --jobs" in fails("pdf-merge", "--triggers", "--jobs", "2")
    assert "no --runner" in fails("pdf-merge", "--triggers", "--runner", "x")
    assert "name a commit by --head" in fails("pdf-merge", "--triggers", "--record")
    assert "name a commit by --head" in fails("pdf-merge", "--triggers", "--replay")
    head = ("--triggers", "--head", "main")
    assert "git fetch origin" in fails("pdf-merge", *head, "--replay")
    assert "no --record" in fails("pdf-merge", *head, "--record", "--evals", "head")
    assert "there is no key; set" in fails("pdf-merge", *head, "--model", "openai/gpt-4o-mini")
    assert not list(git_env.glob("**/replies"))
    # It is told before anything is paid for.
    (git_env / ".gitconfig").write_text("[user]\nuseConfigOnly = true\n")
    assert "whose commit this is" in fails("pdf-merge", *head, "--record", "--model", "openai/x")
