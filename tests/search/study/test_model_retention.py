"""The models of the best trials are kept within the quota, and the best one always."""

import logging

import optuna
import pytest

from search import ledger as ledgers
from search.experiment.file import parse_experiment
from search.store import Store
from search.study.model_retention import remove_checkpoints, remove_models, retention_threshold
from search.trial import TrialResult, TrialState

CONTENT = {
    "name": "toy",
    "model": "models.mlp:build_mlp",
    "data": {"loader": "experiments.datasets:diabetes"},
    "space": {"model": {"n_hidden": {"type": "int", "low": 0, "high": 3}}},
}
VALUES = [0.5, 0.7, 0.9, 0.6, 0.8]


@pytest.fixture(params=["maximize", "minimize"])
def direction(request):
    return request.param


@pytest.fixture
def experiment(direction):
    return parse_experiment(CONTENT | {"objective": {"metric": "val_loss", "direction": direction}}, "toy.toml")


@pytest.fixture
def ledger(tmp_path, experiment, direction):
    """A study of five finished trials, each with a model of 100 bytes."""
    ledger = ledgers.create_or_continue(Store(tmp_path), "toy", experiment, fresh=False)
    ledger.use(optuna.samplers.RandomSampler(seed=0), optuna.pruners.NopPruner())
    ledger.folder.models.mkdir()
    for value in VALUES:
        number, _ = ledger.ask(experiment.space.searched, 99)
        value = value if direction == "maximize" else -value
        ledger.tell(TrialResult(number=number, state=TrialState.COMPLETE, value=value, best_epoch=1), seed=0, finished=float(number))
        write_model(ledger, number)
    yield ledger
    ledger.close()


def write_model(ledger, number):
    for suffix in ("keras", "expected.npz"):
        (ledger.folder.models / f"{number}.{suffix}").write_bytes(b"0" * 50)


def models(ledger):
    return sorted({int(path.name.partition(".")[0]) for path in ledger.folder.models.iterdir()})


def with_search(experiment, **changes):
    return experiment.model_copy(update={"search": experiment.search.model_copy(update=changes)})


@pytest.mark.parametrize(("keep_models", "kept"), [(1, [2]), (2, [2, 4]), (3, [1, 2, 4]), (9, [0, 1, 2, 3, 4])])
def test_the_models_of_the_best_trials_are_kept(ledger, experiment, keep_models, kept):
    remove_models(ledger, with_search(experiment, keep_models=keep_models))
    assert models(ledger) == kept


def test_the_models_of_executions_of_an_interrupted_trial_are_kept_for_its_next_attempt(ledger, experiment):
    waiting, _ = ledger.ask(experiment.space.searched, 99)
    for execution in range(2):
        (ledger.folder.models / f"{waiting}-{execution}.keras").touch()
    ledger.release_trials()
    remove_models(ledger, experiment)
    assert list(ledger.folder.execution_models(waiting)) == [0, 1]
    number, _ = ledger.ask(experiment.space.searched, 99)
    ledger.tell(TrialResult(number=number, state=TrialState.PRUNED, value=0.0, best_epoch=1), seed=0, finished=99.0)
    remove_models(ledger, experiment)
    assert not ledger.folder.execution_models(waiting)


def test_the_files_of_running_trials_are_kept_and_those_of_dead_ones_removed(ledger, experiment):
    running, _ = ledger.ask(experiment.space.searched, 99)
    (ledger.folder.models / f"{running}.12.unfinished.keras").touch()
    (ledger.folder.models / "8.12.unfinished.keras").touch()
    remove_models(ledger, experiment)
    assert models(ledger) == [2, running]


def test_a_model_must_beat_the_worst_one_that_is_kept(ledger, direction):
    sign = 1 if direction == "maximize" else -1
    assert retention_threshold(ledger, 1) == sign * 0.9
    assert retention_threshold(ledger, 3) == sign * 0.7
    assert retention_threshold(ledger, 6) is None


def test_the_worst_models_beyond_the_quota_are_removed(ledger, experiment):
    ledger.folder.checkpoints.mkdir()
    (ledger.folder.checkpoints / "9.npz").write_bytes(b"0" * 90)
    remove_models(ledger, with_search(experiment, keep_models=9, disk_quota_bytes=400))
    assert models(ledger) == [1, 2, 4]


def test_the_best_model_is_kept_beyond_the_quota_with_a_warning(ledger, experiment, caplog):
    with caplog.at_level(logging.WARNING):
        remove_models(ledger, with_search(experiment, keep_models=9, disk_quota_bytes=10))
    assert models(ledger) == [2]
    assert "search.disk_quota_bytes = 10" in caplog.text


def test_of_equal_trials_the_first_keeps_its_model(ledger, experiment, direction):
    number, _ = ledger.ask(experiment.space.searched, 99)
    value = 0.9 if direction == "maximize" else -0.9
    ledger.tell(TrialResult(number=number, state=TrialState.COMPLETE, value=value, best_epoch=1), seed=0, finished=9.0)
    write_model(ledger, number)
    remove_models(ledger, experiment)
    assert models(ledger) == [2]


def test_checkpoints_of_ended_trials_are_removed_and_others_kept(ledger, experiment):
    running, _ = ledger.ask(experiment.space.searched, 100)
    ledger.folder.checkpoints.mkdir()
    for number in (0, running):
        ledger.folder.checkpoint(number).write_bytes(b"state")
    remove_checkpoints(ledger)
    assert [path.name for path in ledger.folder.checkpoints.iterdir()] == [f"{running}.npz"]
