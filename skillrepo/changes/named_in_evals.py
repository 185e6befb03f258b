"""No new prompt of the evals names the skill.

What it checks: no prompt of a query that is for the skill, and none of a task, in the evals in the
skill's folder, calls it by its name. Queries that are not for it may, and so may prompts that were
there before the change. A name of one word may be a word of the request: it is a name where it is
called one, as in `/pdf` or "the pdf skill".

Why it matters: a model that is told which skill to load tells nothing about whether it is found,
and a query that holds the name is found by it, whatever the description says.

How to fix it: write what a user would ask who does not know the skill. A maintainer who wants the
prompt as it is has an entry of `ignore:` in skillrepo.yaml of the base, with a reason.

Example: `Use pdf-merge on these files` becomes `Put these three PDF files into one`.

Source: house; https://github.com/dotnet/skills refuses such prompts, too. `skillrepo grade` checks
it; `validate` sees no change, and does not.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from skillrepo.context import Context
from skillrepo.rule import ERROR, Change, Hit, Rule

if TYPE_CHECKING:
    from skillrepo.trigger_queries import Evals

_WHY = "the prompt names the skill, so it says nothing of how it is found; leave that out"


def run(change: Change) -> Iterator[tuple[str, Hit]]:
    """Look at the prompts of each skill that were not there before."""
    for new, was in change.skills.items():
        known = {text for text, _, _ in _prompts(_evals(change.before, was))} if was else set()
        pattern = _calls(change.after.library.folder_name(new))
        for text, path, line in _prompts(_evals(change.after, new)):
            if text not in known and pattern.search(text):
                yield new, Hit(line, 1, _WHY, path=path)


def _evals(context: Context, skill: str) -> "Evals":
    from skillrepo.trigger_queries import of_bundle  # noqa: PLC0415 - what a hook does not need

    return of_bundle(context.library.bundle(skill), context.library.folder_name(skill))


def _prompts(evals: "Evals") -> Iterator[tuple[str, str, int]]:
    wanted = (each for each in evals.queries if each.should_trigger)
    yield from ((each.text, each.path, each.line) for each in wanted)
    yield from ((each.prompt, each.path, each.line) for each in evals.tasks)


def _calls(name: str) -> re.Pattern[str]:
    """What calls a skill by its name."""
    whole = rf"(?<![\w-]){re.escape(name)}(?![\w-])"
    called = rf"[/$@]{re.escape(name)}(?![\w-])|{whole}[\"'`]?\s+skill\b|\bskill\s+[\"'`]?{whole}"
    return re.compile(whole if "-" in name else called, re.IGNORECASE)


RULE = Rule("G102", "named-in-evals", {"house": ERROR, "spec": ERROR}, __doc__, run_change=run)
