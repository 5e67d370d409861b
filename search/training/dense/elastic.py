"""Elastic programs: one for all stacks of dense layers up to a size, on TensorFlow."""

from typing import Any

from ...data.arrays import Weights
from ...experiment.settings import TrainingSettings
from ..compiled.device_data import Tensors
from ..compiled.epochs import CompiledEpochs, build_epochs
from ..compiled.program import Program
from ..context import TrainingContext
from ..model.preparation import make_ready
from ..model.state import Part
from .padded import PaddedStack
from .planner import Plan
from .stack import DenseStack


class ElasticProgram(Program):
    """A program that trains any network of a plan's size; `select` comes before `load`.

    Args:
        network: The padded network, compiled.
        epochs: Its compiled epochs.
    """

    name = "elastic"

    def __init__(self, network: PaddedStack, epochs: CompiledEpochs) -> None:
        super().__init__(network, epochs)
        self._network = network

    def select(self, stack: DenseStack) -> None:
        """Compute the network of the next trial."""
        self._network.select(stack)

    def _load_variables(self, model: Any) -> None:
        self._network.set_weights(model.get_weights())

    def _parts(self) -> list[Part]:
        return self._network.parts(self._network.stack)

    def _weights_of(self, weights: Weights) -> Weights:
        return self._network.unpadded(self._network.stack, weights)


def build_elastic(plan: Plan, stack: DenseStack, context: TrainingContext, settings: TrainingSettings, tensors: Tensors) -> ElasticProgram:
    """Build an elastic program.

    Args:
        plan: The program's plan.
        stack: The first network.
        context: The experiment and its arrays.
        settings: The first trial's training settings.
        tensors: The data on the device.
    """
    network = PaddedStack(plan.size, stack)
    parts = make_ready(network, context, settings)
    return ElasticProgram(network, build_epochs(network, parts, tensors, plan.n_rows_at_once, is_xla=plan.is_xla, is_padded=True))
