"""Pictures as textbooks have them: ``python -m experiments.pictures activations activations.png``, or ``descent``, or ``curves``.

Decision regions, fitted lines and the activation functions of a champion are in each study's report (``perceptune report``).

Hardware: two CPU cores
Time:     ten seconds
Expect:   a PNG file
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .datasets import time_scores

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ACTIVATIONS = ("linear", "sigmoid", "tanh", "hard_tanh", "softsign", "softplus", "relu", "leaky_relu", "elu", "selu", "gelu", "exponential")
_BLUE, _ORANGE = "#2563eb", "#ea580c"


def activations() -> "Figure":
    """Draw activation functions and their derivatives, a panel each."""
    import keras

    figure = _figure(10, 7)
    x = np.linspace(-4, 4, 801)
    for axes, name in zip(figure.subplots(3, 4).flat, ACTIVATIONS, strict=True):
        y = keras.ops.convert_to_numpy(keras.activations.get(name)(keras.ops.convert_to_tensor(x)))
        axes.plot(x, y, color=_BLUE, label="function")
        axes.plot(x, np.gradient(y, x), color=_ORANGE, linestyle="--", label="derivative")
        axes.set(title=name, ylim=(-2.2, 4.2))
        axes.grid(alpha=0.3)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def descent(start: float = 0.0, learning_rate: float = 0.002, n_steps: int = 20) -> "Figure":
    """Draw the mean squared error of ``score = W * time`` over W, and the path of gradient descent.

    Args:
        start: The first W. Defaults to 0.
        learning_rate: Above 0; from 0.026 on the path diverges. Defaults to 0.002.
        n_steps: Number of steps, at least 1. Defaults to 20.
    """
    path = descent_path(start, learning_rate, n_steps)
    w = np.linspace(min(0.0, path.min()), max(40.0, path.max()), 400)
    figure = _figure(7, 4.5)
    axes = figure.subplots()
    axes.plot(w, _cost(w), color=_BLUE, label="cost")
    axes.plot(path, _cost(path), color=_ORANGE, marker="o", markersize=4, label=f"{n_steps} steps from W = {start:g}")
    axes.set(xlabel="W", ylabel="mean squared error", title=f"Gradient descent with learning rate {learning_rate:g} ends at W = {path[-1]:.4g}")
    axes.grid(alpha=0.3)
    axes.legend()
    return figure


def descent_path(start: float, learning_rate: float, n_steps: int) -> np.ndarray:
    """Return W before the first step and after each, ``(n_steps + 1,)``, as Keras' SGD on all rows has it."""
    time, score = _rows()
    path = [start]
    for _ in range(n_steps):
        path.append(path[-1] - learning_rate * 2 * np.mean((path[-1] * time - score) * time))
    return np.array(path)


def _cost(w: np.ndarray) -> np.ndarray:
    time, score = _rows()
    return ((np.multiply.outer(w, time) - score) ** 2).mean(axis=-1)


def _rows() -> tuple[np.ndarray, np.ndarray]:
    features, score = time_scores()["train"]
    return features["time"].to_numpy("float64"), score.to_numpy("float64")


def curves(history: pd.DataFrame) -> "Figure":
    """Draw all metrics of a training after each epoch in one plot, those of the validation part dashed.

    Args:
        history: The column epoch, and one for each metric, as ``perceptune history STUDY TRIAL --csv FILE`` writes it.
    """
    figure = _figure(8, 5)
    axes = figure.subplots()
    names = [str(name) for name in history.columns if name not in ("epoch", "learning_rate")]
    colours = {name: f"C{number}" for number, name in enumerate(dict.fromkeys(name.removeprefix("val_") for name in names))}
    for name in names:
        style = "--" if name.startswith("val_") else "-"
        axes.plot(history["epoch"], history[name], label=name, linestyle=style, color=colours[name.removeprefix("val_")])
    axes.set(xlabel="epoch", title="Metrics after each epoch")
    axes.grid(alpha=0.3)
    axes.legend()
    return figure


def _figure(width: float, height: float) -> "Figure":
    from matplotlib.figure import Figure  # MLflow requires it

    return Figure((width, height), dpi=120, layout="constrained")


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw a picture.

    Args:
        arguments: The command line's arguments. Defaults to the process' own.

    Returns:
        The exit status: 2 if the history cannot be read or an argument is out of its range.
    """
    given = _parser().parse_args(arguments)
    try:
        figure = _draw(given)
    except (OSError, ValueError, KeyError) as error:
        print(error, file=sys.stderr)
        return 2
    figure.savefig(given.png)
    print(f"Picture written to {given.png}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m experiments.pictures")
    pictures = parser.add_subparsers(dest="picture", required=True)
    pictures.add_parser("activations", help="activation functions and their derivatives")
    path = pictures.add_parser("descent", help="the cost over a weight, and the path of gradient descent")
    path.add_argument("--start", type=float, default=0.0, help="the first weight (0)")
    path.add_argument("--learning-rate", type=float, default=0.002, help="0.002")
    path.add_argument("--steps", type=int, default=20, help="20")
    pictures.add_parser("curves", help="all metrics of a training in one plot").add_argument("history", type=Path, help="of perceptune history --csv")
    for picture in pictures.choices.values():
        picture.add_argument("png", type=Path, help="the file to write")
    return parser


def _draw(given: argparse.Namespace) -> "Figure":
    if given.picture == "activations":
        return activations()
    if given.picture == "curves":
        history = pd.read_csv(given.history)
        if "epoch" not in history:
            raise ValueError(f'{given.history} has no column "epoch"; write it by perceptune history STUDY TRIAL --csv {given.history}')
        return curves(history)
    if given.learning_rate <= 0 or given.steps < 1:
        raise ValueError(f"--learning-rate {given.learning_rate} must be above 0, and --steps {given.steps} at least 1")
    return descent(given.start, given.learning_rate, given.steps)


if __name__ == "__main__":
    sys.exit(main())
