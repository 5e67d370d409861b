"""Ends a model whose last layers give logits in probabilities, by a sigmoid or softmax behind each output of classes, for all but its training.

Training has the logits themselves, from which the losses are computed as with ``from_logits=True``, on any backend and in any precision.
"""

from typing import Any

import keras

from ...data.arrays import unnamed
from ...data.targets import named_outputs
from ...errors import TrialError
from ...estimators import is_estimator
from ...experiment.settings import TrainingSettings
from ..context import TrainingContext
from .logits import activation_of
from .precision import computing_in


def check_logits(model: Any, context: TrainingContext) -> None:
    """Check that ``logits = true`` has a meaning for what a builder returned.

    Raises:
        TrialError: If it is an estimator, or predicts no classes.
    """
    if not context.experiment.space.logits:
        return
    if is_estimator(model):
        raise TrialError(f"logits = true in [space] is about networks, but the builder returned a {type(model).__name__}; leave it out")
    if not any(head.from_logits for head in context.heads.values()):
        raise TrialError("logits = true in [space], but the target is a regression's, which has no classes; leave it out")


def with_probabilities(model: Any, context: TrainingContext, settings: TrainingSettings) -> Any:
    """Return a model of the same layers and optimizer whose outputs of classes are probabilities; itself if its own are.

    It has the optimizer of the given one, if that is compiled, whose state may be saved, and no loss.

    Args:
        model: A Keras model that has all its variables, or an estimator.
        context: The experiment and its arrays.
        settings: The trial's training settings.
    """
    if not context.experiment.space.logits:
        return model
    with computing_in(settings.precision):
        inputs, outputs = _ends(model, context)
        computed = {name: _computed(tensor, context, name) for name, tensor in named_outputs(model, outputs).items()}
        completed = keras.Model(inputs, unnamed(computed), name=model.name)
    if model.compiled:
        completed.compile(model.optimizer)
    return completed


def _ends(model: Any, context: TrainingContext) -> tuple[Any, Any]:
    """Return the inputs and outputs of a model; a subclassed one becomes a layer of another."""
    if isinstance(model, keras.Sequential) and model.built:
        return model.inputs[0], model.outputs[0]
    if getattr(model, "inputs", None):
        return model.input, model.output
    shape = context.arrays.input_shape
    inputs = {name: keras.Input(of, name=name) for name, of in shape.items()} if isinstance(shape, dict) else keras.Input(shape)
    return inputs, model(inputs)


def _computed(output: Any, context: TrainingContext, name: str) -> Any:
    """Return an output behind one more layer, as a regression's is too: Keras orders layers, and so weights, by their distance to the end."""
    head = context.heads[name]
    if not head.from_logits:
        return keras.layers.Activation("linear", name=f"{name}_values", dtype=output.dtype)(output)
    dtype = output.dtype if output.dtype == "float64" else "float32"  # 16 bits are too few for probabilities
    activation = activation_of(head.task, output.shape[-1])
    return keras.layers.Activation(activation, name=f"{name}_probabilities" if name else "probabilities", dtype=dtype)(output)
