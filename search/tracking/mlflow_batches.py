"""Collects metrics, params and tags of a run and writes them in as few requests as MLflow's limits allow."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..redaction import redact, shorten

if TYPE_CHECKING:
    from mlflow import MlflowClient

# MLflow's limits: mlflow/utils/validation.py. A request holds 1,000 metrics, params and tags in total.
MAX_METRICS, MAX_PARAMS, MAX_TAGS = 800, 100, 100
MAX_PARAM_LENGTH, MAX_TAG_LENGTH = 6_000, 8_000
_FORBIDDEN = re.compile(r"[^\w\-. :/]")


def clean(name: str) -> str:
    """Return a name with ``_`` in place of each character that MLflow does not allow."""
    return _FORBIDDEN.sub("_", name)


@dataclass
class Batch:
    """Metrics, params and tags to write to one run.

    Attributes:
        metrics: Name, value, timestamp in milliseconds and step of each.
        params: Text by name; MLflow refuses to change a param.
        tags: Text by name.
    """

    metrics: list[tuple[str, float, int, int]] = field(default_factory=list)
    params: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.metrics or self.params or self.tags)

    def add_metrics(self, metrics: Mapping[str, float], timestamp: int, step: int) -> None:
        """Add metrics of one step.

        Args:
            metrics: Number by name; characters that MLflow does not allow in names become ``_``.
            timestamp: Milliseconds since 1970.
            step: The epoch, from 1; 0 for metrics that a run has once.
        """
        self.metrics += [(clean(name), float(number), timestamp, step) for name, number in metrics.items()]


def milliseconds(seconds: float) -> int:
    """Convert seconds to MLflow's milliseconds."""
    return int(1000 * seconds)


def write(client: "MlflowClient", run_id: str, batch: Batch) -> None:
    """Write a batch to a run, in one request unless it exceeds MLflow's limits.

    Args:
        client: MLflow's client.
        run_id: The run.
        batch: What to write; texts are redacted, and too long ones are shortened to end in "..."; names are `clean`.
    """
    from mlflow.entities import Metric, Param, RunTag

    metrics = [Metric(*metric) for metric in batch.metrics]
    params = [Param(clean(name), shorten(redact(text), MAX_PARAM_LENGTH)) for name, text in batch.params.items()]
    tags = [RunTag(clean(name), shorten(redact(text), MAX_TAG_LENGTH)) for name, text in batch.tags.items()]
    while metrics or params or tags:
        client.log_batch(run_id, metrics=metrics[:MAX_METRICS], params=params[:MAX_PARAMS], tags=tags[:MAX_TAGS])
        metrics, params, tags = metrics[MAX_METRICS:], params[MAX_PARAMS:], tags[MAX_TAGS:]


def remove_written(client: "MlflowClient", run_id: str, batch: Batch) -> None:
    """Remove from a batch the metrics that a run has already.

    Args:
        client: MLflow's client.
        run_id: The run.
        batch: Changed in place.
    """
    names = {name for name, *_ in batch.metrics}
    written = {(metric.key, metric.step) for name in names for metric in client.get_metric_history(run_id, name)}
    batch.metrics = [metric for metric in batch.metrics if (metric[0], metric[3]) not in written]
