"""A study learns from trials that Optuna, Keras Tuner, MLflow and a CSV file have, made by these libraries here."""

import keras_tuner
import mlflow
import optuna
import pytest

OWN = """
from sklearn.tree import DecisionTreeClassifier

def build(max_depth, criterion, leaf=1):
    return DecisionTreeClassifier(max_depth=max_depth, criterion=criterion, min_samples_leaf=leaf, random_state=0)
"""
EXPERIMENT = """
model = "own:build"
[data]
loader = "breast_cancer"
[space.model]
max_depth = { type = "int", low = 1, high = 9 }
criterion = { type = "categorical", choices = ["gini", "entropy"] }
leaf = { type = "int", low = 1, high = 20, log = true, when = { criterion = "entropy" } }
[objective]
metric = "val_accuracy"
direction = "maximize"
[search]
n_trials = 5
[executor]
name = "in-process"
"""


@pytest.fixture
def own(write_search, forks):
    return write_search(OWN, EXPERIMENT)


def make_optuna(url, direction="maximize"):
    study = optuna.create_study(study_name="theirs", storage=url, direction=direction, sampler=optuna.samplers.RandomSampler(seed=1))

    def objective(trial):
        depth, criterion = trial.suggest_int("depth", 1, 12), trial.suggest_categorical("criterion", ["gini", "entropy"])
        leaf = trial.suggest_int("leaf", 1, 20) if criterion == "entropy" else 1
        return 0.9 - abs(depth - 4) / 100 - leaf / 1000

    study.optimize(objective, n_trials=20)
    return study


def test_samplers_learn_from_an_optuna_study_and_its_best_trials_are_first(own):
    url = f"sqlite:///{own.folder}/optuna.db"
    theirs = make_optuna(url)
    inside = [trial for trial in theirs.trials if trial.params["depth"] <= 9]
    said = own.call("import", "own.toml", url, "--rename", "depth=max_depth").stdout
    assert f'"own" has learnt from {len(inside)} trials; 3 of them are tried first' in said
    assert f"{20 - len(inside)} left out: max_depth is not in its range, 1 to 9" in said
    own.call("run", "own.toml")
    found = own.trials()
    assert len(found) == 5  # theirs are none of the study's own
    best = sorted(inside, key=lambda trial: -trial.value)[:3]
    assert [(int(trial["max_depth"]), trial["criterion"]) for trial in found[:3]] == [(of.params["depth"], of.params["criterion"]) for of in best]
    again = own.call("import", "own.toml", url, "--rename", "depth=max_depth").stdout
    assert f"{len(inside)} of them before; 0 of them are tried first" in again
    assert len(own.trials()) == 5
    assert "own: no problems" in own.call("doctor", "own").stdout
    assert "WAITING" not in own.call("show", "own").stdout


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning:keras_tuner")  # of Keras Tuner's lock
def test_samplers_learn_from_a_keras_tuner_folder(own):
    class Tuner(keras_tuner.RandomSearch):
        def run_trial(self, trial, *args, **kwargs):
            hp = trial.hyperparameters
            depth = hp.Int("max_depth", 1, 9)
            hp.Choice("criterion", ["gini", "entropy"])
            with hp.conditional_scope("criterion", ["entropy"]):
                hp.Int("leaf", 1, 20)
            return {"val_accuracy": 0.9 - abs(depth - 4) / 100}

    hyperparameters = keras_tuner.HyperParameters()
    hyperparameters.Choice("criterion", ["gini", "entropy"])
    tuner = Tuner(
        hyperparameters=hyperparameters,
        objective=keras_tuner.Objective("val_accuracy", "max"),
        max_trials=6,
        seed=3,
        directory=str(own.folder / "kt"),
        project_name="theirs",
    )
    tuner.search()
    said = own.call("import", "own.toml", own.folder / "kt" / "theirs").stdout
    assert '"own" has learnt from' in said
    own.call("run", "own.toml")
    assert int(own.trials()[0]["max_depth"]) == tuner.get_best_hyperparameters()[0]["max_depth"]


@pytest.mark.slow
def test_samplers_learn_from_an_mlflow_experiment_and_from_a_csv_file(own):
    uri = f"sqlite:///{own.folder}/theirs.db"
    client = mlflow.MlflowClient(uri)
    experiment = client.create_experiment("theirs")
    for depth in (2, 4, 6):
        run = client.create_run(experiment)
        client.log_param(run.info.run_id, "max_depth", depth)
        client.log_param(run.info.run_id, "criterion", "gini")
        client.log_metric(run.info.run_id, "accuracy", 0.9 - abs(depth - 3.9) / 100)
        client.set_terminated(run.info.run_id)
    (own.folder / "theirs.csv").write_text("max_depth,criterion,leaf,acc\n7,entropy,3,0.95\n8,entropy,,0.8\n99,gini,,0.5\n")
    assert '"own" has learnt from 1 trials; 1 of them are tried first' in own.call("import", "own.toml", "theirs.csv", "--value", "acc").stdout
    own.variables["MLFLOW_TRACKING_URI"] = uri
    said = own.call("import", "own.toml", "mlflow:theirs", "--value", "accuracy").stdout
    assert '"own" has learnt from 3 trials; 3 of them are tried first' in said
    own.call("run", "own.toml")
    assert [trial["max_depth"] for trial in own.trials()[:4]] == ["7", "4", "2", "6"]


def test_a_source_that_cannot_be_used_is_refused(own):
    make_optuna(f"sqlite:///{own.folder}/optuna.db", direction="minimize")
    (own.folder / "theirs.csv").write_text("max_depth,acc\n3,0.9\n")
    (own.folder / "empty").mkdir()
    for words, message in [
        (("nowhere.csv",), "There is no nowhere.csv; give the URL of an Optuna storage"),
        (("empty",), "empty has no trial_*/trial.json; give the folder directory/project_name"),
        (("mlflow:theirs",), 'There is no MLflow experiment "theirs"'),
        (("theirs.csv",), "name the column of values with --value"),
        (("theirs.csv", "--value", "acc"), "none of its 1 trials is in the space: without criterion (1)"),
        ((f"sqlite:///{own.folder}/optuna.db", "--rename", "depth=max_depth"), "its values are to minimize, but val_accuracy is to maximize"),
        ((f"sqlite:///{own.folder}/optuna.db", "--name", "other"), 'there is no study "other"'),
        ((f"sqlite:///{own.folder}/optuna.db", "--rename", "depth"), "--rename depth: expected THERE=HERE"),
        (("own.py",), "is no Optuna storage that can be read"),
    ]:
        assert message in " ".join(own.call("import", "own.toml", *words, status=2).stderr.split())
    assert "own" not in own.call("studies").stdout
