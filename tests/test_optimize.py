"""Optimised programs: how they are made, measured, saved, refused and used."""

import hashlib
import json
import pickle
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from conftest import Git, MakeRepo
from content_repo import FILES, Run, everything, runner, skill
from openai_server import Received, Reply, Server, chat, failure, fields, serving
from planned import answer, text

from skillrepo.config import Config
from skillrepo.draft import Choice, Draft, Request
from skillrepo.errors import SkillRepoError
from skillrepo.program import effort, gold, saved
from skillrepo.program.account import BudgetSpentError, Limits
from skillrepo.program.bench import Bench, Example, Row
from skillrepo.program.effort import Effort, Optimizer
from skillrepo.program.gain import LEAST_PAIRS, gain, is_held_out
from skillrepo.program.predictors import BASE
from skillrepo.program.recording import Mode, Recordings
from skillrepo.program.saved import State
from skillrepo.program.search import changed, search
from skillrepo.program.signatures import MATERIAL, PREDICTORS, fingerprint
from skillrepo.program.writer import ModelWriter

REVISER = str(Path(__file__).with_name("reviser.py"))
CHOICES = (Choice("data", "Data", "PDF files.", ()),)
GOOD, BAD = "# Good\n\nCount the pages.\n", "# Bad\n\nHope.\n"
MAGIC = "Always count the pages."
SECRET = "ghp_" + "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8"
WRITE = "phase2.generate_content"
Benches = Callable[..., Bench]


@dataclass(frozen=True)
class Scored:
    total: float
    told: tuple[str, ...] = ()


def score(draft: Draft) -> Scored:
    good = b"Count the pages" in draft.files["SKILL.md"]
    return Scored(1.0) if good else Scored(0.25, ("Nobody counts the pages.",))


def example(number: int, brief: str = "") -> Example:
    request = Request(brief=brief or f"Merge PDF files {number}", sources=(), choices=CHOICES)
    merged = {WRITE: f"The merged skill says: Count the pages with {SECRET}."}
    return Example(f"data/skill-{number}", request, score, merged)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Benches:
    monkeypatch.setenv("TEST_KEY", "sk-test-0123456789")

    def _bench(server: Server, mode: Mode = "live") -> Bench:
        config = tmp_path / ".config/skillrepo/config.yaml"
        config.parent.mkdir(parents=True, exist_ok=True)
        config.write_text(
            "models: {default: local, registry: {local: {model: openai/gpt-4o-mini, env: TEST_KEY, "
            f"num_retries: 0, api_base: '{server.url}', parameters: {{max_tokens: 1000}}}}}}}}\n"
        )
        recordings = Recordings(tmp_path / "replies", mode)
        return Bench(Config.load({}, tmp_path), recordings=recordings)

    return _bench


def model(received: Received) -> Reply:
    """Writes well where its instructions, or a demonstration, tell it to; lucky with number 1."""
    prompt = received.prompt
    if "new_instruction" in prompt:
        assert "Nobody counts the pages." in prompt or "data" in prompt
        return chat(json.dumps({"new_instruction": MAGIC}))
    if "[[ ## proposed_instruction ## ]]" in prompt:
        return fields(proposed_instruction=MAGIC)
    if "[[ ## test_prompts ## ]]" in prompt:
        told = received.body["messages"][0]["content"]
        demos = "".join(each["content"] for each in received.body["messages"][:-1])
        lucky = "Merge PDF files 1\n" in received.body["messages"][-1]["content"]
        good = MAGIC in told or "Count the pages" in demos or lucky
        return text(body=GOOD if good else BAD)
    return answer(received, path="data")


needs_optuna = pytest.mark.skipif(not find_spec("optuna"), reason="optuna is not installed")


def states(bench: Bench, optimizer: Optimizer, drafts: int, of: int = 3) -> dict[str, State]:
    train = [example(n) for n in range(of)]
    settings = bench.config.user.optimization
    return search(train, bench, Effort.of(optimizer, settings, len(train), drafts))


def drafted(server: Server) -> int:
    """How many drafts were begun."""
    return sum("[[ ## ambiguities ## ]]" in each.prompt for each in server.received)


