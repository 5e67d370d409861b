"""Tables of studies and of their trials, and the CSV file of trials."""

import csv
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from ..csv_cells import neutral_cell
from ..data.positive_class import with_class
from ..formats import format_duration, format_number, format_parameter, format_search, format_spread
from ..output_files import writing
from ..redaction import redact
from ..study.fixed_settings import fixed_settings
from .columns import Column, Layout, first_that_fits
from .failures import failures_of
from .output import console, screen_width
from .program import program
from .repeats_table import repeats_table
from .trial_table import rows_of, trial_table

if TYPE_CHECKING:
    from ..ledger import StudyView, TrialRecord
    from ..study.overview import StudyOverview
    from ..study.repeated_trials import RepeatedTrial

_STATE_STYLES = {"RUNNING": "cyan", "INTERRUPTED": "yellow"}
_N_BEST, _N_FAILURES = 5, 3


def print_studies(studies: "Sequence[StudyOverview]", unreadable: Sequence[str]) -> None:
    """Print one line per study, and why the others cannot be read."""
    if unreadable:
        print(*map(redact, unreadable), sep="\n", file=sys.stderr)
    if not studies and not unreadable:
        console.print(f"There are no studies yet; `{program()} run EXPERIMENT` runs the first.")
    if not studies:
        return
    started = [study.started for study in studies]
    name = Column("study", tuple(study.name for study in studies), is_text=True)
    state = Column("state", tuple(study.state for study in studies), is_text=True)
    time = Column("started", tuple(_date(moment, "%Y-%m-%d %H:%M") for moment in started), is_text=True)
    date = Column("started", tuple(_date(moment, "%Y-%m-%d") for moment in started), is_text=True)
    facts = [
        Column("duration", tuple(format_duration(study.seconds) for study in studies)),
        Column("trials", tuple(f"{study.n_finished}/{study.n_trials}" for study in studies)),
    ]
    metric = Column("objective", tuple(", ".join([f"{study.direction} {study.metric}", *study.further]) for study in studies), is_text=True)
    short = Column("metric", tuple(study.metric for study in studies), is_text=True)
    values = [
        Column("value", tuple(format_spread(study.value, study.standard_error) for study in studies)),
        Column("test", tuple(format_number(study.test_value) for study in studies)),
    ]
    model = Column("model", tuple(study.model_uri for study in studies), is_text=True)
    layouts = (
        Layout([name, state, time, *facts, metric, *values, model], 2),
        Layout([name, state, time, *facts, short, *values], 2),
        Layout([name, state, date, *facts, short, *values], 1),
        Layout([name, state, date, *facts, *values], 1),
        Layout([name, state, *facts[1:], *values], 1),
    )
    console.print(first_that_fits(layouts, screen_width()).draw([_STATE_STYLES.get(study.state, "") for study in studies]))


def print_study(ledger: "StudyView") -> None:
    """Print a study's experiment, space, trials by state, failures and best trials."""
    experiment, records = ledger.experiment, ledger.records()
    console.print(_description(ledger))
    _print_failures(ledger, records)
    if ledger.best is not None:
        by = f" by {with_class(experiment.champion.by, _positive(ledger))}" if experiment.champion.by else ""
        console.print(f"\nBest trials{by}, of {len(records)}:")
        ranked = [number for number, _ in ledger.ranking(_N_BEST)]
        _print_table(ledger, [ledger.record(number) for number in ranked])
    elif any(record.is_finished for record in records):
        from ..study.summary import no_success_message

        console.print(f"\n{no_success_message(ledger)}", soft_wrap=not console.is_terminal)
    if ledger.front:
        console.print("\nPareto front:")
        _print_table(ledger, [ledger.record(number) for number in ledger.front])
    if repeated := _repeated(ledger, records):
        console.print("\nTrained again with other seeds:")
        console.print(repeats_table(repeated))


