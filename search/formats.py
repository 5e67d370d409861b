"""Writes numbers, durations, hyperparameters and metrics as short texts."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from .data.positive_class import why_undefined, with_class

if TYPE_CHECKING:
    from .experiment.file import Experiment
    from .experiment.parameters import Searched
    from .experiment.search_space import Condition
    from .trial import TrialResult

_SMALLEST_P = 0.001
_FIVE_DIGITS, _LARGE = 99_999.5, 1e8


def format_number(value: float | None) -> str:
    """Format a number with five significant digits, and one of less than 100 million with its whole part; an empty text for None."""
    if value is None:
        return ""
    return f"{value:.0f}" if _FIVE_DIGITS <= abs(value) < _LARGE else f"{value:.5g}"


def format_spread(mean: float | None, standard_error: float | None) -> str:
    """Format a mean with its standard error, which a single value does not have."""
    return format_number(mean) + ("" if standard_error is None else f" ± {standard_error:.2g}")


def format_beyond(experiment: "Experiment", measures: Mapping[str, float]) -> str:
    """Return which limits a trial is beyond, such as ``n_parameters 60321 is beyond its limit 50000``; empty if none."""
    beyond = experiment.beyond_limits(measures)
    texts = (f"{name} {format_number(measures[name])} is beyond its limit {format_number(experiment.limits[name])}" for name in beyond)
    return ", ".join(texts)


def format_ended(experiment: "Experiment", result: "TrialResult | None") -> str:
    """Return what ended a trial early, such as ``pruned at epoch 7 by the pruner``; empty if nothing did, or it is not recorded."""
    if result is None or not result.ended_by:
        return ""
    if result.ended_by == "pruner":
        return f"pruned at {experiment.step} {len(result.history)} by the pruner"
    n_whole = sum(execution.state == "COMPLETE" for execution in result.executions)
    where = f"after {n_whole} of {experiment.evaluation.n_executions} executions" if n_whole else f"at {experiment.step} {len(result.history)}"
    return f"stopped {where} by {'the race' if result.ended_by == 'race' else 'a user'}"


def format_interval(low: float, high: float) -> str:
    """Format an interval with four significant digits, such as ``0.7641 to 0.8742``."""
    return f"{low:.4g} to {high:.4g}"


def format_test(metrics: Mapping[str, float | None], positive: Mapping[str, str], intervals: Mapping[str, Sequence[float]] | None = None) -> str:
    """Format the metrics on the test part, each of a positive class with that class, and with its 95 % interval if it has one."""
    known = intervals or {}
    shown: list[str] = []
    for name, value in metrics.items():
        number = why_undefined(name) if value is None else format_number(value)
        label = "95 % interval " if known and not any("interval" in text for text in shown) else ""
        interval = f" ({label}{format_interval(*known[name])})" if name in known else ""
        shown.append(f"{with_class(name, positive)} {number}{interval}")
    return ", ".join(shown)


def format_difference(metric: str, difference: float, p_value: float | None, *, is_better: bool | None, other: str = "") -> str:
    """Format how a model differs from another one, such as ``better than gradient boosting by 1.1 points (p = 0.2)``.

    Args:
        metric: The metric; the difference of an accuracy is in percentage points.
        difference: The difference.
        p_value: The p value of no difference; None for none.
        is_better: Whether the model is better; None if the metric is the same.
        other: The other model. Defaults to an empty text, which leaves it out: ``better by 1.1 points (p = 0.2)``.
    """
    if is_better is None:
        return f"equal to {other}" if other else "equal"
    size = f"{_two_digits(100 * abs(difference))} points" if metric.endswith("accuracy") else f"{abs(difference):.3g}"
    words = ["better" if is_better else "worse", *([f"than {other}"] if other else []), f"by {size}"]
    if p_value is not None:
        words.append("(p < 0.001)" if p_value < _SMALLEST_P else f"(p = {p_value:.2g})")
    return " ".join(words)


def _two_digits(number: float) -> str:
    """Format a number with two significant digits, without an exponent below a million."""
    return f"{float(f'{number:.2g}'):g}"


def format_cost(cost: Mapping[str, float], trials: Sequence[int] = ()) -> str:
    """Return what serving a champion costs, such as ``average of 5 models, 0.1 MB, a row in 4 ms``.

    Args:
        cost: From `search.champion.serving_cost.measure_cost`.
        trials: The trials whose models are averaged, named if there are several. Defaults to none.
    """
    n_models = int(cost["n_models"])
    of_trials = f" of the trials {', '.join(map(str, trials))}" if len(trials) > 1 else ""
    models = [f"average of {n_models} models{of_trials}"] if n_models > 1 else []
    return ", ".join([*models, f"{_two_digits(cost['size_bytes'] / 1e6)} MB", f"a row in {_two_digits(cost['latency_ms'])} ms"])


def format_value(value: object) -> str:
    """Format the value of a hyperparameter."""
    return format_number(value) if isinstance(value, float) else str(value)


def format_params(params: Mapping[str, object]) -> str:
    """Format hyperparameters as ``name=value`` in one line."""
    return ", ".join(f"{name}={format_value(value)}" for name, value in params.items())


def format_choice(given: str, chosen: str) -> str:
    """Format a name, and which one it stands for if that is another, such as ``auto (halving)``."""
    return given if chosen == given else f"{given} ({chosen})"


def format_search(experiment: "Experiment", n_trials: int | None) -> str:
    """Format sampler and pruner, such as ``auto (gp), auto (none)``.

    Args:
        experiment: The experiment.
        n_trials: Trials in total; None for those of the experiment.
    """
    search = experiment.search
    sampler = format_choice(search.sampler, experiment.sampler_for(n_trials or search.n_trials))
    return f"{sampler}, {format_choice(search.pruner, experiment.pruner)}"


def format_parameter(parameter: "Searched", conditions: Iterable["Condition"] = ()) -> str:
    """Format a searched parameter as its range or its choices, with its prior and the conditions under which it exists."""
    prior = "" if parameter.expected is None else f", prior {format_value(parameter.expected.value)} ({parameter.expected.strength})"
    needed = " and ".join(condition.text for condition in conditions)
    return f"{_format_values(parameter)}{prior}{f', if {needed}' if needed else ''}"


def _format_values(parameter: "Searched") -> str:
    if parameter.type == "categorical":
        return ", ".join(map(str, parameter.choices))
    step = f", step {parameter.step}" if parameter.step not in (None, 1) else ""
    return f"{parameter.low} to {parameter.high}{step}{', log' if parameter.log else ''}"


def format_duration(seconds: float) -> str:
    """Format a duration with its two largest units, such as ``2 h 5 min`` or ``9 s``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"


def format_bytes(n_bytes: float) -> str:
    """Format a number of bytes with the largest unit that leaves at least 1, such as ``15.7 MB``."""
    for unit in ("B", "kB", "MB"):
        if n_bytes < 1000:
            return f"{n_bytes:.3g} {unit}"
        n_bytes /= 1000
    return f"{n_bytes:.3g} GB"
