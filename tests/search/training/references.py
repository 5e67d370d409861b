"""Keras' `fit` as the reference of all other trainers, and comparisons with it."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

LEFT_OUT = {"name", "space", "search", "executor"}
"""Sections of an experiment that `fit` does not depend on."""


class FitReferences:
    """Trains trials by Keras' `fit`, identical ones once.

    Args:
        folder: Where the models are saved.
        train_trial: Trains a trial from its experiment, its assignment and the data.
    """

    def __init__(self, folder, train_trial):
        self._folder, self._train_trial, self._results = folder, train_trial, {}

    def __call__(self, experiment, assignment, arrays):
        """Return the result of a trial, whatever trainer its experiment names."""
        content = json.dumps(experiment.model_dump(mode="json", exclude=LEFT_OUT), sort_keys=True)
        key = content, repr(replace(assignment, params={}, model_path="", checkpoint_path="", started=0.0)), id(arrays)
        if key not in self._results:
            executor = experiment.executor.model_copy(update={"trainer": "keras"})
            reference = experiment.model_copy(update={"executor": executor})
            saved_to = replace(assignment, model_path=str(self._folder / str(len(self._results)) / "model"), checkpoint_path="")
            self._results[key] = arrays, self._train_trial(reference, saved_to, arrays)  # the arrays are kept, so that no others get their id
        return self._results[key][1]


def saved_outputs(result):
    """Return the validation outputs that were saved beside a trial's model."""
    with np.load(Path(result.model_path).with_suffix(".expected.npz")) as expected:
        return {name: expected[name] for name in expected.files}


def assert_same_curves(results, references, **tolerance):
    """Compare each epoch's metrics of results with those of their references."""
    for result, reference in zip(results, references, strict=True):
        assert len(result.history) == len(reference.history)
        for got, expected in zip(result.history, reference.history, strict=True):
            assert got == pytest.approx(expected, **({"rel": 1e-4} | tolerance))


def assert_same_outputs(result, reference, rtol=1e-3, atol=1e-5):
    """Compare the validation outputs that were saved beside two models."""
    got, expected = saved_outputs(result), saved_outputs(reference)
    assert got.keys() == expected.keys()
    for name, array in expected.items():
        np.testing.assert_allclose(got[name], array, rtol=rtol, atol=atol)
