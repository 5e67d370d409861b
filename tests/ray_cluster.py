"""A Ray cluster on this machine for tests, which connect to it by its address."""

import contextlib

from search.executors.ray_cluster.connection import import_ray


@contextlib.contextmanager
def running_cluster():
    """Yield a cluster of one node with one CPU; `ray.cluster_utils.Cluster` adds and removes further nodes."""
    import_ray()
    from ray.cluster_utils import Cluster

    cluster = Cluster()
    try:
        cluster.add_node(num_cpus=1, include_dashboard=False)  # the first node is the head
        yield cluster
    finally:
        cluster.shutdown()  # also what a failed start has left
