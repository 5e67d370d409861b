"""Searches over the documented models with scikit-learn's interface, shrunk, and what must come out of them."""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = [
    ("and_gate", ()),
    pytest.param("iris_perceptron", ('space.model.alpha={ type = "float", low = 1e-5, high = 1e-3, log = true }',), marks=pytest.mark.slow),
    pytest.param(
        "diabetes_scikit_learn", ('space.model.alpha={ type = "float", low = 0.1, high = 0.5 }', "space.model.n_hidden_2=0"), marks=pytest.mark.slow
    ),
]
PROGRAM = """
import json
from search import load_champion, load_experiment, run_study
from search.dataset import load_dataset
for n_trials, sampler in ((2, "random"), (3, "kt-random")):
    overrides = {overrides!r} + [f"search.n_trials={{n_trials}}", f"search.sampler={{sampler}}"]
    experiment = load_experiment({file!r}, overrides)
    summary = run_study(experiment)
rows = load_dataset(experiment.data).test.features
answers = load_champion(experiment.name).predict(rows)
print(json.dumps([summary.n_by_state["COMPLETE"], len(answers) == len(rows), summary.test["accuracy"]]))
"""


@pytest.mark.parametrize(("name", "overrides"), ROWS)
def test_both_families_of_samplers_search_it_and_its_champion_predicts(shell, name, overrides):
    words = [*overrides, "executor.name=in-process"]
    printed = shell.python(PROGRAM.format(overrides=words, file=str(ROOT / "experiments" / f"{name}.toml")))
    n_complete, is_whole, accuracy = json.loads(printed.splitlines()[-1])
    assert (n_complete, is_whole) == (3, True)
    assert accuracy > 0.6
