"""The values that travel between the coordinator, its executors and the tracker: frozen and picklable.

They hold plain values only and know no library.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .experiment.parameters import Value
from .experiment.settings import TrainingSettings


class TrialState(StrEnum):
    """Where a trial stands. An interrupted trial is FAILED with the reason ``interrupted``."""

    RUNNING = "RUNNING"
    COMPLETE = "COMPLETE"
    PRUNED = "PRUNED"
    FAILED = "FAILED"


class Failure(StrEnum):
    """Why a trial FAILED, in one word; the reason says it in full."""

    ERROR = "error"
    """Building or training raised an exception."""
    NAN = "nan"
    """A loss or the objective's metric is not a finite number."""
    OUT_OF_MEMORY = "out of memory"
    TIMEOUT = "timeout"
    """It was past its own time limit."""
    HUNG = "hung"
    """No epoch came from its worker within the limit."""
    LOST = "lost"
    """Its worker died."""


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """One trial, ready to be trained anywhere.

    Attributes:
        number: The trial's number in its study, from 0.
        params: The searched hyperparameters, by name.
        model_arguments: All of the builder's arguments from the experiment file, fixed and searched.
        training: All training settings, fixed and searched.
        seed: Seed of weights, data order and dropout, 0 to 2**32 - 1.
        is_prunable: Whether the report after each epoch must be answered before the next one.
        keep_if_better_than: Keep the model only if its value beats this one; None keeps it always.
        model_path: Where to keep the model, without the suffix, which follows from its kind.
        checkpoint_path: Where the trainer may keep what it needs to go on after a kill; empty for nowhere. Defaults to empty.
        attempt: Which time it is given out, from 1. Defaults to 1.
        started: When it was given out, in seconds since 1970. Defaults to now.
    """

    number: int
    params: Mapping[str, Value]
    model_arguments: Mapping[str, Value]
    training: TrainingSettings
    seed: int
    is_prunable: bool
    keep_if_better_than: float | None
    model_path: str
    checkpoint_path: str = ""
    attempt: int = 1
    started: float = field(default_factory=time.time, compare=False)


@dataclass(frozen=True)
class EpochReport:
    """The metrics after one epoch.

    Attributes:
        number: The trial's number.
        epoch: The epoch that ended, from 1.
        metrics: Metric values by Keras' names (``loss``, ``val_loss``, ``val_accuracy`` ...) and ``learning_rate``.
        finished: When it ended, in seconds since 1970. Defaults to now.
    """

    number: int
    epoch: int
    metrics: Mapping[str, float]
    finished: float = field(default_factory=time.time, compare=False)


Report = Callable[[EpochReport], bool]
"""Told after each epoch; the answer is whether to go on."""


@dataclass(frozen=True, kw_only=True)
class TrialResult:
    """How a trial ended.

    Attributes:
        number: The trial's number.
        state: COMPLETE, PRUNED or FAILED.
        value: The objective's metric at the best epoch (at the last one where best weights are not restored); None
            if FAILED.
        best_epoch: The epoch of ``value``, from 1; 0 if FAILED.
        history: The metrics of every epoch that was trained, in order.
        seconds: Wall-clock time of building and training.
        n_parameters: Number of the model's parameters; 0 if it was not built.
        device: Where it ran, such as ``cpu`` or ``gpu:0 NVIDIA A100``.
        peak_bytes: The most GPU memory that its process has held until then; 0 on a CPU, or if that is not known.
        trainer: Which training implementation ran: ``keras``, ``compiled``, ``elastic``, ``population``,
            ``streamed`` or ``scikit-learn``.
        reason: Why it FAILED, in one line; empty otherwise.
        failure: The kind of failure; None if it did not fail. Defaults to ERROR where it did.
        worker: Which worker ran it, such as ``worker-0``; empty where there is one only.
        model_path: Where the model was kept; None if it was not.
        finished: When it ended, in seconds since 1970. Defaults to now.
    """

    number: int
    state: TrialState
    value: float | None = None
    best_epoch: int = 0
    history: tuple[Mapping[str, float], ...] = field(default=(), repr=False)
    seconds: float = 0.0
    n_parameters: int = 0
    device: str = ""
    peak_bytes: int = 0
    trainer: str = ""
    reason: str = ""
    failure: Failure | None = None
    worker: str = ""
    model_path: str | None = None
    finished: float = field(default_factory=time.time, compare=False)

    def __post_init__(self) -> None:
        if self.state is TrialState.RUNNING:
            raise ValueError("A result cannot be RUNNING; expected COMPLETE, PRUNED or FAILED.")
        if (self.state is TrialState.FAILED) != bool(self.reason):
            raise ValueError(f"A FAILED result, and no other, has a reason, but got state={self.state} and reason={self.reason!r}.")
        if self.reason and self.failure is None:
            object.__setattr__(self, "failure", Failure.ERROR)
        if self.failure is not None and not self.reason:
            raise ValueError(f"Only a FAILED result has a failure, but got state={self.state} and failure={self.failure!r}.")
        if self.state is not TrialState.FAILED and self.value is None:
            raise ValueError(f"A {self.state} result must have a value, but got None.")
