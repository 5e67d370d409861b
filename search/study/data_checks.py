"""Checks a data set against the objective before the first trial: metrics that are not defined, and the class that they are about."""

from collections.abc import Iterator, Mapping

import pandas as pd

from ..data.dataset import Dataset
from ..data.positive_class import OF_POSITIVE, is_defined
from ..data.targets import Target, tasks_of
from ..errors import DataError, ExperimentError
from ..experiment.file import Experiment
from ..experiment.sections import DataSection
from ..training.metrics import make_heads


def check_validation(experiment: Experiment, dataset: Dataset, targets: Mapping[str, Target]) -> None:
    """Check that every metric is defined for the validation part.

    Args:
        experiment: The experiment, accepted by `search.training.metrics.check_metrics`.
        dataset: The data set.
        targets: The target of each output.

    Raises:
        ExperimentError: If the validation part lacks a class that the objective or another metric needs.
    """
    _check_all_classes(experiment, dataset, targets)
    for output, head in _binary_heads(experiment, targets):
        target = targets[output]
        values = target.encode(dataset.validation.targets[target.column])
        undefined = next((metric for metric in head if not is_defined(metric, values)), None)
        if undefined is not None:
            only = target.class_names[int(values[0, 0])]
            raise ExperimentError(
                f'data set "{dataset.name}": every row of the validation part is "{only}", so that {undefined} of "{target.positive}" is not '
                "defined; split the rows with their classes in proportion (stratify), or use val_loss or val_accuracy"
            )


def _check_all_classes(experiment: Experiment, dataset: Dataset, targets: Mapping[str, Target]) -> None:
    """Check that the AUC of several classes, each against all others, has rows of each."""
    for output, head in make_heads(experiment, tasks_of(targets)).items():
        target = targets[output]
        if head.task != "multiclass" or "auc" not in head.metrics:
            continue
        missing = set(range(len(target.classes))) - set(target.encode(dataset.validation.targets[target.column]).ravel().astype(int).tolist())
        if missing:
            raise ExperimentError(
                f'data set "{dataset.name}": no row of the validation part is "{target.class_names[min(missing)]}", so that auc is not defined; '
                "split the rows with their classes in proportion (stratify), or use val_f1_macro or val_loss"
            )


def notes(experiment: Experiment, dataset: Dataset, targets: Mapping[str, Target]) -> Iterator[str]:
    """Yield what the user should know about the positive class and the sizes of the classes; see `check_validation`."""
    for output, metrics in _binary_heads(experiment, targets):
        target, prefix = targets[output], f"{output}_" if output else ""
        sizes, of_metrics = _sizes(dataset, target), [metric for metric in metrics if metric in OF_POSITIVE]
        (larger, n_larger), n_rows = max(sizes.items(), key=lambda item: item[1]), sum(sizes.values())
        other = next(name for name in sizes if name != larger)
        if of_metrics:
            share = f"the class of {sizes[str(target.positive)]:,} of {n_rows:,} rows"
            yield f'{prefix}{", ".join(of_metrics)}: those of "{target.positive}", {share}'
        if of_metrics and larger == target.positive and n_larger > n_rows - n_larger:
            yield f'"{larger}" is the larger class; if "{other}" is to be found, set positive = "{other}" in [data], or in what the loader returns'
        yield from _test_note(dataset, target, of_metrics)


def _test_note(dataset: Dataset, target: Target, metrics: list[str]) -> Iterator[str]:
    values = target.encode(dataset.test.targets[target.column])
    undefined = [metric for metric in metrics if not is_defined(metric, values)]
    if undefined:
        yield f'every row of the test part is "{target.class_names[int(values[0, 0])]}": {", ".join(undefined)} will not be defined there'


def _binary_heads(experiment: Experiment, targets: Mapping[str, Target]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the name and the metrics of each output with a binary target."""
    yield from ((name, head.metrics) for name, head in make_heads(experiment, tasks_of(targets)).items() if head.task == "binary")


def _sizes(dataset: Dataset, target: Target) -> dict[str, int]:
    """Return the number of rows of each class in all parts."""
    values = pd.concat([part.targets[target.column] for part in (dataset.train, dataset.validation, dataset.test)])
    counts = values.value_counts()
    return {str(value): int(counts.get(value, 0)) for value in target.classes}


def check_loaded_again(section: DataSection, fingerprint: str, again: str | None) -> None:
    """Check that a loader returns the same data in another process: a study could not be continued otherwise.

    Args:
        section: ``[data]`` of the experiment.
        fingerprint: The data set's fingerprint.
        again: That of the other process; None if it is not known.

    Raises:
        DataError: If they differ.
    """
    if again not in (None, fingerprint):
        raise DataError(
            f'[data] loader = "{section.loader}" returns other data each time (fingerprint {fingerprint}, then {again}), so the study could never '
            "be continued; give its random numbers a seed, as in numpy.random.default_rng(0)"
        )
