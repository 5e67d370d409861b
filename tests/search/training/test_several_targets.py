"""One output of several targets trains as by Keras' own `fit`, whatever the trainer."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from sklearn.metrics import log_loss, precision_recall_fscore_support

from search.data.scaling import Scaling
from search.errors import ExperimentError
from search.training.compiled.device_data import Tensors
from search.training.dense.elastic import build_elastic
from search.training.dense.planner import Plan
from search.training.dense.stack import Size, read_stack
from search.training.vectorized.builders import SlotSpec, build_dense_population
from search.trial import TrialState
from tests.search.training.conftest import check_builder, make_arrays, make_assignment, make_experiment, train_trial
from tests.search.training.population_comparison import Comparison

ONE = make_arrays("regression", 70)
SCALING = Scaling(mean=(50.0, -2.0, 0.0), deviation=(10.0, 3.0, 1.0))


def three(y):
    return np.hstack([y, y**2, 1 - y]).astype("float32")


NUMBERS = replace(ONE, y_train=three(ONE.y_train), y_validation=three(ONE.y_validation), n_outputs=3, scalings={"": SCALING})
LABELS = replace(NUMBERS, y_train=(NUMBERS.y_train > 0.5) * 1.0, y_validation=(NUMBERS.y_validation > 0.5) * 1.0, task="multilabel", scalings={})
SHARES = replace(NUMBERS, **{part: np.exp(y) / np.exp(y).sum(1, keepdims=True) for part, y in NUMBERS.trees.items() if part.startswith("y")})
SHARES = replace(SHARES, task="probabilities", scalings={})
OF_SHARES = ["accuracy", "categorical_crossentropy", "kl_divergence", "mae", "mse", "rmse"]
CASES = {
    "numbers": (NUMBERS, ["mse", "rmse", "r2", "mae"], None, "mse"),
    "labels": (LABELS, ["accuracy", "precision", "recall", "f1_score", "binary_crossentropy"], "sigmoid", "binary_crossentropy"),
    "probabilities": (SHARES, OF_SHARES, "softmax", "categorical_crossentropy"),
}


@pytest.fixture(scope="module", params=CASES)
def expected(request):
    """The arrays, the metrics, and the history and outputs of plain `fit`."""
    arrays, metrics, activation, loss = CASES[request.param]
    keras.utils.set_random_seed(7)
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(3, activation)])
    model.compile(keras.optimizers.Adam(0.01), loss=loss)
    validation = arrays.x_validation, arrays.y_validation
    losses = model.fit(arrays.x_train, arrays.y_train, batch_size=16, epochs=3, shuffle=False, validation_data=validation, verbose=0).history
    return arrays, metrics, losses, model.predict(arrays.x_validation, verbose=0)


def measured(arrays, outputs):
    """Return the metrics of outputs, of numbers in the targets' own units, by their definitions, over all targets."""
    if arrays.task == "multilabel":
        truth, chosen = arrays.y_validation.ravel(), outputs.ravel() > 0.5
        precision, recall, f1_score, _ = precision_recall_fscore_support(truth, chosen, average="binary")
        crossentropy = log_loss(truth, outputs.ravel())
        found = {"precision": precision, "recall": recall, "f1_score": f1_score, "binary_crossentropy": crossentropy}
        return found | {"accuracy": (truth == chosen).mean()}
    if arrays.task == "probabilities":
        truth, errors = arrays.y_validation, outputs - arrays.y_validation
        crossentropy, entropy = (-(truth * np.log(values)).sum(axis=1).mean() for values in (outputs, truth))
        found = {"accuracy": (truth.argmax(1) == outputs.argmax(1)).mean(), "categorical_crossentropy": crossentropy}
        return found | {
            "kl_divergence": crossentropy - entropy,
            "mse": (errors**2).mean(),
            "rmse": (errors**2).mean() ** 0.5,
            "mae": abs(errors).mean(),
        }
    truth, predicted = (array * SCALING.deviation + SCALING.mean for array in (arrays.y_validation, outputs))
    errors = predicted - truth
    r2 = 1 - (errors**2).sum(axis=0) / ((truth - truth.mean(axis=0)) ** 2).sum(axis=0)
    return {"mse": (errors**2).mean(), "rmse": (errors**2).mean() ** 0.5, "mae": abs(errors).mean(), "r2": r2.mean()}


