"""The trials of a study by other objectives and limits: their values follow from the curves and costs that were recorded of them."""

import copy
import math
from collections.abc import Iterable
from typing import Any

from optuna.trial import FrozenTrial

from ..errors import ExperimentError, listed
from ..experiment.experiment import Experiment
from ..experiment.objectives import COSTS, ObjectiveSection
from ..spread import comparable
from ..trial import TrialResult, TrialState, best_epoch, best_of_mean
from .objectives import constraints_of, is_constraint_key, values_of
from .record import ATTRIBUTE, IMPORTED, VALUES, TrialRecord, execution_key, is_execution_key, to_record


def is_valued_alike(before: Experiment, after: Experiment) -> bool:
    """Return whether a trial has the same value, and the same best epoch, in both experiments."""
    return _compared(before.objective) == _compared(after.objective)


def check_recorded(records: Iterable[TrialRecord], after: Experiment) -> None:
    """Check that what an edited experiment compares was recorded of a study's trials.

    Args:
        records: The trials.
        after: The edited experiment.

    Raises:
        ExperimentError: If a metric or cost is known of no trial that has a value.
    """
    valued = [record.result for record in records if record.result and record.result.history]
    for name in _names(after) if valued else []:
        if not any(_is_known(name, result) for result in valued):
            known = [measure for measure in valued[0].measures if measure.startswith("val_") or measure in COSTS]
            raise ExperimentError(
                f'"{name}" was not recorded of the trials of this study, which have {listed(known)}; choose one of these, or start another study '
                "with --fresh"
            )


def revalued(trial: FrozenTrial, before: Experiment, after: Experiment) -> FrozenTrial | None:
    """Return a trial with the values and constraints that it has in another experiment; one that has not finished has neither.

    Its best epoch is that of the new objective, among those that were trained.

    Args:
        trial: The trial.
        before: Its experiment.
        after: The other experiment, in whose search space it is.

    Returns:
        The trial; None if what the other experiment compares was not recorded of it, or it was not trained and is within the limits now.
    """
    if _comparison(before) == _comparison(after):
        return trial
    if IMPORTED in trial.user_attrs:
        return None  # one value is known of it
    made, result = copy.deepcopy(trial), to_record(trial).result
    if not trial.state.is_finished() and not is_valued_alike(before, after):
        made.user_attrs = {name: value for name, value in made.user_attrs.items() if not is_execution_key(name)}  # it begins again
    if result is None or result.state is TrialState.FAILED:
        return made
    if result.history:
        if not all(_is_known(name, result) for name in _names(after)) or not _has_curves(trial, result, after.objective.metric):
            return None
        if not is_valued_alike(before, after):
            settings = before.space.training_settings(trial.params)
            _write_values(made, after, before.space.max_epochs, restores=settings.restore_best_weights)
    elif not after.beyond_limits(result.measures):
        return None  # it was not trained since it was beyond a limit, and is not any more
    _write_comparison(made, to_record(made).result or result, after)
    return made


def has_same_weights(trial: FrozenTrial, other: FrozenTrial) -> bool:
    """Return whether the models of a trial are of the same epochs as those of the same trial by another objective."""
    keys = [ATTRIBUTE, *filter(is_execution_key, trial.user_attrs)]
    return all(_best_epoch_in(trial, key) == _best_epoch_in(other, key) for key in keys)


def _best_epoch_in(trial: FrozenTrial, key: str) -> int | None:
    epoch: int | None = trial.user_attrs.get(key, {}).get("best_epoch")
    return epoch


def _write_values(trial: FrozenTrial, after: Experiment, max_epochs: int, *, restores: bool) -> None:
    """Write the value and the best epoch of another objective into a trial and its executions, and its steps for pruners and samplers."""
    objective, is_reproducible = after.objective, after.search.reproducible
    metric, written = objective.metric, trial.user_attrs[ATTRIBUTE]
    executions = [trial.user_attrs[execution_key(index)] for index in range(sum(map(is_execution_key, trial.user_attrs)))]
    for own in (written, *executions):
        if column := own["history"].get(metric):
            own["best_epoch"] = best_epoch(column, objective, restores=restores)
            own["value"] = column[own["best_epoch"] - 1]
    if n_executions := written.get("n_executions"):
        written["execution_values"] = [of["history"][metric][written["best_epoch"] - 1] for of in executions[:n_executions]]
    steps = dict(enumerate((executions or [written])[0]["history"][metric], start=1))
    columns = [of["history"][metric] for of in executions]
    for n in range(1, len(executions) + 1):
        value = best_of_mean(columns[:n], objective, restores=restores)
        steps[max_epochs + n] = comparable(value) if is_reproducible else value
    trial.intermediate_values = {step: steps[step] for step in trial.intermediate_values if step in steps}


def _write_comparison(trial: FrozenTrial, result: TrialResult, after: Experiment) -> None:
    """Write the values and constraints by which Optuna compares a trial."""
    values, written = values_of(result, after), trial.user_attrs[ATTRIBUTE]
    written.pop(VALUES, None)
    if len(values) > 1:
        written[VALUES] = values
    if result.state is TrialState.PRUNED:  # Optuna's value of one is that of its last step
        values = [trial.intermediate_values[max(trial.intermediate_values)]] if trial.intermediate_values and len(values) == 1 else []
    trial.values = values or None
    kept = {name: value for name, value in trial.system_attrs.items() if not is_constraint_key(name)}
    trial.system_attrs = kept | constraints_of(result, after)


def _comparison(experiment: Experiment) -> Any:
    return [_compared(objective) for objective in experiment.objectives], experiment.limits, experiment.ranked_by.metric


def _compared(objective: ObjectiveSection) -> tuple[str, str]:
    return objective.metric, objective.direction


def _names(experiment: Experiment) -> list[str]:
    """Return the metrics and costs that an experiment compares."""
    return list(dict.fromkeys([experiment.objective.metric, experiment.ranked_by.metric, *experiment.measures]))


def _is_known(name: str, result: TrialResult) -> bool:
    """Return whether a metric was recorded at every epoch and is a number, or a cost was."""
    column = [epoch.get(name, math.nan) for epoch in result.history]
    return name in result.measures and (name in COSTS or all(map(math.isfinite, column)))


def _has_curves(trial: FrozenTrial, result: TrialResult, metric: str) -> bool:
    """Return whether the executions of a trial have curves of a metric, which those that were restored from MLflow have not."""
    written = [trial.user_attrs.get(execution_key(index), {}) for index in range(len(result.executions))]
    return all(len(of.get("history", {}).get(metric, ())) >= len(result.history) for of in written)
