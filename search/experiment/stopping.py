"""``[search.stop]``: what ends a search before all its trials."""

from typing import Annotated

from pydantic import Field

from .validation import Table, added_later


class StopSection(Table):
    """``[search.stop]``: what ends a search before all its trials; those that run still finish, and those that wait for a retry stay waiting.

    Attributes:
        value: A value of the only objective; the search ends once the best trial has it or a better one. Left out means no such end.
        patience: Number of finished trials, pruned and failed ones too, after the best one, at which the search ends. Left out means no such end.
        gain: How much better than the best trial the next one is expected to be; the search ends once sampler "gp" has expected less of five
            proposals in a row. In units of the objective, such as 0.001 of an accuracy. Left out means no such end.
        epochs: Number of epochs of all finished trials together, those of all their executions, at which the search ends. Left out means no
            such end.
        hours: Hours of training of all finished trials together, on all workers and in all runs of the study, at which the search ends: what
            accelerators are paid for. Left out means no such end.
    """

    value: float | None = None
    patience: Annotated[int, Field(ge=1)] | None = None
    gain: Annotated[float, Field(gt=0)] | None = added_later(None)
    epochs: Annotated[int, Field(ge=1)] | None = added_later(None)
    hours: Annotated[float, Field(gt=0)] | None = added_later(None)
