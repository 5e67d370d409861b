"""California housing: shrunken searches of the plain network and of the wide and deep ones, to the champion's answers."""

import json
import os
from pathlib import Path

import pandas as pd
import pytest

FILE = Path(os.environ.get("PERCEPTUNE_DATA") or "~/.cache/perceptune").expanduser() / "scikit_learn" / "cal_housing_py3.pkz"
ONE, TWO = ["prediction"], ["main_prediction", "aux_prediction"]
SLOW = pytest.mark.slow
needs_housing = pytest.mark.skipif(not FILE.is_file(), reason=f"there is no {FILE}; PERCEPTUNE_DATA names the folder that holds scikit_learn/")


@needs_housing
@pytest.mark.parametrize(
    ("experiment", "sampler", "columns"),
    [
        pytest.param("housing", "tpe", ONE, marks=SLOW),
        pytest.param("housing", "kt-random", ONE, marks=SLOW),
        pytest.param("wide_and_deep", "tpe", ONE, marks=SLOW),
        pytest.param("wide_and_deep", "kt-bayesian", ONE, marks=SLOW),
        ("wide_and_deep_two_inputs", "tpe", TWO),
        pytest.param("wide_and_deep_two_inputs", "kt-random", TWO, marks=SLOW),
        pytest.param("wide_and_deep_subclassed", "tpe", TWO, marks=SLOW),
        ("wide_and_deep_subclassed", "kt-random", TWO),
    ],
)
def test_a_search_ends_with_a_champion_that_answers_rows(shell, shrunken, experiment, sampler, columns):
    shell.run("run", *shrunken(experiment), "--sampler", sampler)
    best = json.loads(shell.run("best", experiment, "--json").stdout)
    assert best["n_by_state"] == {"COMPLETE": 2}
    assert best["test"]["main_loss" if columns == TWO else "loss"] < 1.4
    shell.python("from experiments.datasets import california_housing; california_housing()['test'][0].head(5).to_csv('rows.csv', index=False)")
    shell.run("predict", experiment, "--input", "rows.csv", "--output", "answers.csv")
    answers = pd.read_csv(shell.folder / "answers.csv")
    assert (list(answers), len(answers)) == (columns, 5)


@needs_housing
def test_a_misspelt_column_or_output_ends_the_command_before_the_first_trial(shell, shrunken):
    words = shrunken("wide_and_deep_two_inputs")
    refused = shell.run("run", *words, "--set", 'preprocessing.inputs.wide=["MedIncome"]', status=2)
    assert 'preprocessing.inputs.wide: data set "california_housing" has no column "MedIncome"; did you mean "MedInc"?' in refused.stderr
    refused = shell.run("run", *words, "--set", "objective.metric=val_mian_loss", status=2)
    assert 'the outputs have no such metric; did you mean "val_main_loss"?' in refused.stderr
    refused = shell.run("run", *words, "--set", "outputs.third.weight=1.0", status=2)
    assert '[outputs.third]: the model has no output "third"; Valid: aux, main' in refused.stderr
