"""The checks of each row: small functions from studies to a finding."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from .. import datasets
from ..chain_rule import gradients
from .studies import Study

Studies = Mapping[str, Study]
"""The studies of one row, by experiment (and name), and those of the rows before it."""


@dataclass(frozen=True)
class Finding:
    """The result of a check.

    Attributes:
        ours: Our figure, as text.
        is_met: Whether it meets the documented figure.
        has_data: Whether the data were available. Defaults to True.
    """

    ours: str
    is_met: bool
    has_data: bool = True

    @property
    def mark(self) -> Literal["ok", "missed", "no data"]:
        """The last column of the table."""
        if not self.has_data:
            return "no data"
        return "ok" if self.is_met else "missed"


Check = Callable[[Studies], Finding]


def gates(studies: Studies) -> Finding:
    """AND and OR are learned exactly, XOR is not."""
    accuracy = {gate: studies[f"{gate}_gate"].test["accuracy"] for gate in ("and", "or", "xor")}
    ours = ", ".join(f"{gate.upper()} {value:.2f}" for gate, value in accuracy.items())
    return Finding(f"accuracy {ours}", accuracy["and"] == accuracy["or"] == 1.0 > accuracy["xor"])


def setosa(studies: Studies) -> Finding:
    """Every test flower is classified correctly, and a petal of 2 cm by 0.5 cm is another iris."""
    study = studies["iris_perceptron"]
    petal = pd.DataFrame({"petal_length": [2.0], "petal_width": [0.5]})
    prediction = study.predict(petal)["prediction"][0]
    accuracy = study.test["accuracy"]
    return Finding(f"accuracy {accuracy:.3f}; (2, 0.5) is {prediction}", accuracy == 1.0 and prediction == "other")


def solved_xor(studies: Studies) -> Finding:
    """The search finds settings with all four outputs on the right side; the printed ones leave all seeds near the loss of 0.5 for each row."""
    study, printed = studies["xor_network"], studies["xor_network-printed"]
    params = ", ".join(f"{name} {value:.3g}" if isinstance(value, float) else f"{name} {value}" for name, value in study.best["params"].items())
    accuracy, n_seeds, loss = study.test["accuracy"], printed.best["n_trials"], printed.best["value"]
    ours = f"accuracy {accuracy:.2f} with {params}; as printed, the best loss of {n_seeds} seeds is {loss:.3f} of 0.25"
    return Finding(ours, accuracy == 1.0 and loss > 0.2)


def chain_rule(studies: Studies) -> Finding:
    """Twelve parameters, and gradients by the chain rule equal automatic ones."""
    study = studies["moons"]
    rng = np.random.default_rng(0)
    difference = gradient_difference(study.model, rng.normal(size=(16, 2)).astype("float32"), rng.integers(0, 2, 16))
    n_parameters = study.best["n_parameters"]
    return Finding(f"{n_parameters} parameters, gradients differ by {difference:.1e}", n_parameters == 12 and difference <= 1e-6)


def gradient_difference(model: Any, x: np.ndarray, y: np.ndarray) -> float:
    """Compare the chain rule with automatic differentiation on a 2-2-2 network.

    Args:
        model: A sigmoid layer and a softmax layer.
        x: Rows, ``(n_rows, 2)``.
        y: Class numbers, ``(n_rows,)``.

    Returns:
        The largest absolute difference of any gradient of the mean cross-entropy.
    """
    import keras
    import tensorflow as tf

    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(y, model(x)))
    automatic = tape.gradient(loss, [variable.value for variable in model.trainable_variables])
    by_hand = gradients(model.get_weights(), x, y)
    return max(float(np.abs(ours - theirs.numpy()).max()) for ours, theirs in zip(by_hand, automatic, strict=True))


def lines(studies: Studies) -> Finding:
    """W and b on the exact scores, and least squares on the noisy ones."""
    kernel, bias = (float(np.ravel(array)[0]) for array in studies["time_scores"].model.get_weights())
    features, target = datasets.time_scores(noisy=True)["train"]
    expected = np.polyfit(features.iloc[:, 0], target, 1)
    noisy = [float(np.ravel(array)[0]) for array in studies["time_scores-noisy"].model.get_weights()]
    difference = float(np.abs(expected - noisy).max())
    is_met = abs(kernel - 20) < 0.05 and abs(bias) < 0.3 and difference < 0.01
    return Finding(f"W {kernel:.4f}, b {bias:.4f}; noisy: off least squares by {difference:.1e}", is_met)


def exam_scores(studies: Studies) -> Finding:
    """The mean squared error is that of least squares, on the table of 5 rows and on that of 25."""
    losses, is_met = [], True
    for n_rows, study in ((5, studies["exam_scores"]), (25, studies["exam_scores-25"])):
        features, target = datasets.exam_scores(n_rows)["train"]
        x = np.column_stack([features.to_numpy("float64"), np.ones(n_rows)])
        y = target.to_numpy("float64")
        expected = float(np.mean((x @ np.linalg.lstsq(x, y, rcond=None)[0] - y) ** 2))
        losses.append(f"{n_rows} rows: MSE {study.best['value']:.4f} (least squares {expected:.4f})")
        is_met &= abs(study.best["value"] - expected) <= 1e-3 * max(1.0, expected)
    return Finding(", ".join(losses), is_met)


def least_squares(studies: Studies) -> Finding:
    """The trained unit predicts as least squares does."""
    features, target = datasets.linear_target()["train"]
    x, y = features.to_numpy("float64"), target.to_numpy("float64")
    coefficients = np.linalg.lstsq(x, y, rcond=None)[0]
    model = studies["least_squares"].model
    trained = float(np.abs(model.predict(x.astype("float32"), verbose=0)[:, 0] - x @ coefficients).max())
    model.set_weights([coefficients[:, None]])
    given = float(np.abs(model.predict(x.astype("float32"), verbose=0)[:, 0] - x @ coefficients).max())
    return Finding(f"predictions differ by {trained:.1e} trained, {given:.1e} with the coefficients set", max(trained, given) <= 1e-5)


def both_apis(studies: Studies) -> Finding:
    """Sequential and functional give the same parameter count, and from the same weights the same predictions, with ReLU and without biases."""
    found, is_met = [], True
    for name, n_parameters in (("", 1185), ("-sigmoid", 1120)):
        sequential, functional = studies[f"dense_sequential{name}"].model, studies[f"dense_functional{name}"].model
        functional.set_weights(sequential.get_weights())
        x = np.random.default_rng(0).normal(size=(64, 5)).astype("float32")
        difference = float(np.abs(sequential.predict(x, verbose=0) - functional.predict(x, verbose=0)).max())
        counts = [sequential.count_params(), functional.count_params()]
        found.append(f"{counts[0]} and {counts[1]} parameters, predictions differ by {difference:.0e}")
        is_met &= counts == [n_parameters] * 2 and difference == 0
    return Finding(f"{found[0]}; sigmoid without biases: {found[1]}", is_met)


def overfitting(studies: Studies) -> Finding:
    """The baseline: nearly perfect on what it was trained on, poor on the test part."""
    study = studies["diabetes_scikit_learn"]
    train, test = study.best["metrics"]["accuracy"], study.test["accuracy"]
    return Finding(f"train {train:.4f}, test {test:.4f}", train >= 0.99 and 0.66 <= test <= 0.73)


def accuracy_within(run: str, low: float, high: float = 1.0) -> Check:
    """Expect a test accuracy in a range."""

    def check(studies: Studies) -> Finding:
        accuracy = studies[run].test["accuracy"]
        return Finding(f"test accuracy {accuracy:.4f}", low <= accuracy <= high)

    return check


def mse_of_raw_and_scaled_target(studies: Studies) -> Finding:
    """The validation MSE, in the target's own units also where the target is scaled, as an independent computation has it."""
    value, scaled = studies["housing"].best["value"], studies["housing-scaled"]
    features, target = datasets.california_housing()["validation"]
    mse = float(np.mean((scaled.predict(features)["prediction"].to_numpy() - target.to_numpy("float64")) ** 2))
    ours = f"val_loss {value:.4f}; with a scaled target val_mse {scaled.best['value']:.4f}, of the predictions {mse:.4f} (at most 0.4600)"
    return Finding(ours, max(value, mse) <= 0.46 and abs(scaled.best["value"] - mse) < 1e-4)


