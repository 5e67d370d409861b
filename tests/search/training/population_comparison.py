"""Compares trials that train together in a population with the same trials trained alone by Keras' `fit`."""

import keras
import pytest

from search.training.context import TrainingContext
from search.training.dense.stack import read_stack
from search.training.model.building import build_model
from search.training.vectorized.population import Member
from tests.search.training.conftest import make_assignment


class Comparison:
    """Trials of one experiment, and their references.

    Args:
        experiment: The experiment.
        arrays: Its data.
        fit: Trains a trial alone, see `references.FitReferences`.
        epochs: How many each trial is trained for. Defaults to 3.
    """

    def __init__(self, experiment, arrays, fit, epochs=3):
        self.experiment, self.arrays, self.epochs, self._fit = experiment, arrays, epochs, fit
        self.context = TrainingContext(experiment, arrays)

    def trial(self, number, arguments, **settings):
        settings = {"epochs": self.epochs, "restore_best_weights": False, "learning_rate": 0.01 * (number + 1)} | settings
        return make_assignment(number=number, seed=number, model_arguments=arguments, training=settings)

    def build(self, trial):
        return build_model(self.context, trial.model_arguments, trial.seed, "float32")

    def hold(self, population, slots):
        """Write the models of trials into slots."""
        for slot, trial in slots.items():
            model = self.build(trial)
            population.load(slot, model, read_stack(model), trial.training)

    def train(self, population, slots, epochs):
        """Train the trials in their slots, and return the curve of each slot."""
        curves = {slot: [] for slot in slots}
        for epoch in epochs:
            members = {slot: Member(trial, epoch, trial.training.learning_rate) for slot, trial in slots.items()}
            for slot, (training, validation) in population.run_epoch(members).items():
                curves[slot].append(training | {f"val_{name}": value for name, value in validation.items()})
        return curves

    def assert_as_fit(self, trial, curve, weights=None):
        """Compare a curve with that of `fit`, and the weights after the last epoch."""
        alone = self._fit(self.experiment, trial, self.arrays)
        assert alone.reason == ""
        assert len(curve) == len(alone.history)
        for expected, got in zip(alone.history, curve, strict=True):
            assert {"learning_rate": expected["learning_rate"]} | got == pytest.approx(expected, rel=1e-4, abs=1e-5)
        if weights is not None:
            for expected, got in zip(keras.saving.load_model(alone.model_path).get_weights(), weights, strict=True):
                assert got == pytest.approx(expected, rel=1e-3, abs=1e-4)
