"""Trials of different depth, widths, activation and batch size train in one padded program as Keras' own fit trains them."""

from dataclasses import replace

import numpy as np
import pytest

from search.data.arrays import TrainingArrays
from search.experiment.settings import TrainingSettings
from search.training.context import TrainingContext
from search.training.program_cache import programs_of
from search.training.run import train_trial
from search.trial import Assignment, TrialState
from tests.search.training.conftest import make_arrays, make_experiment

SPACE = {
    "model": {
        "n_hidden": {"type": "int", "low": 0, "high": 3},
        "n_neurons": {"type": "int", "low": 2, "high": 20},
        "activation": {"type": "categorical", "choices": ["relu", "tanh", "sigmoid", "elu"]},
    },
    "training": {"batch_size": {"type": "categorical", "choices": [16, 32, 100]}},
}
TRIALS = [
    ({"n_hidden": 3, "n_neurons": 20, "activation": "relu"}, 32),
    ({"n_hidden": 0, "n_neurons": 7, "activation": "tanh"}, 16),
    ({"n_hidden": 1, "n_neurons": 7, "activation": "sigmoid"}, 100),
    ({"n_hidden": 2, "n_neurons": 13, "activation": "elu"}, 16),
    ({"n_hidden": 3, "n_neurons": 2, "activation": "tanh"}, 32),
]
BINARY = ["auc", "precision", "recall", "f1_score", "binary_crossentropy"]
CASES = {
    "sgd, binary": ("binary", BINARY, {"optimizer": "sgd", "learning_rate": 0.3}),
    "nesterov, clipped, decayed": (
        *("regression", ["mse", "rmse", "r2"]),
        {"optimizer": "sgd", "momentum": 0.9, "nesterov": True, "clipnorm": 0.5, "weight_decay": 0.01, "learning_rate": 0.05},
    ),
    "adam, schedule": ("multiclass", ["top_k_categorical_accuracy"], {"optimizer": "adam", "schedule": "exponential", "learning_rate": 0.01}),
    "adamw, smoothed": ("multiclass", [], {"optimizer": "adamw", "weight_decay": 0.1, "label_smoothing": 0.1}),
    "rmsprop": ("regression", [], {"optimizer": "rmsprop", "momentum": 0.5, "loss": "huber"}),
    "lion": ("binary", [], {"optimizer": "lion", "learning_rate": 0.003}),
    "nadam": ("binary", [], {"optimizer": "nadam", "loss": "binary_focal_crossentropy"}),
    "adagrad": ("regression", [], {"optimizer": "adagrad", "learning_rate": 0.1}),
    "adamax": ("regression", [], {"optimizer": "adamax"}),
    "adadelta": ("binary", [], {"optimizer": "adadelta", "learning_rate": 1.0}),
}
VALUES = {
    "weight decay": ("regression", {"optimizer": "adam", "learning_rate": 0.05}, [{"weight_decay": 0.2}, {"weight_decay": 0.01}]),
    "smoothing": ("multiclass", {"learning_rate": 0.05}, [{"label_smoothing": 0.4}, {"label_smoothing": 0.2}, {"label_smoothing": 0.05}]),
    "momentum": ("binary", {"optimizer": "sgd", "nesterov": True, "learning_rate": 0.05}, [{"momentum": 0.9}, {"momentum": 0.5}, {"momentum": 0.1}]),
    "momentum of rmsprop": ("binary", {"optimizer": "rmsprop"}, [{"momentum": 0.9}, {"momentum": 0.5}, {"momentum": 0.1}]),
}


def experiment_of(trainer, metrics):
    return make_experiment("models.mlp:build_mlp", trainer=trainer, space=SPACE, metrics=metrics, search={"n_trials": 20})


def train_all(experiment, arrays, folder, settings, trials=TRIALS):
    results = []
    for number, (arguments, batch_size, *own) in enumerate(trials):
        assignment = Assignment(
            number=number,
            params=arguments | {"batch_size": batch_size},
            model_arguments=arguments,
            training=TrainingSettings(**({"epochs": 4} | settings | dict(*own)), batch_size=batch_size),
            seed=number,
            is_prunable=False,
            keep_if_better_than=None,
            model_path=str(folder / experiment.executor.trainer / str(number)),
        )
        results.append(train_trial(TrainingContext(experiment, arrays), assignment, lambda _: True))
    return results


