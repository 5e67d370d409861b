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


@dataclass
class _Waiting:
    population: "Population"
    slot: int
    member: "Member"
    is_done: bool = False
    answer: "tuple[Logs, Logs]" = field(init=False)
    error: Exception | None = None


class Turns:
    """Whose turn it is."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._n_trials = 0
        self._waiting: list[_Waiting] = []

    @contextmanager
    def trial(self) -> Iterator[None]:
        """Wait for a turn, and run a trial; the turn is given back at its end and while it waits for an epoch."""
        with self._changed:
            self._n_trials += 1
            try:
                yield
            finally:
                self._n_trials -= 1
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
            self._compute_if_all_wait()
            self._changed.wait_for(lambda: mine.is_done)
        if mine.error:
            raise mine.error
        return mine.answer

    def _compute_if_all_wait(self) -> None:
        if not self._waiting or len(self._waiting) < self._n_trials:
            return
        for population in {id(waiting.population): waiting.population for waiting in self._waiting}.values():
            together = [waiting for waiting in self._waiting if waiting.population is population]
            try:
                answers = population.run_epoch({waiting.slot: waiting.member for waiting in together})
            except Exception as error:  # out of memory, or what the device raises: each trial fails by it
                for waiting in together:
                    waiting.is_done, waiting.error = True, error
            else:
                for waiting in together:
                    waiting.is_done, waiting.answer = True, answers[waiting.slot]
        self._waiting.clear()
        self._changed.notify_all()


TURNS = Turns()
"""Those of this process."""
