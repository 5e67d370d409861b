"""Runs a program in its own folder, and measures its memory and the GPU's utilization meanwhile."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from . import stores
from .gpu import utilization

ROOT = Path(__file__).parents[2]
STORE = "mlflow.db"
_INTERVAL_SECONDS = 0.5


class ProgramError(RuntimeError):
    """A program failed; the message is the last line of its output."""


@dataclass(frozen=True)
class Finished:
    """Time, memory and GPU utilization of a finished program.

    Attributes:
        seconds: Wall-clock time of the whole process.
        memory: Time in seconds since 1970, and bytes in use by the process and its children, twice a second; shared memory
            counts for each of them.
        gpu: Time, and utilization of the first GPU in percent, twice a second; empty if it was not measured.
    """

    seconds: float
    memory: Sequence[tuple[float, int]]
    gpu: Sequence[tuple[float, float]]

    def peak_bytes(self, until: float = float("inf")) -> int:
        """Return the largest memory up to a moment."""
        return max((size for moment, size in self.memory if moment <= until), default=0)

    def utilization(self, start: float, end: float) -> float | None:
        """Return the mean utilization of the GPU between two moments; None if it was not measured."""
        percents = [percent for moment, percent in self.gpu if start <= moment <= end]
        return sum(percents) / len(percents) if percents else None


def environment(folder: Path, backend: str = "tensorflow", device: str = "cpu") -> dict[str, str]:
    """Return the environment variables of a program that tracks into its own folder.

    Args:
        folder: The folder.
        backend: Keras' backend. Defaults to "tensorflow".
        device: "cpu" or "gpu". Defaults to "cpu".
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
    if "PERCEPTUNE_DATA" in kept:
        kept["PERCEPTUNE_DATA"] = str(Path(kept["PERCEPTUNE_DATA"]).absolute())
    paths = [str(ROOT), *(str(Path(path).absolute()) for path in kept.get("PYTHONPATH", "").split(os.pathsep) if path)]
    own = {
        "PYTHONPATH": os.pathsep.join(paths),
        "KERAS_BACKEND": backend,
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "MLFLOW_TRACKING_URI": stores.uri(folder / STORE),
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    return kept | own | ({"CUDA_VISIBLE_DEVICES": ""} if device == "cpu" else {})


def run(words: Sequence[str], folder: Path, variables: Mapping[str, str], device: str = "cpu") -> Finished:
    """Run a Python program until it ends.

    Args:
        words: The command-line arguments of ``python``.
        folder: Its working directory, with its output in ``output.log``.
        variables: Its environment.
        device: "cpu" or "gpu"; on "gpu" the GPU's utilization is measured. Defaults to "cpu".

    Returns:
        Its time, memory and GPU utilization.

    Raises:
        ProgramError: If its exit status is not 0.
    """
    started = time.time()
    memory, gpu = [], []
    with (folder / "output.log").open("wb") as output:
        process = subprocess.Popen([sys.executable, *words], cwd=folder, env=dict(variables), stdout=output, stderr=subprocess.STDOUT)
        while True:
            memory.append((time.time(), used_bytes(process.pid)))
            if device == "gpu":
                gpu.append((time.time(), utilization()))
            try:
                status = process.wait(_INTERVAL_SECONDS)
                break
            except subprocess.TimeoutExpired:
                continue
    if status:
        raise ProgramError(_last_line(folder / "output.log") or f"exit status {status}")
    return Finished(time.time() - started, memory, gpu)


def used_bytes(pid: int) -> int:
    """Return the memory in use by a process and its children; 0 if it has ended."""
    try:
        processes = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    return sum(map(_resident_bytes, processes))


def _resident_bytes(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:  # it ended after the children were listed
        return 0


def _last_line(file: Path) -> str:
    lines = file.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else ""
