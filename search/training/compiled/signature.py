"""Says what a model computes, so that two models with the same answer can be trained by one compiled program."""

import json
from collections.abc import Hashable, Mapping
from typing import Any

from ...experiment.parameters import Value
from .runtime_values import rates_left_out


def read_architecture(model: Any, arguments: Mapping[str, Value], seed: int) -> Hashable:
    """Write down what a model computes: all but its weights, its seeds and the rates that are values.

    Args:
        model: A Keras model, built.
        arguments: Of its builder; they count unless Keras tells everything about the model.
        seed: The builder's; it counts where the model does not tell what its builder made of it.

    Returns:
        The same for models that compute the same from the same weights.
    """
    shapes = tuple(tuple(weight.shape) for weight in model.weights)
    try:
        with rates_left_out(model):
            config = model.get_config()
    except Exception:  # what a model's own get_config raises, NotImplementedError where it has none
        return shapes, str(seed), _written(dict(arguments))
    told = _written(_without_seeds(config))
    return shapes, told, "" if _is_kerass(type(model).__module__) and _is_told(config) else _written(dict(arguments))


def is_told(model: Any) -> bool:
    """Say whether a model's configuration tells everything about it, so that a clone computes what it computes.

    Args:
        model: A Keras model, built.
    """
    try:
        return _is_kerass(type(model).__module__) and _is_told(model.get_config())
    except Exception:  # what a layer's own get_config raises
        return False


def _written(config: Any) -> str:
    return json.dumps(config, sort_keys=True, default=str)


def _without_seeds(config: Any) -> Any:
    if isinstance(config, dict):
        return {str(name): _without_seeds(value) for name, value in config.items() if name != "seed"}
    return [_without_seeds(value) for value in config] if isinstance(config, list | tuple) else config


def _is_told(config: Any) -> bool:
    """Whether a configuration tells everything: it is of Keras' own layers, and of no functions, of which it has the name only."""
    if isinstance(config, dict):
        return _is_kerass(config.get("module", "keras.")) and all(_is_told(part) for part in config.values())
    if isinstance(config, list | tuple):
        return all(_is_told(part) for part in config)
    return config is None or isinstance(config, str | int | float)


def _is_kerass(module: Any) -> bool:
    return str(module).partition(".")[0] == "keras"
