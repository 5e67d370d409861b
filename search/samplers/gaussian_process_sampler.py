"""Proposes by a Gaussian process and expected improvement, also of several objectives and within limits.

The first trials fill the space evenly. From then on each trial is where the process, fitted to all trials before, expects the largest
improvement, of some thousand points everywhere and near the best trials. A running trial counts with the value that is expected of it.
"""

import math
import warnings
from collections.abc import Mapping, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, RandomSampler
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState
from pydantic import Field
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from ..experiment.parameters import Searched, Value
from ..experiment.search_space import SearchSpace
from ..seeds import trial_seed
from .grid import n_combinations
from .history import Estimate, estimate, n_proposed, n_tried, past_trials
from .priors import Priors
from .unit_space import Floats, UnitSpace

if TYPE_CHECKING:
    from optuna.study import Study

Params = Mapping[str, Value]

N_EVERYWHERE, N_BEST, N_NEAR_EACH = 2048, 5, 200
"""Points among which a trial is chosen: anywhere in the space, and near each of the best trials."""
MAX_FITTED, MAX_KNOWN = 100, 300
"""Trials by which the process is fitted, and which it then knows, at most: the best ones and some of the others, so that a proposal stays quick."""
EXPECTED_GAIN = "expected_gain"
"""Optuna's attribute of a trial with the improvement that was expected when it was proposed."""
MAX_VARIANCE = 1.0
"""Of the value of a trial that was stopped, where 1 is the variance of all values: as if nothing were known."""


class _Past(NamedTuple):
    """The past trials of a study.

    Attributes:
        tried: The params of all.
        ended: The params of those that have ended.
        values: The values of these, the smaller the better; infinite where a trial has none, NaN where it was not trained.
        variances: How much these would have changed if no trial had been stopped.
        violations: How far these are beyond each limit, at most 0 if within, NaN if unknown; ``(n_trials, n_limits)``.
        pending: The params of those that run or wait.
    """

    tried: list[Params]
    ended: list[Params]
    values: Floats
    variances: Floats
    violations: Floats
    pending: list[Params]


