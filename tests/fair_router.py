"""A router that chooses the skill whose words a request has, and a reader of its prompts."""

import json
import re
from collections.abc import Iterable

from skillrepo.behaviour.catalogue import Listed
from skillrepo.behaviour.triggers import Question, Said
from skillrepo.judge.envelope import BEGIN, END

_FEWEST = 2
_COMMON = frozenset({"this", "that", "with", "when", "your", "them", "from", "what", "used"})
_ENVELOPE = re.compile(rf"^{BEGIN} ([0-9a-f]{{64}})\n(.*)\n{END} \1$", re.MULTILINE)


def fair(request: str, listed: Iterable[Listed]) -> str | None:
    """The skill that shares most words with a request; none where it is but one."""
    asked = _words(request)
    found = [(len(asked & _words(" ".join(each))), each.name) for each in listed]
    shared, name = max(found, default=(0, ""))
    return name if shared >= _FEWEST else None


def choose(question: Question) -> Said:
    """The same without a model."""
    return Said(fair(question.request, question.listed), fingerprint="fp")


def read(system: str, user: str) -> tuple[str, list[Listed]]:
    """Request and catalogue of a prompt, each in one envelope."""
    ((_, skills),) = _ENVELOPE.findall(system)
    ((_, request),) = _ENVELOPE.findall(user)
    listed = [Listed(**each) for each in json.loads(skills)["skills"]]
    return json.loads(request)["request"], listed


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"[a-z]{4,}", text.lower()) if word not in _COMMON}
