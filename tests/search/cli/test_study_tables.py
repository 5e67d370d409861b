"""What ``studies``, ``show`` and ``trials`` print, on a terminal of 80 columns and into a pipe."""

import contextlib
import csv
import os
import pty
import re
import subprocess
import sys
from dataclasses import replace

import pytest

from search import ledger as ledgers
from search.cli.study_tables import write_trials
from search.executors.base import Executor  # noqa: F401 - loads what the ledger's records need
from search.store import Store
from search.trial import TrialResult, TrialState
from tests.test_earlier_version import unpack

PROGRAM = "from search.cli.app import run_app\nfor words in {words}: run_app(words)"


@pytest.fixture(scope="module")
def store_folder(tmp_path_factory):
    """The studies of an earlier version, one of them with ten new trials that failed for one reason, in worker-0, and two that were ended early."""
    folder = tmp_path_factory.mktemp("tables")
    unpack(folder)
    store = Store(root=folder / "mlruns", ledger="")
    with_failures = store.study("old_study")
    with_failures.logs.mkdir(exist_ok=True)
    (with_failures.logs / "worker-0.log").touch()
    ledger = ledgers.open_for_repair(store, "old_study")
    for _ in range(10):
        number, _ = ledger.ask(ledger.experiment.space.searched, 1000)
        failed = TrialResult(number=number, state=TrialState.FAILED, reason="ValueError: shapes differ", worker="worker-0", seconds=1.0)
        ledger.tell(failed, seed=0, finished=0.0)
    for ended_by in ("pruner", "user"):
        number, _ = ledger.ask(ledger.experiment.space.searched, 1000)
        history = ({"loss": 0.3, "accuracy": 0.7, "val_loss": 0.4, "val_accuracy": 0.6},) * 2
        pruned = TrialResult(number=number, state=TrialState.PRUNED, value=0.4, best_epoch=1, history=history, ended_by=ended_by)
        ledger.tell(pruned, seed=0, finished=0.0)
    ledger.close()
    return folder


def on_terminal(folder, *commands, columns=80):
    """Run commands in one process on a terminal of some columns, and return what each has printed."""
    ours, theirs = pty.openpty()
    marked = [word for command in commands for word in (list(command), ["--version"])]
    environment = {"PYTHONPATH": os.pathsep.join([str(folder), *sys.path]), "TERM": "xterm", "COLUMNS": str(columns), "PATH": os.environ["PATH"]}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(words=marked)], cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    printed = b""
    while True:
        try:
            read = os.read(ours, 65536)
        except OSError:  # the terminal of an ended process
            break
        if not read:
            break
        printed += read
    process.wait()
    os.close(ours)
    text = re.sub(r"\x1b\[[0-9;]*m", "", printed.decode()).replace("\r", "")
    return re.split(r"perceptune \d.*\n", text)[:-1]


def test_tables_are_whole_at_80_columns(store_folder):
    studies, show, trials = on_terminal(store_folder, ["studies"], ["show", "old_study"], ["trials", "old_study"])
    for text in (studies, show, trials):
        assert max(map(len, text.splitlines())) <= 80
    assert re.search(r"old_study +COMPLETE +2026-\d\d-\d\d +.*\d s +\d+/8 ", studies) or re.search(r"old_study +INTERRUPTED", studies)
    assert re.search(r"★ +\d+ +COMPLETE +\d+ +0\.\d+", show)
    for text in (show, trials):
        assert "10 failed: ValueError: shapes differ; trials 8, 9, 10, 11, 12, 13, 14, 15, 16, 17; trial 8 had" in " ".join(text.split())
        assert "log: mlruns/studies/old_study/logs/worker-0.log" in " ".join(text.split())
    assert trials.count("shapes differ") == 1
    assert [line.split()[1:3] for line in trials.splitlines() if "PRUNED" in line][-2:] == [["PRUNED", "pruner"], ["PRUNED", "user"]]


def test_a_metric_and_a_hyperparameter_of_one_name_are_two_columns(store_folder, tmp_path, monkeypatch):
    with contextlib.closing(ledgers.read(Store(root=store_folder / "mlruns", ledger=""), "old_study")) as view:
        records = [replace(record, params={"loss": "mean_squared_error"}) for record in view.records()]
        monkeypatch.setattr(view, "records", lambda: records)
        write_trials(view, tmp_path / "trials.csv")
    for record, row in zip(records, csv.DictReader((tmp_path / "trials.csv").read_text(encoding="utf-8").splitlines()), strict=True):
        assert (row["loss"], row["metric_loss"]) == ("mean_squared_error", repr(record.metrics["loss"]) if record.metrics else "")


def test_a_csv_file_has_the_metrics_of_each_trial_s_best_epoch(store_folder, tmp_path):
    with contextlib.closing(ledgers.read(Store(root=store_folder / "mlruns", ledger=""), "old_study")) as view:
        write_trials(view, tmp_path / "trials.csv")
        records = view.records()
    rows = list(csv.DictReader((tmp_path / "trials.csv").read_text(encoding="utf-8").splitlines()))
    metrics = ["loss", "accuracy", "val_loss"]
    assert list(rows[0])[-4:] == [*metrics, "reason"]
    for record, row in zip(records, rows, strict=True):
        best = {} if record.value is None else record.history[record.result.best_epoch - 1]
        assert [row[name] for name in metrics] == [repr(best[name]) if best else "" for name in metrics]
    reasons = [row["reason"] for row in rows if row["state"] == "PRUNED"]  # those of an earlier version have none
    assert reasons == ["", "", "pruned at epoch 2 by the pruner", "stopped at epoch 2 by a user"]
