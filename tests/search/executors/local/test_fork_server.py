"""The fork server by itself: what it forks are workers, told of in time, and nothing outlives the coordinator."""

import contextlib
import os
import signal
import subprocess
import sys

import psutil
import pytest

from search.executors.local.fork_client import ForkClient
from search.executors.messages import WorkerSetup, WorkerStarted
from search.experiment.file import parse_experiment
from tests.search.executors.conftest import CONTENT

COORDINATOR = """if True:
    import os, signal, sys
    from pathlib import Path
    from search.executors.local.fork_client import ForkClient
    server = ForkClient.start({}, Path(sys.argv[1]) / "server.log", preloads=False)
    worker = server.fork("search.executors.local.worker:work", {}, Path(sys.argv[1]) / "worker.log")
    while not worker.pid:
        server.update()
    print(server.pid, worker.pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""

WORKER = "search.executors.local.worker:work"

HANGING_IMPORT = """if True:
    import sys, threading
    from multiprocessing import Pipe
    from search.executors.local import fork_server
    class Finder:
        @staticmethod
        def find_spec(name, path, target=None):
            if name == "keras":
                threading.Event().wait()
    sys.meta_path.insert(0, Finder)
    fork_server._IMPORT_SECONDS = 1.0
    line, other = Pipe()
    fork_server.main(line.fileno(), preloads=True)
"""


@pytest.fixture
def server(tmp_path):
    server = ForkClient.start({}, tmp_path / "server.log", preloads=False)
    yield server
    server.close()


def test_a_worker_speaks_first_and_ends_with_its_pipe(server, tmp_path):
    worker = server.fork(WORKER, {}, tmp_path / "worker.log")
    assert worker.pipe.recv() == WorkerStarted()
    worker.pipe.close()
    assert server.wait_for_exit(worker) == 0
    assert not psutil.pid_exists(worker.pid)


def test_any_function_is_called_in_a_fork_whose_name_is_that_of_its_log(server, tmp_path):
    forked = server.fork("tests.search.replying:reply", {"REPLY": "yes"}, tmp_path / "packaging.log")
    forked.pipe.send("hello")
    assert forked.pipe.recv() == ("hello", "yes", False)
    server.update()
    assert psutil.Process(forked.pid).name() == "packaging"
    forked.pipe.close()
    assert server.wait_for_exit(forked) == 0


def test_how_each_worker_ended_is_known(server, tmp_path):
    workers = [server.fork(WORKER, {}, tmp_path / f"{number}.log") for number in range(3)]
    for worker in workers:
        worker.pipe.recv()
    while not all(worker.pid for worker in workers):
        server.update()
    os.kill(workers[1].pid, signal.SIGKILL)
    workers[2].pipe.send("no start")
    assert [server.wait_for_exit(workers[number]) for number in (1, 2)] == [-signal.SIGKILL, 1]
    assert "AttributeError" in (tmp_path / "2.log").read_text()
    assert (tmp_path / "1.log").read_text() == ""
    assert workers[0].exit_code is None


def test_a_worker_has_its_own_environment(server, tmp_path):
    for number in range(2):
        worker = server.fork(WORKER, {"KERAS_BACKEND": f"nonsense-{number}"}, tmp_path / "worker.log")
        worker.pipe.recv()
        worker.pipe.send(WorkerSetup(parse_experiment(CONTENT, "toy"), str(tmp_path), sys.path))
        assert server.wait_for_exit(worker) == 1
        assert f"nonsense-{number}" in (tmp_path / "worker.log").read_text()


def test_what_an_ended_server_was_to_fork_has_ended_as_it_did(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "nonsense")
    server = ForkClient.start({}, tmp_path / "server.log", preloads=True)
    worker = server.fork(WORKER, {}, tmp_path / "worker.log")
    with pytest.raises(EOFError):
        worker.pipe.recv()
    assert (server.wait_for_exit(worker), server.exit_code) == (1, 1)
    assert "nonsense" in (tmp_path / "server.log").read_text()
    server.close()


def test_an_import_that_hangs_ends_the_server_and_is_located():
    ended = subprocess.run([sys.executable, "-c", HANGING_IMPORT], capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 1
    assert "find_spec" in ended.stderr


def test_nothing_outlives_a_killed_coordinator(tmp_path):
    killed = subprocess.run([sys.executable, "-c", COORDINATOR, str(tmp_path)], capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    for pid in map(int, killed.stdout.split()):
        with contextlib.suppress(psutil.NoSuchProcess):
            psutil.Process(pid).wait(10)
