"""Where things lie: the local store ``mlruns/`` and the address of the tracking server.

It names paths; whoever writes a file makes its folder.
"""

import hashlib
import os
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from .hardware import processor_features
from .redaction import redact


@dataclass(frozen=True)
class Store:
    """The local store of a working directory.

    Attributes:
        root: The folder, absolute. Defaults to ``mlruns`` in the working directory.
        ledger: Address of the database that holds the ledgers, such as ``postgresql+psycopg://user@host/database``; empty for
            a journal file in each study's folder. Defaults to ``PERCEPTUNE_LEDGER``.
    """

    root: Path = Path("mlruns")
    ledger: str = field(default_factory=lambda: os.environ.get("PERCEPTUNE_LEDGER", ""), repr=False)  # it may hold a password

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", self.root.absolute())

    @property
    def tracking_uri(self) -> str:
        """MLflow's address: ``MLFLOW_TRACKING_URI`` where it is set, else the SQLite file of this store."""
        return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{self.root / 'mlflow.db'}"

    @property
    def ledger_place(self) -> str:
        """Where the ledgers are, for messages."""
        return redact(self.ledger) or str(self.studies)

    @property
    def artifacts(self) -> Path:
        """Where MLflow's artifacts lie unless a server keeps them."""
        return self.root / "artifacts"

    @property
    def programs(self) -> Path:
        """What XLA has compiled, kept for later runs, by processor and versions: others could not run it."""
        versions = [distribution.version for name in ("tensorflow", "jax") for distribution in metadata.distributions(name=name)]
        return self.root / "programs" / hashlib.sha256(" ".join([processor_features(), *versions]).encode()).hexdigest()[:12]

    @property
    def studies(self) -> Path:
        """The folder with one folder per study."""
        return self.root / "studies"

    def study(self, name: str) -> "StudyFolder":
        """The folder of one study."""
        return StudyFolder(self.studies / name)


@dataclass(frozen=True)
class StudyFolder:
    """What one study keeps on disk.

    Attributes:
        root: The folder.
    """

    root: Path

    @property
    def journal(self) -> Path:
        """The ledger."""
        return self.root / "journal.log"

    @property
    def arrays(self) -> Path:
        """The prepared training and validation arrays."""
        return self.root / "arrays"

    @property
    def preprocessor(self) -> Path:
        """The fitted preprocessing."""
        return self.root / "preprocessor"

    @property
    def logs(self) -> Path:
        """What the worker processes print."""
        return self.root / "logs"

    @property
    def report(self) -> Path:
        """The plots."""
        return self.root / "report"

    @property
    def checkpoints(self) -> Path:
        """Where unfinished trials stand, one file each."""
        return self.root / "checkpoints"

    @property
    def models(self) -> Path:
        """The kept models."""
        return self.root / "models"

    def checkpoint(self, number: int) -> Path:
        """What a running trial needs to go on after a kill."""
        return self.root / "checkpoints" / f"{number}.npz"

    def model_stem(self, number: int) -> Path:
        """The kept model of one trial without its suffix, which tells what kind of model it is."""
        return self.models / str(number)

    def model(self, number: int) -> Path:
        """The kept model of one trial, such as ``7.keras``; the stem where there is none."""
        found = [path for path in self.models.glob(f"{number}.*") if path.stem == str(number)]
        return next(iter(found), self.model_stem(number))
