"""Keras Tuner's oracles as Optuna samplers: random, Bayesian and grid.

Before each proposal the oracle gets all trials of the study (pruned ones with their last value, failed ones and infinite
values as failures, running ones as ongoing) and a seed from (study seed, trial number). So a resumed study proposes the
same as an uninterrupted one. The oracle's own bookkeeping of trials is not used: it writes files, prints, ignores the seed 0
and must be called from one thread. The private attributes set here are those of Keras Tuner 1.4.8.
"""

import functools
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, RandomSampler
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState
from pydantic import Field
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from ..errors import ExperimentError
from ..experiment.parameters import Searched, Value
from ..experiment.search_space import SearchSpace
from ..seeds import trial_seed
from .axes import to_axes
from .grid import MAX_SIZE, Grid, check_finite, n_combinations
from .history import estimate, n_tried, past_trials
from .keras_tuner_package import keras_tuner
from .keras_tuner_space import KerasTunerSpace

if TYPE_CHECKING:
    from optuna.study import Study

_MAX_COLLISIONS = 20
"""Keras Tuner's default."""


class KerasTunerSampler(BaseSampler):
    """Proposes what an oracle proposes.

    If the oracle stops because it drew known combinations ``max_collisions`` times in a row, the next untried one is proposed.
    Once a finite space has none left, ``is_exhausted`` is true and further proposals are random.

    Args:
        parameters: The searched parameters.
        seed: The study's seed.
        oracle_name: The oracle's class in ``keras_tuner.oracles``.
        max_collisions: Draws of known combinations before the oracle stops.
        oracle_options: The oracle's further arguments.
    """

    def __init__(self, parameters: Mapping[str, Searched], seed: int, oracle_name: str, max_collisions: int, **oracle_options: Any) -> None:
        self._search_space = SearchSpace.of(parameters)
        self._size = n_combinations(self._search_space)
        self._seed = seed
        self._oracle_name = oracle_name
        self._max_collisions = max_collisions
        self._oracle_options = oracle_options
        self._oracle: Any = None
        self._oracle_trials: dict[int, Any] = {}

    def is_exhausted(self, study: "Study") -> bool:
        """Return whether every combination has been proposed; always False if a parameter is continuous."""
        if self._grid is None:
            return self._size is not None and n_tried(study, self._search_space) >= self._size
        return len(self._grid.positions(params for _, params in past_trials(study))) == self._grid.size

    def infer_relative_search_space(self, study: "Study", trial: FrozenTrial) -> dict[str, BaseDistribution]:
        """Return the whole space."""
        return dict(self._search_space.distributions)

    def sample_relative(self, study: "Study", trial: FrozenTrial, search_space: dict[str, BaseDistribution]) -> dict[str, Any]:
        """Return the oracle's proposal; empty if no combination is left."""
        if not self._search_space:
            return {}
        if self._oracle is None:
            self._oracle = self._make_oracle(study)
        seed = trial_seed(self._seed, trial.number)
        # Threads slow down products of such small matrices, especially next to busy workers.
        with warnings.catch_warnings(), threadpool_limits(1):
            warnings.simplefilter("ignore")  # scikit-learn warns of kernel parameters at their bounds
            for attempt in range(self._max_collisions + 1 if self._search_space.rules else 1):
                self._seed_oracle(seed + attempt)
                self._load_trials(study, trial.number)
                values = self._oracle.populate_space(str(trial.number))["values"]
                if values is None:
                    break
                if self._search_space.obeys(params := self._space.decode(values)):
                    return params
        return self._next_untried(study, trial.number, np.random.default_rng(seed))

    def sample_independent(self, study: "Study", trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution) -> Any:
        """Return a random value once no combination is left."""
        return RandomSampler(seed=trial_seed(self._seed, trial.number)).sample_independent(study, trial, param_name, param_distribution)

    @functools.cached_property
    def _grid(self) -> Grid | None:
        return Grid(self._search_space, self._seed) if self._size is not None and self._size <= MAX_SIZE else None

    @functools.cached_property
    def _space(self) -> KerasTunerSpace:
        return KerasTunerSpace(self._search_space, keras_tuner())

    def _make_oracle(self, study: "Study") -> Any:
        direction = "max" if study.direction is StudyDirection.MAXIMIZE else "min"
        oracle = getattr(keras_tuner().oracles, self._oracle_name)(
            objective=keras_tuner().Objective("value", direction),
            max_trials=None,
            hyperparameters=self._space.hyperparameters,
            seed=trial_seed(self._seed, 0) or 1,  # an oracle treats 0 as no seed
            **self._oracle_options,
        )
        oracle._max_collisions = self._max_collisions
        return oracle

    def _seed_oracle(self, seed: int) -> None:
        self._oracle._seed_state = seed

    def _load_trials(self, study: "Study", number: int) -> None:
        """Set the oracle's trials to all other trials of the study, ended and ongoing ones."""
        ended: dict[str, Any] = {}
        ongoing: dict[str, Any] = {}
        complete = [past for past, _ in past_trials(study, excluding=number) if past.state is TrialState.COMPLETE]
        for past, params in past_trials(study, excluding=number):
            if self._search_space.is_complete(params):
                oracle_trial = self._to_trial(past, params, complete)
                (ended if past.state.is_finished() else ongoing)[oracle_trial.trial_id] = oracle_trial
        self._oracle.ongoing_trials = {}
        self._oracle.trials = ended
        self._update_model(has_ongoing=bool(ongoing))
        self._oracle.ongoing_trials = ongoing
        self._oracle.trials = ended | ongoing
        self._oracle.start_order = [*ended, *ongoing]
        self._oracle._tried_so_far = {
            self._oracle._compute_values_hash(oracle_trial.hyperparameters.values) for oracle_trial in self._oracle.trials.values()
        }

    def _update_model(self, has_ongoing: bool) -> None:
        """Update the oracle's model from the ended trials, before the ongoing ones are added."""

    def _to_trial(self, past: FrozenTrial, params: Mapping[str, Value], complete: Sequence[FrozenTrial]) -> Any:
        oracle_trial = self._oracle_trials.get(past.number)
        if oracle_trial is None:
            oracle_trial = self._oracle_trials[past.number] = keras_tuner().Trial(
                self._space.encode(params), trial_id=str(past.number), status="RUNNING"
            )
        if past.state.is_finished():
            found = estimate(past, complete) if past.state in (TrialState.COMPLETE, TrialState.PRUNED) else None
            oracle_trial.status, oracle_trial.score = ("FAILED", None) if found is None else ("COMPLETED", found.value)
        return oracle_trial

    def _next_untried(self, study: "Study", number: int, random: np.random.Generator) -> dict[str, Value]:
        """Return the next combination of a finite space, empty if none is left; of another space a random one that obeys the rules."""
        if self._grid is None:
            return self._search_space.draw(random) if self._search_space.rules else {}
        return self._grid.first_untried(self._grid.positions(params for _, params in past_trials(study, excluding=number))) or {}


