"""Trials are trained again, with their own seed to the same curve, and with others for a mean and its standard error."""

import json
import math
import re
import statistics
from dataclasses import replace

import pytest

from search import ledger as ledgers
from search.formats import format_number
from search.ledger.repeats import read_repeats
from search.seeds import trial_seed
from search.store import Store
from search.study.repeated_training import RepeatOptions
from search.study.repeats import Reproduction, repeat_trials
from search.trial import TrialResult, TrialState
from tests.conftest import Shell
from tests.test_earlier_version import unpack

SEED = 1  # of the study
IN_PROCESS = ("--executor", "in-process")


@pytest.fixture
def shell(tmp_path):
    """The finished study of an earlier version, on iris."""
    unpack(tmp_path)
    return Shell(tmp_path)


def repeats_of(shell, trial):
    view = ledgers.read(Store(shell.folder / "mlruns"), "old_study")
    try:
        return [repeat for repeat in read_repeats(view) if repeat.trial == trial]
    finally:
        view.close()


def best(shell):
    return json.loads(shell.call("best", "old_study", "--json").stdout)


def test_a_trial_of_an_earlier_version_gets_the_same_curve_with_its_seed(shell):
    before = best(shell)
    output = shell.call("retrain", "old_study", before["trial"], *IN_PROCESS).stdout
    assert float(re.search(r"in \d+ epochs: (\S+)", output)[1]) <= 1e-4, output
    assert "differ:" not in output
    assert best(shell) == before
    assert not repeats_of(shell, before["trial"])


def test_repeats_have_their_own_seeds_and_are_recorded_once(shell, rows):
    number = best(shell)["trial"]
    first = shell.call("retrain", "old_study", number, "--repeats", 2, *IN_PROCESS).stdout
    assert first.count(f"trial {number}, seed ") == 2
    again = shell.call("retrain", "old_study", number, "--repeats", 3, *IN_PROCESS).stdout
    assert again.count(f"trial {number}, seed ") == 1
    found = repeats_of(shell, number)
    assert [repeat.index for repeat in found] == [1, 2, 3]
    assert len({repeat.seed for repeat in found} | {trial_seed(SEED, number)}) == 4
    assert [repeat.seed for repeat in found] == [trial_seed(SEED, number, index) for index in (1, 2, 3)]
    assert len({tuple(epoch["loss"] for epoch in repeat.result.history) for repeat in found}) == 3
    values = [repeat.result.value for repeat in found]
    assert best(shell)["repeats"]["mean"] == pytest.approx(statistics.fmean(values))
    assert best(shell)["repeats"]["standard_error"] == pytest.approx(statistics.stdev(values) / 3**0.5)
    assert "with 3 other seeds" in shell.call("best", "old_study").stdout
    *_, line = shell.call("show", "old_study").stdout.partition("Trained again with other seeds:")[2].splitlines()
    assert line.split()[:2] == [str(number), format_number(best(shell)["value"])]
    logged = rows(shell, "select key, step, value from metrics where key like 'repeats/%' order by key, step")
    assert [(key, step) for key, step, _ in logged] == [
        *(("repeats/val_accuracy", step) for step in (1, 2, 3)),
        *(("repeats/val_accuracy_mean", step) for step in (2, 3)),
        *(("repeats/val_accuracy_standard_error", step) for step in (2, 3)),
    ]
    assert [value for key, _, value in logged if key == "repeats/val_accuracy"] == pytest.approx(values)
    assert "no problems" in shell.call("doctor", "old_study").stdout


def test_nothing_but_repeats_is_recorded_with_changed_code(shell):
    """The code that a search continues with stays the one that its trials were trained with."""
    view = ledgers.read(Store(shell.folder / "mlruns"), "old_study")
    before = view.attribute("code")
    view.close()
    shell.call("retrain", "old_study", 0, "--accept-code", *IN_PROCESS)
    view = ledgers.read(Store(shell.folder / "mlruns"), "old_study")
    assert view.attribute("code") == before
    view.close()


@pytest.mark.slow
def test_a_study_with_repeats_is_restored_from_mlflow_with_its_curves(shell):
    number = best(shell)["trial"]
    view = ledgers.read(Store(shell.folder / "mlruns"), "old_study")
    before = view.record(number).history
    view.close()
    shell.call("retrain", "old_study", number, "--repeats", 2, *IN_PROCESS)
    (shell.folder / "mlruns" / "studies" / "old_study" / "journal.log").unlink()
    shell.call("doctor", "old_study", "--repair")
    view = ledgers.read(Store(shell.folder / "mlruns"), "old_study")
    assert view.record(number).history == before
    view.close()


