"""A request → the plan of a skill: requirements, three analyses at once, then the synthesis."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel

from skillrepo import placement
from skillrepo.draft import Choice, Request
from skillrepo.errors import SkillRepoError, WriterFailed
from skillrepo.program import decide, material, sourced
from skillrepo.program.answers import Length, PlannedFile, Question, Section
from skillrepo.program.checkpoints import MOST_QUESTIONS, Checkpoints
from skillrepo.program.predictors import Answer, Predictors
from skillrepo.visible import visible

GATHER = "phase1.gather_requirements"
INTENT = "phase1.analyze_intent"
PLACEMENT = "phase1.find_taxonomy"
DEPENDENCIES = "phase1.analyze_dependencies"
SYNTHESIZE = "phase1.synthesize"
USED = (GATHER, INTENT, PLACEMENT, DEPENDENCIES, SYNTHESIZE)

_ANOTHER = "give one with --name (in a batch: `name`)"
_NOBODY_ASKED = "(nobody was asked)"
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written; `notes` are sentences for the commit's body.

    Those of `cut` say what of the sources the model did not see.
    """

    category: str
    name: str
    description: str
    outline: str
    files: tuple[PlannedFile, ...]
    instructions: str
    length: Length
    criteria: tuple[str, ...]
    related: tuple[str, ...]
    notes: tuple[str, ...]
    cut: tuple[str, ...] = ()

    def kept(self) -> dict[str, bytes]:
        """The plan as a file, for when nothing comes of it."""
        text = (
            f"Category: {self.category}\nName: {self.name}\nDescription: {self.description}\n\n"
            f"{self.outline}\n"
        )
        return {"PLAN.md": text.encode(errors="replace")}


def understand(predictors: Predictors, request: Request, checkpoints: Checkpoints) -> Plan:
    """Work out what is to be written. Raises `SkillRepoError`."""
    choices = [choice for choice in request.choices if request.category in {None, choice.id}]
    wanted = sourced.Wanted(request.sources, material.PLAN_CHARACTERS, request.brief, "the plan")
    brief = request.brief
    gathered, cut = sourced.ask(predictors, GATHER, {"brief": brief}, wanted)
    questions = gathered["ambiguities"][:MOST_QUESTIONS]
    asked = _answers(questions, checkpoints) if checkpoints.has_person else _taken(questions)
    answers = "\n".join(asked)
    requirements = _json({key: gathered[key] for key in gathered if key != "ambiguities"})
    near = material.skills(request.near)
    categories = material.categories(choices, request)
    shared = {"brief": brief, "requirements": requirements}
    said = answers or _NOBODY_ASKED
    analyses = predictors.ask_all(
        {
            INTENT: {**shared, "answers": said},
            PLACEMENT: {**shared, "categories": categories, "skills": near},
            DEPENDENCIES: {**shared, "skills": near},
        }
    )
    category, placed = _placed(analyses[PLACEMENT], request, choices, checkpoints)
    inputs = {
        "brief": brief,
        "requirements": requirements,
        "analyses": _json(_with_category(analyses, category)),
        "required_sections": material.required_sections(choices, category),
        "given_name": request.name or "",
        "taken_names": material.taken_names(request),
    }
    open_questions = () if checkpoints.has_person else tuple(questions)
    related = tuple(analyses[DEPENDENCIES]["prerequisites"])
    while True:
        answer, again = sourced.ask(predictors, SYNTHESIZE, {**inputs, "answers": said}, wanted)
        cut = tuple(dict.fromkeys((*cut, *again)))
        plan = _plan(answer, request, category, related, checkpoints)
        notes = (*placed, *_assumed(open_questions, answer["assumptions"]), *plan.notes)
        shown = _shown(plan, placed, answer["assumptions"])
        change = checkpoints.confirm(shown, "Is this the plan?")
        if change is None:
            return replace(plan, notes=notes, cut=cut)
        answers = f"{answers}\nOf the plan `{plan.name}` is to be changed: {change}".strip()
        said = answers


def _answers(questions: Iterable[Question], checkpoints: Checkpoints) -> Iterator[str]:
    """What a person said to each question."""
    for each in questions:
        options = [_said(option) for option in each.options]
        asked = _said(each.question)
        if answer := checkpoints.clarify(_said(each.why), asked, options):
            yield f"{asked} {answer}"


def _taken(questions: Iterable[Question]) -> Iterator[str]:
    """What is taken for granted where nobody is asked: the note in the commit says the same."""
    for each in questions:
        answer = f"taken for granted: {_said(each.options[0])}" if each.options else "left open"
        yield f"{_said(each.question)} Nobody was asked; {answer}"


def _with_category(analyses: Mapping[str, Answer], category: str) -> Mapping[str, Answer]:
    """The analyses with the category that was taken, which may be another than was answered."""
    return {**analyses, PLACEMENT: {**analyses[PLACEMENT], "path": category}}


