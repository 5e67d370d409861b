"""Which trial of this process has which slot of which population."""

import logging
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import keras

from ...data.arrays import Array, TrainingArrays, Weights
from ...experiment.file import Experiment
from ...trial import Assignment
from ..compiled.device_data import Tensors
from ..compiled.program import Epoch
from ..compiled.runtime_values import fixed_settings
from ..compiled.signature import is_told, read_architecture
from ..dense.planner import Planner
from ..dense.stack import DenseStack, read_stack
from .builders import SlotSpec, build_copies, build_dense_population
from .lockstep import LOCKSTEP
from .population import Member, Population

_log = logging.getLogger(__name__)

MOST_POPULATIONS = 4
"""How many are kept; the one that was not used for the longest time goes first."""


@dataclass(frozen=True)
class Slot:
    """One trial's slot: to the trial it is a program like any other, of one epoch per call.

    Attributes:
        population: Where it is.
        slot: Its number.
    """

    population: Population
    slot: int
    name = "population"
    model = None
    n_at_once = 1

    def run_epochs(self, assignment: Assignment, first: int, learning_rates: Sequence[float]) -> list[Epoch]:
        """Train one epoch together with the other trials of this process; see `Program.run_epochs`."""
        training, validation = LOCKSTEP.run_epoch(self.population, self.slot, Member(assignment, first, learning_rates[0]))
        return [Epoch(training, validation, self.get_weights)]

    def get_weights(self) -> Weights:
        """Return the weights of the trial's model."""
        return self.population.weights(self.slot)

    def get_state(self) -> list[Array]:
        """Return the trial's state; see `checkpoints.Trainer`."""
        return self.population.get_state(self.slot)

    def set_state(self, arrays: list[Array]) -> None:
        """Take such a state."""
        self.population.set_state(self.slot, arrays)


@dataclass(frozen=True)
class _Kind:
    """What a population is compiled for.

    Attributes:
        key: The same for trials that it serves.
        stack: What the trial's model is, where slots hold dense networks of any size; None where they hold copies of one model.
    """

    key: Hashable
    stack: DenseStack | None


class SlotAllocator:
    """The populations of one experiment.

    Args:
        experiment: The experiment.
        arrays: Its data.
        planner: Knows the sizes of dense networks.
        tensors: The data on the device.
        n_slots: How many slots a population has.
    """

    def __init__(self, experiment: Experiment, arrays: TrainingArrays, planner: Planner, tensors: Tensors, n_slots: int) -> None:
        self.n_slots = n_slots
        self._experiment, self._arrays, self._planner, self._tensors = experiment, arrays, planner, tensors
        self._populations: dict[Hashable, Population] = {}
        self._free: dict[int, list[int]] = {}

    @property
    def populations(self) -> list[Population]:
        """Those that are kept, the one that was used last at the end."""
        return list(self._populations.values())

    def take(self, model: Any, assignment: Assignment) -> Slot | None:
        """Give a trial a slot, with its model taken over.

        Args:
            model: The trial's, as it was built.
            assignment: The trial.

        Returns:
            Its seat; None if its model has no population, that has no slot free, or there is no memory for it.
        """
        kind = self._kind(model, assignment)
        if kind is None:
            return None
        population = self._population(kind, model, assignment)
        if population is None or not (free := self._free[id(population)]):
            return None
        seat = Slot(population, free.pop())
        try:
            population.hold(seat.slot, model, kind.stack, assignment.training)
        except Exception:  # no memory for it: what it wrote may be half there
            _log.debug("no seat for trial %d", assignment.number, exc_info=True)
            self.give_up(seat)
            return None
        return seat

    def leave(self, seat: Slot) -> None:
        """Give a slot back."""
        self._free.get(id(seat.population), []).append(seat.slot)

    def give_up(self, seat: Slot) -> None:
        """Forget a population that failed, with the memory that it holds."""
        self._populations = {key: other for key, other in self._populations.items() if other is not seat.population}
        self._free.pop(id(seat.population), None)

    def _kind(self, model: Any, assignment: Assignment) -> "_Kind | None":
        """Say what a trial's population is compiled for; None if it can have none."""
        settings, stack = fixed_settings(assignment.training), read_stack(model)
        if stack is not None and self._planner.is_elastic(stack, assignment.training):
            fixed = (stack.n_features, stack.n_outputs, stack.output_activation, stack.use_bias, self._planner.size_for(stack))
            return _Kind((fixed, *(settings | {"batch_size": None}).items()), stack)
        space = self._experiment.space
        is_one_architecture = not space.searched_model and "batch_size" not in space.searched_training
        if not is_one_architecture or keras.config.backend() != "jax" or self.n_slots == 1 or not is_told(model):
            return None
        return _Kind((read_architecture(model, assignment.model_arguments, assignment.seed), *settings.items()), None)

    def _population(self, kind: "_Kind", model: Any, assignment: Assignment) -> Population | None:
        """Return the population of a kind, a new one if there is none yet; None if it cannot be built."""
        population = self._populations.pop(kind.key, None)
        if population is None:
            try:
                population = self._build(kind.stack, model, assignment)
            except Exception:  # no memory for it, or a layer that cannot be cloned: the trial may train alone
                _log.debug("no population for trial %d", assignment.number, exc_info=True)
                return None
            self._free[id(population)] = list(range(self.n_slots))
        self._populations[kind.key] = population
        self._evict()
        return population

    def _build(self, stack: DenseStack | None, model: Any, assignment: Assignment) -> Population:
        given = self._experiment, assignment.training, self._arrays, self._tensors
        if stack is None:
            return build_copies(keras.models.clone_model(model), self.n_slots, *given)
        slots = SlotSpec(self._planner.size_for(stack), self.n_slots, self._planner.fewest_rows(assignment.training), is_xla=True)
        return build_dense_population(slots, stack, *given)

    def _evict(self) -> None:
        """Forget populations in which nobody sits, until there are few enough."""
        for key, population in list(self._populations.items())[:-1]:
            if len(self._populations) > MOST_POPULATIONS and len(self._free.get(id(population), [])) == self.n_slots:
                del self._populations[key], self._free[id(population)]
