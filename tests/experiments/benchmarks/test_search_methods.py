"""`make bench-search`: the problems, a search of each kind on small ones, and the page."""

import json
from dataclasses import replace

import numpy as np
import pytest

from experiments.benchmarks import search_methods, search_problems
from experiments.benchmarks.search_methods import PRUNERS, SAMPLERS, Job, Outcome, find_regrets, measure, report
from experiments.benchmarks.search_problems import CURVES, TABLES, Problem, load_problem

SPACES = {
    "hpobench": {"space": {"width": [16, 64, 256], "depth": [1, 2, 3]}, "direction": "max"},
    "hpolib": {"space": {"activation": ["relu", "tanh"], "rate": [0.001, 0.01, 0.1, 1.0]}, "direction": "min"},
}
N_EPOCHS = 9


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder of small tables in place of the measured ones."""
    (tmp_path / "hpo").mkdir()
    (tmp_path / "hpo" / "spaces.json").write_text(json.dumps(SPACES))
    for file, kind in TABLES.values():
        shape = [len(choices) for choices in SPACES[kind]["space"].values()]
        np.savez(tmp_path / "hpo" / f"{file}.npz", values=np.arange(np.prod(shape) * 2.0).reshape(*shape, 2))
    monkeypatch.setenv("PERCEPTUNE_DATA", str(tmp_path))
    search_problems._table.cache_clear()
    yield
    search_problems._table.cache_clear()


@pytest.mark.parametrize(
    ("name", "best", "median"),
    [("vehicle", {"width": 2, "depth": 2}, {"width": 1, "depth": 1}), ("naval_propulsion", {"activation": "relu", "rate": 0}, None)],
)
def test_the_regret_of_a_table_is_0_for_its_best_and_1_for_its_median(name, best, median):
    problem = load_problem(name)
    assert problem.regret(best) == 0
    assert median is None or problem.regret(median) == 1
    assert problem.truth(best) == np.mean([problem.measure(best, seed) for seed in range(2)])


def test_a_search_is_judged_at_each_number_of_trials(monkeypatch):
    monkeypatch.setattr(search_methods, "TRIALS", (1, 9))
    outcomes = [measure(Job(problem="vehicle", method="auto", seed=seed)) for seed in range(4)]
    assert {tuple(outcome.budget for outcome in of_seed) for of_seed in outcomes} == {(1, 9)}
    assert max(first.regret for first, _ in outcomes) > 0
    assert [whole.regret for _, whole in outcomes] == [0] * 4  # after nine of nine combinations, none twice


def curves(slow_starters):
    """Return a problem of which ``x`` is the regret; the first epochs tell nothing if the best start slowly."""

    def measure(params, _seed):
        start = params["x"] if slow_starters else -params["x"]
        return [start if epoch < N_EPOCHS // 2 else 10 - params["x"] for epoch in range(N_EPOCHS)]

    return Problem(
        name="curves",
        space={"x": {"type": "float", "low": 0.0, "high": 1.0}},
        direction="maximize",
        n_epochs=N_EPOCHS,
        measure=measure,
        truth=lambda params: 10 - params["x"],
        best=10.0,
        median=9.5,
    )


def test_a_pruner_saves_epochs_if_early_values_tell_and_misleads_if_not():
    random, halving = {"sampler": "random"}, {"sampler": "random", "pruner": "halving"}
    tells, misleads = curves(slow_starters=False), curves(slow_starters=True)
    found = {
        name: np.mean([find_regrets(problem, method, seed, (10,))[10] for seed in range(10)])
        for name, problem, method in (("whole", tells, random), ("saved", tells, halving), ("misled", misleads, halving))
    }
    assert found["saved"] < found["whole"] < found["misled"]


def test_the_smaller_value_is_the_better_if_it_is_minimized():
    problem = curves(slow_starters=False)
    turned = replace(
        problem,
        direction="minimize",
        measure=lambda params, seed: [-value for value in problem.measure(params, seed)],
        truth=lambda params: -problem.truth(params),
        best=-10.0,
        median=-9.5,
    )
    assert find_regrets(turned, {"sampler": "random"}, 0, (5,)) == find_regrets(problem, {"sampler": "random"}, 0, (5,))


def test_the_page_has_means_over_seeds_and_problems():
    regrets = {0: 0.1, 1: 0.3}  # of the seeds; problems add and subtract 0.05
    outcomes = [
        Outcome(problem=problem, method=method, seed=seed, budget=budget, regret=regret + (0.05 if number % 2 else -0.05))
        for problems, methods, budgets in (
            (tuple(TABLES)[:2], SAMPLERS, search_methods.TRIALS),
            (CURVES, PRUNERS, search_methods.FULL_TRAININGS),
        )
        for number, problem in enumerate(problems)
        for method in methods
        for budget in budgets
        for seed, regret in regrets.items()
    ]
    page = report(outcomes, 2)
    assert f"| auto | {' | '.join(['0.100'] * 5)} |" in report(outcomes, 1)
    assert "| auto |  |" in report([outcome for outcome in outcomes if outcome.problem in CURVES], 2)
    assert f"| auto | {' | '.join(['0.200 ± 0.100'] * 5)} |" in page
    assert f"| tpe, halving | {' | '.join(['0.200 ± 0.100'] * 3)} |" in page
