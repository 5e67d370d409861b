"""What is neither searched nor a default is shown beside a study's space."""

from search.experiment.file import parse_experiment
from search.study.fixed_settings import fixed_settings
from search.study.pausing import rungs_of


def experiment(**changes):
    content = {
        "name": "toy",
        "model": "mlp",
        "data": {"loader": "csv", "path": "toy.csv", "target": "y"},
        "objective": {"metric": "val_loss", "direction": "minimize"},
        "space": {"model": {"n_hidden": {"type": "int", "low": 0, "high": 3}, "activation": "tanh"}},
    }
    return parse_experiment(content | changes, "toy.toml")


def test_fixed_arguments_and_hyperparameters_are_shown_and_searched_ones_are_not():
    assert fixed_settings(experiment()) == {"data.path": "toy.csv", "data.target": "y", "space.model.activation": "tanh"}


def test_preprocessing_training_and_options_are_shown():
    found = fixed_settings(
        experiment(
            preprocessing={"target": "log", "columns": {"id": "drop"}},
            space={"training": {"epochs": 40}},
            search={"pruner": "median", "pruner_options": {"n_startup_trials": 3}},
        )
    )
    assert found["preprocessing.target"] == "log"
    assert found["preprocessing.columns.id"] == "drop"
    assert found["space.training.epochs"] == "40"
    assert found["pruner_options.n_startup_trials"] == "3"


def test_the_optimizer_is_shown_with_its_constants_and_so_is_what_ends_the_search():
    found = fixed_settings(experiment(space={"training": {"beta_1": 0.8}}, search={"stop": {"patience": 7}}))
    assert {key: found[key] for key in found if not key.startswith("data.")} == {
        "space.training.beta_1": "0.8",
        "space.training.optimizer": "adam",
        "search.stop.patience": "7",
    }
    searched = {"type": "categorical", "choices": ["adam", "nadam"]}
    assert "space.training.optimizer" not in fixed_settings(experiment(space={"training": {"beta_1": 0.8, "optimizer": searched}}))


def test_the_rungs_are_those_of_the_pruner_that_pauses():
    training = {"epochs": 30}
    asha = {"pruner": "asha", "pruner_options": {"min_epochs": 2}}
    assert rungs_of(experiment(space={"training": training}, search=asha)) == (2, 6, 18)
    for pruner in ("none", "halving", "my_module:MyPruner"):
        assert rungs_of(experiment(space={"training": training}, search={"pruner": pruner})) == ()
