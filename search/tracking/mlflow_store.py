"""Opens a tracking store in two steps: first the slow preparation, which writes nothing to it, then the store itself."""

import atexit
import shutil
import tempfile
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, final

from ..temporary_files import temporary_prefix
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
        self._prepared: Path | None = None  # template of a new store

    def prepare(self) -> None:
        """Import MLflow and connect, again if the store was removed; for a missing local store create a template instead, which `client` copies.

        Raises:
            InputError: If the store does not respond.
        """
        self.__dict__.pop("client", None)
        if exists(self._tracking_uri):
            _ = self.client
            return
        if not _template().is_file():  # removed as an old temporary file
            _template.cache_clear()
        self._prepared = _template()

    @cached_property
    def client(self) -> "MlflowClient":
        """MLflow's client of the store.

        Raises:
            InputError: If the store does not respond.
        """
        return connect(self._tracking_uri, self._prepared)


@cache
def _template() -> Path:
    """Create a store with MLflow's tables, once a process: all its new stores are copied from it."""
    folder = tempfile.mkdtemp(prefix=temporary_prefix())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return prepare(Path(folder))
