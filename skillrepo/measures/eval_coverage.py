"""There is something to try the skill with: queries that are for it, queries that are not, tasks.

Formula: (min(1, p / 8) + min(1, n / 8) + min(1, t / 5)) / 3. Here p is the number of different
queries that are to load the skill, n of those that are not and come near it: they share a word that
carries meaning with its name or description. And t is the number of tasks with at least one
assertion. 0 without any, since nobody has tried. Every format of eval files that is known counts;
this is one, `evals/eval_queries.json` in the skill's folder:

    [{"query": "make one PDF of these three", "should_trigger": true},
     {"query": "fill in this PDF form", "should_trigger": false}]

Why near: a query that shares no word with the skill is rejected by any skill, so it tests nothing.

Source: https://agentskills.io (optimizing descriptions) asks for 8 to 10 queries of each kind, the
negative ones near misses. Fewer than 5 tasks can show nothing: of 4, all better, the one-sided
sign-flip test says p = 0.0625. What the queries give, the routing layer measures.

Padding: text of SKILL.md cannot change it. Queries that nobody will ask can; only a reader sees.
"""

from skillrepo import trigger_queries
from skillrepo.measure import Measure, Reading, Subject
from skillrepo.words import terms

_QUERIES, _TASKS = 8, 5


def run(subject: Subject) -> Reading:
    """Count queries and tasks."""
    header = subject.document.frontmatter
    name, description = (str(header.get(key) or "") for key in ("name", "description"))
    evals = trigger_queries.of_bundle(subject.bundle, name)
    own = set(terms(f"{name} {description}"))
    wanted = sum(1 for query in evals.queries if query.should_trigger)
    near = sum(
        1
        for query in evals.queries
        if not query.should_trigger and not own.isdisjoint(terms(query.text))
    )
    tasks = sum(1 for task in evals.tasks if task.assertions)
    parts = (wanted / _QUERIES, near / _QUERIES, tasks / _TASKS)
    value = sum(min(1.0, part) for part in parts) / len(parts)
    why = f"queries for it: {wanted:,}; near it, not for it: {near:,}; tasks to assess: {tasks:,}"
    return Reading(value, why)


MEASURE = Measure("eval_coverage", "evidence", __doc__, run)
