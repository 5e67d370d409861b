"""A champion whose only output predicts several targets."""

import numpy as np
import pandas as pd
import pytest
import sklearn.metrics

from search.champion import Champion
from search.champion.evaluation import evaluate
from search.champion.labelled_rows import read_labelled
from search.champion.raw_rows import raw_inputs, raw_rows_model
from search.data.dataset import load_dataset
from search.data.predictions import CHAMPION, Predictions
from search.errors import DataError
from search.reports.report import draw_test_plots
from search.training.row_metrics import weighted
from tests.search.champion.conftest import build_here, make_spec

TARGETS = ["price", "area"]
LABELS = ["large", "old"]
SHARES = ["wood", "brick", "stone"]
PREDICTIONS = [f"{name}_prediction" for name in TARGETS]


def houses():
    """Return features, two numbers of which one has a gap, two labels, and the probabilities of three classes."""
    generator = np.random.default_rng(0)
    rows = pd.DataFrame({"rooms": generator.normal(5, 1, 150), "age": generator.normal(40, 9, 150)})
    rows = rows.assign(price=1000 * rows["rooms"] - 5 * rows["age"], area=rows["rooms"] / 10)
    noisy = {name: rows[name] + generator.normal(0, rows[name].std() / 2, 150) for name in rows}
    rows = rows.assign(large=np.where(noisy["rooms"] > 5, "yes", "no"), old=np.where(noisy["age"] > 45, "yes", "no"))
    rows.loc[3, "price"] = None
    shares = np.exp(noisy["rooms"] - 5), np.exp((noisy["age"] - 40) / 9), np.ones(150)
    return rows.assign(**{name: share / sum(shares) for name, share in zip(SHARES, shares, strict=True)})


def several_targets_spec(folder, loss, data, **sections):
    def build(arrays):
        import keras

        from models.mlp import build_mlp

        keras.utils.set_random_seed(3)
        network = build_mlp(arrays.input_shape, arrays.task, arrays.n_outputs, n_neurons=8)
        network.compile(keras.optimizers.Adam(0.02), loss)
        network.fit(arrays.x_train, arrays.y_train, epochs=30, verbose=0)
        return network

    houses().to_csv(folder / "houses.csv", index=False)
    return make_spec(folder, {"loader": "csv", "path": str(folder / "houses.csv"), **data}, "mlp", build, **sections)


@pytest.fixture(scope="module")
def numbers_spec(tmp_path_factory):
    return several_targets_spec(
        tmp_path_factory.mktemp("numbers"),
        "mse",
        {"target": TARGETS, "drop": [*LABELS, *SHARES]},
        objective={"metric": "val_r2", "direction": "maximize", "metrics": ["mse", "rmse"]},
        preprocessing={"target": "standard"},
    )


@pytest.fixture(scope="module")
def packaged(numbers_spec):
    return build_here(numbers_spec)


@pytest.fixture(scope="module")
def numbers(packaged):
    return Champion(packaged.folder / "data" / "champion")


@pytest.fixture(scope="module")
def test_part(numbers_spec):
    return load_dataset(numbers_spec.experiment.data).test


def test_each_target_has_a_column_of_predictions(packaged, numbers, test_part):
    from mlflow.models import Model

    predictions = numbers.predict(test_part.features)
    assert list(predictions) == Model.load(str(packaged.folder)).signature.outputs.input_names() == PREDICTIONS
    for target, column in zip(TARGETS, PREDICTIONS, strict=True):
        assert np.corrcoef(predictions[column], test_part.targets[target])[0, 1] > 0.9
    assert packaged.metadata.target == "price, area"


