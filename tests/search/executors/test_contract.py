"""What every executor does, with real training; a started executor of each kind serves all tests."""

import pytest

from search.errors import ExperimentError, UnknownReferenceError
from search.executors.in_process import InProcessExecutor
from search.executors.local.process_host import ProcessHost
from search.executors.worker_pool import WorkerPool
from search.experiment.file import parse_experiment
from search.trial import TrialState
from tests.search.executors.conftest import CONTENT, EXPERIMENT, LightActorHost, assignment, train, with_epochs

NAMES = ["in-process", "workers", pytest.param("ray", marks=pytest.mark.slow)]


@pytest.fixture(scope="module", params=NAMES)
def make(request, host, tmp_path_factory):
    """Return a function that makes an executor."""
    if request.param == "ray":
        request.getfixturevalue("ray")
    programs = tmp_path_factory.mktemp("programs")
    return {"in-process": InProcessExecutor, "workers": lambda: WorkerPool(host), "ray": lambda: WorkerPool(LightActorHost(programs))}[request.param]


@pytest.fixture(scope="module")
def executor(make, arrays):
    executor = make()
    executor.start(EXPERIMENT, arrays)
    executor.check()
    yield executor
    executor.close()


# Executors of their own come first: the shared one holds the CPU of the Ray cluster.
def test_a_wrong_argument_is_an_error_before_any_trial(make, arrays):
    executor = make()
    executor.start(parse_experiment(CONTENT | {"space": {"model": {"n_hiden": 1}}}, "toy"), arrays)
    with pytest.raises(ExperimentError, match='did you mean "n_hidden"'):
        executor.check()
    executor.close()


def test_closing_twice_is_allowed(make, arrays):
    executor = make()
    executor.start(EXPERIMENT, arrays)
    executor.close()
    executor.close()


def test_trials_are_trained_one_after_another_with_equal_results_and_one_program(executor, tmp_path):
    assert executor.n_workers == executor.n_free == 1
    results = [train(executor, assignment(number, tmp_path, n_hidden=2)) for number in range(3)]
    assert [(result.number, result.state) for result in results] == [(number, TrialState.COMPLETE) for number in range(3)]
    assert len({result.value for result in results}) == 1
    assert results[1].seconds < results[0].seconds / 2
    assert (tmp_path / "0.keras").is_file()


def test_every_epoch_is_reported_in_order_before_the_result(executor, tmp_path):
    reported = []
    trial = with_epochs(assignment(0, tmp_path, n_hidden=2), 40)
    result = train(executor, trial, lambda epoch: reported.append(epoch.epoch) or True)
    assert reported == list(range(1, 41))
    assert len(result.history) == 40


def test_a_report_that_returns_false_prunes(executor, tmp_path):
    reported = []
    trial = assignment(7, tmp_path, is_prunable=True, n_hidden=2)
    assert train(executor, trial, lambda epoch: reported.append((epoch.number, epoch.epoch))).state is TrialState.PRUNED
    assert reported == [(7, 1)]


def test_a_report_that_returns_false_ends_a_trial_that_does_not_wait_for_it(executor, tmp_path):
    trial = with_epochs(assignment(8, tmp_path, n_hidden=2), 1_000_000)
    stopped = train(executor, trial, lambda _: False)
    assert (stopped.state, stopped.value is not None) == (TrialState.PRUNED, True)
    assert 1 <= len(stopped.history) < 1_000_000
    assert train(executor, with_epochs(trial, 3)).state is TrialState.COMPLETE  # a later attempt is not stopped


def test_a_wrong_reference_is_an_error_before_any_trial(arrays):
    executor = InProcessExecutor()
    executor.start(parse_experiment(CONTENT | {"model": "models.mlp:build_mpl"}, "toy"), arrays)
    with pytest.raises(UnknownReferenceError, match="build_mlp"):
        executor.check()


def test_closing_leaves_no_process(arrays, tmp_path):
    import psutil

    before = set(psutil.Process().children())
    pool = WorkerPool(ProcessHost(tmp_path / "logs"))
    pool.start(EXPERIMENT, arrays)
    pool.close()
    assert set(psutil.Process().children()) == before
