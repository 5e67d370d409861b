"""Runs one experiment by the command line, as a user does, and reads its results."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class StudyError(RuntimeError):
    """The command failed; the message is its last line."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.is_without_data = status == 2 and "PERCEPTUNE_DATA" in message  # a loader's message names the file and PERCEPTUNE_DATA


@dataclass(frozen=True)
class Study:
    """A finished study.

    Attributes:
        name: The study's name.
        best: The output of ``best --json``.
        seconds: Wall-clock time of ``run``.
    """

    name: str
    best: Mapping[str, Any]
    seconds: float

    @property
    def test(self) -> Mapping[str, float]:
        """The champion's metrics on the test part."""
        return dict(self.best["test"])

    @cached_property
    def train(self) -> Mapping[str, float]:
        """The champion's metrics on the training part, rounded as ``evaluate`` prints them."""
        lines = _command("evaluate", self.name, "--part", "train").splitlines()[1:]
        return {words[0]: float(words[1]) for words in map(str.split, lines)}

    @cached_property
    def epochs(self) -> Any:
        """The best trial's metrics, a DataFrame with a row for each epoch."""
        import pandas as pd

        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "epochs.csv"
            _command("history", self.name, str(self.best["trial"]), "--csv", str(file))
            return pd.read_csv(file)

    @cached_property
    def model(self) -> Any:
        """The champion's Keras model."""
        import keras

        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "model.keras"
            _command("export", self.name, str(file))
            return keras.models.load_model(file)

    def predict(self, rows: Any) -> Any:
        """Predict raw rows with the champion; both are DataFrames."""
        import pandas as pd

        with tempfile.TemporaryDirectory() as folder:
            given, predicted = Path(folder) / "rows.csv", Path(folder) / "predictions.csv"
            rows.to_csv(given, index=False)
            _command("predict", self.name, "--input", str(given), "--output", str(predicted))
            return pd.read_csv(predicted)


@dataclass(frozen=True)
class Run:
    """An experiment to run.

    Attributes:
        experiment: The stem of its file.
        name: Suffix of its study, to distinguish it from others of the same experiment. Defaults to nothing.
        overrides: Values of ``--set``. Defaults to none.
    """

    experiment: str
    name: str = ""
    overrides: tuple[str, ...] = field(default=())

    def start(self) -> Study:
        """Run the experiment in a fresh study.

        Raises:
            StudyError: If the command fails.
        """
        study = f"reproduced-{self.experiment}{self.name and '-' + self.name}"
        started = time.monotonic()
        changes = [word for override in self.overrides for word in ("--set", override)]
        _command("run", str(ROOT / "experiments" / f"{self.experiment}.toml"), "--study", study, "--fresh", *changes)
        seconds = time.monotonic() - started
        return Study(study, json.loads(_command("best", study, "--json")), seconds)


def _command(*words: str) -> str:
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    finished = subprocess.run(  # this project's own command
        [sys.executable, "-m", "search", *words], capture_output=True, text=True, env=os.environ | {"PYTHONPATH": path}, check=False
    )
    if finished.returncode:
        lines = finished.stderr.strip().splitlines()
        raise StudyError(finished.returncode, lines[-1] if lines else f"exit status {finished.returncode}")
    return finished.stdout
