"""One trial as the ledger has it, and how it is written into Optuna's trial and read back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optuna.trial import FrozenTrial
from optuna.trial import TrialState as OptunaState

from ..experiment.parameters import Value
from ..trial import Failure, TrialResult, TrialState

INTERRUPTED = "interrupted"
ATTRIBUTE = "result"
RETRY_STATE = "again"
STATES = {
    OptunaState.RUNNING: TrialState.RUNNING,
    OptunaState.COMPLETE: TrialState.COMPLETE,
    OptunaState.PRUNED: TrialState.PRUNED,
    OptunaState.FAIL: TrialState.FAILED,
    OptunaState.WAITING: TrialState.FAILED,
}


@dataclass(frozen=True, kw_only=True)
class RetryState:
    """What is known of a trial that is given out once more.

    Attributes:
        attempt: Which time it is given out, from 1. Defaults to 1.
        n_lost: How often its worker or the whole search died under it. Defaults to 0.
        batch_size: What it trains with instead of its own batch size; None for its own. Defaults to None.
    """

    attempt: int = 1
    n_lost: int = 0
    batch_size: int | None = None


@dataclass(frozen=True, kw_only=True)
class TrialRecord:
    """One trial. One that waits to be tried again is FAILED and interrupted.

    Attributes:
        number: The trial's number.
        state: Where it stands.
        params: Its searched hyperparameters.
        value: The objective; None unless COMPLETE or PRUNED.
        reason: Why it FAILED; empty otherwise.
        history: Every epoch's metrics.
        seconds: Wall-clock time of the training.
        finished: When it finished, in seconds since 1970; 0 if it has not.
        facts: Device, worker, trainer, number of parameters, seed, best epoch, kind of failure.
    """

    number: int
    state: TrialState
    params: Mapping[str, Value]
    value: float | None
    reason: str
    history: Sequence[Mapping[str, float]]
    seconds: float
    finished: float
    facts: Mapping[str, Any]

    @property
    def is_finished(self) -> bool:
        """Whether it ended by itself, and so is one of the trials that were asked for."""
        return self.state is not TrialState.RUNNING and self.reason != INTERRUPTED


def to_attribute(result: TrialResult, seed: int, finished: float) -> dict[str, Any]:
    """Write a result as plain values, the history by columns."""
    names = list(result.history[0]) if result.history else []
    return {
        "state": result.state.value,
        "value": result.value,
        "reason": result.reason,
        "failure": result.failure,
        "worker": result.worker,
        "seconds": round(result.seconds, 4),
        "finished": finished,
        "seed": seed,
        "best_epoch": result.best_epoch,
        "n_parameters": result.n_parameters,
        "device": result.device,
        "trainer": result.trainer,
        "history": {name: [epoch[name] for epoch in result.history] for name in names},
    }


def to_record(trial: FrozenTrial) -> TrialRecord:
    """Read a trial; one that failed and has no result was interrupted."""
    state = STATES[trial.state]
    facts = {name: fact for name, fact in trial.user_attrs.get(ATTRIBUTE, {}).items() if name not in ("state", "value")}
    columns: dict[str, list[float]] = facts.pop("history", {})
    has_value = state in (TrialState.COMPLETE, TrialState.PRUNED)
    return TrialRecord(
        number=trial.number,
        state=state,
        params=trial.params,
        value=trial.user_attrs[ATTRIBUTE]["value"] if has_value else None,
        reason=facts.pop("reason", INTERRUPTED if state is TrialState.FAILED else ""),
        seconds=facts.pop("seconds", 0.0),
        finished=facts.pop("finished", 0.0),
        history=[dict(zip(columns, epoch, strict=True)) for epoch in zip(*columns.values(), strict=True)],
        facts=facts,
    )


def to_result(record: TrialRecord) -> TrialResult | None:
    """Return how a trial ended; None if it runs or was interrupted."""
    if not record.is_finished:
        return None
    facts = {name: fact for name, fact in record.facts.items() if name not in ("seed", "failure")}
    failure = record.facts.get("failure")
    return TrialResult(
        number=record.number,
        state=record.state,
        value=record.value,
        history=tuple(record.history),
        seconds=record.seconds,
        finished=record.finished,
        reason=record.reason,
        failure=Failure(failure) if failure else None,
        **facts,
    )


def to_retry_state(trial: FrozenTrial) -> RetryState:
    """Read how often a trial has been given out, and what came of it."""
    return RetryState(**trial.user_attrs.get(RETRY_STATE, {}))
