import math
import os
import statistics
from pathlib import Path

import numpy as np
import optuna
import pytest

from search.experiment.parameters import CategoricalParameter, FloatParameter, IntParameter
from search.experiment.sections import SearchSection
from search.experiment.space import to_distributions
from search.samplers import make_sampler
from search.samplers.keras_tuner_package import keras_tuner

PLANE = {name: FloatParameter(type="float", low=-1.0, high=1.0) for name in "xy"}
SMALL = {"n": IntParameter(type="int", low=0, high=2), "c": CategoricalParameter(type="categorical", choices=["a", "b"])}


def study_of(sampler, parameters, *, seed=0, direction="minimize", **options):
    made = make_sampler(SearchSection(sampler=sampler, sampler_options=options, seed=seed), parameters, 20)
    return optuna.create_study(sampler=made, direction=direction)


def bowl(params):
    return (params["x"] - 0.3) ** 2 + (params["y"] + 0.4) ** 2


def search(study, n_trials, function=bowl):
    for _ in range(n_trials):
        trial = study.ask(to_distributions(PLANE))
        study.tell(trial, function(trial.params))
    return study.best_value


@pytest.mark.slow
def test_the_bayesian_oracle_finds_a_better_minimum_than_random_ones():
    bayesian = [search(study_of("kt-bayesian", PLANE, seed=seed), 11) for seed in range(2)]
    drawn = [search(study_of(name, PLANE, seed=seed), 11) for name in ("kt-random", "random") for seed in range(3)]

    assert statistics.mean(bayesian) < 0.2 * statistics.mean(drawn)


def test_the_bayesian_oracle_finds_a_maximum():
    study = study_of("kt-bayesian", PLANE, direction="maximize")

    assert search(study, 14, lambda params: -bowl(params)) > -0.01


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_trials_that_fail_or_diverge_do_not_attract_the_bayesian_oracle(direction):
    study = study_of("kt-bayesian", PLANE, num_initial_points=4, direction=direction, seed=1)
    sign = 1 if direction == "minimize" else -1
    for _ in range(12):
        trial = study.ask(to_distributions(PLANE))
        if trial.params["x"] >= 0.2:
            study.tell(trial, sign * bowl(trial.params))
        elif trial.number % 2:
            study.tell(trial, -sign * float("inf"))
        else:
            study.tell(trial, state=optuna.trial.TrialState.FAIL)

    assert sum(trial.params["x"] < 0.2 for trial in study.trials[6:]) <= 3
    assert len({repr(trial.params) for trial in study.trials}) == 12


def test_a_pruned_trial_counts_with_its_last_value():
    def next_after(pruned_value):
        study = study_of("kt-bayesian", PLANE, num_initial_points=3)
        search(study, 4)
        trial = study.ask(to_distributions(PLANE))
        trial.report(9.0, 1)
        trial.report(pruned_value, 2)
        study.tell(trial, state=optuna.trial.TrialState.PRUNED)
        return study.ask(to_distributions(PLANE)).params

    best = next_after(0.0)
    assert best == next_after(0.0)
    assert best != next_after(2.0)


def test_a_retried_trial_proposes_as_if_never_interrupted():
    interrupted, untouched = (study_of("kt-bayesian", PLANE, num_initial_points=3) for _ in range(2))
    for study in (interrupted, untouched):
        search(study, 4)
    trial = interrupted.ask(to_distributions(PLANE))
    interrupted._storage.set_trial_state_values(trial._trial_id, optuna.trial.TrialState.WAITING)
    proposals = []
    for study in (interrupted, untouched):
        search(study, 1)
        proposals.append(study.ask(to_distributions(PLANE)).params)

    assert proposals[0] == proposals[1]


def test_running_trials_keep_the_next_proposal_away():
    study = study_of("kt-bayesian", PLANE, num_initial_points=4)
    search(study, 6)
    first, second = (study.ask(to_distributions(PLANE)).params for _ in range(2))

    assert np.hypot(first["x"] - second["x"], first["y"] - second["y"]) > 0.05


def test_options_reach_the_oracle():
    def fifth(**options):
        study = study_of("kt-bayesian", PLANE, num_initial_points=4, **options)
        search(study, 4)
        return study.ask(to_distributions(PLANE)).params

    by_default = fifth()
    assert by_default == fifth(alpha=1e-4, beta=2.6)
    assert by_default != fifth(beta=0.0)
    assert by_default != fifth(alpha=1.0)


def test_the_grid_has_keras_tuners_order():
    study = study_of("kt-grid", SMALL)
    trials = [study.ask(to_distributions(SMALL)) for _ in range(6)]

    assert [(trial.params["n"], trial.params["c"]) for trial in trials] == [(n, c) for n in (0, 1, 2) for c in "ab"]


def test_the_grid_covers_a_whole_logarithmic_range():
    space = {"n": IntParameter(type="int", low=1, high=40, log=True)}
    study = study_of("kt-grid", space)

    assert sorted(study.ask(to_distributions(space)).params["n"] for _ in range(40)) == list(range(1, 41))


def test_no_known_combination_is_drawn_even_if_the_oracle_gives_up_at_once():
    study = study_of("kt-random", SMALL, max_collisions=0)
    trials = [study.ask(to_distributions(SMALL)) for _ in range(6)]

    assert len({repr(trial.params) for trial in trials}) == 6


def test_nothing_is_printed_or_written(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    study = study_of("kt-bayesian", PLANE, num_initial_points=3)
    search(study, 5)

    assert list(Path(tmp_path).iterdir()) == []
    assert capfd.readouterr() == ("", "")


def test_keras_tuner_is_imported_once_and_the_environment_is_left_alone():
    before = dict(os.environ)

    assert keras_tuner() is keras_tuner()
    assert dict(os.environ) == before


def test_a_stopped_trial_has_the_value_that_complete_ones_would_have_had_there():
    """The first fold is easier by 0.1 than the mean of all five."""
    import optuna

    from search.samplers.history import estimate

    study = optuna.create_study(direction="maximize")
    for mean in (0.7, 0.8):
        study.add_trial(optuna.trial.create_trial(value=mean, intermediate_values={101: mean + 0.1, 105: mean}))
    study.add_trial(optuna.trial.create_trial(state=optuna.trial.TrialState.PRUNED, value=0.75, intermediate_values={101: 0.75}))
    *complete, stopped = study.get_trials()
    assert estimate(stopped, complete).value == pytest.approx(0.65)
    assert estimate(complete[0], complete) == (0.7, 0.0)
    assert estimate(stopped, []) == (0.75, math.inf)
    study.add_trial(optuna.trial.create_trial(value=0.9, intermediate_values={101: math.inf, 105: 0.9}))
    assert estimate(stopped, [trial for trial in study.get_trials() if trial.state is optuna.trial.TrialState.COMPLETE]).value == pytest.approx(
        0.65
    )  # a diverged epoch tells nothing
