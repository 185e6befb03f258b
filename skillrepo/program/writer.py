"""The model writer: a request → plan → text → draft; a redraft is one edit of the last draft."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from skillrepo import document, fix, frontmatter_edit
from skillrepo.config import Config, ResolvedModel
from skillrepo.draft import Cost, Draft, Request
from skillrepo.errors import WriterFailed
from skillrepo.files import SKILL_FILE
from skillrepo.program import decide, material, sourced, understand
from skillrepo.program.account import Account
from skillrepo.program.answers import Verdict, WrittenFile
from skillrepo.program.checkpoints import Ask, Checkpoints
from skillrepo.program.predictors import BASE, Answer, Predictors, Program
from skillrepo.program.recording import Recordings
from skillrepo.program.understand import Plan
from skillrepo.tree_path import paths_problem
from skillrepo.user_config import Task
from skillrepo.visible import visible

_METADATA = {"version": "0.1.0", "status": "draft"}
WRITE = "phase2.generate_content"
_FEEDBACK = "phase2.incorporate_feedback"
_REFINE = "phase3.refine"
_REVIEW = "phase3.review"
OF_A_DRAFT = (*understand.USED, WRITE, _REFINE, _REVIEW)
"""The predictors that a new draft may ask, refining and review among them."""
_FOLDERS = ("references/", "scripts/")
_MOST_PROMPTS = 5


@dataclass(frozen=True, slots=True)
class ModelWriter:
    """Writes drafts with the models of `config`; `model` goes before those that it names."""

    config: Config
    model: str | None = None
    account: Account = field(default_factory=Account)
    recordings: Recordings = field(default_factory=Recordings)
    ask: Ask | None = None
    program: Program = BASE

    def __reduce__(self) -> tuple[Callable[..., "ModelWriter"], tuple[Config, str | None, Program]]:
        """What is sent to another machine: account and recordings are of one process."""
        return _elsewhere, (self.config, self.model, self.program)

    def __call__(self, request: Request) -> Draft:
        """Ask for one draft. Raises `SkillRepoError`, or `WriterFailed` with what was paid for."""
        if request.revises:
            return self._revise(request, request.previous or request.revises)
        if request.previous:
            return self._refine(request, request.previous)
        # Refining and review may follow, and a key that they lack is to be known before.
        predictors = self._predictors(*OF_A_DRAFT)
        hidden = material.masked_notes(request)
        plan = understand.understand(predictors, request, self._checkpoints())
        query = f"{request.brief}\n{plan.description}\n{plan.outline}"
        wanted = sourced.Wanted(request.sources, material.WRITE_CHARACTERS, query)
        related = [each for each in request.near if each.address.rpartition("/")[2] in plan.related]
        inputs = {
            "brief": request.brief,
            "name": plan.name,
            "description": plan.description,
            "outline": plan.outline,
            "planned_files": material.files(plan.files),
            "generation_instructions": plan.instructions,
            "success_criteria": _listed(plan.criteria),
            "length": plan.length,
            "required_sections": material.required_sections(request.choices, plan.category),
            "related_skills": material.skills(related),
        }
        try:
            answer, cut = sourced.ask(predictors, WRITE, inputs, wanted)
        except WriterFailed as error:
            raise WriterFailed(str(error), {**plan.kept(), **error.kept}) from None
        fields = {"name": plan.name, "description": plan.description, "metadata": _METADATA}
        beside, refused = _beside(answer["files"], plan)
        draft = Draft(
            plan.category,
            plan.name,
            {SKILL_FILE: _render(fields, decide.body(answer["body"])), **beside},
            writer="model",
            model=predictors.model(WRITE),
            program=self.program.name,
            notes=_once(
                plan.notes, predictors.notes, hidden, plan.cut, cut, refused, _to_try(answer)
            ),
            criteria=plan.criteria,
        )
        draft = _paid(draft, predictors)
        shown = visible(draft.files[SKILL_FILE].decode(errors="replace"))
        while wish := self.confirm(shown, "Is this the draft?"):
            draft = self.change(request, draft, wish)
            shown = visible(draft.files[SKILL_FILE].decode(errors="replace"))
        return draft

    def of(self, brief: str) -> "ModelWriter":
        """The same writer, whose calls are told of as those for one brief of a batch."""
        return replace(self, account=self.account.of(brief))

    def confirm(self, shown: str, question: str) -> str | None:
        """Ask the person, if there is one; None to go on, else what is to be changed."""
        return self._checkpoints().confirm(shown, question)

    def change(self, request: Request, draft: Draft, wish: str) -> Draft:
        """The draft with a change that the person wants."""
        changed = self._revise(replace(request, brief=wish, category=draft.category), draft)
        notes = _once(draft.notes, changed.notes)
        return replace(changed, notes=notes, criteria=draft.criteria)

    def review(self, request: Request, draft: Draft) -> Draft:
        """The draft with a note on each criterion of its plan that it does not meet."""
        if not draft.criteria:
            return draft
        predictors = self._predictors(_REVIEW)
        inputs = {
            "brief": request.brief,
            "draft": draft.files[SKILL_FILE].decode(errors="replace"),
            "criteria": _listed(draft.criteria),
        }
        query = f"{request.brief}\n{inputs['draft']}"
        wanted = sourced.Wanted(request.sources, material.PLAN_CHARACTERS, query)
        answer, _ = sourced.ask(predictors, _REVIEW, inputs, wanted)
        notes = _once(draft.notes, predictors.notes, _open_points(answer, draft))
        return _paid(replace(draft, notes=notes), predictors)

    def _refine(self, request: Request, previous: Draft) -> Draft:
        category = request.category or previous.category
        old = previous.files[SKILL_FILE]
        shown = material.found_in(request.findings, previous)
        inputs = {
            "brief": request.brief,
            "draft": old.decode(errors="replace"),
            "other_files": material.texts(shown),
            "findings": material.findings(request.findings, previous),
            "required_sections": material.required_sections(request.choices, category),
        }
        predictors, answer, notes = self._edited(_REFINE, request, previous, inputs)
        description, cut = decide.description(answer["description"])
        name = request.name or previous.name
        fields = {**_text_fields(old), "name": name, "description": description}
        mended = {
            each.path: each.content.encode(errors="replace")
            for each in answer["files"]
            if each.path in shown and each.content.strip()
        }
        text = _render(fields, decide.body(answer["body"]))
        files = {**previous.files, **mended, SKILL_FILE: text}
        draft = replace(
            previous,
            category=category,
            name=name,
            files=files,
            writer="model",
            model=predictors.model(_REFINE),
            program=self.program.name,
            notes=_once(previous.notes, [cut] if cut else [], notes),
        )
        return _paid(draft, predictors)

    def _revise(self, request: Request, start: Draft) -> Draft:
        old = start.files[SKILL_FILE]
        inputs = {
            "feedback": request.brief,
            "skill": old.decode(errors="replace"),
            "findings": material.findings(request.findings, start) or "(none yet)",
            "required_sections": material.required_sections(request.choices, start.category),
        }
        predictors, answer, notes = self._edited(_FEEDBACK, request, start, inputs)
        description, cut = decide.description(answer["description"])
        text = _rewritten(old, description, decide.body(answer["body"]))
        draft = Draft(
            start.category,
            start.name,
            {**start.files, SKILL_FILE: text},
            writer="model",
            model=predictors.model(_FEEDBACK),
            program=self.program.name,
            notes=_once([cut] if cut else [], notes),
            cost=start.cost,
        )
        return _paid(draft, predictors)

    def _edited(
        self, name: str, request: Request, start: Draft, inputs: Mapping[str, str]
    ) -> tuple[Predictors, Answer, tuple[str, ...]]:
        """What one predictor made of a draft that there is, which is kept whatever happens."""
        predictors = self._predictors(name)
        # What is wrong says what to look up.
        query = "\n".join(
            (
                request.brief,
                *(finding.message for finding in request.findings),
                start.files[SKILL_FILE].decode(errors="replace"),
            )
        )
        wanted = sourced.Wanted(request.sources, material.WRITE_CHARACTERS, query)
        try:
            answer, cut = sourced.ask(predictors, name, inputs, wanted)
        except WriterFailed as error:
            raise WriterFailed(str(error), {**start.files, **error.kept}) from None
        return predictors, answer, _once(predictors.notes, material.masked_notes(request), cut)

    def _predictors(self, *used: str) -> Predictors:
        form = self.config.user.dspy.adapter
        account, recordings = self.account, self.recordings
        return Predictors(used, self._resolved, form, account, recordings, self.program)

    def _checkpoints(self) -> Checkpoints:
        return Checkpoints(self.ask, self.recordings)

    def _resolved(self, task: Task) -> ResolvedModel:
        return self.config.resolve(task, self.model)


def _elsewhere(config: Config, model: str | None, program: Program) -> ModelWriter:
    return ModelWriter(config, model, program=program)


def _paid(draft: Draft, predictors: Predictors) -> Draft:
    """The draft with what the predictors spent added to its cost."""
    spent = predictors.spent
    before = draft.cost or Cost(0, 0, 0, 0.0)
    known = before.dollars is not None and spent.cost is not None
    cost = Cost(
        before.calls + spent.calls,
        before.input_tokens + spent.input_tokens,
        before.output_tokens + spent.output_tokens,
        (before.dollars or 0.0) + (spent.cost or 0.0) if known else None,
        before.estimated or spent.estimated,
    )
    return replace(draft, cost=cost)


def _once(*groups: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(note for group in groups for note in group))


def _beside(files: Iterable[WrittenFile], plan: Plan) -> tuple[dict[str, bytes], list[str]]:
    """The files that were planned and written, and a note on what else there was."""
    planned = {each.path for each in plan.files}
    found: dict[str, bytes] = {}
    for each in files:
        fits = each.path in planned and each.path.startswith(_FOLDERS) and each.content.strip()
        # One path that cannot be stored would cost the whole draft.
        if fits and not paths_problem({SKILL_FILE, *found, each.path}):
            found[each.path] = each.content.encode(errors="replace")
    missing = [
        f"The plan wanted {visible(path)}, which is not there." for path in planned - {*found}
    ]
    return found, sorted(missing)


def _listed(criteria: Iterable[str]) -> str:
    return "\n".join(f"- {each}" for each in criteria)


def _to_try(answer: Answer) -> Iterable[str]:
    """What a maintainer can ask an agent that has the skill."""
    return (f"To try it: “{_line(each)}”" for each in answer["test_prompts"][:_MOST_PROMPTS])


def _open_points(answer: Answer, draft: Draft) -> Iterable[str]:
    verdicts: list[Verdict] = answer["verdicts"]
    met = sum(each.met for each in verdicts)
    missing = len(draft.criteria) - len(verdicts)
    left = f", {missing} not judged" if missing > 0 else ""
    of = max(len(draft.criteria), len(verdicts))
    yield f"Review: criteria of the plan that are met: {met} of {of}{left}."
    for each in verdicts:
        if not each.met:
            yield f"Review: “{_line(each.criterion)}” is not met: {_line(each.evidence)}"
    for point in answer["open_points"]:
        yield f"Review: {_line(point)}"


def _line(text: str) -> str:
    return visible(" ".join(text.split()))[:300]


def _text_fields(data: bytes) -> dict[str, object]:
    """The frontmatter of the last draft, as far as it is text and can be written down again."""
    read = document.read(SKILL_FILE, "", data)
    if not isinstance(read, document.Document):
        return {"metadata": _METADATA}
    return {
        key: value
        for key, value in read.frontmatter.items()
        if isinstance(value, str)
        or (isinstance(value, dict) and all(isinstance(item, str) for item in value.values()))
    }


def _rewritten(data: bytes, description: str, body: str) -> bytes:
    """SKILL.md with another description and body, and the rest of its frontmatter as written."""
    read = document.read(SKILL_FILE, "", data)
    if not isinstance(read, document.Document) or read.problem:
        return _render({**_text_fields(data), "description": description}, body)
    if " ".join(str(read.frontmatter.get("description", "")).split()) != description:
        source = frontmatter_edit.Source(read)
        known = read.node("description")
        change = known and frontmatter_edit.replace(
            source, description, "description", description="another description"
        )
        if change is None:
            return _render({**read.frontmatter, "description": description}, body)
        data = fix.apply(data, [change])
        read = document.read(SKILL_FILE, "", data)
        assert isinstance(read, document.Document)  # noqa: S101 - it was one before
    lines = read.text.split("\n")[: read.body_line - 1]
    text = "\n".join([*lines, "", body.strip("\n"), ""])
    return text.replace("\n", frontmatter_edit.Source(read).newline).encode(errors="replace")


def _render(fields: Mapping[str, object], body: str) -> bytes:
    return document.render(fields, body).encode(errors="replace")
