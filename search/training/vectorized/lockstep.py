"""Trials on threads of their own that train side by side: one runs at a time, until all wait for their next epoch.

Then the epochs of all are computed together. So nothing that a trial does needs to know of the others, or of threads.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # it imports Keras
    from .population import Logs, Member, Population


@dataclass(eq=False)
class _Waiting:
    population: "Population"
    slot: int
    member: "Member"
    is_done: bool = False
    answer: "tuple[Logs, Logs]" = field(init=False)
    error: BaseException | None = None


class Lockstep:
    """Whose turn it is."""

    def __init__(self) -> None:
        self._changed = threading.Condition()  # whoever holds its lock has the turn
        self._counting = threading.Lock()
        self._n_trials = 0
        self._waiting: list[_Waiting] = []

    @contextmanager
    def trial(self) -> Iterator[None]:
        """Wait for a turn, and run a trial; the turn is given back at its end and while it waits for an epoch.

        A trial that waits for its first turn counts already: the epochs of the others wait for it.
        """
        self._count(1)
        try:
            with self._changed:
                yield
        finally:
            self._count(-1)
            with self._changed:
                self._compute_if_all_wait()

    def run_epoch(self, population: "Population", slot: int, member: "Member") -> "tuple[Logs, Logs]":
        """Wait until all other trials wait too, or have ended, and train one epoch.

        Args:
            population: Where the trial of this thread has a slot.
            slot: Its slot.
            member: What it does there.

        Returns:
            The metrics of training and those of validation.

        Raises:
            Exception: What computing raised, in every trial that waited for it.
        """
        mine = _Waiting(population, slot, member)
        with self._changed:
            self._waiting.append(mine)
            try:
                self._compute_if_all_wait()
                self._changed.wait_for(lambda: mine.is_done)
            finally:
                self._waiting = [waiting for waiting in self._waiting if waiting is not mine]
        if mine.error:
            raise mine.error
        return mine.answer

    def _count(self, n_more: int) -> None:
        with self._counting:
            self._n_trials += n_more

    def _compute_if_all_wait(self) -> None:
        if not self._waiting or len(self._waiting) < self._n_trials:
            return
        waiting, self._waiting = self._waiting, []
        try:
            for population in {id(one.population): one.population for one in waiting}.values():
                _compute(population, [one for one in waiting if one.population is population])
        except BaseException as error:  # Ctrl-C: nobody is to wait for what will not come
            for one in waiting:
                if not one.is_done:
                    one.is_done, one.error = True, error
            raise
        finally:
            self._changed.notify_all()


def _compute(population: "Population", together: list[_Waiting]) -> None:
    """Train one epoch of the trials that wait for a population."""
    try:
        answers = population.run_epoch({one.slot: one.member for one in together})
    except Exception as error:  # out of memory, or what the device raises: each trial fails by it
        for one in together:
            one.is_done, one.error = True, error
    else:
        for one in together:
            one.is_done, one.answer = True, answers[one.slot]


LOCKSTEP = Lockstep()
"""Those of this process."""
