"""Whatever a user's code does, a command says so in one line of at most 500 characters, exits with 1 or 2, and leaves nothing running."""

import signal
import time
from pathlib import Path

import psutil
import pytest

DIABETES = Path(__file__).parents[3] / "experiments" / "diabetes.toml"
LOADER = """
class OwnError(BaseException):
    pass

def load():
    {body}
"""
SUPPRESSING = """
import time

def load():
    while True:
        try:
            print("loading", flush=True)
            time.sleep(60)
        except BaseException:
            pass
"""
BODIES = [
    ("import sys; sys.exit(0)", "it called sys.exit(0)"),
    ("import os; os._exit(0)", "ended the process by os._exit(0)"),
    ("raise OwnError('away')", "OwnError: away"),
    ("raise ValueError('long and\\n' * 100_000)", "long and long and"),
    ("import threading; threading.Event().wait()", "has not ended within 0.5 s"),
]


def run(shell, *words):
    return shell.call("run", DIABETES, "--set", "data={loader='own:load'}", *words, status=2)


@pytest.mark.parametrize(("body", "message"), BODIES)
def test_a_loader_that_misbehaves_is_refused_in_one_line(shell, body, message):
    (shell.folder / "own.py").write_text(LOADER.format(body=body))
    refused = run(shell, "--set", f"executor.load_timeout_seconds={0.5 if 'wait' in body else 60}").stderr
    assert message in refused
    assert len(refused.strip().splitlines()) == 1
    assert len(refused) <= 500
    assert "fault of perceptune" not in refused
    assert not psutil.Process().children(recursive=True)
    assert not list(shell.folder.glob("mlruns/studies/*/journal.log"))


@pytest.mark.parametrize(("body", "message"), [BODIES[1], BODIES[4]])
def test_the_command_data_is_neither_ended_nor_kept_by_a_loader(shell, body, message):
    (shell.folder / "own.py").write_text(LOADER.format(body=body))
    limit = f"executor.load_timeout_seconds={0.5 if 'wait' in body else 60}"
    assert message in shell.call("data", DIABETES, "--set", "data={loader='own:load'}", "--set", limit, status=2).stderr


@pytest.mark.parametrize(("line", "message"), [("import sys; sys.exit(1)", "it called sys.exit(1)"), ("import os; os._exit(0)", "os._exit(0)")])
def test_a_module_that_ends_the_process_when_it_is_imported_is_refused(shell, line, message):
    (shell.folder / "own.py").write_text(f"{line}\ndef load(): pass\n")
    assert message in run(shell).stderr


def test_ctrl_c_ends_a_loader_that_suppresses_it_within_seconds(shell):
    (shell.folder / "own.py").write_text(SUPPRESSING)
    process = shell.start("run", DIABETES, "--set", "data={loader='own:load'}")
    with process.stdout:
        next(line for line in process.stdout if "loading" in line)
        family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        started = time.monotonic()
        assert process.wait(30) == 130
        assert time.monotonic() - started < 5
        assert "perceptune: interrupted" in process.stdout.read()
    _, alive = psutil.wait_procs(family, timeout=20)  # one of them may be importing the backend
    assert not [child for child in alive if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
