"""Models drawn from an experiment's search space, to be tried in this process without a study."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..data.dataset import load_dataset
from ..data.fitting import fit_preprocessor, prepare
from ..data.folds import folds, without_group
from ..experiment.file import Experiment
from ..seeds import trial_seed
from ..store import Store
from ..trial import Assignment, lone_assignment
from .initial_weights import find_initial

if TYPE_CHECKING:
    from ..training.context import TrainingContext


def load_context(experiment: Experiment) -> "TrainingContext":
    """Return the experiment with its arrays, those of the first fold if there are folds.

    Raises:
        InputError: If the experiment or its data cannot be used.
    """
    from ..training.context import TrainingContext

    dataset = load_dataset(experiment.data, experiment.executor.load_timeout_seconds)
    first = next(folds(dataset, experiment.evaluation))
    preprocessor = fit_preprocessor(first, without_group(experiment.preprocessing, experiment.evaluation), experiment.outputs)
    initial = find_initial(experiment, Store().tracking_uri)
    return TrainingContext(experiment, replace(prepare(first, preprocessor), initial=initial))


def draw_assignments(experiment: Experiment, n_models: int) -> list[Assignment]:
    """Return trials with random hyperparameters, which follow from the search's seed; their models are not kept.

    Args:
        experiment: The experiment.
        n_models: Number of trials.
    """
    random, seed = np.random.default_rng(experiment.search.seed), experiment.search.seed
    drawn = [experiment.space.searched.draw(random) for _ in range(n_models)]
    return [lone_assignment(experiment, params, number=number, seed=trial_seed(seed, number)) for number, params in enumerate(drawn)]
