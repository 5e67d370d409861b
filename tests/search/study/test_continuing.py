"""The time to continue a long study, against that to start a new one, without any training."""

import json
import sqlite3
import time
from pathlib import Path

import optuna
import pytest
import sqlalchemy

from search import ledger as ledgers
from search.data.dataset import load_dataset
from search.experiment.file import load_experiment
from search.ledger.record import ATTRIBUTE, to_attribute
from search.samplers import make_sampler
from search.store import Store
from search.study.assignments import build_assignment
from search.tracking.base import StudyRecord
from search.tracking.mlflow_tracker import MlflowTracker
from search.trial import TrialResult, TrialState

EXPERIMENT = load_experiment(Path(__file__).parents[3] / "experiments" / "diabetes.toml")
DISTRIBUTIONS = EXPERIMENT.space.searched
HISTORY = tuple({"loss": 0.5, "accuracy": 0.5, "val_loss": 0.5, "val_accuracy": 0.5, "learning_rate": 0.1} for _ in range(20))
N_TRIALS, MAX_SECONDS = 2000, 3.0


def start_first_trial(store, dataset):
    """Do everything up to the first trial's start; return the seconds, and the trial's number."""
    began = time.monotonic()
    ledger = ledgers.create_or_continue(store, "long", EXPERIMENT, fresh=False)
    ledger.use(make_sampler(EXPERIMENT.search, EXPERIMENT.space.searched, N_TRIALS + 9), optuna.pruners.NopPruner())
    ledger.recover_trials(max_retries=3)
    tracker = MlflowTracker(store.tracking_uri, store.artifacts)

    def finished():
        for record in reversed(ledger.records()):
            if record.is_finished:
                yield build_assignment(EXPERIMENT, ledger, record.number, record.params), ledger.result(record.number)

    known = {"parent_run_id": ledger.attribute("parent_run_id"), "result_of": ledger.result, "finished": finished, "is_shared": ledger.is_shared}
    record = StudyRecord(study="long", experiment=EXPERIMENT, dataset=dataset, n_trials=N_TRIALS + 9, n_workers=1, **known)
    ledger.set_attribute("parent_run_id", tracker.start_study(record))
    number, params = ledger.ask(DISTRIBUTIONS, N_TRIALS + 9)
    tracker.start_trial(build_assignment(EXPERIMENT, ledger, number, params))
    seconds = time.monotonic() - began
    result = TrialResult(number=number, state=TrialState.COMPLETE, value=0.5, best_epoch=1, history=HISTORY)
    ledger.tell(result, seed=1, finished=float(number))
    tracker.finish_trial(result)
    ledger.close()
    return seconds, number


def add_to_database(url, trials):
    """Add trials to the only study of a database as Optuna does, but all at once, which takes a tenth of the time."""
    engine = sqlalchemy.create_engine(url)
    metadata = sqlalchemy.MetaData()
    metadata.reflect(engine)
    with engine.begin() as connection:
        table = metadata.tables["trials"]
        last = sqlalchemy.select(table.c.study_id, sqlalchemy.func.max(table.c.number)).group_by(table.c.study_id)
        [(study_id, number)] = connection.execute(last)
        times = {"datetime_start": trials[0].datetime_start, "datetime_complete": trials[0].datetime_complete}
        rows = [{"study_id": study_id, "number": number + 1 + index, "state": "COMPLETE"} | times for index in range(len(trials))]
        ids = connection.scalars(sqlalchemy.insert(table).returning(table.c.trial_id, sort_by_parameter_order=True), rows).all()
        for name, to_rows in (("trial_values", value_rows), ("trial_params", param_rows), ("trial_user_attributes", attribute_rows)):
            rows = [{"trial_id": trial_id} | row for trial_id, trial in zip(ids, trials, strict=True) for row in to_rows(trial)]
            connection.execute(sqlalchemy.insert(metadata.tables[name]), rows)
    engine.dispose()


def value_rows(trial):
    yield {"objective": 0, "value": trial.value, "value_type": "FINITE"}


def param_rows(trial):
    for name, value in trial.params.items():
        known = trial.distributions[name]
        as_json = optuna.distributions.distribution_to_json(known)
        yield {"param_name": name, "param_value": known.to_internal_repr(value), "distribution_json": as_json}


def attribute_rows(trial):
    for key, value in trial.user_attrs.items():
        yield {"key": key, "value_json": json.dumps(value)}


def lengthen(store):
    """Add finished trials to the ledger, and copies of the first trial's run to MLflow."""
    sampled, trials = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0)), []
    for number in range(1, N_TRIALS):
        value = number / N_TRIALS
        result = TrialResult(number=number, state=TrialState.COMPLETE, value=value, best_epoch=1, history=HISTORY)
        attributes = {ATTRIBUTE: to_attribute(result, 1, float(number))}
        params = sampled.ask(DISTRIBUTIONS.distributions).params
        trials.append(optuna.create_trial(value=value, params=params, distributions=DISTRIBUTIONS.distributions, user_attrs=attributes))
    if store.ledger:
        add_to_database(store.ledger, trials)
    else:
        ledger = ledgers.create_or_continue(store, "long", EXPERIMENT, fresh=False)
        ledger.study.add_trials(trials)
        ledger.close()
    with sqlite3.connect(store.root / "mlflow.db") as database:
        [(run,)] = database.execute("select run_uuid from tags where key = 'perceptune.trial'").fetchall()
        for table in ("runs", "tags", "params", "metrics", "latest_metrics"):
            rows = database.execute(f"select * from {table} where run_uuid = ?", (run,)).fetchall()
            copies = [tuple(renamed(table, row, run, number)) for number in range(1, N_TRIALS) for row in rows]
            database.executemany(f"insert into {table} values ({', '.join('?' * len(rows[0]))})", copies)


def renamed(table, row, run, number):
    is_number = table == "tags" and "perceptune.trial" in row
    for value in row:
        yield f"{number:032x}" if value == run else str(number) if is_number and value == "0" else value


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("ledger", ["journal", "postgresql"])
def test_continuing_2000_trials_takes_less_than_3_seconds_more_than_starting(ledger, tmp_path, request, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    url = request.getfixturevalue("database_url") if ledger == "postgresql" else ""
    dataset = load_dataset(EXPERIMENT.data)
    start_first_trial(Store(tmp_path / "warm"), dataset)  # the imports
    store = Store(tmp_path / "mlruns", url)
    ledgers.study_names(store)  # creating the tables of ledger and MLflow is no part of either
    MlflowTracker(store.tracking_uri, store.artifacts)._client  # noqa: B018
    new, _ = start_first_trial(store, dataset)
    lengthen(store)
    continued, number = min(start_first_trial(store, dataset) for _ in range(2))  # a database may be at work after the many rows
    print(f"{ledger}: new {new:.2f} s, continued {continued:.2f} s")
    assert number in (N_TRIALS, N_TRIALS + 1)
    assert continued - new < MAX_SECONDS
