"""Chooses how many trials a process trains concurrently, by the device's memory and by measuring."""

import logging
import time
from typing import Any

from ..trial import Assignment
from .context import TrainingContext
from .dense.stack import read_stack
from .device import device_name, free_bytes
from .model.building import build_model
from .preflight import assignment_at
from .program_cache import Programs
from .vectorized.population import Member

_log = logging.getLogger(__name__)

SIZES = (4, 16, 64)
"""Numbers of slots that are measured."""
TRIALS_PART = 0.25
"""The part of a study's trials that may be trained at once: proposals depend on the results of earlier trials."""
LEAST_GAIN = 1.3
"""How many times as many epochs per second a population must train as a smaller one does, or a trial alone."""
_RATE = 1e-3
"""The learning rate of what is measured."""
MEMORY_PART = 0.25
"""The part of the device's free memory that one population may use."""
_BYTES_PER_PARAMETER = 4 * 5
"""For weights, gradients, their sums, and the optimizer's variables of each weight."""


def choose_capacity(context: TrainingContext, programs: Programs) -> int:
    """Choose how many trials are trained at once in this process.

    Args:
        context: The experiment and its arrays.
        programs: The programs of the process; their populations get this number of slots.

    Returns:
        1 on a CPU, where concurrent trials gain too little; on a GPU the number of the fastest measurement.
    """
    experiment = context.experiment
    if device_name() == "cpu" or experiment.executor.trainer != "auto" or experiment.callbacks or experiment.space.compiled:
        return 1
    rates: dict[int, float] = {}
    for n_slots in (size for size in SIZES if size <= TRIALS_PART * experiment.search.n_trials):
        rate = measure(context, programs, n_slots)
        if rate < LEAST_GAIN * max(rates.values(), default=0.0) or not rate:
            break
        rates[n_slots] = rate
    if not rates or rates[max(rates)] < LEAST_GAIN * measure_alone(context, programs):
        return 1
    programs.slots = programs.new_slots(max(rates))
    _log.debug("concurrent trials, and epochs per second: %s", rates)
    return max(rates)


def measure_alone(context: TrainingContext, programs: Programs) -> float:
    """Train the experiment's largest model as a trial alone is trained.

    Returns:
        Epochs per second of the second call; 0 if training fails.
    """
    assignment = assignment_at(context.experiment, -1)
    try:
        program = programs.acquire(_build(context, assignment), assignment)
        try:
            for _ in range(2):  # the first compiles
                n_epochs, started = program.n_at_once, time.perf_counter()
                program.run_epochs(assignment, 1, [_RATE] * n_epochs)
            return n_epochs / (time.perf_counter() - started)
        finally:
            program.release()
    except Exception:  # the trials will fail with the reason
        _log.debug("training alone failed", exc_info=True)
        return 0.0


def measure(context: TrainingContext, programs: Programs, n_slots: int) -> float:
    """Train two epochs in a population of the experiment's largest models.

    Returns:
        Epochs of single trials per second in the second epoch; 0 if memory is short or training fails.
    """
    assignment = assignment_at(context.experiment, -1)
    try:
        model = _build(context, assignment)
        if n_slots * model.count_params() * _BYTES_PER_PARAMETER > MEMORY_PART * free_bytes():
            return 0.0
        return _epochs_per_second(model, assignment, programs, n_slots)
    except Exception:  # out of memory, or an operation that cannot be vectorized on this device
        _log.debug("no population of %d", n_slots, exc_info=True)
        return 0.0


def _build(context: TrainingContext, assignment: Assignment) -> Any:
    return build_model(context, assignment.model_arguments, 0, assignment.training.precision)


def _epochs_per_second(model: Any, assignment: Assignment, programs: Programs, n_slots: int) -> float:
    allocator, stack = programs.new_slots(n_slots), read_stack(model)
    slots = [slot for slot in (allocator.acquire(model, stack, assignment) for _ in range(n_slots)) if slot]
    if not slots:
        return 0.0
    for epoch in (1, 2):
        started = time.perf_counter()
        slots[0].population.run_epoch({slot.number: Member(assignment, epoch, _RATE) for slot in slots})
    return n_slots / (time.perf_counter() - started)
