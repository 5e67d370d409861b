"""Compares searches of the same networks by several tools: ``make bench``, or ``make bench ARGS=--quick`` in ten minutes.

Prints a table, and writes it to ``experiments/benchmarks/RESULTS.md`` if all tasks and runners were requested.
"""

import argparse
import json
import shlex
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import overhead
from .data import load
from .figures import summarize
from .gpu import has_gpu
from .measuring import Bench
from .processes import ProgramError
from .report import describe_machine, to_text, write_results
from .runners import OURS, RUNNERS, Runner
from .tasks import GPU_TRIALS, TASKS, Task, on_gpu

OVERHEAD = "overhead"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the requested tasks and runners.

    Args:
        arguments: The command-line arguments. Defaults to those of the process.

    Returns:
        The exit status: 0 if something was measured, else 1.
    """
    words = sys.argv[1:] if arguments is None else list(arguments)
    options = _parse(words)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        bench = Bench(folder=Path(folder), device=options.device, is_short=options.quick, log=_log)
        results = _measure(bench, options)
    print(f"\n{to_text(results)}")
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    if not options.tasks and not options.runners:
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
    options = parser.parse_args(words)
    if options.device == "gpu" and not has_gpu():
        parser.error("--device gpu needs an NVIDIA GPU, but the driver finds none; see nvidia-smi")
    return options


def _names(known: Sequence[str]) -> Any:
    def names(text: str) -> list[str]:
        given = text.split(",")
        if unknown := [name for name in given if name not in known]:
            raise argparse.ArgumentTypeError(f"unknown name: {', '.join(unknown)}; expected some of {', '.join(known)}")
        return given

    return names


def _measure(bench: Bench, options: argparse.Namespace) -> dict[str, Any]:
    is_gpu = bench.device == "gpu"
    runners = _installed([RUNNERS[name] for name in options.runners or (("optuna_jax", OURS) if is_gpu else RUNNERS)])
    named = options.tasks or ([*GPU_TRIALS] if is_gpu else [*TASKS, OVERHEAD])
    tasks = _available([on_gpu(TASKS[name]) if is_gpu else TASKS[name] for name in named if name != OVERHEAD])
    n_repeats = options.repeats or (1 if bench.is_short or is_gpu else 5)
    results = {"machine": describe_machine(bench.device), "tasks": summarize(bench.measure(tasks, runners, n_repeats))}
    return results | (_measure_overhead(bench) if OVERHEAD in named else {})


def _measure_overhead(bench: Bench) -> dict[str, Any]:
    numbers, n_repeats = (overhead.N_TRIALS[:2], 1) if bench.is_short else (overhead.N_TRIALS, 3)
    try:
        return overhead.measure_overhead(bench, numbers) | {"start": overhead.measure_start(bench, n_repeats)}
    except ProgramError as error:
        _log(f"{OVERHEAD} is skipped: {error}")
        return {}


def _installed(runners: Sequence[Runner]) -> list[Runner]:
    for runner in runners:
        if not runner.is_installed:
            _log(f'{runner.name} is skipped: {runner.package} is not installed; .venv/bin/pip install -e ".[{runner.extra}]"')
    return [runner for runner in runners if runner.is_installed]


def _available(tasks: Sequence[Task]) -> list[Task]:
    available = []
    for task in tasks:
        try:
            load(task)
        except FileNotFoundError as error:
            _log(f"{task.name} is skipped: {error}")
        else:
            available.append(task)
    return available


def _log(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
