"""The interfaces of executors: an executor, and the host and the connection by which `worker_pool` reaches its workers."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from ..experiment.file import Experiment
from ..python_process import Process
from ..trial import Assignment, Report, TrialResult
from .device_share import DeviceShare


class Executor(Protocol):
    """Trains trials."""

    def start(self, experiment: Experiment, arrays: Path) -> None:
        """Start the workers, without waiting for them.

        Args:
            experiment: The experiment.
            arrays: Folder of the training arrays, read by `TrainingArrays.load`; it may be empty until `check` is called.
        """
        ...

    def check(self, on_wait: Callable[[str], None] = lambda _text: None) -> tuple[str, ...]:
        """Check the model builder against the experiment and the arrays, and wait until a trial can be trained.

        Args:
            on_wait: Called once if that takes more than half a minute, with what is waited for. Defaults to doing nothing.

        Returns:
            What the user should know about the model, one sentence each.

        Raises:
            InputError: If the builder's reference or its arguments are wrong.
            WorkerError: If no worker can be started.
        """
        ...

    @property
    def n_workers(self) -> int:
        """Number of training processes; each may train several trials at once."""
        ...

    @property
    def n_free(self) -> int:
        """Number of assignments that can be submitted now."""
        ...

    def submit(self, assignment: Assignment) -> None:
        """Submit one assignment; allowed only while ``n_free`` is above 0."""
        ...

    def wait(self, report: Report) -> list[TrialResult]:
        """Wait until a submitted trial has ended, more trials can be submitted, or `wake` is called.

        Args:
            report: Called in this process with each epoch of each running trial; it returns whether that trial goes on.

        Returns:
            The results since the last call. A trial whose worker died or hung is FAILED with `Failure.LOST` or `Failure.HUNG`; the
            same trial may be submitted again.
        """
        ...

    def wake(self) -> None:
        """Make a running `wait` return at once; may be called from a signal handler."""
        ...

    def start_process(self, entry: str, environment: Mapping[str, str], name: str) -> Process:
        """Start a process on the coordinator's machine that has the backend imported already, if the executor can fork one.

        Args:
            entry: The function that the process calls with a pipe, "package.module:function".
            environment: Environment variables beside those of this process.
            name: Name of its log.
        """
        ...

    def close(self) -> None:
        """Stop all workers; trials that still run are dropped. A second call does nothing."""
        ...


class WorkerConnection(Protocol):
    """The coordinator's connection to one worker."""

    def fileno(self) -> int:
        """Return a file descriptor that is readable while a message waits, and after the worker has ended."""
        ...

    def send(self, message: Any) -> None:
        """Send a message; if the worker has ended, nothing is raised."""
        ...

    def receive(self) -> Any:
        """Return the next message.

        Raises:
            EOFError: If the worker has ended.
        """
        ...

    @property
    def exit_reason(self) -> str:
        """Why an ended worker ended, such as ``SIGKILL``."""
        ...

    @property
    def is_node_lost(self) -> bool:
        """Whether an ended worker was lost with its machine, and so ended through no fault of its own."""
        ...

    @property
    def log(self) -> str:
        """Where the worker's output is."""
        ...

    @property
    def last_output(self) -> str | None:
        """The last line that the worker printed, empty if it printed nothing; None if this machine does not have it."""
        ...

    def resident_bytes(self) -> int:
        """Return the worker's memory when its last trial ended; 0 if it is unknown."""
        ...

    def kill(self) -> None:
        """Kill the worker; `receive` then raises EOFError."""
        ...

    def close(self, *, is_idle: bool) -> None:
        """Close the connection, which ends an idle worker; a busy one is killed."""
        ...

    def join(self) -> None:
        """Wait until the worker has ended, after `close`."""
        ...


class WorkerHost(Protocol):
    """One machine, or a cluster, on which workers run."""

    def prepare(self, experiment: Experiment, arrays: Path) -> list[DeviceShare]:
        """Connect to the machines, and divide their devices among workers.

        Args:
            experiment: The experiment.
            arrays: Folder of the training arrays; complete before the first `messages.CheckBuilder` is sent.

        Returns:
            A share for each worker.

        Raises:
            InputError: If a requested device does not exist.
        """
        ...

    def start_worker(self, share: DeviceShare, name: str) -> WorkerConnection:
        """Start a worker, without waiting for it.

        Args:
            share: Its devices.
            name: Its name; a later worker of the same name replaces it.
        """
        ...

    def start_process(self, entry: str, environment: Mapping[str, str], name: str) -> Process:
        """Start a process on the coordinator's machine; see `Executor.start_process`."""
        ...

    def close(self) -> None:
        """Release the machines; all workers have ended before."""
        ...
