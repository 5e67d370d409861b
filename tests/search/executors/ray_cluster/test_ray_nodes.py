"""A Ray cluster of several nodes, one of which is lost."""

import logging

import pytest

from search.executors.ray_cluster.actor_host import ActorHost
from search.executors.ray_cluster.connection import import_ray
from search.executors.worker_pool import WorkerPool
from search.experiment.file import load_experiment, parse_experiment
from search.store import Store
from search.study.observer import SilentObserver
from search.study.run import run_study
from search.trial import Failure, TrialState
from tests.search.executors.conftest import CONTENT, assignment, await_free, finish, with_epochs

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def nodes():
    """A cluster of three nodes with a CPU each, connected; the first one holds the cluster together and cannot be lost."""
    ray = import_ray()
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    for _ in range(2):
        cluster.add_node(num_cpus=1)
    cluster.wait_for_nodes()
    ray.init(address=cluster.address, log_to_driver=False, logging_level=logging.ERROR)
    yield cluster
    ray.shutdown()
    cluster.shutdown()


def lose_one(cluster):
    cluster.remove_node(next(iter(cluster.worker_nodes)), allow_graceful=False)


def test_an_actor_whose_node_is_lost_is_replaced_on_a_new_node(nodes, arrays, tmp_path):
    pool = WorkerPool(ActorHost(tmp_path))
    pool.start(parse_experiment(CONTENT | {"executor": {"n_workers": 3}}, "toy"), arrays)
    pool.check()
    await_free(pool, 3)
    for number in range(3):  # each waits for a reply after every epoch: with 500 epochs none ends before the node is lost
        pool.submit(with_epochs(assignment(number, tmp_path, is_prunable=True, n_hidden=1), 500))
    losses = [nodes]

    def report(epoch):
        if losses:
            lose_one(losses.pop())
        return True

    results = finish(pool, 3, report)
    assert [result.failure for result in results if result.state is TrialState.FAILED] == [Failure.LOST]
    assert pool.n_free == 2
    nodes.add_node(num_cpus=1)
    await_free(pool, 3)
    pool.close()


class Loses(SilentObserver):
    """Loses a node as soon as three trials train at once, once."""

    def __init__(self, cluster):
        self.cluster, self.running, self.retried, self.ended = cluster, set(), [], []

    def on_epoch_end(self, report):
        self.running.add(report.number)
        if len(self.running) == 3 and self.cluster:
            lose_one(self.cluster)
            self.cluster = None

    def on_trial_retry(self, result):
        self.retried.append(result.failure)

    def on_trial_end(self, result, *, is_best):
        self.running.discard(result.number)
        self.ended.append(result.number)


def test_a_search_that_loses_one_of_three_nodes_ends_complete(nodes, tmp_path):
    observer = Loses(nodes)
    overrides = ["search.n_trials=8", "search.sampler='random'", "executor.name='ray'", "executor.trainer='keras'", "space.training.epochs=60"]
    summary = run_study(load_experiment("diabetes", overrides), store=Store(tmp_path), observer=observer)
    assert sorted(observer.ended) == list(range(8))
    assert observer.retried == [Failure.LOST]
    assert dict(summary.n_by_state) == {TrialState.COMPLETE: 8}
    nodes.add_node(num_cpus=1)
