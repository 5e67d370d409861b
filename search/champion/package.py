"""Packages the best trial's model in a fresh process, which verifies that the model predicts as it did when it was trained.

This is the coordinator's side; it imports neither Keras nor MLflow. The process runs `build.serve`.
"""

import json
import logging
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from .. import errors
from ..data.arrays import fold_folder
from ..data.dataset import Dataset
from ..errors import ChampionError, InputError
from ..experiment.file import Experiment
from ..experiment.parameters import Value
from ..experiment.sections import DataSection
from ..experiment.settings import TrainingSettings
from ..python_process import Process, PythonProcess, last_line
from .metadata import ChampionMetadata

Start = Callable[[str, Mapping[str, str], str], Process]
"""Starts a process that calls a function, with environment variables and the name of a log."""

LOAD, PACKAGE = "load", "package"
"""The requests to the process."""

logger = logging.getLogger(__name__)

_ENTRY = f"{__package__}.build:serve"
_LOG_LENGTH = 5000
# Prints little, and leaves GPU memory to the workers that still hold some.
_ENVIRONMENT = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_FORCE_GPU_ALLOW_GROWTH": "true", "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}


@dataclass(frozen=True, kw_only=True)
class PackageSpec:
    """What to package.

    Attributes:
        experiment: The experiment.
        study: The study's name.
        trials: Numbers of the trials whose models are taken, the best one first.
        params: The searched hyperparameters of each.
        value: The best trial's value.
        fingerprint: The data set's fingerprint when the study ran.
        model_paths: The saved models, such as ``7.keras`` or ``7.skops``, with ``7.expected.npz`` beside it: one of each trial, or one of
            each execution, ``7-0.keras`` to ``7-4.keras``. The predictions of several are averaged.
        preprocessor: The folder that `Preprocessor.save` wrote; with folds it has a folder for each of them.
        folder: Where to put the MLflow model; it must not exist.
        code: Folders with versions of the user's modules, the likeliest first; the first one with which the model predicts as when it
            was trained is bundled. Defaults to none, for the modules as they are now.
    """

    experiment: Experiment
    study: str
    trials: tuple[int, ...]
    params: tuple[Mapping[str, Value], ...]
    value: float
    fingerprint: str
    model_paths: tuple[Path, ...]
    preprocessor: Path
    folder: Path
    code: tuple[Path, ...] = ()

    @property
    def trial(self) -> int:
        """The best trial."""
        return self.trials[0]

    def settings_of(self, model: int) -> TrainingSettings:
        """Return the training settings of one of the models, by its place in ``model_paths``."""
        return self.experiment.space.training_settings(self.params[model // self.experiment.evaluation.n_executions])

    def preprocessor_of(self, model: int) -> Path:
        """Return the folder of the preprocessing of one of the models; see `settings_of`."""
        evaluation = self.experiment.evaluation
        return fold_folder(self.preprocessor, evaluation.fold_of(model) if evaluation.folds > 1 else None)

    @property
    def predictions(self) -> Path:
        """Folder of what the study keeps for its report: predictions for the test part, and the shape of the model's function."""
        return self.folder.with_name(f"{self.folder.name}-predictions")

    def to_json(self) -> str:
        """Write it as text."""
        content = {name: getattr(self, name) for name in self.__dataclass_fields__}
        plain: dict[str, Any] = {"experiment": self.experiment.model_dump_json(), "params": [dict(params) for params in self.params]}
        plain |= {name: [str(path) for path in content[name]] for name in ("code", "model_paths")}
        return json.dumps(content | plain, default=str)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read it from text."""
        content = json.loads(text)
        paths: dict[str, Any] = {name: Path(content[name]) for name in ("preprocessor", "folder")}
        paths |= {name: tuple(map(Path, content[name])) for name in ("code", "model_paths")}
        paths |= {name: tuple(content[name]) for name in ("trials", "params")}
        return cls(**content | paths | {"experiment": Experiment.model_validate_json(content["experiment"])})


@dataclass(frozen=True, kw_only=True)
class PackagedChampion:
    """A verified MLflow model that is not registered yet.

    Attributes:
        folder: The MLflow model.
        metadata: Its origin and its value; ``metadata.test`` has the metrics on the test part.
        predictions: The folder `PackageSpec.predictions`. Defaults to None.
    """

    folder: Path
    metadata: ChampionMetadata
    predictions: Path | None = None


class Packager:
    """Packages champions in a fresh process.

    `start` starts the process while the search runs; it imports what it needs and waits: the imports take longer than the rest.

    Args:
        start_process: Starts the process, if possible one that has imported the backend. Defaults to one that imports everything.
    """

    def __init__(self, start_process: Start | None = None) -> None:
        self._start_process = start_process
        self._process: Process | None = None
        self._spec: PackageSpec
        self._dataset: Dataset | None = None

    def __enter__(self) -> Self:
        """Return itself; no process is started yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self.close()

    def start(self) -> None:
        """Start the process without waiting for it; without one, `submit` starts it."""
        environment = _ENVIRONMENT | {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        start = self._start_process or (lambda entry, environment, _: PythonProcess(entry, environment))
        self._process = start(_ENTRY, environment, "packaging")

    def load(self, section: DataSection, limit_seconds: float) -> None:
        """Load a data set in the started process, without waiting for it.

        Args:
            section: ``[data]`` of the experiment.
            limit_seconds: The longest time that it may take.
        """
        assert self._process is not None  # noqa: S101 - for mypy
        self._process.send((sys.path, LOAD, section.model_dump_json(), limit_seconds))

    def fingerprint(self) -> str | None:
        """Wait for what `load` loads.

        Returns:
            The data set's fingerprint; None if the process was killed.

        Raises:
            InputError: If it cannot be loaded a second time.
        """
        assert self._process is not None  # noqa: S101 - for mypy
        try:
            reply = self._process.receive()
        except EOFError:
            return None
        if "error" in reply:
            raise self._with_log(_rebuilt(reply["error"], reply["message"]))
        return str(reply["fingerprint"])

    def submit(self, spec: PackageSpec, dataset: Dataset | None = None) -> None:
        """Start packaging without waiting for it.

        Args:
            spec: What to package.
            dataset: The data set of the study. Defaults to one that the process loads.
        """
        self._spec, self._dataset = spec, dataset
        if self._process is None:
            self.start()
        assert self._process is not None  # noqa: S101 - for mypy
        self._process.send((sys.path, PACKAGE, spec.to_json(), dataset))

    def result(self) -> PackagedChampion:
        """Wait for what was submitted.

        Returns:
            The MLflow model's folder, with the metrics on the test part.

        Raises:
            InputError: If the data set cannot be loaded again or has changed.
            ChampionError: If the model does not load or predicts otherwise than when it was trained.
        """
        reply = self._receive()
        logger.debug("Packaging trial %d printed:\n%s", self._spec.trial, self._printed())
        if "error" in reply:
            raise self._with_log(_rebuilt(reply["error"], reply["message"]))
        predictions = self._spec.predictions
        return PackagedChampion(folder=self._spec.folder, predictions=predictions, metadata=ChampionMetadata.load(Path(reply["champion"])))

    def close(self) -> None:
        """End the process, if one was started."""
        if self._process is not None:
            self._process.close(is_idle=False)  # killed: it may still import, and has nothing to save
            self._process.join()
            self._process = None

    def _receive(self) -> Mapping[str, str]:
        """Return the process' reply; one that was started early may have been killed since, and is replaced once."""
        assert self._process is not None  # noqa: S101 - for mypy
        try:
            reply: Mapping[str, str] = self._process.receive()
        except EOFError:
            if self._start_process is None:
                status = f"ended with {self._process.exit_reason}: {last_line(Path(self._process.log)) or 'it printed nothing'}"
                raise self._with_log(ChampionError(f"Packaging trial {self._spec.trial}'s model {status}")) from None
        else:
            return reply
        self.close()
        self._start_process = None
        shutil.rmtree(self._spec.folder, ignore_errors=True)  # what the killed process has written
        self.submit(self._spec, self._dataset)
        return self._receive()

    def _printed(self) -> str:
        assert self._process is not None  # noqa: S101 - for mypy
        return Path(self._process.log).read_text(encoding="utf-8", errors="replace")[-_LOG_LENGTH:]

    def _with_log(self, error: Exception) -> Exception:
        """Attach what the process printed; it shows only where tracebacks do."""
        error.add_note(self._printed())
        return error


def package_champion(spec: PackageSpec) -> PackagedChampion:
    """Package a trial's model in a fresh process; see `Packager`."""
    with Packager() as packager:
        packager.submit(spec)
        return packager.result()


def _rebuilt(name: str, message: str) -> Exception:
    """Return the error of the other process; what is not the user's mistake is the champion's failure."""
    kind: Any = getattr(errors, name, ChampionError)
    return kind(message) if issubclass(kind, InputError) else ChampionError(message)
