"""A study that several coordinators may run, and how one of them ends it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cached_property
from typing import Any

from .requests import PeriodicRequests, RequestAttributes, RequestFiles, Requests
from .view import StudyView
from .visible_trials import EXCLUDED


class CoordinatedStudy(StudyView):
    """A study with its other coordinators, and what other processes ask of them."""

    @cached_property
    def requests(self) -> Requests:
        """The requests to those that run the study."""
        if self._leases.are_shared:
            return PeriodicRequests(RequestAttributes(self.study), seconds=1)  # a query, of each coordinator
        return PeriodicRequests(RequestFiles(self.folder.requests), seconds=0.2)

    def set_attribute(self, key: str, value: Any) -> None:
        """Write an attribute of the study; its value must be plain JSON."""
        self.study.set_user_attr(key, value)

    def exclude(self, number: int, reason: str | None) -> None:
        """Exclude a finished or paused trial, or include it again; a second call changes nothing.

        Args:
            number: The trial's number.
            reason: Why it is excluded; None to include it again.
        """
        with self._leases.lock():
            others = {other: given for other, given in (self.attribute(EXCLUDED) or {}).items() if other != str(number)}
            self.set_attribute(EXCLUDED, others if reason is None else others | {str(number): reason})
            self._refresh()

    def lock(self) -> AbstractContextManager[None]:
        """Hold the study's lock, against its other coordinators, during a block."""
        return self._leases.lock()

    @property
    def is_shared(self) -> bool:
        """Whether other coordinators may run the study at the same time."""
        return self._leases.are_shared

    @property
    def has_other_coordinators(self) -> bool:
        """Whether other coordinators run the study now."""
        return bool(self._leases.held_by_others())

    def wait(self) -> None:
        """Wait a moment for the progress of other coordinators."""
        self._leases.wait()

    def wake_periodically(self, wake: Callable[[], None]) -> AbstractContextManager[None]:
        """Call a function periodically during a block, if other coordinators may run the study."""
        return self._leases.wake_periodically(wake)

    def wait_for_promotion(self) -> None:
        """Wait while another coordinator packages the champion and ends the study."""
        while _ENDING in self._leases.held_by_others():
            self._leases.wait()
        self._refresh()

    def acquire_ending(self, *, wait: bool) -> bool:
        """Stop running trials, and acquire the ending of the study once no other coordinator runs it.

        Args:
            wait: Whether to wait until the other coordinators have stopped.

        Returns:
            Whether this coordinator must end the study. If so, no other coordinator writes to it until `close`.
        """
        self._leases.release_all()
        while True:
            with self._leases.lock():
                has_others = self.has_other_coordinators  # before is_tracked, which another coordinator sets before it leaves
                is_ended = self.is_tracked
                if not is_ended and not has_others and self._leases.acquire(_ENDING):
                    return True
            if is_ended or not wait:
                return False
            self._leases.wait()


_ENDING = "crown"  # words: fine - stored in lease tables, which earlier versions read
