"""What is found of a builder that asks for its hyperparameters; it travels between processes and imports no Keras."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Discovered:
    """What a builder asks for.

    Attributes:
        entries: The entries of ``[space.model]``, by name.
        loss: The loss that all of them are compiled with, as ``[space.training]`` has it; empty if they are not.
        metrics: The metrics that they are compiled with, as ``objective.metrics`` has them; none if they have a ``fit`` of their own.
        own_fit: What its own ``fit`` is given of epochs, batch_size and shuffle; None if it has none.
    """

    entries: Mapping[str, Any]
    loss: Any
    metrics: Sequence[Any]
    own_fit: Sequence[str] | None = None

    @property
    def is_compiled(self) -> bool:
        """Whether its models are compiled."""
        return bool(self.loss)
