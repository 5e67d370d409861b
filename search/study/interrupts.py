"""Holds back Ctrl-C and SIGTERM until a moment when nothing is half written.

A KeyboardInterrupt in the middle of a database call would leave that call's transaction open. The second Ctrl-C is not
held back.
"""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def deferred_interrupts(wake: Callable[[], None]) -> Iterator[Callable[[], None]]:
    """Hold interrupts back inside the block.

    Args:
        wake: Called when an interrupt comes, so that whoever waits for something else stops waiting.

    Yields:
        A function to be called where an interrupt may take effect: it raises KeyboardInterrupt if one has come. Outside
        the main thread, which alone gets signals, it never does.
    """
    has_come = False

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal has_come
        if has_come:
            raise KeyboardInterrupt
        has_come = True
        wake()

    def check() -> None:
        if has_come:
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield check
        return
    before = {number: signal.signal(number, note) for number in _SIGNALS}
    try:
        yield check
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
