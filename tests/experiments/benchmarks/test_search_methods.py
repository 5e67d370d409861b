"""`make bench-search`: the problems, one search of each kind, and the page."""

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

from experiments.benchmarks import search_methods
from experiments.benchmarks.search_methods import PRUNERS, SAMPLERS, Job, Outcome, measure, report
from experiments.benchmarks.search_problems import CURVES, TABLES, load_problem

FOLDER = Path(os.environ.get("PERCEPTUNE_DATA", ".")) / "hpo"
with_tables = pytest.mark.skipif(not (FOLDER / "spaces.json").exists(), reason="PERCEPTUNE_DATA has no folder hpo")
with_curves = pytest.mark.skipif(not (FOLDER / "curves").exists() or find_spec("onnxruntime") is None, reason="no curves, or no onnxruntime")


@with_tables
@pytest.mark.parametrize("name", TABLES)
def test_a_configuration_of_a_table_is_worse_than_its_best(name):
    problem = load_problem(name)
    params = {axis: parameter.get("low", parameter.get("choices", [0])[0]) for axis, parameter in problem.space.items()}
    assert problem.regret(params) == pytest.approx((problem.truth(params) - problem.best) / (problem.median - problem.best))
    assert problem.regret(params) > 0
    assert problem.measure(params, 0) == problem.measure(params, 0)
    assert problem.truth(params) != problem.best


@with_tables
def test_a_search_is_judged_at_each_number_of_trials(monkeypatch):
    monkeypatch.setattr(search_methods, "TRIALS", (5, 15))
    outcomes = measure(Job(problem="vehicle", method="auto", seed=0))
    assert [outcome.budget for outcome in outcomes] == [5, 15]
    assert outcomes[0].regret >= 0
    assert 0 <= outcomes[1].regret < 1
    assert outcomes == measure(Job(problem="vehicle", method="auto", seed=0))


@with_curves
def test_a_search_is_judged_at_each_number_of_epochs(monkeypatch):
    monkeypatch.setattr(search_methods, "FULL_TRAININGS", (3,))
    (outcome,) = measure(Job(problem=CURVES[0], method="tpe, halving", seed=0))
    assert outcome.budget == 3


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
