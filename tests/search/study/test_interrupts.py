import os
import signal
import threading

import pytest

from search.study.interrupts import deferred_interrupts


def test_an_interrupt_is_raised_by_the_check_and_ends_a_wait():
    woken = []
    with deferred_interrupts(lambda: woken.append(True)) as check:
        check()
        os.kill(os.getpid(), signal.SIGINT)
        assert woken == [True]
        with pytest.raises(KeyboardInterrupt):
            check()


def test_sigterm_is_deferred_too():
    with deferred_interrupts(lambda: None) as check:
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt):
            check()


def test_the_second_interrupt_is_not_deferred():
    with deferred_interrupts(lambda: None):
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_the_earlier_handlers_are_restored():
    before = signal.getsignal(signal.SIGINT)
    with deferred_interrupts(lambda: None):
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


def test_outside_the_main_thread_nothing_is_deferred():
    outcome = []

    def run():
        with deferred_interrupts(lambda: None) as check:
            outcome.append(check())

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert outcome == [None]
