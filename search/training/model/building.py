"""Builds a trial's model by the experiment's builder."""

from collections.abc import Mapping
from typing import Any

import keras

from ...data.arrays import TrainingArrays
from ...errors import TrialError
from ...estimators import is_estimator
from ...experiment.file import Experiment
from ...experiment.references import accepted_arguments, named_arguments, resolve
from ...experiment.settings import Precision
from .precision import computing_in
from .seeding import begin_afresh


def build_model(experiment: Experiment, arrays: TrainingArrays, arguments: Mapping[str, Any], seed: int, precision: Precision) -> Any:
    """Build a Keras model, or an estimator with scikit-learn's interface.

    Args:
        experiment: The experiment, for the builder's reference.
        arrays: The data, for what a builder gets without asking.
        arguments: The builder's arguments from the experiment; they come first.
        seed: Seed of weights and dropout.
        precision: Keras' dtype policy.

    Raises:
        TrialError: If the builder returns anything else.
    """
    begin_afresh(seed)
    builder = resolve(experiment.model)
    with computing_in(precision):
        model = builder(**{**accepted_arguments(builder, provided(arrays)), **named_arguments(builder, seeds(seed)), **arguments})
    if not isinstance(model, keras.Model) and not is_estimator(model):
        expected = "expected keras.Model, or what has scikit-learn's fit and predict" + ("; is a return missing?" if model is None else "")
        raise TrialError(f"{experiment.model} returned {type(model).__name__}, {expected}")
    return model


def provided(arrays: TrainingArrays) -> dict[str, object]:
    """What a builder gets without asking, where its signature has the name."""
    return {"input_shape": arrays.input_shape, "task": arrays.task, "n_outputs": arrays.n_outputs}


def seeds(seed: int) -> dict[str, object]:
    """What a builder gets only where its signature has the name: Keras' builders are seeded already."""
    return {"seed": seed, "random_state": seed}
