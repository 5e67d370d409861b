"""The baselines of a study: simple models on the same rows, measured on the test part while the trials run."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from ..data.parts import Part
from ..experiment.directions import LARGER_IS_BETTER
from ..experiment.file import Experiment
from ..ledger import Ledger, StudyView
from ..python_process import Process

_ATTRIBUTE = "baselines"
_ENTRY = f"{__package__}.baseline_models:serve"


@dataclass(frozen=True, kw_only=True)
class Baselines:
    """Measured baselines.

    Attributes:
        metrics: Metrics on the test part by baseline ("majority_class" or "mean", "logistic_regression" or "linear_regression",
            "gradient_boosting"), each by Keras' names; None for one that is not defined there.
        n_rows: Training rows that they were fitted on.
        n_all_rows: All training rows.
    """

    metrics: Mapping[str, Mapping[str, float | None]]
    n_rows: int
    n_all_rows: int

    @property
    def flat(self) -> dict[str, float]:
        """The metrics in one table, such as ``baseline_gradient_boosting_accuracy``."""
        return {f"baseline_{name}_{metric}": value for name, of in self.metrics.items() for metric, value in of.items() if value is not None}

    def unbeaten(self, metric: str, value: float) -> str | None:
        """Return the name of the linear baseline, if a champion's value of a metric is not better than its own; else None."""
        name = next(name for name in self.metrics if name.endswith("_regression"))
        baseline = self.metrics[name].get(metric)
        if baseline is None or (value > baseline if metric in LARGER_IS_BETTER else value < baseline):
            return None
        return name


def read_baselines(ledger: StudyView) -> Baselines | None:
    """Return the baselines of a study; None if it has none."""
    stored = ledger.attribute(_ATTRIBUTE)
    return Baselines(**stored) if stored else None


class BaselineProcess:
    """Measures the baselines of a study in a process of its own, if the experiment asks for them and the ledger has none yet.

    Args:
        ledger: The study.
        experiment: The experiment.
    """

    def __init__(self, ledger: Ledger, experiment: Experiment) -> None:
        self._ledger, self._experiment = ledger, experiment
        self._process: Process | None = None

    def __enter__(self) -> Self:
        """Return itself; no process is started yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        if self._process is not None:
            self._process.close(is_idle=False)
            self._process.join()

    @property
    def are_missing(self) -> bool:
        """Whether the experiment asks for baselines that the ledger does not have."""
        return self._experiment.search.baselines and read_baselines(self._ledger) is None

    def start(self, start_process: Any, test: Part) -> None:
        """Start measuring without waiting for it; the study's arrays are written.

        Args:
            start_process: `search.executors.base.Executor.start_process`.
            test: The test part.
        """
        if not self.are_missing:
            return
        self._process = start_process(_ENTRY, {}, "baselines")
        folder = self._ledger.folder
        self._process.send((sys.path, self._experiment.model_dump_json(), folder.arrays, folder.preprocessor, test, folder.predictions))

    def finish(self) -> str:
        """Wait for the metrics, if they are measured, and write them into the ledger.

        Returns:
            Why there are none, as a sentence; empty if there are, or none were asked for.
        """
        if self._process is None:
            return ""
        try:
            reply = self._process.receive()
        except EOFError:
            reply = {"error": f"the process ended with {self._process.exit_reason}"}
        if "error" in reply:
            return f"The baselines could not be measured: {reply['error']}"
        self._ledger.set_attribute(_ATTRIBUTE, reply)
        return ""
