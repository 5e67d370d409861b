"""The sections of an experiment file on what a search is for: one or several objectives, and limits."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from ..errors import nearest
from .directions import Direction
from .objects import or_object
from .validation import Table, invalid

SERVING_COSTS = ("n_parameters", "size_bytes", "latency_ms", "latency_ms_32")
"""What one model of a trial costs where it is served: its parameters, the bytes of its weights, and the milliseconds of a prediction of 1 and
of 32 rows on the machine of the search."""
COSTS = (*SERVING_COSTS, "train_seconds")
"""What a trial costs, all to be minimized; ``train_seconds`` is the time of its training, all executions together."""


def check_metric(metric: str) -> str:
    """Return the name of a metric of the validation part.

    Raises:
        PydanticCustomError: If it is no such name.
    """
    if metric.startswith("val_") and metric.removeprefix("val_").isidentifier():
        return metric
    name = metric.removeprefix("val_")
    meant = f'; did you mean "val_{name}"?' if name.isidentifier() else ', such as "val_accuracy" or "val_loss"'
    raise invalid(f'expected "val_" and the name of a metric{meant}')


def _check_measure(name: str) -> str:
    """Return the name of a metric of the validation part, or of a cost."""
    if name in COSTS:
        return name
    if get_close_matches(name, COSTS):
        raise invalid(f'expected a cost, or "val_" and the name of a metric; {nearest(name, COSTS)}')
    return check_metric(name)


class ObjectiveSection(Table):
    """``[objective]``: the metric to optimize; or ``[[objective]]``, a table for each of several objectives.

    Attributes:
        metric: "val_" and a metric of the task, such as "val_accuracy" or "val_loss"; with several outputs "val_loss", which
            is the weighted sum, or a metric of one output, such as "val_main_loss". The second objective and further ones may be a cost too:
            "n_parameters", "size_bytes" (of the weights), "latency_ms" and "latency_ms_32" (the shortest of twenty predictions of 1 and of
            32 rows, without preprocessing, on the machine of the search) or "train_seconds".
        direction: "minimize" or "maximize". May be left out for a cost, which is minimized.
        metrics: Further metrics to compute at each epoch, by name, or objects by reference, such as "mine:specificity", which is then the metric
            "val_specificity". Defaults to none.
    """

    metric: Annotated[
        str, AfterValidator(_check_measure), Field(examples=["val_accuracy"], json_schema_extra={"pattern": rf"^(val_\w+|{'|'.join(COSTS)})$"})
    ]
    direction: Annotated[Direction, Field(examples=["maximize"])]
    metrics: list[or_object(str)] = Field(default_factory=list)  # type: ignore[valid-type]

    def is_better(self, value: float, than: float | None) -> bool:
        """Return whether a value is better than another one; any value is better than None."""
        if than is None:
            return True
        return value < than if self.direction == "minimize" else value > than

    @model_validator(mode="before")
    @classmethod
    def _add_direction(cls, given: Any) -> Any:
        metric = given.get("metric") if isinstance(given, Mapping) else None
        is_no_metric = isinstance(metric, str) and not metric.startswith("val_")  # it is a cost, or misspelt, which is the first error
        return {"direction": "minimize", **given} if is_no_metric else given

    @model_validator(mode="after")
    def _check_direction(self) -> Self:
        if self.metric in COSTS and self.direction == "maximize":
            raise ValueError(f'{self.metric} is a cost, which is minimized; write direction = "minimize", or leave it out')
        return self


def check_objectives(objectives: list[ObjectiveSection]) -> None:
    """Check several objectives together.

    Raises:
        ValueError: If the first one is a cost, or a metric is optimized twice.
    """
    names = [objective.metric for objective in objectives]
    if names[0] in COSTS:
        raise ValueError(f'the first objective is "{names[0]}", a cost, by which no training can be compared; write one of a "val_" metric before it')
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ValueError(f'"{twice}" is optimized twice; leave one of them out')


def _check_limits(limits: dict[str, float]) -> dict[str, float]:
    for name, limit in limits.items():
        try:
            _check_measure(name)
        except PydanticCustomError as error:
            raise invalid(f'"{name}": {error.message()}') from None
        if limit <= 0 and name in COSTS:
            raise invalid(f"{name} is above 0, so that no trial is within {limit:g}; expected a number above 0")
    return limits


Limits = Annotated[dict[str, float], AfterValidator(_check_limits)]
"""The worst value that is accepted of a cost or a metric, by its name: the largest, or of a metric to be maximized the smallest."""


def violation(value: float, limit: float, direction: Direction) -> float:
    """Return by how much a value is over its limit, as a part of the limit: at most 0 if it is within it, as Optuna's constraints are.

    Args:
        value: The value of a cost or metric.
        limit: Its limit.
        direction: Its direction.
    """
    over = limit - value if direction == "maximize" else value - limit
    return over / (abs(limit) or 1.0)
