"""What this product takes besides training: time per trial, time to the first trial, memory as trials add up."""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from . import processes
from .experiment import experiment_text, listed_search
from .job import Job, read_answer
from .measuring import Bench
from .runners import OURS, RUNNERS
from .tasks import TASKS, draw, overhead

N_TRIALS = (100, 1_000, 5_000)
_FIRST = 100
"""Trials after which memory should grow no more."""


def measure_overhead(bench: Bench, numbers: Sequence[int] = N_TRIALS) -> dict[str, Any]:
    """Search with training that takes no time.

    Args:
        bench: Where.
        numbers: Trials of each search. Defaults to `N_TRIALS`.

    Returns:
        ``overhead_ms``, milliseconds a trial by number of trials, and ``memory_bytes``, the largest after the first hundred
        trials and at the end.
    """
    milliseconds, memory = {}, {}
    for n_trials in numbers:
        task = overhead(n_trials)
        folder = bench.new_folder(task.name)
        Job(task, draw(task), 0).write(folder)
        finished = processes.run(["-m", RUNNERS[OURS].module], folder, processes.environment(folder))
        answer = read_answer(folder)
        milliseconds[str(n_trials)] = 1000 * (answer["recorded"] - answer["ready"]) / n_trials
        at_first = finished.peak_bytes(answer["finished"][min(_FIRST, n_trials) - 1])
        memory[str(n_trials)] = {"after_100": at_first, "at_end": finished.peak_bytes(answer["recorded"])}
        bench.say(f"overhead of {n_trials} trials: {milliseconds[str(n_trials)]:.1f} ms each")
    return {"overhead_ms": milliseconds, "memory_bytes": memory}


def measure_start(bench: Bench, n_repeats: int = 3) -> dict[str, float]:
    """Measure the seconds from the command to the first finished trial, and those of importing the backend alone.

    Args:
        bench: Where.
        n_repeats: How often; medians are returned. Defaults to 3.
    """
    commands, imports = [], []
    for repeat in range(n_repeats):
        folder = bench.new_folder(f"start-{repeat}")
        commands.append(_seconds_to_first_trial(folder))
        imports.append(processes.run(["-c", "import keras"], folder, processes.environment(folder)).seconds)
    start = {"command_to_first_trial": median(commands), "backend_import": median(imports)}
    bench.say("start: first trial after {command_to_first_trial:.1f} s, the backend alone takes {backend_import:.1f} s".format(**start))
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
