"""Leases that several coordinators share call a database: one row for each task that some coordinator does.

A thread renews them; those of a coordinator that is gone expire. Only the database's clock counts. A coordinator that was
cut off from the database gives the others, who were too, the time of a lease to come back before it takes anything over.
"""

import contextlib
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, final

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from ..errors import LedgerError
from .database import Database
from .retry import Retry, retried
from .tables import LEASES, Now


@dataclass(frozen=True)
class LeaseTimes:
    """How retried coordinators are with one another.

    Attributes:
        lease_seconds: How long a task stays a coordinator's after it was last renewed. Defaults to 30.
        heartbeat_seconds: How often all are renewed. Defaults to 10.
        poll_seconds: How long `DatabaseLeases.wait` waits. Defaults to 1.
    """

    lease_seconds: float = 30.0
    heartbeat_seconds: float = 10.0
    poll_seconds: float = 1.0


@final
class DatabaseLeases:
    """One coordinator's leases of one study.

    Args:
        database: Where they are.
        study_id: Optuna's number of the study.
        times: How long they last. Defaults to 30 seconds, renewed every 10.
    """

    are_shared = True

    def __init__(self, database: Database, study_id: int, times: LeaseTimes | None = None) -> None:
        self.owner = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._database = database
        self._study_id = study_id
        self._times = times or LeaseTimes()
        self._depth = 0
        self._held: dict[str, float] = {}  # when each was last renewed, by this process' clock
        self._renewed = time.monotonic()
        self._reconnected_at = 0.0
        self._ended = threading.Event()
        self._renewing: threading.Thread | None = None
        self._wake: Callable[[], None] = _do_nothing

    @property
    def retry(self) -> Retry:
        """Waits for a database that is away."""
        return self._database.retry

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Keep the other coordinators of the study out of a block; it may be entered again inside."""
        outer: AbstractContextManager[None] = contextlib.nullcontext() if self._depth else self._database.exclusive(self._study_id)
        with outer:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1

    @retried
    def acquire(self, task: str) -> bool:
        """Begin a task, or say that another coordinator does it; one whose lease has expired changes hands."""
        asked = time.monotonic()
        may_change_hands = or_(LEASES.c.owner == self.owner, LEASES.c.expires < Now()) if self._may_judge_expiry else LEASES.c.owner == self.owner
        with self._database.engine.begin() as connection:
            changed = connection.execute(update(LEASES).where(self._is(task), may_change_hands).values(owner=self.owner, expires=self._expiry))
        if not changed.rowcount and not self._add(task):
            return False
        self._held[task] = asked
        self._start()
        return True

    def holds(self, task: str) -> bool:
        """Say, without asking the database, whether a task is certainly still this coordinator's."""
        return time.monotonic() - self._held.get(task, float("-inf")) < self._times.lease_seconds

    @retried
    def renew(self, task: str) -> bool:
        """Ask whether a task is still this coordinator's, and keep it if so."""
        asked = time.monotonic()
        with self._database.engine.begin() as connection:
            renewed = connection.execute(update(LEASES).where(self._is(task), LEASES.c.owner == self.owner).values(expires=self._expiry))
        self._held.pop(task, None)
        if renewed.rowcount:
            self._held[task] = asked
        return bool(renewed.rowcount)

    @retried
    def release(self, task: str) -> None:
        """Have done with a task; one that was lost stays its new owner's."""
        self._held.pop(task, None)
        with self._database.engine.begin() as connection:
            connection.execute(delete(LEASES).where(self._is(task), LEASES.c.owner == self.owner))

    @retried
    def held_by_others(self) -> set[str]:
        """Return the tasks that other coordinators do now."""
        query = select(LEASES.c.task).where(LEASES.c.study_id == self._study_id, LEASES.c.owner != self.owner)
        with self._database.engine.begin() as connection:
            return set(connection.scalars(query.where(LEASES.c.expires >= Now()) if self._may_judge_expiry else query))

    def wait(self) -> None:
        """Wait a moment for what the others do."""
        self._ended.wait(self._times.poll_seconds)

    @contextlib.contextmanager
    def wake_periodically(self, wake: Callable[[], None]) -> Iterator[None]:
        """Have a function called at every heartbeat inside a block, from another thread."""
        self._wake = wake
        try:
            yield
        finally:
            self._wake = _do_nothing

    @retried
    def release_all(self) -> None:
        """Have done with all tasks, so that others need not wait until they expire."""
        self._held.clear()
        with self._database.engine.begin() as connection:
            connection.execute(delete(LEASES).where(self._is_mine))

    def close(self) -> None:
        """Give up all tasks, for good, and the connections."""
        self._ended.set()
        if self._renewing is not None:
            self._renewing.join()
        with contextlib.suppress(LedgerError):  # they are left to expire
            self.release_all()
        self._database.close()

    @property
    def _may_judge_expiry(self) -> bool:
        """Whether this coordinator was in touch with the database for long enough to judge the others."""
        now = time.monotonic()
        return now >= self._reconnected_at and (self._renewing is None or now - self._renewed < self._times.lease_seconds)

    @property
    def _expiry(self) -> Any:
        return Now() + self._times.lease_seconds

    @property
    def _is_mine(self) -> Any:
        return (LEASES.c.study_id == self._study_id) & (LEASES.c.owner == self.owner)

    def _is(self, task: str) -> Any:
        return (LEASES.c.study_id == self._study_id) & (LEASES.c.task == task)

    def _add(self, task: str) -> bool:
        row = {"study_id": self._study_id, "task": task, "owner": self.owner, "expires": self._expiry}
        try:
            with self._database.engine.begin() as connection:
                connection.execute(insert(LEASES).values(row))
        except IntegrityError:
            return False
        return True

    def _start(self) -> None:
        if self._renewing is None:
            self._renewed = time.monotonic()
            self._renewing = threading.Thread(target=self._renew_periodically, name="leases", daemon=True)
            self._renewing.start()

    def _renew_periodically(self) -> None:
        while not self._ended.wait(self._times.heartbeat_seconds):
            try:
                self._renew_all()
            except LedgerError:  # the coordinator's own next call says so
                return
            self._wake()

    @retried
    def _renew_all(self) -> None:
        asked = time.monotonic()
        with self._database.engine.begin() as connection:
            connection.execute(update(LEASES).where(self._is_mine).values(expires=self._expiry))
            mine = set(connection.scalars(select(LEASES.c.task).where(self._is_mine)))
        self._held |= dict.fromkeys(mine & self._held.keys(), asked)
        if asked - self._renewed >= self._times.lease_seconds:
            self._reconnected_at = asked + self._times.lease_seconds
        self._renewed = asked


def _do_nothing() -> None:
    """Wake nobody."""
