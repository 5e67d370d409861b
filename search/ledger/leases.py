"""The socket of leases: which coordinator of a study does what, and the one for a coordinator that is alone."""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Protocol, final


class Leases(Protocol):
    """One coordinator's view of who does which task of a study. A task is a short text, such as ``trial 7``."""

    @property
    def are_shared(self) -> bool:
        """Whether there may be other coordinators."""
        ...

    def lock(self) -> AbstractContextManager[None]:
        """Keep the other coordinators of the study out of a block; it may be entered again inside."""
        ...

    def acquire(self, task: str) -> bool:
        """Begin a task, or say that another coordinator does it; one of a coordinator that is gone may be taken."""
        ...

    def holds(self, task: str) -> bool:
        """Say, without asking anybody, whether a task is certainly still this coordinator's."""
        ...

    def renew(self, task: str) -> bool:
        """Ask whether a task is still this coordinator's, and keep it if so."""
        ...

    def release(self, task: str) -> None:
        """Have done with a task."""
        ...

    def held_by_others(self) -> set[str]:
        """Return the tasks that other coordinators do now."""
        ...

    def wait(self) -> None:
        """Wait a moment for what the others do."""
        ...

    def wake_periodically(self, wake: Callable[[], None]) -> AbstractContextManager[None]:
        """Have a function called now and then inside a block, so that whoever waits there looks after the others."""
        ...

    def release_all(self) -> None:
        """Have done with all tasks, finished or not."""
        ...

    def close(self) -> None:
        """Give up all tasks, for good."""
        ...


@final
class ExclusiveLeases:
    """All tasks are this coordinator's: a file's lock keeps the others away.

    Args:
        end: Called at the end; a file lock's release, for one.
    """

    are_shared = False

    def __init__(self, end: Callable[[], object] = lambda: None) -> None:
        self._end = end
        self._tasks: set[str] = set()

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Do nothing."""
        yield

    def acquire(self, task: str) -> bool:
        """Begin a task; nobody else does it."""
        self._tasks.add(task)
        return True

    def holds(self, task: str) -> bool:
        """Say whether a task was opened."""
        return task in self._tasks

    renew = holds

    def release(self, task: str) -> None:
        """Have done with a task."""
        self._tasks.discard(task)

    def held_by_others(self) -> set[str]:
        """Return nothing."""
        return set()

    def wait(self) -> None:
        """Return at once: nobody else does anything."""

    def wake_periodically(self, wake: Callable[[], None]) -> AbstractContextManager[None]:
        """Never call it: there is nobody to look after."""
        return contextlib.nullcontext()

    def release_all(self) -> None:
        """Have done with all tasks."""
        self._tasks.clear()

    def close(self) -> None:
        """Let other processes run the study."""
        self.release_all()
        self._end()
