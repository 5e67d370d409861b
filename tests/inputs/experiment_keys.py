"""Every key of an experiment file, from its schema, with values of other types and out of range, and misspelt."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.inputs.malformed import LONG, Malformed, changed, rng

SCHEMA = json.loads((Path(__file__).parents[2] / "experiments" / "schema.json").read_text())
OF_TYPE = {
    "string": f'"{"z" * 20}"',
    "integer": "-7",
    "number": "-0.5",
    "boolean": "true",
    "array": "[[1]]",
    "object": '{ zzz = "zzz" }',
    "date": "2024-02-29",
}
NUMBERS = ["nan", "-inf", "inf", f"-{'9' * 30}", "9" * 30]
N_WRONG = 1


def inputs() -> Iterator[Malformed]:
    """Yield the inputs."""
    random = rng("keys")
    for path, facts in _keys(SCHEMA):
        table, _, key = path.rpartition(".")
        types = _types(facts)
        wrong = [name for name in OF_TYPE if name not in types and not (name == "integer" and "number" in types)]
        for name in random.sample(wrong, N_WRONG):
            yield changed(f"{path} is {name}", key, {path: OF_TYPE[name]})
        if types & {"integer", "number"}:
            yield from (changed(f"{path} is {value}", key, {path: value}) for value in random.sample(NUMBERS, 2))
        if _is_name(facts):
            yield changed(f"{path} is a long name", key, {path: f'"{"ä" * LONG}"'})
        typo = _misspell(key, random)
        named = "loader is missing" if path == "data.loader" else f'"{typo}"'  # [data] takes any key, as an argument
        yield changed(f"{typo} for {path}", named, {path: None, f"{table}.{typo}" if table else typo: "1"})


def _keys(schema: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    for key, facts in schema["properties"].items():
        within = SCHEMA["$defs"][facts["$ref"].split("/")[-1]] if "$ref" in facts else facts
        yield f"{prefix}{key}", within
        if "properties" in within:
            yield from _keys(within, f"{prefix}{key}.")


def _types(facts: Mapping[str, Any]) -> set[str]:
    parts = facts.get("anyOf", [facts])
    return {"object" if "$ref" in part else part.get("type", facts.get("type")) for part in parts} | (
        {"string"} if facts.get("type") == "string" else set()
    )


def _is_name(facts: Mapping[str, Any]) -> bool:
    return any("enum" in part or "pattern" in part or "const" in part for part in (facts, *facts.get("anyOf", [])))


def _misspell(key: str, random: Any) -> str:
    """Return a key with two neighbouring letters exchanged, or one doubled."""
    at = random.randrange(len(key) - 1)
    swapped = key[:at] + key[at + 1] + key[at] + key[at + 2 :]
    return swapped if swapped != key and not swapped.startswith("_") else f"{key[: at + 1]}{key[at:]}"