@pytest.mark.no_cover
def test_gepa_finds_an_instruction_that_scores_better(bench: Benches) -> None:
    with serving(*[model] * 500) as server:
        made = bench(server)
        found = states(made, "gepa", 12)
        assert drafted(server) == 12
        assert found[WRITE].instructions == MAGIC
        assert changed(found)
        program = saved.Loaded("ab" * 32, found)
        rows, lost = made.measure([example(n) for n in range(4, 8)], program, 2)
    assert rows == tuple(Row(f"data/skill-{n}", 0.25, 1.0) for n in range(4, 8))
    assert lost == ()
    assert "optimise.reflect" in made.account.steps
    # What an optimizer has a model reflect on is no input of a predictor.
    assert SECRET not in repr([each.body for each in server.received])
    assert any("ghp_****" in each.prompt for each in server.received)


@pytest.mark.no_cover
def test_bootstrap_finds_demonstrations_that_score_better(bench: Benches) -> None:
    with serving(*[model] * 500) as server:
        made = bench(server)
        found = states(made, "bootstrap", 2)
        assert drafted(server) == 2
        # Those of one draft, which alone was good; all six predictors were traced.
        assert [len(state.demos) for state in found.values()] == [1] * 6
        assert found[WRITE].demos[0]["body"].startswith("# Good")
        program = saved.Loaded("ab" * 32, found)
        rows, _ = made.measure([example(n) for n in range(4, 8)], program, 2)
    assert rows == tuple(Row(f"data/skill-{n}", 0.25, 1.0) for n in range(4, 8))


@pytest.mark.no_cover
@needs_optuna
def test_miprov2_finds_what_scores_better(bench: Benches) -> None:
    with serving(*[model] * 500) as server:
        made = bench(server)
        found = states(made, "miprov2", 18)
        assert drafted(server) == 18
    told, demos = found[WRITE].instructions, found[WRITE].demos
    assert told == MAGIC or [demo["body"].strip() for demo in demos] == [GOOD.strip()]
    # Each set of candidates, with what is shipped for one, asks once for each of the six steps.
    assert made.account.steps["optimise.reflect"].calls == 18


@pytest.mark.parametrize(
    ("optimizer", "settings", "usual"),
    [
        ("bootstrap", {"bootstrap_fewshot.max_rounds": 2}, 6),
        ("gepa", {}, 57),
        ("miprov2", {"miprov2.auto": "light"}, 18),
        ("miprov2", {"miprov2.auto": "heavy"}, 48),
    ],
)
def test_the_usual_effort(
    optimizer: Optimizer, settings: dict[str, Any], usual: int, tmp_path: Path
) -> None:
    options = {f"optimization.{key}": value for key, value in settings.items()}
    chosen = Config.load({}, tmp_path, options).user.optimization
    assert Effort.of(optimizer, chosen, 3, None).drafts == usual


@pytest.mark.parametrize(("optimizer", "least"), [("bootstrap", 1), ("gepa", 12), ("miprov2", 9)])
def test_too_few_drafts_are_refused(optimizer: Optimizer, least: int, tmp_path: Path) -> None:
    settings = Config.load({}, tmp_path).user.optimization
    assert Effort.of(optimizer, settings, 3, least).drafts == least
    with pytest.raises(SkillRepoError, match=f"makes at least {least} drafts with 3 examples"):
        Effort.of(optimizer, settings, 3, least - 1)


REFUSED, BUSY = failure(401, "no such key"), failure(429, "slow down")
LATE = failure(408, "late")


@pytest.mark.parametrize(
    ("optimizer", "asked", "reply", "why"),
    [
        ("bootstrap", "ambiguities", REFUSED, "at data/skill-0: .* refused the key in TEST_KEY"),
        ("bootstrap", "test_prompts", LATE, "at data/skill-0: .* no reply came within 60 seconds"),
        ("gepa", "confidence", BUSY, "at data/skill-0: .* rate limit is reached"),
        ("gepa", "new_instruction", BUSY, "^model local: the provider's rate limit is reached"),
        pytest.param("miprov2", "test_prompts", BUSY, "rate limit is reached", marks=needs_optuna),
        pytest.param(
            "miprov2", "proposed_instruction", REFUSED, "^model local: .* key", marks=needs_optuna
        ),
    ],
)
def test_a_search_ends_where_a_model_fails(
    optimizer: Optimizer, asked: str, reply: Reply, why: str, bench: Benches
) -> None:
    """It is no draft worth 0, which would be laid on the instructions; and nothing is lost."""

    def broken(received: Received) -> Reply:
        return reply if asked in received.prompt else model(received)

    with serving(*[broken] * 500) as server:
        made = bench(server)
        with pytest.raises(SkillRepoError, match=why):
            states(made, optimizer, 8, 2)
        failed = [each for each in server.received if asked in each.prompt]
        assert len(failed) == 1
        paid = made.account.total.calls
        assert paid >= len(server.received) - 1
        server.script[:] = [model] * 500
        again = bench(server, "resume")
        states(again, optimizer, 8, 2)
    assert again.account.total.replayed == paid


