"""Trials that differ in numbers which Keras has written into its objects are trained by one program, as Keras' own fit trains them."""

import keras
import pytest

from search.experiment.settings import TrainingSettings
from search.training.context import TrainingContext
from search.training.model.building import build_model
from search.training.program_cache import Programs, programs_of
from search.training.run import train_trial
from search.trial import Assignment
from tests.search.training.conftest import make_arrays, make_experiment

CASES = {
    "weight decay": ({"optimizer": "adam", "learning_rate": 0.1}, [{"weight_decay": 0.3}, {"weight_decay": 0.01}]),
    "weight decay of adamw": ({"optimizer": "adamw", "learning_rate": 0.1}, [{"weight_decay": 0.3}, {"weight_decay": 0.01}]),
    "momentum": ({"optimizer": "sgd", "learning_rate": 0.1}, [{"momentum": 0.9}, {"momentum": 0.3}]),
    "momentum of nesterov, decayed": (
        {"optimizer": "sgd", "learning_rate": 0.1, "nesterov": True},
        [{"momentum": 0.9, "weight_decay": 0.3}, {"momentum": 0.3, "weight_decay": 0.01}],
    ),
    "momentum of rmsprop": ({"optimizer": "rmsprop", "learning_rate": 0.01}, [{"momentum": 0.9}, {"momentum": 0.3}]),
    "weight decay of muon": ({"optimizer": "muon", "learning_rate": 0.1}, [{"weight_decay": 0.3}, {"weight_decay": 0.01}]),
}
RATES = {"Dropout": "rate", "AlphaDropout": "rate", "SpatialDropout1D": "rate", "GaussianNoise": "stddev"}
SMOOTHED = [
    *(("binary", "auto"), ("binary", "binary_focal_crossentropy")),
    *(("multiclass", "auto"), ("multiclass", "categorical_focal_crossentropy")),
]
SEQUENCES = make_arrays(shape=(6, 3))


def train(trainer, folder, trials, settings, builder="dense", arrays=None):
    """Train trials of (model arguments, settings), and return their results and how many programs that took."""
    experiment, arrays = make_experiment(builder, trainer=trainer), arrays or make_arrays()
    results = []
    for number, (arguments, own) in enumerate(trials):
        assignment = Assignment(
            number=number,
            params={},
            model_arguments=arguments,
            training=TrainingSettings(**({"epochs": 4, "batch_size": 16} | settings | own)),
            seed=number,
            is_prunable=False,
            keep_if_better_than=None,
            model_path=str(folder / trainer / str(number)),
        )
        results.append(train_trial(TrainingContext(experiment, arrays), assignment, lambda _: True))
    return results, len(programs_of(TrainingContext(experiment, arrays))) if trainer == "compiled" else 0


def encoded(target, task):
    return keras.utils.to_categorical(target, 3) if task == "multiclass" else target


def assert_same(results, expected):
    for ours, theirs in zip(results, expected, strict=True):
        assert (ours.reason, theirs.reason) == ("", "")
        for got, numbers in zip(ours.history, theirs.history, strict=True):
            assert got == pytest.approx(numbers, rel=1e-4)


@pytest.mark.parametrize("case", CASES)
def test_one_program_gives_each_setting_the_curves_of_fit(case, tmp_path):
    settings, changes = CASES[case]
    trials = [({}, change) for change in changes]
    results, n_programs = train("compiled", tmp_path, trials, settings)
    expected, _ = train("keras", tmp_path, trials, settings)
    assert n_programs == 1
    assert_same(results, expected)


