"""Bytes are scaled in each trainer as they are read: its curves equal those of Keras' `fit` on floats that were scaled before."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import keras
import keras_tuner
import numpy as np
import pytest

from search.data.array_scaling import ArrayScaling
from search.data.byte_rows import ByteRows
from search.seeds import execution_seed
from search.training import device
from search.training.compiled import streaming
from search.training.context import TrainingContext
from search.training.executions import train_executions
from search.training.vectorized.lockstep import LOCKSTEP
from search.trial import TrialState
from tests.search.training.conftest import check_builder, make_arrays, make_assignment, make_experiment, programs_of, train_trial
from tests.search.training.dense.test_planner import SPACE
from tests.search.training.references import assert_same_curves, assert_same_outputs

NETWORK = {"n_hidden": 2, "n_neurons": 13, "activation": "relu"}
ON_TENSORFLOW = keras.config.backend() == "tensorflow"


def make_bytes(seed=0, n_train=40):
    """Return images whose three channels are scaled differently, of classes that depend on them."""
    pixels = np.random.default_rng(seed).integers(0, 256, (n_train + 32, 8, 8, 3), dtype=np.uint8)
    brightness = pixels[:, :2, :2].mean(axis=(1, 2, 3))
    y = np.digitize(brightness, [110, 140]).astype("int32")[:, None]
    scaling = ArrayScaling(mean=(100.0 + seed, 120.0, 3.0), deviation=(70.0, 80.0, 90.0))
    features = {"x_train": ByteRows(pixels[:n_train], scaling), "x_validation": ByteRows(pixels[n_train:], scaling)}
    return replace(make_arrays("multiclass", n_train), **features, y_train=y[:n_train], y_validation=y[n_train:])


class OwnFit(keras_tuner.HyperModel):
    """Keeps what its `fit` is given."""

    given = ()

    def build(self, hp):
        """Return a compiled network."""
        model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Flatten(), keras.layers.Dense(3, activation="softmax")])
        model.compile("sgd", "sparse_categorical_crossentropy")
        return model

    def fit(self, hp, model, x, y, validation_data, **kwargs):
        """Train an epoch."""
        OwnFit.given = x, validation_data[0]
        return model.fit(x, y, validation_data=validation_data, **kwargs)


def as_floats(arrays):
    return replace(arrays, x_train=np.asarray(arrays.x_train), x_validation=np.asarray(arrays.x_validation))


BYTES = make_bytes()
FLOATS = as_floats(BYTES)


def experiment_of():
    return make_experiment("models.mlp:build_mlp", space=SPACE, search={"n_trials": 20})


def assert_as_fit(results, references, trainer):
    assert {(result.state, result.reason, result.trainer) for result in results} == {(TrialState.COMPLETE, "", trainer)}
    assert_same_curves(results, references, abs=1e-5)
    for result, reference in zip(results, references, strict=True):
        assert_same_outputs(result, reference, atol=1e-4)


@pytest.mark.parametrize("trainer", ["compiled", *(pytest.param(name, marks=pytest.mark.slow) for name in ("keras", "streamed"))])
def test_a_convolutional_network_learns_as_by_fit(trainer, fit, tmp_path, monkeypatch):
    if trainer == "streamed":
        monkeypatch.setattr(device, "DATA_PART", 0)  # no data fit into memory
        monkeypatch.setattr(streaming, "CHUNK_BYTES", 2 * 16 * (8 * 8 * 3 + 4))  # 2 batches of 16 rows of bytes and a target
    assignment = make_assignment(tmp_path / "model", training={"batch_size": 16})
    experiment = make_experiment("convolution", trainer="auto" if trainer == "streamed" else trainer)
    assert_as_fit([train_trial(experiment, assignment, BYTES)], [fit(experiment, assignment, FLOATS)], trainer)


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["float64", "bfloat16", "mixed_float16"])
def test_in_each_precision_curves_are_those_on_floats(precision, tmp_path):
    assignment = make_assignment(tmp_path / "model", training={"batch_size": 16, "precision": precision})
    results = [train_trial(make_experiment("convolution", trainer="compiled"), assignment, arrays) for arrays in (BYTES, FLOATS)]
    assert_as_fit(results[:1], results[1:], "compiled")


def test_a_padded_network_learns_as_by_fit(fit, tmp_path):
    assignment = make_assignment(tmp_path / "model", model_arguments=NETWORK, params=NETWORK, training={"batch_size": 16})
    result = train_trial(experiment_of(), assignment, BYTES)
    assert_as_fit([result], [fit(experiment_of(), assignment, FLOATS)], "elastic" if ON_TENSORFLOW else "population")


@pytest.mark.slow
@pytest.mark.parametrize("builder", ["models.mlp:build_mlp", "convolution"])
def test_a_population_learns_as_by_fit(builder, fit, tmp_path):
    """On JAX there are populations of any network."""
    if ON_TENSORFLOW and builder == "convolution":
        pytest.skip("for JAX")
    arguments, space = (NETWORK, SPACE) if builder.startswith("models") else ({}, {})
    experiment = make_experiment(builder, space=space, search={"n_trials": 20})
    settings = {"model_arguments": arguments, "training": {"batch_size": 16}}
    given = [make_assignment(tmp_path / str(number), number=number, seed=number, **settings) for number in range(2)]
    programs_of(experiment, BYTES).slots.n_slots = 2

    def train(assignment):
        with LOCKSTEP.trial():
            return train_trial(experiment, assignment, BYTES)

    with ThreadPoolExecutor(2) as threads:
        results = list(threads.map(train, given))
    assert_as_fit(results, [fit(experiment, assignment, FLOATS) for assignment in given], "population")


@pytest.mark.slow
def test_folds_of_different_scaling_share_a_program(fit, tmp_path):
    folds = [make_bytes(seed) for seed in (0, 60)]
    experiment = make_experiment("convolution", trainer="compiled", evaluation={"folds": 2})
    assignment = make_assignment(tmp_path / "model", training={"batch_size": 16})
    result = train_executions([TrainingContext(experiment, fold) for fold in folds], assignment, lambda _: True)
    assert len(programs_of(experiment, folds[0])) == 1
    seeds = [execution_seed(assignment.seed, number) for number in range(2)]
    alone = [fit(make_experiment("convolution"), replace(assignment, seed=seed), as_floats(fold)) for seed, fold in zip(seeds, folds, strict=True)]
    assert_same_curves(result.executions, alone, abs=1e-5)


def test_an_estimator_learns_as_on_floats(tmp_path):
    experiment = make_experiment("sklearn.linear_model:LogisticRegression")
    alike = [train_trial(experiment, make_assignment(tmp_path / "model"), arrays) for arrays in (BYTES, FLOATS)]
    assert alike[0].reason == ""
    assert alike[0].history == alike[1].history


def test_the_own_fit_of_a_hypermodel_gets_floats(tmp_path):
    space = {"training": {"loss": "sparse_categorical_crossentropy"}, "compiled": True, "own_fit": []}
    experiment = make_experiment("tests.search.training.test_byte_rows:OwnFit", space=space)
    assert check_builder(experiment, BYTES)
    result = train_trial(experiment, make_assignment(tmp_path / "model"), BYTES)
    assert (result.state, result.reason) == (TrialState.COMPLETE, "")
    x, x_validation = OwnFit.given
    np.testing.assert_array_equal(x, FLOATS.x_train)
    np.testing.assert_array_equal(x_validation, FLOATS.x_validation)
