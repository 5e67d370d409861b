"""Leases of coordinators that share a database: one row per task in progress.

A thread renews the leases of its coordinator; those of a dead coordinator expire, by the database's clock. After a lost
connection a coordinator waits for the duration of a lease before it treats other leases as expired: the other coordinators may
have lost the database too, and need time to renew.
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
    """Durations of leases.

    Attributes:
        lease_seconds: Time from a lease's last renewal to its expiry. Defaults to 30.
        heartbeat_seconds: Time between renewals. Defaults to 10.
        poll_seconds: Duration of `DatabaseLeases.wait`. Defaults to 1.
    """

    lease_seconds: float = 30.0
    heartbeat_seconds: float = 10.0
    poll_seconds: float = 1.0


@final
class DatabaseLeases:
    """The leases of one coordinator on the tasks of one study.

    Args:
        database: The database that holds the leases.
        study_id: Optuna's id of the study.
        times: Durations of the leases. Defaults to 30 seconds, renewed every 10.
    """

    are_shared = True

    def __init__(self, database: Database, study_id: int, times: LeaseTimes | None = None) -> None:
        self.owner = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._database = database
        self._study_id = study_id
        self._times = times or LeaseTimes()
        self._depth = 0
        self._held: dict[str, float] = {}  # time of the last renewal by task, by this process' clock
        self._renewed = time.monotonic()
        self._may_judge_from = 0.0
        self._closed = threading.Event()
        self._renewing: threading.Thread | None = None
        self._wake: Callable[[], None] = _do_nothing

    @property
    def retry(self) -> Retry:
        """Retries operations while the database is unavailable."""
        return self._database.retry

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the study's lock, which is reentrant, during a block."""
        outer: AbstractContextManager[None] = contextlib.nullcontext() if self._depth else self._database.exclusive(self._study_id)
        with outer:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1

    @retried
    def acquire(self, task: str) -> bool:
        """Acquire the lease of a task, or return False if another coordinator holds it and it has not expired."""
        asked = time.monotonic()
        is_available = or_(LEASES.c.owner == self.owner, LEASES.c.expires < Now()) if self._may_judge_expiry else LEASES.c.owner == self.owner
        with self._database.engine.begin() as connection:
            changed = connection.execute(update(LEASES).where(self._is(task), is_available).values(owner=self.owner, expires=self._expiry))
        if not changed.rowcount and not self._add(task):
            return False
        self._held[task] = asked
        self._start_renewing()
        return True

    def holds(self, task: str) -> bool:
        """Return whether this coordinator certainly still holds a lease, without a query."""
        return time.monotonic() - self._held.get(task, float("-inf")) < self._times.lease_seconds

    @retried
    def renew(self, task: str) -> bool:
        """Renew a lease, or return False if this coordinator does not hold it any more."""
        asked = time.monotonic()
        with self._database.engine.begin() as connection:
            renewed = connection.execute(update(LEASES).where(self._is(task), LEASES.c.owner == self.owner).values(expires=self._expiry))
        self._held.pop(task, None)
        if renewed.rowcount:
            self._held[task] = asked
        return bool(renewed.rowcount)

    @retried
    def release(self, task: str) -> None:
        """Release the lease of a task unless another coordinator has acquired it since."""
        self._held.pop(task, None)
        with self._database.engine.begin() as connection:
            connection.execute(delete(LEASES).where(self._is(task), LEASES.c.owner == self.owner))

    @retried
    def held_by_others(self) -> set[str]:
        """Return the tasks whose leases other coordinators hold."""
        query = select(LEASES.c.task).where(LEASES.c.study_id == self._study_id, LEASES.c.owner != self.owner)
        with self._database.engine.begin() as connection:
            return set(connection.scalars(query.where(LEASES.c.expires >= Now()) if self._may_judge_expiry else query))

    def wait(self) -> None:
        """Wait ``poll_seconds`` for the progress of other coordinators."""
        self._closed.wait(self._times.poll_seconds)

    @contextlib.contextmanager
    def wake_periodically(self, wake: Callable[[], None]) -> Iterator[None]:
        """Call a function at every heartbeat during a block, from another thread."""
        self._wake = wake
        try:
            yield
        finally:
            self._wake = _do_nothing

    @retried
    def release_all(self) -> None:
        """Release all leases, so that other coordinators need not wait for their expiry."""
        self._held.clear()
        with self._database.engine.begin() as connection:
            connection.execute(delete(LEASES).where(self._is_mine))

    def close(self) -> None:
        """Stop renewing, release all leases and close the connections."""
        self._closed.set()
        if self._renewing is not None:
            self._renewing.join()
        with contextlib.suppress(LedgerError):  # the leases expire then
            self.release_all()
        self._database.close()

    @property
    def _may_judge_expiry(self) -> bool:
        """Whether the connection has lasted long enough to treat other coordinators' leases as expired."""
        now = time.monotonic()
        return now >= self._may_judge_from and (self._renewing is None or now - self._renewed < self._times.lease_seconds)

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

    def _start_renewing(self) -> None:
        if self._renewing is None:
            self._renewed = time.monotonic()
            self._renewing = threading.Thread(target=self._renew_periodically, name="leases", daemon=True)
            self._renewing.start()

    def _renew_periodically(self) -> None:
        while not self._closed.wait(self._times.heartbeat_seconds):
            try:
                self._renew_all()
            except LedgerError:  # the coordinator's next call raises it too
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
            self._may_judge_from = asked + self._times.lease_seconds
        self._renewed = asked


def _do_nothing() -> None:
    """Do nothing: no block waits to be woken."""
