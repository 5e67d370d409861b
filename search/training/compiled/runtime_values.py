"""Runtime values: numbers that Keras stores in its objects, but that trials of one compiled program may differ in.

Keras reads such a number when it computes a step, so a tensor replaces it while a step is traced. At any other time the
objects hold the plain numbers of the current trial and can be saved. A number of 0 is not a runtime value: Keras computes
something else then, without momentum for example. Neither is an optimizer's constant at Keras' default.
"""

import contextlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

import keras

from ...experiment.objects import ObjectSection
from ...experiment.settings import CONSTANTS, TrainingSettings
from ..keras_objects import inner_of

EPOCH_SETTINGS = frozenset(
    {
        *("learning_rate", "epochs", "shuffle", "patience", "min_delta", "restore_best_weights"),
        *("schedule", "decay_rate", "decay_epochs"),
        *("unfreeze_epochs", "unfreeze_learning_rate"),
    }
)
"""Settings that no program depends on: they apply between epochs."""
_VALUES = ("weight_decay", "momentum", "label_smoothing")

_RATES: dict[type[Any], str] = dict.fromkeys(
    (
        *(keras.layers.Dropout, keras.layers.AlphaDropout),
        *(keras.layers.SpatialDropout1D, keras.layers.SpatialDropout2D, keras.layers.SpatialDropout3D),
    ),
    "rate",
) | {keras.layers.GaussianNoise: "stddev"}
"""Layers with a runtime value, and its attribute. `keras.layers.GaussianDropout` computes with its rate in Python."""


class _Place(NamedTuple):
    """Where a number is stored: in the attributes of an object, or in a dictionary, by name."""

    table: dict[str, Any]
    name: str

    @property
    def number(self) -> Any:
        return self.table[self.name]


def fixed_settings(settings: TrainingSettings) -> dict[str, Any]:
    """Return the settings that a program is compiled for; of runtime values, only whether they are above 0, and given if they are constants.

    An optimizer by reference may compute anything with its numbers, and a schedule of the learning rate is part of its optimizer.
    """
    numbers = {name: getattr(settings, name) for name in _VALUES} | settings.constants
    fixed = {name: value for name, value in settings if name not in EPOCH_SETTINGS and name not in CONSTANTS}
    if settings.is_scheduled:
        fixed["learning_rate"] = settings.learning_rate
    has_values = not isinstance(settings.optimizer, ObjectSection)
    return fixed | {name: number > 0 if has_values or name == "label_smoothing" else number for name, number in numbers.items()}


@contextlib.contextmanager
def equal_rates(model: Any) -> Iterator[None]:
    """Set the rates of a model's layers that are runtime values to 0.5 inside the ``with`` block.

    Args:
        model: A built model.
    """
    places = _rates(model)
    with _replaced(places, [0.5] * len(places)):
        yield


class Values:
    """The runtime values of a model that a program trains.

    Args:
        model: The model, compiled for the first trial.
    """

    def __init__(self, model: Any) -> None:
        self._of_settings = [(setting, place) for setting, place in _settings_places(model) if place.number]
        self._rates = _rates(model)
        self._places = [*self._rates, *(place for _, place in self._of_settings)]

    def load(self, model: Any, settings: TrainingSettings) -> None:
        """Use the numbers of another trial that the program serves.

        Args:
            model: The trial's model, built.
            settings: The trial's training settings.
        """
        rates = [place.number for place in _rates(model)]
        _write(self._places, rates + [_number(setting, place, settings) for setting, place in self._of_settings])

    def read(self) -> list[float]:
        """Return the numbers, for `replaced`, and then what each lacks of 1, which 32 bits could not tell exactly by subtraction."""
        numbers = [float(place.number) for place in self._places]
        return [*numbers, *(1 - number for number in numbers)]

    def replaced(self, numbers: Sequence[Any]) -> AbstractContextManager[None]:
        """Use other numbers in the model inside the ``with`` block.

        Args:
            numbers: As many as `read` returns: scalars of the backend while a step is traced, or floats.
        """
        pairs = zip(numbers[: len(self._places)], numbers[len(self._places) :], strict=True)
        return _replaced(self._places, [number if isinstance(number, float) else _AboveZero(number, rest) for number, rest in pairs])


