"""The record of a trial in the ledger, and its conversion to and from attributes of Optuna's trial."""

import copy
import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any, NamedTuple

from optuna.trial import FrozenTrial
from optuna.trial import TrialState as OptunaState

from ..experiment.lineage import Lineage
from ..experiment.parameters import Value
from ..redaction import redact
from ..samplers.lineage import lineage_of, n_inherited_epochs
from ..trial import Failure, TrialResult, TrialState
from .attempts import RETRY_STATE

ATTRIBUTE = "result"
VALUES = "values"
"""What is written in the result of a trial with several objectives: the value of each."""
PAUSED = "paused"
"""The attribute of a trial with its result so far, while it is paused; None once it continues."""
IMPORTED = "imported"
"""The attribute of a trial of another tool, which samplers know and which is none of the study's own."""
FIXED, ENQUEUED = "fixed_params", "enqueued"
"""Optuna's attribute of an enqueued trial with the given hyperparameters, and ours that says where they are from."""
REPEAT = "repeat"
"""The first word of a study's attribute with a repeat of a trial."""
_EXECUTION = "execution"
_STATES = {
    OptunaState.RUNNING: TrialState.RUNNING,
    OptunaState.WAITING: TrialState.INTERRUPTED,
    OptunaState.COMPLETE: TrialState.COMPLETE,
    OptunaState.PRUNED: TrialState.PRUNED,
    OptunaState.FAIL: TrialState.FAILED,
}
_PLAIN_FIELDS = ("reason", "ended_by", "worker", "seconds", "finished", "best_epoch", "n_parameters", "costs", "device", "trainer")


@dataclass(frozen=True, kw_only=True)
class TrialRecord:
    """A trial of a study.

    Attributes:
        number: The trial's number, from 0.
        state: The trial's state; INTERRUPTED if it waits for its next attempt or was never trained, WAITING if it was enqueued and has not run.
        params: The searched hyperparameters, by name; of a WAITING trial those that were given.
        result: The trial's result; None if it is not final.
        so_far: The result of a PAUSED trial so far, as if it had been pruned. Defaults to None.
        lineage: Its place in a population's training; None for a whole training. Defaults to None.
    """

    number: int
    state: TrialState
    params: Mapping[str, Value]
    result: TrialResult | None
    so_far: TrialResult | None = None
    lineage: Lineage | None = None

    @property
    def parent(self) -> int | None:
        """Number of the trial that it continued; None if it began anew."""
        return self.lineage.parent if self.lineage else None

    @property
    def is_finished(self) -> bool:
        """Whether the trial has a result, and so counts as one of the study's trials."""
        return self.result is not None

    @property
    def known(self) -> TrialResult | None:
        """The trial's result, or that of a PAUSED trial so far."""
        return self.result or self.so_far

    @property
    def value(self) -> float | None:
        """The objective's value; None unless COMPLETE, PRUNED or PAUSED."""
        return self.known.value if self.known else None

    @property
    def reason(self) -> str:
        """The reason of a FAILED trial, ``interrupted`` for an INTERRUPTED one; empty otherwise."""
        if self.state is TrialState.INTERRUPTED:
            return "interrupted"
        return self.result.reason if self.result else ""

    @property
    def measures(self) -> Mapping[str, float]:
        """The metrics of the best epoch and the costs, by the names that objectives and limits have; empty without a result."""
        return self.known.measures if self.known else {}

    @property
    def metrics(self) -> Mapping[str, float]:
        """The metrics of the best epoch, by Keras' names; empty without a value."""
        return self.known.best_metrics if self.known and self.value is not None else {}

    @property
    def history(self) -> Sequence[Mapping[str, float]]:
        """The metrics of every epoch; empty if the trial is not finished or paused."""
        return self.known.history if self.known else ()


def further_metrics(records: Sequence[TrialRecord], columns: Collection[str]) -> list[str]:
    """Return the metrics that trials have at their best epochs beside those that a table has already, in the order of Keras' logs.

    Args:
        records: The trials.
        columns: The names of the table's other columns, and of the objective's metric.
    """
    found = dict.fromkeys(itertools.chain(*(record.metrics for record in records)))
    return [name for name in found if name not in (*columns, "learning_rate")]


