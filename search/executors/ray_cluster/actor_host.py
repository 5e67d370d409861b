"""Starts workers as actors of a Ray cluster."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ...data.arrays import Inputs, TrainingArrays
from ...data.byte_rows import ByteRows
from ...experiment.file import Experiment
from ...jobs import load_arrays
from ...python_process import Process, PythonProcess
from ..device_share import DeviceShare
from .actor import RayWorker, actor_environment
from .actor_connection import MESSAGES_GROUP, ActorConnection
from .connection import cluster_address, connect, forwarded_environment, import_ray
from .resources import Node, divide_cluster, gpu_request


class ActorHost:
    """A Ray cluster as a host of workers: the one at ``RAY_ADDRESS``, or else one that is started on this machine.

    Args:
        programs: Folder of this machine in which compiled programs are kept for later runs; other machines have their own folders.
    """

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._owns_cluster = False
        self._n_cpus = 1.0

    def prepare(self, experiment: Experiment, arrays: Path) -> list[DeviceShare]:
        """Connect to the cluster, and divide it among actors.

        Raises:
            MissingExtraError: If Ray is not installed.
            InputError: If there is no cluster at ``RAY_ADDRESS``, or it has none of the requested devices.
            WorkerError: If it has no CPU.
        """
        self._ray = import_ray()
        self._experiment, self._folder = experiment, arrays
        self._owns_cluster = not self._ray.is_initialized()
        if self._owns_cluster:
            connect(self._ray)
        resources = [node["Resources"] for node in self._ray.nodes() if node["Alive"]]
        nodes = [Node(found.get("CPU", 0), found.get("GPU", 0), found.get("memory", 0)) for found in resources]
        programs = "" if cluster_address() else str(self._programs)
        shares, self._n_cpus = divide_cluster(experiment.executor, nodes, programs)
        return shares

    def start_worker(self, share: DeviceShare, name: str) -> ActorConnection:
        """Request an actor, which starts once a node has free CPUs and GPUs for it."""
        actor = self._ray.remote(
            num_cpus=share.n_threads if self._n_cpus >= 1 else self._n_cpus,
            num_gpus=gpu_request(share),
            concurrency_groups={MESSAGES_GROUP: 1},
            max_restarts=0,
            runtime_env={"env_vars": actor_environment(share) | forwarded_environment()},
        )(RayWorker)
        connection = ActorConnection(self._ray, actor.remote(self._experiment, share), lambda: self._arrays, name)
        connection.start()
        return connection

    def start_process(self, entry: str, environment: Mapping[str, str], name: str) -> Process:
        """Start a process of this machine that imports the backend itself."""
        return PythonProcess(entry, environment)

    def close(self) -> None:
        """Stop the cluster if it was started here; otherwise leave it."""
        self.__dict__.pop("_arrays", None)
        if self._owns_cluster:
            self._owns_cluster = False
            self._ray.shutdown()

    @cached_property
    def _arrays(self) -> Any:
        """Reference to the training arrays, which are put into the object store once; each node copies them from there once."""
        return self._ray.put([_in_memory(arrays) for arrays in load_arrays(self._experiment, self._folder)])


def _in_memory(arrays: TrainingArrays) -> TrainingArrays:
    """Load memory-mapped arrays, since Ray stores plain arrays without copying them into a pickle."""

    def load(tree: Inputs) -> Inputs:
        if isinstance(tree, ByteRows):
            return replace(tree, values=np.asarray(tree.values))
        return {name: np.asarray(array) for name, array in tree.items()} if isinstance(tree, dict) else np.asarray(tree)

    fields: dict[str, Any] = {field: load(tree) for field, tree in arrays.trees.items()}
    return replace(arrays, **fields)
