"""Each documented architecture, shrunk: one of each nature is searched to its champion, each of the others trains."""

import math
from pathlib import Path

import keras
import numpy as np
import optuna
import pytest

from experiments.reproduction.rows import ROWS
from search import load_champion, load_experiment, run_study
from search.data.dataset import load_dataset
from search.data.fitting import fit_preprocessor, prepare
from search.data.targets import named_outputs
from search.executors.in_process import InProcessExecutor
from search.experiment.space import to_distributions
from search.samplers.registry import make_sampler
from search.trial import Assignment, TrialState

ROOT = Path(__file__).parents[2]
SAMPLERS = ("random", "kt-random")
SEARCHED = {
    "and_gate": "random",  # an estimator of our own
    "diabetes_scikit_learn": "kt-random",  # an estimator of scikit-learn
    "housing": "kt-random",  # a regression
    "lenet": "random",  # images
    "recurrent_mnist": "kt-random",  # sequences
}
"""One of each nature; `test_housing.py` has two inputs and outputs, `tests/test_readme_additions.py` tables of two and more classes."""

EXPERIMENTS = sorted({run.experiment for row in ROWS for run in row.runs})
ESTIMATORS = {"and_gate", "or_gate", "xor_gate", "iris_perceptron", "diabetes_scikit_learn"}
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


def shrunken(name, *changes):
    return load_experiment(ROOT / "experiments" / f"{name}.toml", [*CHANGES.get(name, TRAINING), *changes])


@pytest.fixture
def folder(tmp_path, data, monkeypatch):
    """An empty working directory, with data files."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PERCEPTUNE_DATA", str(data))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


@pytest.mark.slow
@pytest.mark.usefixtures("folder", "forks")
@pytest.mark.parametrize(("name", "sampler"), SEARCHED.items())
def test_it_is_searched_and_its_champion_predicts(name, sampler):
    experiment = shrunken(name, "executor.name=in-process", "search.n_trials=2", f"search.sampler={sampler}")
    summary = run_study(experiment)
    assert summary.n_by_state == {"COMPLETE": 2}
    assert summary.test
    assert all(map(math.isfinite, summary.test.values()))
    rows = load_dataset(experiment.data).test.features[:5]
    predictions = load_champion(experiment.name).predict(rows)
    assert len(predictions) == len(rows)
    assert next(iter(predictions)).endswith("prediction")


def propose(experiment, sampler):
    """Return the hyperparameters of a first trial."""
    distributions = to_distributions(experiment.space.searched)
    search = experiment.search.model_copy(update={"sampler": sampler})
    study = optuna.create_study(sampler=make_sampler(search, experiment.space.searched, 2), direction=experiment.objective.direction)
    return study.ask(distributions).params


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_both_families_of_samplers_propose_its_hyperparameters(sampler):
    for name in EXPERIMENTS:
        experiment = shrunken(name)
        params = propose(experiment, sampler)
        assert params.keys() == experiment.space.searched.keys()
        assert experiment.space.training_settings(params).batch_size >= 1
        assert experiment.space.model_arguments(params).keys() == experiment.space.model.keys()


@pytest.mark.slow
@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", sorted(set(EXPERIMENTS) - SEARCHED.keys()))
def test_it_trains_and_its_model_predicts(name):
    experiment = shrunken(name)
    dataset = load_dataset(experiment.data)
    preprocessor = fit_preprocessor(dataset, experiment.preprocessing, experiment.outputs)
    prepare(dataset, preprocessor).save(Path("arrays"))
    executor = InProcessExecutor()
    executor.start(experiment, Path("arrays"))
    executor.check()
    executor.submit(_assignment(experiment, propose(experiment, "random")))
    [result] = executor.wait(lambda report: True)
    assert result.state is TrialState.COMPLETE, result.reason
    if name not in ESTIMATORS:
        model = keras.saving.load_model(Path("models/0.keras"), compile=False)
        outputs = named_outputs(model, model(preprocessor.transform(dataset.test.features[:5])))
        predictions = preprocessor.decode({name: np.asarray(output) for name, output in outputs.items()})
        assert next(iter(predictions)).endswith("prediction")


def _assignment(experiment, params):
    Path("models").mkdir(exist_ok=True)
    return Assignment(
        number=0,
        params=params,
        model_arguments=experiment.space.model_arguments(params),
        training=experiment.space.training_settings(params),
        seed=0,
        is_prunable=False,
        keep_if_better_than=None,
        model_path="models/0",
    )
