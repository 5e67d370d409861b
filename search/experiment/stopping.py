"""``[search.stop]``: what ends a search before all its trials."""

from typing import Annotated, Self

from pydantic import Field, model_validator

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
        hours: Hours of training of all finished trials together, on all workers and in all runs of the study, at which the search ends.
            Left out means no such end.
        price: What the search may cost, in any currency: it ends once its runs that have a price, each from its start to the end of its last
            trial, have cost so much by price_per_hour. Left out means no such end.
        price_per_hour: The price for an hour of all machines of a run, in the same currency. Left out means that none is known.
    """

    value: float | None = None
    patience: Annotated[int, Field(ge=1)] | None = None
    gain: Annotated[float, Field(gt=0)] | None = added_later(None)
    epochs: Annotated[int, Field(ge=1)] | None = added_later(None)
    hours: Annotated[float, Field(gt=0)] | None = added_later(None)
    price: Annotated[float, Field(gt=0)] | None = added_later(None)
    price_per_hour: Annotated[float, Field(gt=0)] | None = added_later(None)

    @model_validator(mode="after")
    def _check_price(self) -> Self:
        if self.price is not None and self.price_per_hour is None:
            raise ValueError(f"price = {self.price:g} needs the price for an hour; write it as price_per_hour, or hours in place of price")
        if self.price is None and self.price_per_hour is not None:
            raise ValueError(f"price_per_hour = {self.price_per_hour:g} ends nothing without price; write price too, or leave it out")
        return self
