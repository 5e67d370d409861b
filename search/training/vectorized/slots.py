"""Assigns slots of populations to the trials of a process."""

import logging
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import keras

from ...data.arrays import Array, Weights
from ...trial import Assignment
from ..compiled.device_data import Tensors
from ..compiled.program import Epoch
from ..compiled.runtime_values import fixed_settings
from ..compiled.signature import is_fully_described, read_architecture
from ..context import TrainingContext
from ..dense.planner import Planner
from ..dense.stack import DenseStack
from ..model.preparation import encoded_parts
from .builders import SlotSpec, build_copies, build_dense_population
from .lockstep import LOCKSTEP
from .population import Member, Population

_log = logging.getLogger(__name__)

MOST_POPULATIONS = 4
"""Populations that are kept; the least recently used one is dropped first."""


@dataclass(frozen=True)
class Slot:
    """One trial's slot; see `search.training.compiled.program.EpochRunner`.

    Attributes:
        population: The population.
        number: The slot's number in the population, from 0.
        allocator: The allocator that it is released to.
    """

    population: Population
    number: int
    allocator: "SlotAllocator"
    name: ClassVar[str] = "population"
    model: ClassVar[None] = None
    n_at_once: ClassVar[int] = 1

    def run_epochs(self, assignment: Assignment, first: int, learning_rates: Sequence[float]) -> list[Epoch]:
        """Train one epoch together with the other trials of this process; see `EpochRunner.run_epochs`."""
        training, validation = LOCKSTEP.run_epoch(self.population, self.number, Member(assignment, first, learning_rates[0]))
        return [Epoch(training, validation, self.get_weights)]

    def get_weights(self) -> Weights:
        """Return the weights of the trial's model."""
        return self.population.weights(self.number)

    def get_state(self) -> list[Array]:
        """Return the trial's state."""
        return self.population.get_state(self.number)

    def set_state(self, arrays: list[Array]) -> None:
        """Restore a state."""
        self.population.set_state(self.number, arrays)

    def release(self) -> None:
        """Make the slot available to other trials."""
        self.allocator.release(self)

    def discard(self) -> None:
        """Drop the whole population after an error, with its memory."""
        self.allocator.discard(self.population)


@dataclass(frozen=True)
class _Kind:
    """What a population is compiled for.

    Attributes:
        key: The same for trials that one population serves.
        stack: The trial's model as a dense stack if slots compute dense networks of any size; None if slots compute copies of
            one model.
    """

    key: Hashable
    stack: DenseStack | None


class SlotAllocator:
    """The populations of one experiment and their free slots.

    Args:
        context: The experiment and its arrays.
        planner: Chooses the sizes of dense networks.
        tensors: The data on the device.
        n_slots: Number of slots of each population.
    """

    def __init__(self, context: TrainingContext, planner: Planner, tensors: Tensors, n_slots: int) -> None:
        self.n_slots = n_slots
        self._context, self._planner, self._tensors = context, planner, tensors
        self._populations: dict[Hashable, Population] = {}
        self._free: dict[Population, list[int]] = {}

    def select(self, context: TrainingContext, tensors: Tensors) -> None:
        """Assign slots for the data of a context from now on, whose arrays have the same shapes."""
        self._context, self._tensors = context, tensors

    @property
    def populations(self) -> list[Population]:
        """The populations that are kept, the most recently used one last."""
        return list(self._populations.values())

    def acquire(self, model: Any, stack: DenseStack | None, assignment: Assignment) -> Slot | None:
        """Load a trial's model into a free slot.

        Args:
            model: The trial's model, as it was built.
            stack: The model as a dense stack, if it is one.
            assignment: The trial.

        Returns:
            The slot; None if no population can train the model, no slot is free, or memory is short.
        """
        kind = self._kind(model, stack, assignment)
        population = self._population(kind, model, assignment) if kind else None
        if kind is None or population is None or not (free := self._free[population]):
            return None
        slot = Slot(population, free.pop(), self)
        try:
            if self._has_folds and self.n_slots == 1:
                population.data = self._tensors.of(encoded_parts(population.model, self._context, assignment.training))
            population.load(slot.number, model, kind.stack, assignment.training)
        except Exception:  # out of memory: the slot may be half written
            _log.debug("no slot for trial %d", assignment.number, exc_info=True)
            slot.discard()
            return None
        return slot

    @property
    def _has_folds(self) -> bool:
        return self._context.experiment.evaluation.folds > 1

    def release(self, slot: Slot) -> None:
        """Make a slot free again."""
        self._free.get(slot.population, []).append(slot.number)

    def discard(self, population: Population) -> None:
        """Drop a population that failed, with its memory."""
        self._populations = {key: other for key, other in self._populations.items() if other is not population}
        self._free.pop(population, None)

    def _kind(self, model: Any, stack: DenseStack | None, assignment: Assignment) -> _Kind | None:
        """Return what a trial's population is compiled for; None if no population can train it."""
        settings = fixed_settings(assignment.training)
        data = id(self._context.arrays) if self._has_folds and self.n_slots > 1 else 0  # all slots of a population have the same
        if stack is not None and self._planner.is_paddable(assignment.training):
            fixed = (stack.interface, self._planner.size_for(stack))
            return _Kind((fixed, data, *(settings | {"batch_size": None}).items()), stack)
        space = self._context.experiment.space
        is_one_architecture = not space.searched_model and "batch_size" not in space.searched_training
        if not is_one_architecture or keras.config.backend() != "jax" or self.n_slots == 1 or not is_fully_described(model):
            return None
        return _Kind((read_architecture(model, assignment.model_arguments, assignment.seed), data, *settings.items()), None)

    def _population(self, kind: _Kind, model: Any, assignment: Assignment) -> Population | None:
        """Return the population of a kind, built if there is none yet; None if it cannot be built."""
        population = self._populations.pop(kind.key, None)
        if population is None:
            try:
                population = self._build(kind.stack, model, assignment)
            except Exception:  # out of memory, or a layer that cannot be cloned: the trial may train alone
                _log.debug("no population for trial %d", assignment.number, exc_info=True)
                return None
            self._free[population] = list(range(self.n_slots))
        self._populations[kind.key] = population
        self._evict()
        return population

    def _build(self, stack: DenseStack | None, model: Any, assignment: Assignment) -> Population:
        if stack is None:
            return build_copies(keras.models.clone_model(model), self.n_slots, self._context, assignment.training, self._tensors)
        spec = SlotSpec(self._planner.size_for(stack), self.n_slots, self._planner.fewest_rows(assignment.training), is_xla=True)
        return build_dense_population(spec, stack, self._context, assignment.training, self._tensors)

    def _evict(self) -> None:
        """Drop populations whose slots are all free, until few enough are left."""
        for key, population in list(self._populations.items())[:-1]:
            if len(self._populations) > MOST_POPULATIONS and len(self._free.get(population, [])) == self.n_slots:
                del self._populations[key], self._free[population]
