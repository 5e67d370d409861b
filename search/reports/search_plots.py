"""Optuna's plots of a study: history, importances, parallel coordinates, slices.

They show completed trials only. Failed and interrupted trials have no value, and a pruned trial's value is of another epoch.
"""

import math
import warnings
from typing import TYPE_CHECKING

from .figure_style import INK, apply_layout, is_share, number_format, usual_range

if TYPE_CHECKING:
    import optuna
    from optuna.distributions import BaseDistribution
    from plotly.graph_objects import Figure

_MIN_FOR_IMPORTANCES = 4
_N_BOOTSTRAP = 20
_MANY_DECADES = 1.99
_FEW_WHOLE_NUMBERS = 6
_MISSING = "None"
"""Optuna's tick of trials that do not have a hyperparameter."""


def optimisation_history(study: "optuna.Study", metric: str, number: int | None = None) -> "Figure | None":
    """Plot the value of each trial and the best value so far.

    Args:
        study: The study.
        metric: The objective's metric.
        number: Number of the best trial. Defaults to the one with the best value.

    Returns:
        The figure; None without a completed trial.
    """
    from optuna.visualization import plot_optimization_history

    if n_completed(study) == 0:
        return None
    figure = plot_optimization_history(_without_gaps(study), target_name=metric)
    apply_layout(figure, "Optimisation history", f"{metric} of each completed trial, and the best one so far")
    figure.update_yaxes(tickformat=number_format(metric), title=metric, range=usual_range(_values(study)))
    figure.update_xaxes(title="trial")
    figure.update_traces(marker={"color": "#2563eb", "size": 7}, selector={"mode": "markers"})
    best = study.best_trial if number is None else next(trial for trial in study.trials if trial.number == number)
    mark = {"size": 15, "symbol": "star", "color": "#ea580c", "line": {"width": 1, "color": "white"}}
    figure.add_scatter(x=[best.number], y=[best.value], mode="markers", marker=mark, name=f"best, trial {best.number}")
    # Steps, since the best value changes at a trial and not between trials.
    figure.update_traces(line={"color": "#ea580c", "shape": "hv", "width": 2}, name="best so far", selector={"name": "Best Value"})
    figure.update_layout(legend={"orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom"})
    return figure


def importances(study: "optuna.Study", metric: str) -> "Figure | None":
    """Plot the importance of each hyperparameter for reaching the best tenth of the values, with its standard error.

    Source: PED-ANOVA, Watanabe et al., 2023, by `optuna.importance.PedAnovaImportanceEvaluator`; the standard error is that of 20
    bootstrap samples of the trials.

    Args:
        study: The study.
        metric: The objective's metric.

    Returns:
        The figure; None with fewer than four completed trials, if all values are equal, or if no hyperparameter is searched.
    """
    from plotly.graph_objects import Figure

    values = {trial.value for trial in completed(study)}
    if n_completed(study) < _MIN_FOR_IMPORTANCES or len(values) == 1 or not _is_searched(study):
        return None
    shares, errors = importance_shares(study)
    names = sorted(shares, key=lambda name: shares[name])
    figure = Figure()
    figure.add_bar(
        x=[shares[name] for name in names],
        y=names,
        orientation="h",
        error_x={"type": "data", "array": [errors[name] for name in names], "color": INK, "thickness": 1},
        hovertemplate="%{y}: %{x:.1%}<extra></extra>",
        marker_color="#2563eb",
    )
    subtitle = f"Share of each one in reaching the best tenth of {metric} (PED-ANOVA); the line is a standard error"
    apply_layout(figure, "Importance of hyperparameters", subtitle)
    largest = max((shares[name] + errors[name] for name in names), default=1.0)
    return figure.update_xaxes(tickformat=".0%", range=[0, 1.05 * largest])


