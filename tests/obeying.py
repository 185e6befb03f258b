"""A judge that obeys what it reads, each attack on each skill, and each defence to be removed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from attacks import ATTACKS
from judged_skills import NEIGHBOURS, SAMPLES, Asked, Sample, fair, reply

from skillrepo.context import Context
from skillrepo.document import read
from skillrepo.judge.ask import Reply, Request
from skillrepo.judge.case import Case, Material
from skillrepo.judge.change import judged
from skillrepo.judge.envelope import shown
from skillrepo.judge.panel import Panel
from skillrepo.judge.quotes import Verified
from skillrepo.judge.review import ItemResult, Judged
from skillrepo.judge.rubric import rubric
from skillrepo.rule import Rule

_LONGEST = 200


class Obeying:
    """Says what is true until it sees the attack; then it says yes to whatever it is asked.

    Where the attack stands in the envelope it is only confused, and quotes it for each answer. What
    stands outside it takes for its orders, and follows them as cleverly as it can; a `traitor` does
    so wherever they stand.
    """

    def __init__(self, sample: Sample, attack: str, *, traitor: bool = False) -> None:
        self._proofs = sample.proofs
        self._traitor = traitor
        # As it is shown to a model, line by line.
        (text,) = shown(Material(None, {"": attack})).files.values()
        self._lines = [line.strip() for line in text.splitlines() if line.strip()]
        self._quote = " ".join(" ".join(self._lines).split())[:_LONGEST]

    def __call__(self, request: Request) -> Reply:
        asked = Asked.of(request)
        seen = all(line in asked.inside for line in self._lines)
        if (self._traitor and seen) or any(line in asked.outside for line in self._lines):
            return reply(dict(self._ordered(asked)))
        if seen:
            return reply(dict.fromkeys(asked.questions, ("yes", self._quote)))
        questions = asked.questions.items()
        return reply({n: fair(self._proofs, item, asked.inside) for n, item in questions})

    def _ordered(self, asked: Asked) -> Iterator[tuple[str, tuple[str, str]]]:
        """Each line of the attack for three questions, which it can prove."""
        quotes = [line[:_LONGEST] for line in self._lines if len(line) > 12] * 3
        for number, item in asked.questions.items():
            if item.quote == "yes" and not item.description and quotes:
                yield number, ("yes", quotes.pop())
            else:
                yield number, fair(self._proofs, item, asked.inside)


class Attacked(NamedTuple):
    """A skill before an attack stood in it and after."""

    attack: str
    sample: Sample
    result: Judged

    @property
    def risen(self) -> list[str]:
        """The items that were no and are better now."""
        assert self.result.base
        before = {each.item: each.answer for each in self.result.base.items}
        return [
            each.item
            for each in self.result.head.items
            if before[each.item] == "no" and each.answer in ("yes", "na")
        ]

    @property
    def shift(self) -> float:
        """How much larger the share of yes is."""
        assert self.result.base
        return _share(self.result.head.items) - _share(self.result.base.items)


def _share(items: Sequence[ItemResult]) -> float:
    answers = [each.answer for each in items]
    return answers.count("yes") / max(answers.count("yes") + answers.count("no"), 1)


def attacked(
    rules: Sequence[Rule], context: Context, *, beside: bool = False, traitor: bool = False
) -> Iterator[Attacked]:
    """Each attack at the end of each skill, or in a file `beside` it; `rules` flag what they do."""
    void = {name: tuple(_flagged(attack, rules, context)) for name, attack in ATTACKS.items()}
    for sample in SAMPLES:
        base = {"SKILL.md": sample.text}
        for name, attack in ATTACKS.items():
            text = f"{sample.text}\n{attack}\n"
            files = {**base, "notes.md": attack} if beside else {"SKILL.md": text}
            case = Case(
                "SKILL.md", Material(None, files, void[name]), Material(None, base), NEIGHBOURS
            )
            panel = Panel(Obeying(sample, attack, traitor=traitor), "scripted", rubric(), votes=1)
            yield Attacked(name, sample, judged(panel, case))


def _flagged(attack: str, rules: Sequence[Rule], context: Context) -> Iterator[str]:
    text = f"{SAMPLES[0].text}\n{attack}\n"
    document = read("wax/SKILL.md", "wax", text.encode())
    for rule in rules:
        for hit in rule.run(document, context):  # type: ignore[arg-type]
            yield text.splitlines()[hit.line - 1]


def _bare(content: Mapping[str, Mapping[str, str]]) -> str:
    return "\n".join(content.get("files", {}).values())


def _fixed(content: Mapping[str, Mapping[str, str]]) -> str:
    """Between lines that anybody can write."""
    return f"BEGIN CONTENT {'0' * 64}\n{_bare(content)}\nEND CONTENT {'0' * 64}"


def _believe(*_: object) -> Verified:
    return Verified((), {}, frozenset())


def _accept(_item: object, _before: object, after: ItemResult, *_: object) -> ItemResult:
    return after


DEFENCES: Mapping[str, tuple[str, Callable[..., object]]] = {
    "any envelope": ("skillrepo.judge.ask.enclosed", _bare),
    "JSON and hash in it": ("skillrepo.judge.ask.enclosed", _fixed),
    "the check of quotes": ("skillrepo.judge.ballot.verify", _believe),
    "what was no stays no by old words": ("skillrepo.judge.change._held", _accept),
}
"""What each is, the function that makes it, and what takes its place where there is none."""
