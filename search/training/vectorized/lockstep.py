"""Lets trials on threads train concurrently: one thread runs at a time, until all trials wait for their next epoch.

Then the epochs of all trials are computed together. So the code of a trial needs no knowledge of other trials or threads.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # it imports Keras
    from .population import Logs, Member, Population


@dataclass(eq=False)
class _Request:
    """A trial's request for its next epoch, and what came of it."""

    population: "Population"
    slot: int
    member: "Member"
    is_done: bool = False
    logs: "tuple[Logs, Logs]" = field(init=False)
    error: BaseException | None = None

    def fail(self, error: BaseException) -> None:
        self.is_done, self.error = True, error


class Lockstep:
    """Runs the trials of a process one at a time, and their epochs together."""

    def __init__(self) -> None:
        self._running = threading.Condition()  # the running trial holds its lock
        self._counting = threading.Lock()
        self._n_trials = 0
        self._requests: list[_Request] = []

    @contextmanager
    def trial(self) -> Iterator[None]:
        """Run a trial inside the ``with`` block, under the lock, which is released while the trial waits for an epoch.

        A trial that still waits for the lock counts already: the epochs of other trials wait for it.
        """
        self._count(1)
        try:
            with self._running:
                yield
        finally:
            self._count(-1)
            with self._running:
                self._compute_if_all_wait()

    def run_epoch(self, population: "Population", slot: int, member: "Member") -> "tuple[Logs, Logs]":
        """Wait until every other trial waits too or has ended, and train one epoch.

        Args:
            population: The population in which this thread's trial has a slot.
            slot: The slot.
            member: The trial's epoch.

        Returns:
            The metrics of training and those of validation.

        Raises:
            Exception: What the computation raised, in every trial that waited for it.
        """
        request = _Request(population, slot, member)
        with self._running:
            self._requests.append(request)
            try:
                self._compute_if_all_wait()
                self._running.wait_for(lambda: request.is_done)
            finally:
                self._requests = [other for other in self._requests if other is not request]
        if request.error:
            raise request.error
        return request.logs

    def _count(self, n_more: int) -> None:
        with self._counting:
            self._n_trials += n_more

    def _compute_if_all_wait(self) -> None:
        if not self._requests or len(self._requests) < self._n_trials:
            return
        requests, self._requests = self._requests, []
        try:
            for population in {id(request.population): request.population for request in requests}.values():
                _compute(population, [request for request in requests if request.population is population])
        except BaseException as error:  # Ctrl-C: no thread may wait for an epoch that will not be computed
            for request in requests:
                if not request.is_done:
                    request.fail(error)
            raise
        finally:
            self._running.notify_all()


def _compute(population: "Population", requests: list[_Request]) -> None:
    """Train one epoch of the trials that wait for a population."""
    try:
        logs = population.run_epoch({request.slot: request.member for request in requests})
    except Exception as error:  # out of memory, or what the device raises: it fails each of these trials
        for request in requests:
            request.fail(error)
    else:
        for request in requests:
            request.is_done, request.logs = True, logs[request.slot]


LOCKSTEP = Lockstep()
"""The one of this process."""