def test_the_test_metrics_are_those_of_the_predictions(packaged, numbers, numbers_spec, test_part):
    pair = test_part.target[TARGETS].to_numpy(), numbers.predict(test_part.features)[PREDICTIONS].to_numpy()
    squared, test = sklearn.metrics.mean_squared_error(*pair), packaged.metadata.test
    assert test["r2"] == pytest.approx(sklearn.metrics.r2_score(*pair), rel=1e-4)
    assert (test["mse"], test["rmse"]) == pytest.approx((squared, squared**0.5), rel=1e-4)
    found = evaluate(numbers, test_part, numbers_spec.experiment, numbers_spec.settings_of(0))
    assert all(low < found.metrics[name] < high for name, (low, high) in found.intervals().items())
    assert found.intervals().keys() == {"loss", "mean_absolute_error", "mse", "rmse", "r2"}


def test_a_file_with_all_targets_is_evaluated_and_one_without_is_refused(numbers, test_part, tmp_path):
    rows = test_part.features.assign(**test_part.targets)
    rows.assign(area=rows["area"].where(rows.index > 1)).to_csv(tmp_path / "rows.csv", index=False)
    part, n_left_out = read_labelled(tmp_path / "rows.csv", numbers)
    assert (list(part.targets), len(part.target), n_left_out) == (TARGETS, len(rows) - 2, 2)
    rows.drop(columns="area").to_csv(tmp_path / "rows.csv", index=False)
    with pytest.raises(DataError, match="lacks the target area; it has the columns"):
        read_labelled(tmp_path / "rows.csv", numbers)


def test_a_model_of_raw_rows_is_in_the_targets_own_units(numbers, test_part):
    values = raw_rows_model(numbers).predict(raw_inputs(test_part.features, numbers.preprocessor), verbose=0)
    np.testing.assert_allclose(values, numbers.predict(test_part.features)[PREDICTIONS], rtol=1e-4)


def test_the_report_has_the_plots_of_each_target(numbers, numbers_spec, test_part, tmp_path):
    found = evaluate(numbers, test_part, numbers_spec.experiment, numbers_spec.settings_of(0)).predictions
    found.save(tmp_path / CHAMPION)
    assert Predictions.load(tmp_path / CHAMPION).outputs[""].columns == tuple(TARGETS)
    plots = draw_test_plots(tmp_path)
    assert list(plots) == [f"{plot}_{name}" for name in TARGETS for plot in ("predicted_and_true", "residuals")]
    assert "true price" in plots["predicted_and_true_price"]


@pytest.fixture(scope="module")
def labels_spec(tmp_path_factory):
    metrics = ["auc", "pr_auc", "precision", "recall", "f1_score", "binary_crossentropy"]
    return several_targets_spec(
        tmp_path_factory.mktemp("labels"),
        "binary_crossentropy",
        {"target": LABELS, "drop": [*TARGETS, *SHARES], "positive": "yes"},
        objective={"metric": "val_accuracy", "direction": "maximize", "metrics": metrics},
    )


@pytest.fixture(scope="module")
def labels(labels_spec):
    return build_here(labels_spec)


def test_each_label_has_a_prediction_and_probabilities(labels, labels_spec):
    test = load_dataset(labels_spec.experiment.data).test
    predictions = Champion(labels.folder / "data" / "champion").predict(test.features)
    names = [f"{label}_{column}" for label in LABELS for column in ("prediction", "probability_no", "probability_yes")]
    assert list(predictions) == names
    assert all((predictions[f"{label}_prediction"] == test.targets[label]).mean() > 0.7 for label in LABELS)
    assert (labels.metadata.task, labels.metadata.class_names) == ("multilabel", ("no", "yes"))


