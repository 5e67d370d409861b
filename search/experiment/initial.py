"""The section of an experiment file on the weights that trials start from, and the layers that they do not train."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from .validation import Table, added_later, invalid

REGISTERED = "models:/"
"""Begin of the URI of a registered model."""
KERAS, H5, NPZ = ".keras", ".weights.h5", ".npz"


def _check_source(source: str) -> str:
    if re.fullmatch(rf"{REGISTERED}[^/@]+(@[^/@]+|/\d+)", source) or (not source.startswith(REGISTERED) and source.endswith((KERAS, H5, NPZ))):
        return source
    raise invalid(f'expected "{REGISTERED}NAME@champion", "{REGISTERED}NAME/VERSION", or a file that ends in {KERAS}, {H5} or {NPZ}')


def _check_tables(tables: dict[str, list[Any]]) -> dict[str, list[Any]]:
    for name, arrays in tables.items():
        for number, array in enumerate(arrays):
            if _shape(array) is None:
                raise invalid(f"array {number} of layer {name}: expected numbers in lists of equal length, such as [[0.15, 0.25], [0.2, 0.3]]")
    return tables


def _shape(value: object) -> tuple[int, ...] | None:
    """Return the shape of nested lists of numbers; None if they have none."""
    if isinstance(value, list):
        shapes = {_shape(inner) for inner in value}
        shape = shapes.pop() if len(shapes) == 1 else None
        return None if shape is None else (len(value), *shape)
    return () if isinstance(value, int | float) and not isinstance(value, bool) else None


Weights = Annotated[
    Annotated[str, AfterValidator(_check_source), Tag("<text>")] | Annotated[dict[str, list[Any]], AfterValidator(_check_tables), Tag("<table>")],
    Discriminator(lambda value: "<table>" if isinstance(value, Mapping) else "<text>"),
]
Freeze = Annotated[
    Annotated[int, Field(ge=0), Tag("<number>")] | Annotated[list[str], Tag("<list>")],
    Discriminator(lambda value: "<list>" if isinstance(value, list) else "<number>"),
]
Unfreeze = Annotated[
    Annotated[Literal["all"], Tag("<text>")] | Annotated[list[Annotated[list[str], Field(min_length=1)]], Field(min_length=1), Tag("<list>")],
    Discriminator(lambda value: "<list>" if isinstance(value, list) else "<text>"),
]


class InitialSection(Table):
    """``[initial]``: the weights that each trial starts from, and the layers that are not trained.

    Attributes:
        weights: A registered model, such as "models:/diabetes@champion" or "models:/diabetes/3"; a file ".keras", ".weights.h5" or ".npz"
            (arrays in the order of the model's ``get_weights()``, as ``numpy.savez(file, *weights)`` writes them); or a table with the arrays of
            each layer as lists of numbers, such as { hidden_1 = [[[0.15, 0.25], [0.2, 0.3]], [0.35, 0.35]] }. The study keeps a copy of the
            file. Left out means those of the builder.
        layers: "all" (every weight of the model is given, in the same shape) or "matching": layers whose name and shapes are those of a given
            one start from it, the others as the builder made them. Defaults to "all".
        freeze: Names of layers that are not trained, or how many of the first layers that have weights. Defaults to none.
        unfreeze: Which of them are trained after ``unfreeze_epochs`` of ``[space.training]``: "all", or a list of stages, each with names of
            layers, such as [["block_5"], ["block_4", "block_3"]]. Defaults to "all".
        optimizer_state: Whether the optimizer goes on too, from the means, momenta and number of steps that the given model was saved with:
            a ".keras" file, or a champion of an experiment with ``optimizer_state = true`` in ``[champion]``. The optimizer must be the same
            one. Defaults to false: it starts anew.
    """

    weights: Weights | None = None
    layers: Literal["all", "matching"] = "all"
    freeze: Freeze = Field(default_factory=list)
    unfreeze: Unfreeze = added_later("all")
    optimizer_state: bool = added_later(False)

    @property
    def suffix(self) -> str:
        """The suffix of the file of weights, that of a registered model too; empty if there is no file."""
        if not isinstance(self.weights, str):
            return ""
        return next((suffix for suffix in (H5, NPZ) if self.weights.endswith(suffix)), KERAS)

    @property
    def n_unfreezings(self) -> int:
        """How often layers are unfrozen, at most."""
        return 1 if self.unfreeze == "all" else len(self.unfreeze)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.layers == "matching" and self.weights is None:
            raise ValueError('layers = "matching" needs weights; give weights, or leave layers out')
        if self.layers == "matching" and self.suffix in (H5, NPZ):
            raise ValueError(f'layers = "matching" goes by names of layers, which {self.suffix} lacks; give a {KERAS} file, or leave layers out')
        again = [name for stage in (self.unfreeze if isinstance(self.unfreeze, list) else []) for name in stage]
        if isinstance(self.freeze, list) and (others := [name for name in again if name not in self.freeze]):
            raise ValueError(f'unfreeze names "{others[0]}", which freeze does not; name it in freeze too')
        if twice := [name for name in again if again.count(name) > 1]:
            raise ValueError(f'unfreeze names "{twice[0]}" twice; a layer that was unfrozen stays so')
        if self.optimizer_state and self.suffix != KERAS:
            raise ValueError(f"optimizer_state is that of a registered model or of a {KERAS} file; give one as weights, or leave optimizer_state out")
        if self.optimizer_state and self.layers == "matching":
            raise ValueError('optimizer_state is that of every weight; leave out layers = "matching", or optimizer_state')
        return self
