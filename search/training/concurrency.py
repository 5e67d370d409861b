"""Chooses how many trials a process trains side by side, from the device's memory and by measuring."""

import logging
import time
from typing import Any

from ..data.arrays import TrainingArrays
from ..experiment.file import Experiment
from ..trial import Assignment
from .device import device_name, free_bytes
from .preflight import assignment_at
from .program_cache import Programs
from .vectorized.population import Member

_log = logging.getLogger(__name__)

SIZES = (4, 16, 64)
"""Numbers of slots that are tried."""
TRIALS_PART = 0.25
"""The part of a study's trials that may be trained at once: proposals follow from the trials that have ended."""
LEAST_GAIN = 1.3
"""A population must train so many times as many trials in the same time as a smaller one does, or a trial alone."""
MEMORY_PART = 0.25
"""The part of the device's free memory that one population may take."""
_BYTES_PER_PARAMETER = 4 * 5
"""Weights, gradients, their sums, and what an optimizer keeps of each."""


def choose_capacity(experiment: Experiment, arrays: TrainingArrays, programs: Programs) -> int:
    """Choose how many trials are trained at once in this process.

    Args:
        experiment: The experiment.
        arrays: The data.
        programs: Those of the process; its populations get so many slots.

    Returns:
        1 on a CPU, where two or more trials side by side gain too little; on a GPU the number that measures best.
    """
    if device_name() == "cpu" or experiment.executor.trainer != "auto" or experiment.callbacks:
        return 1
    rates: dict[int, float] = {}
    for n_slots in (size for size in SIZES if size <= TRIALS_PART * experiment.search.n_trials):
        rate = measure(experiment, arrays, programs, n_slots)
        if rate < LEAST_GAIN * max(rates.values(), default=0.0) or not rate:
            break
        rates[n_slots] = rate
    if not rates or rates[max(rates)] < LEAST_GAIN * measure_alone(experiment, arrays, programs):
        return 1
    programs.slots = programs.new_slots(max(rates))
    _log.debug("trials side by side, and epochs per second: %s", rates)
    return max(rates)


def measure_alone(experiment: Experiment, arrays: TrainingArrays, programs: Programs) -> float:
    """Train the experiment's largest model by what a trial alone would be trained by.

    Returns:
        Epochs per second of the second call; 0 if it cannot be computed.
    """
    assignment = assignment_at(experiment, -1)
    try:
        program = programs.begin(_built(experiment, arrays, assignment), assignment, is_exact=False)
        try:
            for _ in range(2):  # the first compiles
                n_epochs, started = program.n_at_once, time.perf_counter()
                program.run_epochs(assignment, 1, [assignment.training.learning_rate] * n_epochs)
            return n_epochs / (time.perf_counter() - started)
        finally:
            programs.end(program)
    except Exception:  # the trials will say why
        _log.debug("no training alone", exc_info=True)
        return 0.0


def measure(experiment: Experiment, arrays: TrainingArrays, programs: Programs, n_slots: int) -> float:
    """Train two epochs in a population of the experiment's largest models.

    Returns:
        Epochs of single trials per second in the second one; 0 if there is no memory for them, or they cannot be computed.
    """
    assignment = assignment_at(experiment, -1)
    try:
        model = _built(experiment, arrays, assignment)
        if n_slots * model.count_params() * _BYTES_PER_PARAMETER > MEMORY_PART * free_bytes():
            return 0.0
        return _epochs_per_second(model, assignment, programs, n_slots)
    except Exception:  # out of memory, or what vectorizing cannot do on this device
        _log.debug("no population of %d", n_slots, exc_info=True)
        return 0.0


def _built(experiment: Experiment, arrays: TrainingArrays, assignment: Assignment) -> Any:
    from .model.building import build_model

    return build_model(experiment, arrays, assignment.model_arguments, 0, assignment.training.precision)


def _epochs_per_second(model: Any, assignment: Assignment, programs: Programs, n_slots: int) -> float:
    seats = programs.new_slots(n_slots)
    taken = [seat for seat in (seats.take(model, assignment) for _ in range(n_slots)) if seat]
    if not taken:
        return 0.0
    for epoch in (1, 2):
        started = time.perf_counter()
        taken[0].population.run_epoch({seat.slot: Member(assignment, epoch, assignment.training.learning_rate) for seat in taken})
    return n_slots / (time.perf_counter() - started)
