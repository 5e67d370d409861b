"""What is looked into: anything with a model and its preprocessing, such as `search.champion.Champion`."""

from typing import Any, Protocol

from ..data.preprocessing import Preprocessor
from ..errors import InputError


class Inspected(Protocol):
    """A model with its preprocessing."""

    @property
    def model(self) -> Any:
        """The model."""
        ...

    @property
    def preprocessor(self) -> Preprocessor:
        """The way from raw rows to what the model reads."""
        ...


def keras_model(champion: Inspected) -> Any:
    """Return the champion's Keras model.

    Args:
        champion: Whose model.

    Returns:
        The `keras.Model`.

    Raises:
        InputError: If the champion is no Keras model, and so has no layers.
    """
    model = champion.model
    if not hasattr(model, "layers"):  # asked so, since an estimator's champion needs no Keras
        raise InputError(f"The champion is a {type(model).__name__} and not a Keras model: it has no layers; look at champion.model from Python")
    return model
