"""Which trial is the best one by ``[champion]``, and a champion that averages the models of several trials."""

import contextlib
import json
import statistics

import numpy as np
import pytest

from search import ledger as ledgers
from search import load_champion
from search.data.dataset import load_dataset
from search.data.folds import joined
from search.ledger.repeats import read_repeats
from search.store import Store

EXPERIMENT = """
model = "mlp"
[data]
loader = "diabetes"
[space.model]
n_neurons = { type = "int", low = 2, high = 30 }
[space.training]
epochs = 4
batch_size = 64
learning_rate = { type = "float", low = 1e-3, high = 1e-1, log = true }
[objective]
metric = "val_accuracy"
direction = "maximize"
[champion]
by = "val_loss"
ensemble = 3
[search]
sampler = "random"
n_trials = 6
[executor]
n_workers = 1
"""
N_AVERAGED = 3


@pytest.fixture(scope="module")
def shell(module_shell, preloaded):
    """A shell with a finished study, whose champion averages three trials."""
    (module_shell.folder / "choice.toml").write_text(EXPERIMENT)
    with preloaded.in_place():
        module_shell.call("run", "choice.toml")
        yield module_shell


@pytest.fixture
def view(shell):
    view = ledgers.read(Store(shell.folder / "mlruns"), "choice")
    yield view
    view.close()


def by_loss(view):
    return sorted((record.number for record in view.records()), key=lambda number: view.result(number).best_metrics["val_loss"])


def test_the_best_trials_are_those_of_the_smallest_loss_whatever_their_accuracy(shell, view):
    ranked = by_loss(view)
    output, best = shell.call("best", "choice").stdout, json.loads(shell.call("best", "choice", "--json").stdout)
    assert best["trial"] == ranked[0]
    assert best["value"] == view.result(ranked[0]).value
    assert best["trials"] == ranked[:N_AVERAGED]
    assert {path.name.partition(".")[0] for path in view.folder.models.iterdir()} == {str(number) for number in ranked[:N_AVERAGED]}
    accuracies = [view.result(number).value for number in ranked]
    assert accuracies != sorted(accuracies, reverse=True)  # another ranking than the objective's
    assert f"best by val_loss {view.result(ranked[0]).best_metrics['val_loss']:.5g}" in output
    assert f"average of 3 models of the trials {', '.join(map(str, ranked[:N_AVERAGED]))}" in output
    assert "Best trials by val_loss" in shell.call("show", "choice").stdout


def test_mlflows_page_has_the_best_trials_first(shell, rows):
    [(written,)] = rows(shell, "select value from experiment_tags where key = 'mlflow.sharedViewState.perceptune'")
    page = json.loads(written)
    assert (page["orderByKey"], page["orderByAsc"]) == ("metrics.`best_val_loss`", True)
    assert page["selectedColumns"][:2] == ["metrics.`best_val_loss`", "metrics.`best_val_accuracy`"]


def test_the_champion_predicts_the_mean_of_the_models_of_the_best_trials(shell, view):
    champion = load_champion("choice", f"sqlite:///{shell.folder}/mlruns/mlflow.db")
    assert champion.metadata.trials == tuple(by_loss(view)[:N_AVERAGED])
    test = load_dataset(view.experiment.data).test
    predicted = champion.predict(test.features)
    alone = [member.outputs(member.preprocessor.check(test.features)).ravel() for member in champion.members]
    assert len({member.model.count_params() for member in champion.members}) > 1
    np.testing.assert_allclose(predicted["probability_1"], np.mean(alone, axis=0), atol=1e-6)
    assert champion.metadata.test["accuracy"] == pytest.approx((predicted["prediction"] == test.target).mean())


def test_size_and_latency_are_told(shell, view, rows):
    best = json.loads(shell.call("best", "choice", "--json").stdout)
    n_bytes = sum(path.stat().st_size for path in view.folder.models.glob("*.keras"))
    assert best["cost"]["n_models"] == N_AVERAGED
    assert n_bytes < best["cost"]["size_bytes"] < n_bytes + 1e6
    assert 0 < best["cost"]["latency_ms"] < 10_000
    query = f"select key, value from latest_metrics where run_uuid = '{best['parent_run_id']}' and key like 'champion_%'"
    assert dict(rows(shell, query)) == pytest.approx({f"champion_{name}": number for name, number in best["cost"].items()})


@pytest.mark.slow
def test_a_continued_search_averages_the_best_of_all_trials(shell):
    shell.call("run", "choice.toml", "--trials", "9")
    view = ledgers.read(Store(shell.folder / "mlruns"), "choice")
    ranked = by_loss(view)
    assert json.loads(shell.call("best", "choice", "--json").stdout)["trials"] == ranked[:N_AVERAGED]
    assert shell.call("doctor", "choice").stdout == "choice: no problems\n"
    view.close()