def test_the_test_metrics_of_labels_are_those_of_all_together(labels, labels_spec, tmp_path):
    champion, test = Champion(labels.folder / "data" / "champion"), load_dataset(labels_spec.experiment.data).test
    predictions = champion.predict(test.features)
    truth = (test.target[LABELS] == "yes").to_numpy().ravel()
    chosen = (predictions[[f"{label}_prediction" for label in LABELS]] == "yes").to_numpy().ravel()
    probabilities = predictions[[f"{label}_probability_yes" for label in LABELS]].to_numpy().ravel()
    precision, recall, f1_score, _ = sklearn.metrics.precision_recall_fscore_support(truth, chosen, average="binary")
    crossentropy = sklearn.metrics.log_loss(truth, probabilities)
    expected = {"accuracy": (truth == chosen).mean(), "precision": precision, "recall": recall, "f1_score": f1_score}
    expected |= {"auc": sklearn.metrics.roc_auc_score(truth, probabilities), "binary_crossentropy": crossentropy, "loss": crossentropy}
    expected |= {"pr_auc": sklearn.metrics.average_precision_score(truth, probabilities)}
    assert labels.metadata.test == pytest.approx(expected, rel=1e-4)
    found = evaluate(champion, test, labels_spec.experiment, labels_spec.settings_of(0))
    assert found.intervals().keys() == expected.keys()
    for name, metric in expected.items():
        assert weighted(name, found.predictions.outputs[""])(np.ones((1, len(test.target)))) == pytest.approx(metric, rel=1e-4)
    found.predictions.save(tmp_path / CHAMPION)
    assert [f"{plot}_{label}" for label in LABELS for plot in ("confusion_matrix", "roc_curve")] == [
        name for name in draw_test_plots(tmp_path) if name.startswith(("confusion", "roc"))
    ]


@pytest.mark.slow
def test_probabilities_are_evaluated_by_their_definitions(tmp_path):
    data = {"target": SHARES, "drop": [*TARGETS, *LABELS], "task": "probabilities"}
    metrics = ["kl_divergence", "categorical_crossentropy", "top_k_categorical_accuracy", "mae", "mse", "rmse"]
    objective = {"metric": "val_accuracy", "direction": "maximize", "metrics": metrics}
    spec = several_targets_spec(tmp_path, "categorical_crossentropy", data, objective=objective)
    champion = Champion(build_here(spec).folder / "data" / "champion")
    assert (champion.metadata.task, champion.class_names) == ("probabilities", tuple(SHARES))
    houses().drop(columns=[*TARGETS, *LABELS])[100:].to_csv(tmp_path / "rows.csv", index=False)
    part, _ = read_labelled(tmp_path / "rows.csv", champion)
    predictions = champion.predict(part.features)
    assert list(predictions) == ["prediction", *(f"probability_{name}" for name in SHARES)]
    truth, predicted = part.target[SHARES].to_numpy(), predictions.to_numpy()[:, 1:].astype(float)
    crossentropy, squared = -(truth * np.log(predicted)).sum(axis=1).mean(), sklearn.metrics.mean_squared_error(truth, predicted)
    expected = {"accuracy": (predictions["prediction"] == part.target[SHARES].idxmax(axis=1)).mean(), "loss": crossentropy}
    expected |= {"categorical_crossentropy": crossentropy, "kl_divergence": crossentropy + (truth * np.log(truth)).sum(axis=1).mean()}
    expected |= {"mse": squared, "rmse": squared**0.5, "mae": abs(truth - predicted).mean(), "top_k_categorical_accuracy": 1.0}
    found = evaluate(champion, part, spec.experiment, spec.settings_of(0))
    assert found.metrics == pytest.approx(expected, rel=1e-4)
    assert found.metrics["accuracy"] > 0.5
    assert found.intervals().keys() == expected.keys()
    for name, metric in found.metrics.items():
        full = {"mae": "mean_absolute_error", "mse": "mean_squared_error", "rmse": "root_mean_squared_error"}.get(name, name)
        assert weighted(full, found.predictions.outputs[""])(np.ones((1, len(truth)))) == pytest.approx(metric, rel=1e-4)
    found.predictions.save(tmp_path / CHAMPION)
    assert "confusion_matrix" in draw_test_plots(tmp_path)
    rows = pd.read_csv(tmp_path / "rows.csv").assign(stone=0.5)
    rows.to_csv(tmp_path / "rows.csv", index=False)
    with pytest.raises(DataError, match=r"has .* in row 1, with the sum 1\.\d+; expected probabilities"):
        evaluate(champion, read_labelled(tmp_path / "rows.csv", champion)[0], spec.experiment, spec.settings_of(0))
