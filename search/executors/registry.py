"""Makes the executor that an experiment names."""

from pathlib import Path

from ..experiment import ExecutorSection
from .base import Executor
from .in_process import InProcessExecutor
from .worker_pool import WorkerPool


def make_executor(section: ExecutorSection, logs: Path) -> Executor:
    """Make an executor; nothing is started yet.

    Args:
        section: The experiment's ``[executor]``.
        logs: Folder for what worker processes print.

    Returns:
        The executor.
    """
    match section.name:
        case "workers":
            return WorkerPool(logs)
        case "in-process":
            return InProcessExecutor()
