"""Trials that differ in numbers which Keras has written into its objects are trained by one program, as Keras' own `fit` trains them."""

import keras
import numpy as np
import pytest

from search.training.context import TrainingContext
from search.training.model.building import build_model
from search.training.program_cache import Programs
from tests.search.training.conftest import make_arrays, make_assignment, make_experiment, program_names, programs_of, train_trial
from tests.search.training.references import assert_same_curves

NESTEROV = {"optimizer": "sgd", "learning_rate": 0.1, "nesterov": True}
CASES = {  # settings that the trials share, those of each trial, and how many programs these need: a number of 0 needs another
    "momentum of nesterov, decayed": (
        NESTEROV,
        [{"momentum": 0.9, "weight_decay": 0.3}, {"momentum": 0.3, "weight_decay": 0.01}, {"momentum": 0.0, "weight_decay": 0.0}],
        2,
    ),
    "weight decay of adamw": ({"optimizer": "adamw", "learning_rate": 0.1}, [{"weight_decay": 0.3}, {"weight_decay": 0.01}], 1),
    "constants of adam": (
        {"optimizer": "adam", "learning_rate": 0.05},
        [{"beta_1": 0.5, "beta_2": 0.9999, "epsilon": 1e-2}, {"beta_1": 0.98, "beta_2": 0.7, "epsilon": 1e-5}, {}],
        2,
    ),
    "decay of rmsprop": ({"optimizer": "rmsprop"}, [{"rho": 0.5, "epsilon": 1e-3}, {"rho": 0.99, "epsilon": 1e-5}], 1),
    "decay of adadelta": ({"optimizer": "adadelta", "learning_rate": 1.0}, [{"rho": 0.5, "epsilon": 1e-3}, {"rho": 0.99, "epsilon": 1e-5}], 1),
    **{
        f"constants of {name}": ({"optimizer": name, "learning_rate": 0.02}, [{"beta_1": 0.5, "beta_2": 0.9}, {"beta_1": 0.95, "beta_2": 0.98}], 1)
        for name in ("adamax", "nadam", "lion", "schedulefreeadamw")
    },
    "momentum of rmsprop": ({"optimizer": "rmsprop", "learning_rate": 0.01}, [{"momentum": 0.9}, {"momentum": 0.3}], 1),
    "weight decay of muon": ({"optimizer": "muon", "learning_rate": 0.1}, [{"weight_decay": 0.3}, {"weight_decay": 0.01}], 1),
}
QUICK = ("weight decay of adamw",)
RATES = {"Dropout": "rate", "AlphaDropout": "rate", "SpatialDropout1D": "rate", "GaussianNoise": "stddev"}
SMOOTHED = [("binary", "binary_focal_crossentropy"), ("multiclass", "auto")]
SEQUENCES = make_arrays(shape=(6, 3))


def assignments(trials, settings, folder="models"):
    """Return a trial for each pair of model arguments and settings."""
    for number, (arguments, changes) in enumerate(trials):
        given = {"batch_size": 16} | settings | changes
        yield make_assignment(f"{folder}/{number}", number=number, seed=number, model_arguments=arguments, training=given)


def assert_as_fit(fit, folder, trials, settings, builder="dense", arrays=None, n_programs=1, **sections):
    """Train trials compiled, compare their curves with those of `fit`, count their programs, and return their results."""
    experiment, arrays = make_experiment(builder, trainer="compiled", **sections), arrays or make_arrays()
    given = list(assignments(trials, settings, folder))
    results = [train_trial(experiment, assignment, arrays) for assignment in given]
    assert len(programs_of(experiment, arrays)) == n_programs
    assert {result.reason for result in results} == {""}
    assert_same_curves(results, [fit(experiment, assignment, arrays) for assignment in given])
    return results


