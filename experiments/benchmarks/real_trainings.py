"""Measures in how many epochs a search of real trainings is as good as 20 full ones: ``python -m experiments.benchmarks.real_trainings``.

TPE trains 20 trials in full. The default search, of the same space and seed, then ends once a complete trial has the validation loss of
the best of them. What is measured is the product: the commands. Fashion-MNIST is read as `experiments.datasets.fashion_mnist` says.
"""

import argparse
import csv
import json
import math
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

NETWORKS: Mapping[str, str] = {
    "300-100": 'model = "models.mlp:build_mlp"\n[space.model]\nneurons = "300,100"\ninitializer = "auto"\n',
    "LeNet": 'model = "models.convolutional:build_lenet"\n[space.model]\nactivation = "relu"\npooling = "max"\ninitializer = "auto"\n',
}
_SEARCHED = """dropout = { type = "float", low = 0.0, high = 0.5 }
[data]
loader = "experiments.datasets:fashion_mnist"
n_train = 5000
n_validation = 5000
[space.training]
optimizer = "sgd"
learning_rate = { type = "float", low = 1e-4, high = 0.5, log = true }
momentum = { type = "float", low = 0.0, high = 0.99 }
batch_size = { type = "categorical", choices = [32, 64, 128] }
epochs = 27
[objective]
metric = "val_loss"
direction = "minimize"
"""
N_FULL, N_MOST = 20, 60
"""Full trainings of TPE, and trials of the default search at most."""
FULL = ("--sampler", "tpe", "--pruner", "none", "--trials", str(N_FULL))


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What a search took until its best trial.

    Attributes:
        value: The best validation loss.
        epochs: Epochs of all trials up to the best one, by their numbers.
        seconds: Their time on the workers together.
    """

    value: float
    epochs: int
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Both searches with one seed."""

    network: str
    seed: int
    full: Spent
    default: Spent

    @property
    def is_reached(self) -> bool:
        """Whether the default search found a trial as good."""
        return self.default.value <= self.full.value

    @property
    def ratios(self) -> tuple[float, float]:
        """Epochs and seconds of the default search as parts of those of the full one; infinite if it found no trial as good."""
        if not self.is_reached:
            return math.inf, math.inf
        return self.default.epochs / self.full.epochs, self.default.seconds / self.full.seconds


def measure(network: str, seed: int) -> Outcome:
    """Run both searches."""
    with TemporaryDirectory() as folder:
        Path(folder, "own.toml").write_text(NETWORKS[network] + _SEARCHED, encoding="utf-8")
        full = _search(Path(folder), "full", seed, FULL)
        default = _search(Path(folder), "default", seed, ("--trials", str(N_MOST), "--set", f"search.stop.value={full.value!r}"))
    return Outcome(network=network, seed=seed, full=full, default=default)


def _search(folder: Path, study: str, seed: int, words: Sequence[str]) -> Spent:
    _run(folder, "run", "own.toml", "--study", study, "--set", f"search.seed={seed}", *words)
    _run(folder, "trials", study, "--csv", f"{study}.csv")
    with (folder / f"{study}.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    complete = [row for row in rows if row["state"] == "COMPLETE"]
    best = min(complete, key=lambda row: float(row["value"]))
    before = [row for row in rows if int(row["trial"]) <= int(best["trial"])]
    return Spent(
        value=float(best["value"]),
        epochs=sum(int(row["epochs"]) for row in before),
        seconds=sum(float(row["seconds"]) for row in before if row["seconds"]),
    )


def _run(folder: Path, *words: str) -> None:
    command = [sys.executable, "-m", "search", *words]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    finished = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if finished.returncode:
        raise RuntimeError(f"{' '.join(words)}: {finished.stderr or finished.stdout}")


def report(outcomes: Sequence[Outcome]) -> str:
    """Return a table: the median of the ratios of epochs and of seconds over the seeds."""
    lines = ["| network | seeds | of these as good | epochs, TPE in full | epochs' ratio | seconds' ratio |", "|---|---|---|---|---|---|"]
    for network in dict.fromkeys(outcome.network for outcome in outcomes):
        own = [outcome for outcome in outcomes if outcome.network == network]
        epochs, seconds = (statistics.median(ratios) for ratios in zip(*(outcome.ratios for outcome in own), strict=True))
        full, n_reached = statistics.median(outcome.full.epochs for outcome in own), sum(outcome.is_reached for outcome in own)
        lines.append(f"| {network} | {len(own)} | {n_reached} | {full:.0f} | {epochs:.2f} | {seconds:.2f} |")
    return "\n".join(lines)


def main() -> None:
    """Measure, and print each outcome and the table."""
    parser = argparse.ArgumentParser(description="Measure in how many epochs a search is as good as 20 full trainings.")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--networks", default=",".join(NETWORKS), help="names, with commas between")
    arguments = parser.parse_args()
    outcomes = []
    for network in arguments.networks.split(","):
        for seed in range(arguments.seeds):
            outcomes.append(measure(network, seed))
            print(json.dumps(asdict(outcomes[-1]) | {"is_reached": outcomes[-1].is_reached}), flush=True)
    print(report(outcomes))


if __name__ == "__main__":
    main()
