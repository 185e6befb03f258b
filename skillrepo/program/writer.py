"""The model writer: a request → plan → text → draft; a redraft is one edit of the last draft."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from skillrepo import document, fix, frontmatter_edit
from skillrepo.config import Config
from skillrepo.draft import Draft, Request
from skillrepo.errors import SkillRepoError, WriterFailed
from skillrepo.program import decide, material
from skillrepo.program.account import Account
from skillrepo.program.engine import Engine
from skillrepo.program.libraries import load
from skillrepo.program.model import Model
from skillrepo.program.recording import Recordings
from skillrepo.program.signatures import EDIT, PLAN, REVISE, WRITE, Section, fingerprint
from skillrepo.user_config import Task

_SKILL = "SKILL.md"
_METADATA = {"version": "0.1.0", "status": "draft"}


@dataclass(frozen=True, slots=True)
class _Plan:
    category: str
    name: str
    description: str
    outline: str
    notes: tuple[str, ...]

    def kept(self) -> dict[str, bytes]:
        text = (
            f"Category: {self.category}\nName: {self.name}\nDescription: {self.description}\n\n"
            f"{self.outline}\n"
        )
        return {"PLAN.md": text.encode(errors="replace")}


@dataclass(frozen=True, slots=True)
class ModelWriter:
    """Writes drafts with the models of `config`; `model` goes before those that it names."""

    config: Config
    model: str | None = None
    account: Account = field(default_factory=Account)
    recordings: Recordings = field(default_factory=Recordings)

    def __reduce__(self) -> tuple[type["ModelWriter"], tuple[Config, str | None]]:
        """What is sent to another machine: account and recordings are of one process."""
        return type(self), (self.config, self.model)

    def __call__(self, request: Request) -> Draft:
        """Ask for one draft. Raises `SkillRepoError`, or `WriterFailed` with what was paid for."""
        if request.revises:
            return self._revise(request, request.previous or request.revises)
        if request.previous:
            return self._edit(request, request.previous)
        planner, worker = self._model("skill_plan"), self._model("skill_initialize")
        # Not used yet, but a key that it lacks is to be known before anything is paid for.
        self._model("skill_edit")
        plan = _plan(planner, request)
        text, cut = material.sources(request.sources, material.WRITE_CHARACTERS)
        inputs = {
            "brief": material.plain(request.brief),
            "sources": text,
            "name": plan.name,
            "description": plan.description,
            "outline": plan.outline,
            "required_sections": material.required_sections(request.choices, plan.category),
        }
        try:
            body = decide.body(worker.ask(WRITE, inputs)["body"])
        except WriterFailed as error:
            raise WriterFailed(str(error), {**plan.kept(), **error.kept}) from None
        fields = {"name": plan.name, "description": plan.description, "metadata": _METADATA}
        notes = (*plan.notes, *planner.engine.notes, *worker.engine.notes, *cut)
        return _draft(plan.category, plan.name, {_SKILL: _render(fields, body)}, worker, notes)

    def _edit(self, request: Request, previous: Draft) -> Draft:
        editor = self._model("skill_edit")
        text, cut = material.sources(request.sources, material.WRITE_CHARACTERS)
        old = previous.files[_SKILL]
        category = request.category or previous.category
        inputs = {
            "brief": material.plain(request.brief),
            "sources": text,
            "draft": material.plain(old.decode(errors="replace")),
            "findings": material.findings(request.findings),
            "required_sections": material.required_sections(request.choices, category),
        }
        try:
            answer = editor.ask(EDIT, inputs)
        except WriterFailed as error:
            raise WriterFailed(str(error), {**previous.files, **error.kept}) from None
        description, note = decide.description(answer["description"])
        name = request.name or previous.name
        fields = {**_text_fields(old), "name": name, "description": description}
        files = {**previous.files, _SKILL: _render(fields, decide.body(answer["body"]))}
        notes = (*previous.notes, *([note] if note else ()), *editor.engine.notes, *cut)
        return _draft(category, name, files, editor, notes)

    def _revise(self, request: Request, start: Draft) -> Draft:
        editor = self._model("skill_edit")
        text, cut = material.sources(request.sources, material.WRITE_CHARACTERS)
        old = start.files[_SKILL]
        inputs = {
            "feedback": material.plain(request.brief),
            "sources": text,
            "skill": material.plain(old.decode(errors="replace")),
            "findings": material.findings(request.findings) or "(none yet)",
            "required_sections": material.required_sections(request.choices, start.category),
        }
        try:
            answer = editor.ask(REVISE, inputs)
        except WriterFailed as error:
            raise WriterFailed(str(error), {**start.files, **error.kept}) from None
        description, note = decide.description(answer["description"])
        files = {**start.files, _SKILL: _rewritten(old, description, decide.body(answer["body"]))}
        notes = (*([note] if note else ()), *editor.engine.notes, *cut)
        return _draft(start.category, start.name, files, editor, notes)

    def _model(self, task: Task) -> Model:
        resolved = self.config.resolve(task, self.model)
        form = self.config.user.dspy.adapter
        engine = Engine(task, resolved, self.account, self.recordings, load())
        return Model(engine, form)


def _plan(planner: Model, request: Request) -> _Plan:
    choices = [choice for choice in request.choices if request.category in {None, choice.id}]
    text, _ = material.sources(request.sources, material.PLAN_CHARACTERS)
    answer = planner.ask(
        PLAN,
        {
            "brief": material.plain(request.brief),
            "sources": text,
            "categories": material.categories(choices),
            "given_name": request.name or "",
            "taken_names": material.taken_names(request),
        },
    )
    description, cut = decide.description(answer["description"])
    outline = _outline(answer["outline"])
    try:
        category, meant = decide.category(answer["category"], choices)
        name = request.name or decide.name(answer["name"], request.taken)
    except SkillRepoError as error:
        plan = _Plan(answer["category"], answer["name"], description, outline, ())
        raise WriterFailed(str(error), plan.kept()) from None
    notes = tuple(note for note in (meant, cut) if note)
    return _Plan(category, name, description, outline, notes)


def _outline(sections: Iterable[Section]) -> str:
    return "\n\n".join(
        "\n".join((f"## {section.heading}", *(f"- {point}" for point in section.points)))
        for section in sections
    )


def _text_fields(data: bytes) -> dict[str, object]:
    """The frontmatter of the last draft, as far as it is text and can be written down again."""
    read = document.read(_SKILL, "", data)
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
    read = document.read(_SKILL, "", data)
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
        read = document.read(_SKILL, "", data)
        assert isinstance(read, document.Document)  # noqa: S101 - it was one before
    lines = read.text.split("\n")[: read.body_line - 1]
    text = "\n".join([*lines, "", body.strip("\n"), ""])
    return text.replace("\n", frontmatter_edit.Source(read).newline).encode(errors="replace")


def _render(fields: Mapping[str, object], body: str) -> bytes:
    return document.render(fields, body).encode(errors="replace")


def _draft(
    category: str, name: str, files: Mapping[str, bytes], model: Model, notes: Iterable[str]
) -> Draft:
    return Draft(
        category,
        name,
        files,
        writer="model",
        model=model.engine.model,
        program=fingerprint(),
        notes=tuple(dict.fromkeys(notes)),
    )
