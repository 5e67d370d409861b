import optuna
import pytest

from search.experiment.parameters import FloatParameter, IntParameter
from search.experiment.search_space import SearchSpace, to_distributions
from search.samplers.axes import axes_size, to_axes
from search.samplers.grid import Grid, GridSampler

SPACE = {"n": IntParameter(type="int", low=1, high=8, step=3), "x": FloatParameter(type="float", low=0.0, high=0.3, step=0.1)}


def test_the_grid_counts_every_combination():
    assert axes_size(to_axes(SPACE)) == 3 * 4
    assert axes_size(to_axes({})) == 1
    assert axes_size(to_axes(SPACE | {"y": FloatParameter(type="float", low=0.0, high=1.0)})) is None


def test_the_last_step_of_a_float_is_its_high_end():
    grid = Grid(SearchSpace(SPACE), 0)

    untried = [grid.first_untried(set(range(12)) - {position}) for position in range(12)]
    assert {params["x"] for params in untried} == {0.0, 0.1, 0.2, 0.3}
    assert {params["n"] for params in untried} == {1, 4, 7}


def test_a_position_leads_back_to_its_combination():
    grid = Grid(SearchSpace(SPACE), 5)

    for position in range(12):
        assert grid.positions([grid.first_untried(set(range(12)) - {position})]) == {position}
    assert grid.first_untried(set(range(12))) is None


def test_seeds_shuffle_the_order():
    first = [Grid(SearchSpace(SPACE), seed).first_untried(set()) for seed in range(10)]

    assert any(params != first[0] for params in first)


def test_trials_of_another_sampler_count_as_tried():
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    for _ in range(6):
        study.tell(study.ask(to_distributions(SPACE)), 1.0)
    known = {repr(trial.params) for trial in study.trials}
    study.sampler = GridSampler(SPACE, 0)
    while not study.sampler.is_exhausted(study):
        trial = study.ask(to_distributions(SPACE))
        assert repr(trial.params) not in known
        study.tell(trial, 1.0)

    assert len({repr(trial.params) for trial in study.trials}) == 12


@pytest.mark.parametrize("n_at_once", [1, 3, 5])
def test_parallel_trials_never_share_a_combination(n_at_once):
    study = optuna.create_study(sampler=GridSampler(SPACE, 0))
    running = []
    for _ in range(12):
        running.append(study.ask(to_distributions(SPACE)))
        if len(running) == n_at_once:
            study.tell(running.pop(0), 1.0)

    assert len({repr(trial.params) for trial in study.trials}) == 12
