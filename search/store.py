"""Names the paths of the local store ``mlruns/``, the ledgers' database and the tracking server. It creates no folder."""

import hashlib
import os
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from urllib.parse import unquote

from .errors import InputError
from .hardware import processor_features
from .redaction import redact, shorten
from .secret_values import has_raw_password, remember_address

_SQLITE = "sqlite:///"
_MEMORY = ("sqlite://", f"{_SQLITE}:memory:")


@dataclass(frozen=True)
class Store:
    """The local store of a working directory.

    Attributes:
        root: The folder, absolute. Defaults to ``mlruns`` in the working directory.
        ledger: URL of the database that holds the ledgers, such as ``postgresql+psycopg://user@host/database``; empty for a
            journal file in each study's folder. Defaults to ``PERCEPTUNE_LEDGER``.
    """

    root: Path = Path("mlruns")
    ledger: str = field(default_factory=lambda: os.environ.get("PERCEPTUNE_LEDGER", ""), repr=False)  # it may hold a password

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", self.root.absolute())
        remember_address(self.ledger)  # no message shows its password

    @property
    def tracking_uri(self) -> str:
        """MLflow's tracking URI: ``MLFLOW_TRACKING_URI`` if it is set, else the SQLite file of this store.

        Raises:
            InputError: If the variable names a folder, in which MLflow keeps no runs; it would try for two minutes; or SQLite's memory.
        """
        given = os.environ.get("MLFLOW_TRACKING_URI", "")
        problem = "names a folder" if _is_folder(given) else "is lost with the process" if given in _MEMORY else ""
        if problem:
            raise InputError(
                f'MLFLOW_TRACKING_URI = "{shorten(redact(given), 150)}" {problem}; expected a database or a server, such as '
                "sqlite:////data/mlflow.db, postgresql://host/mlflow or http://host:5000; without the variable mlruns/mlflow.db is used"
            )
        return given or f"{_SQLITE}{self.root / 'mlflow.db'}"

    @property
    def ledger_location(self) -> str:
        """Database or folder of the ledgers, for messages."""
        return redact(self.ledger) or str(self.studies)

    @property
    def artifacts(self) -> Path:
        """Folder of MLflow's artifacts, unless a server keeps them."""
        return self.root / "artifacts"

    @property
    def programs(self) -> Path:
        """Folder of XLA's compiled programs, one per processor and versions of the backends, which can run no other's programs."""
        versions = [distribution.version for name in ("tensorflow", "jax") for distribution in metadata.distributions(name=name)]
        return self.root / "programs" / hashlib.sha256(" ".join([processor_features(), *versions]).encode()).hexdigest()[:12]

    @property
    def studies(self) -> Path:
        """The folder of all studies' folders."""
        return self.root / "studies"

    def study(self, name: str) -> "StudyFolder":
        """The folder of one study."""
        return StudyFolder(self.studies / name)


@dataclass(frozen=True)
class StudyFolder:
    """The files of one study.

    Attributes:
        root: The folder.
    """

    root: Path

    @property
    def journal(self) -> Path:
        """The ledger."""
        return self.root / "journal.log"

    @property
    def requests(self) -> Path:
        """What other processes ask of the one that runs the study."""
        return self.root / "requests"

    @property
    def arrays(self) -> Path:
        """The prepared training and validation arrays."""
        return self.root / "arrays"

    @property
    def preprocessor(self) -> Path:
        """The fitted preprocessing."""
        return self.root / "preprocessor"

    @property
    def initial(self) -> Path:
        """The file of the weights that trials start from, if the experiment gives one."""
        return self.root / "initial"

    @property
    def logs(self) -> Path:
        """The output of the worker processes."""
        return self.root / "logs"

    @property
    def code(self) -> Path:
        """Copies of the user's modules that the trials were trained with, one folder per version."""
        return self.root / "code"

    @property
    def report(self) -> Path:
        """The plots."""
        return self.root / "report"

    @property
    def predictions(self) -> Path:
        """Targets and predictions of the test part: a file for each baseline, and a folder for the champion."""
        return self.root / "predictions"

    def predictions_of(self, trial: int) -> Path:
        """The champion's part of `predictions`; another host, or a killed process, may have left that of another trial."""
        return self.predictions / f"trial-{trial}"

    @property
    def checkpoints(self) -> Path:
        """The checkpoints of unfinished trials, one file each."""
        return self.root / "checkpoints"

    @property
    def models(self) -> Path:
        """The kept models."""
        return self.root / "models"

    @property
    def repeats(self) -> Path:
        """What callbacks of repeated trainings write; it has a layout like a study's folder."""
        return self.root / "repeats"

    @property
    def removed(self) -> Path:
        """What ``doctor --repair`` has moved out of the way."""
        return self.root / "removed"

    def checkpoint(self, number: int) -> Path:
        """The checkpoint from which a killed trial continues."""
        return self.root / "checkpoints" / f"{number}.npz"

    def model_stem(self, number: int) -> Path:
        """The path of a trial's model without its suffix, which depends on the kind of model."""
        return self.models / str(number)

    def model(self, number: int) -> Path:
        """The path of a trial's model, such as ``7.keras``; without a suffix if there is no model."""
        found = [path for path in self.models.glob(f"{number}.*") if path.stem == str(number)]
        return next(iter(found), self.model_stem(number))

    def execution_models(self, number: int) -> dict[int, Path]:
        """The models of a trial's executions, such as ``7-2.keras``, by the execution's number."""
        found = {path.stem.rpartition("-")[2]: path for path in self.models.glob(f"{number}-*.*")}
        return {int(execution): path for execution, path in found.items() if execution.isdigit()}

    def refitted_model(self, number: int, suffix: str = "") -> Path:
        """The model of a trial that was trained on all rows, such as ``7-all.keras``.

        Args:
            number: The trial's number.
            suffix: The suffix of the model's kind. Defaults to that of the file that is there; without one if there is none.
        """
        stem = f"{number}-all"
        found = [path for path in self.models.glob(f"{stem}.*") if path.stem == stem]
        return self.models / f"{stem}{suffix}" if suffix else next(iter(found), self.models / stem)

    def models_of(self, number: int) -> list[Path]:
        """The models of a trial: its only one, or those of its executions in their order; none if there is none."""
        only, executions = self.model(number), self.execution_models(number)
        return [only] if only.is_file() else [executions[index] for index in sorted(executions)]


def _is_folder(tracking_uri: str) -> bool:
    """Return whether a tracking URI is a path, or a SQLite file that is a folder or has no name."""
    if tracking_uri.startswith("sqlite:"):
        path = unquote(tracking_uri.removeprefix(_SQLITE).partition("?")[0])
        return tracking_uri.startswith(_SQLITE) and (not path or Path(path).is_dir())
    is_path = "://" not in tracking_uri and tracking_uri.partition(":")[0] not in ("databricks", "databricks-uc", "uc")
    return bool(tracking_uri) and (is_path or tracking_uri.startswith("file:"))


def check_address(address: str) -> None:
    """Check that parsers find the end of an address' password, so that no part of it is taken for a host or a port, and shown.

    Raises:
        InputError: If the password has a "/", "?", "#" or blank, or in the address of a database an "@".
    """
    if has_raw_password(address):
        raise InputError(
            f"The password in the address {redact(address)} has a sign that cannot stand there as it is; write %2F for /, %40 for @, %23 for #, "
            "%3F for ? and %20 for a blank"
        )