def _plan(
    answer: Answer,
    request: Request,
    category: str,
    related: tuple[str, ...],
    checkpoints: Checkpoints,
) -> Plan:
    description, cut = decide.description(answer["description"])
    plan = Plan(
        category,
        answer["name"],
        description,
        _outline(answer["outline"]),
        tuple(answer["files"]),
        answer["generation_instructions"],
        answer["length"],
        tuple(" ".join(each.split()) for each in answer["success_criteria"]),
        related,
        (cut,) if cut else (),
    )
    try:
        return replace(plan, name=request.name or _name(answer["name"], request, checkpoints))
    except SkillRepoError as error:
        raise WriterFailed(str(error), plan.kept()) from None


def _name(answer: str, request: Request, checkpoints: Checkpoints) -> str:
    """The name that the model chose, or where that will not do, the one that a person gives."""
    name = decide.name(answer)
    told: list[str] = []
    while why := decide.unfit(name, request.taken):
        # All of it is shown, so that no question is that of before, whose answer is recorded.
        told.append(f"{'This is' if told else 'The model chose'} {why}.")
        given = checkpoints.clarify("\n".join(told), "What is the skill to be called?", ())
        if given is None:
            raise SkillRepoError(f"the model chose {why}; {_ANOTHER}")
        name = decide.name(given)
    return name


def _shown(plan: Plan, placed: Iterable[str], assumptions: Iterable[str]) -> str:
    """The plan for a person, with what is to be known of its place before more is paid for."""
    files = [f"- {_said(each.path)}: {_said(each.purpose)}" for each in plan.files]
    assumed = [f"Assumed: {_said(each)}" for each in assumptions]
    lines = (
        f"Name: {plan.name}",
        f"Category: {plan.category}",
        f"Description: {plan.description}",
        *placed,
        *assumed,
        "",
        plan.outline,
        *files,
    )
    return visible("\n".join(lines))


def _placed(
    answer: Answer, request: Request, choices: Sequence[Choice], checkpoints: Checkpoints
) -> tuple[str, tuple[str, ...]]:
    """The category, and the notes on it; a person is asked where the model is not sure."""
    category, meant = _category(answer, choices)
    # DSPy does not hold a model to a range; what is none says nothing.
    sure = answer["confidence"] if 0 <= answer["confidence"] <= 1 else 0.0
    covered = tuple(_covered(answer, request))
    missing = tuple(_missing(answer, request))
    if request.category is not None or sure >= placement.SURE:
        return category, (*([meant] if meant else ()), *missing, *covered)
    why = _said(answer["rationale"])
    known = {choice.id for choice in choices}
    others = [each for each in answer["alternatives"] if each in known and each != category]
    chosen = checkpoints.choose(why, "Where does the skill belong?", (category, *others))
    if chosen is not None:
        return chosen, covered
    told = ", ".join(map(_said, answer["alternatives"])) or "none"
    unsure = (
        f"It is uncertain that the skill belongs into {category} ({sure:.2f}): {why} Other "
        f"categories: {told}."
    )
    return category, (*([meant] if meant else ()), unsure, *missing, *covered)


def _category(answer: Answer, choices: Sequence[Choice]) -> tuple[str, str | None]:
    """The category that was meant, and a note where it was not written so."""
    try:
        return decide.category(answer["path"], choices)
    except SkillRepoError as error:
        kept = {"PLACEMENT.json": _json(answer).encode(errors="replace")}
        raise WriterFailed(str(error), kept) from None


def _missing(answer: Answer, request: Request) -> Iterator[str]:
    """Categories that the model would add; what is at the top of the tree is not for it to say."""
    tops = {choice.id.partition("/")[0] for choice in request.choices}
    wanted = (each.strip("` /") for each in answer["new_directories"])
    if missing := [_said(each) for each in wanted if each.partition("/")[0] in tops]:
        yield f"Categories that may be missing: {', '.join(missing)}."


def _covered(answer: Answer, request: Request) -> Iterator[str]:
    covered = answer["covered_by"].strip("` /")
    # Some say the name alone.
    named = [each.address for each in request.near if f"/{each.address}".endswith(f"/{covered}")]
    if covered and len(named) == 1:
        yield (
            f"{named[0]} may do this already; to change it instead: skillrepo revise "
            f'{named[0].rpartition("/")[2]} "…".'
        )


def _assumed(ambiguities: Iterable[Question], assumptions: Iterable[str]) -> Iterator[str]:
    """What nobody was asked, and what was taken for granted."""
    for each in ambiguities:
        taken = f" Taken: {_said(each.options[0])}." if each.options else ""
        yield f"Not asked: {_said(each.question)}{taken}"
    for assumption in assumptions:
        yield f"Assumed: {_said(assumption)}"


def _said(text: str) -> str:
    """What a model wrote, on one line that is not too long for the message of a commit."""
    return visible(" ".join(text.split()))[:_LONGEST]


def _outline(sections: Iterable[Section]) -> str:
    return "\n\n".join(
        "\n".join((f"## {section.heading}", *(f"- {point}" for point in section.points)))
        for section in sections
    )


def _json(value: Mapping[str, Any]) -> str:
    """For the model."""
    return json.dumps(value, default=_dumped, ensure_ascii=False, indent=1)


def _dumped(value: Any) -> Any:
    return value.model_dump() if isinstance(value, BaseModel) else dict(value)
