"""Divides a cluster among workers, from what its nodes have. It knows no cluster's library."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...errors import WorkerError
from ...experiment.sections import ExecutorSection
from ..devices import WORKER_BYTES, DeviceShare, worker_devices


@dataclass(frozen=True)
class Node:
    """What one machine of a cluster offers.

    Attributes:
        n_cpus: CPUs.
        n_gpus: GPUs.
        memory_bytes: Memory.
    """

    n_cpus: float
    n_gpus: float
    memory_bytes: float

    @property
    def n_workers(self) -> int:
        """How many workers train on its CPUs, as far as memory allows."""
        return min(int(self.n_cpus), max(1, int(self.memory_bytes // WORKER_BYTES)))


def divide_cluster(section: ExecutorSection, nodes: Sequence[Node], programs: str = "") -> tuple[list[DeviceShare], float]:
    """Divide a cluster.

    Args:
        section: The experiment's ``[executor]``: ``n_workers``, ``devices`` and ``workers_per_device``.
        nodes: The machines that are there.
        programs: Folder for compiled programs. Defaults to empty, for none.

    Returns:
        A share per worker: GPUs in turn, or else one per CPU as far as memory allows; the cluster chooses the node and the GPU.
        And the CPUs of each, a whole number or a part of one.

    Raises:
        ExperimentError: If only GPUs are to be used and there is none.
        WorkerError: If the cluster has no CPU.
    """
    nodes = [node for node in nodes if node.n_cpus > 0]
    if not nodes:
        raise WorkerError("The Ray cluster has no CPU for workers; start a node with some: ray start --address=...")
    n_gpus = 0 if section.devices == "cpu" else sum(int(node.n_gpus) for node in nodes)
    names = [str(number) for number in range(n_gpus)]
    chosen = worker_devices(section, names, sum(node.n_workers for node in nodes))
    n_cpus = cpus_per_worker([node.n_cpus for node in nodes], len(chosen))
    share = DeviceShare("cpu", "", max(1, int(n_cpus)), programs)
    return [replace(share, kind="gpu", memory_fraction=1 / chosen.count(name)) if name else share for name in chosen], n_cpus


def gpu_request(share: DeviceShare) -> float:
    """Return the part of a GPU that a worker asks for; 0 on a CPU. Clusters count four digits, and all workers must fit."""
    return int(share.memory_fraction * 10_000 + 1e-6) / 10_000 if share.kind == "gpu" else 0.0


def cpus_per_worker(n_cpus: Sequence[float], n_workers: int) -> float:
    """Find the most CPUs that each of some workers can have, none of them on two nodes.

    Args:
        n_cpus: CPUs of each node, above 0.
        n_workers: How many workers.

    Returns:
        A whole number, or where there are more workers than CPUs a half, a third ...
    """
    sizes = itertools.chain(range(int(max(n_cpus)), 0, -1), (1 / parts for parts in itertools.count(2)))
    return next(size for size in sizes if sum(int(n / size + 1e-6) for n in n_cpus) >= n_workers)
