"""Builds populations: of dense networks of any size, or, on JAX, of any model that is the same for all."""

from dataclasses import dataclass
from itertools import chain
from typing import Any

from ...data.arrays import TrainingArrays, Weights
from ...experiment.file import Experiment
from ...experiment.settings import TrainingSettings
from ..batching import evaluation_batch_size
from ..compiled.device_data import Tensors
from ..compiled.runtime_values import Values
from ..dense.stack import DenseStack, Size
from ..model.preparation import make_ready
from ..model.state import Part, parts_of
from .dense_epoch import build_stacked_epoch
from .masked import MaskedStack
from .population import Population


@dataclass(frozen=True)
class SlotSpec:
    """Slots for dense networks.

    Attributes:
        size: What each has room for.
        n_slots: How many.
        rows_per_step: Rows of each slot per turn of the loop, whatever the batch sizes.
        is_xla: Whether TensorFlow compiles the program by XLA.
    """

    size: Size
    n_slots: int
    rows_per_step: int
    is_xla: bool


def build_dense_population(
    slots: SlotSpec, stack: DenseStack, experiment: Experiment, settings: TrainingSettings, arrays: TrainingArrays, tensors: Tensors
) -> Population:
    """Build a population of dense networks of different depth, widths, activations and batch sizes.

    Args:
        slots: What there is to be room for.
        stack: One of the networks, for inputs, outputs and biases, which are the same for all.
        experiment: The experiment, for the metrics.
        settings: What is the same for all: optimizer and its options, and loss. Everything but learning rate, batch size,
            values and what steers epochs.
        arrays: The data.
        tensors: The same on the device.
    """
    network = _Stacks(MaskedStack(slots.size, stack))
    parts = make_ready(network.model, experiment, settings, arrays)
    values = Values(network.model)
    at_once = evaluation_batch_size(arrays.x_validation, slots.n_slots)
    run = build_stacked_epoch(network.model, values, slots.rows_per_step, at_once, is_xla=slots.is_xla)
    return Population(network, values, slots.n_slots, run, tensors.of(parts))


def build_copies(
    model: Any, n_slots: int, experiment: Experiment, settings: TrainingSettings, arrays: TrainingArrays, tensors: Tensors
) -> Population:
    """Build a population of models that differ in their weights and random states, seeds, learning rates and values, on JAX.

    Args:
        model: One of them, as it was built; it is compiled here.
        n_slots: How many.
        experiment: The experiment, for the metrics.
        settings: What is the same for all: batch size, optimizer and its options, and loss.
        arrays: The data.
        tensors: The same on the device.
    """
    from .jax_epoch import build_copies_epoch

    parts = make_ready(model, experiment, settings, arrays)
    values = Values(model)
    run = build_copies_epoch(model, values, settings.batch_size, evaluation_batch_size(arrays.x_validation, n_slots))
    return Population(_Copies(model), values, n_slots, run, tensors.of(parts))


class _Copies:
    """Writes models of one architecture into the slots."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def values(self, model: Any, stack: DenseStack | None) -> tuple[list[Any], list[Any]]:
        trainable, others = ([variable.value for variable in group] for group in _groups(model))
        return trainable, others

    def weights(self, stack: DenseStack | None, trainable: list[Any], others: list[Any]) -> Weights:
        arrays = {id(variable): array for variable, array in zip(chain(*_groups(self.model)), [*trainable, *others], strict=True)}
        return [arrays[id(variable)] for variable in self.model.weights]

    def parts(self, stack: DenseStack | None) -> list[Part]:
        return parts_of(self.model)


def _groups(model: Any) -> tuple[list[Any], list[Any]]:
    return model.trainable_variables, model.non_trainable_variables


class _Stacks:
    """Writes dense networks into the slots."""

    def __init__(self, model: MaskedStack) -> None:
        self.model = model

    def values(self, model: Any, stack: Any) -> tuple[list[Any], list[Any]]:
        return self.model.values(stack, model.get_weights())

    def weights(self, stack: Any, trainable: list[Any], others: list[Any]) -> Weights:
        return self.model.weights_of(stack, trainable)

    def parts(self, stack: Any) -> list[Part]:
        return self.model.parts(stack)