def is_paused(trial: FrozenTrial) -> bool:
    """Return whether a trial waits at a rung."""
    return trial.state is OptunaState.WAITING and bool(trial.user_attrs.get(PAUSED))


def as_ended(trial: FrozenTrial) -> FrozenTrial:
    """Return a paused trial as it is when its study ends, PRUNED with its result so far; any other trial as it is."""
    if not is_paused(trial):
        return trial
    ended = copy.copy(trial)
    ended.state, ended.datetime_complete = OptunaState.PRUNED, trial.datetime_start
    ended.value = trial.intermediate_values[max(trial.intermediate_values)]  # as Optuna's `Study.tell` does
    ended.user_attrs = trial.user_attrs | {ATTRIBUTE: trial.user_attrs[PAUSED], PAUSED: None}
    return ended


def was_proposed(trial: FrozenTrial) -> bool:
    """Return whether a trial is the study's own, and got hyperparameters.

    One whose coordinator died before that has FAILED in Optuna, never ran, and is passed over.
    """
    return IMPORTED not in trial.user_attrs and (trial.state is not OptunaState.FAIL or ATTRIBUTE in trial.user_attrs or bool(trial.params))


def to_attribute(result: TrialResult, seed: int, finished: float) -> dict[str, Any]:
    """Convert a result to plain values, with the history by metric.

    Args:
        result: The trial's result.
        seed: The trial's seed, stored for users of the ledger.
        finished: Time of the end, in seconds since 1970.
    """
    return {
        "state": result.state.value,
        "value": result.value,
        "reason": redact(result.reason),
        **({"ended_by": result.ended_by} if result.ended_by else {}),
        "failure": result.failure,
        "worker": result.worker,
        "seconds": round(result.seconds, 4),
        "finished": finished,
        "seed": seed,
        "best_epoch": result.best_epoch,
        "n_parameters": result.n_parameters,
        **({"costs": dict(result.costs)} if result.costs else {}),
        "device": result.device,
        "trainer": result.trainer,
        **({"n_executions": len(result.executions)} if result.executions else {}),
        **({"execution_values": [execution.value for execution in result.executions]} if result.executions else {}),
        "history": {name: [epoch[name] for epoch in result.history] for name in next(iter(result.history), ())},
    }


def execution_key(index: int) -> str:
    """Return the attribute of Optuna's trial that holds the result of an execution, from 0."""
    return f"{_EXECUTION} {index}"


def is_execution_key(key: str) -> bool:
    """Return whether an attribute of Optuna's trial holds the result of an execution."""
    return key.startswith(f"{_EXECUTION} ")


def to_executions(trial: FrozenTrial, batch_size: int | str | None = None) -> list[TrialResult]:
    """Read the executions of a trial, in order, up to the first that is not recorded.

    Args:
        trial: The trial.
        batch_size: Those of this batch size only, of which an earlier attempt may have had another. Defaults to that of the first one.
    """
    return [to_result(trial.number, TrialState(written["state"]), written) for written in _written_executions(trial, batch_size)]


def execution_scores(trial: FrozenTrial) -> list[tuple[float, float]]:
    """Read value and ``val_loss``, 0 if there is none, of each recorded execution of a trial, without its curve."""
    found = []
    for written in _written_executions(trial):
        losses = written["history"].get("val_loss", [])
        found.append((written["value"], losses[written["best_epoch"] - 1] if losses else 0.0))
    return found


def columns_of(trial: FrozenTrial, metric: str, n_executions: int, batch_size: int | str) -> list[Sequence[float]]:
    """Read a metric's curve in each of the first executions of a trial; see `to_executions`."""
    return [written["history"][metric] for written in itertools.islice(_written_executions(trial, batch_size), n_executions)]


