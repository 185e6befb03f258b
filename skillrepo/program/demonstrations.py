"""Demonstrations of a predictor: field → value, as JSON and as DSPy shows them."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from skillrepo.program import material
from skillrepo.program.signatures import PREDICTORS

MOST_OF_A_DEMO = 60_000
"""Characters: with every request they are sent and paid for."""


def read(name: str, demo: Mapping[str, Any]) -> dict[str, Any] | None:
    """The fields of a demonstration as JSON; None where it is none of this predictor."""
    signature = PREDICTORS[name]
    found: dict[str, Any] = {}
    for field in signature.inputs:
        if not isinstance(demo.get(field), str):
            return None
        found[field] = demo[field]
    for field, (kind, _) in signature.outputs.items():
        adapter = TypeAdapter(kind)
        try:
            value = adapter.validate_python(demo[field])
        except (KeyError, ValidationError):
            return None
        found[field] = adapter.dump_python(value, mode="json")
    return found if len(json.dumps(found)) <= MOST_OF_A_DEMO else None


def shown(dspy: Any, name: str, demo: Mapping[str, Any]) -> Any:
    """A demonstration, whose fields are known to be right, as DSPy shows it to a model."""
    outputs = PREDICTORS[name].outputs
    fields = {
        field: TypeAdapter(outputs[field][0]).validate_python(_plain(value))
        if field in outputs
        else _plain(value)
        for field, value in demo.items()
    }
    return dspy.Example(augmented=True, **fields)


def _plain(value: Any) -> Any:
    """A value whose texts open no field of the request."""
    if isinstance(value, str):
        return material.plain(value)
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return value
