"""Makes a built model ready for training: every variable that a step needs is there before anything is traced."""

from typing import Any

import keras

from ...data.arrays import TrainingArrays, Tree
from ...experiment.file import Experiment
from ...experiment.settings import TrainingSettings
from ..batching import rows
from ..metrics import make_heads
from .compiling import compile_model, encode_targets
from .names import check_inputs
from .precision import computing_in

Parts = tuple[Tree, Tree, Tree, Tree]
"""x_train, y_train, x_validation and y_validation, as in `TrainingArrays`, the targets as the losses want them."""


def make_ready(model: Any, experiment: Experiment, settings: TrainingSettings, arrays: TrainingArrays) -> Parts:
    """Compile a model, with the variables of its loss, metrics and optimizer.

    Args:
        model: A Keras model; a subclassed one makes its layers now.
        experiment: The experiment, for what each output is trained towards.
        settings: The trial's.
        arrays: The data.

    Returns:
        The data as the model wants them.

    Raises:
        TrialError: If the model does not go with the data or the metrics.
    """
    outputs = call_once(model, settings, arrays)
    heads = make_heads(experiment, arrays.task)
    compile_model(model, outputs, settings, heads)
    y_train, y_validation = (encode_targets(model, outputs, settings, heads, y) for y in (arrays.y_train, arrays.y_validation))
    y = keras.tree.map_structure(keras.ops.convert_to_tensor, rows(y_train, slice(1)))
    x = rows(arrays.x_train, slice(1))
    model.compute_loss(x=x, y=y, y_pred=outputs, training=False)
    model.compute_metrics(x, y, outputs)
    model.reset_metrics()
    model.optimizer.build(model.trainable_variables)
    return arrays.x_train, y_train, arrays.x_validation, y_validation


def call_once(model: Any, settings: TrainingSettings, arrays: TrainingArrays) -> Any:
    """Answer one row, so that a subclassed model makes its layers, and return its outputs.

    Args:
        model: A Keras model.
        settings: The trial's, for the precision.
        arrays: The data.

    Raises:
        TrialError: If the model's inputs are not those that there is data for.
    """
    x = rows(arrays.x_train, slice(1))
    check_inputs(model, x)
    with computing_in(settings.precision):
        return model(x, training=False)
