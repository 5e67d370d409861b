"""The command line prints no secrets, and serves this machine only."""

import socket
import subprocess
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

DIABETES = Path(__file__).parents[3] / "experiments" / "diabetes.toml"
LOADER = """
def unreachable(url):
    raise OSError(f"{url} refuses {__import__('os').environ['MLFLOW_TRACKING_PASSWORD']}")
"""


@pytest.mark.parametrize("words", [[], ["--debug"]])
def test_an_error_is_shown_without_the_secrets_that_it_quotes(shell, words):
    (shell.folder / "own.py").write_text(LOADER)
    shell = replace(shell, variables={"MLFLOW_TRACKING_PASSWORD": "open-sesame"})
    data = "data={loader='own:unreachable', url='postgresql://ada:s3cr3t@db.lab.org/rows'}"
    execute = shell.run if words else shell.call  # --debug changes the logging of its process
    refused = execute(*words, "run", DIABETES, "--set", data, status=2)
    assert "postgresql://***@db.lab.org/rows refuses ***" in refused.stderr
    assert "s3cr3t" not in refused.stdout + refused.stderr
    assert "open-sesame" not in refused.stdout + refused.stderr


@pytest.mark.slow
def test_the_user_interface_serves_this_machine_only_and_runs_no_jobs(shell):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = shell.start("ui", "--port", port)
    try:
        for line in process.stdout:
            if "startup complete" in line:  # before it, nothing listens yet
                break
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        addresses = {connection.laddr.ip for member in family for connection in member.net_connections() if connection.status == psutil.CONN_LISTEN}
        assert addresses == {"127.0.0.1"}
        command_lines = [" ".join(member.cmdline()) for member in family]
        assert not [line for line in command_lines if "sqlite" in line or "huey" in line or "job_runner" in line]
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
        process.stdout.close()
