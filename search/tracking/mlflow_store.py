"""Opens a tracking store in two steps: what takes time, which disturbs nobody, and then the store itself."""

import shutil
import tempfile
import weakref
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, final

from .mlflow_connection import connect, prepare
from .sqlite_store import exists

if TYPE_CHECKING:
    from mlflow import MlflowClient


@final
class LazyStore:
    """A tracking store that is opened when it is first used.

    Args:
        tracking_uri: Where MLflow keeps runs.
    """

    def __init__(self, tracking_uri: str) -> None:
        self._tracking_uri = tracking_uri
        self._prepared: Path | None = None  # a store to begin with, in a folder that `_tidy` removes
        self._tidy: Callable[[], object] = lambda: None

    def prepare(self) -> None:
        """Import MLflow and connect; a local store that is not there is made elsewhere, and put in its place by `client`.

        Raises:
            InputError: If the store does not answer.
        """
        if exists(self._tracking_uri):
            _ = self.client
            return
        folder = tempfile.mkdtemp(prefix="perceptune-")
        self._tidy = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self._prepared = prepare(Path(folder))

    @cached_property
    def client(self) -> "MlflowClient":
        """MLflow's client of the store.

        Raises:
            InputError: If the store does not answer.
        """
        client = connect(self._tracking_uri, self._prepared)
        self._tidy()
        return client
