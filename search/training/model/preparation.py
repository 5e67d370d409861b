"""Prepares a built model for training: every variable that a step needs exists before anything is traced."""

from typing import Any, NamedTuple

import keras

from ...data.arrays import Array, Inputs, Tree
from ...experiment.settings import TrainingSettings
from ..batching import DataSplit, rows
from ..context import TrainingContext
from .compiled_metrics import with_given_metrics
from .compiling import compile_model, encode_targets
from .names import check_inputs
from .precision import computing_in


class Parts(NamedTuple):
    """The arrays of `TrainingArrays`, with the targets encoded as a model's losses expect them, and the weights of the training rows."""

    x_train: Inputs
    y_train: Tree
    x_validation: Inputs
    y_validation: Tree
    weights: Array | None = None

    @property
    def training(self) -> tuple[Any, ...]:
        """The training part: features, targets and, if rows have weights, these."""
        return (self.x_train, self.y_train) if self.weights is None else (self.x_train, self.y_train, self.weights)

    @property
    def split(self) -> DataSplit:
        """The training part and the validation part."""
        return DataSplit(self.training, (self.x_validation, self.y_validation))


def make_ready(model: Any, context: TrainingContext, settings: TrainingSettings) -> Parts:
    """Compile a model, and create the variables of its loss, metrics and optimizer.

    Args:
        model: A Keras model; the layers of a subclassed one are created here.
        context: The experiment and its arrays.
        settings: The trial's training settings.

    Returns:
        The data as the model expects them.

    Raises:
        TrialError: If the model does not fit the data or the metrics.
    """
    outputs = call_once(model, context, settings)
    compile_model(model, outputs, settings, with_given_metrics(context.heads, model))
    parts = _encode(model, outputs, context, settings)
    y = keras.tree.map_structure(keras.ops.convert_to_tensor, rows(parts.y_train, slice(1)))
    x = rows(parts.x_train, slice(1))
    model.compute_loss(x=x, y=y, y_pred=outputs, training=False)
    model.compute_metrics(x, y, outputs)
    model.reset_metrics()
    model.optimizer.build(model.trainable_variables)
    return parts


def encoded_parts(model: Any, context: TrainingContext, settings: TrainingSettings) -> Parts:
    """Return the data as the losses of a model expect them; it may be ready for other data of the same shapes.

    Args:
        model: A Keras model.
        context: The experiment and its arrays.
        settings: The trial's training settings.
    """
    return _encode(model, call_once(model, context, settings), context, settings)


def _encode(model: Any, outputs: Any, context: TrainingContext, settings: TrainingSettings) -> Parts:
    arrays = context.arrays
    y_train, y_validation = (encode_targets(model, outputs, settings, context.heads, y) for y in (arrays.y_train, arrays.y_validation))
    return Parts(arrays.x_train, y_train, arrays.x_validation, y_validation, context.weights(settings))


def call_once(model: Any, context: TrainingContext, settings: TrainingSettings) -> Any:
    """Compute the outputs of one row, which creates the layers of a subclassed model.

    Args:
        model: A Keras model.
        context: The experiment and its arrays.
        settings: The trial's training settings, for the precision.

    Raises:
        TrialError: If the names of the model's inputs differ from those of the data.
    """
    x = rows(context.arrays.x_train, slice(1))
    check_inputs(model, x)
    with computing_in(settings.precision):
        return model(x, training=False)
