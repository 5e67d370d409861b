"""Trials are read as Optuna itself reads them."""

import math
from pprint import pformat

import optuna
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.storages import RDBStorage
from optuna.trial import TrialState

from search.ledger.database_trials import read_trials

DISTRIBUTIONS = {
    "width": IntDistribution(1, 64, log=True),
    "rate": FloatDistribution(1e-4, 1.0, log=True),
    "momentum": FloatDistribution(0.0, 0.9, step=0.1),
    "activation": CategoricalDistribution(["relu", "tanh", None, 1.5]),
}
PARAMS = {"width": 7, "rate": 0.1 + 0.2, "momentum": 0.3, "activation": None}
SPACE = {"params": PARAMS, "distributions": DISTRIBUTIONS}


@pytest.fixture(params=["sqlite", "postgresql"])
def storage(request, tmp_path):
    url = f"sqlite:///{tmp_path}/ledger.db" if request.param == "sqlite" else request.getfixturevalue("database_url")
    storage = RDBStorage(url)
    yield storage
    storage.engine.dispose()


@pytest.fixture
def study(storage):
    """A study of trials of every state and kind of value, beside another study."""
    optuna.create_study(storage=storage, study_name="other").add_trial(optuna.create_trial(value=0.5, **SPACE))
    study = optuna.create_study(storage=storage, study_name="read")
    for value in (0.1 + 0.2, math.inf, -math.inf):
        study.add_trial(optuna.create_trial(value=value, user_attrs={"result": {"history": [0.1, math.nan]}, "again": 1}, **SPACE))
    epochs = {1: 0.5, 3: math.nan, 2: math.inf, 4: -math.inf}
    study.add_trial(optuna.create_trial(state=TrialState.PRUNED, intermediate_values=epochs, system_attrs={"rung": [1, "a"]}, **SPACE))
    study.add_trial(optuna.create_trial(state=TrialState.FAIL))
    study.ask(DISTRIBUTIONS)
    study.add_trial(optuna.create_trial(state=TrialState.WAITING, **SPACE))
    return study


def read(storage, study, states=None, ids=frozenset(), above=-1):
    with storage.engine.connect() as connection:
        return read_trials(connection, study._study_id, states, set(ids), above)


def optuna_reads(storage, study, states=None, ids=frozenset(), above=-1):
    return RDBStorage._get_trials(storage, study._study_id, states, set(ids), above)


def shown(trials):
    """All that trials consist of; NaN, which equals nothing, as text."""
    return [pformat(vars(trial)) for trial in trials]


def test_every_kind_of_trial_is_read_as_optuna_reads_it(storage, study):
    trials = read(storage, study)
    assert [trial.number for trial in trials] == list(range(7))
    assert shown(trials) == shown(optuna_reads(storage, study))


def test_trials_are_selected_as_optuna_selects_them(storage, study):
    ids = [trial._trial_id for trial in study.trials]
    for chosen in ({"ids": {ids[1]}, "above": ids[4]}, {"above": ids[5]}, {"above": ids[-1]}, {"states": (TrialState.PRUNED, TrialState.RUNNING)}):
        assert shown(read(storage, study, **chosen)) == shown(optuna_reads(storage, study, **chosen))
    assert [trial.number for trial in read(storage, study, ids={ids[1]}, above=ids[4])] == [1, 5, 6]


def test_a_study_that_was_removed_is_an_error(storage, study):
    optuna.delete_study(storage=storage, study_name="read")
    with pytest.raises(KeyError):
        read(storage, study)
