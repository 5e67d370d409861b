"""What every pruner that stops trials must do when a study is used by ask, report and tell; `test_asha.py` is about the one that pauses them."""

import optuna
import pytest
from optuna.trial import TrialState

from search.pruners import NAMES, make_pruner

N_EPOCHS = 30

pytestmark = pytest.mark.parametrize("name", [name for name in NAMES if name != "asha"])


def open_study(name, direction="minimize"):
    pruner = make_pruner(name, {}, N_EPOCHS)
    return optuna.create_study(study_name=name, sampler=optuna.samplers.RandomSampler(seed=0), pruner=pruner, direction=direction)


def train(study, quality):
    """Report a trial of a quality, 0 (best) upwards, that slowly gets worse; return its last epoch."""
    sign = 1 if study.direction is optuna.study.StudyDirection.MINIMIZE else -1
    trial = study.ask({})
    for epoch in range(1, N_EPOCHS + 1):
        value = sign * (quality + 0.001 * epoch)
        trial.report(value, epoch)
        if trial.should_prune():
            study.tell(trial, state=TrialState.PRUNED)
            return epoch
    study.tell(trial, value)
    return N_EPOCHS


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_bad_trials_are_pruned_and_ever_better_ones_are_not(name, direction):
    study = open_study(name, direction)

    assert [train(study, 1 - 0.02 * number) for number in range(12)] == [N_EPOCHS] * 12
    last_epochs = [train(study, 10) for _ in range(8)]
    if name == "none":
        assert last_epochs == [N_EPOCHS] * 8
    else:
        assert min(last_epochs) < N_EPOCHS


def test_the_first_trial_is_never_pruned(name):
    assert train(open_study(name), 1) == N_EPOCHS


def test_a_trial_whose_values_are_not_numbers_does_no_harm(name):
    study = open_study(name)
    for number in range(7):
        train(study, 1 - 0.02 * number)
    trial = study.ask({})
    trial.report(float("nan"), 1)
    trial.should_prune()
    study.tell(trial, state=TrialState.FAIL)

    assert train(study, 0) == N_EPOCHS


def test_a_good_trial_survives_beside_a_bad_one(name):
    study = open_study(name)
    for number in range(9):
        train(study, 1 - 0.02 * number)
    good, bad = study.ask({}), study.ask({})
    pruned = set()
    for epoch in range(1, N_EPOCHS + 1):
        for trial, quality in ((good, 0), (bad, 10)):
            if trial.number not in pruned:
                trial.report(quality + 0.001 * epoch, epoch)
                pruned |= {trial.number} if trial.should_prune() else set()

    assert good.number not in pruned


@pytest.mark.parametrize("n_epochs", [1, 2, 1000])
def test_any_number_of_epochs_gives_a_pruner(name, n_epochs):
    pruner = make_pruner(name, {}, n_epochs)
    study = optuna.create_study(pruner=pruner)
    trial = study.ask({})
    trial.report(1.0, 1)

    assert trial.should_prune() in (True, False)
