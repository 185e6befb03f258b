"""What the text of a task gives away, so that passing it says little of the skill.

- An assertion that the prompt answers: what is looked for stands in it, or most of its words do.
- A prompt that repeats the skill: whoever is told the steps needs no skill.
- An assertion that repeats the skill's own words: it asks whether the skill was copied.

Overlap is the share of a text's three-word passages that stand in the other text; below four words
nothing is said of it. The limit of a half is that of dotnet/skills' and waza's overfitting checks.
"""

import re
from collections.abc import Iterator

from skillrepo.behaviour.exam import Assertion, ExamTask

_WORD = re.compile(r"[^\W_]+")
_LIMIT = 0.5
_FEWEST = 2
"""Passages of a text that is compared."""


def leaks(task: ExamTask, body: str) -> Iterator[str]:
    """What a task gives away; `body` is that of the SKILL.md whose evals they are."""
    skill = _passages(body)
    prompt = _passages(task.prompt)
    if _overlap(task.prompt, skill) > _LIMIT:
        yield "the prompt repeats the skill: it tells what the skill is to tell"
    for assertion in task.assertions:
        if _is_given(assertion, task.prompt) or _overlap(assertion.text, prompt) > _LIMIT:
            yield f"the prompt gives away the answer to: {assertion.text}"
        elif _overlap(assertion.text, skill) > _LIMIT:
            yield f"this repeats the skill's own words, and asks for them: {assertion.text}"


def _is_given(assertion: Assertion, prompt: str) -> bool:
    """Whether the prompt holds what is to be in the output; a path to write to is no answer."""
    check = assertion.check
    return check is not None and check.kind == "contains" and check.value in prompt


def _overlap(text: str, passages: set[tuple[str, ...]]) -> float:
    own = _passages(text)
    return len(own & passages) / len(own) if len(own) >= _FEWEST else 0.0


def _passages(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return set(zip(words, words[1:], words[2:], strict=False))
