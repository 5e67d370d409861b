"""The interface of leases, by which coordinators share the tasks of a study, and the leases of a single coordinator."""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Protocol, final


class Leases(Protocol):
    """The leases of one coordinator on the tasks of a study. A task is a short text, such as ``trial 7``."""

    @property
    def are_shared(self) -> bool:
        """Whether other coordinators may run the study at the same time."""
        ...

    def lock(self) -> AbstractContextManager[None]:
        """Hold the study's lock, which is reentrant, during a block."""
        ...

    def acquire(self, task: str) -> bool:
        """Acquire the lease of a task, or return False if another coordinator holds it and it has not expired."""
        ...

    def holds(self, task: str) -> bool:
        """Return whether this coordinator certainly still holds a lease, without a query."""
        ...

    def renew(self, task: str) -> bool:
        """Renew a lease, or return False if this coordinator does not hold it any more."""
        ...

    def release(self, task: str) -> None:
        """Release the lease of a task."""
        ...

    def held_by_others(self) -> set[str]:
        """Return the tasks whose leases other coordinators hold."""
        ...

    def wait(self) -> None:
        """Wait a moment for the progress of other coordinators."""
        ...

    def wake_periodically(self, wake: Callable[[], None]) -> AbstractContextManager[None]:
        """Call a function periodically during a block, so that a wait inside it ends and lost trials are noticed."""
        ...

    def release_all(self) -> None:
        """Release all leases."""
        ...

    def close(self) -> None:
        """Release all leases and close the study."""
        ...


@final
class ExclusiveLeases:
    """The leases of a coordinator that runs a study alone, such as under a file lock: it holds whatever it acquires.

    Args:
        end: Called by `close`, for example to release the file lock. Defaults to doing nothing.
    """

    are_shared = False

    def __init__(self, end: Callable[[], object] = lambda: None) -> None:
        self._end = end
        self._tasks: set[str] = set()

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Do nothing: no other coordinator exists."""
        yield

    def acquire(self, task: str) -> bool:
        """Acquire the lease of a task."""
        self._tasks.add(task)
        return True

    def holds(self, task: str) -> bool:
        """Return whether the lease of a task was acquired."""
        return task in self._tasks

    renew = holds

    def release(self, task: str) -> None:
        """Release the lease of a task."""
        self._tasks.discard(task)

    def held_by_others(self) -> set[str]:
        """Return an empty set: no other coordinator exists."""
        return set()

    def wait(self) -> None:
        """Return at once: no other coordinator exists."""

    def wake_periodically(self, wake: Callable[[], None]) -> AbstractContextManager[None]:
        """Never call the function: no other coordinator exists."""
        return contextlib.nullcontext()

    def release_all(self) -> None:
        """Release all leases."""
        self._tasks.clear()

    def close(self) -> None:
        """Release all leases and let other processes run the study."""
        self.release_all()
        self._end()
