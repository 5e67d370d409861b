"""Population-based training proposes what the steps of its paper give, one generation after the other."""

import itertools
import math

import numpy as np
import optuna
import pytest
from optuna.trial import TrialState

from search.errors import ExperimentError
from search.experiment.parameters import CategoricalParameter, FloatParameter, IntParameter
from search.experiment.search_space import SearchSpace
from search.experiment.sections import SearchSection
from search.experiment.space import to_distributions
from search.samplers import is_exhausted, make_sampler
from search.samplers.lineage import lineage_of
from search.samplers.population import exploit, explore

SPACE = SearchSpace(
    {
        "learning_rate": FloatParameter(type="float", low=1e-3, high=1.0, log=True),
        "momentum": FloatParameter(type="float", low=0.1, high=0.9, step=0.1),
        "rows": IntParameter(type="int", low=4, high=20),
        "batch_size": CategoricalParameter(type="categorical", choices=[8, 16, 32]),
    }
)
N_EPOCHS, N_MEMBERS = 7, 5


def open_study(direction="minimize", **options):
    section = SearchSection(sampler="pbt", sampler_options={"population": N_MEMBERS, "interval_epochs": 3, "quantile": 0.4} | options)
    return optuna.create_study(direction=direction, sampler=make_sampler(section, SPACE, 15, n_epochs=N_EPOCHS))


def train(study, value_of):
    """Run trials until the sampler has nothing to propose, and return them by generation."""
    while not is_exhausted(study):
        trial = study.ask(to_distributions(SPACE))
        value = value_of(trial)
        study.tell(trial, value, TrialState.COMPLETE if value is not None else TrialState.FAIL)
    generations = {}
    for trial in study.get_trials():
        generations.setdefault(lineage_of(trial).generation, []).append(trial)
    return list(generations.values())


def distance(trial):
    return abs(math.log(trial.params["learning_rate"] / 0.05))


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_the_worst_continue_the_best_with_other_settings_and_all_others_themselves(direction):
    sign = 1 if direction == "minimize" else -1
    generations = train(open_study(direction), lambda trial: sign * distance(trial))
    assert [len(trials) for trials in generations] == [5, 5, 5]
    for before, after in itertools.pairwise(generations):
        ranked = [trial.number for trial in sorted(before, key=distance)]
        best, worst = ranked[:2], ranked[3:]
        for earlier, trial in zip(before, after, strict=True):
            lineage, parent = lineage_of(trial), {of.number: of for of in before}[lineage_of(trial).parent]
            assert (lineage.member, lineage.seed) == (lineage_of(earlier).member, lineage_of(parent).seed)
            assert lineage.first_epoch == lineage_of(parent).last_epoch + 1
            if earlier.number in worst:
                assert parent.number in best
                assert trial.params != earlier.params
            else:
                assert (parent.number, trial.params) == (earlier.number, earlier.params)
    assert [lineage_of(trials[0]).last_epoch for trials in generations] == [3, 6, 7]


def test_a_failed_member_continues_one_of_the_best_and_a_generation_without_success_ends_the_search():
    first, second, *_ = train(open_study(), lambda trial: None if trial.number in (0, 3, 4) else distance(trial))
    parents = {lineage_of(trial).parent for trial in second}
    assert parents <= {1, 2}
    assert all(lineage_of(second[number]).parent == number for number in (1, 2))
    assert len(train(open_study(), lambda _: None)) == 1
    assert {trial.state for trial in first} == {TrialState.COMPLETE, TrialState.FAIL}


def test_exploit_and_explore_do_what_the_paper_says():
    """Jaderberg et al. 2017, section 4.1: truncation selection; multiply by 0.8 or 1.2, or resample."""
    ranked = [4, 1, 0, 3, 2]
    for member in range(5):
        chosen = {exploit(member, ranked, 5, 2, np.random.default_rng(seed)) for seed in range(40)}
        assert chosen == ({4, 1} if ranked.index(member) >= 3 else {member})
    params = {"learning_rate": 0.9, "momentum": 0.5, "rows": 10, "batch_size": 16}
    found = [explore(params, SPACE, 0.0, np.random.default_rng(seed)) for seed in range(60)]
    assert {round(of["learning_rate"], 6) for of in found} == {0.72, 1.0}  # not beyond the range
    assert {round(of["momentum"], 6) for of in found} == {0.4, 0.6}
    assert {of["rows"] for of in found} == {8, 12}
    assert {of["batch_size"] for of in found} == {8, 32}
    assert len({tuple(of.values()) for of in found}) == 16  # each setting by itself
    drawn = [explore(params, SPACE, 1.0, np.random.default_rng(seed))["learning_rate"] for seed in range(400)]
    assert min(drawn) < 0.003
    assert np.mean(np.log(drawn)) == pytest.approx(np.log(1e-3) / 2, abs=0.4)  # log-uniform
    resampled = [explore(params, SPACE, 0.25, np.random.default_rng(seed))["learning_rate"] for seed in range(400)]
    assert np.mean([not np.isclose(rate, (0.72, 1.0)).any() for rate in resampled]) == pytest.approx(0.25, abs=0.07)


def test_what_is_proposed_does_not_depend_on_what_ends_first():
    study, proposed = open_study(), []
    for _ in range(3):
        trials = [study.ask(to_distributions(SPACE)) for _ in range(N_MEMBERS)]
        assert is_exhausted(study)
        for trial in reversed(trials):
            study.tell(trial, distance(trial))
        proposed.append([trial.params for trial in trials])
    assert proposed == [[trial.params for trial in trials] for trials in train(open_study(), distance)]


@pytest.mark.parametrize(
    ("options", "n_trials", "message"),
    [
        ({"population": 3}, 40, "population = 3"),
        ({"quantile": 0.6}, 40, "quantile = 0.6"),
        ({"interval_epochs": 7}, 40, "interval_epochs = 7: members are compared between intervals, but the whole training has 7 epochs"),
        ({"population": 12}, 8, r"each of the 12 members .* write 48 for all intervals"),
        ({"step": 3}, 40, '"step"'),
    ],
)
def test_wrong_options_are_refused(options, n_trials, message):
    with pytest.raises(ExperimentError, match=message):
        make_sampler(SearchSection(sampler="pbt", sampler_options=options), SPACE, n_trials, n_epochs=N_EPOCHS)
