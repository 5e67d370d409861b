"""Every experiment file names its command and what to expect, and has arguments and values that exist."""

from pathlib import Path

import pytest

from search.experiment.file import load_experiment
from search.experiment.references import check_arguments, check_values, resolve

FILES = sorted((Path(__file__).parents[2] / "experiments").glob("*.toml"))
PROVIDED = {"input_shape": None, "task": None, "n_outputs": None, "seed": None}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_opens_with_its_schema_command_hardware_time_and_expectation(file):
    lines = file.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "#:schema schema.json"
    opening = [line for line in lines if line.startswith("#")]
    for word in ("# Command:  ", "# Hardware: ", "# Time:     ", "# Expect:   "):
        assert sum(line.startswith(word) for line in opening) == 1, word
    assert any(f"make search EXPERIMENT={file.stem} " in line or file.stem == "diabetes" for line in opening)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_its_model_and_its_loader_accept_its_arguments(file):
    experiment = load_experiment(file)
    builder, loader = resolve(experiment.model), resolve(experiment.data.loader)
    check_arguments(builder, experiment.space.model, PROVIDED, "[space.model]")
    check_values(builder, experiment.space.model_values, "[space.model]")
    check_arguments(loader, experiment.data.arguments, {}, "[data]")


@pytest.mark.usefixtures("forks")
def test_a_value_that_keras_does_not_have_is_refused_before_any_trial(shell):
    words = ["run", FILES[0].parent / "moons.toml", "--executor", "in-process", "--set", "space.model.activation=rellu"]
    assert 'activation = "rellu"' in (printed := shell.call(*words, status=2).stderr)
    assert 'did you mean "relu"?' in printed
    assert not list((shell.folder / "mlruns" / "studies").glob("moons*"))
