"""Programs for one architecture and batch size, over data on the device or streamed to it."""

from collections.abc import Hashable
from typing import Any

import keras

from ...trial import Assignment
from ..batching import DataSplit
from ..context import TrainingContext
from ..model.preparation import Parts, call_once, make_ready
from ..model.state import Part, parts_of
from .compiler_probe import Probe
from .device_data import Tensors
from .epochs import CompiledEpochs, build_epochs, build_streamed_epochs
from .program import Program
from .runtime_values import fixed_settings
from .signature import read_architecture


def exact_key(model: Any, assignment: Assignment) -> Hashable:
    """Return the same for trials that one exact program serves: they may differ in seeds, runtime values and epoch settings."""
    settings = tuple(fixed_settings(assignment.training).items())
    return settings, read_architecture(model, assignment.model_arguments, assignment.seed)


class ExactProgram(Program):
    """A program for trials whose models compute the same, over data on the device.

    Args:
        model: The first trial's model, which is trained for later trials too.
        variables: The variables of a model as it was built, without those of metrics and optimizer.
        epochs: The compiled epochs of the model.
        probe: Finds faster epochs once their duration is known. Defaults to none.
    """

    name = "compiled"

    def __init__(self, model: Any, variables: list[Any], epochs: CompiledEpochs, probe: Probe | None = None) -> None:
        super().__init__(model, epochs)
        self._variables, self._probe, self._n_calls = variables, probe, 0

    def _load_variables(self, model: Any) -> None:
        if model is not self.model:
            for variable, loaded in zip(self._variables, model.variables, strict=True):
                variable.assign(keras.ops.copy(loaded))  # on JAX training reuses the memory of its arguments

    def _parts(self) -> list[Part]:
        return parts_of(self.model)

    def _after_call(self, seconds_left: float) -> None:
        """After the second call, the first that compiled nothing, use the other compiler if it is faster."""
        self._n_calls += 1
        if self._probe and self._n_calls == 2:
            self._run = self._probe.faster(seconds_left) or self._run


class StreamedProgram(ExactProgram):
    """An exact program over data that stay arrays, for data that do not fit in the device's memory."""

    name = "streamed"

    def _split(self, parts: Parts, tensors: Tensors) -> DataSplit:
        return parts.split


def build_exact(model: Any, context: TrainingContext, assignment: Assignment, tensors: Tensors, *, is_xla: bool) -> ExactProgram:
    """Build an exact program over data on the device.

    Args:
        model: The first trial's model, as it was built.
        context: The experiment and its arrays.
        assignment: The first trial.
        tensors: The data on the device.
        is_xla: Whether TensorFlow compiles with XLA; JAX always does.
    """
    variables = _variables(model, context, assignment)
    batch_size = assignment.training.batch_rows(context.n_train)
    epochs = build_epochs(model, make_ready(model, context, assignment.training), tensors, batch_size, is_xla=is_xla)
    probe = Probe(model, epochs, is_xla=is_xla) if keras.config.backend() == "tensorflow" else None
    return ExactProgram(model, variables, epochs, probe)


def build_streamed(model: Any, context: TrainingContext, assignment: Assignment, *, is_xla: bool) -> StreamedProgram:
    """Build an exact program that streams the data; see `build_exact` for the arguments."""
    variables = _variables(model, context, assignment)
    parts = make_ready(model, context, assignment.training)
    return StreamedProgram(model, variables, build_streamed_epochs(model, parts, assignment.training.batch_rows(context.n_train), is_xla=is_xla))


def _variables(model: Any, context: TrainingContext, assignment: Assignment) -> list[Any]:
    """Return the variables of a model before compile adds those of metrics and optimizer."""
    call_once(model, context, assignment.training)
    return list(model.variables)
