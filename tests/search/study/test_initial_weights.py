"""A study keeps the weights that its trials start from, those of a file or of a registered model."""

import numpy as np
import optuna
import pytest

from search import ledger as ledgers
from search import load_champion
from search.errors import ExperimentError, StudyChangedError, StudyNotFoundError
from search.experiment.file import parse_experiment
from search.store import Store
from search.study.initial_weights import keep_initial, kept_initial
from search.trial import TrialResult, TrialState

EXPERIMENT = """
model = "mlp"
data.loader = "diabetes"
space.model = { n_hidden = 2, n_neurons = 4 }
space.training = { epochs = 2, learning_rate = 0.05 }
objective = { metric = "val_loss", direction = "minimize" }
search.n_trials = 1
executor.n_workers = 1
"""


@pytest.fixture
def opened(tmp_path):
    """Return a function that opens a study that starts from given weights."""

    def open_study(weights, high=9, **how):
        space = {"model": {"n_neurons": {"type": "int", "low": 1, "high": high}}}
        content = {"name": "own", "model": "mlp", "data": {"loader": "diabetes"}, "objective": {"metric": "val_loss", "direction": "minimize"}}
        experiment = parse_experiment(content | {"space": space, "initial": {"weights": str(weights)}}, "own.toml")
        return ledgers.create_or_continue(Store(tmp_path / "mlruns"), "own", experiment, fresh=False, **how), experiment

    return open_study


def test_a_file_is_copied_and_another_one_in_its_place_is_refused(tmp_path, opened):
    file = tmp_path / "start.npz"
    ledger, experiment = opened(file)
    with pytest.raises(ExperimentError, match=r"start.npz\": there is no such file"):
        keep_initial(ledger, experiment, "")
    np.savez(file, np.zeros(3))
    keep_initial(ledger, experiment, "")
    assert kept_initial(ledger, experiment).tobytes() == file.read_bytes()
    np.savez(file, np.ones(3))
    with pytest.raises(StudyChangedError, match='The weights that study "own" starts from have changed'):
        keep_initial(ledger, experiment, "")
    ledger.close()


def test_a_study_whose_space_was_edited_starts_from_the_same_weights(tmp_path, opened):
    file = tmp_path / "start.npz"
    np.savez(file, np.zeros(3))
    content = file.read_bytes()
    ledger, experiment = opened(file)
    keep_initial(ledger, experiment, "")
    ledger.use(optuna.samplers.RandomSampler(), optuna.pruners.NopPruner())
    number, _ = ledger.ask(experiment.space.searched, 1)
    ledger.tell(TrialResult(number=number, state=TrialState.COMPLETE, value=0.5, best_epoch=1, history=({"val_loss": 0.5},)), seed=1, finished=1.0)
    ledger.close()
    ledger, experiment = opened(file, high=10, extend=True)
    assert kept_initial(ledger, experiment).tobytes() == content
    np.savez(file, np.ones(3))
    with pytest.raises(StudyChangedError):
        keep_initial(ledger, experiment, "")
    ledger.close()


def test_a_registered_model_that_does_not_exist_is_refused(tmp_path, opened):
    ledger, experiment = opened("models:/other@champion")
    with pytest.raises(StudyNotFoundError, match='no champion "models:/other@champion"'):
        keep_initial(ledger, experiment, Store(tmp_path / "mlruns").tracking_uri)
    ledger.close()


@pytest.mark.slow
@pytest.mark.usefixtures("forks")
def test_a_champion_is_trained_on_with_the_state_of_its_optimizer(shell, monkeypatch):
    constant = EXPERIMENT.replace("learning_rate = 0.05", "learning_rate = 0.05, shuffle = false, batch_size = 8, restore_best_weights = false")
    kept = constant + "champion.optimizer_state = true\n"
    for name, text in {"first": kept, "whole": constant.replace("epochs = 2", "epochs = 4"), "plain": constant}.items():
        (shell.folder / f"{name}.toml").write_text(text)
        shell.call("run", f"{name}.toml")
    for name in "first", "plain":
        (shell.folder / "on.toml").write_text(f"initial = {{ weights = 'models:/{name}@champion', optimizer_state = true }}\n{constant}")
        ran = shell.call("run", "on.toml", "--study", f"on_{name}", status=0 if name == "first" else 2)
    assert '"models:/plain@champion" was saved without the state of its optimizer; search with optimizer_state = true' in " ".join(ran.stderr.split())
    monkeypatch.chdir(shell.folder)
    curves = {name: ledgers.read(Store(), name).records()[0].result.history for name in ("first", "on_first", "whole")}
    for epoch, expected in zip([*curves["first"], *curves["on_first"]], curves["whole"], strict=True):
        assert epoch == pytest.approx(expected, rel=1e-4)
    for got, expected in zip(load_champion("on_first").model.get_weights(), load_champion("whole").model.get_weights(), strict=True):
        np.testing.assert_allclose(got, expected, atol=1e-4)


@pytest.mark.slow
@pytest.mark.usefixtures("forks")
def test_trials_start_from_a_champion_and_go_on_from_it_when_there_is_another_one(shell, monkeypatch):
    (shell.folder / "first.toml").write_text(EXPERIMENT)
    shell.call("run", "first.toml")
    second = EXPERIMENT.replace("0.05", "1e-12").replace(
        'direction = "minimize" }', 'direction = "minimize" }\nevaluation = { folds = 2, race = false }'
    )
    initial = "initial = { weights = 'models:/first@champion', layers = 'matching', freeze = ['hidden_1'] }"
    (shell.folder / "second.toml").write_text(f"{initial}\n{second}")
    printed = shell.call("run", "second.toml").stdout
    assert "starts from the given weights of hidden_1, hidden_2, output" in " ".join(printed.split())
    assert "models:/first@champion" in shell.call("show", "second").stdout
    monkeypatch.chdir(shell.folder)
    given, trained = load_champion("first").model, load_champion("second").model
    for before, after in zip(given.get_weights(), trained.get_weights(), strict=True):
        np.testing.assert_allclose(after, before, atol=1e-6)
    assert not trained.get_layer("hidden_1").trainable

    shell.call("run", "first.toml", "--fresh", "--set", "search.seed=1")
    shell.call("promote", "first", "2")
    assert not np.allclose(load_champion("first").model.get_weights()[0], given.get_weights()[0])
    shell.call("run", "second.toml", "--trials", "2")
    values = [record.result.value for record in ledgers.read(Store(), "second").records()]
    assert values == pytest.approx([values[0]] * 2, rel=1e-5)
