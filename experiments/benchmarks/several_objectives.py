"""Measures what samplers find with several objectives, and within a limit, on tables: ``python -m experiments.benchmarks.several_objectives``.

The second value of a trial is the number of the network's parameters. Fronts are judged by the part of the volume that they leave uncovered
(Zitzler and Thiele 1998), of that which the best front of the whole table covers, with the logarithm of the parameters; searches within a limit by
the regret of the best trial that is within it.
"""

import argparse
import itertools
import statistics
import warnings
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np
import optuna
from optuna._hypervolume import compute_hypervolume

from search.experiment.sections import SearchSection
from search.experiment.space import Space, to_distributions
from search.samplers import make_sampler

from .search_problems import TABLES, Params, Problem, load_problem, sizes_of

TRIALS = (10, 20, 50, 100)
METHODS: Mapping[str, str] = {name: name for name in ("gp", "tpe", "nsgaii", "random")} | {"Optuna's TPESampler": "optuna.samplers:TPESampler"}
LIMIT = 0.1
"""The part of the configurations that are within the limit."""


def search(problem: Problem, size: Callable[[Params], int], sampler: str, seed: int, limit: float | None) -> list[tuple[Params, float, int]]:
    """Return params, value and number of parameters of one trial after the other, within a limit or of two objectives."""
    space = Space.model_validate({"model": problem.space})
    section, n_objectives = SearchSection.model_validate({"sampler": sampler, "seed": seed}), 2 if limit is None else 1
    made = make_sampler(section, space.searched, max(TRIALS), n_objectives)
    study, found = optuna.create_study(directions=[problem.direction, "minimize"][:n_objectives], sampler=made), list[tuple[Params, float, int]]()
    while len(found) < max(TRIALS):
        trial = study.ask(to_distributions(space.searched))
        n_parameters = size(trial.params)
        [value] = problem.measure(trial.params, seed + trial.number)
        found.append((dict(trial.params), value, n_parameters))
        if limit is None:
            study.tell(trial, [value, n_parameters])
            continue
        trial.set_constraint("n_parameters", n_parameters / limit - 1)
        if n_parameters > limit:  # it is not trained
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)
        else:
            study.tell(trial, value)
    return found


def measure(job: tuple[str, str, int]) -> dict[tuple[str, int], float]:
    """Return the uncovered volume and the regret within the limit at each number of trials."""
    warnings.simplefilter("ignore")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    name, sampler, seed = job
    problem, size = load_problem(name), sizes_of(name)
    every = [dict(zip(problem.space, values, strict=True)) for values in itertools.product(*map(_values, problem.space.values()))]
    sizes = np.array([size(params) for params in every], float)
    sign = -1.0 if problem.direction == "maximize" else 1.0
    truths = sign * np.array([problem.truth(params) for params in every])
    low, high = np.array([truths.min(), np.log(sizes.min())]), np.array([np.median(truths), np.log(sizes.max())])

    def volume(losses: Any, of: Any) -> float:
        points = (np.stack([losses, np.log(of)], axis=1) - low) / (high - low)
        return float(compute_hypervolume(points[(points < 1).all(axis=1)], np.ones(2)))

    whole, limit = volume(truths, sizes), float(np.quantile(sizes, LIMIT))
    best = truths[sizes <= limit].min()
    results = {}
    found = search(problem, size, METHODS[sampler], seed, None)
    for n in TRIALS:
        losses = sign * np.array([problem.truth(params) for params, *_ in found[:n]])
        results["front", n] = 1 - volume(losses, np.array([of for *_, of in found[:n]], float)) / whole
    found = search(problem, size, METHODS[sampler], seed, limit)
    for n in TRIALS:
        within = [(sign * value, params) for params, value, of in found[:n] if of <= limit]
        loss = sign * problem.truth(min(within, key=lambda pair: pair[0])[1]) if within else truths.max()
        results["limit", n] = min(1.0, float((loss - best) / (np.median(truths[sizes <= limit]) - best)))
    return results


def _values(axis: Mapping[str, Any]) -> list[Any]:
    return list(axis["choices"]) if axis["type"] == "categorical" else list(range(axis["low"], axis["high"] + 1))


def main() -> None:
    """Print both measures of each sampler, means over problems and seeds with the standard error over seeds."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=10)
    n_seeds = parser.parse_args().seeds
    jobs = list(itertools.product(TABLES, METHODS, range(n_seeds)))
    with ProcessPoolExecutor(2) as pool:
        results = dict(zip(jobs, pool.map(measure, jobs, chunksize=2), strict=True))
    for kind, method in itertools.product(("front", "limit"), METHODS):
        cells = []
        for n in TRIALS:
            means = [statistics.fmean(results[name, method, seed][kind, n] for name in TABLES) for seed in range(n_seeds)]
            cells.append(f"{statistics.fmean(means):.3f} ± {statistics.stdev(means) / n_seeds**0.5:.3f}")
        print(f"| {kind} | {method} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
