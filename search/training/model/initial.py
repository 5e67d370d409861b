"""Gives a built model its start weights, and freezes the layers that are not trained."""

import tempfile
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

from ...data.arrays import Weights
from ...errors import TrialError, nearest
from ...experiment.initial import H5
from ...redaction import one_line, shorten
from ...temporary_files import temporary_prefix
from ..context import TrainingContext
from ..initial import InitialWeights

_REASON_LENGTH = 200


def start(model: Any, context: TrainingContext) -> None:
    """Set the weights of ``[initial]``, and freeze its layers.

    Args:
        model: A Keras model that has all its weights.
        context: The experiment, and its arrays with the file of weights.

    Raises:
        TrialError: If the weights do not fit the model, or there is no such layer, or none is left to be trained.
    """
    given, section = context.initial, context.experiment.initial
    if given is not None and section.layers == "matching":
        _set_matching(model, given)
    elif given is not None:
        _set_all(model, given)
    frozen = _freeze(model, section.freeze)
    for name in [name for stage in (section.unfreeze if isinstance(section.unfreeze, list) else []) for name in stage]:
        if name not in (names := [layer.name for layer in frozen]):
            raise TrialError(f'initial.unfreeze: "{name}" is no layer that is frozen; {nearest(name, names)}')
    for layer in frozen:
        if given is not None and (difference := _difference(layer, given) if section.layers == "matching" else ""):
            raise TrialError(f"initial.freeze: {layer.name} would keep random weights, since it starts from none that are given: {difference}")


def unfreeze(model: Any, context: TrainingContext, n_unfreezings: int) -> None:
    """Train frozen layers of a model again.

    Args:
        model: A model that `start` has frozen layers of; it must be compiled after this.
        context: The experiment.
        n_unfreezings: How many stages of ``unfreeze`` are trained again.
    """
    section = context.experiment.initial
    layers = _layers(model)
    if section.unfreeze == "all":
        chosen = (layers[: section.freeze] if isinstance(section.freeze, int) else [model.get_layer(name) for name in section.freeze]) * n_unfreezings
    else:
        chosen = [model.get_layer(name) for stage in section.unfreeze[:n_unfreezings] for name in stage]
    for layer in chosen:
        layer.trainable = True


def start_notes(model: Any, context: TrainingContext) -> Iterator[str]:
    """Yield which layers start from given weights and which do not, which are frozen, and whether the optimizer goes on, as a sentence."""
    given, layers = context.initial, _layers(model)
    if given is None:
        return
    is_all = context.experiment.initial.layers == "all"
    others = {layer.name: "" if is_all else _difference(layer, given) for layer in layers}
    starting = [name for name, difference in others.items() if not difference]
    different = [f"{name} does not: {difference}" for name, difference in others.items() if difference]
    frozen = [layer.name for layer in layers if not layer.trainable]
    sentence = [f"starts from the given weights of {', '.join(starting)}", *different, *([f"{', '.join(frozen)} frozen"] if frozen else [])]
    yield "; ".join([*sentence, *(["its optimizer goes on from the given state"] if given.optimizer else [])])


def _layers(model: Any) -> list[Any]:
    """Return the layers that have weights."""
    return [layer for layer in model.layers if layer.weights]


def _shapes(arrays: Weights) -> str:
    return ", ".join(str(tuple(array.shape)) for array in arrays) or "no arrays"


def _difference(layer: Any, given: InitialWeights) -> str:
    """Return why a layer cannot start from given weights; empty if it can."""
    if layer.name not in given.of_layers:
        return "no layer of that name is given"
    own, theirs = _shapes(layer.weights), _shapes(given.of_layers[layer.name])
    return "" if own == theirs else f"it has {own}, and {theirs} is given"


def _set_matching(model: Any, given: InitialWeights) -> None:
    layers = _layers(model)
    matching = [layer for layer in layers if not _difference(layer, given)]
    if not matching:
        first = f"{layers[0].name}: {_difference(layers[0], given)}" if layers else "the model has no weights"
        raise TrialError(f"{given.where}: no layer has the name and the shapes of a given one ({first}); given: {', '.join(given.of_layers)}")
    for layer in matching:
        layer.set_weights(given.of_layers[layer.name])
    _finish(model)


def _set_all(model: Any, given: InitialWeights) -> None:
    if given.h5:
        _load(model, given)
    elif given.of_model:
        _set_in_order(model, given)
    else:
        _set_by_name(model, given)
    _finish(model)


def _finish(model: Any) -> None:
    """Let layers that compute something of their weights, such as an adapted Normalization, do so again."""
    for layer in model._flatten_layers():
        if hasattr(layer, "finalize_state"):
            layer.finalize_state()


def _load(model: Any, given: InitialWeights) -> None:
    with tempfile.TemporaryDirectory(prefix=temporary_prefix()) as folder:
        path = Path(folder, f"model{H5}")
        path.write_bytes(given.h5)
        try:
            model.load_weights(path)
        except Exception as error:  # whatever h5py and Keras raise of a file that is of another model, or none
            text = shorten(one_line(str(error)), _REASON_LENGTH)
            raise TrialError(f"{given.where} does not fit the model: {text}; build the model that it was saved from") from error


def _set_in_order(model: Any, given: InitialWeights) -> None:
    for number, (own, theirs) in enumerate(zip_longest(model.weights, given.of_model)):
        here = "none" if own is None else f"{own.path} {tuple(own.shape)}"
        there = "none" if theirs is None else f"{theirs[0]} {theirs[1].shape}"
        if own is None or theirs is None or tuple(own.shape) != theirs[1].shape:
            advice = ', or write layers = "matching"' if given.of_layers else ""
            raise TrialError(f"{given.where}: weight {number} of the model is {here}, that of the file is {there}; build the same model{advice}")
    model.set_weights([array for _, array in given.of_model])


def _set_by_name(model: Any, given: InitialWeights) -> None:
    layers = {layer.name: layer for layer in _layers(model)}
    for name in given.of_layers:
        if name not in layers:
            raise TrialError(f'{given.where}: the model has no layer "{name}" with weights; {nearest(name, layers)}')
    for name, layer in layers.items():
        if difference := _difference(layer, given):
            raise TrialError(f'{given.where}: {name}: {difference}; give its arrays, the kernel first, or write layers = "matching"')
    for name, layer in layers.items():
        layer.set_weights(given.of_layers[name])


def _freeze(model: Any, freeze: int | list[str]) -> list[Any]:
    """Freeze layers, and return them."""
    layers = _layers(model)
    named = {layer.name: layer for layer in layers}
    for name in [] if isinstance(freeze, int) else freeze:
        if name not in named:
            raise TrialError(f'initial.freeze: the model has no layer "{name}" with weights; {nearest(name, named)}')
    frozen = layers[:freeze] if isinstance(freeze, int) else [named[name] for name in freeze]
    for layer in frozen:
        layer.trainable = False
    if freeze and not model.trainable_variables:
        raise TrialError("initial.freeze leaves no weight that is trained; name fewer layers")
    return frozen
