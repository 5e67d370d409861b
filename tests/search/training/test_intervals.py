"""Intervals of metrics over the rows of a part, and the comparison of two models on the same rows."""

import dataclasses
import time
from functools import partial

import numpy as np
import pytest
import sklearn.metrics

from search.data import predictions as kept
from search.data.predictions import OutputPredictions, Predictions, of_classes
from search.data.targets import Target
from search.training.intervals import compare, intervals
from search.training.row_metrics import weighted

BINARY = Target(columns=("y",), task="binary", classes=("no", "yes"))
KINDS = Target(columns=("kind",), task="multiclass", classes=tuple("abcdefg"))


AVERAGED = ("f1_score", "precision_score", "recall_score")
OF_CLASSES = [
    *((f"{name.removesuffix('_score')}_macro", partial(getattr(sklearn.metrics, name), average="macro")) for name in AVERAGED),
    ("balanced_accuracy", sklearn.metrics.balanced_accuracy_score),
    ("matthews_corrcoef", sklearn.metrics.matthews_corrcoef),
    ("cohen_kappa", sklearn.metrics.cohen_kappa_score),
]


def numbers(n_rows, noise=1.0, seed=0):
    random = np.random.default_rng(seed)
    truth = random.normal(1000, 10, n_rows)
    rows = OutputPredictions(column="y", task="regression", truth=truth, predicted=truth + random.normal(0, noise, n_rows))
    return dataclasses.replace(rows, loss=np.square(rows.truth - rows.predicted))


def classes(n_rows, target=BINARY, seed=0):
    random = np.random.default_rng(seed)
    truth = random.integers(0, len(target.classes), n_rows)
    outputs = random.dirichlet(np.ones(len(target.classes)), n_rows).round(2) + 0.3 * np.eye(len(target.classes))[truth]
    outputs /= outputs.sum(axis=1, keepdims=True)
    rows = of_classes(target, truth, outputs.argmax(axis=1), outputs, None)
    return dataclasses.replace(rows, loss=-np.log(np.clip(rows.own, 1e-7, 1)))


def part(rows):
    return Predictions.of({"": rows}, rows.loss)