def test_a_reply_of_no_use_is_an_answer(bench: Benches) -> None:
    """The instructions may be to blame, and who thinks of better ones is told."""

    def useless(received: Received) -> Reply:
        if "new_instruction" in received.prompt:
            told.append(received.prompt)
            return chat("no JSON")
        return chat("") if "[[ ## test_prompts ## ]]" in received.prompt else model(received)

    told: list[str] = []
    with serving(*[useless] * 500) as server:
        made = bench(server)
        # At first it looks at the text, of which there is none to learn from.
        found = states(made, "gepa", 10, 2)
        with pytest.raises(SkillRepoError, match=r"after 5 drafts of which nothing came .* empty"):
            states(bench(server), "bootstrap", 12, 6)
    assert not changed(found)
    assert "No draft came of it: model local: its reply was empty" in told[0]
    # GEPA itself says nothing of it, and asks twice.
    assert (made.failed, made.unproposed) == (6, 2)


@needs_optuna
def test_miprov2_ends_where_no_instruction_is_given(bench: Benches) -> None:
    def formless(received: Received) -> Reply:
        return chat("no") if "proposed_instruction" in received.prompt else model(received)

    with (
        serving(*[formless] * 100) as server,
        pytest.raises(SkillRepoError, match="choose another for the task skill_optimize"),
    ):
        states(bench(server), "miprov2", 6, 2)


def test_a_bug_of_ours_is_no_draft_worth_0(bench: Benches) -> None:
    def raising(_: Draft) -> Scored:
        raise ZeroDivisionError

    train = [replace(example(n), score=raising) for n in range(2)]
    with serving(*[model] * 100) as server:
        made = bench(server)
        little = Effort.of("gepa", made.config.user.optimization, 2, 8)
        with pytest.raises(ZeroDivisionError):
            search(train, made, little)
    assert drafted(server) == 1


def test_a_failure_is_not_a_score(bench: Benches) -> None:
    def broken(received: Received) -> Reply:
        return failure(400, "no") if "Merge PDF files 5" in received.prompt else model(received)

    with serving(*[broken] * 100) as server:
        made = bench(server)
        rows, lost = made.measure([example(n) for n in (4, 5, 6)], BASE, 1)
    assert rows == (("data/skill-4", 0.25, 0.25), ("data/skill-6", 0.25, 0.25))
    assert len(lost) == 1
    assert lost[0].startswith("data/skill-5: model local: the provider refused the request")
    assert made.failed == 1


def test_a_search_ends_where_the_budget_does(bench: Benches) -> None:
    def last(received: Received) -> Reply:
        made.account.limits = Limits(tokens=0)
        return model(received)

    with serving(*[model] * 25, last, *[model] * 100) as server:
        made = bench(server)
        with pytest.raises(BudgetSpentError, match="of --max-tokens 0 there are"):
            states(made, "gepa", 40)
        # Those that were on their way, and no more.
        assert 26 <= len(server.received) <= 28


def test_miprov2_says_what_it_lacks(bench: Benches, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effort, "find_spec", lambda _: None)
    with serving() as server, pytest.raises(SkillRepoError, match="miprov2 needs optuna and numpy"):
        states(bench(server), "miprov2", 9)


# Saved programs

PAIRS = ((0.25, 1.0),) * 8


def program(**other: Any) -> saved.SavedProgram:
    state = saved.State(instructions=MAGIC, demos=())
    fields = {
        "signature": fingerprint(),
        "optimizer": "gepa",
        "model": "openai/gpt-4o-mini",
        "predictors": {WRITE: state},
        "versions": {"dspy": "3.4.1"},
        "train": "a" * 64,
        "held_out": "b" * 64,
        "measured": saved.Measured(pairs=PAIRS, not_measured=0, parts=("check",)),
        "cost": saved.Cost(calls=1, replayed=0, tokens=2, dollars=None),
    }
    return saved.SavedProgram(**{**fields, **other})


