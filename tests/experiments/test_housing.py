"""California housing by networks of two inputs and two outputs, from the command line to the champion's answers."""

import json

import pandas as pd
import pytest

FIVE_ROWS = """
from experiments.datasets import california_housing
features, value = california_housing()["test"]
features.head(5).to_csv("rows.csv", index=False)
print((value**2).mean())
"""


@pytest.mark.slow
@pytest.mark.parametrize(("experiment", "sampler"), [("wide_and_deep_two_inputs", "tpe"), ("wide_and_deep_subclassed", "kt-bayesian")])
def test_a_search_ends_with_a_champion_that_answers_rows(shell, shrunken, experiment, sampler):
    shell.run("run", *shrunken(experiment), "--sampler", sampler)
    best = json.loads(shell.run("best", experiment, "--json").stdout)
    assert best["n_by_state"] == {"COMPLETE": 2}
    error_of_zero = float(shell.python(FIVE_ROWS))
    assert best["test"]["main_loss"] < error_of_zero
    shell.run("predict", experiment, "--input", "rows.csv", "--output", "answers.csv")
    answers = pd.read_csv(shell.folder / "answers.csv")
    assert (list(answers), len(answers)) == (["main_prediction", "aux_prediction"], 5)


def test_a_misspelt_column_or_output_ends_the_command_before_the_first_trial(shell, shrunken):
    words = shrunken("wide_and_deep_two_inputs")
    refused = shell.run("run", *words, "--set", 'preprocessing.inputs.wide=["MedIncome"]', status=2)
    assert 'preprocessing.inputs.wide: data set "california_housing" has no column "MedIncome"; did you mean "MedInc"?' in refused.stderr
    refused = shell.run("run", *words, "--set", "objective.metric=val_mian_loss", status=2)
    assert 'the outputs have no such metric; did you mean "val_main_loss"?' in refused.stderr
    refused = shell.run("run", *words, "--set", "outputs.third.weight=1.0", status=2)
    assert '[outputs.third]: the model has no output "third"; Valid: aux, main' in refused.stderr
