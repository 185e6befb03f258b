"""The grade of the reference system, skill-fleet: nine features, its weights, its thresholds.

It is here to compare with, and to move from. It rewards headings: fifteen lines of them without any
content lift nearly every skill over its minimum, so it gates nothing. The files of that system
name the nine and weigh them, and no code of it computes them: what each counts is our reading.
Weights and thresholds are those of `evaluation` in config.yaml.
"""

import re
from collections.abc import Mapping

from skillrepo import prose
from skillrepo.document import Document
from skillrepo.grade import score
from skillrepo.grade.profile import ProfileName, shipped
from skillrepo.measure import Reading

NAME: ProfileName = "fleet-compat"
WARNING = "gameable: headings without content raise it"
_PATTERNS = 5
_EXAMPLES = 3
_SECTIONS: Mapping[str, str] = {
    "has_anti_patterns": r"anti-?\s?patterns?|\u274c",
    "has_key_insights": r"key insights?",
    "has_real_world_impact": r"real[- ]world impact",
    "has_quick_reference": r"quick reference",
    "has_common_mistakes": r"common (?:mistakes|pitfalls|errors)",
    "has_red_flags": r"red flags?",
}
_PATTERN = re.compile(r"#{2,4}\s+(?:\*\*)?pattern\b", re.IGNORECASE)
_KEYS = ("name", "description", "license", "metadata")


def grade(
    skill: Document, weights: Mapping[str, float], thresholds: Mapping[str, float]
) -> score.Grade:
    """The weighted mean of the nine; its label is by the thresholds as they are.

    Both are those of the configuration, by its keys: `evaluation.metric_weights` and `.thresholds`.
    """
    values = features(skill)
    mean = sum(weights[name] * value for name, value in values.items()) / sum(weights.values())
    least = {key.removesuffix("_quality"): value for key, value in thresholds.items()}
    readings = {name: Reading(value, WARNING) for name, value in values.items()}
    placed = score.graded(mean, readings, shipped(NAME))
    return placed._replace(score=round(mean, 4), label=score.label(round(mean, 4), least))


def features(skill: Document) -> dict[str, float]:
    """The nine features, each between 0 and 1."""
    parts = prose.parts(skill)
    lines = [part.text for part in parts if isinstance(part, prose.Line)]
    titles = "\n".join(line for line in lines if line.startswith(("#", "**", "- **", "\u274c")))
    patterns = sum(1 for line in lines if _PATTERN.match(line))
    blocks = [part for part in parts if isinstance(part, prose.Fenced)]
    told = sum(1 for block in blocks if block.language)
    examples = told / len(blocks) * min(1, told / _EXAMPLES) if blocks else 0
    complete = sum(1 for key in _KEYS if skill.frontmatter.get(key)) / len(_KEYS)
    found = {
        name: float(re.search(form, titles, re.IGNORECASE) is not None)
        for name, form in _SECTIONS.items()
    }
    return {
        "pattern_count": min(1.0, patterns / _PATTERNS),
        **found,
        "frontmatter_completeness": complete,
        "code_examples_quality": examples,
    }
