"""The metadata of a champion: the content of its ``champion.json``.

This file is bundled with the MLflow model, so it imports nothing that prediction does not need.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from ..data.arrays import named, unnamed

FILE = "champion.json"


@dataclass(frozen=True, kw_only=True)
class ChampionMetadata:
    """Origin and metrics of a champion.

    Attributes:
        study: The study's name.
        trial: The best trial's number.
        trials: The trials whose models are averaged, the best one first. Defaults to the best one, as for a champion of an earlier version.
        params: The best trial's searched hyperparameters.
        metric: The objective's metric, such as ``val_accuracy``.
        direction: "minimize" or "maximize".
        value: The metric's value.
        evaluation: How the value was measured: only values that were measured in the same way are compared. Defaults to that of
            earlier versions.
        compared_by: The limits, further objectives and tolerance of the search; empty for none. Defaults to none, as for a champion of an
            earlier version.
        test: Metrics on the test part, by Keras' names without a prefix; None for a metric that is not defined there.
        test_intervals: The 95 % interval of each metric on the test part, of those that have one. Defaults to none, as for a champion of
            an earlier version.
        cost: What serving costs (`search.champion.serving_cost.measure_cost`). Defaults to none, as for a champion of an earlier version.
        data: Name of the data set.
        fingerprint: The data set's fingerprint.
        target: Name of the target column; for several outputs a mapping by output name, as for task and class_names.
        task: "binary", "multiclass", "regression", "multilabel" or "probabilities".
        class_names: The target's values in the order of the output's units; empty for regression.
        positive: The positive class of a binary target, the last of its class names; for several outputs a mapping by output name.
            Defaults to None, as for a champion of an earlier version.
        backend: The Keras backend of training; empty for a model with scikit-learn's interface.
        table_format: How the file of the training data is written (`search.data.tables.TableFormat`); None if it was none.
        row_format: How files become rows that are arrays (`search.data.kinds.RowFormat`); None if rows are those of a table. Defaults to
            None, as for a champion of an earlier version.
        modules: Modules to import before the model loads, because they define custom layers or classes; usually none.
        optimizer_state: Whether the model's file has the state of its optimizer, from which it is trained on. Defaults to False, as for a champion
            of an earlier version.
    """

    study: str
    trial: int
    trials: tuple[int, ...] = ()
    params: Mapping[str, Any]
    metric: str
    direction: str
    value: float
    evaluation: str = "validation part"
    compared_by: str = ""
    test: Mapping[str, float | None] = field(default_factory=dict)
    test_intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    cost: Mapping[str, float] = field(default_factory=dict)
    data: str
    fingerprint: str
    target: str | Mapping[str, str]
    task: str | Mapping[str, str]
    class_names: tuple[str, ...] | Mapping[str, tuple[str, ...]] = ()
    positive: str | Mapping[str, str] | None = None
    backend: str
    table_format: Mapping[str, Any] | None = None
    row_format: Mapping[str, Any] | None = None
    modules: tuple[str, ...] = ()
    optimizer_state: bool = False

    def save(self, folder: Path) -> None:
        """Write ``champion.json`` into a folder."""
        (folder / FILE).write_text(json.dumps(asdict(self), indent=2), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read ``champion.json`` from a folder."""
        content = json.loads((folder / FILE).read_text(encoding="utf-8"))
        class_names = unnamed({name: tuple(classes) for name, classes in named(content["class_names"]).items()})
        intervals = {name: (low, high) for name, (low, high) in content.get("test_intervals", {}).items()}
        tuples = {name: tuple(content.get(name, ())) for name in ("modules", "trials")}
        return cls(**content | tuples | {"class_names": class_names, "test_intervals": intervals})