def measured(*pairs: tuple[float, float], lost: int = 0) -> saved.Measured:
    return saved.Measured(pairs=pairs, not_measured=lost, parts=())


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (program(signature="c" * 64), "it was made for other signatures"),
        (program(measured=measured(*PAIRS[:7])), "on 7 held-out examples, and fewer than 8"),
        (program(measured=measured(*[(0.5, 0.5)] * 9)), "its gain is +0.000"),
        (program(measured=measured(*PAIRS, *[(1.0, 0.0)] * 6)), "not above zero"),
        (program(measured=measured(*PAIRS, lost=3)), "no draft of 3 of 11 held-out examples"),
    ],
)
def test_a_program_is_refused(made: saved.SavedProgram, why: str) -> None:
    data = made.data()
    with pytest.raises(SkillRepoError, match="the program is refused: ") as caught:
        saved.load(data)
    assert why in str(caught.value)
    loaded, warnings = saved.load(data, force=True)
    assert loaded.states[WRITE].instructions == MAGIC
    assert "used by force" in warnings[0]


def test_a_program_is_read_back() -> None:
    data = program().data()
    loaded, warnings = saved.load(data)
    assert warnings == []
    assert loaded.name == hashlib.sha256(data).hexdigest()
    assert saved.read(data).data() == data


def altered(**other: Any) -> bytes:
    return json.dumps({**json.loads(program().data()), **other}).encode()


DEMO = {**dict.fromkeys(PREDICTORS[WRITE].inputs, ""), "body": "", "files": [], "test_prompts": []}


def with_demo(**other: Any) -> bytes:
    demo = {key: value for key, value in {**DEMO, **other}.items() if value is not None}
    return program(predictors={WRITE: saved.State(instructions=MAGIC, demos=(demo,))}).data()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\xff", "no JSON"),
        (b"[]", "no JSON object"),
        (b"[" * 100_000, "no JSON"),
        (b" " * 4_000_001, "more than 4,000,000 bytes"),
        (altered(model="other"), "altered after it was measured"),
        (altered(pickle="x"), "pickle: Extra inputs are not permitted"),
        (altered(measured={"pairs": [[0, 2]], "not_measured": 0, "parts": []}), "measured.pairs"),
        (program(predictors={"a": saved.State(instructions="b", demos=())}).data(), "which there"),
        (with_demo(body=None), "has not the fields"),
        (with_demo(body=5), "has not the fields"),
        (with_demo(files=[{"path": 1}]), "has not the fields"),
        (with_demo(body="x" * 60_001), "too long"),
        (b'{"a": {}}', "no predictor of ours"),
    ],
)
def test_what_is_no_program_is_never_used(data: bytes, why: str) -> None:
    for force in (False, True):
        with pytest.raises(SkillRepoError) as caught:
            saved.load(data, force=force)
        said = str(caught.value)
        assert why in said or (not force and "is a saved state of DSPy" in said)


REFERENCE = (
    *("phase1.gather_requirements", "phase1.analyze_intent", "phase1.find_taxonomy"),
    *("phase1.analyze_dependencies", "phase1.synthesize"),
    *("phase2.generate_content", "phase2.incorporate_feedback"),
)


def test_the_layout_of_dspy_is_used_by_force_alone() -> None:
    """All predictors of the reference system, whose demonstrations have no field of ours."""
    foreign = {"task_description": "Sort papers", "skill_id": "x"}
    state = {
        "traces": [],
        "train": [],
        "demos": [foreign],
        "signature": {"instructions": MAGIC, "fields": []},
        "lm": {"model": "openai/evil", "api_base": "http://127.0.0.1:1"},
    }
    layout: dict[str, Any] = {
        **{f"{name}.predict": state for name in REFERENCE},
        "phase3.validate": state,
        "metadata": {"dependency_versions": {"python": "3.12", "dspy": "3.1", "cloudpickle": "3"}},
    }
    layout[f"{WRITE}.predict"] = {**state, "demos": [{"augmented": True, **DEMO, "body": "# A"}]}
    data = json.dumps(layout).encode()
    with pytest.raises(SkillRepoError, match="--force-program uses it all the same"):
        saved.load(data)
    loaded, warnings = saved.load(data, force=True)
    assert warnings == [
        "the program was never measured; it is used by force",
        "of the program are left out: phase3.validate",
        "of its demonstrations 6 are left out, which lack fields that they must have",
    ]
    assert set(loaded.states) == set(REFERENCE)
    assert all(each.instructions == MAGIC for each in loaded.states.values())
    assert [len(each.demos) for each in loaded.states.values()] == [0, 0, 0, 0, 0, 1, 0]


