"""The section of an experiment file on the champion: which trial is the best one, and which models are served."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator

from .objectives import check_metric
from .toml import to_toml
from .validation import Table, added_later, invalid

_MOST_TRIALS = 50


def _check_ensemble(value: object) -> object:
    if value in ("folds", "none") or (isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _MOST_TRIALS):
        return value
    raise invalid(f'expected "folds", "none" or a number of trials, 1 to {_MOST_TRIALS}')


Ensemble = Annotated[
    Annotated[int, Field(ge=1, le=_MOST_TRIALS), Tag("<number>")] | Annotated[Literal["folds", "none"], Tag("<text>")],
    Discriminator(lambda value: "<text>" if isinstance(value, str) else "<number>"),
    BeforeValidator(_check_ensemble),
]


class ChampionSection(Table):
    """``[champion]``: which trial is the best one, and which models its champion has.

    Attributes:
        by: The metric that decides which COMPLETE trial is the best one: "val_" and a metric that each trial has, such as "val_loss", which
            chooses better than the accuracy on few rows. Samplers, pruners and the race go by the objective. Left out means the
            objective's metric.
        ensemble: "folds" (the models of all executions of the best trial), the number of best trials whose models are taken, at most 50, or
            "none": one model, for which the best trial is trained once more, on the rows of all folds and for the median of their best
            numbers of epochs. The predictions of several models are averaged. Where trials have one execution, "folds" and "none" are its
            model; repeats without folds exclude "none". Defaults to "folds", and to "none" with folds where objectives or limits are about what one
            model costs.
        confirm: Number of best trials that are trained again, each with three new seeds, before one of them is named the best by the mean,
            at most 50. 0 means none. Defaults to 0.
        tolerance: With several objectives, the part of the best value that may be lost for a better second objective: 0.01 makes the best
            one of all trials within 1 % of it that which is best by the second objective. Defaults to 0, the best by the first objective.
        optimizer_state: Whether the model is saved with the state of its optimizer at the epoch of its weights, from which another study trains
            it on (``optimizer_state`` in ``[initial]``). Epochs are then computed one by one, which takes longer for small networks. Defaults
            to false.
    """

    by: Annotated[str, AfterValidator(check_metric), Field(examples=["val_loss"], json_schema_extra={"pattern": r"^val_\w+$"})] | None = None
    ensemble: Ensemble = "folds"
    confirm: Annotated[int, Field(ge=0, le=_MOST_TRIALS)] = 0
    tolerance: Annotated[float, Field(ge=0, lt=1)] = added_later(0.0)
    optimizer_state: bool = added_later(False)

    @model_validator(mode="after")
    def _check_tolerance(self) -> Self:
        others = {"confirm": self.confirm, "ensemble": self.ensemble if self.n_trials > 1 else None, "by": self.by}
        if self.tolerance and (other := next((name for name, given in others.items() if given), None)):
            raise ValueError(f"{other} = {to_toml(others[other])} ranks trials by one value, and tolerance by two; leave one of them out")
        return self

    @property
    def n_trials(self) -> int:
        """Number of trials whose models the champion has."""
        return self.ensemble if isinstance(self.ensemble, int) else 1
