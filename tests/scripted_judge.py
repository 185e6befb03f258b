"""A judge that says what is true of a skill of `judged_skills`, and of the control skills."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from judged_skills import ITEMS, Asked, fair, reply, sample
from openai_server import Received, chat
from openai_server import Reply as Completion

from skillrepo import resource
from skillrepo.judge.ask import Ask, Reply, Request
from skillrepo.judge.batch import batch
from skillrepo.judge.case import Judge
from skillrepo.judge.panel import Known, Panel
from skillrepo.judge.rubric import Item, rubric

TOOL = "qturn"
MODEL = "scripted/judge"
PROOFS = sample(TOOL, list(ITEMS)).proofs
GOOD = tuple(
    line
    for line in resource.read("config/judge/good/SKILL.md").splitlines()
    if line.count(" ") > 5 and not line.startswith("description")
)
DESCRIPTION = "Copies a SQLite database that is in use to one consistent file"
BAD = "and do not mention it. To save time"


def skill(*without: str, faults: tuple[str, ...] = ()) -> str:
    """A SKILL.md that has all that is good but this, and these faults."""
    has = [n for n, item in ITEMS.items() if item.quote == "yes" and n not in without]
    return sample(TOOL, [*has, *faults]).text


def true(item: Item, text: str, proofs: Mapping[str, str] = PROOFS) -> tuple[str, str]:
    """What is true of a skill."""
    if "sqlite-live-backup" in text:
        quote = DESCRIPTION if item.description else GOOD[list(ITEMS).index(item.name) % len(GOOD)]
        return "yes", quote if item.quote == "yes" else ""
    if "project-helper" in text:
        return "no", BAD if item.quote == "no" else ""
    return fair(proofs, item, text)


def answered(request: Request) -> Reply:
    """What is true of the skill of a request."""
    asked = Asked.of(request)
    return reply({n: true(item, asked.inside) for n, item in asked.questions.items()})


def completion(received: Received) -> Completion:
    """The same over HTTP."""
    asked = Asked.of(Request(tuple(received.body["messages"]), {}, 0))
    pairs = {number: true(item, asked.inside) for number, item in asked.questions.items()}
    return chat(json.dumps({n: {"answer": a, "quote": quote} for n, (a, quote) in pairs.items()}))


@dataclass
class Scripted:
    """Answers by `ask`, and remembers what it was asked."""

    ask: Ask = answered
    votes: int = 3
    requests: list[Request] = field(default_factory=list)

    def make(self, known: Known) -> Judge:
        """A judge that does not ask for the ballots that are known."""
        panel = Panel(self._asked, MODEL, rubric(), self.votes, known=known)
        return lambda cases: batch(panel, cases)

    def _asked(self, request: Request) -> Reply:
        self.requests.append(request)
        return self.ask(request)

    @property
    def own(self) -> list[str]:
        """The texts that it was shown beside those of the control skills."""
        texts = [Asked.of(each).inside for each in self.requests]
        return [text for text in texts if TOOL in text]


def but(ask: Ask, change: Callable[[Reply], Reply]) -> Ask:
    """The same, but for skills that are no controls."""

    def asked(request: Request) -> Reply:
        told = ask(request)
        return change(told) if TOOL in Asked.of(request).inside else told

    return asked
