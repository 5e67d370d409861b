import subprocess
import sys

import optuna
import pytest
from optuna.samplers import BaseSampler

from search.errors import ExperimentError, MissingExtraError, UnknownReferenceError
from search.experiment.parameters import CategoricalParameter, FloatParameter, IntParameter
from search.experiment.sections import SearchSection
from search.experiment.space import to_distributions
from search.samplers import is_exhausted, make_sampler

SPACE = {"x": FloatParameter(type="float", low=-1.0, high=1.0), "n": IntParameter(type="int", low=0, high=2)}
LARGE = {"n": IntParameter(type="int", low=0, high=10**6), "m": IntParameter(type="int", low=0, high=10**6)}
SMALL = {"n": IntParameter(type="int", low=0, high=2), "c": CategoricalParameter(type="categorical", choices=["a", "b"])}


def make(sampler, parameters=None, **options):
    return make_sampler(SearchSection(sampler=sampler, sampler_options=options), SPACE if parameters is None else parameters, 40)


def test_an_unknown_sampler_is_refused_with_the_nearest_name():
    with pytest.raises(ExperimentError, match=r'no sampler "tpee"; did you mean "tpe"\? Valid: .*kt-bayesian'):
        make("tpee")


@pytest.mark.parametrize("sampler", ["auto", "gp", "tpe", "kt-bayesian", "random", "grid", "optuna.samplers:TPESampler"])
def test_an_unknown_option_is_refused_by_name(sampler):
    with pytest.raises(ExperimentError, match=r'\[search.sampler_options\]: .*has no argument "n_startup"'):
        make(sampler, SMALL, n_startup=3)


def test_an_option_of_the_wrong_type_is_refused():
    with pytest.raises(ExperimentError, match='n_startup_trials = "ten": expected a whole number'):
        make("tpe", n_startup_trials="ten")


def test_an_option_out_of_range_is_refused():
    with pytest.raises(ExperimentError, match="num_initial_points = 0: expected at least 1"):
        make("kt-bayesian", num_initial_points=0)


def test_the_seed_is_not_an_option():
    with pytest.raises(ExperimentError, match='"seed" follows from the rest of the experiment'):
        make("optuna.samplers:RandomSampler", seed=3)


def test_a_missing_package_names_the_command_that_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "cmaes", None)  # as if it were not installed
    with pytest.raises(MissingExtraError, match=r'needs the package cmaes, .* pip install -e "\.\[cmaes\]"'):
        make("cmaes")


@pytest.mark.parametrize("sampler", ["grid", "kt-grid"])
def test_a_grid_over_a_continuous_parameter_is_refused(sampler):
    with pytest.raises(ExperimentError, match='"x" is a float without step; give it a step'):
        make(sampler)


@pytest.mark.parametrize("sampler", ["grid", "kt-grid"])
def test_a_grid_that_is_too_large_is_refused(sampler):
    with pytest.raises(ExperimentError, match="1,002,001 combinations"):
        make(sampler, {name: IntParameter(type="int", low=0, high=1000) for name in "ab"})


def test_cmaes_without_two_numbers_is_refused():
    with pytest.raises(ExperimentError, match="at least two searched int or float parameters, but there is n;"):
        make("cmaes", SMALL)


@pytest.mark.parametrize("sampler", ["optuna.samplers:RandomSampler", "optuna.samplers:NSGAIISampler", "optuna.samplers:BruteForceSampler"])
def test_a_sampler_by_reference_proposes_with_the_seed(sampler):
    def first():
        return optuna.create_study(sampler=make(sampler, SMALL)).ask(to_distributions(SMALL)).params

    assert first() == first()


def test_a_reference_to_something_else_is_refused():
    with pytest.raises(ExperimentError, match="makes a OrderedDict; expected a class derived from optuna's BaseSampler"):
        make("collections:OrderedDict")
    with pytest.raises(UnknownReferenceError):
        make("optuna.samplers:NoSampler")


def test_a_constructor_that_refuses_its_options_is_the_users_mistake():
    with pytest.raises(ExperimentError, match="refused"):
        make("optuna.samplers:QMCSampler", qmc_type="lattice")


@pytest.mark.parametrize("sampler", ["auto", "gp", "grid", "kt-grid", "kt-random", "kt-bayesian", "optuna.samplers:BruteForceSampler"])
def test_a_finite_space_is_tried_once_and_then_exhausted(sampler):
    study = optuna.create_study(sampler=make(sampler, SMALL, **({"num_initial_points": 20} if sampler == "kt-bayesian" else {})))
    for _ in range(6):
        assert not is_exhausted(study)
        trial = study.ask(to_distributions(SMALL))
        study.tell(trial, 1.0)

    assert is_exhausted(study)
    assert len({repr(trial.params) for trial in study.trials}) == 6


