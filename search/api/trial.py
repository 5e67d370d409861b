"""One trial of a study, as Python code and notebooks show it."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from ..experiment.parameters import Value
from ..formats import format_params, format_spread
from ..ledger import TrialRecord
from .html import facts_table


@dataclass(frozen=True, kw_only=True, repr=False)
class Trial:
    """A trial of a study.

    Attributes:
        number: Its number, from 0.
        state: RUNNING, PAUSED, COMPLETE, PRUNED, FAILED, INTERRUPTED or WAITING.
        params: Its searched hyperparameters.
        value: The objective's value; None if there is none.
        standard_error: The value's standard error over executions; None for fewer than two.
        metrics: The metrics of its best epoch, and its costs, by Keras' names.
        history: The metrics of every epoch, a row each, numbered from 1.
        seconds: How long it ran.
        reason: Why it FAILED or does not count, or what ended it early; empty otherwise.
    """

    number: int
    state: str
    params: Mapping[str, Value]
    value: float | None
    standard_error: float | None
    metrics: Mapping[str, float]
    history: pd.DataFrame
    seconds: float
    reason: str = ""

    @classmethod
    def of(cls, record: TrialRecord, reason: str) -> "Trial":
        """Return a trial of the ledger, given why it does not count or ended early."""
        known = record.known
        return cls(
            number=record.number,
            state=record.state.value,
            params=dict(record.params),
            value=record.value,
            standard_error=known.standard_error if known else None,
            metrics=dict(record.measures),
            history=pd.DataFrame(list(record.history), index=pd.RangeIndex(1, len(record.history) + 1, name="epoch")),
            seconds=known.seconds if known else 0.0,
            reason=reason,
        )

    def __repr__(self) -> str:
        facts = [str(self.number), self.state, format_spread(self.value, self.standard_error), format_params(self.params), self.reason]
        return f"Trial({', '.join(filter(None, facts))})"

    def _repr_html_(self) -> str:
        """Return a table for notebooks."""
        facts = {
            "Trial": f"{self.number}, {self.state}",
            "Value": format_spread(self.value, self.standard_error),
            "Hyperparameters": format_params(self.params),
            "Metrics": format_params(self.metrics),
            "Epochs": str(len(self.history)),
            "Reason": self.reason,
        }
        return facts_table(facts)
