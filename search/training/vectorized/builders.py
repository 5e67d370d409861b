"""Builds populations: of dense networks of any size, or, on JAX, of copies of any model."""

from dataclasses import dataclass
from itertools import chain
from typing import Any

from ...data.arrays import Weights
from ...experiment.settings import TrainingSettings
from ..batching import evaluation_batch_size
from ..compiled.base import EpochSizes
from ..compiled.device_data import Tensors
from ..compiled.runtime_values import Values
from ..context import TrainingContext
from ..dense.stack import DenseStack, Size
from ..model.preparation import make_ready
from ..model.state import Part, parts_of
from .dense_epoch import build_dense_epoch
from .masked import MaskedStack
from .population import Population


@dataclass(frozen=True)
class SlotSpec:
    """The slots of a population of dense networks.

    Attributes:
        size: The size that each slot's network fits.
        n_slots: Number of slots.
        rows_per_step: Rows of each slot per step, whatever the batch sizes.
        is_xla: Whether TensorFlow compiles the program with XLA.
    """

    size: Size
    n_slots: int
    rows_per_step: int
    is_xla: bool


def build_dense_population(slots: SlotSpec, stack: DenseStack, context: TrainingContext, settings: TrainingSettings, tensors: Tensors) -> Population:
    """Build a population of dense networks that differ in depth, widths, activations and batch sizes.

    Args:
        slots: The slots.
        stack: One of the networks, for inputs, outputs and biases, which are the same for all.
        context: The experiment and its arrays.
        settings: Training settings, of which optimizer, its options and loss are the same for all. Learning rate, batch size,
            runtime values and settings that apply between epochs may differ.
        tensors: The data on the device.
    """
    network = _DenseNetworks(MaskedStack(slots.size, stack))
    parts = make_ready(network.model, context, settings)
    values = Values(network.model)
    sizes = EpochSizes(slots.rows_per_step, evaluation_batch_size(parts.x_validation, slots.n_slots))
    return Population(network, values, slots.n_slots, build_dense_epoch(network.model, values, sizes, is_xla=slots.is_xla), tensors.of(parts))


def build_copies(model: Any, n_slots: int, context: TrainingContext, settings: TrainingSettings, tensors: Tensors) -> Population:
    """Build a population of models that differ in weights, random states, seeds, learning rates and runtime values, on JAX.

    Args:
        model: One of the models, as it was built; it is compiled here.
        n_slots: Number of slots.
        context: The experiment and its arrays.
        settings: Training settings, of which batch size, optimizer, its options and loss are the same for all.
        tensors: The data on the device.
    """
    from .jax_epoch import build_copies_epoch

    parts = make_ready(model, context, settings)
    values = Values(model)
    sizes = EpochSizes(settings.batch_rows(context.n_train), evaluation_batch_size(parts.x_validation, n_slots))
    return Population(_Copies(model), values, n_slots, build_copies_epoch(model, values, sizes), tensors.of(parts))


class _Copies:
    """Stores models of one architecture in slots; see `search.training.vectorized.population.Network`."""

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


class _DenseNetworks:
    """Stores dense networks in slots; see `search.training.vectorized.population.Network`."""

    def __init__(self, model: MaskedStack) -> None:
        self.model = model

    def values(self, model: Any, stack: Any) -> tuple[list[Any], list[Any]]:
        return self.model.values(stack, model.get_weights())

    def weights(self, stack: Any, trainable: list[Any], others: list[Any]) -> Weights:
        return self.model.unpadded(stack, trainable)

    def parts(self, stack: Any) -> list[Part]:
        return self.model.parts(stack)
