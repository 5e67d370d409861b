"""Defers Ctrl-C and SIGTERM until no write is in progress.

A KeyboardInterrupt during a database call would leave its transaction open. A second Ctrl-C is not deferred.
"""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def deferred_interrupts(wake: Callable[[], None]) -> Iterator[Callable[[], None]]:
    """Defer interrupts during a block.

    Args:
        wake: Called at an interrupt, to end a wait in the block.

    Yields:
        A function that raises KeyboardInterrupt if an interrupt was deferred; to be called where one may take effect. Only the
        main thread receives signals: in other threads the function never raises.
    """
    is_interrupted = False

    def defer(number: int, frame: FrameType | None) -> None:
        nonlocal is_interrupted
        if is_interrupted:
            raise KeyboardInterrupt
        is_interrupted = True
        wake()

    def check() -> None:
        if is_interrupted:
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield check
        return
    before = {number: signal.signal(number, defer) for number in _SIGNALS}
    try:
        yield check
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
