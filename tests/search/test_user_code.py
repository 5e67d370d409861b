"""A user's code neither ends the command nor keeps it for ever."""

import os
import select
import signal
import subprocess
import sys
import threading
import time

import pytest

from search.errors import InputError
from search.user_code import limited_user_code, user_code

PROGRAM = """
import os, subprocess, sys, time
from search.user_code import limited_user_code
child = subprocess.Popen(["sleep", "60"])
print(child.pid, flush=True)
with limited_user_code("Loading the data", float(sys.argv[1]), "executor.load_timeout_seconds"):
    while True:
        try:
            print("loading", flush=True)
            time.sleep(60)
        except BaseException:
            pass
"""


class OwnError(BaseException):
    pass


@pytest.mark.parametrize(("error", "message"), [(SystemExit(3), r"it called sys.exit\(3\)"), (OwnError("own\n" * 200_000), "^OwnError: own own")])
def test_other_exceptions_become_one_of_a_line(error, message):
    with pytest.raises(RuntimeError, match=message) as raised, user_code():
        raise error
    assert len(str(raised.value)) < 400


def test_the_process_cannot_be_ended_and_a_forked_child_can():
    def end():
        pid = os.fork()
        if pid == 0:
            os._exit(7)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
        os._exit(0)

    with pytest.raises(InputError, match=r"Loading ended the process by os._exit\(0\); raise an"), limited_user_code("Loading", 60, "limit"):
        end()
    assert os._exit.__module__ == "posix"


def test_a_time_limit_ends_a_wait():
    started = time.monotonic()
    with pytest.raises(InputError, match=r"Loading has not ended within 0.2 s; .* allow more with limit"), limited_user_code("Loading", 0.2, "limit"):
        threading.Event().wait(60)
    assert time.monotonic() - started < 10


def test_signals_are_handled_as_before_afterwards():
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGALRM)
    with limited_user_code("Loading", 60, "limit"):
        pass
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGALRM)) == before


@pytest.mark.parametrize(("limit", "status", "message"), [("60", 130, "interrupted"), ("0.2", 2, "has not ended within 0.2 s")])
def test_code_that_suppresses_everything_is_ended_with_its_children(limit, status, message):
    words = [sys.executable, "-c", PROGRAM, limit]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        child = os.pidfd_open(int(process.stdout.readline()))
        assert process.stdout.readline() == "loading\n"
        if status == 130:
            process.send_signal(signal.SIGINT)
        _, printed = process.communicate(timeout=30)
    assert process.returncode == status
    assert printed.startswith("perceptune: ")
    assert message in printed
    ended, _, _ = select.select([child], [], [], 10)  # a process that has ended is readable, also before anyone has waited for it
    os.close(child)
    assert ended
