"""A study whose workers cannot start: the reason is in the message, and the log that it names is there."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

DIABETES = Path(__file__).parents[3] / "experiments" / "diabetes.toml"


def test_the_log_that_a_message_names_is_kept_and_its_last_line_is_in_the_message(shell):
    broken = replace(shell, variables={"KERAS_BACKEND": "nonsense"})
    message = broken.call("run", DIABETES, "--workers", 1, status=1).stderr
    log = shell.folder / "mlruns" / "studies" / "diabetes" / "logs" / "fork-server.log"
    assert str(log) in message
    assert "Unable to import backend" in message
    assert len(message.splitlines()) == 1
    assert "Unable to import backend" in log.read_text()
    assert "There are no studies yet" in shell.call("studies").stdout


def test_a_module_that_hides_one_of_this_project_is_named(shell):
    (shell.folder / "models.py").write_text("")
    program = "from search.experiment.references import resolve\ntry: resolve('models.mlp:build_mlp')\nexcept ImportError as error: print(error)"
    assert f"models is your file {shell.folder / 'models.py'}, which hides this project's package models; rename it" in shell.python(program)


@pytest.mark.slow
def test_a_file_named_like_this_project_hides_nothing_from_workers(shell):
    (shell.folder / "search.py").write_text('print("my own search module")')
    program = "import os, sys; from search.cli.app import run_app; sys.path.insert(0, os.getcwd()); sys.exit(run_app(sys.argv[1:]))"
    root = str(Path(__file__).parents[3])
    command = [sys.executable, "-P", "-c", program, "run", str(DIABETES), "--trials", "1", "--set", "space.training.epochs=1"]
    environment = shell.environment | {"PYTHONPATH": root}
    finished = subprocess.run(command, cwd=shell.folder, env=environment, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
