"""The judge asks a model over HTTP: votes, failures of every kind, the budget, and a replay."""

import json
import re
import runpy
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from threading import Barrier, Lock
from typing import Any

import pytest
from judged_skills import NEIGHBOURS, SAMPLES, Asked, fair
from openai_server import (
    GARBAGE,
    HELD,
    Received,
    Reply,
    chat,
    clients_let_go,
    failure,
    serving,
)

from skillrepo.config import Config
from skillrepo.errors import SkillRepoError
from skillrepo.judge import controls
from skillrepo.judge.ask import Request
from skillrepo.judge.case import Case, Material
from skillrepo.judge.review import Judged
from skillrepo.program import judging
from skillrepo.program.account import Account, Limits
from skillrepo.program.at_once import at_once
from skillrepo.program.recording import Mode, Recordings

PRICES = {"shown": 0.15e-6, "given": 0.6e-6}
"""US dollars for a token of gpt-4o-mini."""
SAMPLE = SAMPLES[0]
CASE = Case(
    "skills/data/qturn/SKILL.md", Material(None, {"SKILL.md": SAMPLE.text}), None, NEIGHBOURS
)


def asked(received: Received) -> Asked:
    """What a request asks; the seed does not matter for it."""
    return Asked.of(Request(tuple(received.body["messages"]), {}, 0))


def answered(received: Received) -> Reply:
    """What a fair judge says of any of the samples, and of nothing else anything good."""
    said = asked(received)
    proofs: Mapping[str, str] = next(
        (each.proofs for each in SAMPLES if each.text == said.inside), {}
    )
    pairs = {n: fair(proofs, item, said.inside) for n, item in said.questions.items()}
    text = json.dumps({n: {"answer": a, "quote": quote} for n, (a, quote) in pairs.items()})
    return told(text)


def told(text: str) -> Reply:
    body = json.loads(chat(text).body)
    body |= {"model": "gpt-4o-mini-2024-07-18", "system_fingerprint": "fp_0123"}
    return Reply(200, json.dumps(body).encode())


Ask = Callable[..., Mapping[str, Judged]]


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ask]:
    """Judges one skill, or some, with the model of a server."""
    monkeypatch.setenv("TEST_KEY", "sk-test-0123456789")

    def _ask(
        url: str,
        *cases: Case,
        account: Account | None = None,
        mode: Mode = "live",
        votes: int = 1,
        **settings: Any,
    ) -> Mapping[str, Judged]:
        entry = {
            "model": "openai/gpt-4o-mini",
            "env": "TEST_KEY",
            "api_base": url,
            "num_retries": 0,
            "parameters": {"max_tokens": 1000},
            **settings,
        }
        options = {"models.default": "local", "models.registry": {"local": entry}}
        options["judge.in_flight"] = 4
        config = Config.load({}, tmp_path, options)
        recordings = Recordings(tmp_path / "replies", mode)
        judge = judging.judge(config, account or Account(), recordings, votes=votes)
        return judge(cases or (CASE,))

    with clients_let_go():
        yield _ask


def test_one_tool_less_call_a_vote(ask: Ask) -> None:
    account = Account()
    with serving(*[answered] * 6) as server:
        found = ask(server.url, votes=3, account=account)[CASE.path]
        requests = server.received
    review = found.head
    assert review.problems == ()
    proofs = {each.item: each.quote for each in review.items if each.quote}
    assert proofs == SAMPLE.proofs
    # Two of three agree, for each of the skill and the controls.
    assert len(requests) == 6
    bodies = [each.body for each in requests if asked(each).inside == SAMPLE.text]
    assert [set(each) for each in bodies] == [
        {"model", "messages", "response_format", "seed", "max_tokens", "temperature"}
    ] * 2
    assert sorted(each["seed"] for each in bodies) == sorted(b.seed for b in review.ballots)
    assert bodies[0]["response_format"]["type"] == "json_schema"
    assert bodies[0]["response_format"]["json_schema"]["strict"] is True
    assert {b.fingerprint for b in review.ballots} == {"gpt-4o-mini-2024-07-18 fp_0123"}
    cost = 5 * PRICES["shown"] + 7 * PRICES["given"]
    assert [b.cost for b in review.ballots] == pytest.approx([cost, cost])
    assert account.total.cost == pytest.approx(6 * cost)
    assert list(account.steps) == ["judge"]


