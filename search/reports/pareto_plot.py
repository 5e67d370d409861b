"""The Pareto front of a study with several objectives, and the study as one of its first objective, for all other plots."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..formats import format_params
from .figure_style import BLUE, MUTED, ORANGE, apply_layout, number_format, usual_range

if TYPE_CHECKING:
    import optuna
    from optuna.trial import FrozenTrial
    from plotly.graph_objects import Figure

_BEYOND, _OTHER, _FRONT, _BEST = "beyond a limit", "other trials", "Pareto front", "best trial"
_MARKERS = {
    _BEYOND: {"color": MUTED, "size": 7, "symbol": "x"},
    _OTHER: {"color": BLUE, "size": 7},
    _FRONT: {"color": ORANGE, "size": 10},
    _BEST: {"color": ORANGE, "size": 16, "symbol": "star"},
}
_WIDE = 30.0
"""The ratio of the largest to the smallest value from which an axis is logarithmic."""


def of_first_objective(study: "optuna.Study") -> "optuna.Study":
    """Return a copy of a study, in memory, whose trials have the value of their first objective, and no limits if all are beyond them."""
    import optuna

    copy = optuna.create_study(direction=study.directions[0], storage=optuna.storages.InMemoryStorage())
    trials = study.get_trials(deepcopy=True)
    are_beyond = all(any(over > 0 for over in trial.constraints.values()) for trial in trials if trial.values)
    for trial in trials:
        for name in [name for name in trial.system_attrs if are_beyond and name.startswith("constraints")]:
            del trial.system_attrs[name]
        trial.values = trial.values[:1] if trial.values else None
        copy.add_trial(trial)
    return copy


def pareto_front(study: "optuna.Study", names: Sequence[str], front: Sequence[int], best: int | None, place: int) -> "Figure | None":
    """Plot the completed trials by the first objective and another one, with the Pareto front of all objectives.

    Args:
        study: The study.
        names: The metric or cost of each objective.
        front: Numbers of the trials of the front.
        best: Number of the best trial; None if there is none.
        place: The place of the other objective, from 1.

    Returns:
        The figure; None without a completed trial.
    """
    from plotly.graph_objects import Figure

    trials = sorted((trial for trial in study.get_trials(deepcopy=False) if trial.values), key=lambda trial: trial.values[place])
    if not trials:
        return None
    figure = Figure()
    for name, marker in _MARKERS.items():
        shown = [trial for trial in trials if name in _groups(trial, front, best)]
        figure.add_scatter(
            x=[trial.values[place] for trial in shown],
            y=[trial.values[0] for trial in shown],
            text=[f"trial {trial.number}: {format_params(trial.params)}" for trial in shown],
            mode="lines+markers" if name == _FRONT and len(names) == 2 else "markers",  # the front of more objectives is no line
            marker=marker,
            line={"shape": "hv" if study.directions[place].name == "MINIMIZE" else "vh", "width": 1},
            name=name,
            showlegend=bool(shown),
        )
    apply_layout(figure, f"{names[0]} against {names[place]}", "No trial is better than one of the front by one objective and no worse by the others")
    values = [trial.values[place] for trial in trials]
    is_wide = values[0] > 0 and values[-1] > _WIDE * values[0]
    figure.update_xaxes(title=names[place], type="log" if is_wide else "linear")
    figure.update_yaxes(title=names[0], tickformat=number_format(names[0]), range=usual_range([trial.values[0] for trial in trials]))
    figure.update_layout(legend={"orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom"})
    return figure


def _groups(trial: "FrozenTrial", front: Sequence[int], best: int | None) -> list[str]:
    """Return the markers of a trial, by the names of the legend."""
    if any(over > 0 for over in trial.constraints.values()):
        return [_BEYOND]
    return [_FRONT if trial.number in front else _OTHER, *([_BEST] if trial.number == best else [])]
