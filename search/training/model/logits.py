"""Lets a model whose last layers give logits end in probabilities, by a sigmoid or softmax behind each output of classes.

Its cross-entropies are then computed from the logits themselves, as Keras does for such a layer, and metrics and predictions have probabilities.
"""

from typing import Any

import keras

from ...data.targets import named_outputs
from ...errors import TrialError
from ...estimators import is_estimator
from ..context import TrainingContext

_KEY = "logits = true in [space]"


def with_probabilities(model: Any, context: TrainingContext) -> Any:
    """Return a model of the same layers, with probabilities as the outputs of classes; it is compiled as the given one.

    Args:
        model: A model whose outputs of classes are logits.
        context: The experiment and its arrays.

    Raises:
        TrialError: If it is an estimator, predicts no classes, has a ``train_step`` of its own or a sigmoid or softmax already.
    """
    if is_estimator(model):
        raise TrialError(f"{_KEY} is about networks, but the builder returned a {type(model).__name__}; leave it out")
    if all(head.task == "regression" for head in context.heads.values()):
        raise TrialError(f"{_KEY}, but the target is a regression's, which has no classes; leave it out")
    if type(model).train_step is not keras.Model.train_step:
        raise TrialError(f"{_KEY}, but {type(model).__name__} has a train_step of its own; end its call() in a sigmoid or softmax instead")
    inputs, outputs = _ends(model, context)
    by_name = named_outputs(model, outputs)
    computed = {name: _probabilities(tensor, context, name) for name, tensor in by_name.items()}
    completed = keras.Model(inputs, computed if len(computed) > 1 else next(iter(computed.values())), name=model.name)
    if model.compiled:
        completed.compile(model.optimizer, model.loss, metrics=getattr(model._compile_metrics, "_user_metrics", None))
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


def _probabilities(output: Any, context: TrainingContext, name: str) -> Any:
    head = context.heads.get(name)
    if head is None or head.task == "regression":  # other names are refused when they are compared
        return output
    last = output._keras_history.operation
    activation = getattr(getattr(last, "activation", None), "__name__", "softmax" if isinstance(last, keras.layers.Softmax) else "linear")
    if activation in ("sigmoid", "softmax"):
        raise TrialError(f"{_KEY}, but the last layer is a {activation} already, which gives probabilities; leave logits out")
    kind = "softmax" if head.task != "multilabel" and output.shape[-1] > 1 else "sigmoid"
    return keras.layers.Activation(kind, name=f"{name}_probabilities" if name else "probabilities")(output)
