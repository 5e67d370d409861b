"""Threads take turns, and the epochs of all that wait are computed together."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Barrier

import pytest

from search.training.compiled.device_data import Tensors
from search.training.context import TrainingContext
from search.training.dense.stack import Size, read_stack
from search.training.vectorized.builders import SlotSpec, build_dense_population
from search.training.vectorized.lockstep import Lockstep
from search.training.vectorized.population import Member
from tests.search.training.conftest import make_arrays, make_experiment
from tests.search.training.side_by_side import Side

ARGUMENTS = {"n_hidden": 1, "n_neurons": 4, "activation": "relu"}
N_TRIALS = 3


@dataclass
class Told:
    """A population that notes which slots did something at once, and raises what it was given to raise first."""

    population: object
    together: list = field(default_factory=list)
    faults: list = field(default_factory=list)

    def run_epoch(self, members):
        self.together.append(sorted(members))
        if self.faults:
            raise self.faults.pop()
        return self.population.run_epoch(members)


@pytest.fixture(scope="module")
def side(tmp_path_factory):
    return Side(make_experiment("models.mlp:build_mlp", trainer="keras"), make_arrays(), tmp_path_factory.mktemp("fit"))


@pytest.fixture(scope="module")
def trials(side):
    return [side.trial(number, ARGUMENTS, batch_size=16, optimizer="sgd") for number in range(N_TRIALS)]


@pytest.fixture(scope="module")
def built(side, trials):
    stack = read_stack(side.build(trials[0]))
    slots = SlotSpec(Size((1, 1), 8, ("relu",)), N_TRIALS, rows_per_step=16, is_xla=False)
    return build_dense_population(slots, stack, TrainingContext(side.experiment, side.arrays), trials[0].training, Tensors())


@pytest.fixture
def population(side, trials, built):
    """Return a population with every trial in the slot of its number."""
    side.hold(built, dict(enumerate(trials)))
    return Told(built)


def train_together(turns, population, trials, n_epochs):
    """Train each trial on a thread for its number of epochs; return their curves, or what they raised."""
    started = Barrier(len(trials))

    def train(slot):
        started.wait()
        try:
            with turns.trial():
                rate = trials[slot].training.learning_rate
                return [turns.run_epoch(population, slot, Member(trials[slot], epoch + 1, rate)) for epoch in range(n_epochs[slot])]
        except BaseException as error:
            return error

    with ThreadPoolExecutor(len(trials)) as threads:
        return list(threads.map(train, range(len(trials))))


def test_trials_that_run_at_the_same_time_train_side_by_side_as_alone(side, trials, population):
    curves = train_together(Lockstep(), population, trials, [side.epochs] * N_TRIALS)
    assert [0, 1, 2] in population.together
    for trial, curve in zip(trials, curves, strict=True):
        side.assert_as_fit(trial, [training | {f"val_{name}": value for name, value in validation.items()} for training, validation in curve])


def test_who_ends_leaves_the_others_to_go_on(trials, population):
    curves = train_together(Lockstep(), population, trials, [1, 3, 6])
    assert [len(curve) for curve in curves] == [1, 3, 6]
    assert population.together[-1] == [2]


def test_what_cannot_be_computed_fails_all_that_waited_for_it(trials, population):
    turns = Lockstep()
    population.faults.append(ZeroDivisionError())
    answers = train_together(turns, population, trials, [2] * N_TRIALS)
    failed = population.together[0]
    assert [isinstance(answer, ZeroDivisionError) for answer in answers] == [slot in failed for slot in range(N_TRIALS)]
    assert [len(curve) for curve in train_together(turns, population, trials, [2] * N_TRIALS)] == [2] * N_TRIALS


def test_ctrl_c_leaves_nobody_waiting(trials, population):
    turns = Lockstep()
    population.faults.append(KeyboardInterrupt())
    answers = train_together(turns, population, trials, [2] * N_TRIALS)
    failed = population.together.pop(0)
    assert [isinstance(answer, KeyboardInterrupt) for answer in answers] == [slot in failed for slot in range(N_TRIALS)]
    population.together.clear()
    train_together(turns, population, trials[:1], [1])
    assert population.together == [[0]]