def _rates(model: Any) -> list[_Place]:
    """Return where a model's layers store rates; none if a layer is not Keras' own, since it may read rates of its parts."""
    layers = model._flatten_layers()
    if not all(type(layer).__module__.startswith("keras.") for layer in layers):
        return []
    # In 16 bits Keras rounds numbers derived from the rate, not the rate itself.
    places = [_Place(vars(layer), _RATES[type(layer)]) for layer in layers if type(layer) in _RATES and layer.compute_dtype == "float32"]
    return [place for place in places if 0 < place.number < 1]  # at 1 Keras computes nothing


def _settings_places(model: Any) -> list[tuple[str, _Place]]:
    """Return where a compiled model's optimizer and losses store numbers, each with the setting it comes from."""
    optimizer = inner_of(model.optimizer)
    names = {"weight_decay": "weight_decay", "adam_weight_decay": "weight_decay"}
    if isinstance(optimizer, keras.optimizers.SGD | keras.optimizers.RMSprop):  # others use the name for something else
        names["momentum"] = "momentum"
    kind = type(optimizer).__name__.lower()
    names |= {name: name for name, defaults in CONSTANTS.items() if kind in defaults and getattr(optimizer, name) != defaults[kind]}
    places = [(setting, _Place(vars(optimizer), name)) for name, setting in names.items() if name in vars(optimizer)]
    losses = [loss for loss in keras.tree.flatten(model.loss) if hasattr(loss, "label_smoothing")]
    # Keras computes with the second and saves the first.
    tables = [table for loss in losses for table in (vars(loss), loss._fn_kwargs)]
    return places + [("label_smoothing", _Place(table, "label_smoothing")) for table in tables]


def _number(setting: str, place: _Place, settings: TrainingSettings) -> float:
    """Return a number of the settings; of an optimizer or loss by reference its own, which is the same in all trials of a program."""
    is_own = not settings.label_smoothing if setting == "label_smoothing" else isinstance(settings.optimizer, ObjectSection)
    return float(place.number if is_own else getattr(settings, setting))


@contextlib.contextmanager
def _replaced(places: Sequence[_Place], numbers: Sequence[Any]) -> Iterator[None]:
    earlier = [place.number for place in places]
    _write(places, numbers)
    try:
        yield
    finally:
        _write(places, earlier)


def _write(places: Sequence[_Place], numbers: Sequence[Any]) -> None:
    for place, number in zip(places, numbers, strict=True):
        place.table[place.name] = number


class _AboveZero:
    """A traced scalar that compares as above 0, since Keras compares its numbers with 0 while their values are not known yet.

    Args:
        tensor: The scalar.
        rest: 1 minus the scalar.
    """

    is_tensor_like = True  # TensorFlow reads this

    def __init__(self, tensor: Any, rest: Any) -> None:
        self.tensor, self._rest = tensor, rest

    def __getattr__(self, name: str) -> Any:
        return getattr(self.tensor, name)

    def __gt__(self, zero: float) -> bool:
        return True

    def __tf_tensor__(self, dtype: Any = None, name: str | None = None) -> Any:
        return keras.ops.cast(self.tensor, dtype or "float32")  # which TensorFlow makes of Python's numbers too

    def __jax_array__(self) -> Any:
        return self.tensor

    def __add__(self, other: Any) -> Any:
        return self.tensor + other

    def __radd__(self, other: Any) -> Any:
        return other + self.tensor

    def __sub__(self, other: Any) -> Any:
        return self.tensor - other

    def __rsub__(self, other: Any) -> Any:
        return self._rest if isinstance(other, int | float) and other == 1 else other - self.tensor

    def __mul__(self, other: Any) -> Any:
        return self.tensor * other

    def __rmul__(self, other: Any) -> Any:
        return other * self.tensor

    def __truediv__(self, other: Any) -> Any:
        return self.tensor / other

    def __rtruediv__(self, other: Any) -> Any:
        return other / self.tensor
