"""Estimates how long a search still takes, from the epochs and trials that have been trained."""

import time

_PACKAGING_SECONDS = 6.0
"""Seconds to package and verify the best model and to draw plots, once the packaging process has imported its libraries."""


class TimeLeft:
    """The time that a process has searched, and an estimate of the time that is left."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._first_trial: float | None = None
        self._n_done = 0
        self._progress: dict[int, float] = {}

    @property
    def elapsed(self) -> float:
        """Seconds since this was created."""
        return time.monotonic() - self._began

    def start(self) -> None:
        """Note that a trial starts."""
        self._first_trial = self._first_trial or time.monotonic()

    def progress(self, number: int, part: float) -> None:
        """Note the progress of a running trial.

        Args:
            number: The trial's number.
            part: The part of its epochs that are trained, from 0 to 1.
        """
        self._progress[number] = part

    def requeue(self, number: int) -> None:
        """Note that a trial starts anew later."""
        self._progress.pop(number, None)

    def finish(self, number: int) -> None:
        """Note that a trial has finished."""
        self._progress.pop(number, None)
        self._n_done += 1

    def seconds_left(self, n_missing: int) -> float | None:
        """Estimate the seconds until the best model is registered.

        Args:
            n_missing: Number of trials that have not finished.

        Returns:
            The estimate; None before the first epoch, and after the last trial: how long packaging takes depends on machine and model.
        """
        now, of_running = time.monotonic(), sum(list(self._progress.values()))
        n_done = self._n_done + of_running
        if self._first_trial is None or not n_done or n_missing <= 0:
            return None
        return (now - self._first_trial) / n_done * max(0.0, n_missing - of_running) + _PACKAGING_SECONDS
