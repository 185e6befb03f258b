"""Faults of a change that no rule sees, since they are none of a skill by itself: L0.

- `wider-tools`: `allowed-tools` grants what it did not before the change. Nobody is asked for it.
- `named-in-evals`: a query or a task of the evals names the skill. A model that is told which skill
  to load tells nothing about routing: dotnet/skills refuses such prompts, too.
"""

import re
from collections.abc import Iterator

from skillrepo.document import Document
from skillrepo.finding import Finding, Severity
from skillrepo.semantic_diff import widened
from skillrepo.trigger_queries import Evals

_CODE = "grade"


def wider(before: Document, after: Document) -> Iterator[Finding]:
    """The tools that a version of a skill may use and the one before might not."""
    if granted := widened(before, after):
        place = after.place("allowed-tools")
        why = (
            f"`allowed-tools` grants what it did not before the change: {', '.join(granted)}; take "
            "that back, or have a maintainer merge it knowing so"
        )
        yield Finding(after.path, *place, _CODE, "wider-tools", Severity.ERROR, why)


def named(name: str, before: Evals | None, after: Evals) -> Iterator[Finding]:
    """The prompts of a skill's evals that name it, and that were not there before the change.

    A name of one word may be a word of the request: it is a name where it is called one, as in
    `/pdf` or "the pdf skill".
    """
    known = {text for text, _, _ in _prompts(before)} if before else set()
    pattern = _calls(name)
    for text, path, line in _prompts(after):
        if text not in known and pattern.search(text):
            why = (
                "the prompt names the skill, so it says nothing of how it is found; leave that out"
            )
            yield Finding(path, line, 1, _CODE, "named-in-evals", Severity.ERROR, why)


def _prompts(evals: Evals) -> Iterator[tuple[str, str, int]]:
    wanted = (each for each in evals.queries if each.should_trigger)
    yield from ((each.text, each.path, each.line) for each in wanted)
    yield from ((each.prompt, each.path, each.line) for each in evals.tasks)


def _calls(name: str) -> re.Pattern[str]:
    """What calls a skill by its name."""
    whole = rf"(?<![\w-]){re.escape(name)}(?![\w-])"
    called = rf"[/$@]{re.escape(name)}(?![\w-])|{whole}[\"'`]?\s+skill\b|\bskill\s+[\"'`]?{whole}"
    return re.compile(whole if "-" in name else called, re.IGNORECASE)
