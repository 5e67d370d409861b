"""Chooses the sizes of padded networks by an estimate of their costs; builds no programs."""

import math
import os
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from ...experiment.settings import TrainingSettings
from ...trial import Assignment
from ..compiled.runtime_values import fixed_settings
from ..context import TrainingContext
from ..device import device_name
from ..model.building import build_model
from .stack import ELEMENTWISE, DenseStack, Size, read_stack


@dataclass(frozen=True)
class _Cost:
    """Seconds to trace and compile a program, and the overheads of each step and of each part of its batch, with dense networks on two cores."""

    compile_seconds: float
    step_seconds: float
    part_seconds: float


ELASTIC = {False: _Cost(1.3, 190e-6, 180e-6), True: _Cost(2.5, 30e-6, 20e-6)}
EXACT = {False: _Cost(0.6, 60e-6, 0), True: _Cost(1.6, 13e-6, 0)}
"""Costs without XLA and with XLA, on TensorFlow: first calls and epochs of the smallest and the largest network of ``diabetes.toml``, batches of 16
and 128 rows, in parts of 16 to 128."""
POPULATION, EXACT_JAX = _Cost(3.1, 0, 80e-6), _Cost(1.0, 20e-6, 0)
"""On JAX: costs of a population of one, and of a program for one network."""
NUMBER_SECONDS, PARAMETER_SECONDS = 1 / 80e9, 0.5e-9
"""Seconds per multiplication or addition, and per update of one parameter."""

WIDTHS = (1 / 4, 1 / 2, 3 / 4, 1)
"""Widths of elastic programs, as parts of the widest network's width."""
EPOCHS_OF_PATIENCE, FEWEST_EPOCHS, EXECUTIONS_OF_RACE = 2, 20, 1.5
"""Epochs of a training with early stopping, as a multiple of its patience and at least; and executions of a trial in a race: those of a search of
``experiments/diabetes.toml``. More are known only once a trial has ended."""
USED_PART = 0.5
"""Of the trials that fit a program, the approximate part that gains as much by it as the trial it is built for."""

OPTIMIZERS = frozenset({"sgd", "rmsprop", "adam", "adamw", "adamax", "nadam", "adagrad", "adadelta", "lion"})
"""Elementwise optimizers that keep a parameter at zero while its gradient is zero."""
LOSSES = frozenset(
    {
        *("mean_squared_error", "mean_absolute_error", "mean_absolute_percentage_error", "mean_squared_logarithmic_error"),
        *("huber", "log_cosh", "poisson", "cosine_similarity", "hinge", "squared_hinge", "categorical_hinge", "kl_divergence"),
        *("binary_crossentropy", "binary_focal_crossentropy", "categorical_crossentropy", "categorical_focal_crossentropy"),
        *("sparse_categorical_crossentropy", "auto"),
    }
)
"""Losses that are means over rows."""


@dataclass(frozen=True)
class Plan:
    """What an elastic program is compiled for.

    Attributes:
        size: Size of the padded network.
        n_rows_at_once: Rows of a batch whose gradients are computed at once; those of larger batches are summed.
        is_xla: Whether it is compiled with XLA.
        fixed: What is the same for all its trials: inputs, outputs, biases, and some training settings.
    """

    size: Size
    n_rows_at_once: int
    is_xla: bool
    fixed: tuple[Any, ...]


