"""Searches by perceptune's own command, with default settings; the trials are proposed from the job's list.

The times of the workers and of the trials are those of the lines that the command prints.
"""

import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ..experiment import experiment_text, listed_search
from ..job import Job, write_timing
from ..stores import n_ended

FILE = "experiment.toml"
_POLL_SECONDS = 0.01
_STARTING = "Starting workers"
_ENDED_TRIAL = re.compile(r"\[ *\d+/\d+\] trial ")


@dataclass
class Stamps:
    """Times of a search's steps, in seconds since 1970.

    Attributes:
        ready: When the workers were ready: the time of the next line after the start of the workers.
        finished: When each trial ended, in order.
    """

    ready: float = 0.0
    finished: list[float] = field(default_factory=list)

    def read(self, lines: Iterable[str], n_trials: int) -> None:
        """Read the lines that the command prints, until a number of trials has ended.

        Args:
            lines: The lines, as they are printed.
            n_trials: Number of trials.
        """
        is_starting = False
        for line in lines:
            if is_starting and not self.ready:
                self.ready = time.time()
            is_starting = is_starting or line.startswith(_STARTING)
            if _ENDED_TRIAL.match(line):
                self.finished.append(time.time())
            if len(self.finished) == n_trials:
                return


def main() -> None:
    """Search as the job in the working directory describes."""
    job, stamps = Job.read(), Stamps()
    Path(FILE).write_text(experiment_text(job.task, listed_search(job)), encoding="utf-8")
    store = Path(os.environ["MLFLOW_TRACKING_URI"].removeprefix("sqlite:///"))
    command = [sys.executable, "-m", "search", "run", FILE, "--study", job.task.name, "--fresh"]
    variables = os.environ | {"PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        stamps.read(process.stdout or (), len(job.trials))
        recorded = _await_recorded(store, len(job.trials), process)
        rest = [*(process.stdout or ())]
    if process.returncode:
        sys.exit(rest[-1].strip() if rest else f"the command failed with exit status {process.returncode}")
    write_timing(stamps.ready, recorded, finished=stamps.finished)


def _await_recorded(store: Path, n_trials: int, process: "subprocess.Popen[str]") -> float:
    """Wait until all trials have ended in MLflow's store, or the search has ended, and return the time."""
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as connection:
        while n_ended(connection) < n_trials and process.poll() is None:
            time.sleep(_POLL_SECONDS)
    return time.time()


if __name__ == "__main__":
    main()
