"""What a scripted model answers to the questions of the program, each by a field it asks for."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from openai_server import Received, Reply, chat, fields

DESCRIPTION = "Merge PDF files: with qpdf. Use when PDFs are to be one."
OUTLINE = [{"heading": "Steps", "points": ["call qpdf", "check the pages"]}]
BODY = "# Merge PDF files\n\n## Steps\n\n```sh\nqpdf --empty --pages a.pdf -- o.pdf\n```"

_ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "ambiguities": {
        "domain": "documents",
        "category": "merging",
        "target_level": "beginner",
        "topics": ["qpdf", "pages", "order"],
        "constraints": [],
        "ambiguities": [],
    },
    "skill_type": {
        "intent": {"purpose": "merge", "problem": "loose", "audience": "agents", "value": "one"},
        "skill_type": "how_to",
        "scope": {"inside": ["merging"], "outside": ["splitting"]},
        "success_criteria": ["the order is told"],
    },
    "new_directories": {
        "path": "data/pdf",
        "alternatives": ["writing"],
        "rationale": "It is about PDF.",
        "new_directories": [],
        "confidence": 0.9,
        "covered_by": "",
    },
    "complementary": {
        "analysis": "none",
        "prerequisites": [],
        "complementary": [],
        "missing": [],
        "conflicts": [],
    },
    "assumptions": {
        "name": "pdf-merge",
        "description": DESCRIPTION,
        "outline": OUTLINE,
        "files": [],
        "generation_instructions": "",
        "success_criteria": ["The order of the pages is told."],
        "length": "short",
        "assumptions": [],
    },
}


def plan(form: str = "chat", **other: Any) -> tuple[Reply, ...]:
    """The replies to the questions of a plan; `other` are fields with other values."""
    return tuple(
        _reply(form, asked, {**answer, **{k: v for k, v in other.items() if k in answer}})
        for asked, answer in _ANSWERS.items()
    )


def answer(received: Received, **other: Any) -> Reply:
    """The reply to whichever request of a draft this is."""
    script = (*plan(**other), text(), review(), refined())
    return next(each for each in script if f"[[ ## {each.when} ## ]]" in received.prompt)


def text(form: str = "chat", body: str = BODY, **other: Any) -> Reply:
    """The reply to the request for the text."""
    answer = {"body": body, "files": [], "test_prompts": [], **other}
    return _reply(form, "test_prompts", answer)


def refined(form: str = "chat") -> Reply:
    """The reply to the request to mend a draft: the same text again."""
    return _reply(form, "findings", {"description": DESCRIPTION, "body": BODY, "files": []})


def review(form: str = "chat", *, met: bool = True, points: tuple[str, ...] = ()) -> Reply:
    """The reply to the request for a review."""
    verdict = {"criterion": "The order of the pages is told.", "met": met, "evidence": "no order"}
    return _reply(form, "open_points", {"verdicts": [verdict], "open_points": list(points)})


def _reply(form: str, asked: str, answer: Mapping[str, Any]) -> Reply:
    if form == "json":
        return replace(chat(json.dumps(answer)), when=asked)
    if form == "xml":
        inner = "\n".join(f"<{name}>{_xml(value)}</{name}>" for name, value in answer.items())
        return replace(chat(inner), when=asked)
    written = {name: v if isinstance(v, str) else json.dumps(v) for name, v in answer.items()}
    return fields(asked, **written)


def _xml(value: Any) -> str:
    if isinstance(value, list):
        return "".join(f"<item>{_xml(each)}</item>" for each in value)
    if isinstance(value, dict):
        return "".join(f"<{name}>{_xml(each)}</{name}>" for name, each in value.items())
    return str(value)
