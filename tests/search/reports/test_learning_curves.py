"""Which curves are drawn."""

import optuna
from optuna.trial import TrialState

from search.reports.learning_curves import N_TRIALS, learning_curves

HISTORY = [{"loss": 1.0, "val_loss": 2.0}, {"loss": 0.5, "val_loss": 1.5}]


def study_with(*values: float, direction: str = "minimize") -> optuna.Study:
    study = optuna.create_study(study_name="s", direction=direction)
    for value in values:
        study.tell(study.ask(), value)
    return study


def drawn(study: optuna.Study) -> list[str]:
    figure = learning_curves(study, {trial.number: HISTORY for trial in study.trials}, "val_loss")
    assert figure is not None
    return [trace.name for trace in figure.data]


def test_the_best_come_first_when_small_is_good() -> None:
    assert drawn(study_with(3.0, 1.0, 2.0)) == ["trial 1: 1", "trial 1, training", "trial 2: 2", "trial 0: 3"]


def test_the_best_come_first_when_large_is_good() -> None:
    assert drawn(study_with(3.0, 1.0, direction="maximize"))[0] == "trial 0: 3"


def test_only_the_best_few_are_drawn() -> None:
    assert len(drawn(study_with(*range(20)))) == N_TRIALS + 1


def test_failed_and_pruned_trials_stay_out() -> None:
    study = study_with(1.0)
    study.tell(study.ask(), state=TrialState.FAIL)
    pruned = study.ask()
    pruned.report(0.1, 1)
    study.tell(pruned, state=TrialState.PRUNED)
    assert drawn(study) == ["trial 0: 1", "trial 0, training"]


def test_epochs_count_from_one() -> None:
    figure = learning_curves(study_with(1.0), {0: HISTORY}, "val_loss")
    assert figure is not None
    assert (list(figure.data[0].x), list(figure.data[0].y)) == ([1, 2], [2.0, 1.5])


def test_without_histories_there_is_no_plot() -> None:
    assert learning_curves(study_with(1.0), {}, "val_loss") is None