def _description(ledger: "StudyView") -> Table:
    """Return a study's experiment, space and trials by state."""
    from ..study.pausing import rungs_of
    from ..study.stopping import spent_on, stop_of

    experiment = ledger.experiment
    table = Table.grid(padding=(0, 2))
    table.add_row("Study", ledger.name)
    if experiment.function is None:
        table.add_row("Model", experiment.model)
        table.add_row("Data", f"{experiment.data.loader} (fingerprint {ledger.attribute('dataset')})")
    else:
        table.add_row("Function", experiment.function)
    aims = [f"{of.direction} {with_class(of.metric, _positive(ledger))}" for of in experiment.objectives]
    table.add_row("Objective" if len(aims) == 1 else "Objectives", ", ".join(aims))
    table.add_row("Sampler, pruner", f"{format_search(experiment, ledger.attribute('n_trials'))} (seed {experiment.search.seed})")
    if rungs := rungs_of(experiment):
        table.add_row("Rungs", f"epochs {', '.join(map(str, rungs))}")
    space = experiment.space.searched
    for name, parameter in ledger.searched.items():
        table.add_row(f"  {name}", format_parameter(parameter, space.conditions.get(name, ())))
    for name, text in fixed_settings(experiment).items():
        table.add_row(f"  {name}", text)
    table.add_row("Trials", ", ".join(f"{count} {state}" for state, count in sorted(ledger.n_by_state().items())) or "none")
    if (stop := stop_of(ledger)).price_per_hour is not None:
        table.add_row("Price", f"{spent_on(stop, ledger):.2f} so far")
    return table


def print_trials(ledger: "StudyView") -> None:
    """Print one line per trial, and why trials failed."""
    records = ledger.records()
    if not records:
        console.print(f'Study "{ledger.name}" has no trials yet')
        return
    _print_table(ledger, records)
    for number, reason in sorted(ledger.excluded.items()):
        console.print(f"trial {number} excluded: {reason}", soft_wrap=not console.is_terminal)
    _print_failures(ledger, records)


def write_trials(ledger: "StudyView", path: Path) -> None:
    """Write one row per trial to a CSV file, a column per hyperparameter and per metric of the best epoch."""
    from .. import ledger as ledgers

    records, front, measures = ledger.records(), ledger.front, ledger.experiment.measures
    names = sorted({name for record in records for name in record.params})
    with writing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        has_executions = any(record.result is not None and record.result.executions for record in records)
        spread = ["standard_error", "executions"] if has_executions else []
        of_front = ["pareto_front"] if len(ledger.directions) > 1 else []
        parents = ["continues"] if any(record.parent is not None for record in records) else []
        columns = ["trial", *parents, "state", "value", *spread, *measures, *of_front, "epochs", "seconds"]
        metrics = ledgers.further_metrics(records, [*columns, "reason", ledger.experiment.objective.metric])
        headers = [f"metric_{name}" if name in names else name for name in metrics]
        writer.writerow(map(neutral_cell, [*columns, *names, *headers, "reason"]))
        for record, row in zip(records, rows_of(records, None, ledger.experiment), strict=True):
            value = "" if record.value is None else repr(record.value)
            params = [record.params.get(name, "") for name in names]
            of_executions = ["" if row.error is None else repr(row.error), len(record.result.executions) if record.result else 0]
            compared = [repr(record.measures[name]) if name in record.measures else "" for name in measures]
            compared += [str(record.number in front).lower()] if of_front else []
            facts = [*(of_executions if spread else []), *compared, len(record.history), row.seconds]
            further = [repr(record.metrics[name]) if name in record.metrics else "" for name in metrics]
            cells = [
                record.number,
                *([row.parent] if parents else []),
                row.state,
                value,
                *facts,
                *params,
                *further,
                ledger.reason_of(record),
            ]
            writer.writerow(map(neutral_cell, cells))
    console.print(f"{len(records)} trials written to {path}")


def _print_table(ledger: "StudyView", records: "Sequence[TrialRecord]") -> None:
    rows = rows_of(records, ledger.best[0] if ledger.best else None, ledger.experiment, ledger.front, ledger.excluded)
    experiment = ledger.experiment
    console.print(trial_table(rows, experiment.objective.metric, list(ledger.searched), screen_width(), experiment.step))


def _repeated(ledger: "StudyView", records: "Sequence[TrialRecord]") -> "list[RepeatedTrial]":
    from ..study.repeated_trials import repeated_trials

    return [trial for trial in repeated_trials(ledger, [record.number for record in records]) if trial.values]


def _print_failures(ledger: "StudyView", records: "Sequence[TrialRecord]") -> None:
    for failures in failures_of(records, ledger.folder.logs).most_frequent[:_N_FAILURES]:
        console.print(str(failures), style="red", soft_wrap=not console.is_terminal)


def _date(moment: datetime | None, form: str) -> str:
    return "" if moment is None else moment.strftime(form)


def _positive(ledger: "StudyView") -> dict[str, str]:
    from ..data.targets import positive_classes, read_targets

    return positive_classes(read_targets(ledger.folder.preprocessor))