@pytest.mark.parametrize("case", CASES)
def test_one_program_trains_all_of_them_as_fit_does(case, tmp_path):
    task, metrics, settings = CASES[case]
    arrays = make_arrays(task)
    elastic = train_all(experiment := experiment_of("auto", metrics), arrays, tmp_path, settings)
    n_programs = len(programs_of(TrainingContext(experiment, arrays)))
    fit = train_all(experiment_of("keras", metrics), arrays, tmp_path, settings)
    assert [(result.state, result.reason) for result in elastic] == [(TrialState.COMPLETE, "")] * len(TRIALS)
    assert {result.trainer for result in elastic} == {"elastic"}
    assert n_programs == 1
    for expected, got in zip(fit, elastic, strict=True):
        assert (got.n_parameters, got.best_epoch) == (expected.n_parameters, expected.best_epoch)
        for epoch, numbers in enumerate(expected.history):
            assert got.history[epoch] == pytest.approx(numbers, rel=1e-4, abs=1e-5)
        kept = (tmp_path / trainer / f"{expected.number}.expected.npz" for trainer in ("keras", "auto"))
        theirs, ours = (np.load(path)["outputs"] for path in kept)
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("case", VALUES)
def test_one_program_trains_settings_that_are_values_as_fit_does(case, tmp_path):
    task, settings, changes = VALUES[case]
    arrays, trials = make_arrays(task), [(*trial, change) for trial, change in zip(TRIALS, changes, strict=False)]
    elastic = train_all(experiment := experiment_of("auto", []), arrays, tmp_path, settings, trials)
    assert len(programs_of(TrainingContext(experiment, arrays))) == 1
    fit = train_all(experiment_of("keras", []), arrays, tmp_path, settings, trials)
    for expected, got in zip(fit, elastic, strict=True):
        assert (got.trainer, got.reason) == ("elastic", "")
        for epoch, numbers in enumerate(expected.history):
            assert got.history[epoch] == pytest.approx(numbers, rel=1e-4, abs=1e-5)


def test_a_trial_does_not_depend_on_those_before_it(tmp_path):
    arrays, settings = make_arrays(), {"optimizer": "adam", "learning_rate": 0.05}
    after_others = train_all(experiment_of("auto", []), arrays, tmp_path, settings)[-1]
    number = len(TRIALS) - 1
    padding = [TRIALS[0]] * number
    after_another = train_all(experiment_of("auto", []), arrays, tmp_path, settings, [*padding, TRIALS[-1]])[-1]
    assert after_others.history == after_another.history


@pytest.mark.parametrize(
    "changes",
    [
        [{"use_bias": True}, {"use_bias": False}],
        [{"binary_output": "sigmoid"}, {"binary_output": "softmax"}, {"binary_output": "sigmoid"}],
        [{"binary_output": "softmax"}, {"binary_output": "sigmoid"}],
        [{"activation": "relu"}, {"activation": "softmax"}, {"activation": "gelu"}, {"activation": "log_sigmoid"}],
    ],
    ids=lambda changes: " ".join(f"{value}" for change in changes for value in change.values()),
)
def test_networks_of_another_kind_do_not_disturb_each_other(changes, tmp_path):
    arguments, batch_size = TRIALS[3]
    trials = [(arguments | change, batch_size) for change in changes]
    auto, keras = (train_all(experiment_of(trainer, []), make_arrays(), tmp_path, {}, trials) for trainer in ("auto", "keras"))
    for ours, theirs in zip(auto, keras, strict=True):
        assert ours.reason == ""
        assert ours.history[-1] == pytest.approx(theirs.history[-1], rel=1e-4, abs=1e-5)


def test_images_are_flattened(tmp_path):
    arrays = make_arrays("multiclass", 40, (4, 4))
    auto, keras = (train_all(experiment_of(trainer, []), arrays, tmp_path, {}, TRIALS[:2]) for trainer in ("auto", "keras"))
    for ours, theirs in zip(auto, keras, strict=True):
        assert ours.trainer == "elastic"
        assert ours.history[-1] == pytest.approx(theirs.history[-1], rel=1e-4)


@pytest.mark.parametrize(
    "change",
    [{"dropout": 0.2}, {"normalization": "batch"}, {"l2": 0.01}, {"constraint": "max_norm"}, {"activation": "prelu"}],
    ids=lambda change: next(iter(change)),
)
def test_what_a_stack_cannot_say_is_compiled_for_itself(change, tmp_path):
    arguments, batch_size = TRIALS[0]
    (result,) = train_all(experiment_of("auto", []), make_arrays(), tmp_path, {"epochs": 1}, [(arguments | change, batch_size)])
    assert (result.trainer, result.reason) == ("compiled", "")


@pytest.mark.parametrize("settings", [{"optimizer": "muon"}, {"loss": "root_mean_squared_error"}, {"precision": "mixed_bfloat16"}])
def test_settings_that_look_across_numbers_are_compiled_for_themselves(settings, tmp_path):
    (result,) = train_all(experiment_of("auto", []), make_arrays("regression"), tmp_path, settings | {"epochs": 1}, TRIALS[:1])
    assert (result.trainer, result.reason) == ("compiled", "")


def test_programs_are_given_up_with_their_data(tmp_path):
    experiment, arrays = experiment_of("auto", []), make_arrays()
    train_all(experiment, arrays, tmp_path, {"epochs": 1}, TRIALS[:1])
    other = replace(arrays, x_train=arrays.x_train[:50], y_train=arrays.y_train[:50])
    assert isinstance(other, TrainingArrays)
    assert len(programs_of(TrainingContext(experiment, other))) == 0
