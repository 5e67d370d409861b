"""Models to inspect, without preprocessing."""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import pytest


@dataclass(frozen=True)
class InspectedModel:
    model: Any

    def features(self, rows):
        """Return rows that are arrays already."""
        return rows


def residual():
    inputs = keras.Input((4,), name="rows")
    hidden = keras.layers.Dense(4, activation="relu", name="hidden")(inputs)
    inner = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4, name="inside")], name="block")
    joined = keras.layers.Add(name="add")([inputs, inner(hidden)])
    shared = keras.layers.Dense(2, name="shared")
    dropped = keras.layers.Dropout(0.5, name="dropout")(joined)
    both = keras.layers.Concatenate(name="both")([shared(dropped), shared(hidden)])
    return keras.Model(inputs, {"main": keras.layers.Dense(1, name="main")(both), "aux": keras.layers.Dense(1, name="aux")(hidden)}, name="residual")


class TwoInputs(keras.Model):
    def __init__(self):
        super().__init__(name="two_inputs")
        self.hidden = keras.layers.Dense(3, activation="tanh", name="hidden")
        self.main = keras.layers.Dense(1, name="main")
        self.unused = keras.layers.Flatten(name="unused")
        self.unused.build((None, 2))  # Keras warns of a layer that is never built

    def call(self, inputs):
        return self.main(keras.layers.concatenate([inputs["wide"], self.hidden(inputs["deep"])]))


class Untraceable(keras.Model):
    def __init__(self):
        super().__init__(name="untraceable")
        self.first, self.second = keras.layers.Dense(3, name="first"), keras.layers.Dense(1, name="second")

    def call(self, inputs):
        return self.second(self.first(keras.ops.convert_to_tensor(np.asarray(inputs))))


@pytest.fixture(scope="session")
def champion():
    keras.utils.clear_session()
    keras.utils.set_random_seed(1)
    return InspectedModel(residual())


@pytest.fixture(scope="session")
def subclassed():
    keras.utils.set_random_seed(1)
    model = TwoInputs()
    model({"wide": np.zeros((1, 2)), "deep": np.zeros((1, 5))})
    return InspectedModel(model)


@pytest.fixture(scope="session")
def untraceable():
    model = Untraceable()
    model(np.zeros((1, 2), dtype="float32"))
    return InspectedModel(model)
