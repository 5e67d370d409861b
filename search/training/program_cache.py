"""Keeps compiled programs for all trials of a process that they serve.

A program is exact, for one architecture and batch size, or elastic, for all stacks of dense layers up to a size. Each trial
gets the program with the least estimated cost of compiling and running. On JAX a population of one slot replaces elastic
programs. Data that do not fit in the device's memory are streamed to exact programs.
"""

from collections.abc import Callable, Hashable
from functools import partial
from typing import Any, TypeVar

import keras

from ..trial import Assignment
from .compiled import compiler_choice
from .compiled.device_data import Tensors
from .compiled.exact import ExactProgram, build_exact, build_streamed, exact_key
from .compiled.program import EpochRunner, Program
from .context import TrainingContext
from .dense.planner import Plan, Planner
from .dense.stack import DenseStack, read_stack
from .device import fits_in_memory
from .vectorized.slots import Slot, SlotAllocator

P = TypeVar("P", bound=Program)

MOST_PROGRAMS, MOST_PARAMETERS = 8, 2**23
"""Programs that are kept, and parameters in all of them; the least recently used program is dropped first."""


def programs_of(context: TrainingContext) -> "Programs":
    """Return this process' programs of an experiment, ready for the data of a context; those of any other experiment or data are dropped.

    Folds whose arrays have the same shapes share programs.
    """
    if not all(programs.context.is_of_same_data(context) for programs in _kept.values()):
        _kept.clear()  # first, since their data use memory
    if context.program_key not in _kept:
        _kept[context.program_key] = Programs(context)
    programs = _kept[context.program_key]
    programs.select(context)
    return programs


class Programs:
    """The programs of one experiment on data of the same shapes.

    Args:
        context: The experiment and its arrays.
    """

    def __init__(self, context: TrainingContext) -> None:
        self.context = context
        n_bytes = context.arrays.n_bytes * context.experiment.evaluation.folds
        self._is_resident = fits_in_memory(n_bytes)  # measured once, before the data use memory themselves
        self._planner = Planner(context)
        self._tensors = Tensors()
        self._data: dict[int, tuple[TrainingContext, Tensors]] = {id(context.arrays): (context, self._tensors)}
        self.slots = self.new_slots(1)
        self._programs: dict[Hashable, Program] = {}

    def __len__(self) -> int:
        return len(self._programs)

    def select(self, context: TrainingContext) -> None:
        """Train on the data of a context from now on; its `program_key` is that of these programs."""
        self.context, self._tensors = self._data.setdefault(id(context.arrays), (context, Tensors()))
        self.slots.select(self.context, self._tensors)

    def new_slots(self, n_slots: int) -> SlotAllocator:
        """Return an allocator of populations of ``n_slots`` slots."""
        return SlotAllocator(self.context, self._planner, self._tensors, n_slots)

    def acquire(self, model: Any, assignment: Assignment) -> EpochRunner:
        """Return the cheapest program or slot for a trial, with the trial's model loaded.

        Args:
            model: The trial's model, built.
            assignment: The trial.
        """
        stack = read_stack(model) if self._is_resident else None
        if slot := self._slot(model, stack, assignment):
            return slot
        plan = self._planner.choose(stack, assignment, self._programs) if stack and keras.config.backend() == "tensorflow" else None
        return self._elastic(plan, stack, model, assignment) if plan and stack else self.acquire_exact(model, assignment)

    def acquire_exact(self, model: Any, assignment: Assignment) -> ExactProgram:
        """Return the program whose model has the layers of the trial's model, with the trial's model loaded; see `acquire`."""
        is_xla = self._is_xla(model, assignment)

        def build() -> ExactProgram:
            if self._is_resident:
                return build_exact(model, self.context, assignment, self._tensors, is_xla=is_xla)
            return build_streamed(model, self.context, assignment, is_xla=is_xla)

        program = self._cached((exact_key(model, assignment), is_xla), ExactProgram, build, model)
        program.use(self.context, self._tensors, assignment.training)
        program.load(model, assignment.training)
        return program

    def _slot(self, model: Any, stack: DenseStack | None, assignment: Assignment) -> Slot | None:
        """Return a slot, if several trials train at once, or a population of one slot costs less than an exact program."""
        if not self._is_resident:
            return None
        is_concurrent = self.slots.n_slots > 1
        if is_concurrent or (stack is not None and keras.config.backend() == "jax" and self._planner.population_pays(stack, assignment)):
            return self.slots.acquire(model, stack, assignment)
        return None

    def _elastic(self, plan: Plan, stack: DenseStack, model: Any, assignment: Assignment) -> EpochRunner:
        from .dense.elastic import ElasticProgram, build_elastic

        build = partial(build_elastic, plan, stack, self.context, assignment.training, self._tensors)
        program = self._cached(plan, ElasticProgram, build, model)
        program.select(stack)
        program.use(self.context, self._tensors, assignment.training)
        program.load(model, assignment.training)
        return program

    def _cached(self, key: Hashable, kind: type[P], build: Callable[[], P], model: Any) -> P:
        """Return the program of a key, built if it does not exist yet."""
        program = self._programs.pop(key, None)
        if not isinstance(program, kind):
            self._evict(model.count_params())
            program = build()
            program.on_discard = partial(self._discard, key)
        self._programs[key] = program  # the last is the most recently used
        return program

    def _discard(self, key: Hashable) -> None:
        self._programs.pop(key, None)

    def _evict(self, n_parameters: int) -> None:
        """Drop the least recently used programs until another one may be kept."""
        sizes = {key: program.model.count_params() for key, program in self._programs.items()}
        while sizes and (len(sizes) >= MOST_PROGRAMS or sum(sizes.values()) + n_parameters > MOST_PARAMETERS):
            oldest = next(iter(sizes))
            del sizes[oldest], self._programs[oldest]

    def _is_xla(self, model: Any, assignment: Assignment) -> bool:
        """Return whether an exact program is compiled with XLA, as always on JAX."""
        if keras.config.backend() != "tensorflow":
            return True
        return compiler_choice.uses_xla(model, self._planner.n_steps(assignment.training))


_kept: dict[Hashable, Programs] = {}
