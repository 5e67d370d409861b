"""A search over each documented architecture, shrunk, with a sampler of Optuna and one of Keras Tuner; its champion predicts."""

import math
from pathlib import Path

import pytest

from experiments.reproduction.rows import ROWS
from search import load_champion, load_experiment, run_study
from search.data.dataset import load_dataset

ROOT = Path(__file__).parents[2]
CASES = sorted({(row.number, run.experiment) for row in ROWS for run in row.runs} | {(5, "exam_scores"), (19, "waves")})
TRAINING = ('space.training.learning_rate={ type = "float", low = 1e-3, high = 1e-2, log = true }', "space.training.epochs=2")
FEW_IMAGES = (*TRAINING, "data.n_train=300", "data.n_validation=100")
CHANGES = {
    "and_gate": (),
    "or_gate": (),
    "xor_gate": (),
    "iris_perceptron": ('space.model.alpha={ type = "float", low = 1e-5, high = 1e-3, log = true }',),
    "diabetes_scikit_learn": ('space.model.alpha={ type = "float", low = 0.1, high = 0.5 }', "space.model.n_hidden_2=0"),
    "waves": (*TRAINING, "data.n_series=100"),
    **dict.fromkeys(("fashion_mnist", "mnist", "lenet", "recurrent_mnist"), FEW_IMAGES),
}


def case(number, name):
    marks = [] if name == "and_gate" else [pytest.mark.slow]
    return pytest.param(name, id=f"row_{number}_{name}", marks=marks)


@pytest.fixture
def folder(tmp_path, data, monkeypatch):
    """An empty working directory, with data files."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PERCEPTUNE_DATA", str(data))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", [case(*found) for found in CASES])
def test_both_families_of_samplers_search_it_and_its_champion_predicts(name):
    for n_trials, sampler in ((1, "random"), (2, "kt-random")):
        words = [*CHANGES.get(name, TRAINING), "executor.name=in-process", f"search.n_trials={n_trials}", f"search.sampler={sampler}"]
        experiment = load_experiment(ROOT / "experiments" / f"{name}.toml", words)
        summary = run_study(experiment)
    assert summary.n_by_state == {"COMPLETE": 2}
    assert summary.test
    assert all(map(math.isfinite, summary.test.values()))
    rows = load_dataset(experiment.data).test.features[:5]
    answers = load_champion(experiment.name).predict(rows)
    assert len(answers) == len(rows)
    assert next(iter(answers)).endswith("prediction")
