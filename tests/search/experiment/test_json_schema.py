"""The JSON schema that editors read."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from search.experiment.file import load_experiment
from search.experiment.json_schema import SCHEMA, experiment_schema, write_schema
from search.experiment.shipped import EXPERIMENTS
from search.pruners import registry as pruners
from search.samplers import registry as samplers


def properties(schema: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every key that the schema describes."""
    for table in [schema, *schema["$defs"].values()]:
        yield from table["properties"].items()


def test_the_schema_in_the_folder_is_the_current_one() -> None:
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == experiment_schema(), "run: python -m search.experiment.json_schema"


def test_the_schema_is_written_unchanged(tmp_path: Path) -> None:
    write_schema(tmp_path / "schema.json")
    assert (tmp_path / "schema.json").read_text(encoding="utf-8") == SCHEMA.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(EXPERIMENTS.glob("*.toml")), ids=lambda path: path.stem)
def test_a_shipped_experiment_is_valid_and_names_the_schema(path: Path) -> None:
    assert load_experiment(path).name == path.stem
    assert path.read_text(encoding="utf-8").splitlines()[0] == "#:schema schema.json"


def test_every_key_is_described() -> None:
    for key, described in properties(experiment_schema()):
        assert described["description"], key


def test_a_setting_may_be_a_value_within_its_range_or_searched() -> None:
    epochs = dict(properties(experiment_schema()))["epochs"]
    assert epochs["default"] == 100
    assert epochs["anyOf"][0] == {"type": "integer", "minimum": 1}
    assert [entry["$ref"].rpartition("/")[2] for entry in epochs["anyOf"][1:]] == ["IntParameter", "FloatParameter", "CategoricalParameter"]


def test_a_name_may_be_left_out_and_null_is_never_offered() -> None:
    schema = experiment_schema()
    assert schema["required"] == ["model", "data", "objective"]
    assert "null" not in json.dumps(schema)


def test_the_names_that_editors_offer_are_those_of_the_samplers_and_pruners() -> None:
    described = dict(properties(experiment_schema()))
    assert described["sampler"]["anyOf"][0]["enum"] == list(samplers.NAMES)
    assert described["pruner"]["anyOf"][0]["enum"] == ["auto", *pruners.NAMES]
