import pytest

from search.errors import ExperimentError, WorkerError
from search.executors.ray_cluster.resources import Node, cpus_per_worker, divide_cluster, gpu_request
from search.experiment.executor_section import ExecutorSection

GIB = 2**30
SMALL = Node(2, 0, 8 * GIB)
BIG = Node(16, 2, 64 * GIB)


def divided(*nodes, **keys):
    return divide_cluster(ExecutorSection(**keys), nodes)


def test_without_gpus_there_is_a_worker_a_cpu_as_far_as_memory_allows():
    shares, n_cpus = divided(SMALL, SMALL, Node(8, 0, 3 * GIB))
    assert (len(shares), n_cpus) == (2 + 2 + 3, 1)
    assert {share.kind for share in shares} == {"cpu"}


def test_every_gpu_of_the_cluster_gets_a_worker():
    shares, n_cpus = divided(BIG, BIG)
    assert [(share.kind, share.memory_fraction) for share in shares] == [("gpu", 1)] * 4
    assert n_cpus == 8


def test_workers_that_share_a_gpu_ask_for_equal_parts_that_fit():
    shares, _ = divided(BIG, workers_per_device=3)
    assert len(shares) == 6
    assert 0.99 < sum(gpu_request(share) for share in shares[:3]) <= 1


def test_the_cpu_asks_for_no_gpu():
    shares, _ = divided(BIG, devices="cpu")
    assert {gpu_request(share) for share in shares} == {0}


def test_gpus_that_are_not_there_are_missed():
    with pytest.raises(ExperimentError, match="no GPU is found"):
        divided(SMALL, devices="gpu")


def test_a_cluster_without_cpus_is_refused():
    with pytest.raises(WorkerError, match="no CPU"):
        divided(Node(0, 0, GIB))


@pytest.mark.parametrize(
    ("n_cpus", "n_workers", "expected"), [([2, 2, 2], 3, 2), ([2, 2, 2], 2, 2), ([8, 2], 3, 2), ([2], 4, 0.5), ([2, 2, 2], 7, 0.5), ([1], 3, 1 / 3)]
)
def test_no_worker_asks_for_more_cpus_than_a_node_has(n_cpus, n_workers, expected):
    assert cpus_per_worker(n_cpus, n_workers) == expected
