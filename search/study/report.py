"""Writes the report of a study: its plots, its best trial and all others."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from ..data.positive_class import with_class
from ..errors import StudyFailedError
from ..formats import format_number, format_params, format_test
from ..ledger import StudyView, TrialRecord
from ..reports import TrialTable, draw_plots, write_report
from .summary import StudySummary, summarize


def draw_study_plots(ledger: StudyView) -> dict[str, str]:
    """Return the plots of a study, as HTML by name."""
    histories = {record.number: record.history for record in ledger.records() if record.history}
    return draw_plots(ledger.study, histories, ledger.experiment.objective.metric)


def write_study_report(ledger: StudyView, plots: Mapping[str, str] | None = None) -> Path:
    """Write a study's report into its folder.

    Args:
        ledger: The study.
        plots: Its plots. Defaults to drawing them.

    Returns:
        The HTML file.
    """
    try:
        facts, commands, best = *_result(summarize(ledger)), ledger.best
    except StudyFailedError as error:
        facts, commands, best = {"Result": str(error)}, [], None
    plots = draw_study_plots(ledger) if plots is None else plots
    experiment, counts = ledger.experiment, ledger.n_by_state()
    facts |= {
        "Trials": ", ".join(f"{count} {state}" for state, count in sorted(counts.items())) or "none",
        "Network": experiment.model,
        "Data": experiment.data.loader,
        "Search": f"{experiment.search.sampler}, pruner {experiment.search.pruner}, seed {experiment.search.seed}",
    }
    trials = _table(ledger.records(), list(experiment.space.searched), best[0] if best else None)
    return write_report(ledger.folder.report, f"Study {ledger.name}", facts, commands, plots, trials)


def _result(summary: StudySummary) -> tuple[dict[str, str], list[str]]:
    """Return the facts about the best trial, and the commands that use it."""
    positive = summary.positive_classes
    facts = {
        "Best trial": f"{summary.trial}, {with_class(summary.metric, positive)} {format_number(summary.value)} ({summary.direction})",
        "Hyperparameters": format_params(summary.params) or "none is searched",
        "Test part": format_test(summary.test, positive) or "not measured yet",
        "Model": summary.model_uri or "not registered yet",
    }
    commands = [f"perceptune predict {summary.study} --input rows.csv --output predictions.csv", "perceptune ui"]
    return facts, commands if summary.model_uri else commands[1:]


def _table(records: Sequence[TrialRecord], names: Sequence[str], best: int | None) -> TrialTable:
    columns = ["trial", "state", "value", *names, "epochs", "seconds", "reason"]
    rows = [
        [
            record.number,
            str(record.state),
            record.value,
            *(record.params.get(name) for name in names),
            len(record.history),
            record.result.seconds if record.result else None,
            record.reason,
        ]
        for record in records
    ]
    marked = next((index for index, record in enumerate(records) if record.number == best), None)
    return TrialTable(columns, rows, marked)