def test_what_a_program_says_is_sent(bench: Benches) -> None:
    demo = {**DEMO, "brief": "Demonstrated [[ ## body ## ]] brief"}
    state = saved.State(instructions=MAGIC, demos=(demo,))
    loaded, _ = saved.load(program(predictors={WRITE: state}).data())
    with serving(*[model] * 6) as server:
        made = bench(server)
        draft = made.write(example(4), loaded)
        sent = server.asked("test_prompts")
    assert draft.program == loaded.name
    assert b"Count the pages" in draft.files["SKILL.md"]
    system, *others = [message["content"] for message in sent.body["messages"]]
    assert MAGIC in system
    # It cannot take back what every predictor is told.
    assert MATERIAL in " ".join(system.split())
    assert PREDICTORS[WRITE].instructions.split(".")[0] not in system
    assert "Demonstrated [[ # # body ## ]] brief" in others[0]
    gather = server.asked("ambiguities").prompt
    assert MAGIC not in gather


def test_a_writer_with_a_program_goes_to_another_machine(bench: Benches) -> None:
    loaded, _ = saved.load(program().data())
    with serving() as server:
        config = bench(server).config
    there = pickle.loads(pickle.dumps(ModelWriter(config, "m", program=loaded)))  # noqa: S301
    assert there.program == loaded
    assert pickle.loads(pickle.dumps(ModelWriter(config))).program == BASE  # noqa: S301


# What is measured


def test_the_interval_of_a_gain() -> None:
    assert gain(((0.0, 1.0),) * 8) == (1.0, 1.0, 1.0)
    mixed = [(0.0, 1.0), (1.0, 0.0)] * 10
    found = gain(mixed)
    assert found.mean == 0
    assert found.low < -0.2
    assert found.high > 0.2
    assert gain(mixed) == found


def test_two_of_three_examples_are_held_out() -> None:
    held = [n for n in range(1000) if is_held_out(f"data/skill-{n}")]
    assert 620 < len(held) < 710
    assert is_held_out("data/a") == is_held_out("data/a")


# The commands

WORDS = [f"{one}{two}stone" for one in "bcdfgkl" for two in ("a", "ea", "i", "oo")]
HELD = [word for word in WORDS if is_held_out(f"data/{word}")][:LEAST_PAIRS]
TRAIN = [word for word in WORDS if not is_held_out(f"data/{word}")][:2]
VAGUE = "Does things."


def about(word: str) -> str:
    return f"Sorts {word} papers. Use when {word} is in a heap."


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    skills = {f"skills/data/{word}/SKILL.md": skill(word, about(word)) for word in HELD + TRAIN}
    return make_repo({**FILES, **skills})


