"""Makes the executor that an experiment names."""

from pathlib import Path

from ..experiment.executor_section import ExecutorSection
from ..experiment.kept_modules import KeptModule
from .base import Executor
from .in_process import InProcessExecutor
from .local.process_host import ProcessHost
from .ray_cluster.actor_host import ActorHost
from .worker_pool import WorkerPool


def make_executor(section: ExecutorSection, logs: Path, programs: Path, modules: tuple[KeptModule, ...]) -> Executor:
    """Make an executor; nothing is started yet.

    Args:
        section: The experiment's ``[executor]``.
        logs: Folder for the output of worker processes.
        programs: Folder in which compiled programs are kept for later runs.
        modules: The user's modules as they were checked. Ray copies their files itself when it starts.
    """
    match section.name:
        case "workers":
            return WorkerPool(ProcessHost(logs, programs, modules))
        case "ray":
            return WorkerPool(ActorHost(programs))
        case "in-process":
            return InProcessExecutor()
