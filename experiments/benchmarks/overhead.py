"""Measures the overhead of perceptune beside training: time per trial, time to the first trial, memory over many trials."""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from . import processes
from .experiment import experiment_text, listed_search
from .job import Job, read_timing
from .measuring import Bench
from .runners import OURS, RUNNERS
from .tasks import TASKS, draw, overhead

N_TRIALS = (100, 1_000, 5_000)
_FIRST = 100
"""Number of trials after which memory should stop growing."""


def measure_overhead(bench: Bench, numbers: Sequence[int] = N_TRIALS) -> dict[str, Any]:
    """Measure searches whose training takes almost no time.

    Args:
        bench: The bench.
        numbers: Number of trials of each search. Defaults to `N_TRIALS`.

    Returns:
        ``overhead_ms``, milliseconds per trial by number of trials, and ``memory_bytes``, the largest memory after the first
        hundred trials and at the end.
    """
    milliseconds, memory = {}, {}
    for n_trials in numbers:
        task = overhead(n_trials)
        folder = bench.new_folder(task.name)
        Job(task, draw(task), 0).write(folder)
        finished = processes.run(["-m", RUNNERS[OURS].module], folder, processes.environment(folder))
        timing = read_timing(folder)
        milliseconds[str(n_trials)] = 1000 * (timing["recorded"] - timing["ready"]) / n_trials
        at_first = finished.peak_bytes(timing["finished"][min(_FIRST, n_trials) - 1])
        memory[str(n_trials)] = {"after_100": at_first, "at_end": finished.peak_bytes(timing["recorded"])}
        bench.log(f"overhead of {n_trials} trials: {milliseconds[str(n_trials)]:.1f} ms each")
    return {"overhead_ms": milliseconds, "memory_bytes": memory}


def measure_start(bench: Bench, n_repeats: int = 3) -> dict[str, float]:
    """Measure the seconds from the command to the first finished trial, and those of importing the backend alone.

    Args:
        bench: The bench.
        n_repeats: Number of repeats; medians are returned. Defaults to 3.
    """
    commands, imports = [], []
    for repeat in range(n_repeats):
        folder = bench.new_folder(f"start-{repeat}")
        commands.append(_seconds_to_first_trial(folder))
        imports.append(processes.run(["-c", "import keras"], folder, processes.environment(folder)).seconds)
    start = {"command_to_first_trial": median(commands), "backend_import": median(imports)}
    bench.log("start: first trial after {command_to_first_trial:.1f} s, the backend alone takes {backend_import:.1f} s".format(**start))
    return start


def _seconds_to_first_trial(folder: Path) -> float:
    task = TASKS["diabetes"]
    job = Job(task, draw(task)[:2], 0)
    job.write(folder)
    (folder / "start.toml").write_text(experiment_text(task, listed_search(job)), encoding="utf-8")
    variables = processes.environment(folder) | {"PYTHONUNBUFFERED": "1"}
    started = time.monotonic()
    words = [sys.executable, "-m", "search", "run", "start.toml"]
    with subprocess.Popen(words, cwd=folder, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        lines = process.stdout or ()
        seconds = next((time.monotonic() - started for line in lines if line.startswith("[1/")), None)
        rest = list(lines)
    if seconds is None or process.returncode:
        raise processes.ProgramError(rest[-1].strip() if rest else "the command finished no trial")
    return seconds
