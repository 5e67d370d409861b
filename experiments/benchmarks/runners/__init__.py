"""Runners, one tool a file: each is a program that reads a job, searches, and writes when it was ready and when its last trial was recorded."""

import importlib.util
from dataclasses import dataclass

OURS, RECIPE, LIMIT = "perceptune", "optuna_tensorflow", "limit"


@dataclass(frozen=True)
class Runner:
    """One tool that searches.

    Attributes:
        name: Its name in the results.
        program: Its file in this folder.
        backend: Keras' backend. Defaults to "tensorflow".
        package: A package that it needs beside this project's requirements. Defaults to none.
        extra: The extra that installs the package.
        is_slow: Whether it trains only the first trials of the list with ``--quick``. Defaults to True.
        short_tasks: Its tasks with ``--quick``. Defaults to the first four.
        tasks: Its tasks without it; None for all. Defaults to None.
    """

    name: str
    program: str
    backend: str = "tensorflow"
    package: str = ""
    extra: str = ""
    is_slow: bool = True
    short_tasks: tuple[str, ...] = ("diabetes", "housing", "fashion", "lenet")
    tasks: tuple[str, ...] | None = None

    @property
    def module(self) -> str:
        """The module that ``python -m`` runs."""
        return f"{__name__}.{self.program}"

    def does(self, task: str, *, is_short: bool) -> bool:
        """Return whether it does a task.

        Args:
            task: The task's name.
            is_short: Whether with ``--quick``.
        """
        return (not is_short or task in self.short_tasks) and (self.tasks is None or task in self.tasks)

    @property
    def is_installed(self) -> bool:
        """Whether its package is installed."""
        return not self.package or importlib.util.find_spec(self.package) is not None


_SHORT = ("diabetes", "housing")
RUNNERS = {
    runner.name: runner
    for runner in (
        Runner(RECIPE, "optuna_recipe"),
        Runner("optuna_jax", "optuna_recipe", "jax", package="jax", extra="jax", short_tasks=_SHORT),
        Runner("keras_tuner", "keras_tuner_search", package="tensorboard", extra="tensorboard", short_tasks=_SHORT),
        Runner("ray_tune", "ray_tune_search", package="ray", extra="ray", short_tasks=_SHORT[:1]),
        Runner(OURS, "perceptune_study", is_slow=False),
        Runner(LIMIT, "limit_loop", is_slow=False, short_tasks=("housing", "fashion"), tasks=("diabetes", "housing", "fashion", "lenet")),
    )
}