def importance_shares(study: "optuna.Study") -> tuple[dict[str, float], dict[str, float]]:
    """Return the importance of each hyperparameter, and its standard error over bootstrap samples of the trials."""
    import numpy as np
    import optuna
    from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances

    trials, evaluator, generator = [_without_curves(trial) for trial in completed(study)], PedAnovaImportanceEvaluator(), np.random.default_rng(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of few trials: the standard errors tell it
        shares = get_param_importances(study, evaluator=evaluator)
        samples: dict[str, list[float]] = {name: [] for name in shares}
        for _ in range(_N_BOOTSTRAP):
            sample = optuna.create_study(direction=study.direction, storage=optuna.storages.InMemoryStorage())
            drawn = [trials[index] for index in generator.integers(len(trials), size=len(trials))]
            sample.add_trials(drawn)
            known = [name for name in shares if any(name in trial.params for trial in drawn)]
            found = get_param_importances(sample, evaluator=evaluator, params=known)
            for name, of_samples in samples.items():
                of_samples.append(found.get(name, 0.0))
    return dict(shares), {name: float(np.std(of_samples)) for name, of_samples in samples.items()}


def _without_gaps(study: "optuna.Study") -> "optuna.Study":
    """Return a study with a failed trial in place of each one that is excluded, since Optuna finds values by a trial's number."""
    import optuna

    trials = {trial.number: trial for trial in study.get_trials(deepcopy=False)}
    if len(trials) == max(trials) + 1:
        return study
    whole = optuna.create_study(direction=study.direction, storage=optuna.storages.InMemoryStorage())
    completed_ones = {trial.number: _without_curves(trial) for trial in completed(study)}
    failed = optuna.trial.create_trial(state=optuna.trial.TrialState.FAIL)
    whole.add_trials([completed_ones.get(number, failed) for number in range(max(trials) + 1)])
    return whole


def _without_curves(trial: "optuna.trial.FrozenTrial") -> "optuna.trial.FrozenTrial":
    """Return what importances are computed from, since Optuna copies each trial of a sample."""
    import optuna

    return optuna.trial.create_trial(value=trial.value, params=trial.params, distributions=trial.distributions)


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
    has_absent = any(tick.text == "absent" for tick in figure.layout.annotations)
    absent = "; a hyperparameter that a trial does not have is absent" if has_absent else ""
    subtitle = f"A line is a trial, from its {metric} through its hyperparameters; the darker, the better{absent}"
    apply_layout(figure, "Parallel coordinates", subtitle, min_width=120 * len(names))
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
        "Slices",
        f"{metric} against each hyperparameter; the darker, the later the trial",
        160 + 180 * len(figure.data),
    )
    figure.update_yaxes(tickformat=number_format(metric), range=usual_range(_values(study)))
    for trace in figure.data:
        # Optuna puts texts in quotes to distinguish them from numbers.
        trace.x = [text.strip("'") if isinstance(text, str) else text for text in trace.x]
    figure.for_each_xaxis(lambda axis: axis.update(_ticks(study, axis.title.text), tickfont_size=12, title_standoff=12))
    return figure


def _values(study: "optuna.Study") -> list[float]:
    return [trial.value for trial in completed(study) if trial.value is not None]


def _is_searched(study: "optuna.Study") -> bool:
    """Return whether a completed trial has hyperparameters that were searched."""
    return any(trial.params for trial in completed(study))


def _ticks(study: "optuna.Study", name: str) -> dict[str, object]:
    """Return few and round ticks for an axis: 1 and 3 of each decade, only 1 if there are many, or integers."""
    from optuna.distributions import FloatDistribution, IntDistribution

    distribution = _distribution(study, name)
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

    return text == _MISSING or not isinstance(_distribution(study, name), IntDistribution) or float(text).is_integer()


def _distribution(study: "optuna.Study", name: str) -> "BaseDistribution | None":
    """Return the newest distribution of a hyperparameter, which not every trial may have."""
    return next((trial.distributions[name] for trial in reversed(completed(study)) if name in trial.distributions), None)


def _format_tick(text: str, metric: str, name: str) -> str:
    if text == _MISSING and name != metric:
        return "absent"
    return f"{float(text):.1%}" if name == metric and is_share(metric) else text


def completed(study: "optuna.Study") -> "list[optuna.trial.FrozenTrial]":
    """Return the completed trials of a study by number."""
    from optuna.trial import TrialState

    return study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))


def n_completed(study: "optuna.Study") -> int:
    """Return the number of completed trials of a study."""
    return len(completed(study))
