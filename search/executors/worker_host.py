"""The socket behind `worker_pool`: where workers run, and the line to each of them."""

from pathlib import Path
from typing import Any, Protocol

from ..experiment.file import Experiment
from .devices import DeviceShare


class WorkerConnection(Protocol):
    """What connects the coordinator to one worker."""

    def fileno(self) -> int:
        """A file that can be read when there is a message, or the worker is gone."""
        ...

    def send(self, message: Any) -> None:
        """Say something; nothing is raised if the worker is gone."""
        ...

    def receive(self) -> Any:
        """Take the next message.

        Raises:
            EOFError: If the worker is gone.
        """
        ...

    @property
    def ending(self) -> str:
        """How a worker that is gone ended, in words."""
        ...

    @property
    def is_node_lost(self) -> bool:
        """Whether a worker that is gone went with its machine, and so through no fault of its own."""
        ...

    @property
    def log(self) -> str:
        """Where its output is."""
        ...

    def resident_bytes(self) -> int:
        """The worker's memory when its last trial ended; 0 if that is not known."""
        ...

    def kill(self) -> None:
        """End the worker by force; the line then says that it is gone."""
        ...

    def close(self, *, is_idle: bool) -> None:
        """Have it end, an idle one by itself if it can."""
        ...

    def reap(self) -> None:
        """Wait until it has ended, after `close`."""
        ...


class WorkerHost(Protocol):
    """Machines, or one, on which workers are hired."""

    def prepare(self, experiment: Experiment, arrays: Path) -> list[DeviceShare]:
        """Make ready, and divide what is there.

        Args:
            experiment: What the workers will train.
            arrays: Folder of the training arrays; filled before the first `messages.CheckBuilder` is sent.

        Returns:
            A share for each worker.

        Raises:
            InputError: If the devices that are asked for are not there.
        """
        ...

    def start_worker(self, share: DeviceShare, name: str) -> WorkerConnection:
        """Start a worker, without waiting for it.

        Args:
            share: Its part of what is there.
            name: Its name; a later one of the same name replaces it.
        """
        ...

    def close(self) -> None:
        """Give back what was taken; all workers have ended."""
        ...
