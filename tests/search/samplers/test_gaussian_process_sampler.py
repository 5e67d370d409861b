import statistics

import numpy as np
import optuna
import pytest
from optuna.trial import TrialState

from search.experiment.experiment import MAX_GP_TRIALS
from search.experiment.parameters import CategoricalParameter, FloatParameter, IntParameter
from search.experiment.sections import SearchSection
from search.experiment.space import to_distributions
from search.samplers import EXPECTED_GAIN, make_sampler
from search.samplers.gaussian_process_sampler import MAX_KNOWN, GaussianProcessSampler

SPACE = {
    "x": FloatParameter(type="float", low=-1.0, high=1.0),
    "rate": FloatParameter(type="float", low=1e-4, high=1.0, log=True),
    "n": IntParameter(type="int", low=0, high=9),
    "choice": CategoricalParameter(type="categorical", choices=["a", "b", "c"]),
}
N_TRIALS = 25


def study_of(sampler, *, seed=0, direction="minimize", parameters=SPACE, **options):
    made = make_sampler(SearchSection(sampler=sampler, sampler_options=options, seed=seed), parameters, N_TRIALS)
    return optuna.create_study(sampler=made, direction=direction)


def bowl(params):
    return (params["x"] - 0.3) ** 2 + (np.log10(params["rate"]) + 2) ** 2 + 0.1 * (params["n"] - 6) ** 2 + (params["choice"] != "b")


def search(study, function=bowl, n_trials=N_TRIALS):
    for _ in range(n_trials):
        trial = study.ask(to_distributions(SPACE))
        study.tell(trial, function(trial.params))
    return study.best_value


def test_it_finds_far_better_trials_than_tpe_and_random():
    found = {name: [search(study_of(name, seed=seed)) for seed in range(2)] for name in ("gp", "tpe", "random")}
    means = {name: statistics.fmean(values) for name, values in found.items()}
    assert means["gp"] < 0.1 * min(means["tpe"], means["random"])


def test_the_gain_that_it_expects_is_in_units_of_the_value_and_gets_small():
    studies = study_of("gp"), study_of("gp")
    for study, factor in zip(studies, (1, 1000), strict=True):
        search(study, lambda params, factor=factor: factor * bowl(params), 40)
    gains, thousandfold = ([trial.system_attrs.get(EXPECTED_GAIN) for trial in study.trials] for study in studies)
    assert gains[:5] == [None] * 5  # these fill the space
    assert gains[5:12] == pytest.approx([gain / 1000 for gain in thousandfold[5:12]], rel=0.01)
    assert max(gains[-5:]) < 0.01 * max(gains[5:10])
    assert min(gains[5:]) > 0


def test_it_maximizes_too():
    assert search(study_of("gp", direction="maximize"), lambda params: -bowl(params)) > -0.05


def test_trials_that_fail_diverge_or_are_stopped_do_not_attract_it():
    study = study_of("gp", seed=1)
    for _ in range(N_TRIALS):
        trial = study.ask(to_distributions(SPACE))
        if trial.params["x"] >= 0.2:
            study.tell(trial, bowl(trial.params))
        elif trial.number % 3 == 0:
            study.tell(trial, state=TrialState.FAIL)
        elif trial.number % 3 == 1:
            study.tell(trial, float("inf"))
        else:
            trial.report(10 + bowl(trial.params), 1)
            study.tell(trial, state=TrialState.PRUNED)
    assert statistics.fmean(trial.params["x"] >= 0.2 for trial in study.trials[10:]) > 0.7


def test_the_first_trials_fill_the_space():
    study = study_of("gp", n_startup_trials=8)
    search(study, n_trials=8)
    places = np.sort([(trial.params["x"] + 1) / 2 for trial in study.trials])
    assert np.floor(places * 8).tolist() == list(range(8))  # one in each eighth, which eight random ones have once in 400 times


def test_trials_that_run_count_with_what_is_expected_of_them():
    study = study_of("gp")
    search(study, n_trials=15)
    running = [study.ask(to_distributions(SPACE)) for _ in range(4)]
    apart = [abs(np.log10(one.params["rate"]) - np.log10(other.params["rate"])) for one in running for other in running if one is not other]
    assert len({repr(trial.params) for trial in running}) == len(running)
    assert max(apart) > 0.02