@pytest.mark.parametrize(
    ("metric", "rows", "expected"),
    [
        ("auc", classes(200), lambda rows: sklearn.metrics.roc_auc_score(rows.truth, rows.score)),
        ("pr_auc", classes(200), lambda rows: sklearn.metrics.average_precision_score(rows.truth, rows.score)),
        ("precision", classes(200), lambda rows: sklearn.metrics.precision_score(rows.truth, rows.predicted)),
        ("recall", classes(200), lambda rows: sklearn.metrics.recall_score(rows.truth, rows.predicted)),
        ("f1_score", classes(200), lambda rows: sklearn.metrics.f1_score(rows.truth, rows.predicted)),
        ("binary_crossentropy", classes(200), lambda rows: sklearn.metrics.log_loss(rows.truth, rows.score)),
        ("accuracy", classes(200, KINDS), lambda rows: sklearn.metrics.accuracy_score(rows.truth, rows.predicted)),
        (
            "top_k_categorical_accuracy",
            classes(200, KINDS),
            lambda rows: np.mean([(p > p[t]).sum() < 5 for p, t in zip(rows.probabilities, rows.truth, strict=True)]),
        ),
        ("categorical_crossentropy", classes(200, KINDS), lambda rows: sklearn.metrics.log_loss(rows.truth, rows.probabilities)),
        *((name, classes(200, target), lambda rows, of=of: of(rows.truth, rows.predicted)) for name, of in OF_CLASSES for target in (BINARY, KINDS)),
        ("r2_score", numbers(200), lambda rows: sklearn.metrics.r2_score(rows.truth, rows.predicted)),
        ("root_mean_squared_error", numbers(200), lambda rows: sklearn.metrics.root_mean_squared_error(rows.truth, rows.predicted)),
        ("mean_absolute_error", numbers(200), lambda rows: sklearn.metrics.mean_absolute_error(rows.truth, rows.predicted)),
        ("mean_squared_error", numbers(200), lambda rows: sklearn.metrics.mean_squared_error(rows.truth, rows.predicted)),
        (
            "mean_absolute_percentage_error",
            numbers(200),
            lambda rows: 100 * sklearn.metrics.mean_absolute_percentage_error(rows.truth, rows.predicted),
        ),
        ("mean_squared_logarithmic_error", numbers(200), lambda rows: sklearn.metrics.mean_squared_log_error(rows.truth, rows.predicted)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_metric_of_repeated_rows_is_that_of_scikit_learn(metric, rows, expected):
    repeated = np.random.default_rng(1).integers(200, size=200)
    weights = np.stack([np.ones(200), np.bincount(repeated, minlength=200)])
    assert weighted(metric, rows)(weights) == pytest.approx([expected(rows), expected(rows.choose(repeated))])


def test_an_interval_covers_the_true_value_about_as_often_as_it_says():
    n_covered = 0
    for seed in range(200):
        predictions = part(numbers(60, seed=seed))
        low, high = intervals({"mean_squared_error": float(predictions.loss.mean())}, predictions)["mean_squared_error"]
        n_covered += low <= 1 <= high
    assert 0.88 <= n_covered / 200 <= 0.99


def test_shares_of_rows_have_wilsons_interval_and_a_metric_that_is_always_the_same_has_none():
    rows = of_classes(BINARY, np.array([0, 1] * 15), np.array([0, 1] * 15), np.eye(2)[[0, 1] * 15], None)
    found = intervals({"accuracy": 1.0, "precision": 1.0, "auc": 1.0, "f1_score": 1.0, "recall": None, "loss": 0.0}, part(rows))
    assert found == {"accuracy": pytest.approx((0.8865, 1.0), abs=1e-4), "precision": pytest.approx((0.7961, 1.0), abs=1e-4)}


def test_regularisation_moves_the_interval_of_the_loss():
    predictions = part(classes(100))
    loss = float(predictions.loss.mean())
    (low, high), (moved_low, moved_high) = (intervals({"loss": loss + more}, predictions)["loss"] for more in (0.0, 0.5))
    assert low < loss < high
    assert (moved_low, moved_high) == pytest.approx((low + 0.5, high + 0.5))


def test_intervals_of_a_large_part_take_bounded_time_and_are_as_narrow_as_its_rows_allow():
    n_rows = 1_000_000
    predictions = part(numbers(n_rows))
    started = time.process_time()
    low, high = intervals({"mean_absolute_error": 0.8}, predictions)["mean_absolute_error"]
    assert time.process_time() - started < 10
    assert high - low == pytest.approx(2 * 1.96 * np.sqrt(1 - 2 / np.pi) / np.sqrt(n_rows), rel=0.1)


def test_metrics_of_several_outputs_are_told_apart():
    price, sold = numbers(80), classes(80)
    predictions = Predictions.of({"price": price, "sold": sold}, price.loss + sold.loss)
    total = float((price.loss + sold.loss).mean())
    found = intervals({"loss": total, "price_loss": float(price.loss.mean()), "sold_accuracy": 0.5, "price_mae": 0.8}, predictions)
    assert list(found) == ["loss", "price_loss", "sold_accuracy", "price_mae"]


def test_a_paired_comparison_sees_what_separate_intervals_do_not():
    truth = np.random.default_rng(0).integers(0, 2, 300)
    other = np.where(np.arange(300) < 60, 1 - truth, truth)
    ours = np.where(np.arange(300) < 45, 1 - truth, truth)  # the same rows, but for fifteen
    models = [part(of_classes(BINARY, truth, predicted, None, (truth != predicted).astype(float))) for predicted in (ours, other)]
    found = compare("accuracy", *models, (0.85, 0.8))
    assert (found.difference, found.is_better) == (pytest.approx(0.05), True)
    assert 0.02 < found.low < 0.04
    assert found.p_value < 0.002
    assert intervals({"accuracy": 0.85}, models[0])["accuracy"][0] < intervals({"accuracy": 0.8}, models[1])["accuracy"][1]
    same = compare("accuracy", models[0], models[0], (0.85, 0.85))
    assert (same.difference, same.p_value, same.is_better) == (0, 1, None)
    assert compare("loss", *models, (0.15, 0.2)).is_better
    assert compare("accuracy", models[0], part(classes(10)), (0.85, 0.5)) is None  # other rows


@pytest.mark.parametrize("rows", [classes(50), classes(50, KINDS), numbers(50)], ids=["binary", "multiclass", "regression"])
def test_predictions_are_read_as_they_were_written(rows, tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "MOST_ROWS", 30)
    predictions = Predictions.of({"a": rows, "a.b": rows}, rows.loss)
    assert (predictions.n_rows, predictions.n_kept) == (50, 30)
    predictions.save(tmp_path / "study" / "champion.npz")
    read = Predictions.load(tmp_path / "study" / "champion.npz")
    assert read.n_rows == 50
    assert read.loss.tolist() == predictions.loss.tolist()
    for name, of in predictions.outputs.items():
        for field in dataclasses.fields(of):
            written, found = getattr(of, field.name), getattr(read.outputs[name], field.name)
            assert (written.tolist(), written.dtype) == (found.tolist(), found.dtype) if isinstance(written, np.ndarray) else written == found
