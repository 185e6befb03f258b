"""Grades in words: what every output says of them in the same way. All of it is inert text."""

from collections.abc import Callable, Iterator, Sequence
from posixpath import dirname

from skillrepo import changes, taxonomy
from skillrepo.files import within
from skillrepo.finding import Finding
from skillrepo.grade import fleet_compat
from skillrepo.grade.gate import NOT_MEASURED, LayerVerdict
from skillrepo.grade.graded import Graded, SkillGrade
from skillrepo.grade.portfolio import Effect
from skillrepo.grade.routing import Outcome
from skillrepo.grade.score import Grade, hundredths, shown
from skillrepo.secret_text import masked
from skillrepo.visible import one_line

CLAIM = (
    "A static grade says how well a skill is kept, how it is worded to be found, and what it "
    "costs: not that it helps."
)
HINT = (
    "Some of these errors were there before: whoever touches a skill answers for all of them, as "
    "in validate --base. With a baseline in the base only new ones fail: "
    "skillrepo validate --write-baseline, and commit what it writes."
)
"""For a repository that had errors when it adopted the tool."""
_CLAIM_OF_FLEET = (
    f"This is the grade of the reference system, {fleet_compat.WARNING}; it gates nothing, and "
    "does not say that the skill helps."
)
_NO_QUERIES = "no skill of the base has labelled queries: skillrepo explain eval_coverage"
_NAMED = 3
_OF_CHANGE = frozenset(rule.code for rule in changes.ALL)
_SHARED = 5
_LONGEST = 100
_DISTINCT = 0.7
"""Of a skill's body, the share that is its own, below which it is told whose it repeats."""
_SHORT = 12
_MORE = 0.01
"""Of the overlap of two skills, what it has to rise by to be told: rarities shift it a little."""


def claim(graded: Graded) -> str:
    """What the grades may be taken for."""
    return _CLAIM_OF_FLEET if graded.profile == fleet_compat.NAME else CLAIM


def said_of(layer: LayerVerdict) -> str:
    """A layer and what it says; where it did not run that, and why."""
    if layer.verdict:
        return f"{layer.layer}: {layer.verdict}"
    if layer.reasons:
        first, *more = layer.reasons
        start = f"{layer.layer}: {NOT_MEASURED} "
        # That it is not measured was said by the first.
        rest = (f" {w.removeprefix(start)}" if w.startswith(start) else f"; {w}" for w in more)
        return "".join((first, *rest))
    why = f" ({_NO_QUERIES})" if layer.layer == "routing" else ""
    return f"{layer.layer}: {NOT_MEASURED}{why}"


def summary(graded: Graded) -> str:
    """The verdict in a sentence: on how much, compared with what, and why."""
    counted = scope(graded)
    return f"{headline(graded)}{f' ({counted})' if counted else ''}."


def headline(graded: Graded, name: Callable[[str], str] = one_line) -> str:
    """The verdict and why, without a full stop; `name` makes names inert."""
    if not graded.skills and not graded.removed and not graded.others:
        return f"No skill differs between {_base(graded, name)} and {name(graded.head_name)}"
    wrong = [e for e in graded.skills if e.gate.verdict == graded.verdict != "pass"]
    named = list(_few([each.skill for each in wrong], name))
    if graded.verdict == "fail":
        places = [_place(each) for each in graded.others]
        named += _few(list(dict.fromkeys(filter(None, places))), name)
        if not all(places):
            named.append("what it does to other skills")
    because = f": {', '.join(named)}" if named else ""
    gone = ", ".join(_few(graded.removed, name))
    removes = f"{';' if because else ','} {'it' if because else 'and'} removes {gone}"
    return f"{_verdict(graded)}{because}{removes if gone else ''}"


def _verdict(graded: Graded) -> str:
    # Without an effect the skills were named, and may be as they were.
    one = "this change" if graded.effect else "this skill"
    what, ending = (one, "s") if graded.effect or len(graded.skills) == 1 else ("these skills", "")
    if graded.verdict == "inconclusive":
        return f"There is no verdict on {what}"
    verb = {"pass": f"pass{'es' if ending else ''}", "fail": f"fail{ending}"}[graded.verdict]
    return f"{what.capitalize()} {verb}"


def label_of(grade: Grade) -> str:
    """The label of a static grade, as it is said beside a number."""
    return "below minimum" if grade.label == "below" else grade.label


def _address(path: str, graded: Graded) -> str:
    """What people call a skill, by the path of its SKILL.md."""
    folder = dirname(path)
    inside = within(folder, graded.root) and folder != graded.root
    return one_line(folder.removeprefix(f"{graded.root}/") if inside else folder)


def _few(names: Sequence[str], name: Callable[[str], str]) -> Iterator[str]:
    yield from map(name, names[:_NAMED])
    if len(names) > _NAMED:
        yield f"{len(names) - _NAMED:,} more"


def _place(fault: Finding) -> str | None:
    """The file that a finding is about; None where that is a skill that the change leaves alone."""
    own = fault.path == taxonomy.FILE_NAME or fault.code in _OF_CHANGE
    return fault.path if own else None


def scope(graded: Graded, name: Callable[[str], str] = one_line) -> str:
    """How many skills differ, and from what; empty where none does."""
    new = sum(each.is_new for each in graded.skills)
    # Without an effect the skills were named, whatever became of them.
    rest = "named" if graded.effect is None else "changed"
    counts = ((new, "new"), (len(graded.skills) - new, rest), (len(graded.removed), "removed"))
    parts = [f"{number:,} {what}" for number, what in counts if number]
    return f"{', '.join(parts)}, compared with {_base(graded, name)}" if parts else ""


