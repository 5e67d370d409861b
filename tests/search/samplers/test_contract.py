"""What every sampler must do when a study is used by ask and tell."""

import optuna
import pytest
from optuna.storages import InMemoryStorage, JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

from search.experiment.parameters import CategoricalParameter, FloatParameter, IntParameter
from search.experiment.sections import SearchSection
from search.experiment.space import to_distributions
from search.samplers import NAMES, is_exhausted, make_sampler

FINITE = {
    "n_hidden": IntParameter(type="int", low=0, high=3),
    "n_neurons": IntParameter(type="int", low=4, high=20, step=8),
    "dropout": FloatParameter(type="float", low=0.0, high=0.3, step=0.1),
    "activation": CategoricalParameter(type="categorical", choices=["relu", 2, False]),
    "batch_size": IntParameter(type="int", low=32, high=32),
}
CONTINUOUS = FINITE | {
    "width": IntParameter(type="int", low=1, high=100, log=True),
    "learning_rate": FloatParameter(type="float", low=1e-4, high=0.1, log=True),
    "momentum": FloatParameter(type="float", low=0.0, high=0.99),
    "decay_rate": FloatParameter(type="float", low=0.5, high=0.5),
}
OPTIONS = {"kt-bayesian": {"num_initial_points": 5}, "tpe": {"n_startup_trials": 4}, "cmaes": {"popsize": 4}, "gp": {"n_startup_trials": 4}}

N_EPOCHS = 50
pytestmark = pytest.mark.parametrize("name", [name for name in NAMES if name != "pbt-replay"])  # which trains what a file says


def space_of(name):
    return FINITE if name.endswith("grid") else CONTINUOUS


def open_study(name, *, seed=0, direction="minimize", storage=None):
    search = SearchSection(sampler=name, seed=seed, sampler_options=OPTIONS.get(name, {}))
    sampler = make_sampler(search, space_of(name), 20, n_epochs=N_EPOCHS)
    return optuna.create_study(storage=storage or InMemoryStorage(), study_name="study", sampler=sampler, direction=direction, load_if_exists=True)


def ask(study, name, n_trials):
    return [study.ask(to_distributions(space_of(name))) for _ in range(n_trials)]


def value_of(trial):
    return (trial.params["n_hidden"] - 2) ** 2 + trial.params["dropout"]


def run(study, name, n_trials):
    for _ in range(n_trials):
        (trial,) = ask(study, name, 1)
        study.tell(trial, value_of(trial))
    return [trial.params for trial in study.get_trials()]


def assert_inside(params, name):
    for parameter, distribution in to_distributions(space_of(name)).items():
        value = params[parameter]
        assert distribution._contains(distribution.to_internal_repr(value)), (parameter, value)
        if isinstance(distribution, optuna.distributions.CategoricalDistribution):
            assert any(value is choice or (value == choice and type(value) is type(choice)) for choice in distribution.choices)
        else:
            assert type(value) is type(distribution.low)


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_proposals_lie_in_the_distributions(name, direction):
    study = open_study(name, direction=direction)

    for params in run(study, name, 6):
        assert params.keys() == space_of(name).keys()
        assert_inside(params, name)


def test_the_same_seed_proposes_the_same_and_seed_0_is_a_seed(name):
    first, again, other = (run(open_study(name, seed=seed), name, 6) for seed in (0, 0, 1))

    assert first == again
    if name != "kt-grid":  # Keras Tuner's grid has one order
        assert first != other


def test_a_resumed_study_proposes_as_if_never_interrupted(name, tmp_path):
    def reopened():
        return open_study(name, storage=JournalStorage(JournalFileBackend(str(tmp_path / "study.log"))))

    run(reopened(), name, 2)
    run(reopened(), name, 3)

    assert run(reopened(), name, 1) == run(open_study(name), name, 6)


def test_trials_that_run_at_once_differ(name):
    study = open_study(name)
    run(study, name, 5)
    trials = ask(study, name, 2)

    assert len({repr(trial.params) for trial in trials}) == 2
    for trial in reversed(trials):
        assert_inside(trial.params, name)
        study.tell(trial, value_of(trial))
    assert_inside(ask(study, name, 1)[0].params, name)


def test_trials_asked_before_any_is_finished_differ(name):
    trials = ask(open_study(name), name, 4)

    assert len({repr(trial.params) for trial in trials}) == 4


def test_failed_pruned_and_infinite_trials_do_no_harm(name):
    study = open_study(name)
    for number in range(12):
        (trial,) = ask(study, name, 1)
        if number % 4 == 0:
            study.tell(trial, state=TrialState.FAIL)
        elif number % 4 == 1:
            trial.report(value_of(trial), 1)
            study.tell(trial, state=TrialState.PRUNED)
        else:
            study.tell(trial, float("inf") if number % 4 == 2 else value_of(trial))
        assert_inside(trial.params, name)


def test_a_waiting_trial_is_retried_first(name):
    study = open_study(name)
    (killed,) = ask(study, name, 1)
    study._storage.set_trial_state_values(killed._trial_id, TrialState.WAITING)

    assert not is_exhausted(study)
    retried, following = ask(study, name, 2)
    assert retried.params == killed.params
    assert following.params != killed.params


def test_a_trial_without_parameters_does_no_harm(name):
    study = open_study(name)
    killed = study.ask()
    study.tell(killed, state=TrialState.FAIL)

    assert_inside(ask(study, name, 1)[0].params, name)


def test_all_trials_are_seen_under_hyperband(name):
    study = open_study(name)
    study.pruner = optuna.pruners.HyperbandPruner(1, 27, 3)
    for _ in range(6):
        (trial,) = ask(study, name, 1)
        trial.report(value_of(trial), 1)
        trial.should_prune()
        study.tell(trial, value_of(trial))
        assert_inside(trial.params, name)

    if name.endswith("grid"):
        assert len({repr(trial.params) for trial in study.trials}) == 6


def test_a_space_without_searched_parameters_gives_empty_trials(name):
    if name == "cmaes":
        pytest.skip("cmaes refuses a space with fewer than two numbers")
    study = optuna.create_study(sampler=make_sampler(SearchSection(sampler=name), {}, 8, n_epochs=N_EPOCHS))

    for _ in range(3):
        trial = study.ask({})
        assert trial.params == {}
        study.tell(trial, 1.0)
