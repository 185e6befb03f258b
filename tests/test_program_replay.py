"""Replies are recorded, replayed and paid for once: the model writer over real HTTP."""

import json
import pickle
import stat
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
from openai_server import HELD, Reply, Server, chat, failure, serving
from planned import BODY, text
from test_program import KEY, PLAN, REQUEST, WRITE

from skillrepo.config import Config
from skillrepo.draft import Draft, Source
from skillrepo.errors import SkillRepoError, WriterFailed
from skillrepo.program.account import Account, BudgetSpentError, Event, Limits, Spent
from skillrepo.program.recording import Mode, Recordings
from skillrepo.program.writer import ModelWriter

Write = Callable[..., ModelWriter]
_REPLY = {
    "version": 1,
    "text": "",
    "finish": "stop",
    "input_tokens": 1,
    "output_tokens": 1,
    "dropped": [],
}
# openai/gpt-4o-mini in the list that LiteLLM ships, in US dollars for a token.
SHOWN, GIVEN = 0.15e-6, 0.6e-6


@pytest.fixture
def writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """A writer of a model with a known price, which records in `replies`."""
    monkeypatch.setenv("TEST_KEY", KEY)

    def _writer(
        server: Server | None = None,
        mode: Mode = "live",
        account: Account | None = None,
        model: str = "openai/gpt-4o-mini",
        **settings: float,
    ) -> ModelWriter:
        address = server.url if server else "http://127.0.0.1:9/v1"
        entry = {
            "model": model,
            "env": "TEST_KEY",
            "api_base": address,
            "num_retries": 0,
            "parameters": {"max_tokens": 1_000},
            **settings,
        }
        options = {"models.default": "local", "models.registry": {"local": entry}}
        config = Config.load({}, tmp_path, options)
        recordings = Recordings(tmp_path / "replies", mode)
        return ModelWriter(config, account=account or Account(), recordings=recordings)

    return _writer