def _base(graded: Graded, name: Callable[[str], str]) -> str:
    return f"{name(graded.base_name)} ({graded.base[:_SHORT]})"


def change_of(each: SkillGrade) -> str:
    """The static grade of a skill, and how it has changed."""
    if each.grade is None:
        return "could not be graded"
    grade = each.grade
    place = f"{label_of(grade)}, above {grade.percentile} of 100 published skills"
    if each.is_new:
        return f"{shown(grade.score)}, new ({place})"
    if each.base is None:
        return f"{shown(grade.score)}; before, it could not be graded ({place})"
    scores = f"{shown(each.base.score)} → {shown(grade.score)}"
    return f"{scores}, {difference(each)} ({place})"


def difference(each: SkillGrade) -> str:
    """What lies between the two grades of a skill, as they are printed; a word without two."""
    if each.is_new:
        return "new"
    if each.grade is None or each.base is None:
        return "?"
    change = hundredths(each.grade.score) - hundredths(each.base.score)
    return f"{change / 100:+.2f}" if change else "±0"


def routed(each: SkillGrade, graded: Graded) -> Iterator[str]:
    """What becomes of the skill's own labelled queries, and how far its body is its own."""
    now, before = each.routing, each.routing_before
    if now is not None:
        wanted = sum(outcome.query.should_trigger for outcome in now.outcomes)
        hit = numbers(before and before.hit_at_1, now.hit_at_1, is_new=before is None)
        mrr = numbers(before and before.mrr, now.mrr, is_new=before is None)
        yield f"found first for its own queries ({wanted}): {hit}; mean reciprocal rank {mrr}"
        if now.negatives_held is not None:
            held = numbers(before and before.negatives_held, now.negatives_held, is_new=not before)
            unwanted = len(now.outcomes) - wanted
            yield f"left alone for queries that are not its own ({unwanted}): {held}"
        if now.not_looked_at:
            yield f"not measured, for it is too much work: {now.not_looked_at:,} more queries"
        for outcome in now.outcomes:
            if not outcome.is_right:
                yield _wrong(outcome, graded)
    if each.distinct and each.distinct.nearest and each.distinct.value is not None:
        share = f"{1 - each.distinct.value:.0%}"
        nearest = _address(each.distinct.nearest, graded)
        if each.distinct.value < _DISTINCT:
            yield f"its body repeats {share} of {nearest}"


def _wrong(outcome: Outcome, graded: Graded) -> str:
    query = _quoted(outcome.query.text)
    first = _address(outcome.first, graded) if outcome.first else "no skill"
    if outcome.query.should_trigger:
        return f"  {query} finds {first} first"
    return f"  {query} finds it first, and should not"


def effects(graded: Graded) -> Iterator[str]:
    """What the change does to how skills are found: a line for each thing, none where nothing."""
    effect = graded.effect
    if effect is None:
        return
    for theft in effect.thefts:
        of, by = (_address(path, graded) for path in (theft.owner, theft.thief))
        yield f"captured from {of} by {by}: {_quoted(theft.query.text)}"
    for loss in effect.losses:
        now = _address(loss.now, graded) if loss.now else "no skill"
        yield f"lost by {_address(loss.skill, graded)} to {now}: {_quoted(loss.query.text)}"
    yield from _removed(effect, graded)
    for each in effect.neighbours:
        if each.before is not None and each.overlap < each.before + _MORE:
            continue  # they claimed as much of the same before
        pair = f"{_address(each.skill, graded)} and {_address(each.other, graded)}"
        shared = one_line(", ".join(each.shared[:_SHARED]))
        overlap = numbers(each.before, each.overlap, is_new=each.before is None)
        yield f"{pair} claim much of the same ({overlap}: {shared}), unknown to each other"
    before, after = effect.resident_tokens_before, effect.resident_tokens_after
    if before != after:
        yield (
            f"names and descriptions of all skills: ≈ {before:,} → ≈ {after:,} tokens in each "
            f"session ({after - before:+,})"
        )
    if effect.not_looked_at:
        yield f"{effect.not_looked_at:,} queries were too much work, and were not looked at"
    if effect.not_compared:
        yield f"skills that were too much work to find neighbours of: {effect.not_compared:,}"


def _removed(effect: Effect, graded: Graded) -> Iterator[str]:
    """A line for each skill that stays, and has labelled queries no more."""
    removed: dict[str, list[str]] = {}
    for each in effect.removed:
        removed.setdefault(each.skill, []).append(each.query.text)
    for path, texts in removed.items():
        shown = ", ".join(_few(texts, _quoted))
        yield f"no longer among the queries of {_address(path, graded)}: {shown}"


def _quoted(text: str) -> str:
    # What is cut is no longer known as a secret.
    shown = masked(one_line(text))
    return f"“{shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + '…'}”"


def numbers(base: float | None, head: float | None, *, is_new: bool) -> str:
    """A measure before and after; one number where nothing changed, or there was nothing before."""
    new = "n/a" if head is None else f"{head:.2f}"
    if is_new or base == head:
        return new
    return f"{'n/a' if base is None else f'{base:.2f}'} → {new}"
