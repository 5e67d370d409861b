"""``[objective]`` of a function that trains what it likes and returns a number, as objectives of Optuna do; and all forms that objectives have."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator

from .directions import Direction
from .objectives import COSTS, ObjectiveSection
from .objects import Reference
from .validation import Table, invalid

_DEFAULT = "objective"


def _check_name(name: str) -> str:
    if name.isidentifier() and name != "value" and name not in COSTS:
        return name
    raise invalid('expected a name of letters, digits and "_", such as "accuracy", and neither "value" nor that of a cost')


def _tag_of_several(value: object) -> str:
    return "<several>" if isinstance(value, list) else "<one>"


_Name = Annotated[str, AfterValidator(_check_name)]
_Names = Annotated[
    Annotated[_Name, Tag("<one>")] | Annotated[list[_Name], Field(min_length=1), Tag("<several>")],
    Discriminator(_tag_of_several),
]
_Directions = Annotated[
    Annotated[Direction, Tag("<one>")] | Annotated[list[Direction], Field(min_length=1), Tag("<several>")],
    Discriminator(_tag_of_several),
]


class FunctionSection(Table):
    """``[objective]``: a function as those of Optuna: it asks a trial for hyperparameters, trains what it likes, and returns a number.

    Attributes:
        function: Reference to the function, such as "mine:objective". Its only argument is the trial.
        direction: "minimize" or "maximize"; a list of them for a function that returns several numbers. Defaults to "minimize".
        metric: What the number is called; a list for several. Defaults to "objective", and for several to "objective_0", "objective_1" ...
    """

    function: Annotated[Reference, Field(examples=["mine:objective"])]
    direction: Annotated[_Directions, Field(examples=["maximize"])] = "minimize"
    metric: Annotated[_Names, Field(examples=["accuracy"])] | None = None

    @property
    def objectives(self) -> list[ObjectiveSection]:
        """The objectives, one for each number that the function returns."""
        pairs = zip(self._names, _listed(self.direction), strict=True)
        return [ObjectiveSection.model_construct(metric=name, direction=direction, metrics=[]) for name, direction in pairs]

    @property
    def _names(self) -> Sequence[str]:
        if self.metric is not None:
            return _listed(self.metric)
        n_values = len(_listed(self.direction))
        return [_DEFAULT] if n_values == 1 else [f"{_DEFAULT}_{number}" for number in range(n_values)]

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        names, n_directions = self._names, len(_listed(self.direction))
        if len(names) != n_directions:
            raise ValueError(f"metric names {len(names)} and direction {n_directions} of the numbers that are returned; write one of both for each")
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f'metric has "{twice}" twice; give each number its own name')
        return self


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]


def _as_written(value: Any) -> Any:
    """Return the only one of a list of objectives, as ``[objective]`` would have it, and the table of a function's reference."""
    if isinstance(value, list) and not value:
        raise invalid("expected at least one objective")
    if isinstance(value, str):
        return {"function": value}
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _tag_of(value: object) -> str:
    if isinstance(value, list):
        return "<several>"
    return "<function>" if function_of(value) is not None else "<one>"


def function_of(objective: object) -> Any:
    """Return the reference of the function that an objective is, as it is given in a file or as a section; None if it is none."""
    if isinstance(objective, FunctionSection):
        return objective.function
    return objective if isinstance(objective, str) else objective.get("function") if isinstance(objective, Mapping) else None


Objectives = Annotated[
    Annotated[ObjectiveSection, Tag("<one>")] | Annotated[list[ObjectiveSection], Tag("<several>")] | Annotated[FunctionSection, Tag("<function>")],
    Discriminator(_tag_of),
    BeforeValidator(_as_written),
]
