"""Describes what a model computes: models with equal descriptions can be trained by one compiled program."""

import json
from collections.abc import Hashable, Mapping
from typing import Any

from ...experiment.parameters import Argument
from .runtime_values import equal_rates


def read_architecture(model: Any, arguments: Mapping[str, Argument], seed: int) -> Hashable:
    """Return a description of what a model computes, without its weights, its seeds and the rates that are runtime values.

    Args:
        model: A Keras model, built.
        arguments: Arguments of its builder; they are included unless the model's configuration describes it fully.
        seed: Seed of the builder; it is included if the model has no configuration.

    Returns:
        Equal descriptions for models that compute the same from the same weights.
    """
    shapes = tuple((tuple(weight.shape), weight.trainable) for weight in model.weights)
    try:
        with equal_rates(model):
            config = model.get_config()
    except Exception:  # what a model's own get_config raises, NotImplementedError where it has none
        return shapes, str(seed), _written(dict(arguments))
    described = _written(_without_seeds(config))
    return shapes, described, "" if _is_keras_own(type(model).__module__) and _is_complete(config) else _written(dict(arguments))


def is_fully_described(model: Any) -> bool:
    """Return whether a model's configuration describes it fully, so that a clone computes the same.

    Args:
        model: A Keras model, built.
    """
    try:
        return _is_keras_own(type(model).__module__) and _is_complete(model.get_config())
    except Exception:  # what a layer's own get_config raises
        return False


def _written(config: Any) -> str:
    return json.dumps(config, sort_keys=True, default=str)


def _without_seeds(config: Any) -> Any:
    if isinstance(config, dict):
        return {str(name): _without_seeds(value) for name, value in config.items() if name != "seed"}
    return [_without_seeds(value) for value in config] if isinstance(config, list | tuple) else config


def _is_complete(config: Any) -> bool:
    """Return whether a configuration has Keras' own layers only, and no functions, of which it stores only the name."""
    if isinstance(config, dict):
        return _is_keras_own(config.get("module", "keras.")) and all(_is_complete(part) for part in config.values())
    if isinstance(config, list | tuple):
        return all(_is_complete(part) for part in config)
    return config is None or isinstance(config, str | int | float)


def _is_keras_own(module: Any) -> bool:
    return str(module).partition(".")[0] == "keras"
