"""A Ray cluster of several nodes, one of which is lost."""

import os

import pytest

from search.experiment.file import load_experiment
from search.store import Store
from search.study.observer import SilentObserver
from search.study.run import run_study
from search.trial import Failure, TrialState


class Loses(SilentObserver):
    """Replaces a node by a new one as soon as two trials train at once; the trial of the other node waits until the lost one has ended."""

    def __init__(self, cluster, node, gates):
        self.cluster, self.node, self.gates = cluster, node, gates
        self.running, self.retried, self.ended = set(), [], []

    def on_epoch_end(self, report):
        self.running.add(report.number)
        if len(self.running) == 2 and self.node:
            self.cluster.remove_node(self.node, allow_graceful=False)
            self.node = None

    def on_trial_retry(self, result):
        self.retried.append((result.number, result.failure))
        gate = self.gates / str(result.number)
        gate.unlink()
        gate.touch()
        self.cluster.add_node(num_cpus=1)

    def on_trial_end(self, result, params, *, is_best):
        if not self.ended:
            [(lost, _)] = self.retried
            with (self.gates / str(1 - lost)).open("w"):
                pass  # the trial that waits for it goes on
        self.ended.append(result.number)


@pytest.fixture
def nodes(ray, cluster):
    """A cluster of two nodes with a CPU each, connected; the first one holds the cluster together and cannot be lost."""
    cluster.add_node(num_cpus=1)
    cluster.wait_for_nodes()
    yield cluster
    for node in list(cluster.worker_nodes):
        cluster.remove_node(node)


@pytest.mark.slow
def test_a_search_goes_on_while_a_node_is_lost_and_its_actor_is_replaced_on_a_new_node(nodes, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")  # which takes half the time of TensorFlow to import
    gates = tmp_path / "gates"
    gates.mkdir()
    for number in range(2):
        os.mkfifo(gates / str(number))
    [node] = nodes.worker_nodes
    observer = Loses(nodes, node, gates)
    content = ["search.n_trials=2", "search.sampler='random'", "search.pruner='median'", "space.training.epochs=3", "evaluation.folds=1"]
    workers = ["executor.name='ray'", "executor.n_workers=2", f"executor.callback_folders=['{gates}']"]
    gate = f"callbacks=[{{use='tests.search.executors.gate:Gate', filename='{gates}/{{trial}}'}}]"
    summary = run_study(load_experiment("diabetes", [*content, *workers, gate]), store=Store(tmp_path), observer=observer)
    [(lost, failure)] = observer.retried
    assert failure is Failure.LOST
    assert observer.ended == [lost, 1 - lost]  # the lost trial had ended on the new node before the other one
    assert dict(summary.n_by_state) == {TrialState.COMPLETE: 2}
