"""The learning curves of a study's best trials: the objective's metric after each epoch."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from .figure_style import COLOURS, apply_layout, number_format, usual_range
from .search_plots import completed

if TYPE_CHECKING:
    import optuna
    from plotly.graph_objects import Figure

N_TRIALS = 8


def learning_curves(
    study: "optuna.Study", histories: Mapping[int, Sequence[Mapping[str, float]]], metric: str, step: str = "epoch"
) -> "Figure | None":
    """Plot the curves of the eight best completed trials, the best one in bold and on training data too.

    Args:
        study: The study.
        histories: The metrics of every epoch, in order, by the trial's number.
        metric: The objective's metric, such as ``val_accuracy``; its training curve is the name without ``val_``.
        step: What a point is. Defaults to "epoch".

    Returns:
        The figure; None if no completed trial has a history.
    """
    from plotly.graph_objects import Figure

    best = [trial for trial in _best_first(study) if histories.get(trial.number)][:N_TRIALS]
    if not best:
        return None
    figure = Figure()
    for rank, trial in enumerate(best):
        history, colour = histories[trial.number], COLOURS[rank]
        label = f"trial {trial.number}: {_format_value(trial.value, metric)}"
        figure.add_scatter(**_curve(history, metric, label), line={"color": colour, "width": 3 if rank == 0 else 1.5})
        on_training = metric.removeprefix("val_")
        if rank == 0 and on_training != metric and on_training in history[0]:
            figure.add_scatter(**_curve(history, on_training, f"trial {trial.number}, training"), line={"color": colour, "dash": "dot"})
    apply_layout(figure, "Learning curves", f"{metric} after each {step} of the best {len(best)} completed trials")
    shown = usual_range([value for trace in figure.data for value in trace.y], figure.data[0].y)
    figure.update_yaxes(title=metric, tickformat=number_format(metric), range=shown)
    figure.update_xaxes(title=step, rangemode="tozero")
    return figure


def _best_first(study: "optuna.Study") -> "list[optuna.trial.FrozenTrial]":
    from optuna.study import StudyDirection

    sign = -1.0 if study.direction is StudyDirection.MAXIMIZE else 1.0
    return sorted(completed(study), key=lambda trial: sign * (trial.value or 0.0))


def _curve(history: Sequence[Mapping[str, float]], metric: str, label: str) -> dict[str, object]:
    points = {epoch: metrics[metric] for epoch, metrics in enumerate(history, start=1) if metric in metrics}
    # A single point has no line.
    return {"x": list(points), "y": list(points.values()), "name": label, "mode": "lines" if len(points) > 1 else "markers"}


def _format_value(value: float | None, metric: str) -> str:
    return f"{value:.1%}" if number_format(metric) else f"{value:.4g}"
