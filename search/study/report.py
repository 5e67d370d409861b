"""Writes the report of a study: its plots, its best trial and all others."""

from collections.abc import Mapping
from pathlib import Path

from ..data.positive_class import with_class
from ..errors import StudyFailedError
from ..formats import format_interval, format_number, format_params, format_search, format_spread, format_test
from ..ledger import StudyView
from ..output_files import check_writable
from ..reports import Report, TrialTable, draw_front, draw_plots, draw_test_plots, of_first_objective, write_report
from .schedule import FILE, schedule_text, write_best_schedule
from .summary import StudySummary, comparison_texts, summarize


def draw_study_plots(ledger: StudyView) -> dict[str, str]:
    """Return the plots of a study, as HTML by name."""
    histories = {record.number: record.history for record in ledger.records() if record.history}
    names = [objective.metric for objective in ledger.experiment.objectives]
    best = ledger.best[0] if ledger.best else None
    study = of_first_objective(ledger.visible_study) if len(names) > 1 or best is None else ledger.visible_study
    plots = draw_plots(study, histories, names[0], best, step=ledger.experiment.step)
    return draw_front(ledger.visible_study, names, ledger.front, best) | plots if len(names) > 1 else plots


def write_study_report(ledger: StudyView, plots: Mapping[str, str] | None = None) -> Path:
    """Write a study's report into its folder.

    Args:
        ledger: The study.
        plots: Its plots. Defaults to drawing them.

    Returns:
        The HTML file.

    Raises:
        ReadOnlyStoreError: If the folder cannot be written; nothing is drawn then.
    """
    check_writable(ledger.folder.report)
    try:
        summary = summarize(ledger)
        facts, commands, models, best = *_result(summary), _models(summary), ledger.best
    except StudyFailedError as error:
        facts, commands, models, best = {"Result": str(error)}, [], [], None
    schedule = write_best_schedule(ledger)
    plots = draw_study_plots(ledger) if plots is None else plots
    experiment, counts = ledger.experiment, ledger.n_by_state()
    facts |= {"Schedule": f"{schedule_text(schedule)} ({FILE})"} if schedule else {}
    facts |= {
        "Trials": ", ".join(f"{count} {state}" for state, count in sorted(counts.items())) or "none",
        **({"Network": experiment.model, "Data": experiment.data.loader} if experiment.function is None else {"Function": experiment.function}),
        "Search": f"sampler and pruner {format_search(experiment, ledger.attribute('n_trials'))}, seed {experiment.search.seed}",
    }
    trials = _table(ledger, best[0] if best else None)
    test_plots = draw_test_plots(ledger.folder.predictions_of(best[0])) if models and best else {}
    report = Report(
        title=f"Study {ledger.name}",
        facts=facts,
        commands=commands,
        models=models,
        test_plots=list(test_plots.values()),
        plots=list(plots.values()),
        trials=trials,
    )
    return write_report(ledger.folder.report, report)


def _result(summary: StudySummary) -> tuple[dict[str, str], list[str]]:
    """Return the facts about the best trial, and the commands that use it."""
    positive, value = summary.positive_classes, format_spread(summary.value, summary.standard_error)
    best_by = f", {summary.best_by_text}" if summary.best_by_text else ""
    facts = {
        "Best trial": f"{summary.trial}, {with_class(summary.metric, positive)} {value} ({summary.direction}){best_by}",
        **({"Second best": summary.runner_up_text} if summary.runner_up else {}),
        **({"Pareto front": summary.front_text} if summary.front else {}),
        "Hyperparameters": format_params(summary.params) or "none is searched",
    }
    if summary.has_models:
        facts["Test part"] = format_test(summary.test, positive, summary.test_intervals) or "not measured yet"
        facts["Model"] = ", ".join(filter(None, [summary.model_uri or "not registered yet", summary.cost_text]))
    commands = [f"perceptune {summary.predict_command}", "perceptune ui"]
    return facts, commands if summary.model_uri else commands[1:]


def _models(summary: StudySummary) -> list[list[str]]:
    """Return the metrics of the champion and of the baselines on the test part, a row each, below a row of names; none if not measured."""
    if not summary.test:
        return []
    baselines = summary.baselines.metrics if summary.baselines else {}
    compared = comparison_texts(summary, are_named=False)
    ends = {name: f" ({format_interval(*interval)})" for name, interval in summary.test_intervals.items()}
    head = ["model", *(with_class(name, summary.positive_classes) for name in summary.test)]
    rows = [[f"trial {summary.trial}", *(format_number(value) + ends.get(name, "") for name, value in summary.test.items())]]
    rows += [[name.replace("_", " "), *(format_number(of.get(metric)) for metric in summary.test)] for name, of in baselines.items()]
    if not compared:
        return [head, *rows]
    metric = with_class(summary.metric.removeprefix("val_"), summary.positive_classes)
    last = [f"trial {summary.trial} in {metric}", "", *(compared.get(name, "") for name in baselines)]
    return [[*row, text] for row, text in zip([head, *rows], last, strict=True)]


def _table(ledger: StudyView, best: int | None) -> TrialTable:
    records, experiment = ledger.records(), ledger.experiment
    names, measures = list(ledger.searched), experiment.measures
    has_parents = any(record.parent is not None for record in records)
    parents = ["continues"] if has_parents else []
    columns = ["trial", *parents, "state", "value", *measures, *names, f"{experiment.step}s", "seconds", "reason"]
    rows = [
        [
            record.number,
            *([record.parent] if has_parents else []),
            str(record.state),
            record.value,
            *(record.measures.get(name) for name in measures),
            *(record.params.get(name) for name in names),
            len(record.history),
            record.result.seconds if record.result else None,
            ledger.reason_of(record),
        ]
        for record in records
    ]
    marked = next((index for index, record in enumerate(records) if record.number == best), None)
    return TrialTable(columns, rows, marked)
