"""Proposes by a Gaussian process and expected improvement.

The first trials fill the space evenly. From then on each trial is where the process, fitted to all trials before, expects the largest
improvement, of some thousand points everywhere and near the best trials. A running trial counts with the value that is expected of it.
"""

import math
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, RandomSampler
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState
from pydantic import Field
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from ..experiment.parameters import Searched, Value
from ..seeds import trial_seed
from .axes import axes_size, to_axes
from .history import Estimate, estimate, n_tried, past_trials
from .unit_space import Floats, UnitSpace

if TYPE_CHECKING:
    from optuna.study import Study

Params = Mapping[str, Value]

N_EVERYWHERE, N_BEST, N_NEAR_EACH = 2048, 5, 200
"""Points among which a trial is chosen: anywhere in the space, and near each of the best trials."""
MAX_FITTED, MAX_KNOWN = 100, 300
"""Trials by which the process is fitted, and which it then knows, at most: the best ones and some of the others, so that a proposal stays quick."""
MAX_VARIANCE = 1.0
"""Of the value of a trial that was stopped, where 1 is the variance of all values: as if nothing were known."""


class _Past(NamedTuple):
    """The past trials of a study.

    Attributes:
        tried: The params of all.
        ended: The params of those that have ended.
        values: The values of these, the smaller the better; infinite where a trial has none.
        variances: How much these would have changed if no trial had been stopped.
        pending: The params of those that run or wait.
    """

    tried: list[Params]
    ended: list[Params]
    values: Floats
    variances: Floats
    pending: list[Params]


