"""Workers as actors of a Ray cluster, and the line to each. Ray is imported here and nowhere else.

The actor says what it has to say as the answer to one call that always waits, so a lost node is noticed by the error of
that call, and nothing is polled. Ray carries values as pickles: a cluster must be closed to others.
"""

import contextlib
import logging
import os
import socket
import sys
from collections import deque
from concurrent.futures import Future
from dataclasses import replace
from functools import cached_property
from multiprocessing import Pipe
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from ...data.arrays import TrainingArrays, Tree
from ...errors import InputError, MissingExtraError
from ...experiment.file import Experiment
from ...redaction import shorten
from ...trial import Assignment
from ..devices import Share
from ..messages import Check, Parcel
from ..trial_files import checkpoint_of, write_file
from .actor import RayWorker, actor_environment
from .resources import Node, divide_cluster, gpus_asked

_REASON_LENGTH = 300
_CONNECT_SECONDS = 10
_LEFT_BEHIND = ["mlruns", ".venv", ".git", "**/__pycache__"]
"""What of the working directory is not sent to the nodes."""


class RayCluster:
    """The fleet of a Ray cluster: the one that ``RAY_ADDRESS`` names, or else one that is begun on this machine.

    Args:
        programs: Folder for programs that are compiled on this machine, from run to run; on other machines they have folders of their own.
    """

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._is_ours = False
        self._n_cpus = 1.0

    def begin(self, experiment: Experiment, arrays: Path) -> list[Share]:
        """Connect, and divide the cluster among actors.

        Raises:
            MissingExtraError: If Ray is not installed.
            InputError: If no cluster answers at ``RAY_ADDRESS``, or it has not the devices that are asked for.
            WorkerError: If it has no CPU.
        """
        self._ray = import_ray()
        self._experiment, self._folder = experiment, arrays
        self._is_ours = not self._ray.is_initialized()
        if self._is_ours:
            _connect(self._ray)
        is_local = not _address()
        resources = [node["Resources"] for node in self._ray.nodes() if node["Alive"]]
        nodes = [Node(found.get("CPU", 0), found.get("GPU", 0), found.get("memory", 0)) for found in resources]
        shares, self._n_cpus = divide_cluster(experiment.executor, nodes, str(self._programs) if is_local else "")
        return shares

    def start_worker(self, share: Share, name: str) -> "RayActor":
        """Ask for an actor; it begins when a node has room for it."""
        actor = self._ray.remote(
            num_cpus=share.n_threads if self._n_cpus >= 1 else self._n_cpus,
            num_gpus=gpus_asked(share),
            concurrency_groups={"answering": 1},
            max_restarts=0,
            runtime_env={"env_vars": actor_environment(share) | _forwarded()},
        )(RayWorker)
        return RayActor(self, actor.remote(self._experiment, share), name)

    @cached_property
    def arrays(self) -> Any:
        """The reference to the training arrays, which are put into the object store once; each node copies them from there once."""
        return self._ray.put(_plain(TrainingArrays.load(self._folder)))

    @property
    def ray(self) -> Any:
        """The module."""
        return self._ray

    def close(self) -> None:
        """End the cluster that was begun here, or leave the other one."""
        self.__dict__.pop("arrays", None)
        if self._is_ours:
            self._is_ours = False
            self._ray.shutdown()


