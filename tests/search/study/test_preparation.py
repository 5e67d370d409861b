"""A study keeps the preprocessing that its trials were trained with."""

import json

import optuna
import pandas as pd
import pytest

from search import ledger as ledgers
from search.data.arrays import TrainingArrays
from search.data.dataset import load_dataset
from search.experiment.file import parse_experiment
from search.experiment.settings import TrainingSettings
from search.store import Store
from search.study.preparation import half_batch, prepare_arrays, targets_of_study

TOY = """
model = "sklearn.tree:DecisionTreeClassifier"
data = { loader = "experiments.datasets:csv", path = "rows.csv", target = -1 }
space.model.max_depth = { type = "int", low = 1, high = 9 }
objective = { metric = "val_f1_score", direction = "maximize" }
executor.name = "in-process"
search.n_trials = 1
"""


def test_the_trials_of_a_study_of_an_earlier_version_keep_their_classes_and_their_target(tmp_path):
    pd.DataFrame({"x": range(40), "kind": ["fraud", "legit", "legit", "legit"] * 10}).to_csv(tmp_path / "rows.csv", index=False)
    content = {"name": "fraud", "model": "models.mlp:build_mlp", "data": {"loader": "experiments.datasets:csv", "path": str(tmp_path / "rows.csv")}}
    content["data"]["target"] = "kind"
    content |= {"objective": {"metric": "val_loss", "direction": "minimize"}, "space": {"model": {"n_neurons": {"type": "int", "low": 1, "high": 9}}}}
    experiment = parse_experiment(content, "fraud.toml")
    dataset, ledger = load_dataset(experiment.data), ledgers.create_or_continue(Store(tmp_path), "fraud", experiment, fresh=False)
    prepare_arrays(ledger, dataset, experiment)
    assert targets_of_study(ledger, dataset, experiment)[""].classes == ("legit", "fraud")
    file = ledger.folder.preprocessor / "preprocessor.json"
    facts = json.loads(file.read_text())
    facts["targets"][""] |= {"classes": ["fraud", "legit"]}  # sorted by name, as before
    file.write_text(json.dumps(facts))
    ledger.use(optuna.samplers.RandomSampler(), optuna.pruners.NopPruner())
    ledger.ask(experiment.space.searched, 1)
    prepare_arrays(ledger, dataset, experiment)
    assert targets_of_study(ledger, dataset, experiment)[""].positive == "legit"
    arrays = TrainingArrays.load(ledger.folder.arrays)
    assert arrays.y_train.mean() == 0.75
    sizes, n_half = (1, 8, 8000, "all"), len(arrays.y_train) // 2
    assert [half_batch(ledger, experiment, TrainingSettings(batch_size=size)) for size in sizes] == [0, 4, n_half, n_half]
    ledger.close()


@pytest.mark.usefixtures("forks")
def test_data_that_have_changed_are_told_as_such(shell):
    rows = pd.DataFrame({"x": range(60), "copy": [0, 1, 1] * 20, "kind": ["fraud", "legit", "legit"] * 20})
    rows.to_csv(shell.folder / "rows.csv", index=False)
    (shell.folder / "toy.toml").write_text(TOY)
    assert 'the target "kind" follows from it exactly' in shell.call("run", "toy.toml").stdout
    for changed in (rows.replace("legit", "good"), rows.rename(columns={"kind": "sort"})):
        changed.to_csv(shell.folder / "rows.csv", index=False)
        assert 'The data of study "toy" have changed' in shell.call("run", "toy.toml", "--trials", 2, status=2).stderr
