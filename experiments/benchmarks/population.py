"""Measures dense networks trained side by side against one at a time: ``python -m experiments.benchmarks.population``.

Prints a table for Keras' backend, JAX with ``KERAS_BACKEND=jax``: on two cores, five minutes. The networks are those of the
task `diabetes`, on as many rows of random numbers.
"""

import argparse
import importlib
import time
from typing import Any

import numpy as np

from .tasks import TASKS, draw

N_TRAIN, N_VALIDATION, N_FEATURES = 265, 177, 10
N_REPEATS = 15
"""Epochs of which the fastest counts: other programs may run beside."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slots", default="1,2,4,8,16,32", help="numbers of slots")
    parser.add_argument("--rows", default="16", help="rows of each slot per turn of the loop, such as 16,32")
    asked = parser.parse_args()
    backend = importlib.import_module("keras").config.backend()
    print(f"{'backend':<12}{'program':<16}{'slots':>6}{'rows':>6}{'first epoch, s':>16}{'ms per trial and epoch':>24}", flush=True)
    trials = _Trials()
    _print(backend, "one by one", 1, 0, *trials.measure_alone())
    for is_xla in (False, True) if backend == "tensorflow" else (True,):
        for rows in map(int, asked.rows.split(",")):
            for n_slots in map(int, asked.slots.split(",")):
                _print(backend, "population XLA" if is_xla else "population", n_slots, rows, *trials.measure_population(n_slots, rows, is_xla=is_xla))


def _print(backend: str, program: str, n_slots: int, rows: int, first: float, seconds: float) -> None:
    print(f"{backend:<12}{program:<16}{n_slots:>6}{rows or '':>6}{first:>16.2f}{1000 * seconds:>24.3f}", flush=True)


class _Trials:
    """The trials, built, and what trains them."""

    def __init__(self) -> None:
        task = TASKS["diabetes"]
        experiment = _of("experiment.file").parse_experiment(_content(), "population.toml")
        self._context = _of("training.context").TrainingContext(experiment, _arrays())
        self._drawn = draw(task)

    def _built(self, number: int) -> tuple[Any, Any]:
        values = self._drawn[number % len(self._drawn)]
        settings = {name: values[name] for name in ("learning_rate", "batch_size")}
        arguments = {name: values[name] for name in ("n_hidden", "n_neurons", "activation")}
        assignment = _of("trial").Assignment(
            number=number,
            params=values,
            model_arguments=arguments,
            training=_of("experiment.settings").TrainingSettings(optimizer="sgd", epochs=30, **settings),
            seed=number,
            is_prunable=False,
            keep_if_better_than=None,
            model_path="",
        )
        return assignment, _of("training.model.building").build_model(self._context, arguments, number, "float32")

    def measure_alone(self, n_trials: int = 8) -> tuple[float, float]:
        """Return the seconds of the first epoch, with compiling, and those of a later one, means over trials."""
        programs = _of("training.program_cache").Programs(self._context)
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
        populations, stacks = _of("training.vectorized.builders"), _of("training.dense.stack")
        built = [self._built(number) for number in range(n_slots)]
        started = time.perf_counter()
        slots = populations.SlotSpec(stacks.Size((0, 3), 104, ("elu", "relu", "sigmoid", "tanh")), n_slots, rows, is_xla)
        first, model = built[0]
        given = self._context, first.training, _of("training.compiled.device_data").Tensors()
        population = populations.build_dense_population(slots, stacks.read_stack(model), *given)
        for slot, (assignment, model) in enumerate(built):
            population.load(slot, model, stacks.read_stack(model), assignment.training)

        def run(epoch: int) -> None:
            member = _of("training.vectorized.population").Member
            population.run_epoch({slot: member(trial, epoch, trial.training.learning_rate) for slot, (trial, _) in enumerate(built)})

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
    return _of("data.arrays").TrainingArrays(**parts, task="regression", n_outputs=1)


def _of(name: str) -> Any:
    """Return a module of the product, which no file here imports by name."""
    return importlib.import_module(f"search.{name}")


if __name__ == "__main__":
    main()
