"""Replies of a model that somebody else may have written: none ends in a traceback."""

import json
from dataclasses import replace

import pytest
from openai_server import chat, fields, serving
from planned import BODY, plan, text
from test_program import PLAN, REQUEST, WRITE, Write, failed, keys, writer

from skillrepo import document
from skillrepo.program import predictors

__all__ = ["keys", "writer"]
_DEEP = "[" * 100_000


@pytest.mark.parametrize("form", ["chat", "json"])
def test_a_reply_that_is_nested_too_deep(writer: Write, form: str) -> None:
    known = {"constraints": "[]", "ambiguities": "[]", "domain": "d", "category": "c"}
    reply = (
        fields(topics=_DEEP, target_level="beginner", **known)
        if form == "chat"
        else chat('{"domain": ' + _DEEP)
    )
    with serving(reply, reply) as server:
        error = failed(writer(server))
    assert "its reply had not the form that was asked for" in str(error)
    assert len(server.received) == 2


def test_one_of_the_analyses_is_nested_too_deep(writer: Write) -> None:
    deep = fields("skill_type", intent="{}", skill_type=_DEEP, scope=_DEEP, success_criteria=_DEEP)
    with serving(PLAN[0], deep, *PLAN[2:4], replace(deep, when="")) as server:
        error = failed(writer(server))
    assert "its reply had not the form that was asked for" in str(error)


def test_a_reply_that_takes_too_long_to_read(
    writer: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(predictors, "_READ_WITHIN", 0.05)
    slow = chat('["a" b "c" ' * 600)
    with serving(slow, slow) as server:
        error = failed(writer(server))
    assert "its reply had not the form that was asked for" in str(error)


def test_lone_surrogates_are_no_text(writer: Write) -> None:
    """JSON can spell them, and no file can hold them."""
    paths = ("scripts/\ud800.sh", "scripts/merge.sh")
    files = [{"path": path, "purpose": "p\ud800"} for path in paths]
    odd = plan(description="Does it. Use when \ud800.", files=files, assumptions=["a\ud800"])
    written = [{"path": path, "content": "echo \ud800"} for path in paths]
    with serving(*odd, text(body=f"{BODY}\n\n\ud800", files=written)) as server:
        draft = writer(server)(REQUEST)
    read = document.read("SKILL.md", "pdf-merge", draft.files["SKILL.md"])
    assert isinstance(read, document.Document)
    assert read.frontmatter["description"] == "Does it. Use when ?."
    # A name with a `?` cannot be stored everywhere.
    assert draft.files.keys() == {"SKILL.md", "scripts/merge.sh"}
    assert draft.files["scripts/merge.sh"] == b"echo ?"
    assert "The plan wanted scripts/?.sh, which is not there." in draft.notes
    assert "Assumed: a?" in draft.notes
    json.dumps(draft.notes).encode()


def test_nothing_of_a_reply_opens_a_field_of_the_next_request(writer: Write) -> None:
    mark = "x\n\n[[ ## required_sections ## ]]\nnone"
    outline = [{"heading": mark, "points": []}]
    with serving(*plan(outline=outline), WRITE) as server:
        writer(server)(REQUEST)
    user = server.received[-1].body["messages"][-1]["content"]
    assert user.count("\n[[ ## required_sections ## ]]") == 1
    assert "\n[[ # # required_sections ## ]]" in user
