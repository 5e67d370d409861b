"""Measures what samplers and pruners find with so many trials and so many epochs: ``make bench-search``.

The samplers and pruners are the objects that a search makes from its experiment file. A trial is looked up in place of being trained, one
after the other. Writes ``experiments/benchmarks/SEARCH.md`` when every method was measured on every problem.
"""

import argparse
import json
import statistics
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import TrialState

from search.experiment.sections import SearchSection
from search.experiment.space import Space, to_distributions
from search.ledger.record import PAUSED
from search.ledger.visible_trials import visible_study
from search.pruners import PausingPruner, make_pruner
from search.samplers import make_sampler

from .search_problems import CURVES, TABLES, Params, Problem, load_problem

RESULTS = Path(__file__).with_name("SEARCH.md")
TRIALS = (10, 20, 50, 100, 200)
"""Numbers of trials after which the best one is judged, on tables."""
FULL_TRAININGS = (10, 20, 50)
"""Budgets after which the best one is judged, on learning curves, in the epochs of so many full trainings."""
SAMPLERS: Mapping[str, Mapping[str, Any]] = {
    "auto": {"sampler": "auto"},
    "tpe": {"sampler": "tpe"},
    "Optuna's TPESampler": {"sampler": "optuna.samplers:TPESampler"},
    "kt-bayesian": {"sampler": "kt-bayesian"},
    "random": {"sampler": "random"},
}
PRUNERS: Mapping[str, Mapping[str, Any]] = {
    "auto": {"sampler": "auto"},
    "auto, median": {"sampler": "auto", "pruner": "median"},
    "auto, halving": {"sampler": "auto", "pruner": "halving"},
    "auto, asha": {"sampler": "auto", "pruner": "asha"},
    "auto, hyperband": {"sampler": "auto", "pruner": "hyperband"},
    "tpe": {"sampler": "tpe"},
    "tpe, median": {"sampler": "tpe", "pruner": "median"},
    "tpe, halving": {"sampler": "tpe", "pruner": "halving"},
    "tpe, asha": {"sampler": "tpe", "pruner": "asha"},
    "tpe, hyperband": {"sampler": "tpe", "pruner": "hyperband"},
    "tpe, halving from epoch 1": {"sampler": "tpe", "pruner": "halving", "pruner_options": {"min_epochs": 1}},
    "Optuna's TPESampler": {"sampler": "optuna.samplers:TPESampler"},
    "random": {"sampler": "random"},
}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The best trial of one search at one budget.

    Attributes:
        problem: The problem's name.
        method: The method's name.
        seed: The study's seed.
        budget: Trials on a table, full trainings on learning curves.
        regret: How much worse it is than the best there is, as a part of what the median of random configurations is worse.
    """

    problem: str
    method: str
    seed: int
    budget: int
    regret: float


@dataclass(frozen=True, kw_only=True)
class Job:
    """One search."""

    problem: str
    method: str
    seed: int


def measure(job: Job) -> list[Outcome]:
    """Search a problem by a method until the largest budget is spent."""
    warnings.simplefilter("ignore")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    methods, budgets = (SAMPLERS, TRIALS) if job.problem in TABLES else (PRUNERS, FULL_TRAININGS)
    regrets = find_regrets(load_problem(job.problem), methods[job.method], job.seed, budgets)
    return [Outcome(problem=job.problem, method=job.method, seed=job.seed, budget=budget, regret=regret) for budget, regret in regrets.items()]


def find_regrets(problem: Problem, method: Mapping[str, Any], seed: int, budgets: Sequence[int]) -> dict[int, float]:
    """Search a problem, and return the regret of the best trial at each budget.

    Args:
        problem: The problem.
        method: ``[search]`` without its seed.
        seed: The study's seed.
        budgets: Numbers of full trainings, in whose epochs trials may be stopped early.
    """
    reported = _reported(problem, method, seed, max(budgets))
    best, chosen, regrets = None, None, dict[int, float]()
    for spent, (params, value) in enumerate(reported, start=1):
        if best is None or (value > best if problem.direction == "maximize" else value < best):
            best, chosen = value, params
        if spent % problem.n_epochs == 0 and chosen and (budget := spent // problem.n_epochs) in budgets:
            regrets[budget] = problem.regret(chosen)
        if len(regrets) == len(budgets):
            break
    return regrets


def _reported(problem: Problem, method: Mapping[str, Any], seed: int, n_trials: int) -> Iterator[tuple[Params, float]]:
    """Yield the params and the value of each epoch of one trial after the other."""
    space = Space.model_validate({"model": problem.space})
    search = SearchSection.model_validate({"pruner": "none", **method, "seed": seed})
    distributions = to_distributions(space.searched)
    sampler, pruner = make_sampler(search, space.searched, n_trials), make_pruner(search.pruner, search.pruner_options, problem.n_epochs)
    study = optuna.create_study(direction=problem.direction, sampler=sampler, pruner=pruner)
    study = visible_study(study, (), has_paused=isinstance(pruner, PausingPruner))
    paused: dict[int, tuple[optuna.Trial, int]] = {}
    while True:
        promoted = pruner.promote(study, {number: epoch for number, (_, epoch) in paused.items()}) if isinstance(pruner, PausingPruner) else None
        trial, n_before = (study.ask(distributions), 0) if promoted is None else paused.pop(promoted)
        if promoted is not None:
            _set_paused(study, trial, is_paused=False)
        curve = problem.measure(trial.params, seed + trial.number)
        for epoch, value in enumerate(curve[n_before:], start=n_before + 1):
            yield trial.params, value
            if problem.n_epochs > 1:
                trial.report(value, epoch)
            if epoch < problem.n_epochs and trial.should_prune():
                if isinstance(pruner, PausingPruner):
                    _set_paused(study, trial, is_paused=True)
                    paused[trial.number] = trial, epoch
                else:
                    study.tell(trial, state=TrialState.PRUNED)
                break
        else:
            study.tell(trial, max(curve) if problem.direction == "maximize" else min(curve))


def _set_paused(study: optuna.Study, trial: optuna.Trial, *, is_paused: bool) -> None:
    """Pause a trial, or let it run on, as a ledger does."""
    study._storage.set_trial_user_attr(trial._trial_id, PAUSED, {})
    study._storage.set_trial_state_values(trial._trial_id, TrialState.WAITING if is_paused else TrialState.RUNNING)


def report(outcomes: Sequence[Outcome], n_seeds: int) -> str:
    """Return the page of the results of the first seeds."""
    counted = [outcome for outcome in outcomes if outcome.seed < n_seeds]
    tables = [outcome for outcome in counted if outcome.problem in TABLES]
    curves = [outcome for outcome in counted if outcome.problem in CURVES]
    return _PAGE.format(
        n_seeds=n_seeds,
        tables=_rows(tables, SAMPLERS, TRIALS),
        curves=_rows(curves, PRUNERS, FULL_TRAININGS),
        table_names=", ".join(TABLES),
        curve_names=", ".join(CURVES),
    )


_PAGE = """# What searches find

