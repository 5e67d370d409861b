"""Starts workers as processes of this machine."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from ...experiment.file import Experiment
from ...experiment.kept_modules import KeptModule
from ...python_process import Process, PythonProcess
from ..device_share import DeviceShare
from ..devices import divide_devices
from ..messages import WorkerSetup
from .fork_client import ForkClient
from .process_connection import ProcessConnection

_WORKER = f"{__package__}.worker:work"


class ProcessHost:
    """This machine as a host of workers.

    Args:
        logs: Folder for the workers' output.
        programs: Folder in which compiled programs are kept for later runs. Defaults to none.
        modules: The user's modules that all workers import, also one that replaces another. Defaults to none, which imports the files.
    """

    def __init__(self, logs: Path, programs: Path | None = None, modules: tuple[KeptModule, ...] = ()) -> None:
        self._logs = logs
        self._modules = modules
        self._programs = programs
        self._server: ForkClient | None = None
        self._setup: WorkerSetup
        self._has_gpus: bool

    def prepare(self, experiment: Experiment, arrays: Path) -> list[DeviceShare]:
        """Divide this machine's devices."""
        self._logs.mkdir(parents=True, exist_ok=True)
        self._setup = WorkerSetup(experiment, str(arrays), sys.path, self._modules)
        if self._programs:
            self._programs.mkdir(parents=True, exist_ok=True)
        shares = divide_devices(experiment.executor, str(self._programs or ""))
        self._has_gpus = any(share.kind == "gpu" for share in shares)
        return shares

    def start_worker(self, share: DeviceShare, name: str) -> ProcessConnection:
        """Request a worker from the fork server, and do not wait for it."""
        server, log = self._running_server(share), self._logs / f"{name}.log"
        connection = ProcessConnection(server, server.fork(_WORKER, share.environment, log), log)
        connection.send(self._setup)
        return connection

    def start_process(self, entry: str, environment: Mapping[str, str], name: str) -> Process:
        """Fork a process of the server, which has imported the backend; without a server, start one that imports it itself."""
        if self._server is None:
            return PythonProcess(entry, environment)
        log = self._logs / f"{name}.log"
        threads = str(os.cpu_count() or 1)  # the server's are one worker's
        environment = {"TF_NUM_INTRAOP_THREADS": threads, "TF_NUM_INTEROP_THREADS": threads, **environment}
        return ProcessConnection(self._server, self._server.fork(entry, environment, log), log)

    def close(self) -> None:
        """Stop the server; all workers have ended before."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def _running_server(self, share: DeviceShare) -> ForkClient:
        """Return the fork server; start one if there is none, or if it has ended."""
        if self._server is None or self._server.exit_code is not None:
            # A fork of a process that has used a GPU cannot use it, and a fork after an import of macOS' frameworks may crash.
            preloads = sys.platform == "linux" and not self._has_gpus
            # A preloaded backend reads the server's environment; all workers on the CPU have the same.
            environment = share.environment if preloads else {}
            self._server = ForkClient.start(environment, self._logs / "fork-server.log", preloads=preloads)
        return self._server
