"""The schedule of a trial of a population: the settings of each interval of epochs of its training, those of the trials that it continued."""

from collections.abc import Sequence

from ..formats import format_number, format_params, format_value
from ..ledger import StudyView, lineage
from ..samplers.schedule_file import ScheduledInterval, write_schedule

FILE = "schedule.csv"


def schedule_of(ledger: StudyView, number: int) -> list[ScheduledInterval]:
    """Return the schedule of a trial, the first interval first; empty if it is a whole training."""
    return [
        ScheduledInterval(
            first_epoch=place.first_epoch, last_epoch=place.last_epoch, seed=place.seed, params=record.params, trial=record.number, value=record.value
        )
        for record, place in lineage(ledger, number)
    ]


def write_best_schedule(ledger: StudyView) -> list[ScheduledInterval]:
    """Write and return the schedule of the best trial, into the report's folder, from which MLflow gets it; nothing if it has none."""
    schedule = schedule_of(ledger, ledger.best[0]) if ledger.best else []
    if schedule:
        ledger.folder.report.mkdir(parents=True, exist_ok=True)
        write_schedule(ledger.folder.report / FILE, schedule)
    return schedule


def schedule_table(schedule: Sequence[ScheduledInterval], metric: str) -> list[list[str]]:
    """Return a schedule as rows of text, the names of the columns first.

    Args:
        schedule: At least one interval.
        metric: The objective's metric.
    """
    names = list(schedule[0].params)
    rows = [
        [f"{row.first_epoch}-{row.last_epoch}", str(row.trial), format_number(row.value), *(format_value(row.params[name]) for name in names)]
        for row in schedule
    ]
    return [["epochs", "trial", metric, *names], *rows]


def schedule_text(schedule: Sequence[ScheduledInterval]) -> str:
    """Return a schedule in one line, such as ``epochs 1-2: learning_rate=0.1; 3-4: learning_rate=0.08``."""
    parts: list[tuple[int, int, str]] = []
    for row in schedule:
        text = format_params(row.params)
        if parts and parts[-1][2] == text:
            parts[-1] = (parts[-1][0], row.last_epoch, text)
        else:
            parts.append((row.first_epoch, row.last_epoch, text))
    return "epochs " + "; ".join(f"{first}-{last}: {text}" for first, last, text in parts)