@pytest.mark.slow
def test_the_best_trials_are_trained_again_before_one_is_named_the_best(shell):
    command = ("run", "choice.toml", "--study", "again", "--set", "champion.confirm=2", "--set", "champion.ensemble=folds")
    output = shell.call(*command, "--trials", "3").stdout
    trained = {}
    for n_trials in (3, 4):
        if n_trials == 4:
            shell.call(*command, "--trials", "4")
        view = ledgers.read(Store(shell.folder / "mlruns"), "again")
        losses = {}
        for repeat in read_repeats(view):
            losses.setdefault(repeat.trial, []).append(repeat.result.best_metrics["val_loss"])
            assert (
                trained.setdefault((repeat.trial, repeat.index), repeat.result.finished) == repeat.result.finished
            )  # those it has are not trained anew
        best_of_search = by_loss(view)[:2]
        assert {number: len(values) for number, values in losses.items() if number in best_of_search} == dict.fromkeys(best_of_search, 3)
        assert view.best[0] == min(best_of_search, key=lambda number: statistics.fmean(losses[number]))
        champion = load_champion("again", f"sqlite:///{shell.folder}/mlruns/mlflow.db")
        assert champion.metadata.trial == view.best[0]
        view.close()
    assert "Training the best 2 trials again with new seeds" in output
    assert "Note: with 3 new seeds trial " in output
    assert "with 3 other seeds" in shell.call("best", "again").stdout


@pytest.mark.slow
def test_one_model_instead_of_one_for_each_fold_is_trained_on_all_rows(shell):
    command = ("run", "choice.toml", "--study", "one", "--trials", "2", "--set", "evaluation.folds=3", "--set", "champion.ensemble=none")
    output = shell.call(*command).stdout
    view = ledgers.read(Store(shell.folder / "mlruns"), "one")
    number, _ = view.best
    epochs = round(statistics.median(execution.best_epoch for execution in view.result(number).executions))
    assert f"Training trial {number} on all rows, {epochs} epochs" in output
    champion = load_champion("one", f"sqlite:///{shell.folder}/mlruns/mlflow.db")
    assert (len(champion.members), champion.metadata.trials) == (1, (number,))
    dataset = load_dataset(view.experiment.data)
    mean = champion.preprocessor.transform(joined(dataset).features).mean(axis=0)
    np.testing.assert_allclose(mean, 0, atol=1e-5)  # fitted on the rows of all folds
    predicted = champion.predict(dataset.test.features)
    assert champion.metadata.test["accuracy"] == pytest.approx((predicted["prediction"] == dataset.test.target).mean())
    model = view.folder.refitted_model(number)
    assert model.read_bytes() == champion.model_file.read_bytes()
    view.close()
    model.unlink()
    assert "Training trial" not in shell.call(*command).stdout  # it is registered
    with contextlib.closing(ledgers.open_for_repair(Store(shell.folder / "mlruns"), "one")) as ledger:
        ledger.set_attribute("champion", None)
    assert shell.call("doctor", "one").stdout == "one: no problems\n"  # a killed search may lack it: it is trained
    assert f"Training trial {number} on all rows" in shell.call(*command).stdout
    assert model.is_file()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("champion.by=val_auc", 'champion.by = "val_auc": trials have no such metric; Valid: val_accuracy, val_loss; objective.metrics adds further'),
        ("champion.by=accuracy", 'champion.by = "accuracy": expected "val_" and the name of a metric; did you mean "val_accuracy"?'),
        ("champion.ensemble=all", 'champion.ensemble = "all": expected "folds", "none" or a number of trials, 1 to 50'),
        ("champion.ensemble=0", 'champion.ensemble = 0: expected "folds", "none" or a number of trials, 1 to 50'),
        ("champion.confirm=-1", "champion.confirm = -1: expected at least 0"),
        ("champion.ensembles=2", 'champion: unknown key "ensembles"; did you mean "ensemble"?'),
    ],
)
def test_a_choice_that_cannot_be_made_is_refused(shell, change, message):
    finished = shell.call("run", "choice.toml", "--study", "refused", "--set", change, status=2)
    assert message in finished.stderr
    assert not (shell.folder / "mlruns" / "studies" / "refused").exists()


def test_another_choice_for_a_study_that_has_begun_is_refused(shell):
    finished = shell.call("run", "choice.toml", "--set", "champion.ensemble=2", status=2)
    assert "was started with another experiment (then → now): champion.ensemble 3 → 2; start another study" in finished.stderr
