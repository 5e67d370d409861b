"""Each dtype policy, under both trainers."""

from typing import get_args

import keras
import numpy as np
import pytest

from search.experiment.settings import Precision
from search.trial import TrialState
from tests.search.training.conftest import make_arrays

COMPUTED = {"mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}


@pytest.mark.parametrize("trainer", ["keras", "compiled"])
@pytest.mark.parametrize("precision", get_args(Precision))
def test_a_trial_learns_in_every_precision_and_leaves_none_behind(train, precision, trainer, tmp_path):
    earlier = keras.config.dtype_policy().name
    arrays = make_arrays()
    result = train("dense", arrays, experiment={"trainer": trainer}, precision=precision, optimizer="sgd", learning_rate=0.5, epochs=8)
    assert (result.state, result.reason) == (TrialState.COMPLETE, "")
    assert result.history[-1]["loss"] < 0.8 * result.history[0]["loss"]
    assert keras.config.dtype_policy().name == earlier

    model = keras.models.load_model(result.model_path)
    layer = model.layers[0]
    assert (layer.dtype_policy.name, layer.compute_dtype) == (precision, COMPUTED.get(precision, precision))
    assert layer.kernel.dtype == ("float32" if precision.startswith("mixed") else precision)
    assert isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer) == (precision == "mixed_float16")
    with np.load(tmp_path / f"{trainer}.expected.npz") as expected:
        assert expected["outputs"].dtype == "float32"


@pytest.mark.parametrize("precision", ["mixed_float16", "mixed_bfloat16"])
def test_both_trainers_compute_the_same_but_for_rounding(train, precision):
    fit, compiled = (train(experiment={"trainer": trainer}, precision=precision, learning_rate=0.01).history for trainer in ("keras", "compiled"))
    for expected, got in zip(fit, compiled, strict=True):
        assert got["loss"] == pytest.approx(expected["loss"], rel=0.02)