@pytest.mark.slow
def test_repeats_are_logged_anew_with_the_trials_of_a_store_that_was_lost(shell, rows):
    number = best(shell)["trial"]
    shell.call("retrain", "old_study", number, "--repeats", 2, *IN_PROCESS)
    query = "select key, step, value from metrics where key like 'repeats/%' order by key, step"
    before = rows(shell, query)
    (shell.folder / "mlruns" / "mlflow.db").unlink()
    shell.run("run", "old_study.toml", *IN_PROCESS)  # a process of its own: MLflow keeps a store that it has opened
    assert rows(shell, query) == before
    assert len(before) == 4


@pytest.mark.parametrize(
    ("again", "difference"),
    [((0.5, 2.0), 0.0), ((0.5, 2.0002), 1e-4), ((0.5, math.nan), math.inf), ((0.6, 2.0), 0.1)],
)
def test_curves_are_compared_at_every_epoch_relative_to_large_values(again, difference):
    earlier, later = (
        TrialResult(number=0, state=TrialState.COMPLETE, value=1.0, best_epoch=1, history=tuple({"loss": loss} for loss in losses))
        for losses in ((0.5, 2.0), again)
    )
    assert Reproduction(earlier=earlier, again=later).largest_difference == pytest.approx(difference)


@pytest.mark.slow
def test_other_epochs_are_repeats_of_their_own(shell):
    number = best(shell)["trial"]
    known = best(shell)["repeats"]
    output = shell.call("retrain", "old_study", number, "--repeats", 1, "--epochs", 2, *IN_PROCESS).stdout
    assert output.count("seed ") == 1
    assert [len(repeat.result.history) for repeat in repeats_of(shell, number) if repeat.epochs == 2] == [2]
    assert best(shell)["repeats"] == known


@pytest.mark.slow
def test_the_best_trials_are_confirmed(shell):
    output = shell.call("confirm", "old_study", "--top", 2, "--repeats", 2, *IN_PROCESS).stdout
    assert re.search(r"The best trial, \d+, has \S+ in the search and \S+ ± \S+ with \d other seeds", output), output
    assert "not that of the rows" in output
    assert "seed " not in shell.call("confirm", "old_study", "--top", 2, "--repeats", 2, *IN_PROCESS).stdout.split("trial  ")[0]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("old_study", 99), 'Study "old_study" has no trial 99; it has the trials 0 to 7'),
        (("old_interrupted", 3), 'Trial 3 of study "old_interrupted" is INTERRUPTED; the same run command finishes it'),
        (("old_study", 0, "--executor", "cloud"), "executor.name"),
        (("no_study", 0), 'There is no study "no_study"'),
    ],
)
def test_what_cannot_be_trained_again_is_refused(shell, words, message):
    refused = shell.call("retrain", *words, status=2)
    assert message in refused.stderr
    assert "Starting" not in refused.stdout


@pytest.mark.slow
@pytest.mark.parametrize("n_workers", [1, 2, 4])
def test_repeats_do_not_depend_on_the_number_of_workers(n_workers, shell, tmp_path_factory, monkeypatch):
    """The repeats of the same study, trained in this process before, are trained by so many processes."""
    number = best(shell)["trial"]
    shell.call("retrain", "old_study", number, "--repeats", 4, *IN_PROCESS)
    folder = tmp_path_factory.mktemp("workers")
    unpack(folder)
    monkeypatch.chdir(folder)
    options = RepeatOptions(overrides=("executor.name=workers", f"executor.n_workers={n_workers}"))
    [found], untracked = repeat_trials("old_study", [number], 4, options)
    of_workers = repeats_of(replace(shell, folder=folder), number)
    expected = [repeat for repeat in repeats_of(shell, number) if repeat.epochs is None][:4]
    assert not untracked
    assert len(found.values) == 4
    for one, other in zip(of_workers, expected, strict=True):
        assert [epoch["val_loss"] for epoch in one.result.history] == pytest.approx([epoch["val_loss"] for epoch in other.result.history], abs=1e-4)