@pytest.mark.parametrize("sampler", ["gp", "kt-random"])
def test_a_trial_without_parameters_is_no_combination(sampler):
    study = optuna.create_study(sampler=make(sampler, SMALL))
    study.tell(study.ask(), state=optuna.trial.TrialState.FAIL)  # as after a kill in `Study.ask`
    for _ in range(6):
        assert not is_exhausted(study)
        study.tell(study.ask(to_distributions(SMALL)), 1.0)

    assert is_exhausted(study)


@pytest.mark.parametrize("sampler", ["gp", "grid", "kt-grid", "kt-random", "kt-bayesian"])
def test_asking_an_exhausted_sampler_repeats_a_combination(sampler):
    study = optuna.create_study(sampler=make(sampler, SMALL))
    trials = [study.ask(to_distributions(SMALL)) for _ in range(6)]  # all of them run at once

    assert is_exhausted(study)
    assert study.ask(to_distributions(SMALL)).params in [trial.params for trial in trials]


@pytest.mark.parametrize("sampler", ["random", "tpe", "qmc"])
def test_a_sampler_repeats_only_if_it_may(sampler):
    section = SearchSection(sampler=sampler, duplicates="repeat")
    study = optuna.create_study(sampler=make_sampler(section, SMALL, 40))
    for _ in range(40):
        study.tell(study.ask(to_distributions(SMALL)), 1.0)
    assert not is_exhausted(study)
    repeated = [tuple(trial.params.values()) for trial in study.get_trials()]
    assert len(set(repeated[:6])) < 6  # that they differ by chance has a probability of 1.5 %

    once = optuna.create_study(sampler=make(sampler, SMALL))
    for _ in range(6):
        assert not is_exhausted(once)
        once.tell(once.ask(to_distributions(SMALL)), 1.0)
    assert is_exhausted(once)
    assert len({tuple(trial.params.values()) for trial in once.get_trials()}) == 6


@pytest.mark.parametrize("sampler", ["random", "tpe", "qmc"])
def test_what_differs_anyway_is_proposed_as_before(sampler):
    proposals = []
    for duplicates in ("resample", "repeat"):
        study = optuna.create_study(sampler=make_sampler(SearchSection(sampler=sampler, duplicates=duplicates), LARGE, 40))
        for number in range(20):
            trial = study.ask(to_distributions(LARGE))
            study.tell(trial, (trial.params["n"] - 3000) ** 2 + number)
        proposals.append([trial.params for trial in study.get_trials()])
    assert proposals[0] == proposals[1]


def test_options_that_optuna_calls_experimental_warn_nobody():
    sampler = make("cmaes", SPACE, with_margin=True, consider_pruned_trials=True)

    study = optuna.create_study(sampler=sampler)
    for _ in range(4):
        study.tell(study.ask(to_distributions(SPACE)), 1.0)
    assert isinstance(sampler, BaseSampler)


def test_making_any_sampler_imports_no_keras():
    code = """
import sys
from search.experiment.parameters import IntParameter
from search.samplers import NAMES, make_sampler
from search.experiment.sections import SearchSection
space = {name: IntParameter(type="int", low=0, high=9) for name in "ab"}
for name in NAMES:
    if name != "pbt-replay":  # which needs a file
        make_sampler(SearchSection(sampler=name), space, 10, n_epochs=50)
print(sorted(sys.modules.keys() & {"keras", "keras_tuner", "tensorflow", "jax", "sklearn", "mlflow"}))
"""
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


class Importing(optuna.samplers.RandomSampler):
    """Imports a package that is not installed, once it proposes."""

    def sample_independent(self, *given):
        raise ModuleNotFoundError("No module named 'absent'")


def test_a_sampler_by_reference_that_cannot_propose_is_named_as_the_cause():
    with pytest.raises(ExperimentError, match=r'search.sampler = ".*CmaEsSampler" cannot propose for this experiment: ValueError: .*multi-objective'):
        make_sampler(SearchSection(sampler="optuna.samplers:CmaEsSampler"), SPACE, 5, 2)
    with pytest.raises(ExperimentError, match=r':Importing" cannot propose for this experiment: .*absent'):
        make_sampler(SearchSection(sampler=f"{__name__}:Importing"), {}, 5, is_growing=True)