class GaussianProcessSampler(BaseSampler):
    """Proposes the trial of the largest expected improvement, and a combination again only if it finds no other.

    Args:
        parameters: The searched parameters.
        seed: The study's seed.
        n_startup_trials: Trials that have a value before the process is fitted; until then they fill the space (a Sobol sequence). Defaults
            to one for each parameter and one more, at most 10.
        deterministic_objective: Whether equal trials give equal values. Defaults to false.
    """

    def __init__(
        self,
        parameters: Mapping[str, Searched],
        seed: int,
        *,
        n_startup_trials: Annotated[int, Field(ge=0)] | None = None,
        deterministic_objective: bool = False,
    ) -> None:
        self._axes = to_axes(parameters)
        self._space = UnitSpace(self._axes)
        self._seed = seed
        self._n_startup = max(1, min(10, len(self._axes) + 1) if n_startup_trials is None else n_startup_trials)
        self._has_noise = not deterministic_objective

    def is_exhausted(self, study: "Study") -> bool:
        """Return whether every combination has been proposed; always False if a parameter is continuous."""
        size = axes_size(self._axes) if self._axes else None
        return size is not None and n_tried(study, self._axes) >= size

    def infer_relative_search_space(self, study: "Study", trial: FrozenTrial) -> dict[str, BaseDistribution]:
        """Return the whole space."""
        return {axis.name: axis.distribution for axis in self._axes}

    def sample_relative(self, study: "Study", trial: FrozenTrial, search_space: dict[str, BaseDistribution]) -> dict[str, Any]:
        """Return the proposal."""
        if not self._axes:
            return {}
        past = self._past(study, trial.number)
        random = np.random.default_rng(trial_seed(self._seed, trial.number))
        if np.isfinite(past.values).sum() < self._n_startup:
            return self._spread(trial.number, past, random)
        # Threads slow down products of such small matrices, especially next to busy workers.
        with warnings.catch_warnings(), threadpool_limits(1):
            warnings.simplefilter("ignore")  # scikit-learn warns of length scales at their bounds
            return self._improve(past, random)

    def sample_independent(self, study: "Study", trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution) -> Any:
        """Return a random value; not called for the parameters of the space."""
        return RandomSampler(seed=trial_seed(self._seed, trial.number)).sample_independent(study, trial, param_name, param_distribution)

    def _past(self, study: "Study", number: int) -> _Past:
        past = [(trial, params) for trial, params in past_trials(study, excluding=number) if all(axis.name in params for axis in self._axes)]
        complete = [trial for trial, _ in past if trial.state is TrialState.COMPLETE]
        ended = [(trial, params) for trial, params in past if trial.state.is_finished()]
        sign = -1 if study.direction is StudyDirection.MAXIMIZE else 1
        known = [estimate(trial, complete) or Estimate(sign * math.inf, 0.0) for trial, _ in ended]
        return _Past(
            tried=[params for _, params in past],
            ended=[params for _, params in ended],
            values=np.array([sign * found.value for found in known], float),
            variances=np.array([found.variance for found in known], float),
            pending=[params for trial, params in past if not trial.state.is_finished()],
        )

    def _spread(self, number: int, past: _Past, random: np.random.Generator) -> dict[str, Value]:
        """Return the next of the points that fill the space."""
        from scipy.stats.qmc import Sobol

        sequence = Sobol(self._space.n_axes, seed=self._seed)
        if number:  # SciPy cannot advance by 0
            sequence.fast_forward(number)
        points = np.vstack([sequence.random(1), random.random((N_BEST * N_NEAR_EACH, self._space.n_axes))])
        return self._space.params(self._untried(points, past.tried)[0])

    def _improve(self, past: _Past, random: np.random.Generator) -> dict[str, Value]:
        """Return the point of the largest expected improvement."""
        from .surrogate import Observations, condition, fit_process, log_expected_improvement, predict, standardize

        order = np.argsort(past.values, kind="stable")
        points = self._space.place(past.ended)[order]
        scores, scale = standardize(past.values[order])
        variances = np.minimum(past.variances[order] / scale**2, MAX_VARIANCE)
        observed = Observations(self._space.features(points), scores, variances)
        process = fit_process(observed.take(_thinned(len(points), MAX_FITTED, random)), has_noise=self._has_noise)
        known = _thinned(len(points), MAX_KNOWN, random)
        observed, points = observed.take(known), points[known]
        if past.pending:
            pending = self._space.features(self._space.place(past.pending))
            observed = observed.extend(pending, process.predict(pending))
        process = condition(process, observed)
        expected = process.predict(observed.points)
        best = points[np.argsort(expected[: len(points)], kind="stable")[:N_BEST]]
        candidates = self._untried(self._candidates(best, random), past.tried)
        means, deviations = predict(process, self._space.features(candidates))
        improvements = log_expected_improvement(means, deviations, expected.min())
        return self._space.params(candidates[np.argmax(improvements)])

    def _candidates(self, best: Floats, random: np.random.Generator) -> Floats:
        """Return points everywhere and near the best ones, ``(n_points, n_axes)``."""
        everywhere = random.random((N_EVERYWHERE, self._space.n_axes))
        centres = np.repeat(best, N_NEAR_EACH, axis=0)
        width = np.maximum(10 ** random.uniform(-2, -0.7, (len(centres), 1)), self._space.steps / 2)
        moved = np.where(self._space.is_choice, random.random(centres.shape), random.normal(centres, width))
        is_moved = random.random(centres.shape) < random.random((len(centres), 1))  # from one parameter to all of them
        near = np.clip(np.where(is_moved, moved, centres), 0, np.nextafter(1, 0))
        return np.vstack([everywhere, near])

    def _untried(self, points: Floats, tried: Sequence[Params]) -> Floats:
        """Return those points whose combinations are new, as they are in the space; all if none is."""
        snapped = self._space.snap(points)
        if not tried:
            return snapped
        known = {row.tobytes() for row in self._space.place(tried).round(9)}
        is_new = [row.tobytes() not in known for row in snapped.round(9)]
        return snapped[is_new] if any(is_new) else snapped


def _thinned(n_trials: int, limit: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Return the places of at most so many trials, which are sorted from the best to the worst: half of them the best, the others drawn."""
    if n_trials <= limit:
        return np.arange(n_trials)
    drawn = random.choice(np.arange(limit // 2, n_trials), limit - limit // 2, replace=False)
    return np.concatenate([np.arange(limit // 2), np.sort(drawn)])
