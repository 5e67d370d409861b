"""Generates the JSON schema of experiment files, with which editors complete and check them.

It is generated from the pydantic models and their docstrings: ``python -m search.experiment.json_schema`` writes it to
``experiments/schema.json``, which an experiment file names in its first line, ``#:schema schema.json`` or what ``perceptune schema`` prints (taplo,
Even Better TOML). Ranges that depend on two keys are checked when the file is read, not by the schema.
"""

import inspect
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from .file import Experiment
from .shipped import EXPERIMENTS

SCHEMA = EXPERIMENTS / "schema.json"


def experiment_schema() -> dict[str, Any]:
    """Return the JSON schema (draft 2020-12) of an experiment file."""
    schema = _as_toml(Experiment.model_json_schema(schema_generator=_Described))
    schema["required"].remove("name")  # the file's stem
    return {"$schema": _Described.schema_dialect, **schema}


def write_schema(path: Path = SCHEMA) -> None:
    """Write the schema of experiment files.

    Args:
        path: The file to write. Defaults to ``experiments/schema.json``.
    """
    path.write_text(json.dumps(experiment_schema(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


class _Described(GenerateJsonSchema):
    """Adds to each key its description from the docstring of its model."""

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        described = super().model_schema(schema)
        summary, attributes = _documentation(schema["cls"])
        described["description"] = summary
        for key, value in described.get("properties", {}).items():
            value["description"] = attributes[key]
        return described


def _documentation(model: type[BaseModel]) -> tuple[str, dict[str, str]]:
    """Return the summary of a Google docstring, and the attributes that it and those of the base classes describe, each in one line."""
    summary, _, listed = (inspect.getdoc(model) or "").partition("\n\nAttributes:\n")
    entries = re.findall(r"^ {4}(\w+): (.*(?:\n {5,}.*)*)", listed, flags=re.MULTILINE)
    base = model.__base__
    inherited = _documentation(base)[1] if base and issubclass(base, BaseModel) else {}
    return " ".join(summary.split()), inherited | {key: " ".join(text.split()) for key, text in entries}


def _as_toml(schema: Any) -> Any:
    """Remove what TOML cannot express (null) and needless keys (titles); a number may match two types at once."""
    if isinstance(schema, list):
        return [_as_toml(part) for part in schema if part != {"type": "null"}]
    if not isinstance(schema, Mapping):
        return schema
    kept = {key: value for key, value in schema.items() if not _is_needless(key, value)}
    named = {"anyOf" if key == "oneOf" else key: _as_toml(value) for key, value in kept.items()}
    alternatives = named.get("anyOf", [])
    return {**alternatives[0], **{k: v for k, v in named.items() if k != "anyOf"}} if len(alternatives) == 1 else named


def _is_needless(key: str, value: object) -> bool:
    return (key == "title" and isinstance(value, str)) or (key == "default" and (value is None or isinstance(value, Mapping)))


if __name__ == "__main__":
    write_schema()