class KerasTunerRandom(KerasTunerSampler):
    """Draws at random, never a combination again (``RandomSearchOracle``).

    Args:
        parameters: The searched parameters.
        seed: The study's seed.
        max_collisions: Draws of known combinations before the next untried one is proposed. Defaults to 20.
    """

    def __init__(self, parameters: Mapping[str, Searched], seed: int, *, max_collisions: Annotated[int, Field(ge=0)] = _MAX_COLLISIONS) -> None:
        super().__init__(parameters, seed, "RandomSearchOracle", max_collisions)


class KerasTunerBayesian(KerasTunerSampler):
    """Proposes by a Gaussian process and a confidence bound (``BayesianOptimizationOracle``).

    A failed trial gets the worst value of all. The oracle by itself skips failed trials, and so may propose the same
    combination again and again.

    Args:
        parameters: The searched parameters.
        seed: The study's seed.
        num_initial_points: Finished trials before the process is fitted; earlier proposals are random. Defaults to 3 per parameter.
        alpha: Expected noise, added to the kernel's diagonal. Defaults to 0.0001.
        beta: Weight of the uncertainty in the confidence bound. Defaults to 2.6.
        max_collisions: Random draws of known combinations before the next untried one is proposed. Defaults to 20.
    """

    def __init__(
        self,
        parameters: Mapping[str, Searched],
        seed: int,
        *,
        num_initial_points: Annotated[int, Field(ge=1)] | None = None,
        alpha: Annotated[float, Field(gt=0)] = 1e-4,
        beta: Annotated[float, Field(ge=0)] = 2.6,
        max_collisions: Annotated[int, Field(ge=0)] = _MAX_COLLISIONS,
    ) -> None:
        self._n_initial = num_initial_points or max(3 * len(parameters), 3)
        super().__init__(
            parameters, seed, "BayesianOptimizationOracle", max_collisions, num_initial_points=self._n_initial, alpha=float(alpha), beta=float(beta)
        )

    def _make_oracle(self, study: "Study") -> Any:
        from .gaussian_process import QuickGaussianProcess

        oracle = super()._make_oracle(study)
        oracle.gpr = QuickGaussianProcess(**oracle.gpr.get_params(deep=False))
        return oracle

    def _seed_oracle(self, seed: int) -> None:
        super()._seed_oracle(seed)
        self._oracle._random_state = np.random.RandomState(seed)

    def _update_model(self, has_ongoing: bool) -> None:
        scores = [oracle_trial.score for oracle_trial in self._oracle.trials.values() if oracle_trial.status == "COMPLETED"]
        if len(scores) < self._n_initial:
            return
        worst = min(scores) if self._oracle.objective.direction == "max" else max(scores)
        for oracle_trial in self._oracle.trials.values():
            if oracle_trial.status == "FAILED":
                oracle_trial.status, oracle_trial.score = "COMPLETED", worst
        if has_ongoing:
            # The oracle estimates the values of ongoing trials with the process of its last call; after a resume there is none.
            self._oracle.gpr.fit(*self._oracle._vectorize_trials())


