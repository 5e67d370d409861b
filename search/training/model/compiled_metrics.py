"""The metrics of a model that its builder has compiled: by their names here, or the model's own objects."""

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import keras

from ...errors import TrialError
from ...experiment.objects import ObjectSection, of_compile, snake_case
from ..keras_objects import configuration_of
from ..metrics import METRICS, Head
from .given_objects import GivenObject

_KNOWN = frozenset(name for names in METRICS.values() for name in names)
_OUR_NAMES: Mapping[str, str] = {
    **dict.fromkeys(("acc", "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy"), "accuracy"),
    "sparse_top_k_categorical_accuracy": "top_k_categorical_accuracy",
    "sparse_categorical_crossentropy": "categorical_crossentropy",
}
_WITHOUT_EFFECT = frozenset({"name", "dtype", "from_logits", "curve", "average"})
"""Arguments that the name of a metric here says, or that follow from its outputs."""


def compiled_metrics(model: Any) -> list[str | dict[str, str]]:
    """Return the metrics that a model is compiled with, as ``objective.metrics`` has them.

    Raises:
        TrialError: If one that has no name here has the name of another metric, or none that can be written.
    """
    entries: list[str | dict[str, str]] = []
    for metric in _given(model):
        if (name := _known_name(metric)) is None:
            name = _own_name(metric)
            if name in ("loss", *_KNOWN) or not name.isidentifier():
                reason = "another metric has" if name.isidentifier() else 'is not of letters, digits and "_"'
                raise TrialError(f'is compiled with a metric that is named "{name}", which {reason}; give it another name')
            entries.append(of_compile(name))
        elif name != "loss":
            entries.append(name)
    return [entry for index, entry in enumerate(entries) if entry not in entries[:index]]


def with_given_metrics(heads: Mapping[str, Head], model: Any) -> Mapping[str, Head]:
    """Return the heads with the objects of a model's own ``compile()`` in place of what names them.

    Args:
        heads: Task, loss and metrics of each output.
        model: The model as it was built.

    Raises:
        TrialError: If it is not compiled with one of these metrics.
    """
    if not any(section.is_of_compile for head in heads.values() for section in head.own.values()):
        return heads
    objects = {_own_name(metric): metric for metric in _given(model) if _known_name(metric) is None}

    def found(section: ObjectSection) -> ObjectSection:
        if not section.is_of_compile:
            return section
        if section.name not in objects:
            raise TrialError(f'is not compiled with the metric "{section.name}", which other models of its builder have; let all have it')
        return GivenObject.of(objects[section.name], section.use)

    return {name: replace(head, own={key: found(section) for key, section in head.own.items()}) for name, head in heads.items()}


def _given(model: Any) -> Iterator[Any]:
    """Yield the metrics of ``compile()``; names that Keras alone knows as its objects or functions."""
    asked = getattr(model._compile_metrics, "_user_metrics", None) if model.compiled else None
    for metric in keras.tree.flatten(asked) if asked else ():
        if metric is not None:
            is_ours = isinstance(metric, str) and _OUR_NAMES.get(metric.lower(), metric.lower()) in _KNOWN
            yield metric if is_ours else keras.metrics.get(metric)


def _known_name(metric: Any) -> str | None:
    """Return the name of a metric in `METRICS`; None if it has none, or other arguments than usual."""
    if isinstance(metric, str):
        return _OUR_NAMES.get(metric.lower(), metric.lower())
    kind = type(metric)
    if inspect.isfunction(metric) and metric.__module__.startswith("keras.src."):
        name = _OUR_NAMES.get(metric.__name__, metric.__name__)
        return name if name in _KNOWN else None
    if not kind.__module__.startswith("keras.src.metrics"):
        return None
    name = "pr_auc" if kind is keras.metrics.AUC and metric.get_config()["curve"] == "PR" else snake_case(kind.__name__)
    name = _OUR_NAMES.get(name, name)
    return name if name in _KNOWN and _is_usual(metric, kind) else None


def _is_usual(metric: Any, kind: Any) -> bool:
    config, usual = _arguments(metric), _arguments(kind())
    if config.get("threshold") in (0.0, 0.5):  # 0 of logits, which are probabilities here
        usual["threshold"] = config["threshold"]
    return config == usual


def _arguments(metric: Any) -> dict[str, Any]:
    return {name: value for name, value in configuration_of(metric).items() if name not in _WITHOUT_EFFECT}


def _own_name(metric: Any) -> str:
    return str(getattr(metric, "name", None) or getattr(metric, "__name__", type(metric).__name__))