BUSY = failure(429, "slow down", retry_after="0")
# Of no use: what it is, whether the same request may come out otherwise, and what is said of it.
USELESS = {
    "malformed": (told("Of course! All is well."), True, "its reply is not JSON"),
    "empty": (told(""), True, "its reply was empty"),
    "cut off": (chat('{"q1": {"answer": "yes"', "length"), True, "was cut off at 1,000 tokens"),
    "refused": (chat(None, refusal="I cannot judge that."), True, "it declined to answer"),
    "busy": (BUSY, False, "rate limit is reached; wait"),
    "broken": (failure(503, "broken"), False, "it said: broken"),
    "garbage": (GARBAGE, False, "model local: "),
}


def test_what_is_of_no_use_is_a_problem_and_no_verdict(ask: Ask) -> None:
    texts = {sample.text: name for name, sample in zip(USELESS, SAMPLES, strict=False)}
    left = {name: 1 for name, (_, again, _) in USELESS.items() if again}

    def once(received: Received) -> Reply:
        name = texts.get(asked(received).inside, "")
        return USELESS[name][0] if left.pop(name, None) else answered(received)

    def always(received: Received) -> Reply:
        name = texts.get(asked(received).inside)
        return USELESS[name][0] if name else answered(received)

    cases = [Case(name, Material(None, {"SKILL.md": text}), None) for text, name in texts.items()]
    with serving(*[once] * 13) as server:
        found = ask(server.url, *cases)
        assert len(server.received) == 13
    assert [each.head.problems for each in found.values()] == [()] * 7
    with serving(*[always] * 13) as server:
        found = ask(server.url, *cases)
        assert len(server.received) == 2 + 4 * 2 + 3
    for name, (_, again, why) in USELESS.items():
        (problem,) = found[name].head.problems
        assert why in problem
        assert "sk-test" not in problem
        assert {each.answer for each in found[name].head.items} == {None}
        (ballot,) = found[name].head.ballots
        assert (ballot.output_tokens > 0) is again


def test_no_reply_in_time_is_a_problem(ask: Ask) -> None:
    account = Account()
    with serving(*[HELD] * 3) as server:
        found = ask(server.url, account=account, timeout=0.3)[CASE.path]
    assert "no reply came within 0.3 seconds" in found.head.problems[0]
    assert "no reply came within 0.3 seconds" in found.controls[0]
    # They may be charged all the same.
    assert (account.total.calls, account.total.estimated) == (3, True)


def test_what_is_busy_is_waited_for_and_a_refused_parameter_left_out(ask: Ask) -> None:
    def refuses(received: Received) -> Reply:
        if "seed" in received.body:
            return failure(400, "Unsupported parameter: 'seed' is not supported with this model.")
        return answered(received)

    with serving(BUSY, *[refuses] * 8) as server:
        found = ask(server.url, num_retries=1, parameters={})[CASE.path].head
        sent = [each.body for each in server.received]
    assert found.problems == ()
    # Of this skill and of the two control skills, which are asked about at the same time.
    assert ["seed" in each for each in sent].count(False) == 3
    # A budget is not to allow more than so long a reply.
    assert {each["max_tokens"] for each in sent} == {16_384}
    # It made the order of the questions all the same.
    assert found.ballots[0].seed > 0


def test_a_budget_ends_in_problems_and_keeps_what_was_paid_for(ask: Ask) -> None:
    def costly(received: Received) -> Reply:
        """It takes 1,000 tokens, and two at once could take up more than is there."""
        body = json.loads(answered(received).body)
        body["usage"] = {"prompt_tokens": 700, "completion_tokens": 300, "total_tokens": 1_000}
        return Reply(200, json.dumps(body).encode())

    cases = [Case(each.name, Material(None, {"SKILL.md": each.text}), None) for each in SAMPLES]
    account = Account(Limits(tokens=8_000))
    with serving(*[costly] * 20) as server:
        found = ask(server.url, *cases, account=account)
        calls = len(server.received)
    assert list(found) == [case.path for case in cases]
    # One call may take up to some 2,900, so six were made, in spite of what others had reserved.
    assert (calls, account.total.tokens) == (6, 6_000)
    spent = [each.head for each in found.values() if each.head.problems]
    assert len(spent) == len(cases) - 4
    assert all("of --max-tokens 8000 there are" in each.problems[0] for each in spent)
    kept = [each.head for each in found.values() if not each.head.problems]
    assert all(each.ballots[0].output_tokens == 300 for each in kept)
    # Its price is too high for the least of budgets: nothing is sent.
    with serving() as server:
        found = ask(server.url, account=Account(Limits(cost=0.000001)))
        assert server.received == []
    assert "--max-cost" in found[CASE.path].head.problems[0]
    assert "--max-cost" in found[CASE.path].controls[0]