class GaussianProcessSampler(BaseSampler):
    """Proposes the trial of the largest expected improvement, and a combination again only if it finds no other.

    Args:
        parameters: The searched parameters.
        seed: The study's seed.
        n_trials: Trials in total, of which a tenth weighs as much as a prior. Defaults to 100.
        n_startup_trials: Trials that have a value or are beyond a limit before the process is fitted; until then they fill the space (a
            Sobol sequence). Defaults to one for each parameter and one more, at most 10.
        deterministic_objective: Whether equal trials give equal values. Defaults to false.
    """

    def __init__(
        self,
        parameters: Mapping[str, Searched],
        seed: int,
        n_trials: int = 100,
        *,
        n_startup_trials: Annotated[int, Field(ge=0)] | None = None,
        deterministic_objective: bool = False,
    ) -> None:
        self._space = SearchSpace.of(parameters)
        self._unit = UnitSpace(self._space)
        self._size = n_combinations(self._space) if self._space else None
        self._seed = seed
        self._n_startup = max(1, min(10, len(self._space) + 1) if n_startup_trials is None else n_startup_trials)
        self._priors = Priors(self._space, self._n_startup) if self._space.has_priors else None
        self._prior_weight = n_trials / 10
        self._has_noise = not deterministic_objective

    def is_exhausted(self, study: "Study") -> bool:
        """Return whether every combination has been proposed; always False if a parameter is continuous."""
        return self._size is not None and n_tried(study, self._space) >= self._size

    def infer_relative_search_space(self, study: "Study", trial: FrozenTrial) -> dict[str, BaseDistribution]:
        """Return the whole space."""
        return dict(self._space.distributions)

    def sample_relative(self, study: "Study", trial: FrozenTrial, search_space: dict[str, BaseDistribution]) -> dict[str, Any]:
        """Return the proposal."""
        if not self._space:
            return {}
        past = self._past(study, trial.number)
        random = np.random.default_rng(trial_seed(self._seed, trial.number))
        if np.count_nonzero(~np.isinf(past.values)) < self._n_startup:
            params = self._spread(trial.number, past, random)
            return params if self._priors is None else self._priors.start(n_proposed(study, trial.number), params, random)
        # Threads slow down products of such small matrices, especially next to busy workers.
        with warnings.catch_warnings(), _threads().limit(limits=1):
            warnings.simplefilter("ignore")  # scikit-learn warns of length scales at their bounds
            params, gain = self._improve(past, random)
            study._storage.set_trial_system_attr(trial._trial_id, EXPECTED_GAIN, gain)
            return params

    def sample_independent(self, study: "Study", trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution) -> Any:
        """Return a random value; not called for the parameters of the space."""
        return RandomSampler(seed=trial_seed(self._seed, trial.number)).sample_independent(study, trial, param_name, param_distribution)

    def _past(self, study: "Study", number: int) -> _Past:
        past = [(trial, params) for trial, params in past_trials(study, excluding=number) if self._space.is_complete(params)]
        ended = [(trial, params) for trial, params in past if trial.state.is_finished()]
        values, variances = _values(study, [trial for trial, _ in ended], np.random.default_rng([trial_seed(self._seed, number), 1]))
        return _Past(
            tried=[params for _, params in past],
            ended=[params for _, params in ended],
            values=values,
            variances=variances,
            violations=_violations([trial for trial, _ in ended]),
            pending=[params for trial, params in past if not trial.state.is_finished()],
        )

    def _spread(self, number: int, past: _Past, random: np.random.Generator) -> dict[str, Value]:
        """Return the next of the points that fill the space."""
        from scipy.stats.qmc import Sobol

        sequence = Sobol(self._unit.n_axes, seed=self._seed)
        if number:  # SciPy cannot advance by 0
            sequence.fast_forward(number)
        points = np.vstack([sequence.random(1), random.random((N_BEST * N_NEAR_EACH, self._unit.n_axes))])
        return self._first_obeying(self._untried(points, past.tried), random)

    def _improve(self, past: _Past, random: np.random.Generator) -> tuple[dict[str, Value], float]:
        """Return the point of the largest expected improvement, and the largest that is expected anywhere, in units of the values."""
        from .several_values import log_chance_within
        from .surrogate import Observations, condition, fit_process, log_expected_improvement, predict, standardize

        every, beyond = self._unit.place(past.ended), np.maximum(np.nan_to_num(past.violations), 0).sum(axis=1)
        values = past.values if np.isfinite(past.values).any() else np.zeros(len(every))  # none was trained: all are beyond a limit
        order = np.argsort(values, kind="stable")[: np.count_nonzero(~np.isnan(values))]
        points, beyond = every[order], beyond[order]
        scores, scale = standardize(values[order])
        variances = np.minimum(past.variances[order] / scale**2, MAX_VARIANCE)
        observed = Observations(self._unit.features(points), scores, variances)
        process = fit_process(observed.take(_thinned(len(points), MAX_FITTED, random)), has_noise=self._has_noise)
        known = _thinned(len(points), MAX_KNOWN, random)
        observed, points, beyond = observed.take(known), points[known], beyond[known]
        if past.pending:
            pending = self._unit.features(self._unit.place(past.pending))
            observed = observed.extend(pending, process.predict(pending))
        process = condition(process, observed)
        expected = process.predict(observed.points)
        best = points[np.lexsort((expected[: len(points)], beyond))[:N_BEST]]
        candidates = self._untried(self._candidates(best, random), past.tried)
        features = self._unit.features(candidates)
        is_within = np.append(beyond == 0, np.ones(len(past.pending), bool))
        improvements = np.zeros(len(candidates))
        if not beyond.all():
            improvements += log_expected_improvement(*predict(process, features), expected[is_within].min())
        gain = scale * math.exp(improvements.max())
        if past.violations.size:
            thinned = partial(_thinned, limit=MAX_FITTED, random=random)
            improvements += log_chance_within(past.violations, self._unit.features(every), features, thinned)
        if self._priors is not None:  # Hvarfner et al. 2022, equation 6
            improvements += self._prior_weight / len(past.ended) * self._priors.log_density(candidates)
        return self._first_obeying(candidates[np.argsort(-improvements, kind="stable")], random), gain

    def _first_obeying(self, points: Floats, random: np.random.Generator) -> dict[str, Value]:
        """Return the params at the first of some points that obeys the rules, or of a random one if none does."""
        found = next((params for params in map(self._unit.params, points) if self._space.obeys(params)), None)
        return self._space.draw(random) if found is None else found

    def _candidates(self, best: Floats, random: np.random.Generator) -> Floats:
        """Return points everywhere and near the best ones, ``(n_points, n_axes)``."""
        everywhere = random.random((N_EVERYWHERE, self._unit.n_axes))
        centres = np.repeat(best, N_NEAR_EACH, axis=0)
        centres = np.where(np.isnan(centres), random.random(centres.shape), centres) if self._space.is_conditional else centres
        width = np.maximum(10 ** random.uniform(-2, -0.7, (len(centres), 1)), self._unit.steps / 2)
        moved = np.where(self._unit.is_choice, random.random(centres.shape), random.normal(centres, width))
        is_moved = random.random(centres.shape) < random.random((len(centres), 1))  # from one parameter to all of them
        near = np.clip(np.where(is_moved, moved, centres), 0, np.nextafter(1, 0))
        return np.vstack([everywhere, near])

    def _untried(self, points: Floats, tried: Sequence[Params]) -> Floats:
        """Return those points whose combinations are new, as they are in the space; all if none is."""
        snapped = self._unit.snap(points)
        if not tried:
            return snapped
        known = {row.tobytes() for row in _comparable(self._unit.place(tried))}
        is_new = [row.tobytes() not in known for row in _comparable(snapped)]
        return snapped[is_new] if any(is_new) else snapped