@pytest.fixture
def interval() -> Iterator[None]:
    """Threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def said(text: str, prompt: int | None, completion: int | None) -> Reply:
    """A completion with these numbers of tokens; without them, no usage at all."""
    reply = json.loads(chat(text).body)
    del reply["usage"]
    if prompt is not None and completion is not None:
        counts = {"prompt_tokens": prompt, "completion_tokens": completion}
        reply["usage"] = {**counts, "total_tokens": prompt + completion}
    return Reply(200, json.dumps(reply).encode())


def text_of(reply: Reply) -> str:
    return str(json.loads(reply.body)["choices"][0]["message"]["content"])


def counted(prompt: int | None, completion: int | None) -> list[Reply]:
    """The replies to all requests of a draft, each with these numbers of tokens."""
    script = (*PLAN, WRITE)
    return [replace(said(text_of(each), prompt, completion), when=each.when) for each in script]


def test_a_replay_makes_no_call_and_gives_the_same_draft(
    writer: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = failure(400, "Unsupported parameter: 'max_tokens' is not supported.")
    with serving(refusal, *PLAN, WRITE) as server:
        draft = writer(server)(REQUEST)
    assert len(server.received) == 7
    account = Account()
    # Who asks nobody needs no key.
    monkeypatch.delenv("TEST_KEY")
    again = writer(server, "replay", account)(REQUEST)
    assert again == draft
    assert any("does not take max_tokens" in note for note in draft.notes)
    assert len(server.received) == 7
    assert account.total == Spent(replayed=6)


def test_a_recording_holds_the_reply_alone(writer: Write, tmp_path: Path) -> None:
    echo = text(body=f"{BODY}\n\nSet the key {KEY}.")
    with serving(*PLAN, echo) as server:
        draft = writer(server)(REQUEST)
    files = list((tmp_path / "replies").iterdir())
    assert len(files) == 6
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        for secret in (KEY, REQUEST.brief, server.url, "qpdf.md"):
            assert secret not in file.read_text()
    assert b"Set the key ***." in draft.files["SKILL.md"]


def test_what_was_paid_for_is_not_paid_again(writer: Write) -> None:
    with serving(*PLAN, failure(503, "down")) as server, pytest.raises(WriterFailed):
        writer(server)(REQUEST)
    account = Account()
    with serving(WRITE) as server:
        draft = writer(server, "resume", account)(REQUEST)
    assert len(server.received) == 1
    assert draft.name == "pdf-merge"
    assert (account.total.calls, account.total.replayed) == (1, 5)


def test_a_reply_of_no_use_is_recorded_too(writer: Write) -> None:
    script = (*PLAN, chat("no form"), chat("none either"))
    with serving(*script) as server, pytest.raises(WriterFailed) as live:
        writer(server)(REQUEST)
    with pytest.raises(WriterFailed) as replayed:
        writer(None, "replay")(REQUEST)
    assert str(replayed.value) == str(live.value)
    assert replayed.value.kept == live.value.kept


def test_what_was_of_no_use_is_tried_again(writer: Write) -> None:
    """Else `--resume` would end for ever where the run before it did."""
    for wrong, right in ((chat(""), WRITE), (chat("no form"), text("json"))):
        script = (*PLAN, chat("no form"), wrong) if wrong.body != chat("").body else (*PLAN, wrong)
        with serving(*script) as server, pytest.raises(WriterFailed):
            writer(server)(REQUEST)
        with serving(replace(right, when="")) as server:
            draft = writer(server, "resume")(REQUEST)
        assert len(server.received) == 1
        with serving() as server:
            assert writer(server, "resume")(REQUEST) == draft
        assert writer(None, "replay")(REQUEST) == draft


def test_a_replay_fails_where_the_run_did(writer: Write) -> None:
    """A request that was too long, and a review that nobody made."""
    long = Source("a.md", "".join(f"# {n}\n\n{'x' * 900}\n\n" for n in range(20)), "2" * 64)
    asked = replace(REQUEST, sources=(long,))
    too_long = failure(400, "too long", "context_length_exceeded")
    with serving(
        replace(too_long, when="ambiguities"), *PLAN, WRITE, failure(503, "down")
    ) as server:
        draft = writer(server)(asked)
        with pytest.raises(WriterFailed) as live:
            writer(server).review(asked, draft)
    assert any(" for the plan, " in note for note in draft.notes)
    assert writer(None, "replay")(asked) == draft
    with pytest.raises(WriterFailed) as replayed:
        writer(None, "replay").review(asked, draft)
    assert str(replayed.value) == str(live.value)
    # A failure takes nothing away that was paid for.
    with serving(failure(503, "down")) as server, pytest.raises(WriterFailed):
        writer(server)(asked)
    assert writer(None, "replay")(asked) == draft


def test_the_same_request_again_has_a_reply_of_its_own(writer: Write) -> None:
    def both(write: ModelWriter) -> list[Draft]:
        return [write(REQUEST), write(REQUEST)]

    with serving(*PLAN, WRITE, *PLAN, text(body="# Another\n\nText.")) as server:
        drafts = both(writer(server))
    assert drafts[0].files != drafts[1].files
    assert both(writer(None, "replay")) == drafts


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "--replay: there is no recording of this request: brief, sources,"),
        ("{}", "is no recording ('version'); remove it"),
        ("[1", "is no recording ("),
        ('{"version": 99}', "is no recording (of version 99); remove it"),
        ("[" * 100_000, "is no recording (maximum recursion depth exceeded"),
        (
            json.dumps({**_REPLY, "input_tokens": -9}),
            "is no recording (its tokens are no numbers); remove it",
        ),
    ],
)
def test_a_recording_that_cannot_be_used(
    writer: Write, tmp_path: Path, text: str | None, message: str
) -> None:
    with serving(*PLAN, WRITE) as server:
        writer(server)(REQUEST)
    for file in (tmp_path / "replies").iterdir():
        file.unlink() if text is None else file.write_text(text)
    with pytest.raises(SkillRepoError) as caught:
        writer(None, "replay")(REQUEST)
    assert message in str(caught.value)


def test_a_folder_that_cannot_be_written_loses_no_reply(writer: Write, tmp_path: Path) -> None:
    (tmp_path / "replies").write_text("in the way")
    with serving(*PLAN, WRITE) as server:
        assert writer(server)(REQUEST).name == "pdf-merge"


def test_each_step_is_accounted_for(writer: Write) -> None:
    events: list[Event] = []
    account = Account(say=events.append)
    with serving(*counted(700, 90)) as server:
        draft = writer(server, account=account)(REQUEST)
    assert next(iter(account.steps)) == "phase1.gather_requirements"
    assert list(account.steps)[-2:] == ["phase1.synthesize", "phase2.generate_content"]
    step = account.steps["phase1.synthesize"]
    assert (step.calls, step.input_tokens, step.output_tokens) == (1, 700, 90)
    assert not step.estimated
    assert step.cost == pytest.approx(700 * SHOWN + 90 * GIVEN)
    assert account.total.tokens == 6 * 790
    assert account.total.cost == pytest.approx(6 * (700 * SHOWN + 90 * GIVEN))
    assert Counter(event.kind for event in events) == {"asked": 6, "answered": 6}
    assert events[-1].total == account.total
    assert draft.cost
    assert (draft.cost.calls, draft.cost.input_tokens, draft.cost.output_tokens) == (6, 4_200, 540)
    assert draft.cost.dollars == pytest.approx(account.total.cost)


def test_tokens_that_a_provider_does_not_count_are_estimated(writer: Write) -> None:
    account = Account()
    with serving(*counted(None, None)) as server:
        writer(server, account=account)(REQUEST)
    step = account.steps["phase2.generate_content"]
    messages = server.asked("test_prompts").body["messages"]
    assert step.estimated
    assert step.input_tokens == sum(-(-len(each["content"]) // 4) for each in messages)
    assert step.output_tokens == -(-len(text_of(WRITE)) // 4)


def test_the_price_of_an_unknown_model_is_not_known(writer: Write) -> None:
    account = Account()
    with serving(*PLAN, WRITE) as server:
        writer(server, account=account, model="openai/scripted")(REQUEST)
    assert account.total.cost is None
    assert account.total.tokens == 6 * 12


@pytest.mark.parametrize(
    ("limits", "model", "calls", "message"),
    [
        (Limits(cost=0.0), "openai/gpt-4o-mini", 0, "of --max-cost 0 there are $0.0000 spent"),
        (Limits(cost=0.0009), "openai/gpt-4o-mini", 1, "may cost up to $0.0"),
        (Limits(cost=9.0), "openai/scripted", 0, "give --max-tokens instead"),
        (Limits(tokens=1_000), "openai/scripted", 0, "of --max-tokens 1000 there are 0 spent"),
        (Limits(tokens=9_000), "openai/scripted", 4, "may take up to 2,"),
    ],
)
def test_a_budget_is_kept_before_the_call(
    writer: Write, limits: Limits, model: str, calls: int, message: str
) -> None:
    with serving(*counted(1_800, 100)) as server:
        with pytest.raises(SkillRepoError) as caught:
            writer(server, account=Account(limits), model=model)(REQUEST)
        assert len(server.received) == calls
    assert message in str(caught.value)


def test_a_budget_that_suffices(writer: Write) -> None:
    account = Account(Limits(cost=0.01, tokens=20_000))
    with serving(*PLAN, WRITE) as server:
        writer(server, account=account)(REQUEST)
    assert account.total.calls == 6


def test_failed_calls_cost_nothing(writer: Write) -> None:
    account = Account(Limits(tokens=20_000))
    with serving(failure(401, "no")) as server, pytest.raises(SkillRepoError):
        writer(server, account=account)(REQUEST)
    assert account.total == Spent()
    with serving(*PLAN, WRITE) as server:
        writer(server, account=account)(REQUEST)
    assert account.total.calls == 6


def test_a_call_that_may_be_charged_is_booked_and_its_retry_needs_room(writer: Write) -> None:
    account = Account(Limits(tokens=2_900))
    with serving(HELD, *PLAN) as server, pytest.raises(BudgetSpentError, match="may take up to"):
        writer(server, account=account, timeout=0.2, num_retries=9)(REQUEST)
    assert len(server.received) == 1
    # At the most that it may have cost.
    assert account.total.calls == 1
    assert 1_000 < account.total.tokens < 2_900
    assert account.total.estimated


def test_no_thread_finds_room_between_what_is_reserved_and_what_is_spent(
    interval: None,  # noqa: ARG001
) -> None:
    def work(account: Account) -> None:
        with suppress(BudgetSpentError):
            while True:
                account.settle(account.reserve("s", "m", Spent(1, 1)), "s", "m", Spent(1, 1))

    for _ in range(20):
        account = Account(Limits(tokens=400))
        threads = [Thread(target=work, args=(account,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert account.total.tokens == 400


def test_calls_at_once_cannot_outrun_a_budget() -> None:
    account = Account(Limits(tokens=100))
    ticket = account.reserve("one", "m", Spent(1, 40, 20))
    why = "may take up to 60 tokens, .* 0 spent, and up to 60 by calls that are under way: raise it"
    with pytest.raises(BudgetSpentError, match=why):
        account.reserve("two", "m", Spent(1, 40, 20))
    account.settle(ticket, "one", "m", Spent(1, 10, 10))
    account.reserve("two", "m", Spent(1, 40, 20))


def test_a_writer_can_be_sent_to_another_machine(writer: Write) -> None:
    with serving(*PLAN, WRITE) as server:
        sent = pickle.loads(pickle.dumps(writer(server)))  # noqa: S301 - our own
        assert sent(REQUEST).name == "pdf-merge"
