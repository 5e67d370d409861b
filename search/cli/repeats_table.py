"""The table of trials that were trained again with other seeds."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.table import Table

from ..formats import format_number, format_spread
from .columns import Column, Layout

if TYPE_CHECKING:
    from ..study.repeated_trials import RepeatedTrial


def repeats_table(trials: "Sequence[RepeatedTrial]") -> Table:
    """Make the table, a line per trial: its value in the search, and the mean of its repeats with its standard error."""
    columns = [
        Column("trial", tuple(str(trial.number) for trial in trials)),
        Column("search", tuple(format_number(trial.value) for trial in trials)),
        Column("mean of repeats", tuple(format_spread(trial.mean, trial.standard_error) for trial in trials)),
        Column("from", tuple(format_number(min(trial.values, default=None)) for trial in trials)),
        Column("to", tuple(format_number(max(trial.values, default=None)) for trial in trials)),
        Column("repeats", tuple(str(len(trial.values)) for trial in trials)),
        Column("failed", tuple(str(trial.n_failed) for trial in trials)),
    ]
    return Layout(columns, 2).draw([""] * len(trials))
