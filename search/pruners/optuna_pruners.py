"""The pruners, Optuna's but for halving and asha; each function's keyword arguments are the options in ``[search.pruner_options]``.

A step is an epoch, from 1. Each pruner compares a trial with other trials of the study at the same epoch.
"""

import math
from collections.abc import Callable
from typing import Annotated, Any, Literal

from optuna.pruners import BasePruner, HyperbandPruner, MedianPruner, NopPruner, PatientPruner, PercentilePruner
from pydantic import Field

from ..experiment.construction import construct
from .asha import AshaPruner
from .halving import HalvingPruner

Count = Annotated[int, Field(ge=1)]
CountOrNone = Annotated[int, Field(ge=0)]


def none() -> BasePruner:
    """Prune nothing."""
    return NopPruner()


def median(
    n_epochs: int,
    *,
    n_startup_trials: CountOrNone = 5,
    n_warmup_epochs: CountOrNone | None = None,
    interval_epochs: Count = 1,
    n_min_trials: Count = 3,
) -> BasePruner:
    """Prune a trial whose best value so far is worse than the median of the other trials at this epoch.

    Args:
        n_epochs: The largest number of epochs of the space.
        n_startup_trials: Finished trials before the first is pruned. Defaults to 5.
        n_warmup_epochs: Epochs of each trial that are never pruned. Defaults to a tenth of n_epochs, rounded up.
        interval_epochs: Epochs between two checks. Defaults to 1.
        n_min_trials: Trials that must have reached an epoch before trials are pruned there. Defaults to 3, since early
            stopping leaves few trials at late epochs.
    """
    return MedianPruner(n_startup_trials, _warmup_steps(n_epochs, n_warmup_epochs), interval_epochs, n_min_trials=n_min_trials)


def percentile(
    n_epochs: int,
    *,
    percentile: Annotated[float, Field(ge=0, le=100)] = 25.0,
    n_startup_trials: CountOrNone = 5,
    n_warmup_epochs: CountOrNone | None = None,
    interval_epochs: Count = 1,
    n_min_trials: Count = 3,
) -> BasePruner:
    """Prune a trial whose best value so far is not among the given best percent of the other trials at this epoch.

    Args:
        n_epochs: The largest number of epochs of the space.
        percentile: Percent of trials that continue, 0 to 100; 50 is the median. Defaults to 25.
        n_startup_trials: Finished trials before the first is pruned. Defaults to 5.
        n_warmup_epochs: Epochs of each trial that are never pruned. Defaults to a tenth of n_epochs, rounded up.
        interval_epochs: Epochs between two checks. Defaults to 1.
        n_min_trials: Trials that must have reached an epoch before trials are pruned there. Defaults to 3.
    """
    warmup = _warmup_steps(n_epochs, n_warmup_epochs)
    return PercentilePruner(float(percentile), n_startup_trials, warmup, interval_epochs, n_min_trials=n_min_trials)


def halving(
    n_epochs: int,
    *,
    min_epochs: Count | None = None,
    reduction_factor: Annotated[int, Field(ge=2)] = 3,
    bootstrap_count: CountOrNone = 0,
    spared_quantile: Annotated[float, Field(ge=0, le=1)] = 0.1,
) -> BasePruner:
    """Let one in ``reduction_factor`` trials continue at each rung (asynchronous successive halving, Li et al. 2018).

    A trial that is stopped never continues, so the first rung is no earlier than where trials rank about as at their ends, and one that
    may still become the best is spared; see `HalvingPruner`.

    Args:
        n_epochs: The largest number of epochs of the space.
        min_epochs: The epoch of the first rung. Defaults to n_epochs / 9, rounded up: two rungs at factor 3, and none just before the end.
        reduction_factor: Factor between rungs, and trials of which one continues. Defaults to 3.
        bootstrap_count: Trials that must reach a rung before one continues. Defaults to 0.
        spared_quantile: A trial is spared that would be the best by gaining what this part of the complete trials have gained from its
            epoch to their end, at least; 0 spares none. Defaults to 0.1.
    """
    return HalvingPruner(min_epochs or math.ceil(n_epochs / 9), reduction_factor, bootstrap_count, spared_quantile)


def asha(n_epochs: int, *, min_epochs: Count | None = None, reduction_factor: Annotated[int, Field(ge=2)] = 3) -> BasePruner:
    """Pause trials at rungs, and let one in ``reduction_factor`` continue from each (asynchronous successive halving, Li et al. 2018).

    A paused trial keeps its checkpoint, and continues once it is among the best that have reached its rung; see `AshaPruner`.

    Args:
        n_epochs: The largest number of epochs of the space.
        min_epochs: The epoch of the first rung. Defaults to n_epochs / 9, rounded up: two rungs at factor 3.
        reduction_factor: Factor between rungs, and trials of which one continues. Defaults to 3.
    """
    return AshaPruner(n_epochs, min_epochs or math.ceil(n_epochs / 9), reduction_factor)


def hyperband(
    n_epochs: int, *, min_epochs: Count | None = None, reduction_factor: Annotated[int, Field(ge=2)] = 3, bootstrap_count: CountOrNone = 0
) -> BasePruner:
    """Run successive halving in brackets that start at different rungs (Li et al. 2017).

    Args:
        n_epochs: The largest number of epochs of the space.
        min_epochs: The epoch of the first rung in the most aggressive bracket. Defaults to n_epochs / 9, at least 1.
        reduction_factor: Factor between rungs, and trials of which one continues. Defaults to 3.
        bootstrap_count: Trials that must reach a rung before one continues. Defaults to 0.
    """
    first = min(min_epochs or max(1, n_epochs // 9), n_epochs)
    return HyperbandPruner(first, n_epochs, reduction_factor, bootstrap_count)


def patient(
    n_epochs: int,
    *,
    patience: CountOrNone | None = None,
    min_delta: Annotated[float, Field(ge=0)] = 0.0,
    wrapped: Literal["none", "median", "percentile", "halving"] = "median",
    wrapped_options: dict[str, Any] | None = None,
) -> BasePruner:
    """Let a wrapped pruner stop only trials that have not improved for some epochs.

    Args:
        n_epochs: The largest number of epochs of the space.
        patience: Epochs without improvement. Defaults to a tenth of n_epochs, rounded up.
        min_delta: Worsening of the value that still counts as improvement. Defaults to 0.
        wrapped: The wrapped pruner; "none" prunes as soon as patience ends. Defaults to "median".
        wrapped_options: The wrapped pruner's options. Defaults to none.
    """
    builders: dict[str, Callable[..., BasePruner]] = {"none": none, "median": median, "percentile": percentile, "halving": halving}
    inner = construct(builders[wrapped], wrapped_options or {}, {"n_epochs": n_epochs}, "[search.pruner_options.wrapped_options]")
    return PatientPruner(None if wrapped == "none" else inner, _tenth(n_epochs) if patience is None else patience, float(min_delta))


def _tenth(n_epochs: int) -> int:
    return math.ceil(n_epochs / 10)


def _warmup_steps(n_epochs: int, n_warmup_epochs: int | None) -> int:
    # Optuna prunes from step n_warmup_steps on and counts from 0, our epochs from 1.
    return (_tenth(n_epochs) if n_warmup_epochs is None else n_warmup_epochs) + 1
