"""Measures searches of the same networks side by side: ``make bench``, or ``make bench ARGS=--quick`` in ten minutes.

Prints a table and writes it to ``experiments/benchmarks/RESULTS.md`` where nothing was left out on purpose.
"""

import argparse
import json
import shlex
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import overhead
from .data import load
from .figures import summarize
from .measuring import Bench
from .processes import ProgramError
from .report import describe_machine, to_text, write_results
from .runners import OURS, RUNNERS, Runner
from .tasks import GPU_TRIALS, TASKS, Task, on_gpu

OVERHEAD = "overhead"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for.

    Args:
        arguments: The words of the command line. Defaults to the process' own.

    Returns:
        The exit status: 0 if something was measured, 1 if nothing could be.
    """
    words = sys.argv[1:] if arguments is None else list(arguments)
    asked = _parse(words)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        bench = Bench(folder=Path(folder), device=asked.device, is_short=asked.quick, say=_say)
        results = _measure(bench, asked)
    print(f"\n{to_text(results)}")
    if asked.json:
        asked.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    if not asked.tasks and not asked.runners:
        write_results(results, shlex.join(["python", "-m", "experiments.benchmarks", *words]))
    return 0 if results["tasks"] or "overhead_ms" in results else 1


def _parse(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m experiments.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one repeat, and a few trials of the slow runners: ten minutes on two cores")
    parser.add_argument("--tasks", type=_names([*TASKS, OVERHEAD]), default=[], help="such as diabetes,overhead; all if not given")
    parser.add_argument("--runners", type=_names(list(RUNNERS)), default=[], help="such as perceptune,limit; all if not given")
    parser.add_argument("--repeats", type=int, default=0, help="how often, each time with other seeds; 5 if not given")
    parser.add_argument("--device", choices=("cpu", "gpu"), default="cpu", help="on gpu, perceptune and optuna_jax run on JAX")
    parser.add_argument("--json", type=Path, help="file for the results")
    asked = parser.parse_args(words)
    if asked.device == "gpu" and not shutil.which("nvidia-smi"):
        parser.error("--device gpu needs an NVIDIA GPU, and nvidia-smi to watch it")
    return asked


def _names(known: Sequence[str]) -> Any:
    def names(text: str) -> list[str]:
        given = text.split(",")
        if unknown := [name for name in given if name not in known]:
            raise argparse.ArgumentTypeError(f"there is no {', '.join(unknown)}; expected some of {', '.join(known)}")
        return given

    return names


def _measure(bench: Bench, asked: argparse.Namespace) -> dict[str, Any]:
    is_gpu = bench.device == "gpu"
    runners = _installed([RUNNERS[name] for name in asked.runners or (("optuna_jax", OURS) if is_gpu else RUNNERS)])
    named = asked.tasks or ([*GPU_TRIALS] if is_gpu else [*TASKS, OVERHEAD])
    tasks = _available([on_gpu(TASKS[name]) if is_gpu else TASKS[name] for name in named if name != OVERHEAD])
    n_repeats = asked.repeats or (1 if bench.is_short or is_gpu else 5)
    results = {"machine": describe_machine(bench.device), "tasks": summarize(bench.measure(tasks, runners, n_repeats))}
    return results | (_measure_overhead(bench) if OVERHEAD in named else {})


def _measure_overhead(bench: Bench) -> dict[str, Any]:
    numbers, n_repeats = (overhead.N_TRIALS[:2], 1) if bench.is_short else (overhead.N_TRIALS, 3)
    try:
        return overhead.measure_overhead(bench, numbers) | {"start": overhead.measure_start(bench, n_repeats)}
    except ProgramError as error:
        _say(f"{OVERHEAD} is left out: {error}")
        return {}


def _installed(runners: Sequence[Runner]) -> list[Runner]:
    for runner in runners:
        if not runner.is_installed:
            _say(f'{runner.name} is left out: {runner.package} is not installed; .venv/bin/pip install -e ".[{runner.extra}]"')
    return [runner for runner in runners if runner.is_installed]


def _available(tasks: Sequence[Task]) -> list[Task]:
    available = []
    for task in tasks:
        try:
            load(task)
        except FileNotFoundError as error:
            _say(f"{task.name} is left out: {error}")
        else:
            available.append(task)
    return available


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
