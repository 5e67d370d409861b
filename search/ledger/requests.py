"""What other processes ask of those that run a study: a file for each request in the study's folder, or an attribute in a database."""

import json
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, final

from .. import atomic_file

if TYPE_CHECKING:
    import optuna

_PREFIX = "request "


class Requests(Protocol):
    """The requests of one study."""

    def send(self, request: Mapping[str, Any]) -> None:
        """Write a request, plain JSON."""
        ...

    def receive(self) -> Iterator[Any]:
        """Yield the requests that this process has not received yet, in the order in which they were written.

        Each has the time when it was sent, ``at``, in seconds since 1970. It counts as received when the next one is asked for.
        """
        ...


@final
class RequestFiles:
    """Requests in a folder, for the one process that runs the study; it removes what it has received.

    Args:
        folder: The folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, request: Mapping[str, Any]) -> None:
        """Write a file."""
        atomic_file.write_bytes(self._folder / f"{time.time_ns()}-{os.getpid()}.json", json.dumps({**request, "at": time.time()}).encode())

    def receive(self) -> Iterator[Any]:
        """Read the files, and remove each one after it was taken up."""
        for path in sorted(path for path in self._folder.glob("*.json") if ".unfinished" not in path.name):
            yield json.loads(path.read_bytes())
            path.unlink()


@final
class RequestAttributes:
    """Requests in attributes of an Optuna study in a database, for all processes that run it; each receives all of them.

    Args:
        study: The study.
    """

    def __init__(self, study: "optuna.Study") -> None:
        self._study = study
        self._seen = set[str]()

    def send(self, request: Mapping[str, Any]) -> None:
        """Write an attribute."""
        self._study.set_user_attr(f"{_PREFIX}{time.time_ns()}-{os.getpid()}", {**request, "at": time.time()})

    def receive(self) -> Iterator[Any]:
        """Read the attributes."""
        written = {key: value for key, value in self._study.user_attrs.items() if key.startswith(_PREFIX)}
        for key in sorted(written.keys() - self._seen):
            yield written[key]
            self._seen.add(key)


@final
class PeriodicRequests:
    """Searches for requests from time to time.

    Args:
        requests: The requests.
        seconds: Least time between two searches.
    """

    def __init__(self, requests: Requests, seconds: float) -> None:
        self._requests, self._seconds = requests, seconds
        self._searched_at = -float("inf")

    def send(self, request: Mapping[str, Any]) -> None:
        """Write a request."""
        self._requests.send(request)

    def receive(self) -> Iterator[Any]:
        """Yield new requests; none if that was done a moment ago."""
        now = time.monotonic()
        if now >= self._searched_at + self._seconds:
            self._searched_at = now
            yield from self._requests.receive()
