"""Has a model judge the skills of a pull request, where a person let it: for the second stage.

It runs with the key of a model and on what a stranger wrote. So a model is asked once for each
question, has no tools, and reads objects of git; and what it may cost has a limit.
"""

import os
from typing import TYPE_CHECKING

from skillrepo.ci import job
from skillrepo.ci.as_job import as_job
from skillrepo.commands.grading import graded
from skillrepo.commands.judge_options import Asked, judging
from skillrepo.commands.printing import say_all, say_error
from skillrepo.commands.sides import Sides
from skillrepo.errors import SkillRepoError
from skillrepo.git_notes_remote import fetch_notes, share_notes
from skillrepo.grade.graded import Graded
from skillrepo.grade.record import MESSAGE, REF

if TYPE_CHECKING:
    from skillrepo.commands.judging import Judging
    from skillrepo.forge.consent import Consent
    from skillrepo.forge.conversation import Pull

_REMOTE = "origin"


class Reviewer:
    """Who is asked, and whose word it takes: of an `environment`, else of a label.

    With `record` the votes are shared as git notes.
    """

    def __init__(self, asked: Asked, environment: str | None, *, record: bool) -> None:
        self._asked = asked
        self._environment = environment
        self._record = record

    def refusal(self, consent: "Consent", pull: "Pull") -> str | None:
        """Why this commit of a pull request may not be judged, and how it may be; None if it may.

        The label has the whole name of the commit: two commits of the same beginning are made in
        minutes, one to be looked at and one to be judged.
        """
        if self._environment and consent.has_reviewers(self._environment):
            return None
        label = f"judge:{pull.head}"
        why = f"the environment {self._environment} asks no reviewer; " if self._environment else ""
        if label in pull.labels:
            if consent.labelled_by_writer(pull.number, label):
                return None
            why += "the label was set by nobody who may write here; "
        return (
            f"not judged: {why}somebody who may write here allows it for this commit by the label "
            f"{label}, and runs this job again"
        )

    def review(self, sides: Sides) -> Graded:
        """Grade a change, with what the model says; the cost is told before and after.

        The commits are outputs of the step, for one that does more with them.
        """
        job.put_outputs({"base": sides.base, "head": sides.head or ""}, os.environ)
        repository = sides.place.git()
        with as_job(repository):
            fetch_notes(repository, _REMOTE, REF, MESSAGE)
        judge = judging(self._asked, sides, replay=False, compare=True)
        found = graded(sides, judge=judge.judge)
        if judge.recalled:
            say_all([f"judge: {judge.recalled:,} taken from notes, at no cost"])
        if self._record:
            self._share(judge, sides)
        return found

    def _share(self, judge: "Judging", sides: Sides) -> None:
        repository = sides.place.git()
        try:
            with as_job(repository):
                new = judge.keep()
                share_notes(repository, _REMOTE, REF, MESSAGE)
        except SkillRepoError as error:
            # They were paid for, and stand in the comment all the same.
            say_error(f"the votes are not recorded: {error}")
        else:
            say_all([f"recorded in {REF}: {new:,} new"])
