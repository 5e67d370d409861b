"""Calls a function that is the objective, once for each trial; what it imports is its own."""

import contextlib
import inspect
import logging
import random
import sys
import traceback
from collections.abc import Sequence
from typing import Any, final

import numpy as np

from ..errors import ExperimentError, TrialError
from ..experiment.file import Experiment
from ..experiment.references import resolve
from ..redaction import redact
from ..training.failures import classify, reason_of
from ..trial import Assignment, Failure, Report, TrialResult, TrialState
from ..user_code import user_code
from .base import Load
from .function_trial import FunctionTrial, as_number
from .trial_study import TrialStudy

TRAINER = "function"
_log = logging.getLogger(__name__)


@final
class FunctionJob:
    """Calls a function; see `search.jobs.base.Job`.

    Args:
        experiment: The experiment.
        reference: The function's reference.
    """

    capacity = 1
    device_bytes = 0
    peak_bytes = 0

    def __init__(self, experiment: Experiment, reference: str) -> None:
        self._experiment, self._reference = experiment, reference
        self._metrics = [objective.metric for objective in experiment.objectives]

    def prepare(self, memory_fraction: float | None) -> None:
        """Do nothing: the function's module is imported by `check`, which reports its errors."""

    def check(self, load: Load) -> tuple[str, ...]:
        """Import the function, and check that it can be called with a trial."""
        function = resolve(self._reference)
        if not callable(function):
            raise ExperimentError(f'objective = "{self._reference}" is a {type(function).__name__}; expected a function of a trial')
        try:
            inspect.signature(function).bind(None)
        except TypeError:
            shown = inspect.signature(function)
            raise ExperimentError(f'objective = "{self._reference}" has the arguments {shown}; expected the trial as the only one') from None
        return ()

    def trial(self) -> contextlib.AbstractContextManager[None]:
        """Do nothing: there is one thread."""
        return contextlib.nullcontext()

    def train(self, assignment: Assignment, report: Report, *, raises: bool = False) -> TrialResult:
        """Call the function."""
        fixed = {name: value for name, value in assignment.model_arguments.items() if name not in assignment.params}
        study = TrialStudy(self._experiment.name, self._experiment.objectives)
        trial = FunctionTrial(assignment, report, self._metrics, self._experiment.executor.trial_timeout_seconds, fixed, study)
        reason, failure = "", None
        try:
            with user_code():
                _seed(assignment.seed)
                values, state = self._values(resolve(self._reference)(trial)), TrialState.COMPLETE
                trial.check_time()
        except Exception as error:
            values, state = trial.history[-1:], TrialState.PRUNED
            if error is trial.report_error or (raises and not isinstance(error, TrialError) and not _is_pruned(error)):
                raise
            if not _is_pruned(error):
                if not isinstance(error, TrialError):
                    _log.warning("trial %d failed:\n%s", assignment.number, redact(traceback.format_exc()))  # into the worker's log
                values, state, reason, failure = [], TrialState.FAILED, reason_of(error), classify(error)
        return self._result(trial, state, values, reason, failure)

    def _values(self, returned: Any) -> list[dict[str, float]]:
        """Return what the function returned as the metrics of an epoch.

        Raises:
            TrialError: If it returned no number, or not as many as the objective says.
        """
        given = list(returned) if isinstance(returned, Sequence | np.ndarray) and not isinstance(returned, str) and np.ndim(returned) else [returned]
        if len(given) != len(self._metrics):
            directions = f"{len(self._metrics)} direction{'s' if len(self._metrics) > 1 else ''}"
            numbers = "1 number" if len(given) == 1 else f"{len(given)} numbers"
            raise TrialError(f"{self._reference} returned {numbers}, but the objective has {directions}; give direction one for each, as a list")
        return [{name: as_number(value, f"{self._reference} returned") for name, value in zip(self._metrics, given, strict=True)}]

    def _result(self, trial: FunctionTrial, state: TrialState, values: list[dict[str, float]], reason: str, failure: Failure | None) -> TrialResult:
        """Return a result whose value is that of its last epoch, which is what was returned, or reported last."""
        is_new = bool(values) and values != trial.history[-1:]
        history = [*trial.history, *values] if is_new else trial.history
        return TrialResult(
            number=trial.number,
            state=state,
            value=values[0][self._metrics[0]] if values else None,
            best_epoch=len(history) if values else 0,
            history=tuple(history),
            seconds=trial.seconds,
            trainer=TRAINER,
            device=_device(),
            reason=reason,
            failure=failure,
        )


def _is_pruned(error: Exception) -> bool:
    from optuna import TrialPruned

    return isinstance(error, TrialPruned)


def _seed(seed: int) -> None:
    """Seed Python's random numbers, NumPy's and, if it is imported, Keras'."""
    random.seed(seed)
    np.random.seed(seed)
    if "keras" in sys.modules:
        sys.modules["keras"].utils.set_random_seed(seed)


def _device() -> str:
    """Return the device of Keras' backend, if the function has imported it."""
    if "keras" not in sys.modules:
        return ""
    from ..training.device import device_name

    return device_name()
