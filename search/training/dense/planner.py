"""Chooses sizes of padded networks, by an estimate of what each costs: it builds none."""

import math
import os
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, get_args

from ...data.arrays import TrainingArrays
from ...experiment.file import Experiment
from ...experiment.settings import Loss, TrainingSettings
from ...trial import Assignment
from ..batching import n_rows
from ..compiled.runtime_values import fixed_settings
from ..device import device_name
from ..model.building import build_model
from .stack import ELEMENTWISE, DenseStack, Size, read_stack


@dataclass(frozen=True)
class _Cost:
    """Of one kind of program, measured with dense networks on two cores: to trace and compile it, and each step's overhead."""

    compile_seconds: float
    step_seconds: float


ELASTIC = {False: _Cost(0.65, 300e-6), True: _Cost(2.2, 20e-6)}
EXACT = {False: _Cost(0.3, 60e-6), True: _Cost(1.3, 13e-6)}
"""Costs without XLA and with it."""
POPULATION, EXACT_JAX = _Cost(3.1, 80e-6), _Cost(1.0, 20e-6)
"""On JAX: of a population of one, each turn with the fewest rows of any trial, and of a program for one network."""
NUMBER_SECONDS, PARAMETER_SECONDS = 1 / 80e9, 0.5e-9
"""Of one multiplication or addition, and of updating one parameter."""

WIDTHS = (1 / 4, 1 / 2, 3 / 4, 1)
"""Widths of elastic programs, as parts of the widest network's."""
USED_PART = 0.5
"""Of the trials that a program has room for, the part that gains by it as the trial does for which it is made, about."""

OPTIMIZERS = frozenset({"sgd", "rmsprop", "adam", "adamw", "adamax", "nadam", "adagrad", "adadelta", "lion"})
"""Those that treat each number by itself and leave at zero what has a gradient of zero."""
LOSSES = frozenset(get_args(Loss)) - {"root_mean_squared_error", "dice", "tversky"} | {"auto"}
"""Those that are means over rows."""


@dataclass(frozen=True)
class Plan:
    """An elastic program, by what it is compiled for.

    Attributes:
        size: The padded network's.
        batch_size: The most rows of a step.
        is_xla: Whether it is compiled by XLA.
        fixed: What is no value of it: inputs, outputs, biases, and some training settings.
    """

    size: Size
    batch_size: int
    is_xla: bool
    fixed: tuple[Any, ...]


