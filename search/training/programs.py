"""Compiled programs, kept for all trials of a process that they serve: what differs between those is a value.

A program is exact, for one architecture and batch size, or elastic, for all stacks of dense layers up to a size. For each
trial the cheapest is taken, by an estimate of what compiling and running cost.
"""

import json
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from ..arrays import TrainingArrays
from ..experiment import Experiment
from ..trial import Assignment
from . import xla
from .dense_stack import DenseStack, read_stack
from .elastic import Plan, Planner
from .epoch_program import EpochProgram, build_epoch_program
from .order import epoch_order
from .padded import PaddedStack
from .ready import Parts, call_once, make_ready
from .sizes import evaluation_batch_size, n_rows

MOST_PROGRAMS = 8
"""How many programs are kept; the one that was not used for the longest time goes first."""


_Take = Callable[[Any, Any], None]


@dataclass
class Program:
    """One compiled epoch and the model that it trains, which stands in for the trial's own.

    Attributes:
        name: ``compiled`` or ``elastic``.
        model: The model that is trained; it has its metrics and optimizer.
        take: Gives that model the weights and random states of a trial's model, which is the stack if there is one.
        batch_size: Rows per step, at most.
        run: The epoch.
        data: The training part and the validation part, (x, y) each, as tensors.
    """

    name: str
    model: Any
    take: _Take
    batch_size: int
    run: EpochProgram
    data: tuple[Any, Any]

    def __post_init__(self) -> None:
        self._metrics = list(self.model.get_metrics_result())
        self._untrained = [variable.numpy() for variable in self.model.optimizer.variables]
        self._n_rows = int(tf.nest.flatten(self.data[0])[0].shape[0])

    def begin(self, model: Any, stack: DenseStack | None) -> None:
        """Take over a trial's model as it was built, with an optimizer that has not done anything."""
        self.take(model, stack)
        for variable, value in zip(self.model.optimizer.variables, self._untrained, strict=True):
            variable.assign(value)

    def n_steps(self, assignment: Assignment) -> int:
        """Count the gradient steps of an epoch."""
        return -(-self._n_rows // assignment.training.batch_size)

    def run_epoch(self, assignment: Assignment, epoch: int) -> tuple[dict[str, float], dict[str, float]]:
        """Train one epoch and validate.

        Args:
            assignment: The trial, for its seed and batch size.
            epoch: From 1.

        Returns:
            The metrics of training and those of validation, by Keras' names.
        """
        order = np.pad(epoch_order(assignment.seed, epoch, self._n_rows), (0, self.batch_size))
        rows_per_step = np.int32(assignment.training.batch_size)
        numbers = self.run(*self.data, tf.constant(order), tf.constant(rows_per_step)).numpy().tolist()
        n = len(self._metrics)
        return dict(zip(self._metrics, numbers[:n], strict=True)), dict(zip(self._metrics, numbers[n:], strict=True))


def programs_of(experiment: Experiment, arrays: TrainingArrays) -> "Programs":
    """Return this process' programs of an experiment on its data; those of another are given up."""
    if not _kept or _kept[0].experiment is not experiment or _kept[0].arrays is not arrays:
        _kept[:] = [Programs(experiment, arrays)]
    return _kept[0]


class Programs:
    """The programs of one experiment on its data.

    Args:
        experiment: The experiment.
        arrays: The data.
    """

    def __init__(self, experiment: Experiment, arrays: TrainingArrays) -> None:
        self.experiment, self.arrays = experiment, arrays
        self._planner = Planner(experiment, arrays)
        self._programs: dict[Hashable, Program] = {}
        self._tensors: dict[Hashable, tuple[Any, Any]] = {}

    def __len__(self) -> int:
        return len(self._programs)

    def begin(self, model: Any, assignment: Assignment, *, is_exact: bool) -> Program:
        """Return the program for a trial, a new one if no other is cheaper, with the trial's model taken over.

        Args:
            model: The trial's model, built.
            assignment: The trial.
            is_exact: Whether the program's model must have the layers of the trial's.
        """
        stack = None if is_exact else read_stack(model)
        plan = self._planner.choose(stack, assignment, self._programs) if stack else None
        key = plan or _exact_key(model, assignment)
        program = self._programs.pop(key, None)
        if program is None:
            program = self._elastic(plan, stack, assignment) if plan and stack else self._exact(model, assignment)
        self._programs[key] = program  # the last is the one used last
        if len(self._programs) > MOST_PROGRAMS:
            del self._programs[next(iter(self._programs))]
        program.begin(model, stack)
        return program

    def _elastic(self, plan: Plan, stack: DenseStack, assignment: Assignment) -> Program:
        padded = PaddedStack(plan.size, stack)

        def take(model: Any, stack: DenseStack) -> None:
            padded.hold(stack, model.get_weights())

        return self._program("elastic", padded, take, plan.batch_size, assignment, is_xla=plan.is_xla)

    def _exact(self, model: Any, assignment: Assignment) -> Program:
        call_once(model, assignment.training, self.arrays)
        state = list(model.variables)  # before compile adds those of metrics and optimizer

        def take(other: Any, _: Any) -> None:
            if other is not model:
                for variable, given in zip(state, other.variables, strict=True):
                    variable.assign(given)

        settings = assignment.training
        n_steps = settings.epochs * -(-n_rows(self.arrays.x_train) // settings.batch_size)
        return self._program("compiled", model, take, settings.batch_size, assignment, is_xla=xla.pays(model, n_steps))

    def _program(self, name: str, model: Any, take: _Take, batch_size: int, assignment: Assignment, *, is_xla: bool) -> Program:
        parts = make_ready(model, self.experiment, assignment.training, self.arrays)
        run = build_epoch_program(model, batch_size, evaluation_batch_size(parts[2]), is_xla=is_xla, is_padded=name == "elastic")
        return Program(name, model, take, batch_size, run, self._on_device(parts))

    def _on_device(self, parts: Parts) -> tuple[Any, Any]:
        """Give the data as tensors, the same for all programs whose targets are written in the same way."""
        key = tuple((target.shape, str(target.dtype)) for target in keras.tree.flatten((parts[1], parts[3])))
        if key not in self._tensors:
            x_train, y_train, x_validation, y_validation = tf.nest.map_structure(tf.convert_to_tensor, parts)
            self._tensors[key] = (x_train, y_train), (x_validation, y_validation)
        return self._tensors[key]


def _exact_key(model: Any, assignment: Assignment) -> Hashable:
    """Say what an exact program is compiled for: all of the trial but its seed and the settings that are values or steer epochs."""
    settings = assignment.training.model_dump_json(exclude=set(_VALUES))
    arguments = json.dumps(dict(assignment.model_arguments), sort_keys=True)
    return arguments, settings, _architecture(model, assignment.seed), tuple(tuple(weight.shape) for weight in model.weights)


def _architecture(model: Any, seed: int) -> str:
    """Write down what a builder may have made of the seed; the seed itself where a model does not tell."""
    try:
        config = model.get_config()
    except Exception:  # what a model's own get_config raises, NotImplementedError where it has none
        return str(seed)
    return json.dumps(_without_seeds(config), sort_keys=True, default=str)


def _without_seeds(config: Any) -> Any:
    if isinstance(config, dict):
        return {str(name): _without_seeds(value) for name, value in config.items() if name != "seed"}
    return [_without_seeds(value) for value in config] if isinstance(config, list | tuple) else config


_VALUES = (
    *("learning_rate", "epochs", "patience", "min_delta", "restore_best_weights"),
    *("schedule", "decay_rate", "decay_epochs"),
)

_kept: list[Programs] = []