@pytest.mark.parametrize("layer", RATES)
def test_one_program_gives_each_rate_the_curves_of_fit(layer, tmp_path):
    trials = [({"layer": layer, "rate": rate}, {}) for rate in (0.6, 0.1, 0.9)]
    results, n_programs = train("compiled", tmp_path, trials, {}, "noisy", SEQUENCES)
    expected, _ = train("keras", tmp_path, trials, {}, "noisy", SEQUENCES)
    assert n_programs == 1
    assert_same(results, expected)
    for result, (arguments, _) in zip(results, trials, strict=True):
        kept = keras.models.load_model(result.model_path).layers[0].get_config()
        assert kept[RATES[layer]] == arguments["rate"]


@pytest.mark.parametrize(
    ("layer", "rates", "precision"),
    [("Dropout", (0.5, 0.0), "float32"), ("GaussianDropout", (0.5, 0.1), "float32"), ("Dropout", (0.5, 0.1), "mixed_bfloat16")],
)
def test_what_keras_computes_otherwise_has_a_program_of_its_own(layer, rates, precision, tmp_path):
    trials = [({"layer": layer, "rate": rate}, {}) for rate in rates]
    results, n_programs = train("compiled", tmp_path, trials, {"precision": precision}, "noisy", SEQUENCES)
    assert n_programs == 2
    assert [result.reason for result in results] == ["", ""]


@pytest.mark.parametrize(("task", "loss"), SMOOTHED)
def test_one_program_gives_each_smoothing_of_labels_the_curves_of_fit(task, loss, tmp_path):
    trials, arrays = [({}, {"label_smoothing": smoothing}) for smoothing in (0.4, 0.05)], make_arrays(task)
    results, n_programs = train("compiled", tmp_path, trials, {"loss": loss}, arrays=arrays)
    expected, _ = train("keras", tmp_path, trials, {"loss": loss}, arrays=arrays)
    assert n_programs == 1
    assert_same(results, expected)
    for result, (_, settings) in zip(results, trials, strict=True):
        model = keras.models.load_model(result.model_path)
        assert model.loss.label_smoothing == settings["label_smoothing"]
        losses = model.evaluate(arrays.x_validation, encoded(arrays.y_validation, task), return_dict=True, verbose=0)
        assert losses["loss"] == pytest.approx(result.value, rel=1e-4)


@pytest.mark.parametrize("case", CASES)
def test_a_setting_of_0_has_a_program_of_its_own(case, tmp_path):
    settings, changes = CASES[case]
    trials = [({}, changes[0]), ({}, dict.fromkeys(changes[0], 0.0))]
    results, n_programs = train("compiled", tmp_path, trials, settings)
    expected, _ = train("keras", tmp_path, trials, settings)
    assert n_programs == 2
    assert_same(results, expected)


@pytest.mark.parametrize("case", CASES)
def test_kept_models_have_the_numbers_of_their_own_trial(case, tmp_path):
    settings, changes = CASES[case]
    results, _ = train("compiled", tmp_path, [({}, change) for change in changes], settings)
    for result, change in zip(results, changes, strict=True):
        optimizer = keras.models.load_model(result.model_path).optimizer.get_config()
        assert {name: optimizer[name] for name in change} == change


def test_callbacks_see_the_numbers_of_the_trial_in_the_model_that_is_trained():
    experiment, arrays = make_experiment(), make_arrays()
    programs = Programs(TrainingContext(experiment, arrays))
    for number, (rate, momentum) in enumerate([(0.5, 0.9), (0.1, 0.3)]):
        settings = TrainingSettings(optimizer="sgd", momentum=momentum)
        places = {"keep_if_better_than": None, "model_path": "", "is_prunable": False}
        assignment = Assignment(number=number, params={}, model_arguments={"dropout": rate}, training=settings, seed=number, **places)
        model = build_model(TrainingContext(experiment, arrays), assignment.model_arguments, number, "float32")
        program = programs.acquire_exact(model, assignment)
        program.run_epochs(assignment, 1, [0.01])
        assert (program.model.layers[1].get_config()["rate"], program.model.optimizer.get_config()["momentum"]) == (rate, momentum)
    assert (len(programs), program.model is model) == (1, False)
