"""Trials on threads wait for each other, and the epochs of all that wait are computed together."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Barrier

import pytest

from search.training.compiled.device_data import Tensors
from search.training.dense.stack import Size, read_stack
from search.training.vectorized.builders import SlotSpec, build_dense_population
from search.training.vectorized.lockstep import Lockstep
from search.training.vectorized.population import Member
from tests.search.training.conftest import make_arrays, make_experiment
from tests.search.training.population_comparison import Comparison

ARGUMENTS = {"n_hidden": 1, "n_neurons": 4, "activation": "relu"}
N_TRIALS = 3


@dataclass
class RecordingPopulation:
    """A population that records which slots were computed together, and first raises the given errors."""

    population: object
    together: list = field(default_factory=list)
    errors: list = field(default_factory=list)

    def run_epoch(self, members):
        self.together.append(sorted(members))
        if self.errors:
            raise self.errors.pop()
        return self.population.run_epoch(members)


@pytest.fixture(scope="module")
def comparison(fit):
    return Comparison(make_experiment("models.mlp:build_mlp"), make_arrays(), fit)


@pytest.fixture(scope="module")
def trials(comparison):
    return [comparison.trial(number, ARGUMENTS, batch_size=16, optimizer="sgd") for number in range(N_TRIALS)]


@pytest.fixture(scope="module")
def built(comparison, trials):
    stack = read_stack(comparison.build(trials[0]))
    slots = SlotSpec(Size((1, 1), 8, ("relu",)), N_TRIALS, rows_per_step=16, is_xla=False)
    return build_dense_population(slots, stack, comparison.context, trials[0].training, Tensors())


@pytest.fixture
def population(comparison, trials, built):
    """Return a population with every trial in the slot of its number."""
    comparison.hold(built, dict(enumerate(trials)))
    return RecordingPopulation(built)


def train_together(lockstep, population, trials, n_epochs):
    """Train each trial on a thread for its number of epochs; return their curves, or what they raised."""
    started = Barrier(len(trials))

    def train(slot):
        started.wait()
        try:
            with lockstep.trial():
                rate = trials[slot].training.learning_rate
                return [lockstep.run_epoch(population, slot, Member(trials[slot], epoch + 1, rate)) for epoch in range(n_epochs[slot])]
        except BaseException as error:
            return error

    with ThreadPoolExecutor(len(trials)) as threads:
        return list(threads.map(train, range(len(trials))))


@pytest.mark.slow
def test_trials_that_run_at_the_same_time_train_together_as_alone(comparison, trials, population):
    curves = train_together(Lockstep(), population, trials, [comparison.epochs] * N_TRIALS)
    assert [0, 1, 2] in population.together
    for trial, curve in zip(trials, curves, strict=True):
        metrics = [training | {f"val_{name}": value for name, value in validation.items()} for training, validation in curve]
        comparison.assert_as_fit(trial, metrics)


def test_a_trial_that_ends_leaves_the_other_trials_training(trials, population):
    curves = train_together(Lockstep(), population, trials, [1, 3, 6])
    assert [len(curve) for curve in curves] == [1, 3, 6]
    assert population.together[-1] == [2]


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt])
def test_an_error_is_raised_in_all_trials_that_waited_for_the_epoch_and_in_no_later_one(error, trials, population):
    lockstep = Lockstep()
    population.errors.append(error())
    results = train_together(lockstep, population, trials, [2] * N_TRIALS)
    failed = population.together.pop(0)
    assert [isinstance(result, error) for result in results] == [slot in failed for slot in range(N_TRIALS)]
    assert [len(curve) for curve in train_together(lockstep, population, trials, [2] * N_TRIALS)] == [2] * N_TRIALS
    population.together.clear()
    train_together(lockstep, population, trials[:1], [1])
    assert population.together == [[0]]
