"""Numbers that a compiled program takes as values, though Keras has them written into its objects: trials may differ in them.

Keras reads such a number when it computes a step, so a tensor takes its place while a step is traced. At any other time the
objects hold plain numbers, those of the trial that is trained, and can be saved. A number of 0 is none of them: Keras
computes otherwise then, without momentum for example.
"""

import contextlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

import keras

from ...experiment.settings import TrainingSettings

STEERING = frozenset(
    {
        *("learning_rate", "epochs", "patience", "min_delta", "restore_best_weights"),
        *("schedule", "decay_rate", "decay_epochs"),
    }
)
"""Settings that no program knows: they steer its epochs."""
_VALUES = ("weight_decay", "momentum", "label_smoothing")

_RATES: dict[type[Any], str] = dict.fromkeys(
    (
        *(keras.layers.Dropout, keras.layers.AlphaDropout),
        *(keras.layers.SpatialDropout1D, keras.layers.SpatialDropout2D, keras.layers.SpatialDropout3D),
    ),
    "rate",
) | {keras.layers.GaussianNoise: "stddev"}
"""Layers whose number is a value, and its name. `keras.layers.GaussianDropout` computes with its own in Python."""

_Place = tuple[dict[str, Any], str]
"""Where a number stands: the attributes of an object, and a name among them."""


def fixed_settings(settings: TrainingSettings) -> dict[str, Any]:
    """Say what a program is compiled for: of the settings that are values only whether they are above 0."""
    return settings.model_dump(exclude=set(STEERING)) | {name: getattr(settings, name) > 0 for name in _VALUES}


@contextlib.contextmanager
def rates_left_out(model: Any) -> Iterator[None]:
    """Have the rates of a model's layers that are values be the same for all models inside the ``with`` block.

    Args:
        model: A built model.
    """
    places = _rates(model)
    with _held(places, [0.5] * len(places)):
        yield


class Values:
    """The values of the program that trains a model.

    Args:
        model: The program's model, compiled for its first trial.
    """

    def __init__(self, model: Any) -> None:
        self._of_settings = [(setting, place) for setting, place in _settings_places(model) if _number(place)]
        self._rates = _rates(model)
        self._places = [*self._rates, *(place for _, place in self._of_settings)]

    def take(self, model: Any, settings: TrainingSettings) -> None:
        """Take the numbers of a trial for which the program is compiled too.

        Args:
            model: The trial's, built.
            settings: The trial's.
        """
        rates = [_number(place) for place in _rates(model)]
        _write(self._places, rates + [getattr(settings, setting) for setting, _ in self._of_settings])

    def read(self) -> list[float]:
        """Return the numbers, for `held`."""
        return [float(_number(place)) for place in self._places]

    def held(self, numbers: Sequence[Any]) -> AbstractContextManager[None]:
        """Have the model compute with other numbers inside the ``with`` block.

        Args:
            numbers: As many as `read` returns: scalars of the backend while a step is traced, or floats.
        """
        return _held(self._places, [number if isinstance(number, float) else _AboveZero(number) for number in numbers])


def _rates(model: Any) -> list[_Place]:
    """List where a model's layers have rates, if all are Keras' own: others may read those of their parts."""
    layers = model._flatten_layers()
    if not all(type(layer).__module__.startswith("keras.") for layer in layers):
        return []
    # In 16 bits Keras rounds other numbers than the rate.
    places = [(vars(layer), _RATES[type(layer)]) for layer in layers if type(layer) in _RATES and layer.compute_dtype == "float32"]
    return [place for place in places if 0 < _number(place) < 1]  # at 1 all is dropped, without computing


def _settings_places(model: Any) -> list[tuple[str, _Place]]:
    """List where a compiled model's optimizer and losses have numbers, each with the setting that it comes from."""
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)  # of one that scales the loss
    names = {"weight_decay": "weight_decay", "adam_weight_decay": "weight_decay"}
    if isinstance(optimizer, keras.optimizers.SGD | keras.optimizers.RMSprop):  # others have a momentum of their own
        names["momentum"] = "momentum"
    places = [(setting, (vars(optimizer), name)) for name, setting in names.items() if name in vars(optimizer)]
    losses = [loss for loss in keras.tree.flatten(model.loss) if hasattr(loss, "label_smoothing")]
    # Keras computes with the second and saves the first.
    tables = [table for loss in losses for table in (vars(loss), loss._fn_kwargs)]
    return places + [("label_smoothing", (table, "label_smoothing")) for table in tables]


@contextlib.contextmanager
def _held(places: Sequence[_Place], numbers: Sequence[Any]) -> Iterator[None]:
    earlier = [_number(place) for place in places]
    _write(places, numbers)
    try:
        yield
    finally:
        _write(places, earlier)


def _number(place: _Place) -> Any:
    table, name = place
    return table[name]


def _write(places: Sequence[_Place], numbers: Sequence[Any]) -> None:
    for (table, name), number in zip(places, numbers, strict=True):
        table[name] = number


class _AboveZero:
    """A scalar of the backend that may be asked whether it is above 0, as Keras asks its numbers, while it is not known yet.

    Args:
        tensor: The scalar.
    """

    is_tensor_like = True  # TensorFlow asks for this

    def __init__(self, tensor: Any) -> None:
        self.tensor = tensor

    def __getattr__(self, name: str) -> Any:
        return getattr(self.tensor, name)

    def __gt__(self, zero: float) -> bool:
        return True

    def __tf_tensor__(self, dtype: Any = None, name: str | None = None) -> Any:
        return keras.ops.cast(self.tensor, dtype or self.tensor.dtype)

    def __jax_array__(self) -> Any:
        return self.tensor

    def __add__(self, other: Any) -> Any:
        return self.tensor + other

    def __radd__(self, other: Any) -> Any:
        return other + self.tensor

    def __sub__(self, other: Any) -> Any:
        return self.tensor - other

    def __rsub__(self, other: Any) -> Any:
        return other - self.tensor

    def __mul__(self, other: Any) -> Any:
        return self.tensor * other

    def __rmul__(self, other: Any) -> Any:
        return other * self.tensor

    def __truediv__(self, other: Any) -> Any:
        return self.tensor / other

    def __rtruediv__(self, other: Any) -> Any:
        return other / self.tensor