class RayActor:
    """One actor and what it says.

    Args:
        cluster: The cluster.
        actor: Ray's handle of a `RayWorker`.
        name: The worker's name.
    """

    def __init__(self, cluster: RayCluster, actor: Any, name: str) -> None:
        self._cluster, self._actor, self._name = cluster, actor, name
        self._parcels: deque[Parcel | None] = deque()
        self._bell, self._button = Pipe(duplex=False)
        self._error: BaseException | None = None
        self._resident_bytes = 0
        self._listen()

    def fileno(self) -> int:
        """One that can be read when there is a message."""
        return self._bell.fileno()

    def send(self, message: Any) -> None:
        """Call the actor; a trial goes with its checkpoint."""
        if isinstance(message, Check):
            self._actor.begin.remote(self._cluster.arrays)
        elif isinstance(message, Assignment):
            self._actor.take.remote(Parcel(message, checkpoint_of(message)))
        else:
            self._actor.take.remote(Parcel(message))

    def receive(self) -> Any:
        """Take the next message, and write the files that came with it."""
        self._bell.recv_bytes()
        parcel = self._parcels.popleft()
        if parcel is None:
            raise EOFError from self._error
        if not self._parcels:
            self._listen()
        for path, content in parcel.files.items():
            write_file(Path(path), content)
        self._resident_bytes = parcel.resident_bytes or self._resident_bytes
        return parcel.message

    @property
    def ending(self) -> str:
        """What Ray says of it, in one line."""
        return shorten(" ".join(str(self._error).split()), _REASON_LENGTH)

    @property
    def is_node_lost(self) -> bool:
        """Whether Ray says that the node has died."""
        return "node" in str(self._error)

    @property
    def log(self) -> str:
        """Ray's own logs, on the node."""
        return f"Ray's logs of {self._name}, by default in /tmp/ray/session_latest/logs on its node"

    def resident_bytes(self) -> int:
        """The actor's memory when its last trial ended."""
        return self._resident_bytes

    def kill(self) -> None:
        """End the actor; the call that waits then fails."""
        self._cluster.ray.kill(self._actor)

    def close(self, *, is_idle: bool) -> None:
        """End the actor and hear no more of it."""
        self.kill()
        self._bell.close()
        self._button.close()

    def reap(self) -> None:
        """Do nothing: Ray ends it, and gives its place to another one after that."""

    def _listen(self) -> None:
        self._actor.receive.options(concurrency_group="answering").remote().future().add_done_callback(self._ring)

    def _ring(self, future: "Future[list[Parcel]]") -> None:
        """Take what the actor said; Ray calls this in a thread of its own."""
        self._error = future.exception()
        parcels: list[Parcel | None] = [None] if self._error else [*future.result()]
        self._parcels.extend(parcels)
        with contextlib.suppress(OSError):  # closed by now
            for _ in parcels:
                self._button.send_bytes(b"!")


def import_ray() -> ModuleType:
    """Import Ray, quietly.

    Raises:
        MissingExtraError: If it is not installed.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is told to Ray's makers
    os.environ.setdefault("RAY_IGNORE_UNHANDLED_ERRORS", "1")  # a lost actor's calls are not shown one by one
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # else Ray warns of what it will do in future
    try:
        import ray
    except ImportError as error:
        raise MissingExtraError('executor.name = "ray": Ray is not installed; install it: .venv/bin/pip install -e ".[ray]"') from error
    return ray


def _address() -> str:
    """Return where the cluster is; empty for this machine."""
    address = os.environ.get("RAY_ADDRESS", "")
    return "" if address == "local" else address


def _connect(ray: ModuleType) -> None:
    address = _address()
    try:
        if address.count(":") == 1:  # Ray itself would try for minutes
            host, port = address.split(":")
            socket.create_connection((host, int(port)), _CONNECT_SECONDS).close()
        ray.init(
            address=address or "local",
            runtime_env=_project() if address and "RAY_JOB_CONFIG_JSON_ENV_VAR" not in os.environ else None,
            include_dashboard=None if address else False,
            log_to_driver=False,
            logging_level=logging.ERROR,
        )
    except (OSError, RuntimeError, ValueError) as error:  # as Ray's ConnectionError
        advice = "start one with: ray start --head; if it runs with a token, set RAY_AUTH_MODE=token here too, and have its ~/.ray/auth_token"
        raise InputError(f'No Ray cluster answers at RAY_ADDRESS="{address}" ({error}); {advice}') from error


def _project() -> dict[str, Any]:
    """Return what the nodes need of the project: the working directory, and this package where it lies elsewhere."""
    root = Path(__file__).parents[3]
    packages = [] if root == Path.cwd() else [str(root / name) for name in ("search", "models", "experiments") if (root / name).is_dir()]
    needed = {"working_dir": str(Path.cwd()), "excludes": _LEFT_BEHIND}
    return needed | ({"py_modules": packages} if packages else {})  # Ray cannot do with an empty list


def _forwarded() -> dict[str, str]:
    """Return environment variables that have the same references resolve, and the same backend compute, as here."""
    own = [path or os.getcwd() for path in sys.path if not path.startswith((sys.prefix, sys.base_prefix))]
    backend = {name: os.environ[name] for name in ("KERAS_BACKEND",) if name in os.environ}
    return {"PYTHONPATH": os.pathsep.join(own)} | backend


def _plain(arrays: TrainingArrays) -> TrainingArrays:
    """Turn memory-mapped arrays into plain ones, which Ray stores without copying them into a pickle."""

    def plain(tree: Tree) -> Tree:
        return {name: np.asarray(array) for name, array in tree.items()} if isinstance(tree, dict) else np.asarray(tree)

    fields: dict[str, Any] = {field: plain(getattr(arrays, field)) for field in ("x_train", "y_train", "x_validation", "y_validation")}
    return replace(arrays, **fields)
