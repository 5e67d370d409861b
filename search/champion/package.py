"""Asks a fresh process to make an MLflow model of the best trial and to prove that it answers as it did when it was trained.

This is the coordinator's side; it imports neither Keras nor MLflow. The process it starts runs `build.py`.
"""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from .. import errors
from ..errors import ChampionError, InputError
from ..experiment.file import Experiment
from ..experiment.parameters import Value
from .metadata import ChampionMetadata

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class PackageSpec:
    """What to package.

    Attributes:
        experiment: The experiment.
        study: The study's name.
        trial: The best trial's number.
        params: Its searched hyperparameters.
        value: Its value.
        fingerprint: The data set's fingerprint when the study ran.
        model_path: The kept model, ``<n>.keras`` or ``<n>.skops``, with ``<n>.expected.npz`` beside it.
        preprocessor: The folder that `Preprocessor.save` wrote.
        folder: Where to put the MLflow model; it must not exist.
    """

    experiment: Experiment
    study: str
    trial: int
    params: Mapping[str, Value]
    value: float
    fingerprint: str
    model_path: Path
    preprocessor: Path
    folder: Path

    @property
    def expected(self) -> Path:
        """The outputs on the first validation rows, as computed by the worker that trained the model."""
        return self.model_path.with_suffix(".expected.npz")

    def to_json(self) -> str:
        """Write it as text."""
        content = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return json.dumps(content | {"experiment": self.experiment.model_dump_json(), "params": dict(self.params)}, default=str)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read it from text."""
        content = json.loads(text)
        paths = {name: Path(content[name]) for name in ("model_path", "preprocessor", "folder")}
        return cls(**content | paths | {"experiment": Experiment.model_validate_json(content["experiment"])})


@dataclass(frozen=True, kw_only=True)
class PackagedChampion:
    """A proven MLflow model that is not registered yet.

    Attributes:
        folder: The MLflow model.
        metadata: Its origin and its value; ``metadata.test`` has the metrics on the test part.
    """

    folder: Path
    metadata: ChampionMetadata


def package_champion(spec: PackageSpec) -> PackagedChampion:
    """Package the best trial's model in a fresh process.

    Args:
        spec: What to package.

    Returns:
        The MLflow model's folder, with the metrics on the test part.

    Raises:
        InputError: If the data set cannot be loaded again or has changed.
        ChampionError: If the model does not load or answers differently.
    """
    process = subprocess.run(  # stdin and stdout are pipes of our own; nothing of it passes a shell
        [sys.executable, "-m", f"{__package__}.build"], input=spec.to_json(), capture_output=True, text=True, env=_environment(), check=False
    )
    logger.debug("Packaging trial %d printed:\n%s", spec.trial, process.stderr)
    if process.returncode or not process.stdout:
        status = f"ended with exit status {process.returncode}: {_last_line(process.stderr)}"
        raise _noted(ChampionError(f"Packaging trial {spec.trial}'s model {status}"), process)
    result = json.loads(process.stdout)
    if "error" in result:
        raise _noted(_rebuilt(result["error"], result["message"]), process)
    return PackagedChampion(folder=spec.folder, metadata=ChampionMetadata.load(Path(result["champion"])))


def _environment() -> Mapping[str, str]:
    """Let the process import what this one can, print little, and leave GPU memory to the workers that still hold some."""
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_FORCE_GPU_ALLOW_GROWTH": "true", "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
    return quiet | os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def _rebuilt(name: str, message: str) -> Exception:
    """Make the error of the other process again; what is not the user's mistake is the champion's failure."""
    kind: Any = getattr(errors, name, ChampionError)
    return kind(message) if issubclass(kind, InputError) else ChampionError(message)


def _noted(error: Exception, process: subprocess.CompletedProcess[str]) -> Exception:
    """Attach what the process printed; it shows only where tracebacks do."""
    error.add_note(process.stderr[-5000:])
    return error


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "it printed nothing"
