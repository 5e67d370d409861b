"""Each dtype policy, under both trainers."""

from typing import get_args

import keras
import pytest

from search.errors import ExperimentError
from search.experiment.settings import Precision
from search.training import device
from search.trial import TrialState
from tests.search.training.conftest import check_builder, make_arrays, make_assignment, make_experiment, train_trial
from tests.search.training.references import saved_outputs

COMPUTED = {"mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}
QUICK = "mixed_float16"


def assert_trained_in(precision, result):
    """Check that a trial has learned, and that its saved model has the precision."""
    assert (result.state, result.reason) == (TrialState.COMPLETE, "")
    assert result.history[-1]["loss"] < 0.8 * result.history[0]["loss"]
    model = keras.models.load_model(result.model_path)
    layer = model.layers[0]
    assert (layer.dtype_policy.name, layer.compute_dtype) == (precision, COMPUTED.get(precision, precision))
    assert layer.kernel.dtype == ("float32" if precision.startswith("mixed") else precision)
    assert isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer) == (precision == "mixed_float16")
    assert saved_outputs(result)["outputs"].dtype == "float32"


@pytest.mark.parametrize("trainer", ["compiled", *(pytest.param(name, marks=pytest.mark.slow) for name in ("keras", "streamed"))])
def test_64_bits_train_as_keras_own_fit_in_64_bits(trainer, tmp_path, monkeypatch):
    monkeypatch.setattr(device, "DATA_PART", 0 if trainer == "streamed" else 0.5)  # no data fit into memory
    arrays, settings = make_arrays(), {"batch_size": 16, "shuffle": False, "precision": "float64", "beta_2": 0.9, "weight_decay": 0.01}
    experiment = make_experiment(trainer="auto" if trainer == "streamed" else trainer, metrics=["auc"])
    result = train_trial(experiment, make_assignment(tmp_path / "model", training=settings), arrays)
    assert (result.reason, result.trainer, keras.config.floatx()) == ("", trainer, "float32")

    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    keras.utils.set_random_seed(7)
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1, activation="sigmoid")])
    try:
        model.compile(keras.optimizers.Adam(0.001, beta_2=0.9, weight_decay=0.01), loss="binary_crossentropy", metrics=["accuracy", "auc"])
        validation = arrays.x_validation, arrays.y_validation
        history = model.fit(arrays.x_train, arrays.y_train, batch_size=16, epochs=3, shuffle=False, validation_data=validation, verbose=0).history
    finally:
        keras.config.set_floatx("float32")
        keras.config.set_dtype_policy("float32")
    for name, values in history.items():
        assert [metrics[name] for metrics in result.history] == pytest.approx(values, rel=1e-9)


@pytest.mark.skipif(keras.config.backend() != "jax", reason="TensorFlow has 64 bits; test_jax.py runs this test")
def test_64_bits_are_refused_on_jax():
    for precision in ("float64", {"type": "categorical", "choices": ["float32", "float64"]}):
        with pytest.raises(ExperimentError, match='float64" is not supported on the backend jax; use'):
            check_builder(make_experiment(space={"training": {"precision": precision}}), make_arrays())


@pytest.mark.parametrize("precision", [name if name == QUICK else pytest.param(name, marks=pytest.mark.slow) for name in get_args(Precision)])
def test_both_trainers_learn_in_every_precision_and_leave_none_behind(precision, fit, tmp_path):
    earlier, experiment = keras.config.dtype_policy().name, make_experiment(trainer="compiled", champion={"optimizer_state": True})
    settings = {"precision": precision, "optimizer": "sgd", "learning_rate": 0.5, "epochs": 8}
    assignment = make_assignment(tmp_path / "model", training=settings)
    results = fit(experiment, assignment, make_arrays()), train_trial(experiment, assignment, make_arrays())
    assert keras.config.dtype_policy().name == earlier
    for result in results:
        assert_trained_in(precision, result)
    if precision.startswith("mixed"):  # the same but for rounding
        for expected, got in zip(*(result.history for result in results), strict=True):
            assert got["loss"] == pytest.approx(expected["loss"], rel=0.02)
