"""Evaluates a champion on rows with their targets: at its registration on the test part, which nothing else has used."""

import math
from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from ..data.parts import Part
from ..data.positive_class import is_defined
from ..data.targets import Target
from ..experiment.file import Experiment
from ..experiment.settings import TrainingSettings
from ..training.metrics import Head, make_heads
from .pyfunc import BATCH_SIZE, Champion


def evaluate(champion: Champion, part: Part, experiment: Experiment, settings: TrainingSettings) -> dict[str, float | None]:
    """Evaluate a champion on rows with their targets.

    Accuracies are counted from `predict`, so that they equal a comparison of predictions and targets. AUC and PR-AUC are
    scikit-learn's, from all thresholds. All other metrics come from Keras' `evaluate` with the loss and the metrics of training;
    the loss includes regularisation.

    Args:
        champion: The champion, whose model is compiled here.
        part: At least one row.
        experiment: The experiment, for its metrics.
        settings: The training settings, for the loss.

    Returns:
        Metrics by Keras' names: ``loss``, ``accuracy``, or ``main_loss``, ``main_accuracy`` for several outputs; None for a metric
        that is not defined, such as the AUC of rows of one class.
    """
    is_network = not champion.is_estimator
    measured = _evaluate_network(champion, part, experiment, settings) if is_network else _evaluate_estimator(champion, part, experiment)
    return {name: value if value is not None and math.isfinite(value) else None for name, value in measured.items()}


def _evaluate_network(champion: Champion, part: Part, experiment: Experiment, settings: TrainingSettings) -> dict[str, float | None]:
    from ..training.batching import rows
    from ..training.model.compiling import compile_model, encode_targets

    test, model, preprocessor = part, champion.model, champion.preprocessor
    predictions = champion.predict(test.features)  # before the model is compiled, as in production
    features, heads = preprocessor.transform(test.features), make_heads(experiment, preprocessor.task, preprocessor.scalings)
    some_outputs = model(rows(features, slice(1)))
    compile_model(model, some_outputs, settings, heads)
    target = encode_targets(model, some_outputs, settings, heads, preprocessor.encode_target(test.target))
    # In graph mode, Keras weights the last, smaller batch like a full one in the losses of single outputs (CompileLoss.call).
    model.run_eagerly = len(heads) > 1
    metrics = {name: float(value) for name, value in model.evaluate(features, target, batch_size=BATCH_SIZE, verbose=0, return_dict=True).items()}
    exact: dict[str, float | None] = {}
    for name, target_of in preprocessor.targets.items():
        prefix = f"{name}_" if name else ""
        found = _of_predictions(predictions, prefix, test.targets[target_of.column], target_of, heads[name])
        exact |= {f"{prefix}{metric}": value for metric, value in found.items()}
    return metrics | exact


def _of_predictions(predictions: pd.DataFrame, prefix: str, values: pd.Series, target: Target, head: Head) -> Mapping[str, float | None]:
    """Return the metrics of one output that are computed from its predictions, and None for those that are not defined."""
    from ..training.sklearn_metrics import exact_auc

    if target.task == "regression":
        return {}
    found: dict[str, float | None] = {"accuracy": float((predictions[f"{prefix}prediction"].to_numpy() == values.to_numpy()).mean())}
    if target.task == "binary":
        truth, ranking = target.encode(values).ravel(), predictions[f"{prefix}probability_{target.positive}"].to_numpy()
        defined = [metric for metric in head.metrics if is_defined(metric, truth)]
        found |= dict.fromkeys(set(head.metrics) - set(defined))
        found |= {metric: exact_auc(metric, truth, ranking) for metric in defined if metric in ("auc", "pr_auc")}
    return found


def _evaluate_estimator(champion: Champion, part: Part, experiment: Experiment) -> dict[str, float | None]:
    from ..training.sklearn_metrics import measure

    preprocessor, (target,) = champion.preprocessor, champion.preprocessor.targets.values()
    (head,) = make_heads(experiment, target.task, preprocessor.scalings).values()
    features, expected = preprocessor.transform(part.features), target.encode(part.targets[target.column])
    defined = tuple(metric for metric in head.metrics if is_defined(metric, expected))
    return dict.fromkeys(("loss", *head.metrics)) | measure(champion.model, features, expected, replace(head, metrics=defined))
