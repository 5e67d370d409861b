"""Runs each runner on each task, one after another, each search in its own process and folder."""

import math
import shutil
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import processes, stores
from .job import Job, read_timing
from .runners import LIMIT, OURS, Runner
from .stores import Curves
from .tasks import Task, draw


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """One search by one runner.

    Attributes:
        seed: Seed of the training; searches of one repeat have the same.
        n_trials: Number of its trials.
        seconds: Time from the imported backend and the loaded data to the last recorded trial.
        process_seconds: Wall-clock time of the whole process.
        peak_bytes: Largest memory of the process and its children.
        curves: The validation losses; empty for the runner `limit`.
        gpu: Mean utilization of the GPU during that time, in percent; None without one.
    """

    seed: int
    n_trials: int
    seconds: float
    process_seconds: float
    peak_bytes: int
    curves: Curves
    gpu: float | None = None

    @property
    def seconds_per_trial(self) -> float:
        """Seconds over trials."""
        return self.seconds / self.n_trials

    @property
    def finite_curves(self) -> Curves:
        """The curves of the trials whose loss stayed finite."""
        return {number: curve for number, curve in self.curves.items() if all(map(math.isfinite, curve))}


Measured = dict[str, dict[str, list[Measurement]]]
"""Measurements by task and runner, one per repeat."""


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Measures searches.

    Attributes:
        folder: Parent of the searches' folders.
        device: "cpu" or "gpu". Defaults to "cpu".
        is_short: Whether slow runners train a few trials of some tasks only. Defaults to False.
        log: Called with each line of progress. Defaults to printing.
    """

    folder: Path
    device: str = "cpu"
    is_short: bool = False
    log: Callable[[str], None] = print

    def measure(self, tasks: Sequence[Task], runners: Sequence[Runner], n_repeats: int) -> Measured:
        """Measure each runner on each task.

        Args:
            tasks: The tasks.
            runners: The runners.
            n_repeats: Number of repeats, each with other seeds and another order of the runners.

        Returns:
            The measurements; a runner that fails is skipped with a line.
        """
        measured: Measured = {task.name: defaultdict(list) for task in tasks}
        for repeat in range(n_repeats):
            for task in tasks:
                for runner in _rotated(runners, repeat):
                    if not runner.does(task.name, is_short=self.is_short):
                        continue
                    try:
                        measurement = self.search(task, runner, repeat)
                    except processes.ProgramError as error:
                        self.log(f"{task.name}: {runner.name} is skipped: {error}")
                        continue
                    self.log(f"{task.name}, repeat {repeat + 1}: {runner.name} {measurement.seconds_per_trial:.3f} s per trial")
                    measured[task.name][runner.name].append(measurement)
        return measured

    def search(self, task: Task, runner: Runner, seed: int) -> Measurement:
        """Measure a runner on a task once.

        Args:
            task: The task.
            runner: The runner.
            seed: Seed of the training.

        Raises:
            processes.ProgramError: If the runner fails, or has not recorded each epoch.
        """
        is_few = runner.is_slow and (self.is_short or self.device == "gpu")
        trials = draw(task)[: task.n_few if is_few else task.n_trials]
        folder = self.new_folder(f"{task.name}-{runner.name}-{seed}", has_store=runner.name != OURS)
        Job(task, trials, seed).write(folder)
        backend = "jax" if self.device == "gpu" else runner.backend
        variables = processes.environment(folder, backend, self.device)
        finished = processes.run(["-m", runner.module], folder, variables, self.device)
        timing = read_timing(folder)
        curves = stores.read_curves(folder / processes.STORE)
        if runner.name != LIMIT:
            _check(curves, len(trials), task.epochs)
        return Measurement(
            seed=seed,
            n_trials=len(trials),
            seconds=timing["recorded"] - timing["ready"],
            process_seconds=finished.seconds,
            peak_bytes=finished.peak_bytes(),
            curves=curves,
            gpu=finished.utilization(timing["ready"], timing["recorded"]),
        )

    def new_folder(self, name: str, *, has_store: bool = False) -> Path:
        """Create a folder.

        Args:
            name: Its name.
            has_store: Whether MLflow's store is created beforehand. Defaults to False, since perceptune creates its own, as `make search` does.
        """
        folder = self.folder / name
        folder.mkdir()
        if has_store:
            template = self.folder / "empty.db"
            if not template.exists():
                stores.create(template)
            shutil.copyfile(template, folder / processes.STORE)
        return folder


def _rotated(runners: Sequence[Runner], repeat: int) -> list[Runner]:
    first = repeat % len(runners)
    return [*runners[first:], *runners[:first]]


def _check(curves: Curves, n_trials: int, epochs: int) -> None:
    """Check that each epoch of each trial was recorded; perceptune ends a trial whose loss is not finite."""
    short = [number for number, curve in curves.items() if len(curve) != epochs and all(map(math.isfinite, curve))]
    if len(curves) != n_trials or short:
        raise processes.ProgramError(f"{len(curves)} of {n_trials} trials are recorded; trials with missing epochs: {short or 'none'}")