@pytest.fixture
def configure(git_env: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    monkeypatch.setenv("TEST_KEY", "sk-test-0123456789")

    def _configure(
        server: Server, *programs: str, training: str = "{}", evaluation: str = "{}"
    ) -> None:
        config = git_env / ".config/skillrepo/config.yaml"
        config.parent.mkdir(parents=True, exist_ok=True)
        config.write_text(
            "models: {default: local, registry: {local: {model: openai/gpt-4o-mini, env: TEST_KEY, "
            f"num_retries: 0, api_base: '{server.url}', parameters: {{max_tokens: 1000}}}}}}}}\n"
            "writer: {max_rounds: 1}\n"
            f"optimization: {{programs: [{', '.join(programs)}], training: {training}}}\n"
            f"evaluation: {evaluation}\n"
        )

    return _configure


def planner(lucky: str = "") -> Callable[[Received], Reply]:
    """Describes a skill well where it is told to, is shown how, or has luck."""

    def reply(received: Received) -> Reply:
        if "new_instruction" in received.prompt:
            return chat(json.dumps({"new_instruction": MAGIC}))
        messages = [message["content"] for message in received.body["messages"]]
        asked = re.search(r"## brief ## ]]\n\w+ (\w+stone)", messages[-1])
        word = asked[1] if asked else "none"
        good = MAGIC in messages[0] or "Sorts" in "".join(messages[1:-1]) or word == lucky
        said = {"name": "tool", "description": about(word) if good else VAGUE}
        return answer(received, path="data", **said)

    return reply


@pytest.mark.no_cover
@pytest.mark.parametrize("found", [("gepa", ""), ("bootstrap", TRAIN[0])])
def test_a_program_that_is_better_is_saved_and_used(
    found: tuple[str, str], root: Path, run: Run, configure: Callable[..., None], git: Git
) -> None:
    optimizer, lucky = found
    options = ("--optimizer", optimizer, "--metric", "routing", "--max-drafts", "12")
    before = everything(root)
    with serving(*[planner(lucky)] * 400) as server:
        configure(server)
        done = run(root, "optimize", *options, "--json")
        assert done.code == 0, done.err
        value = done.json("optimize")
        assert (value["train"], value["held_out"], value["measured"]) == (2, 8, 8)
        assert (value["base"], value["optimized"], value["refused"]) == (0, 1, None)
        assert {each["skill"] for each in value["examples"]} == {f"data/{word}" for word in HELD}
        assert value["spent"]["total"]["calls"] == len(server.received)
        assert re.match(r"at most 12 drafts .* ≈[\d,]+ tokens, ≈ \$\d", done.err)

        # The worktree has one file more, and git nothing but the replies.
        new = {path for path in everything(root) if path not in before}
        file = root / value["program"]
        assert new >= {str(file), str(file.parent)}
        assert all(f"{root}/.skillrepo" in path or "/.git/skillrepo" in path for path in new)
        assert git(root, "status", "--porcelain") == "?? .skillrepo/"

        # Nobody has to trust what lies in a repository.
        git(root, "add", ".")
        git(root, "commit", "-qm", "program")
        brief = ("new", "Sort quillstone papers", "--writer", "model")
        done = run(root, *brief, "--dry-run")
        assert (done.code, done.err) == (0, "")
        assert VAGUE in done.out
        configure(server, value["sha256"])
        done = run(root, *brief)
        assert done.code == 0, done.err
    said = git(root, "log", "-1", "--format=%B", "skill/new/tool")
    assert about("quillstone").partition(".")[0] in said
    assert f"Skill-Program: {value['sha256']}" in said.splitlines()


def test_a_program_that_does_not_fit_is_told_and_not_used(
    root: Path, run: Run, configure: Callable[..., None], git: Git
) -> None:
    data = program(signature="c" * 64).data()
    name = hashlib.sha256(data).hexdigest()
    file = root / "programs/ours/a.json"
    file.parent.mkdir(parents=True)
    file.write_bytes(data)
    git(root, "add", ".")
    git(root, "commit", "-qm", "program")
    brief = ("new", "Sort quillstone papers", "--dry-run")
    with serving(*[planner()] * 40) as server:
        configure(server, name, training="{optimized_programs_dir: programs/ours}")
        done = run(root, *brief, "--writer", "model")
        assert done.code == 0
        assert f"warning: {name[:12]}: the program is refused: it was made for" in done.err
        done = run(root, *brief, "--writer", "model", "--program", str(file))
        assert done.code == 2
        assert "the program is refused: it was made for other signatures" in done.err
        asked = len(server.received)
        done = run(
            root, *brief, "--writer", "model", "--program", str(file), "--force-program", "--json"
        )
        assert done.code == 0
        assert "warning: the program is used by force: it was made for" in done.err
        writes = [each for each in server.received[asked:] if "test_prompts" in each.prompt]
        assert MAGIC in writes[0].prompt
    assert run(root, *brief, "--program", str(file)).code == 2
    assert run(root, *brief, "--writer", "model", "--force-program").code == 2
    missing = run(root, *brief, "--writer", "model", "--program", "none.json")
    assert "none.json cannot be read" in missing.err


def test_what_is_not_better_is_saved_and_refused(
    root: Path, run: Run, configure: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    # The check alone finds nothing wrong with any draft, so every trace is a good one.
    options = ("optimize", "--optimizer", "bootstrap", "--metric", "check", "--max-drafts", "1")
    with serving(*[planner()] * 200) as server:
        configure(server, training="{optimized_programs_dir: programs}")
        done = run(root, *options)
        assert done.code == 1
        assert re.search(rf"^data/{HELD[0]} +1.000 → 1.000  excellent$", done.out, re.MULTILINE)
        assert "1.000 as shipped, 1.000 optimised\n" in done.out
        assert "it will not be used: its gain is +0.000" in done.out
        assert "phase1.analyze_intent: answered, 12 tokens, $0.0000 (so far " in done.err
        asked = len(server.received)
        # The same again, of which less is to be shown.
        configure(server, evaluation="{display_table: false, display_progress: false}")
        done = run(root, *options, "--replay")
        assert (done.code, len(server.received)) == (1, asked)
        assert done.out.startswith("score on 8 of 8 held-out examples: 1.000 as shipped")
        assert "phase1" not in done.err
    (file,) = (root / "programs").iterdir()
    kept = saved.read(file.read_bytes())
    assert kept.measured.pairs == ((1.0, 1.0),) * 8
    assert set(kept.versions) == {"python", "skillrepo", "dspy", "litellm"}
    assert kept.versions["dspy"].startswith("3.")
    assert kept.cost.calls == asked
    assert kept.signature == fingerprint()
    # The hashes are those of what `collect` prints of the sets.
    lines = sorted(run(root, "optimize", "collect").out.splitlines())
    sets = (
        "\n".join(line for line in lines if is_held_out(json.loads(line)["skill"]) is held_out)
        for held_out in (False, True)
    )
    hashes = [hashlib.sha256(each.encode()).hexdigest() for each in sets]
    assert [kept.train, kept.held_out] == hashes


def test_the_cost_is_told_before(root: Path, run: Run, configure: Callable[..., None]) -> None:
    with serving() as server:
        configure(server)
        dry = ("optimize", "--optimizer", "gepa", "--dry-run")
        done = run(root, *dry, "--max-cost", "0.001")
        assert (done.code, done.out) == (0, "")
        assert "≈ $" in done.err
        assert "that may be more than the limit allows" in done.err
        done = run(root, "optimize", "--optimizer", "gepa", "--max-cost", "0.0001")
        assert done.code == 2
        assert "raise it" in done.err
        assert server.received == []
    assert not (root / ".skillrepo").exists()


def test_too_few_examples(root: Path, run: Run, configure: Callable[..., None]) -> None:
    with serving() as server:
        configure(server, training="{gold_skills_path: training/gold.jsonl}")
        (root / "training").mkdir()
        (root / "training/gold.jsonl").write_text("{")
        done = run(root, "optimize")
        assert done.code == 2
        assert "training/gold.jsonl:1: Invalid JSON" in done.err
        configure(server)
        done = run(root, "optimize", "--optimizer", "gepa", "--max-examples", "7")
    assert done.code == 2
    assert "of 10 examples there are 2 to learn from and 7 to measure by" in done.err


def test_a_link_is_not_written_through(
    root: Path, run: Run, configure: Callable[..., None], tmp_path: Path
) -> None:
    (root / ".skillrepo").symlink_to(tmp_path)
    with serving() as server:
        configure(server)
        done = run(root, "optimize", "--optimizer", "gepa")
    assert done.code == 2
    assert ".skillrepo is no folder; move it away" in done.err


SQUASHED = """\
feat(wax-seal): add skill (#7)

## Why

```
Dates a wax seal. Use for letters.

Brief: Date the seals
of letters
```

Co-authored-by: A <a@example.org>"""
NEEDS = "metadata: {requires: bistone pistone}\n"


def test_examples_are_collected_from_history(root: Path, run: Run, git: Git) -> None:
    folder = root / "skills/data/wax-seal"
    (folder / "references").mkdir(parents=True)
    (folder / "references/a.md").write_text("# Wax\n\nRed.\n")
    path = folder / "SKILL.md"
    for version, message in (
        (skill("wax-seal", "Dates a wax seal. Use for letters."), SQUASHED),
        (skill("wax-seal", "Dates wax seals. Use for letters."), "fix(wax-seal): more\n\nSay so."),
        (
            skill("wax-seal", "Dates wax. Use for letters.", "# A\n\n## B\n\nC.\n", NEEDS),
            "fix: last",
        ),
    ):
        path.write_text(version)
        git(root, "add", ".")
        git(root, "commit", "-qm", message)
    (root / "skills/data/broken").mkdir()
    (root / "skills/data/broken/SKILL.md").write_text("---\na: [\n---\n")
    git(root, "add", ".")
    git(root, "commit", "-qm", "broken")
    done = run(root, "optimize", "collect")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert len(lines) == 11
    (found,) = (each for each in gold.read(done.out.encode(), "x") if "wax" in each.skill)
    assert found.skill == "data/wax-seal"
    assert found.inputs.brief == "Date the seals of letters"
    briefs = {each.skill: each.inputs.brief for each in gold.read(done.out.encode(), "x")}
    assert briefs["data/bistone"] == "Sorts bistone papers"
    assert [(each.path, each.text) for each in found.inputs.sources] == [
        ("skills/data/wax-seal/references/a.md", "# Wax\n\nRed.\n")
    ]
    assert "Dates a wax seal." in found.draft
    assert [each.feedback for each in found.changes] == [
        "fix(wax-seal): more\n\nSay so.",
        "fix: last",
    ]
    assert found.changes[-1].text == found.final == path.read_text()
    assert found.outputs["phase1.find_taxonomy"] == {"path": "data"}
    assert found.outputs["phase1.synthesize"]["outline"] == [{"heading": "B", "points": []}]
    assert found.outputs["phase1.synthesize"]["files"] == [
        {"path": "references/a.md", "purpose": ""}
    ]
    assert found.outputs["phase1.analyze_dependencies"] == {
        "prerequisites": ["bistone", "pistone"],
        "complementary": [],
        "conflicts": [],
    }
    assert found.outputs["phase2.generate_content"]["body"].strip() == "# A\n\n## B\n\nC."
    # The same again from a file.
    collect = ("optimize", "collect", "--output", "gold.jsonl")
    (root / "gold.jsonl").write_text("mended by hand")
    refused = run(root, *collect)
    assert (refused.code, refused.out) == (2, "")
    assert "gold.jsonl is there already; give another name, or --force" in refused.err
    assert (root / "gold.jsonl").read_text() == "mended by hand"
    assert run(root, *collect, "--force").out == "wrote 11 examples to gold.jsonl\n"
    assert (root / "gold.jsonl").read_text() == done.out


def test_where_nothing_was_merged_it_is_said(make_repo: MakeRepo, run: Run) -> None:
    empty = make_repo({"taxonomy.yaml": FILES["taxonomy.yaml"]})
    done = run(empty, "optimize", "collect")
    assert (done.code, done.out) == (0, "")
    assert done.err == "there is no merged skill yet that could be an example\n"


def test_what_skillrepo_drafted_tells_its_brief_and_sources(root: Path, run: Run, git: Git) -> None:
    (root / "notes.md").write_text("\ufeff# Wax\r\n\r\nRed wax is for kings.\r\n", newline="")
    git(root, "add", ".")
    git(root, "commit", "-qm", "notes")
    # Long enough to stand on two lines, and with a sentence that says when it is used.
    brief = "Date a seal by its wax, and tell whose it was. Use when a letter has lost its date."
    done = run(root, "new", brief, "--name", "wax", "--at", "data", "--from", "notes.md")
    assert done.code == 0, done.err
    git(root, "merge", "-q", "--ff-only", "skill/new/wax")
    command = ("--writer", "command", "--", sys.executable, REVISER, "involves wax.", "is old.")
    again = (*command[:-2], "is old.", "is old and red.")
    for feedback, program in (
        ("Say that it is old.\nIt is.", command),
        ("Say that it is red.", again),
    ):
        done = run(root, "revise", "wax", feedback, *program)
        assert done.code == 0, done.err
        branch = git(root, "branch", "--list", "--no-merged", "main", "skill/revise/*").strip()
        git(root, "merge", "-q", "--ff-only", branch)
    done = run(root, "optimize", "collect")
    (found,) = (each for each in gold.read(done.out.encode(), "x") if each.skill == "data/wax")
    assert found.inputs.brief == brief
    assert [(each.path, each.text) for each in found.inputs.sources] == [
        ("notes.md", "# Wax\n\nRed wax is for kings.\n")
    ]
    change, short = found.changes
    assert change.feedback == "fix(wax): Say that it is old\n\nSay that it is old.\nIt is."
    assert "involves wax." in found.draft
    assert "is old." in change.text
    assert short.feedback == "fix(wax): Say that it is red"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "gold:1: Invalid JSON"),
        ("[]", "gold:1: Input should be an object"),
        ('{"version": 1}', "gold:1: skill: Field required"),
    ],
)
def test_a_file_that_holds_no_examples(line: str, why: str) -> None:
    with pytest.raises(SkillRepoError) as caught:
        gold.read(line.encode(), "gold")
    assert str(caught.value).startswith(why)
