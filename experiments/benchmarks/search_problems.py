"""What searches are measured on: tables and learning curves of trainings that others have run, so that a trial costs milliseconds at most.

They lie in the folder ``hpo`` of ``PERCEPTUNE_DATA``; none is part of this project:
HPOBench's multilayer perceptrons (Eggensperger et al. 2021), HPOLib's fully connected networks (Klein and Hutter 2019), and the surrogate
of LCBench's learning curves (Zimmer et al. 2021) that YAHPO Gym (Pfisterer et al. 2022) has fitted.
"""

import itertools
import json
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

N_RANDOM = 4000
"""Random configurations that tell the best and the median value of a surrogate."""
TABLES = {
    "vehicle": ("hpobench__vehicle", "hpobench"),
    "car": ("hpobench__car", "hpobench"),
    "naval_propulsion": ("hpolib__naval_propulsion", "hpolib"),
}
CURVES = ("126025", "167181", "168868", "7593")
_CURVES_EPOCHS = 52
_CURVES_SPACE: Mapping[str, Mapping[str, Any]] = {
    "batch_size": {"type": "int", "low": 16, "high": 512, "log": True},
    "learning_rate": {"type": "float", "low": 1e-4, "high": 0.1, "log": True},
    "momentum": {"type": "float", "low": 0.1, "high": 0.99},
    "weight_decay": {"type": "float", "low": 1e-5, "high": 0.1},
    "num_layers": {"type": "int", "low": 1, "high": 5},
    "max_units": {"type": "int", "low": 64, "high": 1024, "log": True},
    "max_dropout": {"type": "float", "low": 0.0, "high": 1.0},
}

Params = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A search whose trials have been trained already.

    Attributes:
        name: The data set's name or number.
        space: The searched parameters, as an experiment file has them.
        direction: "maximize" or "minimize".
        n_epochs: Epochs of a trial; a table has final values only: 1.
        measure: Returns the values that a trial reports, one for each epoch, for its params and a seed.
        truth: Returns the value of a configuration without chance: the mean over seeds.
        best: The best value there is.
        median: The median of random configurations.
    """

    name: str
    space: Mapping[str, Mapping[str, Any]]
    direction: Literal["minimize", "maximize"]
    n_epochs: int
    measure: Callable[[Params, int], list[float]]
    truth: Callable[[Params], float]
    best: float
    median: float

    def regret(self, params: Params) -> float:
        """Return how much worse a configuration is than the best, as a part of what the median of random ones is worse."""
        return (self.truth(params) - self.best) / (self.median - self.best)


def load_problem(name: str) -> Problem:
    """Load a problem by its name, one of `TABLES` or of `CURVES`."""
    return _table(name) if name in TABLES else _curves(name)


def _folder() -> Path:
    return Path(os.environ.get("PERCEPTUNE_DATA", ".")) / "hpo"


@cache
def _table(name: str) -> Problem:
    file, kind = TABLES[name]
    described = json.loads((_folder() / "spaces.json").read_text())[kind]
    values = np.load(_folder() / f"{file}.npz")["values"]
    means, direction = values.mean(axis=-1), {"max": "maximize", "min": "minimize"}[described["direction"]]

    def place(params: Params) -> tuple[int, ...]:
        return tuple(choices.index(params[axis]) if isinstance(choices[0], str) else params[axis] for axis, choices in described["space"].items())

    return Problem(
        name=name,
        space={axis: _axis(choices) for axis, choices in described["space"].items()},
        direction=direction,
        n_epochs=1,
        measure=lambda params, seed: [float(values[place(params)][seed % values.shape[-1]])],
        truth=lambda params: float(means[place(params)]),
        best=float(means.max() if direction == "maximize" else means.min()),
        median=float(np.median(means)),
    )


def sizes_of(name: str) -> Callable[[Params], int]:
    """Return the function that counts the parameters of a table's network, with 20 features and one output."""
    space = json.loads((_folder() / "spaces.json").read_text())[TABLES[name][1]]["space"]

    def size(params: Params) -> int:
        if "width" in params:
            width = space["width"][params["width"]]
            widths = [width] * space["depth"][params["depth"]]
        else:
            widths = [space[f"n_units_{layer}"][params[f"n_units_{layer}"]] for layer in (1, 2)]
        return sum((before + 1) * after for before, after in itertools.pairwise([20, *widths, 1]))

    return size


def _axis(choices: list[Any]) -> dict[str, Any]:
    """Return an axis of words as a choice, and one of numbers as their positions, which are evenly spaced as a logarithmic range is."""
    if isinstance(choices[0], str):
        return {"type": "categorical", "choices": choices}
    return {"type": "int", "low": 0, "high": len(choices) - 1}


@cache
def _curves(name: str) -> Problem:
    session = _session()
    code = json.loads((_folder() / "curves" / "tasks.json").read_text())[name]

    def predict(rows: Any) -> Any:
        inputs = {"x_cat": np.full((len(rows), 1), code, np.int32), "x_cont": np.asarray(rows, np.float32)}
        return session.run(None, inputs)[0][:, 1]

    def measure(params: Params, seed: int) -> list[float]:
        rows = [[epoch, *(params[parameter] for parameter in _CURVES_SPACE)] for epoch in range(1, _CURVES_EPOCHS + 1)]
        values: list[float] = predict(rows).tolist()
        return values

    drawn = np.random.default_rng(0).random((N_RANDOM, len(_CURVES_SPACE)))
    configurations = [dict(zip(_CURVES_SPACE, map(_scaled, _CURVES_SPACE.values(), row), strict=True)) for row in drawn]
    finals = [max(measure(params, 0)) for params in configurations]
    return Problem(
        name=name,
        space=_CURVES_SPACE,
        direction="maximize",
        n_epochs=_CURVES_EPOCHS,
        measure=measure,
        truth=lambda params: max(measure(params, 0)),
        best=max(finals),
        median=float(np.median(finals)),
    )


def _scaled(parameter: Mapping[str, Any], share: float) -> float:
    low, high = parameter["low"], parameter["high"]
    value = math.exp(math.log(low) + share * (math.log(high) - math.log(low))) if parameter.get("log") else low + share * (high - low)
    return round(value) if parameter["type"] == "int" else value


@cache
def _session() -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(_folder() / "curves" / "lcbench.onnx", options, providers=["CPUExecutionProvider"])