class KerasTunerGrid(KerasTunerSampler):
    """Proposes every combination in order, the last parameter changing fastest (``GridSearchOracle``).

    Args:
        parameters: The searched parameters, each finite.
        seed: The study's seed; the order does not depend on it.

    Raises:
        ExperimentError: If a parameter is continuous, there are more than 1,000,000 combinations, or rules, of which the oracle knows nothing.
    """

    def __init__(self, parameters: Mapping[str, Searched], seed: int) -> None:
        super().__init__(parameters, seed, "GridSearchOracle", _MAX_COLLISIONS)
        if self._search_space.rules:
            raise ExperimentError('sampler "kt-grid" cannot obey [space.rules]; use sampler "grid", which does')
        check_finite(to_axes(self._search_space))

    @functools.cached_property
    def _space(self) -> KerasTunerSpace:
        return KerasTunerSpace(self._search_space, keras_tuner(), as_choices=True)

    def _load_trials(self, study: "Study", number: int) -> None:
        """Set the oracle's trials in the grid's order, so that the first untried combination is proposed."""
        super()._load_trials(study, number)
        oracle = self._oracle
        values = {trial_id: oracle_trial.hyperparameters.values for trial_id, oracle_trial in oracle.trials.items()}
        in_order = sorted(values, key=functools.cmp_to_key(lambda a, b: oracle._compare(values[a], values[b])))
        oracle._ordered_ids = type(oracle._ordered_ids)()
        for trial_id in in_order:
            oracle._ordered_ids.insert(trial_id)
        oracle._populate_next = in_order
