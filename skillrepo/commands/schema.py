"""`skillrepo schema`: the JSON Schemas in `schemas/`, made from the models."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from pydantic import TypeAdapter

from skillrepo.behaviour.result import BehaviourNote
from skillrepo.behaviour.trigger_result import TriggersNote
from skillrepo.errors import SkillRepoError
from skillrepo.file_shapes import (
    BaselineFile,
    BriefShape,
    CalibrationFile,
    ClientsFile,
    GradingFile,
    RubricFile,
    SectionsFile,
    SettingsFile,
    TaxonomyFile,
)
from skillrepo.output import shapes
from skillrepo.output.eval_shapes import EvalShape
from skillrepo.output.grade_shapes import GradeNoteShape, GradeShape
from skillrepo.output.judge_shapes import CalibrateShape
from skillrepo.output.review_shapes import JudgeNoteShape
from skillrepo.output.trigger_shapes import TriggersShape
from skillrepo.skill import Frontmatter
from skillrepo.user_config import UserConfig

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
# File name → model. Files that people write, then what `--json` prints.
_MODELS: Mapping[str, Any] = {
    "frontmatter": Frontmatter,
    "taxonomy": TaxonomyFile,
    "settings": SettingsFile,
    "sections": SectionsFile,
    "clients": ClientsFile,
    "grading": GradingFile,
    "rubric": RubricFile,
    "calibration": CalibrationFile,
    "baseline": BaselineFile,
    "brief": BriefShape,
    "config": UserConfig,
    "report": shapes.ReportShape,
    "grade": GradeShape,
    "grade-note": GradeNoteShape,
    "eval": EvalShape,
    "behaviour-note": BehaviourNote,
    "triggers": TriggersShape,
    "triggers-note": TriggersNote,
    "judge-note": JudgeNoteShape,
    "new": shapes.NewShape,
    "batch": shapes.BatchShape,
    "optimize": shapes.OptimizeShape,
    "progress": shapes.ProgressShape | shapes.BriefProgressShape | shapes.LostShape,
    "pr": shapes.PrShape,
    "diff": shapes.DiffShape,
    "show": shapes.ShowShape,
    "revise": shapes.ReviseShape,
    "drafts": shapes.DraftsShape,
    "promote": shapes.PromoteShape,
    "publish": shapes.PublishShape,
    "list": shapes.ListShape,
    "tree": shapes.TreeShape,
    "taxonomy-mv": shapes.TaxonomyMoveShape,
    "taxonomy-add": shapes.TaxonomyAddShape,
    "rules": shapes.RulesShape,
    "config-show": shapes.SettingsShape,
    "doctor": shapes.DoctorShape,
    "judge-calibrate": CalibrateShape,
}


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("schemas"))
@click.option("--check", is_flag=True, help="Write nothing; fail where a file differs.")
def command(folder: Path, *, check: bool) -> None:
    """Write the JSON Schemas into FOLDER (schemas), or check what is there.

    It is for working on skillrepo itself, and for copying the schemas to an editor.
    """
    expected = {folder / f"{name}.schema.json": _text(model) for name, model in _MODELS.items()}
    if check:
        stale = [str(path) for path, text in expected.items() if _current(path) != text]
        stale += [str(path) for path in folder.glob("*.schema.json") if path not in expected]
        if stale:
            message = f"not as the models make them: {', '.join(sorted(stale))}"
            raise SkillRepoError(f"{message}; run `skillrepo schema`")
        click.echo(f"{len(expected)} schemas are as the models make them")
        return
    try:
        folder.mkdir(exist_ok=True)
        for path, text in expected.items():
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SkillRepoError(f"{folder} cannot be written: {error.strerror}") from None
    click.echo(f"wrote {len(expected)} schemas to {folder}")


def _current(path: Path) -> str | None:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else None


def _text(model: Any) -> str:
    schema = TypeAdapter(model).json_schema(by_alias=True)
    return json.dumps({"$schema": _DIALECT, **schema}, indent=2, ensure_ascii=False) + "\n"
