"""California housing by networks of two inputs and two outputs, from the command line to the champion's predictions."""

import json

import pandas as pd
import pytest

from experiments.datasets import california_housing


@pytest.mark.slow
@pytest.mark.usefixtures("forks")
@pytest.mark.parametrize(("experiment", "sampler"), [("wide_and_deep_two_inputs", "tpe"), ("wide_and_deep_subclassed", "kt-bayesian")])
def test_a_search_ends_with_a_champion_that_predicts_rows(shell, shrunken, monkeypatch, experiment, sampler):
    shell.call("run", *shrunken(experiment), "--sampler", sampler, "--executor", "in-process")
    best = json.loads(shell.call("best", experiment, "--json").stdout)
    assert best["n_by_state"] == {"COMPLETE": 2}
    monkeypatch.setenv("PERCEPTUNE_DATA", shell.variables["PERCEPTUNE_DATA"])
    features, value = california_housing()["test"]
    assert best["test"]["main_loss"] < (value**2).mean()  # better than predicting 0
    features.head(5).to_csv(shell.folder / "rows.csv", index=False)
    shell.call("predict", experiment, "--input", "rows.csv", "--output", "predictions.csv")
    predictions = pd.read_csv(shell.folder / "predictions.csv")
    assert (list(predictions), len(predictions)) == (["main_prediction", "aux_prediction"], 5)


def test_a_misspelt_column_or_output_ends_the_command_before_the_first_trial(shell, shrunken):
    words = [*shrunken("wide_and_deep_two_inputs"), "--executor", "in-process"]
    refused = shell.call("run", *words, "--set", 'preprocessing.inputs.wide=["MedIncome"]', status=2)
    assert 'preprocessing.inputs.wide: data set "california_housing" has no column "MedIncome"; did you mean "MedInc"?' in refused.stderr
    refused = shell.call("run", *words, "--set", "objective.metric=val_mian_loss", status=2)
    assert 'the outputs have no such metric; did you mean "val_main_loss"?' in refused.stderr
    refused = shell.call("run", *words, "--set", "outputs.third.weight=1.0", status=2)
    assert '[outputs.third]: the model has no output "third"; Valid: aux, main' in refused.stderr
