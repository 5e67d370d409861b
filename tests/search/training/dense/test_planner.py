"""Trials of different depth, widths, activation and batch size train in one padded program as Keras' own `fit` trains them."""

from dataclasses import replace

import pytest

from search.training.context import TrainingContext
from search.training.dense.planner import Planner
from search.training.dense.stack import read_stack
from search.training.model.building import build_model
from search.trial import TrialState
from tests.search.training.conftest import make_arrays, make_assignment, make_experiment, program_names, programs_of, train_trial
from tests.search.training.references import assert_same_curves, assert_same_outputs

SPACE = {
    "model": {
        "n_hidden": {"type": "int", "low": 0, "high": 3},
        "n_neurons": {"type": "int", "low": 2, "high": 20},
        "activation": {"type": "categorical", "choices": ["relu", "tanh", "sigmoid", "elu"]},
    },
    "training": {"batch_size": {"type": "categorical", "choices": [16, 32, 100, "all"]}},
}
TRIALS = [
    ({"n_hidden": 3, "n_neurons": 20, "activation": "relu"}, "all"),
    ({"n_hidden": 0, "n_neurons": 7, "activation": "tanh"}, 16),
    ({"n_hidden": 1, "n_neurons": 7, "activation": "sigmoid"}, 100),
    ({"n_hidden": 2, "n_neurons": 13, "activation": "elu"}, 16),
]
SMALL_SPACE = {
    "model": {
        "n_hidden": {"type": "int", "low": 0, "high": 2},
        "n_neurons": {"type": "int", "low": 2, "high": 20},
        "activation": {"type": "categorical", "choices": ["relu", "elu"]},
    },
    "training": {"batch_size": {"type": "categorical", "choices": [16, 32]}},
}
SMALL_TRIAL = ({"n_hidden": 1, "n_neurons": 13, "activation": "elu", "bias_initializer": "random_normal"}, 16)
"""A space whose programs are traced sooner, and a trial that is padded in all that it searches."""
BINARY = ["auc", "precision", "recall", "f1_score", "binary_crossentropy"]
CASES = {  # task, metrics, settings that the trials share, and settings of each trial that are values
    "nesterov, binary": (
        *("binary", BINARY, {"optimizer": "sgd", "nesterov": True, "learning_rate": 0.05}),
        [{"momentum": 0.9}, {"momentum": 0.5}, {"momentum": 0.1}, {"momentum": 0.7}],
    ),
    "adam, schedule": (
        *("multiclass", ["top_k_categorical_accuracy"], {"optimizer": "adam", "schedule": "exponential", "learning_rate": 0.01}),
        [{"weight_decay": 0.2, "beta_1": 0.5, "epsilon": 1e-3}, {"weight_decay": 0.01, "beta_1": 0.95, "epsilon": 1e-5}],
    ),
    "adamw, smoothed": (
        *("multiclass", [], {"optimizer": "adamw", "weight_decay": 0.1, "learning_rate": 0.05}),
        [{"label_smoothing": 0.4}, {"label_smoothing": 0.05}],
    ),
    "sgd, clipped, decayed": (
        *("regression", ["mse", "rmse", "r2"], {"optimizer": "sgd", "momentum": 0.9, "clipnorm": 0.5, "learning_rate": 0.05}),
        [{"weight_decay": 0.2}, {"weight_decay": 0.01}],
    ),
    "rmsprop": ("regression", [], {"optimizer": "rmsprop", "loss": "huber"}, [{"momentum": 0.9}, {"momentum": 0.1}]),
    "lion": ("binary", [], {"optimizer": "lion", "learning_rate": 0.003}, [{}]),
    "nadam": ("binary", [], {"optimizer": "nadam", "loss": "binary_focal_crossentropy"}, [{}]),
    "adagrad": ("regression", [], {"optimizer": "adagrad", "learning_rate": 0.1}, [{}]),
    "adamax": ("regression", [], {"optimizer": "adamax"}, [{}]),
    "adadelta": ("binary", [], {"optimizer": "adadelta", "learning_rate": 1.0}, [{}]),
}


def experiment_of(metrics=(), space=SPACE):
    return make_experiment("models.mlp:build_mlp", space=space, metrics=list(metrics), search={"n_trials": 20})


def assignments(folder, settings, trials):
    """Return a trial for each (model arguments, batch size, settings of its own)."""
    for number, (arguments, batch_size, *changes) in enumerate(trials):
        given = settings | dict(*changes) | {"batch_size": batch_size}
        yield make_assignment(folder / str(number), number=number, seed=number, params=arguments, model_arguments=arguments, training=given)


