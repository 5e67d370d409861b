"""Runs a user's code so that it can neither end this process nor keep it for ever.

It starts no process: a crash of the interpreter ends this one.
"""

import contextlib
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType, TracebackType
from typing import NoReturn

import psutil

from .errors import InputError
from .redaction import one_line, redact, shorten

NOTICE_SECONDS = 30.0
"""After this time a message says what is waited for."""
_GRACE_SECONDS = 0.8
"""The code has this long to end after Ctrl-C or its time limit; it may suppress the exception, or run in C."""
logger = logging.getLogger(__name__)


class _ExitRefusedError(BaseException):
    """The code called ``os._exit``."""


class _OverdueCodeError(BaseException):
    """The code has reached its time limit."""


@contextlib.contextmanager
def user_code() -> Iterator[None]:
    """Raise whatever the code of a block raises as an Exception: also ``sys.exit()`` and other classes of BaseException.

    Raises:
        RuntimeError: In place of a BaseException that is neither an Exception nor a KeyboardInterrupt, and of an exception without a text.
    """
    try:
        yield
    except Exception as error:
        try:
            str(error)
        except Exception:  # every message about it would raise too
            raise RuntimeError(f"{type(error).__name__}, whose text cannot be shown") from None
        raise
    except (KeyboardInterrupt, _ExitRefusedError, _OverdueCodeError):
        raise
    except SystemExit as error:
        raise RuntimeError(f"it called sys.exit({error.code!r})") from error
    except BaseException as error:
        raise RuntimeError(f"{type(error).__name__}: {shorten(one_line(str(error)), 300)}") from error


@contextlib.contextmanager
def limited_user_code(what: str, limit_seconds: float, key: str) -> Iterator[None]:
    """Keep the code of a block from ending this process, from taking longer than allowed, and from suppressing Ctrl-C.

    Args:
        what: What the code does, for messages, such as "loading the data".
        limit_seconds: The longest time that it may take. In another thread than the main one, which gets no signals, there is no limit.
        key: Where the limit is set, such as "executor.load_timeout_seconds".

    Raises:
        InputError: If the code calls ``os._exit``, or takes too long.
    """
    with contextlib.ExitStack() as stack:
        if threading.current_thread() is threading.main_thread():
            stack.enter_context(_Watch(what, limit_seconds, key))
        stack.enter_context(_without_exit())
        try:
            yield
        except _ExitRefusedError as error:
            raise InputError(f"{what} ended the process by {error}; raise an exception instead") from None
        except _OverdueCodeError:
            raise InputError(_overdue(what, limit_seconds, key)) from None


def _overdue(what: str, limit_seconds: float, key: str) -> str:
    return f"{what} has not ended within {limit_seconds:g} s; correct the code that hangs, or allow more with {key}"


@contextlib.contextmanager
def _without_exit() -> Iterator[None]:
    owner, leave = os.getpid(), os._exit

    def refuse(status: int) -> NoReturn:
        if os.getpid() != owner:  # a child that the code has forked ends as it wants
            leave(status)
        raise _ExitRefusedError(f"os._exit({status})")

    os._exit = refuse
    try:
        yield
    finally:
        os._exit = leave


class _Watch:
    """Watches a block of the main thread from another thread."""

    def __init__(self, what: str, limit_seconds: float, key: str) -> None:
        self._what, self._limit_seconds, self._key = what, min(limit_seconds, threading.TIMEOUT_MAX), key
        self._exit = os._exit
        self._ended = threading.Event()

    def __enter__(self) -> None:
        self._handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)}
        signal.signal(signal.SIGALRM, self._on_limit)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_interrupt)
        threading.Thread(target=self._watch, daemon=True).start()

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None) -> None:
        self._ended.set()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def _on_limit(self, _number: int, _frame: FrameType | None) -> NoReturn:
        raise _OverdueCodeError

    def _on_interrupt(self, _number: int, _frame: FrameType | None) -> NoReturn:
        threading.Thread(target=self._end_soon, args=(130, "interrupted; the same command continues"), daemon=True).start()
        raise KeyboardInterrupt

    def _watch(self) -> None:
        notice = min(NOTICE_SECONDS, self._limit_seconds)
        if self._ended.wait(notice):
            return
        if notice < self._limit_seconds:
            logger.warning("%s has taken %g s; it is ended after %g s (%s)", self._what, notice, self._limit_seconds, self._key)
            if self._ended.wait(self._limit_seconds - notice):
                return
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGALRM)
        self._end_soon(2, _overdue(self._what, self._limit_seconds, self._key))

    def _end_soon(self, status: int, message: str) -> None:
        """End this process and its children if the code has not ended in time."""
        if self._ended.wait(_GRACE_SECONDS):
            return
        for child in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()
        print(f"perceptune: {redact(message)}", file=sys.stderr, flush=True)
        self._exit(status)
