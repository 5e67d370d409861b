"""Several objectives and limits in the ledger: Optuna's values and constraints, the front, which trial is the best."""

import numpy as np
import optuna
import pytest

from search import ledger as ledgers
from search.experiment.file import parse_experiment
from search.ledger.objectives import pareto_front
from search.store import Store
from search.study.model_retention import kept_trials, retention_threshold
from search.trial import Failure, TrialResult, TrialState

from .conftest import DISTRIBUTIONS, EXPERIMENT

OBJECTIVES = [{"metric": "val_accuracy", "direction": "maximize"}, {"metric": "latency_ms"}]
CONTENT = EXPERIMENT.model_dump(mode="json", exclude_none=True)


def open_ledger(folder, **sections):
    experiment = parse_experiment(CONTENT | sections, "test")
    ledger = ledgers.create_or_continue(Store(folder), "several", experiment, fresh=False)
    ledger.use(optuna.samplers.RandomSampler(seed=0), optuna.pruners.NopPruner())
    return ledger


def tell(ledger, accuracy, latency, n_parameters=1, state=TrialState.COMPLETE):
    number, _ = ledger.ask(DISTRIBUTIONS, 99)
    history = () if accuracy is None else ({"val_accuracy": accuracy},)
    own = {"n_parameters": n_parameters, "costs": {"latency_ms": latency}}
    of_failed = {"reason": "ValueError", "failure": Failure.ERROR} if state is TrialState.FAILED else {}
    result = TrialResult(number=number, state=state, value=accuracy, best_epoch=len(history), history=history, **own, **of_failed)
    return ledger.tell(result, seed=0, finished=float(number))


@pytest.mark.parametrize("seed", range(5))
def test_the_front_is_optunas(tmp_path, seed):
    random = np.random.default_rng(seed)
    ledger = open_ledger(tmp_path, objective=OBJECTIVES, limits={"n_parameters": 50})
    for _ in range(30):
        accuracy, latency = random.integers(1, 12, 2) / 10  # many equal ones
        tell(ledger, accuracy, latency, int(random.integers(0, 100)))
    tell(ledger, None, 0.01, 99, TrialState.PRUNED)
    tell(ledger, None, 0.01, state=TrialState.FAILED)
    values = {trial.number: trial.values for trial in ledger.study.best_trials}
    assert ledger.front == sorted(values, key=lambda number: (-values[number][0], values[number][1], number))
    assert all(ledger.record(number).measures["n_parameters"] <= 50 for number in ledger.front)
    assert ledger.values(ledger.front[0]) == values[ledger.front[0]]
    ledger.close()


def test_the_best_trial_is_within_all_limits_and_a_tolerance(tmp_path):
    sections = {"objective": OBJECTIVES, "limits": {"n_parameters": 50}, "champion": {"tolerance": 0.05}}
    ledger = open_ledger(tmp_path, **sections)
    told = [(0.9, 3.0), (0.99, 1.0, 51), (0.86, 0.5), (0.94, 4.0), (0.895, 2.0)]
    assert [tell(ledger, *of) for of in told] == [True, False, True, False, True]  # by the fourth the first is the best again
    assert ledger.ranking(9) == [(4, 0.895), (0, 0.9), (3, 0.94), (2, 0.86)]
    assert ledger.best == (4, 0.895)
    assert ledger.front == [3, 0, 4, 2]
    assert kept_trials(ledger, 1) == [4, 3, 0, 2]
    assert retention_threshold(ledger, 1) is None
    ledger.close()
    again = open_ledger(tmp_path, **sections)
    assert (again.best, again.front) == ((4, 0.895), [3, 0, 4, 2])
    again.close()


def test_a_limit_alone(tmp_path):
    ledger = open_ledger(tmp_path, limits={"val_accuracy": 0.5, "latency_ms": 2.0})
    assert [tell(ledger, *of) for of in [(0.4, 1.0), (0.9, 3.0), (0.6, 2.0)]] == [False, False, True]
    assert [trial.constraints for trial in ledger.study.trials] == [
        {"val_accuracy": pytest.approx(0.2), "latency_ms": -0.5},
        {"val_accuracy": pytest.approx(-0.8), "latency_ms": 0.5},
        {"val_accuracy": pytest.approx(-0.2), "latency_ms": 0.0},
    ]
    assert (ledger.best, ledger.front, ledger.study.best_trial.number) == ((2, 0.6), [], 2)
    ledger.close()


def test_nothing_has_no_front():
    assert pareto_front([], ["maximize", "minimize"]) == []
