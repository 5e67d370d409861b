"""The learning-rate range test, from the command line."""

import re
import tomllib

import keras
import numpy as np
import pytest

from search.data.dataset import load_dataset
from search.data.fitting import fit_preprocessor, prepare
from search.errors import ExperimentError
from search.experiment.file import load_experiment
from search.study.rate_range import RangeTest, RateRange, find_rates
from search.training.batching import epoch_order
from search.training.context import TrainingContext
from search.training.model.building import build_model
from search.training.model.preparation import make_ready
from search.training.preflight import assignment_at
from search.training.range_test import losses_by_rate

EXPERIMENT = """
model = "mlp"
[data]
loader = "iris"
[objective]
metric = "val_accuracy"
direction = "maximize"
[space.model]
n_hidden = 1
n_neurons = { type = "int", low = 4, high = 32 }
[space.training]
optimizer = "sgd"
learning_rate = { type = "float", low = 1e-6, high = 10.0, log = true }
batch_size = 16
epochs = 5
"""


@pytest.fixture
def written(shell):
    (shell.folder / "own.toml").write_text(EXPERIMENT)
    return shell


@pytest.mark.slow
@pytest.mark.usefixtures("forks")
def test_it_proposes_a_range_that_a_search_takes(written):
    printed = written.call("lr-range", "own.toml", "--models", "2", "--output", "plot.html").stdout
    proposed = tomllib.loads(re.search(r"learning_rate = \{.*\}", printed)[0])["learning_rate"]

    assert printed.count("n_neurons=") == 2
    assert proposed["log"]
    assert 1e-4 < proposed["low"] < 0.05 < proposed["high"] <= 10
    (written.folder / "next.toml").write_text(re.sub(r"learning_rate = .*", re.search(r"learning_rate = \{.*\}", printed)[0], EXPERIMENT))
    assert load_experiment(written.folder / "next.toml").space.searched["learning_rate"].low == proposed["low"]
    plot = (written.folder / "plot.html").read_text()
    assert "Learning-rate range test of own" in plot
    assert "n_neurons=" in plot
    assert sorted(path.name for path in written.folder.iterdir()) == ["next.toml", "own.toml", "plot.html"]  # nothing is stored


@pytest.mark.slow
@pytest.mark.usefixtures("forks")
def test_a_study_tests_the_range_once(written):
    rate = 'space.training.learning_rate={type="float", from="range test", prior=1e-5}'  # below the range, which it widens
    tested = ("--set", rate, "--set", "space.training.epochs=2")
    printed = written.call("run", "own.toml", *tested, "--trials", "2").stdout
    low, high = re.search(r"learning_rate is searched from (\S+) to (\S+), as a range test proposes", printed).groups()
    assert "1e-05 to" in written.call("show", "own").stdout

    again = written.call("run", "own.toml", *tested, "--trials", "3").stdout
    assert "as a range test proposes" not in again
    assert "own (3 COMPLETE)" in again
    rates = [float(rate) for rate in re.findall(r"learning_rate=([\d.e-]+)", printed + again)]
    assert len(rates) >= 3
    assert all(1e-5 <= rate <= float(high) for rate in rates)
    assert float(low) > 1e-5


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ('space.training.learning_rate={type="float", from="range test", high=0.1}', 'from = "range test" finds the range, but high is given too'),
        ('space.training.learning_rate={type="float", from="test"}', r'learning_rate.from = "test": did you mean "range test"\?'),
        ('space.training.momentum={type="float", from="range test"}', 'momentum has from = "range test", which tests learning rates'),
        ('space.model.dropout={type="float", from="range test"}', 'dropout has from = "range test", which tests learning rates; write low and high'),
    ],
)
def test_a_range_that_cannot_be_tested_is_refused(written, override, message):
    with pytest.raises(ExperimentError, match=message):
        load_experiment(written.folder / "own.toml", [override])


@pytest.fixture
def context(written):
    experiment = load_experiment(written.folder / "own.toml")
    dataset = load_dataset(experiment.data)
    yield TrainingContext(experiment, prepare(dataset, fit_preprocessor(dataset, experiment.preprocessing, experiment.outputs)))
    keras.utils.clear_session()


def test_each_loss_is_that_of_keras_before_its_step(context):
    assignment = assignment_at(context.experiment, 0)
    rates = [0.05] * 30
    losses = losses_by_rate(context, assignment, rates)

    model = build_model(context, assignment.model_arguments, assignment.seed, "float32")
    parts = make_ready(model, context, assignment.training)
    order = np.concatenate([epoch_order(assignment.seed, epoch, context.n_train)[:80] for epoch in range(1, 8)])  # 5 batches of 16; 10 rows are left
    model.optimizer.learning_rate = 0.05
    for expected, start in zip(losses, range(0, 16 * 30, 16), strict=True):
        x, y = parts.x_train[order[start : start + 16]], parts.y_train[order[start : start + 16]]
        assert expected == pytest.approx(float(model.compute_loss(x, y, model(x))), rel=1e-4)
        model.train_on_batch(x, y)


def test_a_loss_that_diverges_ends_the_test(context):
    losses = losses_by_rate(context, assignment_at(context.experiment, 0), [1e-6] * 20 + [1e4] * 50)
    assert 20 < len(losses) < 70


def test_the_range_is_from_where_a_loss_falls_to_where_one_is_lowest():
    rates = [10.0**exponent for exponent in np.arange(-6, 1.01, 0.05)]

    def a_test(start, end):
        falls = [2.0 if rate < start else 1.0 if rate < end else 5.0 for rate in rates]
        falls[rates.index(max(rate for rate in rates if rate < end))] = 0.9
        return RangeTest({}, rates, falls)

    flat = RangeTest({}, rates, [2.0] * len(rates))
    assert flat.falls_from is None
    assert RateRange("own", [a_test(1e-3, 0.11), a_test(1e-4, 0.02), flat], []).proposed == (1e-4, 0.1)
    assert RateRange("own", [flat], []).proposed is None


def test_one_model_is_tested_if_nothing_else_is_searched(written):
    experiment = load_experiment(written.folder / "own.toml", ["space.model.n_neurons=8"])
    assert len(find_rates(experiment, 5).tests) == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["lr-range", "missing.toml"], "There is no experiment file"),
        (["lr-range", "own.toml", "--output", "nowhere/plot.html"], "The folder of .* does not exist"),
        (
            ["lr-range", "own.toml", "--set", 'model="models.scikit_learn:build_mlp_classifier"', "--set", "space.model={}"],
            "which trains by its own fit",
        ),
    ],
)
def test_what_cannot_be_tested_is_refused(written, words, message):
    assert re.search(message, written.call(*words, status=2).stderr)
    assert not (written.folder / "plot.html").exists()
