import keras
import pytest

from experiments.datasets import moons, truth_table
from experiments.reproduction.checks import gradient_difference
from models.mlp import build_mlp


@pytest.mark.parametrize("loader", [moons, truth_table])
def test_gradients_by_the_chain_rule_equal_automatic_ones(loader):
    features, target = loader()["train"]
    keras.utils.set_random_seed(0)
    model = build_mlp((2,), "binary", neurons="2", activation="sigmoid", binary_output="softmax")
    assert model.count_params() == 12
    assert gradient_difference(model, features.to_numpy("float32"), target.to_numpy("int32")) <= 1e-6
