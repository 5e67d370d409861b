"""Losses, metrics and optimizers that are objects already, as a model's own ``compile()`` has them, in place of references."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import keras
from pydantic import PrivateAttr

from ...experiment.objects import ObjectSection
from ..keras_objects import configuration_of

_KERAS = "keras.src."


class GivenObject(ObjectSection):
    """An object with the name of its class or function. It belongs to one model and never leaves the process.

    Two are equal if they compute the same, so that their trials share a compiled program: if they are one function, or objects of Keras of
    equal configuration. The learning rate of an optimizer is no part of it, unless it is a schedule.
    """

    _made: Any = PrivateAttr(default=None)
    _described: Any = PrivateAttr(default=None)

    @classmethod
    def of(cls, made: Any, use: str = "") -> "GivenObject":
        """Return the section of an object.

        Args:
            made: A loss, a metric, an optimizer, or a function of (y_true, y_pred).
            use: What messages name it by. Defaults to the reference of its class or function, which may be defined inside another one.
        """
        section = cls.model_construct(use=use or _name_of(made))
        section._made, section._described = made, _description(made)
        return section

    @property
    def arguments(self) -> dict[str, Any]:
        """None: it is made."""
        return {}

    @property
    def made(self) -> Any:
        """The object."""
        return self._made

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, GivenObject) or self.use != other.use:
            return False
        return self._made is other._made or (self._described is not None and self._described == other._described)

    def __hash__(self) -> int:
        return hash(self.use)


def _name_of(made: Any) -> str:
    kind = made if hasattr(made, "__qualname__") else type(made)
    package = next((name for name in ("losses", "metrics", "optimizers") if kind.__module__.startswith(f"{_KERAS}{name}")), "")
    return f"keras.{package}:{kind.__name__}" if package else f"{kind.__module__}:{kind.__qualname__}"


def _description(made: Any) -> str | None:
    """Return what an object of Keras computes; None of any other, and if its configuration does not say it."""
    function = getattr(made, "fn", getattr(made, "_fn", None))
    if not type(made).__module__.startswith(_KERAS) or not getattr(function, "__module__", _KERAS).startswith(_KERAS):
        return None
    config = configuration_of(made) | {"name": ""}
    if isinstance(made, keras.optimizers.Optimizer) and isinstance(config["learning_rate"], float):
        config["learning_rate"] = 0.0
    try:
        return json.dumps(config, sort_keys=True) if all(str(module).startswith("keras") for module in _modules(config)) else None
    except TypeError:  # it has an object of its own, such as a function
        return None


def _modules(config: Any) -> Iterator[Any]:
    """Yield the modules of all serialized objects in a configuration."""
    if isinstance(config, Mapping):
        yield from [config["module"]] if config.get("module") else []
        for value in config.values():
            yield from _modules(value)
    elif isinstance(config, list | tuple):
        for value in config:
            yield from _modules(value)
