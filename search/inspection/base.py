"""The interface of what is inspected: a model with its preprocessing, such as `search.champion.Champion`."""

from typing import Any, Protocol

from ..data.arrays import Tree
from ..data.columns import Features
from ..errors import InputError


class Inspected(Protocol):
    """A model with its preprocessing."""

    @property
    def model(self) -> Any:
        """The model."""
        ...

    def features(self, rows: Features) -> Tree:
        """Check raw rows and transform them into the model's inputs."""
        ...


def keras_model(champion: Inspected) -> Any:
    """Return the champion's Keras model.

    Args:
        champion: The champion.

    Returns:
        The `keras.Model`.

    Raises:
        InputError: If the champion is not a Keras model and so has no layers.
    """
    model = champion.model
    if not hasattr(model, "layers"):  # not isinstance, since a scikit-learn champion needs no Keras
        raise InputError(f"The champion is a {type(model).__name__} and not a Keras model: it has no layers; inspect champion.model from Python")
    return model
