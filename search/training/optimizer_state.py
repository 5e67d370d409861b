"""Lets the optimizer of a trial go on from the state that a given model was saved with."""

from collections.abc import Sequence

from ..data.arrays import Array
from ..errors import TrialError
from ..experiment.objects import ObjectSection, is_object
from ..experiment.settings import TrainingSettings
from ..redaction import shorten
from .context import TrainingContext
from .initial import OptimizerState
from .loop.checkpoints import Checkpointable
from .model.objects import make_optimizer

_SHAPES_LENGTH = 100


def check_optimizers(context: TrainingContext) -> None:
    """Check that every trial has the optimizer whose state is given.

    Args:
        context: The experiment, and its arrays with the file of the given model.

    Raises:
        TrialError: If it is another one, or a searched one may be.
    """
    given, space = _given(context), context.experiment.space
    if given is not None and not space.compiled:
        for name in space.values_of("optimizer"):
            if not is_object(name):  # one by reference is checked once it is made
                _check_name(name, given)


def start_optimizer(trainer: Checkpointable, context: TrainingContext, settings: TrainingSettings) -> None:
    """Give the optimizer of a trial the state that the given model was saved with, if the experiment asks for it.

    Args:
        trainer: Has the trial's model as it was built.
        context: The experiment, and its arrays with the file of the given model.
        settings: The trial's training settings.

    Raises:
        TrialError: If the state is not that of such an optimizer of such a model.
    """
    given = _given(context)
    if given is None:
        return
    optimizer = settings.optimizer
    made = type(make_optimizer(optimizer, settings)).__name__.lower() if isinstance(optimizer, ObjectSection) else optimizer
    _check_name(made, given)
    state, n = trainer.get_state(), len(given.variables)
    own = state[-n:]
    if [array.shape for array in own] != [array.shape for array in given.variables]:
        raise TrialError(
            f"initial.optimizer_state: the given state has {_shapes(given.variables)}, but that of the trial ends with {_shapes(own)}; "
            "train the same layers, with the same momentum and precision, or leave optimizer_state out"
        )
    trainer.set_state([*state[:-n], *given.variables])


def _given(context: TrainingContext) -> OptimizerState | None:
    return context.initial.optimizer if context.initial else None


def _shapes(arrays: Sequence[Array]) -> str:
    shapes = ", ".join(str(array.shape) for array in arrays)
    return f"{len(arrays)} variables ({shorten(shapes, _SHAPES_LENGTH)})"


def _check_name(name: str, given: OptimizerState) -> None:
    if given.name != name:
        raise TrialError(
            f'initial.optimizer_state: the given model was trained by the optimizer "{given.name}", but a trial has "{name}"; write optimizer = '
            f'"{given.name}" in [space.training], or leave optimizer_state out'
        )
