"""Tables of trials with a column per hyperparameter, as wide as the screen: numbers are never cut or wrapped."""

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from ..formats import format_number, format_spread, format_value
from ..redaction import one_line
from .columns import Column, Layout, first_that_fits

if TYPE_CHECKING:
    from ..experiment.file import Experiment
    from ..ledger import TrialRecord

BEST, FRONT, BEYOND, EXCLUDED = "★", "☆", "!", "x"
STYLES = {"RUNNING": "cyan", "COMPLETE": "", "PRUNED": "yellow", "FAILED": "red", "WAITING": "dim", "PAUSED": "cyan", "INTERRUPTED": "dim"}
"""The colour of each state; the best trial is green."""
_BEST_STYLE, _SECONDS, _ENDED_BY = "bold green", "seconds", "ended_by"
_SHORT_TEXT, _SHORT_NAME = 10, 7
"""Cells that a text and a column's name are shortened to, if the screen is narrow."""


@dataclass(frozen=True, kw_only=True)
class TrialRow:
    """A trial in a table.

    Attributes:
        number: The trial's number.
        state: ``RUNNING``, ``COMPLETE``, ``PRUNED`` or ``FAILED``.
        epoch: Its epochs, such as ``12/100`` while it runs.
        ended_by: What ended it early: "pruner", "race" or "user". Defaults to empty.
        execution: Its executions, such as ``2/5``; empty if the experiment has one. Defaults to empty.
        value: Its value; of a running trial the last one.
        error: The standard error of its value over executions; None for fewer than two. Defaults to None.
        seconds: How long it took; None while it runs.
        params: Its searched hyperparameters.
        parent: Number of the trial that it continues; empty if it continues none. Defaults to empty.
        measures: What trials are compared by beside the first objective, as far as it is known. Defaults to nothing.
        is_best: Whether it is the best so far. Defaults to False.
        is_in_front: Whether it is of the Pareto front. Defaults to False.
        is_beyond: Whether it is beyond a limit. Defaults to False.
        is_excluded: Whether a user has excluded it. Defaults to False.
    """

    number: int
    state: str
    epoch: str
    value: float | None
    seconds: float | None
    params: Mapping[str, object]
    parent: str = ""
    ended_by: str = ""
    execution: str = ""
    error: float | None = None
    measures: Mapping[str, float] = field(default_factory=dict)
    is_best: bool = False
    is_in_front: bool = False
    is_beyond: bool = False
    is_excluded: bool = False

    @property
    def mark(self) -> str:
        """What stands before the trial."""
        if self.is_excluded:
            return EXCLUDED
        return BEST if self.is_best else FRONT if self.is_in_front else BEYOND if self.is_beyond else " "


def rows_of(
    records: "Sequence[TrialRecord]", best: int | None, experiment: "Experiment", front: Collection[int] = (), excluded: Collection[int] = ()
) -> list[TrialRow]:
    """Return the rows of trials in a ledger.

    Args:
        records: The trials.
        best: Number of the best trial; None if there is none.
        experiment: Their experiment.
        front: Numbers of the trials of the Pareto front. Defaults to none.
        excluded: Numbers of the excluded trials. Defaults to none.
    """
    n_executions = experiment.evaluation.n_executions
    return [
        TrialRow(
            number=record.number,
            state=record.state.value,
            epoch=str(len(record.history)),
            value=record.value,
            seconds=known.seconds if (known := record.known) else 0.0,
            params=record.params,
            parent="" if record.parent is None else str(record.parent),
            ended_by=known.ended_by if known and record.is_finished else "",
            execution=f"{len(record.result.executions)}/{n_executions}" if record.result and n_executions > 1 else "",
            error=record.result.standard_error if record.result else None,
            measures=experiment.compared(record.measures),
            is_best=record.number == best,
            is_in_front=record.number in front,
            is_excluded=record.number in excluded,
            is_beyond=bool(experiment.beyond_limits(record.measures)),
        )
        for record in records
    ]


def trial_table(rows: Sequence[TrialRow], metric: str, params: Sequence[str], width: int | None, step: str = "epoch") -> RenderableType:
    """Draw trials as a table.

    On a narrow screen the names of columns take several lines, then ``seconds`` is left out, long texts are shortened, ``ended_by`` is left out,
    and last the columns of the last hyperparameters are left out and named below the table.

    Args:
        rows: The trials.
        metric: Name of the column of values.
        params: The searched hyperparameters.
        width: Cells of a line of the screen; None for no limit.
        step: Name of the column of epochs, which are the reports of a function. Defaults to "epoch".

    Returns:
        The table.
    """
    facts = [
        Column(" ", tuple(row.mark for row in rows), is_text=True),
        Column("trial", tuple(str(row.number) for row in rows)),
        *([Column("continues", tuple(row.parent for row in rows))] if any(row.parent for row in rows) else []),
        Column("state", tuple(row.state for row in rows), is_text=True),
        *([Column(_ENDED_BY, tuple(row.ended_by for row in rows), is_text=True)] if any(row.ended_by for row in rows) else []),
        *([Column("executions", tuple(row.execution for row in rows))] if any(row.execution for row in rows) else []),
        Column(step, tuple(row.epoch for row in rows)),
        Column(metric, tuple(format_spread(row.value, row.error) for row in rows)),
        *(
            Column(name, tuple(format_number(row.measures.get(name)) for row in rows))
            for name in dict.fromkeys(itertools.chain(*(row.measures for row in rows)))
        ),
        Column(_SECONDS, tuple("" if row.seconds is None else f"{row.seconds:.2f}" for row in rows)),
    ]
    layout = first_that_fits(_layouts(facts, [_param_column(name, rows) for name in params]), width)
    table = layout.draw([_BEST_STYLE if row.is_best else "dim" if row.is_beyond or row.is_excluded else STYLES[row.state] for row in rows])
    left_out = params[len(params) - layout.n_left_out :]
    meanings = {FRONT: "Pareto front", BEYOND: "beyond a limit", EXCLUDED: "excluded"}
    notes = [f"{mark} {meaning}" for mark, meaning in meanings.items() if any(row.mark == mark for row in rows)]
    notes = [", ".join([f"{BEST} best trial", *notes])] if notes else []
    notes += [f"Left out on this narrow screen: {', '.join(left_out)}"] if left_out else []
    return Group(table, *(Text(note, style="dim", no_wrap=False, overflow="fold") for note in notes)) if notes else table


def _param_column(name: str, rows: Sequence[TrialRow]) -> Column:
    values = [row.params.get(name, "") for row in rows]
    is_text = any(isinstance(value, str | bool) and value != "" for value in values)
    return Column(name, tuple(one_line(format_value(value)) for value in values), is_text=is_text)


def _layouts(facts: list[Column], params: list[Column]) -> Iterator[Layout]:
    """Yield layouts, each narrower than the one before."""
    yield Layout([*facts, *params], 2)
    facts, params = [column.with_folded_name() for column in facts], [column.with_folded_name() for column in params]
    yield Layout([*facts, *params], 2)
    yield Layout([*facts, *params], 1)
    facts = [column for column in facts if column.name != _SECONDS]
    yield Layout([*facts, *params], 1)
    params = [column.shortened(_SHORT_TEXT, _SHORT_NAME) for column in params]
    yield Layout([*facts, *params], 1)
    facts = [column for column in facts if column.name.replace("\n", "") != _ENDED_BY]
    for n_params in range(len(params), -1, -1):
        yield Layout([*facts, *params[:n_params]], 1, n_left_out=len(params) - n_params)
