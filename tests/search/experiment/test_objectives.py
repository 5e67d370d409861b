"""``[objective]``, ``[[objective]]`` and ``[limits]``."""

import json

import pytest

from search.errors import ExperimentError
from search.experiment.file import parse_experiment

ACCURACY, SIZE = {"metric": "val_accuracy", "direction": "maximize"}, {"metric": "size_bytes"}
CONTENT = {"name": "e", "model": "mlp", "data": {"loader": "wine"}}


def parse(**sections):
    return parse_experiment(CONTENT | {"objective": ACCURACY} | sections, "test")


@pytest.mark.parametrize("objective", [ACCURACY, [ACCURACY], [ACCURACY, SIZE]])
def test_what_is_stored_is_the_same_experiment(objective):
    experiment = parse(objective=objective, limits={"val_auc": 0.9, "latency_ms": 5})
    again = parse_experiment(json.loads(experiment.model_dump_json(exclude_none=True)), "stored")
    assert (again.objectives, again.limits, again.fingerprint) == (experiment.objectives, experiment.limits, experiment.fingerprint)


def test_one_objective_in_a_list_is_that_objective():
    assert parse(objective=[ACCURACY]).fingerprint == parse().fingerprint


def test_what_trials_are_compared_by():
    experiment = parse(objective=[ACCURACY | {"metrics": ["f1_score"]}, SIZE], limits={"val_recall": 0.9, "latency_ms": 5})
    assert (experiment.measures, experiment.costs) == (["val_recall", "size_bytes", "latency_ms"], ["size_bytes", "latency_ms"])
    assert experiment.metrics == ["accuracy", "recall", "f1_score"]
    assert experiment.objectives[1].direction == "minimize"
    assert experiment.violations({"val_recall": 0.45, "latency_ms": 2.5, "size_bytes": 9}) == {"val_recall": 0.5, "latency_ms": -0.5}
    assert experiment.beyond_limits({"val_recall": 0.45, "latency_ms": 5}) == ["val_recall"]
    assert experiment.compared({"latency_ms": 1.0, "loss": 3.0}) == {"latency_ms": 1.0}


@pytest.mark.parametrize(
    ("sections", "ensemble"),
    [({}, "folds"), ({"limits": {"val_auc": 0.9}}, "folds"), ({"limits": {"latency_ms": 5}}, "none"), ({"objective": [ACCURACY, SIZE]}, "none")],
)
def test_the_champion_has_one_model_where_its_costs_are_compared(sections, ensemble):
    assert parse(evaluation={"folds": 3}, **sections).champion.ensemble == ensemble
    assert parse(**sections).champion.ensemble == "folds"  # which is one model without folds


WRONG = [
    ({"objective": []}, "expected at least one objective"),
    ({"objective": [SIZE, ACCURACY]}, 'the first objective is "size_bytes", a cost, by which no training can be compared'),
    ({"objective": [ACCURACY, ACCURACY]}, '"val_accuracy" is optimized twice; leave one of them out'),
    (
        {"objective": [ACCURACY, {"metric": "size_byte"}]},
        'objective.1.metric = "size_byte": expected a cost, or "val_" and the name of a metric; did',
    ),
    ({"objective": [ACCURACY, SIZE | {"direction": "maximize"}]}, "size_bytes is a cost, which is minimized"),
    ({"objective": [ACCURACY, {"metric": "val_loss"}]}, "direction is missing"),
    ({"limits": {"latency": 5}}, '"latency": expected a cost, or "val_" and the name of a metric; did you mean "latency_ms"?'),
    ({"limits": {"latency_ms": 0}}, "latency_ms is above 0, so that no trial is within 0"),
    ({"champion": {"tolerance": 0.1}}, "champion.tolerance accepts a worse value for a better second objective, but there is one"),
    ({"limits": {"latency_ms": 5}, "search": {"pruner": "median"}}, "compares trials by one value, but there are [limits]; leave it out"),
    ({"limits": {"latency_ms": 5}, "champion": {"ensemble": 3}}, "latency_ms is that of one model, but the champion has 3"),
]


@pytest.mark.parametrize(("sections", "message"), WRONG)
def test_what_cannot_be_meant_is_refused(sections, message):
    with pytest.raises(ExperimentError) as raised:
        parse(**sections)
    assert message in str(raised.value)
