"""What a function that is the objective gets: a trial as Optuna's, whose values come from the coordinator."""

import json
import math
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
    check_distribution_compatibility,
)
from optuna.trial import BaseTrial

from ..errors import DivergedError, OverdueError, TrialError
from ..training.model.older_suggestions import OlderSuggestions
from ..trial import Assignment, Attribute, EpochReport, Progress, Report, Suggestion
from .trial_study import TrialStudy


class FunctionTrial(OlderSuggestions, BaseTrial):
    """A trial of a function, with the interface of `optuna.trial.Trial`.

    Args:
        assignment: The trial.
        report: Sends its progress to the coordinator, and returns the reply.
        metrics: Names of the numbers that the function returns.
        limit_seconds: The trial's time limit; None for no limit.
        fixed: Hyperparameters that are not searched, by name.
        study: What it knows of its study.

    Attributes:
        study: The name and the directions of its study.
        history: The reported values, in order.
        report_error: The exception that sending raised, which is not a failure of the trial.
    """

    def __init__(
        self,
        assignment: Assignment,
        report: Report,
        metrics: Sequence[str],
        limit_seconds: float | None,
        fixed: Mapping[str, Any],
        study: TrialStudy,
    ) -> None:
        self._number, self.study = assignment.number, study
        self.history: list[dict[str, float]] = []
        self.report_error: Exception | None = None
        self._report, self._metrics, self._limit_seconds = report, metrics, limit_seconds
        self._fixed = fixed
        self._params: dict[str, Any] = {}
        self._distributions: dict[str, BaseDistribution] = {}
        self._attributes: dict[str, Any] = {}
        self._steps: set[int] = set()
        self._goes_on = True
        self._started, self._datetime_start = time.perf_counter(), datetime.fromtimestamp(assignment.started)

    @property
    def number(self) -> int:
        """The trial's number in its study, from 0."""
        return self._number

    @property
    def seconds(self) -> float:
        """Time since its start."""
        return time.perf_counter() - self._started

    @property
    def params(self) -> dict[str, Any]:
        """The hyperparameters that were asked for so far, by name."""
        return dict(self._params)

    @property
    def distributions(self) -> dict[str, BaseDistribution]:
        """Their ranges and choices."""
        return dict(self._distributions)

    @property
    def user_attrs(self) -> dict[str, Any]:
        """What was noted so far."""
        return dict(self._attributes)

    @property
    def datetime_start(self) -> datetime | None:
        """When the trial was started."""
        return self._datetime_start

    def suggest_float(self, name: str, low: float, high: float, *, step: float | None = None, log: bool = False) -> float:
        """Return a real number from low to high, both included."""
        return float(self._suggest(name, FloatDistribution(low, high, log=log, step=step)))

    def suggest_int(self, name: str, low: int, high: int, *, step: int = 1, log: bool = False) -> int:
        """Return a whole number from low to high, both included."""
        return int(self._suggest(name, IntDistribution(low, high, log=log, step=step)))

    def suggest_categorical(self, name: str, choices: Sequence[Any]) -> Any:
        """Return one of some values: text, numbers, True, False or None.

        Raises:
            TrialError: If one is something else.
        """
        plain = [_plain(name, choice) for choice in choices]
        return self._suggest(name, CategoricalDistribution(plain))

    def report(self, value: float, step: int) -> None:
        """Report a value in the course of the trial, by which it may be pruned; a step that was reported before is ignored.

        The values of a trial are compared with those of others in their order, the first with the first.

        Raises:
            TrialError: If it is no number, or the function returns several.
            DivergedError: If it is not finite.
            OverdueError: If the trial is past its time limit.
        """
        if len(self._metrics) > 1:
            raise TrialError(f"trial.report is for one number, but the objective returns {len(self._metrics)}")
        if step in self._steps:
            return
        self._steps.add(step)
        number = as_number(value, f"trial.report at step {step}")
        self.history.append({self._metrics[0]: number})
        self._goes_on = self._send(EpochReport(self.number, len(self.history), self.history[-1]))
        self.check_time()

    def should_prune(self) -> bool:
        """Return whether the trial should end, by what it has reported so far."""
        return not self._goes_on

    def set_user_attr(self, key: str, value: Any) -> None:
        """Note something about the trial in the ledger, plain JSON."""
        try:
            json.dumps(value)
        except (TypeError, ValueError) as error:
            raise TrialError(f"trial.set_user_attr({key!r}): {error}; expected what JSON can hold") from None
        self._attributes[key] = value
        self._send(Attribute(self.number, key, value))

    def set_constraint(self, key: str, value: float) -> None:
        """Refuse constraints: a function has none here."""
        raise TrialError("trial.set_constraint is not supported; return a worse value for what is not feasible, or raise optuna.TrialPruned")

    def _suggest(self, name: str, distribution: BaseDistribution) -> Any:
        if not name:
            raise TrialError("trial asks for a hyperparameter without a name; give it one")
        if name in self._params:
            _check_same(name, self._distributions[name], distribution)
            return self._params[name]
        value = _checked(name, self._fixed[name], distribution) if name in self._fixed else self._asked(name, distribution)
        self._params[name], self._distributions[name] = value, distribution
        return value

    def _asked(self, name: str, distribution: BaseDistribution) -> Any:
        value = self._send(Suggestion(self.number, name, distribution))
        self.check_time()
        return value

    def _send(self, progress: Progress) -> Any:
        try:
            reply = self._report(progress)
        except Exception as error:
            self.report_error = error
            raise
        if isinstance(reply, TrialError):
            raise reply
        return reply

    def check_time(self) -> None:
        """Check the trial's time limit.

        Raises:
            OverdueError: If the trial is past it.
        """
        if self._limit_seconds is not None and self.seconds > self._limit_seconds:
            raise OverdueError(f"past its limit of {self._limit_seconds:g} seconds: {self.seconds:.1f} after {len(self.history)} reports")


def _check_same(name: str, first: BaseDistribution, second: BaseDistribution) -> None:
    try:
        check_distribution_compatibility(first, second)
    except ValueError as error:
        raise TrialError(f'trial asks for "{name}" twice: {error}') from None


def _plain(name: str, choice: Any) -> Any:
    """Return a choice, a number of NumPy as one of Python."""
    value = choice.item() if isinstance(choice, np.generic) else choice
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TrialError(
        f'trial asks for "{name}" among choices such as {choice!r}, which the ledger cannot hold; give names, and look the object up by its name'
    )


def _checked(name: str, value: Any, distribution: BaseDistribution) -> Any:
    """Return a value of ``[space.model]``, if it is one that is asked for.

    Raises:
        TrialError: If it is not.
    """
    try:
        is_valid = distribution._contains(distribution.to_internal_repr(value))
    except ValueError:  # none of the choices
        is_valid = False
    if not is_valid:
        raise TrialError(f'trial asks for "{name}": {name} = {value} of [space.model] is outside of {distribution}')
    return value


def as_number(value: Any, where: str) -> float:
    """Return a value as a finite number.

    Raises:
        TrialError: If it is none.
        DivergedError: If it is not finite.
    """
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise TrialError(f"{where}: {value!r} is not a number") from None
    if not math.isfinite(number):
        raise DivergedError(f"{where}: {'NaN' if math.isnan(number) else 'infinite'}")
    return number