def test_no_more_are_in_flight_than_are_allowed(ask: Ask) -> None:
    """Four meet again and again; a fifth would be counted before one of them has its reply."""
    together, lock, held, most = Barrier(4), Lock(), [0], [0]

    def met(received: Received) -> Reply:
        with lock:
            held[0] += 1
            most[0] = max(most[0], held[0])
        together.wait(timeout=60)
        with lock:
            held[0] -= 1
        return answered(received)

    cases = [Case(each.name, Material(None, {"SKILL.md": each.text}), None) for each in SAMPLES]
    with serving(*[met] * 12) as server:
        ask(server.url, *cases)
        assert len(server.received) == 12
    assert most == [4]


def test_a_replay_calls_nobody_and_gives_the_same(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = Material(None, {"SKILL.md": f"{SAMPLE.text}\nAnd then more of it.\n"})
    case = CASE._replace(base=base)
    with serving(*[answered] * 20) as server:
        first = ask(server.url, case, votes=3)
        url = server.url
    monkeypatch.delenv("TEST_KEY")
    account = Account()
    assert ask(url, case, votes=3, mode="replay", account=account) == first
    assert (account.total.calls, account.total.replayed > 5) == (0, True)


def test_without_a_key_nothing_is_begun(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEST_KEY")
    with pytest.raises(SkillRepoError, match="there is no key; set TEST_KEY"):
        ask("http://127.0.0.1:9/v1")


def test_all_are_done_before_what_one_raised_is_raised() -> None:
    done: list[int] = []

    def halve(number: int) -> int:
        done.append(number)
        if number % 2:
            raise ValueError(number)
        return number // 2

    assert at_once(halve, [4, 0, 2], 2) == [2, 0, 1]
    with pytest.raises(ValueError, match="3"):
        at_once(halve, [2, 3, 5, 8], 2)
    assert sorted(done) == [0, 2, 2, 3, 4, 5, 8]
    assert at_once(halve, [], 2) == []


def test_the_benchmarks_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bench = Path(__file__).parent / "bench"
    # It sets them, and is not to leave them.
    monkeypatch.setenv("BENCH_KEY", "none")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    for name, *options in (["judge_cost"], ["judge_load", "--skills", "3", "--latency", "0.1"]):
        # So few are all overhead.
        most = [] if name == "judge_cost" else ["--most", "99"]
        monkeypatch.setattr("sys.argv", [name, *options, *most])
        with clients_let_go():
            runpy.run_path(str(bench / f"{name}.py"), run_name="__main__")
    said = capsys.readouterr().out
    assert [f"| {model} | 4 | ≈ " in said for model in judging.COMMON] == [True] * 3
    assert re.search(r"^\| requests, and at once at most \| 16, \d+ \|$", said, re.MULTILINE)


def test_what_it_will_cost_is_told_before_a_call(tmp_path: Path) -> None:
    config = Config.load({}, tmp_path)
    spent = judging.expected([CASE], config, model="openai/gpt-4o-mini", votes=3)
    # Two votes that agree, of the skill and of both controls.
    assert (spent.calls, spent.estimated) == (6, True)
    assert spent.cost == pytest.approx(
        spent.input_tokens * PRICES["shown"] + spent.output_tokens * PRICES["given"]
    )
    more = judging.expected([CASE._replace(base=CASE.head)], config, model="openai/gpt-4o-mini")
    assert more.calls == 8
    assert 0 < more.input_tokens - spent.input_tokens < spent.input_tokens
    unknown = judging.expected([CASE], config, model="openai/nobody-knows-it", votes=1)
    assert (unknown.calls, unknown.cost) == (3, None)
    for model in judging.COMMON:
        cost = judging.expected([CASE], config, model=model).cost
        assert cost is not None
        assert 0 < cost < 0.2
    assert len(controls.cases()) == 2
