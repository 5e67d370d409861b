"""Writes numbers, durations, hyperparameters and metrics as short texts."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .data.positive_class import why_undefined, with_class

if TYPE_CHECKING:
    from .experiment.parameters import Searched


def format_number(value: float | None) -> str:
    """Format a number with at most five significant digits; an empty text for None."""
    return "" if value is None else f"{value:.5g}"


def format_spread(mean: float | None, standard_error: float | None) -> str:
    """Format a mean with its standard error, which a single value does not have."""
    return format_number(mean) + ("" if standard_error is None else f" ± {standard_error:.2g}")


def format_test(metrics: Mapping[str, float | None], positive: Mapping[str, str]) -> str:
    """Format the metrics on the test part, each of a positive class with that class."""
    numbers = {name: why_undefined(name) if value is None else format_number(value) for name, value in metrics.items()}
    return ", ".join(f"{with_class(name, positive)} {text}" for name, text in numbers.items())


def format_value(value: object) -> str:
    """Format the value of a hyperparameter."""
    return format_number(value) if isinstance(value, float) else str(value)


def format_params(params: Mapping[str, object]) -> str:
    """Format hyperparameters as ``name=value`` in one line."""
    return ", ".join(f"{name}={format_value(value)}" for name, value in params.items())


def format_parameter(parameter: "Searched") -> str:
    """Format a searched parameter as its range or its choices."""
    if parameter.type == "categorical":
        return ", ".join(map(str, parameter.choices))
    step = f", step {parameter.step}" if parameter.step not in (None, 1) else ""
    return f"{parameter.low} to {parameter.high}{step}{', log' if parameter.log else ''}"


def format_duration(seconds: float) -> str:
    """Format a duration with its two largest units, such as ``2 h 5 min`` or ``9 s``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"