def test_no_combination_is_proposed_again():
    parameters = {"n": SPACE["n"], "choice": SPACE["choice"]}
    study = study_of("gp", parameters=parameters)
    for _ in range(30):
        trial = study.ask(to_distributions(parameters))
        study.tell(trial, float(trial.params["n"]))
    assert len({repr(trial.params) for trial in study.trials}) == 30


def test_many_trials_are_known_in_part():
    study = study_of("gp")
    random = study_of("random")
    search(random, n_trials=MAX_KNOWN + 50)
    study.add_trials(random.trials)
    proposed = study.ask(to_distributions(SPACE)).params
    assert bowl(proposed) < statistics.median(trial.value for trial in study.trials if trial.value is not None) / 4


@pytest.mark.parametrize(("n_trials", "is_process"), [(1, True), (MAX_GP_TRIALS, True), (MAX_GP_TRIALS + 1, False)])
def test_auto_is_the_process_until_there_are_many_trials(n_trials, is_process):
    sampler = make_sampler(SearchSection(), SPACE, n_trials)
    assert isinstance(sampler, GaussianProcessSampler) == is_process
    assert is_process or "TPESampler" in str(sampler)


def within_limit(sampler, seed, *, is_trained):
    """Search where the best of all values is beyond a limit, and return the best value within it and how many trials are."""
    study, values = study_of(sampler, seed=seed), []
    for _ in range(N_TRIALS):
        trial = study.ask(to_distributions(SPACE))
        over = trial.params["n"] - 3 + 2 * trial.params["x"]
        trial.set_constraint("size", over)
        if over > 0 and not is_trained:
            study.tell(trial, state=TrialState.PRUNED)
            continue
        study.tell(trial, bowl(trial.params))
        values += [bowl(trial.params)] if over <= 0 else []
    return min(values), len(values)


@pytest.mark.slow
@pytest.mark.parametrize("is_trained", [True, False])
def test_it_learns_limits_better_than_tpe(is_trained):
    found = {name: [within_limit(name, seed, is_trained=is_trained) for seed in range(3)] for name in ("auto", "tpe")}
    best, n_within = (
        {name: statistics.fmean(column) for name, column in zip(found, columns, strict=True)}
        for columns in ([[best for best, _ in of] for of in found.values()], [[n for _, n in of] for of in found.values()])
    )
    assert best["auto"] < 1.1  # 0.99 is the best within it, at n = 3 and x = 0
    assert best["auto"] < best["tpe"]
    assert n_within["auto"] > 0.5 * N_TRIALS


def test_it_proposes_for_trials_that_are_all_beyond_a_limit():
    study = study_of("gp")
    for _ in range(12):
        trial = study.ask(to_distributions(SPACE))
        trial.set_constraint("size", 1 + trial.params["x"])
        study.tell(trial, state=TrialState.PRUNED)
    assert statistics.fmean(trial.params["x"] for trial in study.trials[8:]) < -0.8  # where they are the least beyond it


def test_it_finds_the_front_of_two_objectives():
    """Which is x from -0.5 to 0.5 at the best of all others."""
    uncovered = {}
    for name in ("gp", "random"):
        made = make_sampler(SearchSection(sampler=name, seed=3), SPACE, 40, 2)
        study = optuna.create_study(sampler=made, directions=["minimize", "maximize"])
        for _ in range(40):
            trial = study.ask(to_distributions(SPACE))
            rest = bowl(trial.params | {"x": 0.3})
            study.tell(trial, [(trial.params["x"] - 0.5) ** 2 + rest, -((trial.params["x"] + 0.5) ** 2) - rest])
        losses = np.array([[trial.values[0], -trial.values[1]] for trial in study.trials])
        uncovered[name] = statistics.fmean(min((losses - [(x - 0.5) ** 2, (x + 0.5) ** 2]).max(axis=1)) for x in np.linspace(-0.5, 0.5, 11))
    assert uncovered["gp"] < 0.15
    assert uncovered["gp"] < 0.25 * uncovered["random"]
