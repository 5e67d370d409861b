"""Evaluates a champion on rows with their targets: at its registration on the test part, which nothing else has used."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..data.arrays import Array, Tree, named, unnamed
from ..data.parts import Part
from ..data.positive_class import is_defined
from ..data.predictions import OutputPredictions, Predictions, of_outputs
from ..experiment.file import Experiment
from ..experiment.settings import TrainingSettings
from ..training.class_metrics import CLASS_METRICS
from ..training.intervals import Interval, intervals
from ..training.metrics import Head, make_heads
from ..user_code import user_code
from .member import BATCH_SIZE
from .pyfunc import Champion


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """The metrics of a champion on some rows, and its predictions.

    Attributes:
        metrics: Metrics by Keras' names: ``loss``, ``accuracy``, or ``main_loss``, ``main_accuracy`` for several outputs; None for a
            metric that is not defined, such as the AUC of rows of one class.
        predictions: Targets and predictions.
    """

    metrics: Mapping[str, float | None]
    predictions: Predictions

    def intervals(self) -> dict[str, Interval]:
        """Return the 95 % interval of each metric; see `search.training.intervals`."""
        return intervals(self.metrics, self.predictions)


def evaluate(champion: Champion, part: Part, experiment: Experiment, settings: TrainingSettings) -> Evaluation:
    """Evaluate a champion on rows with their targets.

    Accuracies are counted from the predictions, so that they equal a comparison of `predict` and the targets. AUC and PR-AUC are
    scikit-learn's, from all thresholds. All other metrics come from Keras' `evaluate` with the loss and the metrics of training;
    the loss includes regularisation, unless several models are averaged.

    Args:
        champion: The champion, whose model is compiled here.
        part: At least one row.
        experiment: The experiment, for its metrics.
        settings: The training settings, for the loss.
    """
    is_network = not champion.is_estimator
    found = _evaluate_network(champion, part, experiment, settings) if is_network else _evaluate_estimator(champion, part, experiment)
    finite = {name: value if value is not None and math.isfinite(value) else None for name, value in found.metrics.items()}
    return replace(found, metrics=finite)


def _evaluate_network(champion: Champion, part: Part, experiment: Experiment, settings: TrainingSettings) -> Evaluation:
    from ..training.batching import rows
    from ..training.model.compiling import compile_model, encode_targets, row_losses

    preprocessor = champion.preprocessor
    outputs = named(champion.outputs(part.features))  # before the model is compiled, as in production
    heads: Mapping[str, Head] = make_heads(experiment, preprocessor.task, preprocessor.scalings)
    if experiment.space.compiled and experiment.space.own_fit is None:
        settings, heads = _of_compile(champion, experiment, settings, heads)
    if len(champion.members) == 1:
        model, features = champion.model, preprocessor.transform(part.features)
    else:
        model, features = _identity(outputs), unnamed({_input_name(name): output for name, output in outputs.items()})
    some_outputs = model(rows(features, slice(1)))
    compile_model(model, some_outputs, settings, heads)
    target: Tree = encode_targets(model, some_outputs, settings, heads, preprocessor.encode_target(part.target))
    # In graph mode, Keras weights the last, smaller batch like a full one in the losses of single outputs (CompileLoss.call).
    model.run_eagerly = len(heads) > 1
    metrics = {name: float(value) for name, value in model.evaluate(features, target, batch_size=BATCH_SIZE, verbose=0, return_dict=True).items()}
    exact: dict[str, float | None] = {}
    found: dict[str, OutputPredictions] = {}
    for name, of in preprocessor.targets.items():
        loss = row_losses(outputs[name], named(target)[name], settings, heads[name])
        found[name] = of_outputs(of, of.select(part.targets), outputs[name], loss)
        exact |= {f"{name}_{metric}" if name else metric: value for metric, value in _exact_metrics(found[name], heads[name], outputs[name]).items()}
    return Evaluation(metrics=metrics | exact, predictions=Predictions.of(found, _total_loss(found, heads)))


def _of_compile(
    champion: Champion, experiment: Experiment, settings: TrainingSettings, heads: Mapping[str, Head]
) -> tuple[TrainingSettings, Mapping[str, Head]]:
    """Return settings and heads with loss and metrics of the builder's own ``compile()``: the model is built again, and not trained."""
    from ..training.model.building import call_builder
    from ..training.model.compiled_metrics import with_given_metrics
    from ..training.model.compiled_settings import compiled_settings

    with user_code():
        model = call_builder(experiment, experiment.space.model_arguments(champion.metadata.params), champion.preprocessor, 0)
    return compiled_settings(model, settings), with_given_metrics(heads, model)