class Planner:
    """Chooses elastic programs for the trials of one experiment.

    Args:
        context: The experiment and its arrays.
    """

    def __init__(self, context: TrainingContext) -> None:
        self._context, self._experiment = context, context.experiment
        n_workers = context.experiment.executor.n_workers
        self._n_processes = n_workers if isinstance(n_workers, int) else os.cpu_count() or 1
        self._extremes: list[DenseStack] | None = None

    def is_paddable(self, settings: TrainingSettings) -> bool:
        """Return whether a padded network trains exactly as the trial's own dense network."""
        is_plain = self._context.is_single and self._context.weights(settings) is None  # its weights of rows are for padding
        is_named = settings.optimizer in OPTIMIZERS and settings.loss in LOSSES and not settings.is_scheduled
        return is_plain and is_named and not self._context.has_own_metrics  # which may not count rows by weights

    def size_for(self, stack: DenseStack) -> Size:
        """Return a size that fits the smallest network of the space, the largest, and this one."""
        stacks = [*self._largest_and_smallest(), stack]
        depths = min(other.depth for other in stacks), max(other.depth for other in stacks)
        widest = max(max(other.widths, default=1) for other in stacks)
        activations = tuple(sorted({name for other in stacks for name in other.activations} | self._named_activations()))
        return Size(depths, _rounded(widest), activations)

    def population_pays(self, stack: DenseStack, assignment: Assignment) -> bool:
        """Return whether, on JAX, a population for networks of any size costs less than a program for the trial's own network."""
        settings = assignment.training
        if not self.is_paddable(settings) or not self._experiment.space.searched_model:
            return False
        size, rows = self.size_for(stack), self.fewest_rows(settings)
        padded = _padded_sizes(stack, size.width, size.depths[1])
        population = POPULATION.compile_seconds / self._n_left(assignment) + self._seconds(settings, padded, rows, POPULATION)
        return population < EXACT_JAX.compile_seconds + self._seconds(settings, _sizes(stack), self._rows(settings), EXACT_JAX)

    def _n_left(self, assignment: Assignment) -> float:
        """Return how many trials this process still trains, including this one."""
        return max(1.0, (self._experiment.search.n_trials - assignment.number) / self._n_processes)

    def n_steps(self, settings: TrainingSettings) -> float:
        """Return the approximate number of gradient steps of a trial."""
        return self._n_epochs(settings) * self._context.n_steps(settings)

    def _n_epochs(self, settings: TrainingSettings) -> float:
        """Return the approximate number of epochs of a trial: early stopping ends a training soon after its best one, the race most trials."""
        evaluation = self._experiment.evaluation
        epochs = min(settings.epochs, max(FEWEST_EPOCHS, EPOCHS_OF_PATIENCE * settings.patience)) if settings.patience else settings.epochs
        return epochs * (min(EXECUTIONS_OF_RACE, evaluation.n_executions) if evaluation.race else evaluation.n_executions)

    def fewest_rows(self, settings: TrainingSettings) -> int:
        """Return the smallest batch size of all trials."""
        return min({self._rows(settings), *self._batch_sizes()})

    def choose(self, stack: DenseStack, assignment: Assignment, existing: Collection[Hashable]) -> Plan | None:
        """Choose the elastic program of a trial.

        Args:
            stack: The trial's network.
            assignment: The trial.
            existing: Keys of the existing programs, among them plans.

        Returns:
            The plan with the least cost; None if an exact program costs less, or padding would change the training.
        """
        settings = assignment.training
        if not self.is_paddable(settings):
            return None
        fixed = (stack.interface, *(fixed_settings(settings) | {"batch_size": None}).items())
        plans = [plan for plan in existing if isinstance(plan, Plan) and plan.fixed == fixed]
        costs = {plan: self._run_seconds(stack, settings, plan) for plan in plans if plan.size.fits(stack)}
        n_left = self._n_left(assignment)
        for plan, part in self._new_plans(stack, settings, fixed).items():
            uses = max(1.0, n_left * part)
            costs.setdefault(plan, ELASTIC[plan.is_xla].compile_seconds / uses + self._run_seconds(stack, settings, plan))
        best = min(costs, key=lambda plan: costs[plan])
        exact = min(cost.compile_seconds + self._seconds(settings, _sizes(stack), self._rows(settings), cost) for cost in EXACT.values())
        return best if costs[best] < exact else None

    def _run_seconds(self, stack: DenseStack, settings: TrainingSettings, plan: Plan) -> float:
        return self._seconds(settings, _padded_sizes(stack, plan.size.width, stack.depth), plan.n_rows_at_once, ELASTIC[plan.is_xla])

    def _new_plans(self, stack: DenseStack, settings: TrainingSettings, fixed: tuple[Any, ...]) -> dict[Plan, float]:
        """Return plans that could be compiled, each with the estimated part of the remaining trials that it serves as well as this one."""
        largest, own = self.size_for(stack), max(stack.widths, default=1)
        widths = {_rounded(largest.width * part) for part in WIDTHS if largest.width * part >= own}
        sizes = {width: replace(largest, width=width) for width in widths}
        return {
            Plan(size, self._n_rows_at_once(stack, size, settings, ELASTIC[is_xla]), is_xla, fixed): USED_PART * width / largest.width
            for width, size in sizes.items()
            for is_xla in ((False, True) if device_name() == "cpu" else (True,))
        }

    def _n_rows_at_once(self, stack: DenseStack, size: Size, settings: TrainingSettings, cost: _Cost) -> int:
        """Return the rows at once with which epochs of all batch sizes of the space take the least time together, the same for all trials."""
        batch_sizes = self._batch_sizes() or {self._rows(settings)}
        if device_name() != "cpu":
            return max(batch_sizes)  # a whole batch takes little longer than a part of it
        sizes = _padded_sizes(stack, size.width, sum(size.depths) // 2)
        every = [settings.model_copy(update={"batch_size": rows}) for rows in batch_sizes]
        powers = {2**exponent for exponent in range(min(batch_sizes).bit_length(), max(batch_sizes).bit_length())}
        return min(sorted(batch_sizes | powers), key=lambda rows: sum(self._seconds(of, sizes, rows, cost) for of in every))

    def _seconds(self, settings: TrainingSettings, sizes: Sequence[int], n_rows_at_once: int, cost: _Cost) -> float:
        """Estimate the duration of all epochs, given the units of all layers and the rows that are computed at once."""
        parameters = sum(n_inputs * n_units for n_inputs, n_units in pairwise(sizes))
        n_steps, n_validation = self._context.n_steps(settings), self._context.n_validation
        part = cost.part_seconds + 6 * parameters * n_rows_at_once * NUMBER_SECONDS
        step = cost.step_seconds + math.ceil(self._rows(settings) / n_rows_at_once) * part + parameters * PARAMETER_SECONDS
        return self._n_epochs(settings) * (n_steps * step + 2 * parameters * n_validation * NUMBER_SECONDS)

    def _largest_and_smallest(self) -> list[DenseStack]:
        """Return the stacks of the smallest and the largest values of the space, built once."""
        if self._extremes is None:
            models = [self._build_or_none(self._experiment.space.searched.at(end)) for end in (0, -1)]
            self._extremes = [stack for model in models if model is not None and (stack := read_stack(model))]
        return self._extremes

    def _build_or_none(self, values: dict[str, Any]) -> Any:
        try:
            return build_model(self._context, self._experiment.space.model_arguments(values), 0, "float32")
        except Exception:  # other values may succeed
            return None

    def _rows(self, settings: TrainingSettings) -> int:
        """Return the rows of a gradient step."""
        return min(settings.batch_rows(self._context.n_train), self._context.n_train)

    def _batch_sizes(self) -> set[int]:
        """Return the choices of the batch size, or the ends of its range, at most the rows of the training part."""
        searched = self._experiment.space.searched_training.get("batch_size")
        n_train = self._context.n_train
        return {n_train if size == "all" else min(int(size), n_train) for size in searched.extremes} if searched else set()

    def _named_activations(self) -> set[str]:
        """Return Keras' activations among the choices of the model's arguments."""
        choices = (getattr(parameter, "choices", ()) for parameter in self._experiment.space.searched_model.values())
        return {name for names in choices for name in names if name in ELEMENTWISE}


def _sizes(stack: DenseStack) -> list[int]:
    """Return the units of all layers, the inputs first."""
    return [stack.n_features, *stack.widths, stack.n_outputs]


def _padded_sizes(stack: DenseStack, width: int, depth: int) -> list[int]:
    """Return the same of a network of the same inputs and outputs, with ``depth`` hidden layers of ``width`` units."""
    return [stack.n_features, *[width] * depth, stack.n_outputs]


def _rounded(width: float) -> int:
    """Return the next multiple of 8, the width of a processor's vectors."""
    return 8 * math.ceil(width / 8)
