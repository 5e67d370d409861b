"""The older names that Optuna's trials have for `suggest_float`."""

from abc import ABC, abstractmethod


class OlderSuggestions(ABC):
    """Adds the older names to a class that has `suggest_float`."""

    @abstractmethod
    def suggest_float(self, name: str, low: float, high: float, *, step: float | None = None, log: bool = False) -> float:
        """Return a real number from low to high, both included."""

    def suggest_uniform(self, name: str, low: float, high: float) -> float:
        """Return a real number, as Optuna's older method of this name."""
        return self.suggest_float(name, low, high)

    def suggest_loguniform(self, name: str, low: float, high: float) -> float:
        """Return a real number of uniform logarithm, as Optuna's older method of this name."""
        return self.suggest_float(name, low, high, log=True)

    def suggest_discrete_uniform(self, name: str, low: float, high: float, q: float) -> float:
        """Return a real number in steps of q, as Optuna's older method of this name."""
        return self.suggest_float(name, low, high, step=q)
