import numpy as np
import optuna
import pytest

from search.ledger.record import PAUSED
from search.ledger.visible_trials import visible_study
from search.pruners import make_pruner

N_EPOCHS = 27  # the rungs are 1, 3 and 9


class Search:
    """A study of looked-up curves, one trial after the other, in the hands of the pruner alone."""

    def __init__(self, curves, direction="minimize", **options):
        self.curves, self.pruner = curves, make_pruner("asha", {"min_epochs": 1} | options, N_EPOCHS)
        study = optuna.create_study(direction=direction, sampler=optuna.samplers.RandomSampler(seed=0), pruner=self.pruner)
        self.study, self.epochs, self.paused = visible_study(study, (), has_paused=True), {}, {}

    def step(self):
        """Continue the trial that the pruner names, or start one, until it is paused or ends; return its number and its last epoch."""
        number = self.pruner.promote(self.study, {number: self.epochs[number] for number in self.paused})
        trial = self.study.ask() if number is None else self.paused.pop(number)
        storage, curve = self.study._storage, self.curves[trial.number]
        if number is not None:
            storage.set_trial_state_values(trial._trial_id, optuna.trial.TrialState.RUNNING)
        for epoch in range(self.epochs.get(trial.number, 0) + 1, len(curve) + 1):
            trial.report(curve[epoch - 1], epoch)
            self.epochs[trial.number] = epoch
            if trial.should_prune():
                storage.set_trial_user_attr(trial._trial_id, PAUSED, {"epoch": epoch})
                storage.set_trial_state_values(trial._trial_id, optuna.trial.TrialState.WAITING)
                self.paused[trial.number] = trial
                return trial.number, epoch
        self.study.tell(trial, curve[-1])
        return trial.number, len(curve)


def constant(value):
    return [value] * N_EPOCHS


def test_trials_are_paused_at_rungs_and_the_best_of_three_continues_before_another_starts():
    search = Search([constant(value) for value in (3, 2, 1, 4, 5, 0)])
    assert [search.step() for _ in range(2)] == [(0, 1), (1, 1)]
    assert search.step() == (2, 3)  # the best of three goes on at once
    assert [search.step() for _ in range(2)] == [(3, 1), (4, 1)]
    assert search.step() == (5, 3)  # the best of six, with trial 2 before it
    assert sorted(search.paused) == [0, 1, 2, 3, 4, 5]


def published(curves, n_steps):
    """Return the steps of algorithm 2 of Li et al. 2018 with one worker, the smaller value being the better; a trial's in a row are one."""
    rungs, steps, n_trials = (1, 3, 9, N_EPOCHS), [], 0
    reached, promoted = [{} for _ in rungs], set()
    while len(steps) <= n_steps:
        for index in (2, 1, 0):
            best = sorted(reached[index], key=reached[index].get)[: len(reached[index]) // 3]
            if job := next(((number, index + 1) for number in best if (number, index + 1) not in promoted), None):
                promoted.add(job)
                break
        else:
            job, n_trials = (n_trials, 0), n_trials + 1
        number, index = job
        reached[index][number] = min(curves[number][: rungs[index]])
        steps = steps[:-1] if steps and steps[-1][0] == number else steps
        steps.append((number, rungs[index]))
    return steps[:n_steps]


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_its_steps_are_those_of_the_published_algorithm(direction):
    curves = np.random.default_rng(0).random((200, N_EPOCHS))
    search = Search((curves if direction == "minimize" else -curves).tolist(), direction)
    steps = [search.step() for _ in range(80)]
    assert steps == published(curves.tolist(), 80)
    assert {epoch for _, epoch in steps} == {1, 3, 9, N_EPOCHS}


def test_a_value_counts_from_its_best_epoch_until_the_rung():
    search = Search([[1, 9, 9], [2, 2, 2], [3, 3, 3]], min_epochs=2)
    assert [search.step()[0] for _ in range(3)] == [0, 1, 2]
    assert search.pruner.promote(search.study, dict.fromkeys(search.paused, 2)) == 0


def test_samplers_see_a_paused_trial_as_a_pruned_one():
    search = Search([constant(0.5)])
    search.step()
    (trial,) = search.study.get_trials(states=[optuna.trial.TrialState.PRUNED])
    assert (trial.number, trial.value) == (0, 0.5)
    assert not search.study.get_trials(states=[optuna.trial.TrialState.WAITING])


@pytest.mark.parametrize(("n_epochs", "rungs"), [(1, ()), (2, (1,)), (27, (3, 9)), (54, (6, 18)), (100, (12, 36))])
def test_rungs_are_before_the_end(n_epochs, rungs):
    assert make_pruner("asha", {}, n_epochs).rungs == rungs
