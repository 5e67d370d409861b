import optuna
import pytest

from search.pruners import make_pruner


def last_epoch(pruner, n_epochs, **options):
    """Return the epoch at which a hopeless trial is pruned after ten good ones."""
    made = make_pruner(pruner, options, n_epochs)
    study = optuna.create_study(study_name="study", pruner=made)
    for number in range(11):
        trial = study.ask({})
        for epoch in range(1, n_epochs + 1):
            trial.report(10.0 if number == 10 else 1 - 0.01 * number, epoch)
            if trial.should_prune():
                return epoch
        study.tell(trial, 1.0)
    return None


@pytest.mark.parametrize("pruner", ["median", "percentile"])
def test_warm_up_epochs_are_never_pruned(pruner):
    assert last_epoch(pruner, 50) == 6
    assert last_epoch(pruner, 50, n_warmup_epochs=0) == 1
    assert last_epoch(pruner, 50, n_warmup_epochs=20) == 21


def test_halving_prunes_at_its_first_rung():
    assert last_epoch("halving", 81) == 9
    assert last_epoch("halving", 81, min_epochs=10) == 10


def test_a_patient_pruner_waits_for_its_patience():
    assert last_epoch("patient", 50, wrapped="none", patience=7, min_delta=0.0) is None  # it does not get worse
    assert last_epoch("median", 50) == 6


def test_patience_alone_prunes_what_got_worse():
    study = optuna.create_study(pruner=make_pruner("patient", {"wrapped": "none", "patience": 3}, 50))
    trial = study.ask({})
    for epoch in range(1, 51):
        trial.report(float(abs(epoch - 10)), epoch)
        if trial.should_prune():
            break

    assert epoch == 14


def test_hyperband_counts_in_epochs_of_the_space():
    made = make_pruner("hyperband", {}, 81)
    study = optuna.create_study(study_name="study", pruner=made)
    trial = study.ask({})
    trial.report(1.0, 1)
    trial.should_prune()

    assert made._n_brackets == 3  # 9, 27, 81
