"""Compiled programs, kept for all trials of a process that they serve: what differs between those is a value.

A program is exact, for one architecture and batch size, or elastic, for all stacks of dense layers up to a size. For each
trial the cheapest is taken, by an estimate of what compiling and running cost. On JAX a population of one takes the
place of elastic programs. Data that the device has no room for are streamed to exact programs.
"""

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import keras

from ..data.arrays import TrainingArrays
from ..experiment.file import Experiment
from ..trial import Assignment
from .batching import evaluation_batch_size, n_rows
from .compiled import streaming
from .compiled.compiler_probe import Probe
from .compiled.device_data import Tensors
from .compiled.program import Program
from .compiled.runtime_values import Values, fixed_settings
from .compiled.signature import read_architecture
from .dense.planner import Plan, Planner
from .dense.stack import DenseStack, read_stack
from .device import fits_in_memory
from .model.preparation import call_once, make_ready
from .model.state import Part, parts_of
from .vectorized.slots import Slot, SlotAllocator

if TYPE_CHECKING:  # it imports TensorFlow
    from .compiled.tensorflow_epoch import EpochProgram

MOST_PROGRAMS, MOST_PARAMETERS = 8, 2**23
"""How many programs are kept, and parameters in all of them; the one that was not used for the longest time goes first."""

MOST_EPOCHS, MOST_NUMBERS = 32, 2**21
"""How many epochs a call can run, and how many numbers it keeps of them."""


def programs_of(experiment: Experiment, arrays: TrainingArrays) -> "Programs":
    """Return this process' programs of an experiment on its data; those of another are given up."""
    if not _kept or _kept[0].experiment is not experiment or _kept[0].arrays is not arrays:
        _kept.clear()  # first, since their data take memory
        _kept.append(Programs(experiment, arrays))
    return _kept[0]


