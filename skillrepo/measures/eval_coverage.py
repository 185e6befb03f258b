"""There is something to try the skill with: queries that are for it, queries that are not, tasks.

Formula: (min(1, p / 8)² + min(1, n / 8)² + min(1, t / 5)²) / 3. Here p is the number of different
queries that are to load the skill and share a word that carries meaning with its SKILL.md; n of
those that are not and come near it: they share one with its name or description. And t is the
number of different tasks that have at least one assertion in two such words, which no task above
has. 0 without any, since nobody has tried. Every format of eval files that is known counts; this is
one, `evals/eval_queries.json` in the skill's folder:

    [{"query": "make one PDF of these three", "should_trigger": true},
     {"query": "fill in this PDF form", "should_trigger": false}]

Different is what shares no more than half of its words with any that was counted, and has one that
none of them has; numbers are no words here, and the reading says how many are too much like
another. What repeats the description does not count (more than half of its runs of four words stand
there), nor does what is hardly words: more than a third are to be of SKILL.md, or of English
grammar.

Why near: a query that shares no word with the skill is rejected by any skill, so it tests nothing.
Why squares: one query shows less than an eighth of what eight show.

Source: https://agentskills.io (optimizing descriptions) asks for 8 to 10 queries of each kind, the
negative ones near misses. Fewer than 5 tasks can show nothing: of 4, all better, the one-sided
sign-flip test says p = 0.0625. What the queries give, the routing layer measures.

Padding: text of SKILL.md cannot change it but by the words that queries share with it. Queries
that nobody will ask can, if they read like some; only a reader sees.
"""

from collections.abc import Iterable, Iterator

from skillrepo import trigger_queries
from skillrepo.document import Document
from skillrepo.english import VERBS
from skillrepo.measure import Measure, Reading, Subject
from skillrepo.trigger_queries import Task
from skillrepo.words import FUNCTION, terms, words

_QUERIES, _TASKS = 8, 5
_RUN = 4
_KNOWN = 3
"""More than one of so many words is to be known."""
_FEWEST_TERMS = 2
_MOST = 50
"""Different texts that are counted; each is compared with all before it."""


def run(subject: Subject) -> Reading:
    """Count queries and tasks."""
    header = subject.document.frontmatter
    name, description = (str(header.get(key) or "") for key in ("name", "description"))
    evals = trigger_queries.of_bundle(subject.bundle, name)
    own = _Own(subject.document, description) if evals.queries or evals.tasks else None
    near = frozenset(terms(f"{name} {description}"))
    wanted = unwanted = tasks = alike = 0
    if own:
        wanted = own.different((q.text for q in evals.queries if q.should_trigger), own.terms)
        unwanted = own.different((q.text for q in evals.queries if not q.should_trigger), near)
        tasks = own.different(_assessed(evals.tasks), own.terms)
        alike = own.alike
    parts = (wanted / _QUERIES, unwanted / _QUERIES, tasks / _TASKS)
    value = sum(min(1.0, part) ** 2 for part in parts) / len(parts)
    why = f"queries for it: {wanted:,}; near it, not for it: {unwanted:,}; tasks to assess: {tasks}"
    return Reading(value, why + f"; too much like another to count: {alike:,}" * bool(alike))


class _Own:
    """What queries are held against; `alike` are those that did not differ enough from others."""

    def __init__(self, document: Document, description: str) -> None:
        text = document.text
        self.terms = frozenset(terms(text))
        self._words = FUNCTION | VERBS | set(words(text))
        self._runs = set(_runs(words(description)))
        self.alike = 0

    def different(self, texts: Iterable[str], near: frozenset[str]) -> int:
        """How many of these differ from each other, come near, and are worth the name."""
        counted: list[set[str]] = []
        seen: set[str] = set()
        for text in texts:
            said = {term for term in terms(text) if not term.isdigit()}
            if said.isdisjoint(near) or not self._is_request(words(text)):
                continue
            if said <= seen or any(2 * len(said & other) > len(said | other) for other in counted):
                self.alike += 1
                continue
            counted.append(said)
            seen |= said
            if len(counted) == _MOST:
                break
        return len(counted)

    def _is_request(self, said: list[str]) -> bool:
        runs = list(_runs(said))
        repeated = sum(each in self._runs for each in runs)
        known = sum(word in self._words or not self.terms.isdisjoint(terms(word)) for word in said)
        return 2 * repeated <= len(runs) and _KNOWN * known > len(said)


def _runs(said: list[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(said[first:] for first in range(_RUN)), strict=False)


def _assessed(tasks: Iterable[Task]) -> Iterator[str]:
    """The prompts of tasks with an assertion of their own."""
    known: set[str] = set()
    for task in tasks:
        said = {each.casefold() for each in task.assertions} - known
        known |= said
        if any(len(set(terms(each))) >= _FEWEST_TERMS for each in said):
            yield task.prompt


MEASURE = Measure("eval_coverage", "evidence", __doc__, run)
