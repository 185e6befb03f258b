"""Where a person is asked while a model drafts a skill: by a script, and at a real terminal."""

import os
import pty
import re
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Git, MakeRepo
from content_repo import FILES
from openai_server import Reply, Server, fields, serving
from planned import BODY, DESCRIPTION, plan, review, text
from test_program import KEY, PLAN, REQUEST, WRITE

from skillrepo.cli import main
from skillrepo.commands import person
from skillrepo.config import Config
from skillrepo.errors import SkillRepoError
from skillrepo.program.checkpoints import CancelledError, Prompt
from skillrepo.program.recording import Mode, Recordings
from skillrepo.program.writer import ModelWriter

QUESTION = {"question": "Which tool?", "why": "It decides the commands.", "options": ["qpdf", "x"]}
Write = Callable[..., ModelWriter]


class Person:
    """Answers in this order, and remembers what was asked."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked: list[Prompt] = []

    def __call__(self, prompt: Prompt) -> str:
        self.asked.append(prompt)
        return self.answers.pop(0)


@pytest.fixture
def writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    monkeypatch.setenv("TEST_KEY", KEY)

    def _writer(server: Server, ask: Person, mode: Mode = "live") -> ModelWriter:
        entry = {"model": "openai/scripted", "env": "TEST_KEY", "api_base": server.url}
        options = {"models.default": "local", "models.registry": {"local": entry}}
        recordings = Recordings(tmp_path / "replies", mode)
        config = Config.load({}, tmp_path, options)
        return ModelWriter(config, recordings=recordings, ask=ask)

    return _writer


def test_what_is_open_is_asked(writer: Write) -> None:
    script = plan(ambiguities=[QUESTION] * 7, confidence=0.3, alternatives=["writing", "nowhere"])
    ask = Person("qpdf", "x", "", "a", "b", "writing", "proceed", "proceed")
    with serving(*script, WRITE) as server:
        draft = writer(server, ask)(REQUEST)
    # Five questions at most, then the category, the plan, the draft.
    assert [prompt.question for prompt in ask.asked] == [
        *["Which tool?"] * 5,
        "Where does the skill belong?",
        "Is this the plan?",
        "Is this the draft?",
    ]
    first, placed, planned, drafted = ask.asked[0], *ask.asked[5:]
    assert (first.shown, first.options, first.free) == (QUESTION["why"], ("qpdf", "x"), True)
    assert (placed.options, placed.free) == (("data/pdf", "writing"), False)
    assert f"Name: pdf-merge\nCategory: writing\nDescription: {DESCRIPTION}" in planned.shown
    assert "## Steps\n- call qpdf" in planned.shown
    assert BODY in drafted.shown
    assert (draft.category, draft.notes) == ("writing", ())
    assert "Which tool? qpdf\nWhich tool? x" in server.asked("skill_type").prompt
    assert "Which tool? qpdf" in server.asked("assumptions").prompt


def test_a_plan_is_changed_until_it_is_right(writer: Write) -> None:
    other = plan(name="pdf-join")[4]
    ask = Person("change", "Call it join", "proceed", "proceed")
    with serving(*PLAN, other, WRITE) as server:
        draft = writer(server, ask)(REQUEST)
    assert draft.name == "pdf-join"
    prompt = server.received[5].prompt
    assert "Of the plan `pdf-merge` is to be changed: Call it join" in prompt


def test_a_name_that_is_taken_is_asked_for_anew(writer: Write) -> None:
    ask = Person("PDF split", "!", "PDF split", "Join PDFs", "proceed", "proceed")
    request = replace(REQUEST, name=None, taken=frozenset({"pdf-merge", "pdf-split"}))
    with serving(*PLAN, WRITE) as server:
        draft = writer(server, ask)(request)
    assert draft.name == "join-pdfs"
    assert len({prompt.shown for prompt in ask.asked}) == len(ask.asked) == 6
    assert [prompt.shown.splitlines()[-1] for prompt in ask.asked[:4]] == [
        "The model chose the name pdf-merge, which is taken.",
        "This is the name pdf-split, which is taken.",
        "This is a name without letters or digits.",
        "This is the name pdf-split, which is taken.",
    ]
    assert ask.asked[4].shown.startswith("Name: join-pdfs\n")
    with serving() as server:
        assert writer(server, Person(), "replay")(request).name == "join-pdfs"


def test_a_skill_that_does_it_already_is_named_before_the_text_is_paid_for(writer: Write) -> None:
    ask = Person("cancel")
    with serving(*plan(covered_by="data/pdf/split")) as server, pytest.raises(CancelledError):
        writer(server, ask)(REQUEST)
    assert "data/pdf/split may do this already; to change it instead: " in ask.asked[0].shown


def test_a_draft_is_changed_until_it_is_right(writer: Write) -> None:
    better = fields("feedback", description=DESCRIPTION, body="# Better\n\nText.")
    ask = Person("proceed", "change", "Make it better", "proceed")
    with serving(*PLAN, WRITE, better) as server:
        draft = writer(server, ask)(REQUEST)
    assert b"# Better" in draft.files["SKILL.md"]
    assert draft.criteria
    assert draft.cost
    assert draft.cost.calls == 7
    assert "Make it better" in server.received[-1].prompt
    assert "# Better" in ask.asked[-1].shown


@pytest.mark.parametrize(("answers", "calls"), [(("cancel",), 5), (("proceed", "cancel"), 6)])
def test_who_cancels_pays_no_more(writer: Write, answers: Sequence[str], calls: int) -> None:
    with serving(*PLAN, WRITE) as server:
        with pytest.raises(CancelledError, match="--resume goes on from here"):
            writer(server, Person(*answers))(REQUEST)
        assert len(server.received) == calls
    again = Person("proceed", "proceed")
    with serving(WRITE) as server:
        assert writer(server, again, "resume")(REQUEST).name == "pdf-merge"
    # What was answered before is not asked again, and what was paid for not paid again.
    assert len(again.asked) == 3 - len(answers)
    assert len(server.received) == 6 - calls


def test_without_a_person_nobody_is_asked(writer: Write) -> None:
    with serving(*plan(ambiguities=[QUESTION]), WRITE) as server:
        draft = replace(writer(server, Person()), ask=None)(REQUEST)
    assert draft.notes[0] == "Not asked: Which tool? Taken: qpdf."
    # What the commit says was taken for granted is what the model was told to take.
    told = "Which tool? Nobody was asked; taken for granted: qpdf"
    assert told in server.asked("assumptions").prompt
    assert told in server.asked("skill_type").prompt


ONE = ("proceed", "change")


@pytest.mark.parametrize(
    ("typed", "prompt", "answer"),
    [
        ("\n", Prompt("\x1b[2Jshown", "What?", ONE), "proceed"),
        ("2\n", Prompt("", "What?", ONE), "change"),
        ("ch\n", Prompt("", "What?", ONE), "change"),
        ("nothing\n9\n1\n", Prompt("", "What?", ONE), "proceed"),
        ("other\n", Prompt("", "What?", ("one", "two"), free=True), "other"),
        ("in my words\n", Prompt("", "What?"), "in my words"),
        ("proceed\n", Prompt("", "What?", ("proceed", "proceed more")), "proceed"),
    ],
)
def test_answers_at_a_terminal(
    typed: str,
    prompt: Prompt,
    answer: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    lines = iter(typed.splitlines())
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: next(lines))
    assert person.ask(prompt) == answer
    assert "\x1b" not in capfd.readouterr().err


def test_the_end_of_the_input_cancels(monkeypatch: pytest.MonkeyPatch) -> None:
    def end(_: str) -> str:
        raise EOFError

    monkeypatch.setattr("click.termui.visible_prompt_func", end)
    with pytest.raises(CancelledError):
        person.ask(Prompt("", "What?"))


def test_without_a_terminal_it_is_refused() -> None:
    with pytest.raises(SkillRepoError, match="--interactive needs a terminal"):
        person.refuse_without_terminal()


def talk(
    root: Path, typed: Sequence[tuple[str, str]], monkeypatch: pytest.MonkeyPatch, *words: str
) -> tuple[int, str]:
    """Run a command at a terminal, and type each answer after what it is an answer to.

    In this process, since another one would import LiteLLM again; its terminal is a real one.
    """
    monkeypatch.chdir(root)
    ours, theirs = pty.openpty()
    said: list[str] = []

    def read() -> str:
        try:
            said.append(os.read(ours, 1 << 16).decode(errors="replace"))
        except OSError:
            return ""  # Linux's word for the end of a terminal
        return said[-1]

    def answer() -> None:
        rest = ""
        for cue, typing in typed:
            while cue not in rest:
                rest += read()
            rest = rest.partition(cue)[2]
            os.write(ours, f"{typing}\n".encode())
        while read():
            pass

    with ExitStack() as stack, monkeypatch.context() as patch:
        for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
            stream = open(os.dup(theirs), mode)  # noqa: PTH123, SIM115 - a descriptor; the stack has it
            patch.setattr(sys, name, stack.enter_context(stream))
        typist = threading.Thread(target=answer, daemon=True)
        typist.start()
        code = main(words)
    os.close(theirs)
    typist.join()
    os.close(ours)
    return code, "".join(said)


def test_a_whole_talk(
    make_repo: MakeRepo, git: Git, git_env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_repo(FILES)
    config = git_env / ".config/skillrepo/config.yaml"
    config.parent.mkdir(parents=True)
    about = "Merges PDF files. Use when PDF files are to become one."
    planned = plan(path="data", description=about, ambiguities=[QUESTION])
    changed = fields("feedback", description=about, body="# Merging\n\nRun `pdfunite`, then look.")
    script: list[Reply] = [*planned, text(body="# Merging\n\nRun `pdfunite`."), review(), changed]
    with serving(*script) as server:
        entry = f"{{model: openai/scripted, env: HOME, api_base: '{server.url}'}}"
        config.write_text(f"models: {{default: local, registry: {{local: {entry}}}}}\n")
        code, said = talk(
            root,
            [
                ("Which tool?", "pdfunite"),
                ("Is this the plan?", ""),
                ("Is this the draft?", "p"),
                ("Take it?", "2"),
                ("What is to be changed?", "Say that one has to look"),
                ("Take it?", "1"),
            ],
            monkeypatch,
            *("new", "Merge PDF files", "--writer", "model", "-i"),
        )
    assert code == 0, said
    assert re.search(r"committed \w{12} on skill/new/pdf-merge", said)
    assert "then look" in git(root, "show", "skill/new/pdf-merge:skills/data/pdf-merge/SKILL.md")
    assert "Which tool? pdfunite" in server.asked("assumptions").prompt