@pytest.mark.parametrize("case", [case if case in QUICK else pytest.param(case, marks=pytest.mark.slow) for case in CASES])
def test_one_program_gives_each_setting_the_curves_of_fit(case, fit, tmp_path):
    settings, changes, n_programs = CASES[case]
    results = assert_as_fit(fit, tmp_path, [({}, change) for change in changes], settings, n_programs=n_programs, champion={"optimizer_state": True})
    for result, change in zip(results[:2], changes, strict=False):
        optimizer = keras.models.load_model(result.model_path).optimizer.get_config()
        assert {name: optimizer[name] for name in change} == change


@pytest.mark.slow
def test_one_program_gives_each_rate_the_curves_of_fit(fit, tmp_path):
    trials = [({"layers": " ".join(RATES), "rate": rate}, {}) for rate in (0.6, 0.1)]
    for result, (arguments, _) in zip(assert_as_fit(fit, tmp_path, trials, {}, "noisy", SEQUENCES), trials, strict=True):
        layers = keras.models.load_model(result.model_path).layers
        rates = [layer.get_config()[name] for layer, name in zip(layers, RATES.values(), strict=False)]
        assert rates == [arguments["rate"] / 2**index for index in range(len(RATES))]


@pytest.mark.parametrize(
    ("layer", "rates", "precision"),
    [("Dropout", (0.5, 0.0), "float32"), ("GaussianDropout", (0.5, 0.1), "float32"), ("Dropout", (0.5, 0.1), "mixed_bfloat16")],
)
def test_what_keras_computes_otherwise_has_a_program_of_its_own(layer, rates, precision):
    experiment = make_experiment("noisy", trainer="compiled")
    trials = [({"layers": layer, "rate": rate}, {}) for rate in rates]
    assert program_names(experiment, SEQUENCES, assignments(trials, {"precision": precision})) == ["compiled"] * 2
    assert len(programs_of(experiment, SEQUENCES)) == 2


@pytest.mark.slow
@pytest.mark.parametrize(("task", "loss"), SMOOTHED)
def test_one_program_gives_each_smoothing_of_labels_the_curves_of_fit(task, loss, fit, tmp_path):
    arrays, smoothings = make_arrays(task), (0.4, 0.05)
    results = assert_as_fit(fit, tmp_path, [({}, {"label_smoothing": smoothing}) for smoothing in smoothings], {"loss": loss}, arrays=arrays)
    for result, smoothing in zip(results, smoothings, strict=True):
        model = keras.models.load_model(result.model_path)
        kind = keras.losses.CategoricalCrossentropy if task == "multiclass" else keras.losses.BinaryFocalCrossentropy
        model.compile(loss=kind(label_smoothing=smoothing))
    targets = keras.utils.to_categorical(arrays.y_validation, 3) if task == "multiclass" else arrays.y_validation
    losses = model.evaluate(arrays.x_validation, targets, return_dict=True, verbose=0)
    assert losses["loss"] == pytest.approx(result.value, rel=1e-4)


def test_a_program_trains_a_model_of_its_own_that_has_the_numbers_of_the_trial():
    """A callback sees the program's model, and the trial's own stays as it was built."""
    experiment, arrays = make_experiment(), make_arrays()
    programs = Programs(TrainingContext(experiment, arrays))
    for number, (rate, momentum) in enumerate([(0.5, 0.9), (0.1, 0.3)]):
        settings = {"optimizer": "sgd", "momentum": momentum, "batch_size": 16}
        assignment = make_assignment(number=number, seed=number, model_arguments={"dropout": rate}, training=settings)
        model = build_model(TrainingContext(experiment, arrays), assignment.model_arguments, number, "float32")
        built = model.get_weights()
        program = programs.acquire_exact(model, assignment)
        program.run_epochs(assignment, 1, [0.01])
        assert (program.model.layers[1].get_config()["rate"], program.model.optimizer.get_config()["momentum"]) == (rate, momentum)
    assert (len(programs), program.model is model) == (1, False)
    for before, after, trained in zip(built, model.get_weights(), program.model.get_weights(), strict=True):
        np.testing.assert_array_equal(after, before)
        assert (trained != before).any()
