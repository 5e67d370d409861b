"""A study whose workers cannot start: the reason is in the message, and the log that it names is there."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

OWN_BUILDER = """
import keras

@keras.saving.register_keras_serializable(package="mine")
class Doubled(keras.layers.Layer):
    def call(self, inputs):
        return 2.0 * inputs

def build(input_shape):
    return keras.Sequential([keras.Input(input_shape), Doubled(), keras.layers.Dense(1, activation="sigmoid")])
"""
MINE = ["--set", "space.training.epochs=1", "--set", "model=models.mine:build", "--set", "space.model={}"]
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


def test_a_search_module_that_comes_first_on_the_path_does_not_hide_the_command(shell):
    (shell.folder / "search.py").write_text("raise SystemExit('my own search module')")
    command = [sys.executable, "-m", "perceptune", "models"]
    assert (
        "models.mlp:build_mlp" in subprocess.run(command, cwd=shell.folder, env=shell.environment, capture_output=True, text=True, check=True).stdout
    )


@pytest.mark.slow
def test_own_modules_named_like_those_of_this_project_hide_nothing_and_are_used(shell):
    (shell.folder / "search.py").write_text('print("my own search module")')
    for package in ("models", "experiments"):
        (shell.folder / package).mkdir()
        (shell.folder / package / "__init__.py").write_text("raise SystemExit")
    (shell.folder / "models" / "mine.py").write_text("from .parts import build\n")
    (shell.folder / "models" / "parts.py").write_text(OWN_BUILDER)
    program = "import os, sys; from search.cli.app import run_app; sys.path.insert(0, os.getcwd()); sys.exit(run_app(sys.argv[1:]))"
    root = str(Path(__file__).parents[3])
    command = [sys.executable, "-P", "-c", program, "run", "diabetes", "--trials", "1", *MINE]
    environment = shell.environment | {"PYTHONPATH": root}
    finished = subprocess.run(command, cwd=shell.folder, env=environment, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    [bundled] = (shell.folder / "mlruns" / "artifacts").rglob("code/models/parts.py")  # also loaded in a fresh process, before it was registered
    assert bundled.read_text() == OWN_BUILDER
