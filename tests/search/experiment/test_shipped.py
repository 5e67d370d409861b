"""Every shipped builder and loader has a short name, a summary and a reference that resolves; the commands list them."""

from pathlib import Path

import pytest

from search.experiment.file import parse_experiment
from search.experiment.reference_checks import check_references
from search.experiment.references import resolve
from search.experiment.shipped import EXPERIMENTS, builders, loaders

OBJECTIVE = {"metric": "val_loss", "direction": "minimize"}


def test_all_builders_and_loaders_have_a_name_of_their_own() -> None:
    n_builders = sum(file.read_text(encoding="utf-8").count("\ndef build_") for file in (EXPERIMENTS.parent / "models").glob("*.py"))
    assert len(builders()) == n_builders
    assert list(loaders()) == sorted(resolve("experiments.datasets:__all__"))
    assert all(part.summary for part in (*builders().values(), *loaders().values()))


@pytest.mark.parametrize("model", builders())
def test_a_short_name_is_found_without_an_import(model: str) -> None:
    check_references(parse_experiment({"name": "a", "model": model, "data": {"loader": "iris"}, "objective": OBJECTIVE}, "test"))


def test_loaders_resolve() -> None:
    assert {name: resolve(part.reference).__name__ for name, part in loaders().items()} == {name: name for name in loaders()}


def test_the_commands_list_them_and_the_schema_has_an_address(shell) -> None:
    assert "models.mlp:build_mlp" in shell.call("models").stdout
    assert 'loader = "arrays"' in shell.call("data").stdout
    line = shell.call("schema").stdout.strip()
    assert Path(line.removeprefix("#:schema file://")).is_file()
