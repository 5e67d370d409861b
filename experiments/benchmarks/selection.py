"""Measures how far the value of a champion can be trusted, and what it is worth on rows that the search has not seen: ``make bench-selection``.

Every rule searches the same split of the same rows with as many trainings. What is measured is the product: the commands, from the
experiment file to the registered champion. Writes ``experiments/benchmarks/SELECTION.md`` when all data sets and rules were measured.
"""

import argparse
import csv
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("SELECTION.md")
DATA = ("diabetes", "breast_cancer", "wine", "pima", "titanic", "abalone")
_ONE_SPLIT = {"search.n_trials": "40"}
_LOSS = {"objective.metric": "val_loss", "objective.direction": "minimize"}
_FOLDS = {"evaluation.folds": "5", "search.n_trials": "22"}
RULES: Mapping[str, Mapping[str, str]] = {
    "one split, best accuracy": _ONE_SPLIT,
    "5 folds with a race, best loss, 5 averaged": _FOLDS | _LOSS,
}
"""The overrides of each rule; the first one is what the others are compared with."""
_EXPERIMENT = """
model = "models.mlp:build_mlp"
[data]
loader = "experiments.benchmarks.selection:split"
name = "{data}"
seed = {seed}
[space.model]
n_hidden = {{ type = "int", low = 0, high = 3 }}
n_neurons = {{ type = "int", low = 4, high = 32, log = true }}
activation = {{ type = "categorical", choices = ["relu", "tanh", "sigmoid", "elu"] }}
[space.training]
optimizer = "adam"
learning_rate = {{ type = "float", low = 1e-3, high = 1e-1, log = true }}
batch_size = 32
epochs = 100
patience = 15
[objective]
metric = "val_{metric}"
direction = "maximize"
metrics = [{further}]
[search]
seed = {seed}
[executor]
n_workers = 1
"""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One search.

    Attributes:
        data: The data set.
        seed: Seed of the split and of the search.
        rule: The rule.
        told: The accuracy, or R² of a regression, of the best trial in the search.
        test: That of the champion on the test part.
        n_trainings: Number of trainings.
    """

    data: str
    seed: int
    rule: str
    told: float
    test: float
    n_trainings: int


def split(name: str, seed: int) -> dict[str, Any]:
    """Load a data set and split all its rows by chance: 60 % to train, 20 % to validate, 20 % to test.

    Args:
        name: One of `DATA`.
        seed: Seed of the split.
    """
    from experiments import datasets
    from experiments.datasets.split import three_parts

    if name in ("breast_cancer", "wine"):
        return dict(getattr(datasets, name)(seed=seed))
    if name == "diabetes":
        from sklearn.datasets import load_diabetes

        features, target = load_diabetes(return_X_y=True, as_frame=True)
        return {**three_parts(features, (target >= 140).astype(int).rename("high"), seed=seed), "task": "binary", "class_names": ["0", "1"]}
    tables: dict[str, dict[str, Any]] = {
        "pima": {"path": "tables/pima.csv", "target": -1},
        "titanic": {"path": "tables/titanic.csv", "target": "survived", "drop": ["alive"]},
        "abalone": {"path": "tables/abalone.csv", "target": -1, "task": "regression"},
    }
    return dict(datasets.csv(**tables[name], seed=seed))


def measure(data: str, seed: int, rule: str) -> Outcome:
    """Search once, in the store of the working directory, by the command line as a user would."""
    metric = "r2_score" if data == "abalone" else "accuracy"
    study = f"{data}-{seed}-{list(RULES).index(rule)}"
    file = Path(f"{study}.toml")
    further = f'"{metric}"' if metric == "r2_score" else ""
    file.write_text(_EXPERIMENT.format(data=data, seed=seed, metric=metric, further=further), encoding="utf-8")
    changes = [word for key, value in RULES[rule].items() for word in ("--set", f"{key}={value}")]
    _perceptune("run", str(file), "--fresh", *changes)
    best = json.loads(_perceptune("best", study, "--json"))
    _perceptune("trials", study, "--csv", f"{study}.csv")
    with Path(f"{study}.csv").open(encoding="utf-8", newline="") as table:
        n_trainings = sum(int(row.get("executions") or 1) for row in csv.DictReader(table))
    told, test = best["metrics"][f"val_{metric}"], best["test"][metric]
    if test is None:
        raise ValueError(f"{metric} is not defined on the test part of {data} with seed {seed}")
    return Outcome(data=data, seed=seed, rule=rule, told=told, test=test, n_trainings=n_trainings)


def _perceptune(*words: str) -> str:
    """Run a command of perceptune and return what it prints."""
    finished = subprocess.run([sys.executable, "-m", "search", *words], capture_output=True, text=True, check=False)
    if finished.returncode:
        raise ChildProcessError(f"perceptune {words[0]} ended with status {finished.returncode}: {finished.stderr.strip()[-500:]}")
    return finished.stdout


def run_all(wanted: Iterable[tuple[str, int, str]], known: list[Outcome], file: Path, n_processes: int) -> list[Outcome]:
    """Run the searches that a file lacks, each in a process of its own, and add what comes of them to the file."""
    done = {(outcome.data, outcome.seed, outcome.rule) for outcome in known}
    missing = [key for key in wanted if key not in done]

    def run(key: tuple[str, int, str]) -> Outcome | None:
        data, seed, rule = key
        command = [sys.executable, "-m", "experiments.benchmarks.selection", "--one", data, str(seed), rule]
        finished = subprocess.run(command, capture_output=True, text=True, check=False)
        if finished.returncode:
            print(f"{key} failed: {finished.stderr.strip().splitlines()[-1:]}", file=sys.stderr, flush=True)
            return None
        return Outcome(**json.loads(finished.stdout.splitlines()[-1]))

    found = list(known)
    with ThreadPoolExecutor(n_processes) as pool:
        for outcome in filter(None, (done.result() for done in as_completed(pool.submit(run, key) for key in missing))):
            found.append(outcome)
            with file.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(asdict(outcome)) + "\n")
            print(f"{len(found)}: {outcome}", flush=True)
    return found


def _mean(values: Sequence[float]) -> str:
    error = statistics.stdev(values) / len(values) ** 0.5 if len(values) > 1 else float("nan")
    return f"{100 * statistics.fmean(values):+.2f} ± {100 * error:.2f}"


def table(outcomes: Sequence[Outcome], data: Sequence[str]) -> list[str]:
    """Return the lines of a table: a line for each rule, over the splits that all rules have."""
    by_key = {(outcome.data, outcome.seed, outcome.rule): outcome for outcome in outcomes if outcome.data in data}
    splits = sorted({key[:2] for key in by_key})
    shared = [key for key in splits if all((*key, rule) in by_key for rule in RULES)]
    first = next(iter(RULES))
    lines = ["| rule | trainings | value less test, points | test value against the first rule, points |", "|---|---|---|---|"]
    for rule in RULES if shared else ():
        of_rule = [by_key[*key, rule] for key in shared]
        gains = [own.test - by_key[*key, first].test for key, own in zip(shared, of_rule, strict=True)]
        trainings = f"{statistics.fmean(own.n_trainings for own in of_rule):.1f}"
        lines.append(f"| {rule} | {trainings} | {_mean([own.told - own.test for own in of_rule])} | {'0' if rule == first else _mean(gains)} |")
    return [*lines, f"\n{len(shared)} splits."]


def report(outcomes: Sequence[Outcome]) -> str:
    """Return the text of ``SELECTION.md``."""
    parts = [f"## {name}\n\n" + "\n".join(table(outcomes, [name])) for name in DATA]
    together = "## All data sets\n\n" + "\n".join(table(outcomes, DATA))
    head = (
        "# Which champion to trust\n\nWritten by `make bench-selection`: searches of a multilayer perceptron (0 to 3 hidden layers, 4 to 32 "
        "neurons, activation, learning rate) by `perceptune run`, each rule on the same splits. The value is the accuracy of the best trial in the "
        "search, of abalone R²; test is that of the registered champion on 20 % of the rows. Means over splits with their standard errors.\n"
    )
    return "\n\n".join([head, together, *parts]) + "\n"


def main(words: Sequence[str] | None = None) -> int:
    """Measure, print the table, and write the results."""
    parser = argparse.ArgumentParser(prog="python -m experiments.benchmarks.selection", description=__doc__)
    parser.add_argument("--one", nargs=3, metavar=("DATA", "SEED", "RULE"), help=argparse.SUPPRESS)
    parser.add_argument("--data", default=",".join(DATA), help="data sets, all if not given")
    parser.add_argument("--splits", type=int, default=20, help="splits of each; 20 if not given")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="searches at once; as many as cores if not given")
    parser.add_argument("--json", type=Path, default=Path("selection.jsonl"), help="file of outcomes, which a second run continues")
    options = parser.parse_args(words)
    if options.one:
        data, seed, rule = options.one
        print(json.dumps(asdict(measure(data, int(seed), rule))))
        return 0
    known = [Outcome(**json.loads(line)) for line in options.json.read_text(encoding="utf-8").splitlines()] if options.json.is_file() else []
    names = options.data.split(",")
    wanted = ((name, seed, rule) for seed in range(options.splits) for name in names for rule in RULES)
    outcomes = run_all(wanted, known, options.json, options.processes)
    print("\n".join(table(outcomes, names)))
    if set(names) == set(DATA):
        RESULTS.write_text(report(outcomes), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
