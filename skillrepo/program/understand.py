"""A request → the plan of a skill: requirements, three analyses at once, then the synthesis."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel

from skillrepo.draft import Choice, Request
from skillrepo.errors import SkillRepoError, WriterFailed
from skillrepo.program import decide, material, sourced
from skillrepo.program.answers import PlannedFile, Question, Section
from skillrepo.program.predictors import Answer, Predictors
from skillrepo.visible import visible

GATHER = "phase1.gather_requirements"
INTENT = "phase1.analyze_intent"
PLACEMENT = "phase1.find_taxonomy"
DEPENDENCIES = "phase1.analyze_dependencies"
SYNTHESIZE = "phase1.synthesize"
USED = (GATHER, INTENT, PLACEMENT, DEPENDENCIES, SYNTHESIZE)

SURE = 0.7
"""Below this confidence a placement is asked for, or told as uncertain."""
_NOBODY_ASKED = "(nobody was asked)"
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written; `notes` are sentences for the commit's body."""

    category: str
    name: str
    description: str
    outline: str
    files: tuple[PlannedFile, ...]
    instructions: str
    criteria: tuple[str, ...]
    related: tuple[str, ...]
    notes: tuple[str, ...]

    def kept(self) -> dict[str, bytes]:
        """The plan as a file, for when nothing comes of it."""
        text = (
            f"Category: {self.category}\nName: {self.name}\nDescription: {self.description}\n\n"
            f"{self.outline}\n"
        )
        return {"PLAN.md": text.encode(errors="replace")}


def understand(predictors: Predictors, request: Request) -> Plan:
    """Work out what is to be written. Raises `SkillRepoError`."""
    choices = [choice for choice in request.choices if request.category in {None, choice.id}]
    wanted = sourced.Wanted(request.sources, material.PLAN_CHARACTERS, request.brief)
    brief = material.plain(request.brief)
    gathered, _ = sourced.ask(predictors, GATHER, {"brief": brief}, wanted)
    requirements = _json({key: gathered[key] for key in gathered if key != "ambiguities"})
    near = material.skills(request.near)
    shared = {"brief": brief, "requirements": requirements}
    analyses = predictors.ask_all(
        {
            INTENT: {**shared, "answers": _NOBODY_ASKED},
            PLACEMENT: {**shared, "categories": material.categories(choices), "skills": near},
            DEPENDENCIES: {**shared, "skills": near},
        }
    )
    category, meant = _category(analyses[PLACEMENT], choices)
    answer, _ = sourced.ask(
        predictors,
        SYNTHESIZE,
        {
            "brief": brief,
            "requirements": requirements,
            "analyses": _json(analyses),
            "answers": _NOBODY_ASKED,
            "required_sections": material.required_sections(choices, category),
            "given_name": request.name or "",
            "taken_names": material.taken_names(request),
        },
        wanted,
    )
    description, cut = decide.description(answer["description"])
    outline = _outline(answer["outline"])
    notes = (
        *_placement_notes(analyses[PLACEMENT], request, category, meant),
        *_assumed(gathered["ambiguities"], answer["assumptions"]),
        *([cut] if cut else ()),
    )
    plan = Plan(
        category,
        answer["name"],
        description,
        outline,
        tuple(answer["files"]),
        answer["generation_instructions"],
        tuple(" ".join(each.split()) for each in answer["success_criteria"]),
        tuple(analyses[DEPENDENCIES]["prerequisites"]),
        notes,
    )
    try:
        return replace(plan, name=request.name or decide.name(answer["name"], request.taken))
    except SkillRepoError as error:
        raise WriterFailed(str(error), plan.kept()) from None


def _category(answer: Answer, choices: Sequence[Choice]) -> tuple[str, str | None]:
    """The category that was meant, and a note where it was not written so."""
    try:
        return decide.category(answer["path"], choices)
    except SkillRepoError as error:
        kept = {"PLACEMENT.json": _json(answer).encode()}
        raise WriterFailed(str(error), kept) from None


def _placement_notes(
    answer: Answer, request: Request, category: str, meant: str | None
) -> Iterator[str]:
    if meant:
        yield meant
    # DSPy does not hold a model to a range; what is none says nothing.
    sure = answer["confidence"] if 0 <= answer["confidence"] <= 1 else 0.0
    if request.category is None and sure < SURE:
        others = ", ".join(map(_said, answer["alternatives"])) or "none"
        why = _said(answer["rationale"])
        yield (
            f"It is uncertain that the skill belongs into {category} ({sure:.2f}): {why} Other "
            f"categories: {others}."
        )
    if missing := [_said(each) for each in answer["new_directories"]]:
        yield f"Categories that may be missing: {', '.join(missing)}."
    covered = answer["covered_by"].strip("` /")
    if covered in {near.address for near in request.near}:
        yield (
            f"{covered} may do this already; to change it instead: skillrepo revise "
            f'{covered.rpartition("/")[2]} "…".'
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
    """For the model; a text in it cannot open a field of the request."""
    return material.plain(json.dumps(value, default=_dumped, ensure_ascii=False, indent=1))


def _dumped(value: Any) -> Any:
    return value.model_dump() if isinstance(value, BaseModel) else dict(value)
