"""Divides a cluster among workers, from the resources of its nodes. It imports no cluster's library."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...errors import WorkerError
from ...experiment.executor_section import ExecutorSection
from ..device_share import DeviceShare
from ..devices import WORKER_BYTES, assign_devices


@dataclass(frozen=True)
class Node:
    """The resources of one machine of a cluster.

    Attributes:
        n_cpus: Number of CPUs.
        n_gpus: Number of GPUs.
        memory_bytes: Memory.
    """

    n_cpus: float
    n_gpus: float
    memory_bytes: float

    @property
    def n_workers(self) -> int:
        """Number of workers that can train on its CPUs, as far as memory allows."""
        return min(int(self.n_cpus), max(1, int(self.memory_bytes // WORKER_BYTES)))


def divide_cluster(section: ExecutorSection, nodes: Sequence[Node], programs: str = "") -> tuple[list[DeviceShare], float]:
    """Divide a cluster's GPUs and CPUs among workers.

    Args:
        section: The experiment's ``[executor]``: ``n_workers``, ``devices`` and ``workers_per_device``.
        nodes: The machines of the cluster.
        programs: Folder for compiled programs; empty keeps none. Defaults to empty.

    Returns:
        A share per worker: the GPUs round-robin, or else one share per CPU as far as memory allows; the cluster chooses the node and
        the GPU. And the number of CPUs of each worker, a whole number or a fraction.

    Raises:
        ExperimentError: If only GPUs may be used and none is found.
        WorkerError: If the cluster has no CPU.
    """
    nodes = [node for node in nodes if node.n_cpus > 0]
    if not nodes:
        raise WorkerError("The Ray cluster has no CPU for workers; start a node with some: ray start --address=...")
    n_gpus = 0 if section.devices == "cpu" else sum(int(node.n_gpus) for node in nodes)
    gpus = [str(index) for index in range(n_gpus)]
    chosen = assign_devices(section, gpus, sum(node.n_workers for node in nodes))
    n_cpus = cpus_per_worker([node.n_cpus for node in nodes], len(chosen))
    share = DeviceShare("cpu", "", max(1, int(n_cpus)), programs)
    return [replace(share, kind="gpu", memory_fraction=1 / chosen.count(gpu)) if gpu else share for gpu in chosen], n_cpus


def gpu_request(share: DeviceShare) -> float:
    """Return the fraction of a GPU that a worker requests; 0 on a CPU.

    Ray counts four digits; the fraction is rounded down, so that all workers of a GPU fit.
    """
    return int(share.memory_fraction * 10_000 + 1e-6) / 10_000 if share.kind == "gpu" else 0.0


def cpus_per_worker(n_cpus: Sequence[float], n_workers: int) -> float:
    """Return the largest number of CPUs that each worker can have on a single node.

    Args:
        n_cpus: CPUs of each node, above 0.
        n_workers: Number of workers.

    Returns:
        A whole number, or if there are more workers than CPUs a half, a third and so on.
    """
    sizes = itertools.chain(range(int(max(n_cpus)), 0, -1), (1 / parts for parts in itertools.count(2)))
    return next(size for size in sizes if sum(int(n / size + 1e-6) for n in n_cpus) >= n_workers)
