"""Searches by this product: an experiment file with the default settings, its trials proposed from the list.

The study runs through the same function as ``make search``; an observer notes when trials begin and end.
"""

import importlib
import os
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

from ..experiment import experiment_text, listed_search
from ..job import Job, answer
from ..stores import n_ended


class Stamps:
    """Notes when workers are ready, when trials end, and when the last is recorded.

    Workers are ready at the first news after the stage in which they start: another stage, or a trial.

    Args:
        n_trials: How many there will be.
        store: MLflow's file.
    """

    def __init__(self, n_trials: int, store: Path) -> None:
        self.ready = 0.0
        self.finished: list[float] = []
        self.recorded = 0.0
        self._is_starting = False
        self._n_trials, self._store = n_trials, store
        self._watch = threading.Thread(target=self._wait, daemon=True)

    def on_study_start(self, study: str, *, n_finished: int, n_trials: int, best: tuple[int, float] | None) -> None:
        """Do nothing."""

    def on_trial_start(self, assignment: Any) -> None:
        """Note the first."""
        self.ready = self.ready or time.time()

    def on_epoch_end(self, report: Any) -> None:
        """Do nothing."""

    def on_trial_end(self, result: Any, *, is_best: bool) -> None:
        """Note it, and after the last wait until all are recorded."""
        self.finished.append(time.time())
        if len(self.finished) == self._n_trials:
            self._watch.start()

    def on_stage(self, text: str) -> None:
        """Note the second: the first is that workers start."""
        if self._is_starting:
            self.ready = self.ready or time.time()
        self._is_starting = True

    def join(self) -> None:
        """Wait until the last trial was seen in the store."""
        self._watch.join()

    def _wait(self) -> None:
        recorded = threading.Event()
        with sqlite3.connect(f"file:{self._store}?mode=ro", uri=True) as connection:
            while n_ended(connection) < self._n_trials:
                recorded.wait(0.01)
        self.recorded = time.time()


def main() -> None:
    """Do the job in the working directory."""
    job = Job.read()
    file = Path("experiment.toml")
    file.write_text(experiment_text(job.task, listed_search(job)), encoding="utf-8")
    search = importlib.import_module("search")
    stamps = Stamps(len(job.trials), Path(os.environ["MLFLOW_TRACKING_URI"].removeprefix("sqlite:///")))
    search.run_study(search.load_experiment(file), study=job.task.name, fresh=True, observer=stamps)
    stamps.join()
    answer(stamps.ready, stamps.recorded, finished=stamps.finished)


if __name__ == "__main__":
    main()