@pytest.mark.parametrize("trainer", ["compiled", *(pytest.param(name, marks=pytest.mark.slow) for name in ("keras", "auto"))])
def test_every_trainer_trains_as_plain_fit(trainer, expected, tmp_path):
    arrays, metrics, losses, outputs = expected
    experiment = make_experiment(trainer=trainer, metrics=metrics)
    settings = {"batch_size": 16, "learning_rate": 0.01, "shuffle": False}
    result = train_trial(experiment, make_assignment(tmp_path / "model", training=settings), arrays)
    assert (result.state, result.reason) == (TrialState.COMPLETE, "")
    for name in ("loss", "val_loss"):
        assert [epoch[name] for epoch in result.history] == pytest.approx(losses[name], rel=1e-4)
    got = {name: result.history[-1][f"val_{name}"] for name in metrics}
    assert got == pytest.approx(measured(arrays, outputs), rel=1e-4)


@pytest.mark.slow
def test_networks_that_train_together_equal_fit(expected, fit):
    arrays, metrics, *_ = expected
    comparison = Comparison(make_experiment("models.mlp:build_mlp", metrics=metrics), arrays, fit)
    trials = [comparison.trial(number, {"n_hidden": 1, "n_neurons": 4, "activation": "relu"}, batch_size=16) for number in range(2)]
    stack = read_stack(comparison.build(trials[0]))
    elastic = build_elastic(Plan(Size((1, 1), 8, ("relu",)), 12, False, ()), stack, comparison.context, trials[0].training, Tensors())
    model = comparison.build(trials[1])
    elastic.select(read_stack(model))
    elastic.load(model, trials[1].training)
    epochs = elastic.run_epochs(trials[1], 1, [trials[1].training.learning_rate] * comparison.epochs)
    comparison.assert_as_fit(trials[1], [epoch.training | {f"val_{name}": value for name, value in epoch.validation.items()} for epoch in epochs])

    slots = SlotSpec(Size((1, 1), 8, ("relu",)), len(trials), rows_per_step=16, is_xla=False)
    population = build_dense_population(slots, stack, comparison.context, trials[0].training, Tensors())
    comparison.hold(population, dict(enumerate(trials)))
    for slot, curve in comparison.train(population, dict(enumerate(trials)), range(1, comparison.epochs + 1)).items():
        comparison.assert_as_fit(trials[slot], curve)


@pytest.mark.parametrize(
    ("builder", "message"),
    [("sklearn.linear_model:LinearRegression", ""), ("sklearn.svm:SVR", "SVR predicts one number, but the output has 3 targets; wrap it in")],
)
def test_an_estimator_predicts_numbers_if_it_can(builder, message, train):
    result = train(builder, NUMBERS, experiment={"metrics": ["mse", "rmse", "r2", "mae"]})
    assert (result.state is TrialState.COMPLETE, message in result.reason) == (not message, True)
    if not message:
        with np.load(str(result.model_path).replace(".skops", ".expected.npz")) as kept:
            values = measured(NUMBERS, kept["outputs"])
        assert {name: result.history[0][f"val_{name}"] for name in values} == pytest.approx(values, rel=1e-5)


@pytest.mark.parametrize(
    ("builder", "sections", "message"),
    [
        (
            "ending_in",
            {"space": {"model": {"activation": "softmax"}}},
            'the last layer is a softmax, whose units sum to 1, .* give it activation="sigmoid"',
        ),
        ("dense", {"space": {"training": {"loss": "categorical_crossentropy"}}}, 'for one class a row, .* use "binary_crossentropy"'),
        ("sklearn.linear_model:LogisticRegression", {}, "LogisticRegression is trained on one target of classes, but the output has several labels"),
    ],
)
def test_what_is_for_one_class_a_row_is_refused_for_labels(builder, sections, message):
    with pytest.raises(ExperimentError, match=message):
        check_builder(make_experiment(builder, **sections), LABELS)


@pytest.mark.parametrize(
    ("builder", "training", "message"),
    [
        ("dense", {"loss": "sparse_categorical_crossentropy"}, 'is for one class a row, .* use "categorical_crossentropy"'),
        ("dense", {"class_weight": "balanced"}, 'weighs the classes of one target, but the task is "probabilities"'),
        ("sklearn.linear_model:LogisticRegression", {}, "is trained on one class a row, but the target has the probabilities of all"),
    ],
)
def test_what_is_for_one_class_a_row_is_refused_for_probabilities(builder, training, message):
    with pytest.raises(ExperimentError, match=message):
        check_builder(make_experiment(builder, space={"training": training}), SHARES)
