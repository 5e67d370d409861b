import numpy as np
import optuna
import pytest
from optuna.pruners import SuccessiveHalvingPruner
from optuna.trial import TrialState

from search.pruners import make_pruner

N_EPOCHS = 27  # the rungs are 3, 9 and 27


def train(study, curve):
    """Train a trial that has these values, and return the number of its epochs."""
    trial = study.ask({})
    for epoch, value in enumerate(curve, start=1):
        trial.report(value, epoch)
        if epoch < len(curve) and trial.should_prune():
            study.tell(trial, state=TrialState.PRUNED)
            return epoch
    study.tell(trial, max(curve) if study.direction.name == "MAXIMIZE" else min(curve))
    return len(curve)


def a_study(direction="minimize", **options):
    return optuna.create_study(direction=direction, pruner=make_pruner("halving", options, N_EPOCHS))


def falling(end, gain=0.0, n_epochs=N_EPOCHS):
    """Return a curve that has gained all at its end."""
    return [end + gain * (1 - epoch / n_epochs) for epoch in range(1, n_epochs + 1)]


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_without_sparing_it_stops_where_optunas_pruner_does(direction):
    random, sign = np.random.default_rng(0), 1 if direction == "minimize" else -1
    curves = [[sign * value for value in falling(random.random(), random.random())] for _ in range(60)]
    own = a_study(direction, spared_quantile=0)
    others = optuna.create_study(direction=direction, pruner=SuccessiveHalvingPruner(3, 3))

    epochs = [train(own, curve) for curve in curves]
    assert epochs == [train(others, curve) for curve in curves]
    assert {3, 9, N_EPOCHS} <= set(epochs)


def test_the_best_value_until_a_rung_counts():
    study = a_study(spared_quantile=0)
    for _ in range(3):
        train(study, falling(1.0))
    assert train(study, [0.5, 2.0, 2.0, *[2.0] * 24]) == N_EPOCHS


@pytest.mark.parametrize(("sign", "direction"), [(1, "minimize"), (-1, "maximize")])
def test_a_trial_is_spared_that_would_be_the_best_by_gaining_what_others_gained(sign, direction):
    study = a_study(direction)
    for gain in (0.9, 0.6, 0.3, 0.0):  # each is better at the first rung than those before, so that it continues
        assert train(study, [sign * value for value in falling(0.5, gain)]) == N_EPOCHS
    slow = [sign * value for value in falling(0.45, 0.5)]  # 0.89 at the first rung, where the best one of three has 0.5
    hopeless = [sign * value for value in falling(1.4, 0.2)]

    assert train(study, slow) == N_EPOCHS
    assert train(study, hopeless) == 3


def test_fewer_complete_trials_spare_none():
    study = a_study()
    for gain in (0.9, 0.6, 0.3):
        train(study, falling(0.5, gain))
    assert train(study, falling(0.45, 0.5)) == 3


def test_a_trial_is_not_spared_that_would_be_worse_than_one_of_few_epochs():
    study = a_study()
    for gain in (0.9, 0.6, 0.3, 0.0):
        train(study, falling(0.5, gain))
    train(study, [0.4, 0.1])  # it has stopped early
    assert train(study, falling(0.45, 0.5)) == 3