def _identity(outputs: Mapping[str, Array]) -> Any:
    """Return a model whose outputs are its inputs, by which Keras measures the mean of several models' outputs."""
    import keras

    inputs = {name: keras.Input(output.shape[1:], name=_input_name(name) or None) for name, output in outputs.items()}
    same = {name: keras.layers.Identity(name=name or None)(given) for name, given in inputs.items()}
    return keras.Model(unnamed({_input_name(name): given for name, given in inputs.items()}), unnamed(same))


def _input_name(output: str) -> str:
    return f"computed_{output}" if output else ""


def _total_loss(outputs: Mapping[str, OutputPredictions], heads: Mapping[str, Head]) -> Array | None:
    losses = [heads[name].weight * output.loss for name, output in outputs.items() if output.loss is not None]
    return np.sum(losses, axis=0) if len(losses) == len(outputs) else None


def _exact_metrics(rows: OutputPredictions, head: Head, output: Array) -> Mapping[str, float | None]:
    """Return the metrics of one output that are computed from its predictions, and None for those that are not defined."""
    from ..training.row_metrics import weighted
    from ..training.sklearn_metrics import exact_auc, exact_auc_of_classes

    if rows.task == "regression":
        return {}
    found: dict[str, float | None] = {"accuracy": float((rows.predicted == rows.truth).mean())}
    for metric in CLASS_METRICS.keys() & set(head.metrics):
        if compute := weighted(metric, rows):
            found[metric] = float(compute(np.ones((1, len(rows.truth))))[0])
    if rows.task == "multiclass" and "auc" in head.metrics:
        found["auc"] = exact_auc_of_classes(rows.truth, output) if is_defined("auc", rows.truth, output.shape[-1]) else None
    if rows.task != "multiclass" and rows.score is not None:
        truth, score = rows.truth.ravel(), rows.score.ravel()
        defined = [metric for metric in head.metrics if is_defined(metric, truth)]
        found |= dict.fromkeys(set(head.metrics) - set(defined))
        found |= {metric: exact_auc(metric, truth, score) for metric in defined if metric in ("auc", "pr_auc")}
    return found


def _evaluate_estimator(champion: Champion, part: Part, experiment: Experiment) -> Evaluation:
    from ..training.sklearn_metrics import measure_rows

    preprocessor, (target,) = champion.preprocessor, champion.preprocessor.targets.values()
    (head,) = make_heads(experiment, target.task, preprocessor.scalings).values()
    expected = target.encode(target.select(part.targets))
    if len(champion.members) == 1:
        estimator, features = champion.model, preprocessor.transform(part.features)
    else:
        outputs = named(champion.outputs(part.features))[""]
        kind = _Computed if target.task == "regression" else _ComputedProbabilities if champion.has_probabilities else _ComputedVotes
        estimator, features = kind(outputs), outputs
    defined = tuple(metric for metric in head.metrics if is_defined(metric, expected, len(target.classes)))
    metrics, rows = measure_rows(estimator, features, expected, replace(head, metrics=defined), target)
    return Evaluation(metrics=dict.fromkeys(("loss", *head.metrics)) | metrics, predictions=Predictions.of({"": rows}, rows.loss))


class _Computed:
    """An estimator whose predictions are computed already, for the mean of several."""

    def __init__(self, outputs: Array) -> None:
        self._outputs = outputs

    def predict(self, features: Array) -> Array:
        return self._outputs if self._outputs.shape[1] > 1 else self._outputs[:, 0]


class _ComputedVotes(_Computed):
    def predict(self, features: Array) -> Array:
        return np.asarray(self._outputs.argmax(axis=1))

    def decision_function(self, features: Array) -> Array:
        return np.asarray(self._outputs[:, -1])


class _ComputedProbabilities(_ComputedVotes):
    def predict_proba(self, features: Array) -> Array:
        return self._outputs