def metric_of(trial: FrozenTrial, metric: str) -> float | None:
    """Read a metric of a finished trial at its best epoch, without reading whole curves.

    Args:
        trial: The trial.
        metric: The metric by Keras' name.
    """
    written = trial.user_attrs[ATTRIBUTE]
    n_apart = 0 if "execution_values" in written else written.get("n_executions", 0)  # an earlier version's
    found = [*itertools.islice(_written_executions(trial), n_apart)] or [written]
    values = [column[of["best_epoch"] - 1] for of in found if (column := of.get("history", {}).get(metric))]
    return fmean(values) if values else None


class Cost(NamedTuple):
    """What a finished trial took, all its executions together.

    Attributes:
        n_epochs: Epochs, as far as its curves are known.
        seconds: Time on a worker.
    """

    n_epochs: int
    seconds: float


def cost_of(trial: FrozenTrial) -> Cost:
    """Read what a finished or paused trial took, without the epochs of the trial that it continued."""
    own = trial.user_attrs.get(PAUSED if is_paused(trial) else ATTRIBUTE) or {}
    n_epochs = sum(len(next(iter(written.get("history", {}).values()), ())) for written in [*_written_executions(trial)] or [own])
    return Cost(max(0, n_epochs - n_inherited_epochs(trial)), own.get("seconds", 0.0))


def _written_executions(trial: FrozenTrial, batch_size: int | str | None = None) -> Iterator[Mapping[str, Any]]:
    """Yield what is written of the executions of a trial; see `to_executions`."""
    for index in itertools.count():
        written = trial.user_attrs.get(execution_key(index))
        batch_size = written["batch_size"] if written and batch_size is None else batch_size
        if not written or written["batch_size"] != batch_size:
            return
        yield written


def to_record(trial: FrozenTrial) -> TrialRecord:
    """Read a trial; one that failed without a result was interrupted."""
    state, written = _STATES[trial.state], trial.user_attrs.get(ATTRIBUTE)
    if state is TrialState.FAILED and written is None:
        state = TrialState.INTERRUPTED
    if trial.state is OptunaState.WAITING and FIXED in trial.system_attrs and RETRY_STATE not in trial.user_attrs:
        return TrialRecord(number=trial.number, state=TrialState.WAITING, params=trial.system_attrs[FIXED], result=None)
    if is_paused(trial):
        return TrialRecord(number=trial.number, state=TrialState.PAUSED, params=trial.params, result=None, so_far=paused_result(trial))
    result = to_result(trial.number, state, written) if state.is_final and written else None
    if result is not None and written:
        result = replace(result, executions=tuple(_executions_of(trial, written)))
    return TrialRecord(number=trial.number, state=state, params=trial.params, result=result, lineage=lineage_of(trial))


def _executions_of(trial: FrozenTrial, written: Mapping[str, Any]) -> list[TrialResult]:
    """Return the executions that the result of a trial has, with their values at its best epoch."""
    executions = to_executions(trial)[: written.get("n_executions", 0)]  # earlier versions had one
    values, epoch = written.get("execution_values"), written["best_epoch"]
    if not values:  # an earlier version's, whose value is the mean of their own best ones
        return executions
    epochs = [epoch if len(execution.history) >= epoch else execution.best_epoch for execution in executions]  # restored ones have no curve
    return [replace(execution, value=value, best_epoch=of) for execution, value, of in zip(executions, values, epochs, strict=False)]


def paused_result(trial: FrozenTrial) -> TrialResult:
    """Read the result of a paused trial so far, as if it had been pruned."""
    return to_result(trial.number, TrialState.PRUNED, trial.user_attrs[PAUSED])


def to_result(number: int, state: TrialState, written: Mapping[str, Any]) -> TrialResult:
    """Read a result.

    Args:
        number: The trial's number.
        state: Its state.
        written: What `to_attribute` returned.
    """
    columns: dict[str, list[float]] = written.get("history", {})
    failure = written.get("failure")
    return TrialResult(
        number=number,
        state=state,
        value=None if state is TrialState.FAILED else written["value"],
        history=tuple(dict(zip(columns, epoch, strict=True)) for epoch in zip(*columns.values(), strict=True)),
        failure=Failure(failure) if failure else None,
        **{name: written[name] for name in _PLAIN_FIELDS if name in written},  # earlier versions wrote fewer
    )