class Programs:
    """The programs of one experiment on its data.

    Args:
        experiment: The experiment.
        arrays: The data.
    """

    def __init__(self, experiment: Experiment, arrays: TrainingArrays) -> None:
        self.experiment, self.arrays = experiment, arrays
        self._is_resident = fits_in_memory(arrays.n_bytes)  # asked once: data that are there are part of what is not free
        self._planner = Planner(experiment, arrays)
        self._tensors = Tensors()
        self.slots = self.new_slots(1)
        self._programs: dict[Hashable, Program] = {}

    def __len__(self) -> int:
        return len(self._programs)

    def new_slots(self, n_slots: int) -> SlotAllocator:
        """Make populations of so many slots."""
        return SlotAllocator(self.experiment, self.arrays, self._planner, self._tensors, n_slots)

    def begin(self, model: Any, assignment: Assignment, *, is_exact: bool) -> Program | Slot:
        """Return the program for a trial, a new one if no other is cheaper, with the trial's model taken over.

        `end` gives it back.

        Args:
            model: The trial's model, built.
            assignment: The trial.
            is_exact: Whether the program's model must have the layers of the trial's.
        """
        stack = None if is_exact or not self._is_resident else read_stack(model)
        if not is_exact and self._is_vectorized(stack, assignment) and (seat := self.slots.take(model, assignment)):
            return seat
        plan = self._planner.choose(stack, assignment, self._programs) if stack and keras.config.backend() == "tensorflow" else None
        is_xla = plan.is_xla if plan else self._is_xla(model, assignment)
        key = plan or (_exact_key(model, assignment), is_xla)
        program = self._programs.pop(key, None)
        if program is None:
            self._evict(model.count_params())
            program = self._elastic(plan, stack, assignment) if plan and stack else self._exact(model, assignment, is_xla=is_xla)
        self._programs[key] = program  # the last is the one used last
        program.begin(model, stack, assignment.training)
        return program

    def _is_vectorized(self, stack: DenseStack | None, assignment: Assignment) -> bool:
        """Whether a trial is trained in a population: of one, where that serves networks of any size and nothing else does."""
        if not self._is_resident or self.slots.n_slots > 1:
            return self._is_resident
        return stack is not None and keras.config.backend() == "jax" and self._planner.population_pays(stack, assignment)

    def end(self, program: Program | Slot) -> None:
        """Take back what `begin` has given."""
        if isinstance(program, Slot):
            self.slots.leave(program)

    def give_up(self, program: Program | Slot) -> None:
        """Forget a program that failed, with the memory that it holds."""
        if isinstance(program, Slot):
            self.slots.give_up(program)
        self._programs = {key: other for key, other in self._programs.items() if other is not program}

    def _evict(self, n_parameters: int) -> None:
        """Forget the programs that were not used for the longest time, until another one may be kept."""
        sizes = {key: program.model.count_params() for key, program in self._programs.items()}
        while sizes and (len(sizes) >= MOST_PROGRAMS or sum(sizes.values()) + n_parameters > MOST_PARAMETERS):
            oldest = next(iter(sizes))
            del sizes[oldest], self._programs[oldest]

    def _elastic(self, plan: Plan, stack: DenseStack, assignment: Assignment) -> Program:
        from .dense.padded import PaddedStack

        padded = PaddedStack(plan.size, stack)

        def take(model: Any, stack: DenseStack) -> None:
            padded.hold(stack, model.get_weights())

        run = self._epoch_program_of(padded, plan.batch_size, assignment, is_xla=plan.is_xla, is_padded=True)
        return Program("elastic", padded, take, padded.unpadded, padded.parts, plan.batch_size, *run)

    def _exact(self, model: Any, assignment: Assignment, *, is_xla: bool) -> Program:
        call_once(model, assignment.training, self.arrays)
        state = list(model.variables)  # before compile adds those of metrics and optimizer

        def take(other: Any, _: Any) -> None:
            if other is not model:
                for variable, given in zip(state, other.variables, strict=True):
                    variable.assign(keras.ops.copy(given))  # on JAX training uses the memory of what it was given

        def parts() -> list[Part]:
            return parts_of(model)

        batch_size = assignment.training.batch_size
        most_epochs, run, values, data = self._epoch_program_of(model, batch_size, assignment, is_xla=is_xla, is_padded=False)
        if not self._is_resident:
            return Program("streamed", model, take, list, parts, batch_size, most_epochs, run, values, data)
        sizes = batch_size, evaluation_batch_size(self.arrays.x_validation), most_epochs
        probe = Probe(model, values, sizes, data[0], is_xla=is_xla) if keras.config.backend() == "tensorflow" else None
        return Program("compiled", model, take, list, parts, batch_size, most_epochs, run, values, data, probe)

    def _epoch_program_of(
        self, model: Any, batch_size: int, assignment: Assignment, *, is_xla: bool, is_padded: bool
    ) -> "tuple[int, EpochProgram, Values, Any]":
        """Make a model ready, and return how many epochs a call can run, these epochs, their values, and the data: on the device, or streamed."""
        parts = make_ready(model, self.experiment, assignment.training, self.arrays)
        values = Values(model)
        if not self._is_resident:
            program = streaming.build_epoch_program(model, values, batch_size, evaluation_batch_size(parts[2]), is_xla=is_xla)
            return 1, program, values, (parts[:2], parts[2:])
        sizes = batch_size, evaluation_batch_size(parts[2]), _most_epochs(model, n_rows(parts[0]))
        return sizes[2], _epoch_program(model, values, sizes, is_xla=is_xla, is_padded=is_padded), values, self._tensors.of(parts)

    def _is_xla(self, model: Any, assignment: Assignment) -> bool:
        """Whether an exact program is to be compiled by XLA, which JAX always does."""
        if keras.config.backend() != "tensorflow":
            return True
        from .compiled import compiler_choice

        n_steps = -(-n_rows(self.arrays.x_train) // assignment.training.batch_size)
        return compiler_choice.uses_xla(model, assignment.training.epochs * n_steps)


def _most_epochs(model: Any, n_rows: int) -> int:
    """Choose how many epochs a call can run: what it keeps of each, weights and order, must not grow large."""
    if keras.config.backend() == "jax":
        from .compiled.jax_epoch import is_one_program

        if not is_one_program(model):
            return 1
    return max(1, min(MOST_EPOCHS, MOST_NUMBERS // max(int(model.count_params()), n_rows)))


def _epoch_program(model: Any, values: Values, sizes: tuple[int, int, int], *, is_xla: bool, is_padded: bool) -> "EpochProgram":
    """Write a program for the backend; the sizes are the rows of a step in training and in validation, and the most epochs."""
    if keras.config.backend() == "jax":
        from .compiled import jax_epoch

        return jax_epoch.build_epoch_program(model, values, *sizes)
    from .compiled import tensorflow_epoch

    return tensorflow_epoch.build_epoch_program(model, values, *sizes, is_xla=is_xla, is_padded=is_padded)


def _exact_key(model: Any, assignment: Assignment) -> Hashable:
    """Say what an exact program is compiled for: all of the trial but its seed, values, and settings that steer epochs."""
    settings = tuple(fixed_settings(assignment.training).items())
    return settings, read_architecture(model, assignment.model_arguments, assignment.seed)


_kept: list[Programs] = []
