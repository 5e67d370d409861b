"""Weights and outputs of single layers of a champion."""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ..data.columns import Features
from ..errors import InputError, nearest
from .base import Inspected, keras_model

BATCH_SIZE = 256
"""Rows per forward pass. It bounds the memory; the outputs do not depend on it."""


def layer_weights(champion: Inspected, layer: str) -> dict[str, np.ndarray]:
    """Return the weights of a layer.

    Args:
        champion: The champion.
        layer: The layer's name; for a layer inside a nested model "<model>/<layer>".

    Returns:
        Arrays by name, such as ``kernel`` ``(n_inputs, n_units)`` and ``bias`` ``(n_units,)``; none for a layer without weights.

    Raises:
        InputError: If the layer does not exist, or the champion is not a Keras model.
    """
    found = _find(keras_model(champion), layer)
    arrays: dict[str, np.ndarray] = {}
    for weight in found.weights:
        # The path starts with the layer's path in the model, which differs between functional and subclassed models.
        name = weight.path.rpartition(f"{found.name}/")[2]
        name = name if name not in arrays else f"{name}_{len(arrays)}"
        arrays[name] = _to_numpy(weight.value)
    return arrays


def layer_outputs(champion: Inspected, layer: str, rows: Features) -> tuple[np.ndarray, ...]:
    """Compute the outputs of a layer for raw rows in inference mode.

    Args:
        champion: The champion.
        layer: The layer's name, as for `layer_weights`.
        rows: Raw rows, as for `Champion.predict`.

    Returns:
        One array ``(n_rows, *output_shape)``; for a shared layer one for each call, in the order of computation; for a layer
        with several outputs one for each.

    Raises:
        InputError: If the layer does not exist, or the model does not call it.
        DataError: If the rows are invalid.
    """
    import keras

    model = keras_model(champion)
    found = _find(model, layer)
    features = champion.features(rows)
    n_rows = len(keras.tree.flatten(features)[0])
    batches: list[list[np.ndarray]] = []
    for start in range(0, n_rows, BATCH_SIZE):
        batch = keras.tree.map_structure(lambda array, start=start: array[start : start + BATCH_SIZE], features)
        with _recorded(found) as outputs:
            model(batch, training=False)
        batches.append([_to_numpy(output) for output in keras.tree.flatten(outputs)])
    if not batches[0]:
        raise InputError(f'The model does not call the layer "{layer}" in prediction; name another layer')
    return tuple(np.concatenate(parts) for parts in zip(*batches, strict=True))


def named_layers(model: Any) -> dict[str, Any]:
    """Return a model's layers by name, without inputs; those of nested models as "<model>/<layer>"."""
    import keras

    found: dict[str, Any] = {}
    for layer in model.layers:
        if isinstance(layer, keras.layers.InputLayer):
            continue
        found[layer.name] = layer
        if isinstance(layer, keras.Model):
            found |= {f"{layer.name}/{name}": inner for name, inner in named_layers(layer).items()}
    return found


def _find(model: Any, name: str) -> Any:
    layers: Mapping[str, Any] = named_layers(model)
    if name not in layers:
        raise InputError(f'The model has no layer "{name}"; {nearest(name, layers)}')
    return layers[name]


@contextlib.contextmanager
def _recorded(layer: Any) -> Iterator[list[Any]]:
    """Record the outputs of each call of a layer.

    This works for subclassed models too, unlike a second model from inputs to inner outputs.
    """
    outputs: list[Any] = []
    call = layer.call

    def recording(*arguments: Any, **options: Any) -> Any:
        output = call(*arguments, **options)
        outputs.append(output)
        return output

    layer.call = recording
    try:
        yield outputs
    finally:
        del layer.call


def _to_numpy(tensor: Any) -> np.ndarray:
    import keras

    array = np.asarray(keras.ops.convert_to_numpy(tensor))
    return array if array.dtype.kind in "biuf" else array.astype(np.float32)  # NumPy has no bfloat16