def trials_of(changes):
    """Give each change a network: four of them all, two of them the largest and a smaller one, one of them that of the small space."""
    chosen = {4: TRIALS, 2: (TRIALS[0], TRIALS[3]), 1: (SMALL_TRIAL,)}[len(changes)]
    return [(*trial, change) for trial, change in zip(chosen, changes, strict=True)]


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_one_program_trains_all_of_them_as_fit_does(case, fit, tmp_path):
    task, metrics, settings, changes = CASES[case]
    arrays, experiment = make_arrays(task, 70), experiment_of(metrics, SPACE if len(changes) > 1 else SMALL_SPACE)
    given = list(assignments(tmp_path, settings, trials_of(changes)))
    elastic = [train_trial(experiment, assignment, arrays) for assignment in given]
    assert {(result.state, result.reason, result.trainer) for result in elastic} == {(TrialState.COMPLETE, "", "elastic")}
    assert len(programs_of(experiment, arrays)) == 1
    references = [fit(experiment, assignment, arrays) for assignment in given]
    assert_same_curves(elastic, references, abs=1e-5)
    for expected, got in zip(references, elastic, strict=True):
        assert (got.n_parameters, got.best_epoch) == (expected.n_parameters, expected.best_epoch)
        assert_same_outputs(got, expected, atol=1e-4)


def test_searches_of_any_batch_size_share_a_program_of_few_rows_at_once():
    """A step of many rows would mostly compute padding for trials of few, and the number of rows does not depend on the trial."""
    batch_size = {"type": "int", "low": 16, "high": 256}
    experiment = make_experiment("models.mlp:build_mlp", space={**SPACE, "training": {"batch_size": batch_size}}, search={"n_trials": 200})
    context = TrainingContext(experiment, make_arrays(n_train=1000, shape=(100,)))
    planner, plans = Planner(context), set()
    for number, (arguments, rows) in enumerate([(TRIALS[0][0], 37), *TRIALS[1:], (TRIALS[1][0], 256)]):
        assignment = make_assignment(number=number, model_arguments=arguments, training={"batch_size": rows})
        plan = planner.choose(read_stack(build_model(context, arguments, 0, "float32")), assignment, plans)
        plans |= {plan} - {None}
    [plan] = plans
    assert 16 <= plan.n_rows_at_once < 256


@pytest.mark.slow
def test_a_trial_does_not_depend_on_those_before_it(tmp_path):
    experiment, arrays, settings = experiment_of(), make_arrays(n_train=70), {"optimizer": "adam", "learning_rate": 0.05}
    first, linear, _, last = assignments(tmp_path, settings, TRIALS)
    histories = [train_trial(experiment, assignment, arrays).history for assignment in (first, last, linear, last)]
    assert histories[1] == histories[3]
    assert len(programs_of(experiment, arrays)) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "changes",
    [
        [{"use_bias": True}, {"use_bias": False}, {"binary_output": "softmax"}],
        [{"activation": "softmax"}, {"activation": "gelu"}],
    ],
    ids=lambda changes: " ".join(f"{value}" for change in changes for value in change.values()),
)
def test_networks_of_another_kind_do_not_disturb_each_other(changes, fit, tmp_path):
    arguments, batch_size = TRIALS[3]
    experiment, arrays = experiment_of(), make_arrays()
    given = list(assignments(tmp_path, {}, [(arguments | change, batch_size) for change in changes]))
    results = [train_trial(experiment, assignment, arrays) for assignment in given]
    assert {result.reason for result in results} == {""}
    assert_same_curves(results, [fit(experiment, assignment, arrays) for assignment in given], abs=1e-5)


@pytest.mark.slow
def test_images_are_flattened(fit, tmp_path):
    experiment, arrays = experiment_of(), make_arrays("multiclass", 40, (4, 4))
    (assignment,) = assignments(tmp_path, {}, TRIALS[:1])
    result = train_trial(experiment, assignment, arrays)
    assert result.trainer == "elastic"
    assert_same_curves([result], [fit(experiment, assignment, arrays)])


def test_only_plain_networks_with_settings_that_work_number_by_number_are_padded(tmp_path):
    arguments, batch_size = TRIALS[0]
    changes = [{"dropout": 0.2}, {"normalization": "batch"}, {"l2": 0.01}, {"constraint": "max_norm"}, {"activation": "prelu"}]
    other_networks = assignments(tmp_path, {}, [(arguments | change, batch_size) for change in [*changes, {}]])
    assert program_names(experiment_of(), make_arrays(), other_networks) == ["compiled"] * 5 + ["elastic"]
    settings = [{"optimizer": "muon"}, {"loss": "root_mean_squared_error"}, {"precision": "mixed_bfloat16"}]
    other_settings = assignments(tmp_path, {}, [(arguments, batch_size, change) for change in [*settings, {}]])
    assert program_names(experiment_of(), make_arrays("regression"), other_settings) == ["compiled"] * 3 + ["elastic"]


def test_programs_are_given_up_with_their_data(tmp_path):
    experiment, arrays = experiment_of(), make_arrays()
    assert program_names(experiment, arrays, assignments(tmp_path, {}, TRIALS[:1])) == ["elastic"]
    assert len(programs_of(experiment, arrays)) == 1
    other = replace(arrays, x_train=arrays.x_train[:50], y_train=arrays.y_train[:50])
    assert len(programs_of(experiment, other)) == 0
