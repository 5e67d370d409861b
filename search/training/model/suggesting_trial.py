"""What a builder with a parameter ``trial`` gets: Optuna's ``suggest_`` methods, by which it asks for its hyperparameters."""

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from ...errors import TrialError
from .older_suggestions import OlderSuggestions

_OF_OBJECTIVES = "belongs to an objective that trains the model itself; this builder returns a model, and the search trains, reports and prunes it"


class SuggestingTrial(OlderSuggestions):
    """Answers as `optuna.trial.Trial` does, with the hyperparameters that a trial has.

    Args:
        hp: A `keras_tuner.HyperParameters`, which knows their values or their space.
    """

    def __init__(self, hp: Any) -> None:
        self._hp = hp

    @property
    def params(self) -> Mapping[str, Any]:
        """The hyperparameters that were asked for so far, by name."""
        return {of.name: self._hp.values[of.name] for of in self._hp.space}

    def suggest_float(self, name: str, low: float, high: float, *, step: float | None = None, log: bool = False) -> float:
        """Return a real number from low to high, both included."""
        value: float = self._hp.Float(name, low, high, step=step, sampling="log" if log else "linear")
        return value

    def suggest_int(self, name: str, low: int, high: int, *, step: int = 1, log: bool = False) -> int:
        """Return a whole number from low to high, both included."""
        value: int = self._hp.Int(name, low, high, step=None if log else step, sampling="log" if log else "linear")
        return value

    def suggest_categorical(self, name: str, choices: Sequence[Any]) -> Any:
        """Return one of some values; of values of several types the search knows the text."""
        types = {type(choice) for choice in choices}
        if types == {bool} and len(set(choices)) > 1:
            return self._hp.Boolean(name)
        if types in ({int}, {float}, {str}):
            return self._hp.Choice(name, list(choices))
        by_text = {str(choice): choice for choice in choices}
        return by_text[self._hp.Choice(name, list(by_text))]

    def __getattr__(self, name: str) -> NoReturn:
        raise _NotOfBuilderError(f"asks for trial.{name}, which {_OF_OBJECTIVES}")


class _NotOfBuilderError(TrialError, AttributeError):
    """An attribute of Optuna's trials that a builder of models does not have; `hasattr` finds that it is absent."""