def value_at_most(experiment: str, bound: float | str) -> Check:
    """Expect a validation value at or below a bound, or below another experiment's value."""

    def check(studies: Studies) -> Finding:
        value = studies[experiment].best["value"]
        limit = studies[bound].best["value"] if isinstance(bound, str) else bound
        return Finding(f"{studies[experiment].best['metric']} {value:.4f} (at most {limit:.4f})", value <= limit)

    return check


def better_than_the_last_value(experiment: str) -> Check:
    """Expect a test error below half of that of predicting each series' last value again."""

    def check(studies: Studies) -> Finding:
        series, target = datasets.waves(n_steps=30)["test"]
        last = float(np.mean((np.ravel(np.asarray(series)[:, -1]) - np.asarray(target)) ** 2))
        mse = studies[experiment].test["loss"]
        return Finding(f"test MSE {mse:.4f} (the last value again: {last:.4f})", mse < last / 2)

    return check


def beats(experiment: str, other: str) -> Check:
    """Expect a higher test accuracy than another experiment's."""

    def check(studies: Studies) -> Finding:
        ours, theirs = studies[experiment].test["accuracy"], studies[other].test["accuracy"]
        return Finding(f"test accuracy {ours:.4f} (above {theirs:.4f})", ours > theirs)

    return check


def reloads(*experiments: str) -> Check:
    """Expect champions that load and have test metrics."""

    def check(studies: Studies) -> Finding:
        losses = {name: studies[name].test["loss"] for name in experiments}
        counts = {name: studies[name].model.count_params() for name in experiments}
        ours = ", ".join(f"{name}: {counts[name]:,} parameters, test loss {losses[name]:.4f}" for name in experiments)
        return Finding(ours, all(np.isfinite(list(losses.values()))))

    return check
