"""Trains trials alone, by Keras' fit, and side by side in a population, for the tests of populations."""

import keras
import pytest

from search.experiment.settings import TrainingSettings
from search.training.context import TrainingContext
from search.training.dense.stack import read_stack
from search.training.model.building import build_model
from search.training.run import train_trial
from search.training.vectorized.population import Member
from search.trial import Assignment


class Side:
    """Some trials of one experiment, whose trainer is Keras' fit, and what fit makes of them."""

    def __init__(self, experiment, arrays, folder, epochs=3):
        self.experiment, self.arrays, self.epochs, self._folder = experiment, arrays, epochs, folder

    def trial(self, number, arguments, **settings):
        settings = {"epochs": self.epochs, "restore_best_weights": False, "learning_rate": 0.01 * (number + 1)} | settings
        return Assignment(
            number=number,
            params={},
            model_arguments=arguments,
            training=TrainingSettings(**settings),
            seed=number,
            is_prunable=False,
            keep_if_better_than=None,
            model_path=str(self._folder / f"{number}"),
        )

    def build(self, trial):
        return build_model(TrainingContext(self.experiment, self.arrays), trial.model_arguments, trial.seed, "float32")

    def hold(self, population, slots):
        """Put trials into slots, with their stacks where they are such."""
        for slot, trial in slots.items():
            model = self.build(trial)
            population.load(slot, model, read_stack(model), trial.training)

    def train(self, population, slots, epochs):
        """Train the trials in their slots, and return the curves of each slot."""
        curves = {slot: [] for slot in slots}
        for epoch in epochs:
            members = {slot: Member(trial, epoch, trial.training.learning_rate) for slot, trial in slots.items()}
            for slot, (training, validation) in population.run_epoch(members).items():
                curves[slot].append(training | {f"val_{name}": value for name, value in validation.items()})
        return curves

    def assert_as_fit(self, trial, curve, weights=None):
        """Compare a curve with that of fit, and weights with those at its end."""
        alone = train_trial(TrainingContext(self.experiment, self.arrays), trial, lambda _: True)
        assert alone.reason == ""
        assert len(curve) == len(alone.history)
        for expected, got in zip(alone.history, curve, strict=True):
            assert {"learning_rate": expected["learning_rate"]} | got == pytest.approx(expected, rel=1e-4, abs=1e-5)
        if weights is not None:
            for expected, got in zip(keras.saving.load_model(alone.model_path).get_weights(), weights, strict=True):
                assert got == pytest.approx(expected, rel=1e-3, abs=1e-4)
