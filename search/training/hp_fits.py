"""Calls the ``fit`` of a hypermodel on a few rows for an epoch, to learn what it asks for and what it is to be given."""

import re
from dataclasses import replace
from typing import Any, get_args

import keras

from ..experiment.space import FitSetting
from .batching import rows
from .context import TrainingContext
from .own_fit import prepare_fit, silent

N_ROWS = 64
_TWICE = re.compile(r"multiple values for keyword argument '(\w+)'")


class TriedFit:
    """The ``fit`` of a hypermodel.

    Args:
        context: The experiment and its arrays.

    Attributes:
        given: What it is given of epochs, batch_size and shuffle; it passes on the others itself.
    """

    def __init__(self, context: TrainingContext) -> None:
        self.given: list[FitSetting] = list(get_args(FitSetting))
        space, arrays = context.experiment.space, context.arrays
        few: dict[str, Any] = {name: rows(tree, slice(N_ROWS)) for name, tree in arrays.trees.items() if name != "initial"}
        self._settings = space.training_settings(space.searched.at(0)).model_copy(update={"epochs": 1})
        self._context = replace(context, arrays=replace(arrays, **few))

    def __call__(self, model: Any, hp: Any) -> None:
        """Train a model for an epoch.

        Args:
            model: The model, as it was built.
            hp: What it asks.

        Raises:
            Exception: What it raises.
        """
        while True:
            space = self._context.experiment.space.model_copy(update={"own_fit": self.given})
            context = replace(self._context, experiment=self._context.experiment.model_copy(update={"space": space}))
            fit, arguments = prepare_fit(model, context, self._settings, [_Ending()])
            model.run_eagerly = True  # a step or two take less time than tracing
            try:
                with silent():
                    fit(hp, model, *arguments.positional, **arguments.named)
            except _EnoughError:
                pass
            except TypeError as error:
                found = _TWICE.search(str(error))
                if found is None or found.group(1) not in self.given:
                    raise
                self.given.remove(found.group(1))  # type: ignore[arg-type]
                continue
            return


class _Ending(keras.callbacks.Callback):  # type: ignore[misc]
    """Ends a training after its first epoch."""

    def __init__(self) -> None:
        super().__init__()
        self._n_epochs = 0

    def on_train_begin(self, logs: Any = None) -> None:
        self._n_epochs = 0

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._n_epochs += 1
        if self.model is not None:
            self.model.stop_training = True
        if self._n_epochs > 1:  # a loop that does not look at it
            raise _EnoughError


class _EnoughError(Exception):
    """Ends a loop."""
