"""All studies of a store as one Optuna storage: real ledgers, read while a search's coordinator writes them."""

import contextlib
import hashlib
import shutil

import optuna
import pytest
from optuna.distributions import IntDistribution
from optuna.study import StudyDirection
from optuna.trial import TrialState as OptunaState

from search import ledger as ledgers
from search.errors import ReadOnlyStoreError
from search.experiment.file import parse_experiment
from search.store import Store
from search.trial import EpochReport, TrialResult, TrialState

from .conftest import CONTENT, DISTRIBUTIONS

CURVE = [0.25, 0.75, 0.5]


@pytest.fixture(params=["journal", "database"])
def store(request, tmp_path):
    return Store(tmp_path / "mlruns", f"sqlite:///{tmp_path / 'ledger.db'}" if request.param == "database" else "")


@pytest.fixture
def storage(store):
    storage = ledgers.open_all(store)
    yield storage
    storage.close()


def run(store, name, *, fresh=False):
    ledger = ledgers.create_or_continue(store, name, parse_experiment(CONTENT, "toy.toml"), fresh=fresh)
    ledger.use(optuna.samplers.RandomSampler(seed=0), optuna.pruners.NopPruner())
    return ledger


def finish(ledger, state=TrialState.COMPLETE):
    number, _ = ledger.ask(DISTRIBUTIONS, 99)
    history = tuple({"loss": 1.0 - value, "val_accuracy": value} for value in CURVE)
    named = {"value": 0.75, "best_epoch": 2} if state is TrialState.COMPLETE else {"reason": "ValueError: no"}
    ledger.tell(TrialResult(number=number, state=state, history=history, seconds=1.5, device="cpu", **named), seed=7, finished=1.0)


def named(storage):
    return {study.study_name: study._study_id for study in storage.get_all_studies()}


def test_studies_that_run_are_joined_and_show_each_new_trial(store, storage):
    assert storage.get_all_studies() == []
    first, second = run(store, "first"), run(store, "second")
    finish(first)
    ids = named(storage)
    assert sorted(ids) == ["first", "second"]
    finish(first)
    first.ask(DISTRIBUTIONS, 99)
    states = [trial.state for trial in storage.get_all_trials(ids["first"])]
    assert states == [OptunaState.COMPLETE, OptunaState.COMPLETE, OptunaState.RUNNING]
    assert storage.get_all_trials(ids["second"]) == []
    finish(second, TrialState.FAILED)
    trials = [trial for study_id in ids.values() for trial in storage.get_all_trials(study_id)]
    assert len({trial._trial_id for trial in trials}) == len(trials) == 4
    assert [storage.get_trial(trial._trial_id) for trial in trials] == trials
    first.close()
    second.close()


def test_a_trial_has_its_learning_curve_and_the_plain_values_of_its_result(store, storage):
    ledger = run(store, "toy")
    finish(ledger)
    number, _ = ledger.ask(DISTRIBUTIONS, 99)
    ledger.should_prune(EpochReport(number, 1, {"val_accuracy": 0.125}), "val_accuracy")
    study = optuna.load_study(study_name="toy", storage=storage)
    finished, running = study.trials
    assert finished.intermediate_values == {1: 0.25, 2: 0.75, 3: 0.5}
    assert running.intermediate_values == {1: 0.125}
    assert finished.user_attrs == {"seconds": 1.5, "seed": 7, "best_epoch": 2, "n_parameters": 0, "device": "cpu", "loss": 0.25}
    assert (study.direction, study.metric_names, study.best_value) == (StudyDirection.MAXIMIZE, ["val_accuracy"], 0.75)
    assert study.user_attrs["experiment"]["name"] == "toy"
    ledger.close()


def test_every_write_is_refused_and_the_ledger_stays_as_it_is(store, storage, tmp_path):
    ledger = run(store, "toy")
    finish(ledger)
    ledger.ask(DISTRIBUTIONS, 99)
    before = contents(tmp_path)
    [study_id] = named(storage).values()
    trial_id = storage.get_all_trials(study_id)[1]._trial_id
    writes = {
        "create_new_study": ([StudyDirection.MINIMIZE], "new"),
        "delete_study": (study_id,),
        "set_study_user_attr": (study_id, "key", 1),
        "set_study_system_attr": (study_id, "key", 1),
        "create_new_trial": (study_id,),
        "set_trial_param": (trial_id, "x", 1.0, IntDistribution(0, 3)),
        "set_trial_state_values": (trial_id, OptunaState.FAIL),
        "set_trial_intermediate_value": (trial_id, 1, 0.5),
        "set_trial_user_attr": (trial_id, "key", 1),
        "set_trial_system_attr": (trial_id, "key", 1),
    }
    for write, arguments in writes.items():
        with pytest.raises(ReadOnlyStoreError, match="only read here"):
            getattr(storage, write)(*arguments)
    assert contents(tmp_path) == before
    ledger.close()


def contents(folder):
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file() and path.suffix in (".log", ".db")}


def test_a_study_that_is_archived_renamed_or_deleted_is_not_taken_for_its_successor(store, storage):
    earlier = run(store, "toy")
    finish(earlier)
    earlier.close()
    [study_id] = named(storage).values()
    assert len(storage.get_all_trials(study_id)) == 1
    later = run(store, "toy", fresh=True)
    with contextlib.suppress(KeyError):  # in a journal it has no number until the studies are listed again
        assert len(storage.get_all_trials(study_id)) == 1
    ids = named(storage)
    assert sorted(ids) == ["toy", "toy.1"]
    assert [len(storage.get_all_trials(ids[name])) for name in ("toy", "toy.1")] == [0, 1]
    later.close()
    archived = ledgers.open_for_repair(store, "toy.1")
    ledgers.rename(archived, store, "other")
    archived.close()
    gone = ledgers.open_for_repair(store, "toy")
    ledgers.delete(gone, store)
    gone.close()
    [(name, study_id)] = named(storage).items()
    assert (name, len(storage.get_all_trials(study_id))) == ("other", 1)


def test_a_damaged_ledger_is_left_out_with_one_warning_until_it_is_restored(tmp_path, caplog):
    store = Store(tmp_path / "mlruns", "")
    for name in ("sound", "torn"):
        ledger = run(store, name)
        finish(ledger)
        ledger.close()
    journal = store.study("torn").journal
    shutil.copy(journal, tmp_path / "kept.log")
    journal.write_bytes(journal.read_bytes()[:200])
    storage = ledgers.open_all(store)
    assert list(named(storage)) == list(named(storage)) == ["sound"]
    assert len(caplog.messages) == 1
    assert 'The ledger of study "torn" is damaged' in caplog.text
    shutil.copy(tmp_path / "kept.log", journal)
    assert sorted(named(storage)) == ["sound", "torn"]
