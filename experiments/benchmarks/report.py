"""The results as tables, on the screen and in ``RESULTS.md``."""

import datetime
import importlib.metadata
import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .gpu import describe_gpus
from .runners import OURS, RUNNERS

RESULTS = Path(__file__).parent / "RESULTS.md"
GPU_HEADING = "# On a GPU"
_COLUMNS = (
    *("runner", "trials", "seconds per trial", "trials per minute", "times ours", "best val_loss", "curves off by", "own scatter"),
    *("process, s", "memory, MB"),
)
_HEAD = f"| {' | '.join(_COLUMNS)} |\n{'|---' * len(_COLUMNS)}|\n"
_PACKAGES = ("tensorflow", "keras", "jax", "optuna", "mlflow", "keras-tuner", "ray")


def describe_machine(device: str = "cpu") -> dict[str, Any]:
    """Return the date, the processor or the GPU, and the versions of the packages."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    machine: dict[str, Any] = {"date": datetime.datetime.now(datetime.UTC).date().isoformat(), "processor": _processor(), "cores": cores}
    machine["python"] = platform.python_version()
    machine["packages"] = {name: version for name in _PACKAGES if (version := _version(name))}
    if device == "gpu":
        machine["gpu"] = describe_gpus()
    return machine


def to_text(results: Mapping[str, Any]) -> str:
    """Return results as Markdown.

    Args:
        results: The benchmark's results, as in its JSON file.
    """
    parts = [_task_table(name, figures) for name, figures in results.get("tasks", {}).items()]
    if "overhead_ms" in results:
        parts.append(_overhead_table(results))
    if "start" in results:
        parts.append(_start_lines(results["start"]))
    return "\n".join(parts)


def write_results(results: Mapping[str, Any], command: str, file: Path = RESULTS) -> None:
    """Write ``RESULTS.md``; the part that was measured on another kind of device stays unchanged.

    Args:
        results: The benchmark's results, as in its JSON file.
        command: The command that measured them.
        file: The file to write. Defaults to `RESULTS`.
    """
    earlier = file.read_text(encoding="utf-8") if file.exists() else ""
    cpu, _, gpu = earlier.partition(GPU_HEADING)
    machine = results["machine"]
    is_gpu = "gpu" in machine
    text = f"{_introduction(machine, command)}\n{to_text(results)}"
    cpu, gpu = (cpu, f"\n\n{text}") if is_gpu else (f"# Measured\n\n{text}\n", gpu)
    file.write_text(f"{cpu}{GPU_HEADING}{gpu}".removesuffix(GPU_HEADING).rstrip() + "\n", encoding="utf-8")


def _introduction(machine: Mapping[str, Any], command: str) -> str:
    packages = ", ".join(f"{name} {version}" for name, version in machine["packages"].items())
    device = f", {machine['gpu']}" if "gpu" in machine else ""
    return f"""{machine["date"]}, {machine["cores"]} cores of {machine["processor"]}{device}, Python {machine["python"]}, {packages}.
Command: `{command}`. [README.md](README.md) describes the method.

"trials" is the number of trials of a search x repeats. A runner with fewer trials trained only the first ones of the list: its best val_loss is
that of these trials, and its start-up time has more weight. Missing runners were not installed, or were skipped by `--quick` to save time.
"""


def _task_table(name: str, figures: Mapping[str, Any]) -> str:
    rows = [_row(runner, figures[runner], figures.get("ratio", {})) for runner in RUNNERS if runner in figures]
    text = f"## {name}\n{_HEAD}{''.join(rows)}"
    if distribution := figures.get("distribution"):
        verdict = "within" if distribution["is_within_two"] else "not within"
        text += (
            f"\nFinal val_loss of {OURS} minus the recipe's, {distribution['n_seeds']} seeds of each trial: "
            f"{distribution['mean_difference']:+.5f}, {verdict} two standard errors of {distribution['standard_error']:.5f}.\n"
        )
    return text


def _row(runner: str, figures: Mapping[str, Any], ratios: Mapping[str, float]) -> str:
    cells = [
        runner,
        f"{figures['n_trials']} x {figures['n_repeats']}" + (f", {n} not finite" if (n := figures["n_not_finite"]) else ""),
        f"{figures['seconds_per_trial']:.3f}",
        f"{figures['trials_per_minute']:.0f}" + (f" (GPU {figures['gpu_percent']:.0f} %)" if "gpu_percent" in figures else ""),
        f"{ratios[runner]:.2f}" if runner in ratios else "",
        *(f"{figures[key]:.4f}" if key in figures else "" for key in ("best_value", "curve_difference", "curve_deviation")),
        f"{figures['process_seconds']:.0f}",
        f"{figures['peak_memory_bytes'] / 1e6:.0f}",
    ]
    return f"| {' | '.join(cells)} |\n"


def _overhead_table(results: Mapping[str, Any]) -> str:
    memory = results["memory_bytes"]
    rows = [
        f"| {n} | {ms:.1f} | {memory[n]['after_100'] / 1e6:.0f} | {memory[n]['at_end'] / 1e6:.0f} |\n" for n, ms in results["overhead_ms"].items()
    ]
    head = "| trials | milliseconds per trial | memory after 100 trials, MB | at the end, MB |\n|---|---|---|---|\n"
    return f"## overhead\nperceptune only, with training that takes almost no time.\n\n{head}{''.join(rows)}"


def _start_lines(start: Mapping[str, float]) -> str:
    first, alone = start["command_to_first_trial"], start["backend_import"]
    return f"From the command to the first finished trial {first:.1f} s; importing the backend alone takes {alone:.1f} s.\n"


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _processor() -> str:
    file = Path("/proc/cpuinfo")
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    named = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return named or platform.processor() or platform.machine()
