"""Makes what a ledger has written of a trial visible to programs that know Optuna's trials only: curves and plain attributes.

It returns copies and writes to no ledger.
"""

import copy
from collections.abc import Mapping
from typing import Any

from optuna.trial import FrozenTrial

from .record import ATTRIBUTE, PAUSED, is_execution_key

_ELSEWHERE = {"state", "value", "finished", "history"}
"""What Optuna's trial has in fields of its own: state, value, time of the end, intermediate values."""


def with_curve(trial: FrozenTrial, metric: str, trial_id: int) -> FrozenTrial:
    """Return a copy of a trial with its learning curve and the plain values of its result.

    Args:
        trial: A trial of a ledger.
        metric: Name of the objective's metric.
        trial_id: The copy's id.

    Returns:
        A trial whose intermediate values are the metric by epoch, from 1, and whose user attributes are, instead of the result, its
        numbers and texts with the other metrics of the best epoch, and of each execution its value. A running trial keeps what its pruner was given.
    """
    written = trial.user_attrs.get(ATTRIBUTE) or {}
    copied = copy.copy(trial)
    copied._trial_id = trial_id
    others = {key: value for key, value in trial.user_attrs.items() if key not in (ATTRIBUTE, PAUSED)}
    copied.user_attrs = {key: value["value"] if is_execution_key(key) else value for key, value in others.items()}
    copied.user_attrs |= {key: value for key, value in _plain_values(written).items() if key != metric and key not in trial.params}
    if values := written.get("history", {}).get(metric):
        copied.intermediate_values = dict(enumerate(values, start=1))
    return copied


def _plain_values(written: Mapping[str, Any]) -> dict[str, Any]:
    """Return a result's numbers and texts, and the metrics of its best epoch."""
    plain = {key: value for key, value in written.items() if key not in _ELSEWHERE and value not in (None, "")}
    if best := written.get("best_epoch"):
        plain |= {name: values[best - 1] for name, values in written.get("history", {}).items() if best <= len(values)}
    return plain
