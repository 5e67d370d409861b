"""Optuna's plots of a study: history, importances, parallel coordinates, slices.

They show completed trials only. Failed and interrupted trials have no value, and a pruned trial's value is of another epoch.
"""

import math
from typing import TYPE_CHECKING

from .figure_style import INK, apply_layout, is_share, number_format

if TYPE_CHECKING:
    import optuna
    from plotly.graph_objects import Figure

_MIN_FOR_IMPORTANCES = 2
_MANY_DECADES = 1.99
_FEW_WHOLE_NUMBERS = 6


def optimisation_history(study: "optuna.Study", metric: str) -> "Figure | None":
    """Plot the value of each trial and the best value so far.

    Args:
        study: The study.
        metric: The objective's metric.

    Returns:
        The figure; None without a completed trial.
    """
    from optuna.visualization import plot_optimization_history

    if n_completed(study) == 0:
        return None
    figure = plot_optimization_history(study, target_name=metric)
    apply_layout(figure, f"Optimisation history of {study.study_name}", f"{metric} of each completed trial, and the best one so far")
    figure.update_yaxes(tickformat=number_format(metric), title=metric)
    figure.update_xaxes(title="trial")
    figure.update_traces(marker={"color": "#2563eb", "size": 7}, selector={"mode": "markers"})
    # Steps, since the best value changes at a trial and not between trials.
    figure.update_traces(line={"color": "#ea580c", "shape": "hv", "width": 2}, name="best so far", selector={"name": "Best Value"})
    figure.update_layout(legend={"orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom"})
    return figure


def importances(study: "optuna.Study", metric: str) -> "Figure | None":
    """Plot the importance of each hyperparameter: the fraction of the value's variance that it explains.

    Source: fANOVA, Hutter et al., 2014, by `optuna.importance.FanovaImportanceEvaluator`.

    Args:
        study: The study.
        metric: The objective's metric.

    Returns:
        The figure; None with fewer than two completed trials, if all values are equal, or if no hyperparameter is searched.
    """
    from optuna.importance import FanovaImportanceEvaluator
    from optuna.visualization import plot_param_importances

    values = {trial.value for trial in completed(study)}
    if n_completed(study) < _MIN_FOR_IMPORTANCES or len(values) == 1 or not _is_searched(study):
        return None
    figure = plot_param_importances(study, evaluator=FanovaImportanceEvaluator(seed=0), target_name=metric)
    apply_layout(figure, f"Importance of hyperparameters in {study.study_name}", f"Share of the variation of {metric} that each one explains")
    figure.update_xaxes(tickformat=".0%", title=None, rangemode="tozero")
    figure.update_yaxes(title=None)
    figure.update_traces(texttemplate="%{x:.0%}", hovertemplate="%{y}: %{x:.1%}<extra></extra>", marker_color="#2563eb")
    return figure


def parallel_coordinates(study: "optuna.Study", metric: str) -> "Figure | None":
    """Plot every completed trial as a line through its hyperparameters, coloured by its value.

    Args:
        study: The study.
        metric: The objective's metric.

    Returns:
        The figure; None without a completed trial, or if no hyperparameter is searched.
    """
    from optuna.visualization import plot_parallel_coordinate

    if not _is_searched(study):
        return None
    figure = plot_parallel_coordinate(study, target_name=metric)
    names = list(figure.layout.xaxis.ticktext)
    figure.layout.annotations = [tick for tick in figure.layout.annotations if _is_possible(tick.text, study, names[int(tick.x)])]
    for tick in figure.layout.annotations:
        tick.update(font={"size": 12, "color": INK}, bgcolor="rgba(255, 255, 255, 0.8)", text=_format_tick(tick.text, metric, names[int(tick.x)]))
    subtitle = f"A line is a trial, from its {metric} through its hyperparameters; the darker, the better"
    apply_layout(figure, f"Trials of {study.study_name}", subtitle, min_width=120 * len(names))
    return figure.update_traces(marker_colorbar_tickformat=number_format(metric), selector={"mode": "markers"})


def slices(study: "optuna.Study", metric: str) -> "Figure | None":
    """Plot the value against each hyperparameter separately.

    Args:
        study: The study.
        metric: The objective's metric.

    Returns:
        The figure; None without a completed trial, or if no hyperparameter is searched.
    """
    from optuna.visualization import plot_slice

    if not _is_searched(study):
        return None
    figure = plot_slice(study, target_name=metric)
    apply_layout(
        figure,
        f"Slices of {study.study_name}",
        f"{metric} against each hyperparameter; the darker, the later the trial",
        160 + 180 * len(figure.data),
    )
    figure.update_yaxes(tickformat=number_format(metric))
    for trace in figure.data:
        # Optuna puts texts in quotes to distinguish them from numbers.
        trace.x = [text.strip("'") if isinstance(text, str) else text for text in trace.x]
    figure.for_each_xaxis(lambda axis: axis.update(_ticks(study, axis.title.text), tickfont_size=12, title_standoff=12))
    return figure


def _is_searched(study: "optuna.Study") -> bool:
    """Return whether a completed trial has hyperparameters that were searched."""
    return any(trial.params for trial in completed(study))


def _ticks(study: "optuna.Study", name: str) -> dict[str, object]:
    """Return few and round ticks for an axis: 1 and 3 of each decade, only 1 if there are many, or integers."""
    from optuna.distributions import FloatDistribution, IntDistribution

    distribution = completed(study)[-1].distributions.get(name)
    if not isinstance(distribution, FloatDistribution | IntDistribution):
        return {"tickangle": -30}
    if distribution.log:
        low, high = math.log10(distribution.low), math.log10(distribution.high)
        decades = range(math.floor(low), math.ceil(high) + 1)
        digits = (1, 3) if high - low < _MANY_DECADES else (1,)
        values = [digit * 10.0**decade for decade in decades for digit in digits]
        return {"tickvals": values, "ticktext": [f"{value:g}" for value in values]}
    if isinstance(distribution, IntDistribution) and distribution.high - distribution.low <= _FEW_WHOLE_NUMBERS:
        return {"dtick": 1}
    return {"nticks": 5}


def _is_possible(text: str, study: "optuna.Study", name: str) -> bool:
    """Return whether a tick can be a value of a hyperparameter; 0.5 hidden layers cannot."""
    from optuna.distributions import IntDistribution

    distribution = completed(study)[-1].distributions.get(name)
    return not isinstance(distribution, IntDistribution) or float(text).is_integer()


def _format_tick(text: str, metric: str, name: str) -> str:
    return f"{float(text):.1%}" if name == metric and is_share(metric) else text


def completed(study: "optuna.Study") -> "list[optuna.trial.FrozenTrial]":
    """Return the completed trials of a study by number."""
    from optuna.trial import TrialState

    return study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))


def n_completed(study: "optuna.Study") -> int:
    """Return the number of completed trials of a study."""
    return len(completed(study))