@cache
def _threads() -> ThreadpoolController:
    """Return the thread pools of this process, which takes 10 ms to find."""
    from . import surrogate  # noqa: F401 - loads the libraries that have them

    return ThreadpoolController()


def _values(study: "Study", ended: Sequence[FrozenTrial], random: np.random.Generator) -> tuple[Floats, Floats]:
    """Return values and variances of trials that have ended, as `_Past` has them; of several objectives by weights drawn anew."""
    from .several_values import weighted

    signs = np.array([-1.0 if direction is StudyDirection.MAXIMIZE else 1.0 for direction in study.directions])
    missing = [math.nan if any(over > 0 for over in trial.constraints.values()) else math.inf for trial in ended]
    if len(signs) > 1:
        values = [signs * trial.values if trial.values else np.full(len(signs), none) for trial, none in zip(ended, missing, strict=True)]
        return weighted(np.array(values, float).reshape(-1, len(signs)), random), np.zeros(len(ended))
    complete = [trial for trial in ended if trial.state is TrialState.COMPLETE]
    known = [estimate(trial, complete) or Estimate(signs[0] * none, 0.0) for trial, none in zip(ended, missing, strict=True)]
    return signs[0] * np.array([found.value for found in known], float), np.array([found.variance for found in known], float)


def _violations(ended: Sequence[FrozenTrial]) -> Floats:
    """Return how far trials are beyond each limit, as `_Past` has it."""
    names = sorted({name for trial in ended for name in trial.constraints})
    return np.array([[trial.constraints.get(name, math.nan) for name in names] for trial in ended], float).reshape(len(ended), len(names))


def _comparable(points: Floats) -> Floats:
    """Return points of which equal ones have equal bytes."""
    return np.nan_to_num(points, nan=-1.0).round(9)


def _thinned(n_trials: int, limit: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Return the places of at most so many trials, which are sorted from the best to the worst: half of them the best, the others drawn."""
    if n_trials <= limit:
        return np.arange(n_trials)
    drawn = random.choice(np.arange(limit // 2, n_trials), limit - limit // 2, replace=False)
    return np.concatenate([np.arange(limit // 2), np.sort(drawn)])
