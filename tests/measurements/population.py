"""Compares dense networks trained at once in a population with training one at a time: ``python -m tests.measurements.population``.

Prints a table for Keras' backend; ``KERAS_BACKEND=jax`` selects JAX. It takes five minutes on two cores. The networks are those of the
benchmark's task `diabetes`, on the same number of rows of random numbers. It is no benchmark of the product, since it calls functions
below the public interface.
"""

import argparse
import time
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from experiments.benchmarks.tasks import TASKS, draw
from search.data.arrays import TrainingArrays
from search.experiment.file import parse_experiment
from search.experiment.settings import TrainingSettings
from search.training.compiled.device_data import Tensors
from search.training.context import TrainingContext
from search.training.dense.stack import Size, read_stack
from search.training.model.building import build_model
from search.training.program_cache import Programs
from search.training.vectorized.builders import SlotSpec, build_dense_population
from search.training.vectorized.population import Member
from search.trial import Assignment

N_TRAIN, N_VALIDATION, N_FEATURES = 265, 177, 10
N_REPEATS = 15
"""Number of epochs, of which the fastest counts, since other programs may run at the same time."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print.

    Args:
        arguments: The command-line arguments. Defaults to those of the process.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slots", default="1,2,4,8,16,32", help="numbers of slots")
    parser.add_argument("--rows", default="16", help="rows of each slot per iteration of the loop, such as 16,32")
    options = parser.parse_args(arguments)
    backend = keras.config.backend()
    print(f"{'backend':<12}{'program':<16}{'slots':>6}{'rows':>6}{'first epoch, s':>16}{'ms per trial and epoch':>24}", flush=True)
    trials = _Trials()
    _print(backend, "one by one", 1, 0, *trials.measure_alone())
    for is_xla in (False, True) if backend == "tensorflow" else (True,):
        for rows in map(int, options.rows.split(",")):
            for n_slots in map(int, options.slots.split(",")):
                _print(backend, "population XLA" if is_xla else "population", n_slots, rows, *trials.measure_population(n_slots, rows, is_xla=is_xla))


def _print(backend: str, program: str, n_slots: int, rows: int, first: float, seconds: float) -> None:
    print(f"{backend:<12}{program:<16}{n_slots:>6}{rows or '':>6}{first:>16.2f}{1000 * seconds:>24.3f}", flush=True)


class _Trials:
    """The built trials, trained alone or in a population."""

    def __init__(self) -> None:
        task = TASKS["diabetes"]
        self._context = TrainingContext(parse_experiment(_content(), "population.toml"), _arrays())
        self._drawn = draw(task)

    def _built(self, number: int) -> tuple[Any, Any]:
        values = self._drawn[number % len(self._drawn)]
        settings = {name: values[name] for name in ("learning_rate", "batch_size")}
        arguments = {name: values[name] for name in ("n_hidden", "n_neurons", "activation")}
        assignment = Assignment(
            number=number,
            params=values,
            model_arguments=arguments,
            training=TrainingSettings(optimizer="sgd", epochs=30, **settings),
            seed=number,
            is_prunable=False,
            keep_if_better_than=None,
            model_path="",
        )
        return assignment, build_model(self._context, arguments, number, "float32")

    def measure_alone(self, n_trials: int = 8) -> tuple[float, float]:
        """Return the seconds of the first epoch, with compiling, and those of a later one, means over trials."""
        programs = Programs(self._context)
        firsts, laters = [], []
        for assignment, model in map(self._built, range(n_trials)):
            started = time.perf_counter()
            program = programs.acquire(model, assignment)
            rates = [assignment.training.learning_rate]
            program.run_epochs(assignment, 1, rates)
            firsts.append(time.perf_counter() - started)
            laters.append(_fastest(lambda epoch, program=program, assignment=assignment, rates=rates: program.run_epochs(assignment, epoch, rates)))
        return float(np.mean(firsts)), float(np.mean(laters))

    def measure_population(self, n_slots: int, rows: int, *, is_xla: bool) -> tuple[float, float]:
        """Return the seconds of the first epoch, with compiling, and those of a later one divided by the slots."""
        built = [self._built(number) for number in range(n_slots)]
        started = time.perf_counter()
        slots = SlotSpec(Size((0, 3), 104, ("elu", "relu", "sigmoid", "tanh")), n_slots, rows, is_xla)
        first, model = built[0]
        given = self._context, first.training, Tensors()
        population = build_dense_population(slots, read_stack(model), *given)
        for slot, (assignment, model) in enumerate(built):
            population.load(slot, model, read_stack(model), assignment.training)

        def run(epoch: int) -> None:
            population.run_epoch({slot: Member(trial, epoch, trial.training.learning_rate) for slot, (trial, _) in enumerate(built)})

        run(1)
        return time.perf_counter() - started, _fastest(run) / n_slots


def _fastest(run: Any) -> float:
    seconds = []
    for epoch in range(2, N_REPEATS + 2):
        started = time.perf_counter()
        run(epoch)
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def _content() -> dict[str, Any]:
    task = TASKS["diabetes"]
    return {
        "name": "population",
        "model": task.model,
        "data": {"loader": task.loader},
        "objective": {"metric": "val_loss", "direction": "minimize"},
        "space": {"model": task.model_space, "training": task.training_space},
        "search": {"n_trials": 40},
    }


def _arrays() -> Any:
    generator = np.random.default_rng(0)
    x = generator.normal(size=(N_TRAIN + N_VALIDATION, N_FEATURES)).astype("float32")
    y = x[:, :3].sum(axis=1, keepdims=True)
    parts = {"x_train": x[:N_TRAIN], "y_train": y[:N_TRAIN], "x_validation": x[N_TRAIN:], "y_validation": y[N_TRAIN:]}
    return TrainingArrays(**parts, task="regression", n_outputs=1)


if __name__ == "__main__":
    main()