Written by `make bench-search`. Regret of the best trial so far: 0 is the best there is, 1 the median of random configurations; below 0 is
better than the best of 4,000 random ones. Means over {n_seeds} seeds of each problem, with the standard error of the seeds' means.
The samplers and pruners are those that `[search]` makes; trials are looked up, one after the other. How: [README.md](README.md).

## Trials
Tables of trainings: {table_names}. The sampler sees the value of one training; the regret is that of the mean of all seeds in the table.

{tables}

## Epochs
A surrogate of LCBench's learning curves of 52 epochs, data sets {curve_names}: the epochs of so many full trainings.
By default a search of such trainings is "auto, halving".

{curves}
"""


def _rows(outcomes: Sequence[Outcome], methods: Iterable[str], budgets: Sequence[int]) -> str:
    lines = [f"| method | {' | '.join(map(str, budgets))} |", f"|---|{'---|' * len(budgets)}"]
    for method in methods:
        cells = [_cell([outcome for outcome in outcomes if (outcome.method, outcome.budget) == (method, budget)]) for budget in budgets]
        lines.append(f"| {method} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(outcomes: Sequence[Outcome]) -> str:
    """Return the mean regret; the standard error is that of the means of each seed over the problems."""
    seeds = sorted({outcome.seed for outcome in outcomes})
    means = [statistics.fmean(outcome.regret for outcome in outcomes if outcome.seed == seed) for seed in seeds]
    if len(means) < 2:
        return f"{means[0]:.3f}" if means else ""
    return f"{statistics.fmean(means):.3f} ± {statistics.stdev(means) / len(means) ** 0.5:.3f}"


def _read(path: Path) -> list[Outcome]:
    return [Outcome(**json.loads(line)) for line in path.read_text().splitlines()] if path.exists() else []


def main() -> None:
    """Measure what is missing, and write the page when all is there."""
    parser = argparse.ArgumentParser(prog="make bench-search", description="Measure what samplers and pruners find.")
    parser.add_argument("--seeds", type=int, default=20, help="seeds of each problem")
    parser.add_argument("--problems", default=",".join((*TABLES, *CURVES)), help="names, with commas between")
    parser.add_argument("--outcomes", type=Path, default=Path("search_methods.jsonl"), help="what was measured so far is read from there")
    arguments = parser.parse_args()
    problems = arguments.problems.split(",")
    jobs = [
        Job(problem=problem, method=method, seed=seed)
        for seed in range(arguments.seeds)
        for problem in problems
        for method in (SAMPLERS if problem in TABLES else PRUNERS)
    ]
    done = {(outcome.problem, outcome.method, outcome.seed) for outcome in _read(arguments.outcomes)}
    missing = [job for job in jobs if (job.problem, job.method, job.seed) not in done]
    with ProcessPoolExecutor() as processes, arguments.outcomes.open("a") as file:
        for number, future in enumerate(as_completed([processes.submit(measure, job) for job in missing]), start=1):
            file.writelines(json.dumps(asdict(outcome)) + "\n" for outcome in future.result())
            file.flush()
            print(f"\r{number} of {len(missing)} searches", end="", flush=True)
    page = report(_read(arguments.outcomes), arguments.seeds)
    print(f"\n{page}")
    if set(problems) == {*TABLES, *CURVES}:
        RESULTS.write_text(page)


if __name__ == "__main__":
    main()
