"""Each dtype policy, under both trainers."""

from typing import get_args

import keras
import pytest

from search.experiment.settings import Precision
from search.trial import TrialState
from tests.search.training.conftest import make_arrays, make_assignment, make_experiment, train_trial
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


@pytest.mark.parametrize("precision", [name if name == QUICK else pytest.param(name, marks=pytest.mark.slow) for name in get_args(Precision)])
def test_both_trainers_learn_in_every_precision_and_leave_none_behind(precision, fit, tmp_path):
    earlier, experiment = keras.config.dtype_policy().name, make_experiment(trainer="compiled")
    settings = {"precision": precision, "optimizer": "sgd", "learning_rate": 0.5, "epochs": 8}
    assignment = make_assignment(tmp_path / "model", training=settings)
    results = fit(experiment, assignment, make_arrays()), train_trial(experiment, assignment, make_arrays())
    assert keras.config.dtype_policy().name == earlier
    for result in results:
        assert_trained_in(precision, result)
    if precision.startswith("mixed"):  # the same but for rounding
        for expected, got in zip(*(result.history for result in results), strict=True):
            assert got["loss"] == pytest.approx(expected["loss"], rel=0.02)
