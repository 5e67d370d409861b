"""Evaluates a champion on the test part, which nothing else has used."""

from collections.abc import Mapping

from ..data.dataset import Dataset
from ..experiment.file import Experiment
from ..experiment.settings import TrainingSettings
from ..training.metrics import make_heads
from .pyfunc import BATCH_SIZE, Champion


def evaluate(champion: Champion, dataset: Dataset, experiment: Experiment, settings: TrainingSettings) -> Mapping[str, float]:
    """Evaluate a champion on the test part.

    Accuracies are counted from `predict`, so that they equal a comparison of predictions and targets. All other metrics come
    from Keras' `evaluate` with the loss and the metrics of training; the loss includes regularisation.

    Args:
        champion: The champion, whose model is compiled here.
        dataset: The data set, with a test part of at least one row.
        experiment: The experiment, for its metrics.
        settings: The training settings, for the loss.

    Returns:
        Metrics by Keras' names: ``loss``, ``accuracy``, or ``main_loss``, ``main_accuracy`` for several outputs.
    """
    if champion.is_estimator:
        return _evaluate_estimator(champion, dataset, experiment)
    from ..training.batching import rows
    from ..training.model.compiling import compile_model, encode_targets

    test, model, preprocessor = dataset.test, champion.model, champion.preprocessor
    predictions = champion.predict(test.features)  # before the model is compiled, as in production
    features, heads = preprocessor.transform(test.features), make_heads(experiment, preprocessor.task)
    some_outputs = model(rows(features, slice(1)))
    compile_model(model, some_outputs, settings, heads)
    target = encode_targets(model, some_outputs, settings, heads, preprocessor.encode_target(test.target))
    # In graph mode, Keras weights the last, smaller batch like a full one in the losses of single outputs (CompileLoss.call).
    model.run_eagerly = len(heads) > 1
    metrics = {name: float(value) for name, value in model.evaluate(features, target, batch_size=BATCH_SIZE, verbose=0, return_dict=True).items()}
    for name, target_of in preprocessor.targets.items():
        if target_of.task != "regression":
            prefix = f"{name}_" if name else ""
            is_right = predictions[f"{prefix}prediction"].to_numpy() == test.targets[target_of.column].to_numpy()
            metrics[f"{prefix}accuracy"] = float(is_right.mean())
    return metrics


def _evaluate_estimator(champion: Champion, dataset: Dataset, experiment: Experiment) -> Mapping[str, float]:
    from ..training.sklearn_metrics import measure

    preprocessor, (target,) = champion.preprocessor, champion.preprocessor.targets.values()
    (head,) = make_heads(experiment, target.task).values()
    features, expected = preprocessor.transform(dataset.test.features), target.encode(dataset.test.targets[target.column])
    return measure(champion.model, features, expected, target.task, head.metrics)
