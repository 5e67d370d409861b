"""Measures a champion on the test part, which nothing else has looked at."""

from collections.abc import Mapping

from ..dataset import Dataset
from ..experiment import Experiment
from ..metrics import metric_names
from ..settings import TrainingSettings
from .pyfunc import BATCH_SIZE, Champion


def evaluate(champion: Champion, dataset: Dataset, experiment: Experiment, settings: TrainingSettings) -> Mapping[str, float]:
    """Measure a champion on the test part.

    The accuracy is counted from its answers, so that anyone who compares `predict` with the target finds the same number. Everything
    else is Keras' `evaluate` with the loss and the metrics of the training; the loss includes the regularisation.

    Args:
        champion: Who is measured. Its model is compiled by this.
        dataset: The data set, with a test part of at least one row.
        experiment: Says which metrics.
        settings: Say which loss.

    Returns:
        Metrics by Keras' names: ``loss``, ``accuracy`` ...
    """
    from ..training.compiling import compile_model, encode_targets

    test, model, preprocessor = dataset.test, champion.model, champion.preprocessor
    predictions = champion.predict(test.features)["prediction"]  # before the model is compiled, as everyone else predicts
    features = preprocessor.transform(test.features)
    some_outputs = model(features[:1])
    compile_model(model, some_outputs, settings, dataset.task, metric_names(experiment.objective, dataset.task))
    target = encode_targets(model, some_outputs, settings, dataset.task, preprocessor.encode_target(test.target))
    metrics = {name: float(value) for name, value in model.evaluate(features, target, batch_size=BATCH_SIZE, verbose=0, return_dict=True).items()}
    if dataset.task != "regression":
        metrics["accuracy"] = float((predictions.to_numpy() == test.target.to_numpy()).mean())
    return metrics