class Planner:
    """Chooses elastic programs for the trials of one experiment.

    Args:
        experiment: The experiment.
        arrays: The data.
    """

    def __init__(self, experiment: Experiment, arrays: TrainingArrays) -> None:
        self._experiment, self._arrays = experiment, arrays
        self._is_single = isinstance(arrays.task, str) and not isinstance(arrays.x_train, dict) and not experiment.outputs
        n_workers = experiment.executor.n_workers
        self._n_processes = n_workers if isinstance(n_workers, int) else os.cpu_count() or 1
        self._extremes: list[DenseStack] | None = None

    def is_elastic(self, stack: DenseStack, settings: TrainingSettings) -> bool:
        """Say whether a padded network trains as a trial's own."""
        return self._is_single and settings.optimizer in OPTIMIZERS and settings.loss in LOSSES

    def size_for(self, stack: DenseStack) -> Size:
        """Return a size that has room for the smallest network of the space, the largest, and this one."""
        room = [*self._largest_and_smallest(), stack]
        depths = min(other.depth for other in room), max(other.depth for other in room)
        widest = max(max(other.widths, default=1) for other in room)
        activations = tuple(sorted({name for other in room for name in other.activations} | self._named_activations()))
        return Size(depths, _rounded(widest), activations)

    def population_pays(self, stack: DenseStack, assignment: Assignment) -> bool:
        """Say whether, on JAX, a population for networks of any size costs less than a program for a trial's own."""
        settings = assignment.training
        if not self.is_elastic(stack, settings) or not self._experiment.space.searched_model:
            return False
        size, rows = self.size_for(stack), self.fewest_rows(settings)
        padded = [stack.n_features, *[size.width] * size.depths[1], stack.n_outputs]
        turns = settings.model_copy(update={"batch_size": rows})
        population = POPULATION.compile_seconds / self._n_left(assignment) + self._seconds(turns, padded, rows, POPULATION)
        return population < EXACT_JAX.compile_seconds + self._seconds(settings, _sizes(stack), self._rows(settings), EXACT_JAX)

    def _n_left(self, assignment: Assignment) -> float:
        """How many trials are still to come in this process, with this one."""
        return max(1.0, (self._experiment.search.n_trials - assignment.number) / self._n_processes)

    def fewest_rows(self, settings: TrainingSettings) -> int:
        """Return the smallest batch size that trials have."""
        return min({self._rows(settings), *self._batch_sizes()})

    def choose(self, stack: DenseStack, assignment: Assignment, existing: Collection[Hashable]) -> Plan | None:
        """Choose what a trial is trained with.

        Args:
            stack: Its network.
            assignment: The trial.
            existing: Keys of the programs that are there, plans among them.

        Returns:
            The plan that costs least; None if a program for this one network costs less, or none can be elastic.
        """
        settings = assignment.training
        if not self.is_elastic(stack, settings):
            return None
        fixed = fixed_settings(settings) | {"batch_size": None}
        mine = (stack.n_features, stack.n_outputs, stack.output_activation, stack.use_bias, *fixed.items())
        there = [plan for plan in existing if isinstance(plan, Plan) and plan.fixed == mine]
        fitting = [plan for plan in there if plan.size.holds(stack) and plan.batch_size >= self._rows(settings)]
        costs = {plan: self._run_seconds(stack, settings, plan) for plan in fitting}
        n_left = self._n_left(assignment)
        for plan, part in self._new(stack, settings, mine).items():
            uses = max(1.0, n_left * part)
            costs.setdefault(plan, ELASTIC[plan.is_xla].compile_seconds / uses + self._run_seconds(stack, settings, plan))
        best = min(costs, key=lambda plan: costs[plan])
        exact = min(cost.compile_seconds + self._seconds(settings, _sizes(stack), self._rows(settings), cost) for cost in EXACT.values())
        return best if costs[best] < exact else None

    def _run_seconds(self, stack: DenseStack, settings: TrainingSettings, plan: Plan) -> float:
        return self._seconds(settings, _sizes(stack, plan.size.width), plan.batch_size, ELASTIC[plan.is_xla])

    def _new(self, stack: DenseStack, settings: TrainingSettings, mine: tuple[Any, ...]) -> dict[Plan, float]:
        """List what could be compiled, each with the part of the trials to come that it will probably serve as well as this one."""
        largest, own = self.size_for(stack), max(stack.widths, default=1)
        batch_sizes = sorted({self._rows(settings), *self._batch_sizes()})
        return {
            Plan(replace(largest, width=width), batch_size, is_xla, mine): USED_PART * width / largest.width * part / len(batch_sizes)
            for width in {_rounded(largest.width * part) for part in WIDTHS if largest.width * part >= own}
            for part, batch_size in enumerate(batch_sizes, start=1)
            if batch_size >= self._rows(settings)
            for is_xla in ((False, True) if device_name() == "cpu" else (True,))
        }

    def _seconds(self, settings: TrainingSettings, sizes: Sequence[int], batch_size: int, cost: _Cost) -> float:
        """Estimate a training of all epochs on layers of these sizes, with steps of so many rows."""
        parameters = sum(n_inputs * n_units for n_inputs, n_units in pairwise(sizes))
        n_train, n_validation = n_rows(self._arrays.x_train), n_rows(self._arrays.x_validation)
        n_steps = math.ceil(n_train / settings.batch_size)
        step = cost.step_seconds + 6 * parameters * batch_size * NUMBER_SECONDS + parameters * PARAMETER_SECONDS
        return settings.epochs * (n_steps * step + 2 * parameters * n_validation * NUMBER_SECONDS)

    def _largest_and_smallest(self) -> list[DenseStack]:
        """Build the model of the smallest values of the space and that of the largest, once."""
        if self._extremes is None:
            parameters = self._experiment.space.searched_model
            models = [self._attempt({name: parameter.extremes[end] for name, parameter in parameters.items()}) for end in (0, -1)]
            self._extremes = [stack for model in models if model is not None and (stack := read_stack(model))]
        return self._extremes

    def _attempt(self, values: dict[str, Any]) -> Any:
        try:
            return build_model(self._experiment, self._arrays, self._experiment.space.model_arguments(values), 0, "float32")
        except Exception:  # other values may do
            return None

    def _rows(self, settings: TrainingSettings) -> int:
        """Rows of a gradient step."""
        return min(settings.batch_size, n_rows(self._arrays.x_train))

    def _batch_sizes(self) -> set[int]:
        """The choices of the batch size, or the ends of its range; no more rows than there are."""
        searched = self._experiment.space.searched_training.get("batch_size")
        n_train = n_rows(self._arrays.x_train)
        return {min(int(size), n_train) for size in searched.extremes} if searched else set()

    def _named_activations(self) -> set[str]:
        """Keras' activations among the choices of the model's arguments."""
        choices = (getattr(parameter, "choices", ()) for parameter in self._experiment.space.searched_model.values())
        return {name for names in choices for name in names if name in ELEMENTWISE}


def _sizes(stack: DenseStack, width: int = 0) -> list[int]:
    """List the units of all layers, the inputs first; hidden ones padded to a width if there is one."""
    return [stack.n_features, *(width or own for own in stack.widths), stack.n_outputs]


def _rounded(width: float) -> int:
    """The next multiple of 8, in which a processor computes."""
    return 8 * math.ceil(width / 8)
