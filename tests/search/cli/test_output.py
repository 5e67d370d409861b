"""What the commands print of a study."""

import numpy as np
import pandas as pd
import pytest

from search.cli.output import console, print_best, print_data
from search.data.dataset import parse_dataset
from search.study.summary import StudySummary


def test_the_positive_class_and_metrics_that_are_not_defined_are_named():
    summary = StudySummary(
        study="s",
        trial=0,
        value=0.9,
        metric="val_f1_score",
        direction="maximize",
        params={},
        metrics={},
        n_parameters=1,
        test={"accuracy": 0.8, "recall": 0.5, "auc": None},
        positive="fraud",
        run_id=None,
        parent_run_id=None,
        model_uri=None,
        n_trials=1,
        n_by_state={"COMPLETE": 1},
    )
    with console.capture() as capture:
        print_best(summary)
    assert 'Validation  val_f1_score of "fraud" 0.9' in capture.get()
    assert 'accuracy 0.8, recall of "fraud" 0.5, auc of "fraud" not defined: one class in the test part' in capture.get()


def test_the_champion_is_named_if_it_is_another_version_than_the_best_trials():
    facts = {"study": "s", "trial": 0, "value": 0.9, "metric": "val_accuracy", "direction": "maximize", "params": {}, "metrics": {}}
    facts |= {"n_parameters": 1, "test": {}, "positive": None, "run_id": None, "parent_run_id": None, "n_trials": 1, "n_by_state": {"COMPLETE": 1}}
    for champion, shown in (("models:/s/1", "models:/s/2 (the champion is models:/s/1)"), ("models:/s/2", "models:/s/2"), (None, "models:/s/2")):
        with console.capture() as capture:
            print_best(StudySummary(**facts, model_uri="models:/s/2", champion_uri=champion))
        [line] = [line for line in capture.get().splitlines() if line.startswith("Model")]
        assert line.removeprefix("Model").strip() == shown


@pytest.mark.parametrize(
    ("weights", "shown"),
    [({"class_weight": {"a": 5}}, "1 (6), 5 (6)"), ({"sample_weight": "w"}, "0 to 11, mean 5.5"), ({}, None)],
)
def test_the_weights_of_rows_and_classes_are_shown_with_the_data(weights, shown):
    part = pd.DataFrame({"x": np.arange(12.0), "w": np.arange(12.0)}), pd.Series(["a", "b"] * 6, name="kind")
    dataset = parse_dataset({"train": part, "validation": part, "test": part, "task": "binary", **weights}, "toy")
    with console.capture() as capture:
        print_data(dataset, {}, [])
    lines = [line for line in capture.get().splitlines() if "eight" in line]
    assert lines == ([] if shown is None else [f"Weights of rows in the training loss: in the train part {shown}"])
