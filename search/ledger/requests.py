"""What other processes ask of those that run a study: a file for each request in the study's folder, or an attribute in a database."""

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, final

from .. import atomic_file

if TYPE_CHECKING:
    import optuna

_PREFIX = "request "
_SECONDS = 0.2
"""Between two searches for requests."""


class Requests(Protocol):
    """The requests of one study."""

    def send(self, request: Any) -> None:
        """Write a request, plain JSON."""
        ...

    def receive(self) -> list[Any]:
        """Return the requests that this process has not received yet, in the order in which they were written."""
        ...


@final
class RequestFiles:
    """Requests in a folder, for the one process that runs the study; it removes what it has received.

    Args:
        folder: The folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, request: Any) -> None:
        """Write a file."""
        atomic_file.write_bytes(self._folder / f"{time.time_ns()}-{os.getpid()}.json", json.dumps(request).encode())

    def receive(self) -> list[Any]:
        """Read and remove the files."""
        paths = sorted(path for path in self._folder.glob("*.json") if ".unfinished" not in path.name)
        found = [json.loads(path.read_bytes()) for path in paths]
        for path in paths:
            path.unlink()
        return found


@final
class RequestAttributes:
    """Requests in attributes of an Optuna study in a database, for all processes that run it; each receives those that come after its start.

    Args:
        study: The study.
    """

    def __init__(self, study: "optuna.Study") -> None:
        self._study = study
        self._seen: set[str] | None = None

    def send(self, request: Any) -> None:
        """Write an attribute."""
        self._study.set_user_attr(f"{_PREFIX}{time.time_ns()}-{os.getpid()}", request)

    def receive(self) -> list[Any]:
        """Read the attributes; the first call returns none."""
        written = {key: value for key, value in self._study.user_attrs.items() if key.startswith(_PREFIX)}
        seen = written.keys() if self._seen is None else self._seen
        self._seen = set(written)
        return [written[key] for key in sorted(written.keys() - seen)]


@final
class PeriodicRequests:
    """Searches for requests five times a second at most.

    Args:
        requests: The requests.
    """

    def __init__(self, requests: Requests) -> None:
        self._requests = requests
        self._looked_at = -float("inf")

    def send(self, request: Any) -> None:
        """Write a request."""
        self._requests.send(request)

    def receive(self) -> list[Any]:
        """Return new requests; none if that was done a moment ago."""
        now = time.monotonic()
        if now < self._looked_at + _SECONDS:
            return []
        self._looked_at = now
        return self._requests.receive()
