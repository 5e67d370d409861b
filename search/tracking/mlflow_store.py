"""Opens a tracking store in two steps: first the slow preparation, which writes nothing to it, then the store itself."""

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
        self._prepared: Path | None = None  # template of a new store, in a folder that `_remove_template` deletes
        self._remove_template: Callable[[], object] = lambda: None

    def prepare(self) -> None:
        """Import MLflow and connect; for a missing local store create a template instead, which `client` copies.

        Raises:
            InputError: If the store does not respond.
        """
        if exists(self._tracking_uri):
            _ = self.client
            return
        folder = tempfile.mkdtemp(prefix="perceptune-")
        self._remove_template = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self._prepared = prepare(Path(folder))

    @cached_property
    def client(self) -> "MlflowClient":
        """MLflow's client of the store.

        Raises:
            InputError: If the store does not respond.
        """
        client = connect(self._tracking_uri, self._prepared)
        self._remove_template()
        return client
