"""Checks a data set against the objective before the first trial: metrics that are not defined, and the class that they are about."""

from collections.abc import Iterator, Mapping

import numpy as np

from ..data.arrays import Array
from ..data.dataset import Dataset
from ..data.parts import Part
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
    for output, head in _heads_of_two_classes(experiment, targets):
        target = targets[output]
        values = _codes(target, dataset.validation)
        undefined = next((metric for metric in head if not is_defined(metric, values)), None)
        if undefined is not None:
            raise ExperimentError(
                f'data set "{dataset.name}": every {_cells(target)} of the validation part is "{target.class_names[int(values[0])]}", so that '
                f'{undefined} of "{target.class_names[-1]}" is not defined; '
                "split the rows with their classes in proportion (stratify), or use val_loss or val_accuracy"
            )


def _check_all_classes(experiment: Experiment, dataset: Dataset, targets: Mapping[str, Target]) -> None:
    """Check that the AUC of several classes, each against all others, has rows of each."""
    for output, head in make_heads(experiment, tasks_of(targets)).items():
        target = targets[output]
        if head.task != "multiclass" or "auc" not in head.metrics:
            continue
        missing = set(range(len(target.classes))) - set(_codes(target, dataset.validation).astype(int).tolist())
        if missing:
            raise ExperimentError(
                f'data set "{dataset.name}": no row of the validation part is "{target.class_names[min(missing)]}", so that auc is not defined; '
                "split the rows with their classes in proportion (stratify), or use val_f1_macro or val_loss"
            )


def notes(experiment: Experiment, dataset: Dataset, targets: Mapping[str, Target]) -> Iterator[str]:
    """Yield what the user should know about the positive class and the sizes of the classes; see `check_validation`."""
    for output, metrics in _heads_of_two_classes(experiment, targets):
        target, prefix = targets[output], f"{output}_" if output else ""
        of_metrics = [metric for metric in metrics if metric in OF_POSITIVE]
        if not of_metrics:
            continue
        values = np.concatenate([_codes(target, part) for part in (dataset.train, dataset.validation, dataset.test)])
        (other, positive), n_positive = target.class_names, int(values.sum())
        kind = "class" if target.task == "binary" else "value"
        yield f'{prefix}{", ".join(of_metrics)}: those of "{positive}", the {kind} of {n_positive:,} of {len(values):,} {_cells(target)}s'
        if n_positive > len(values) - n_positive:
            yield f'"{positive}" is the larger {kind}; if "{other}" is to be found, set positive = "{other}" in [data], or in what the loader returns'
        yield from _test_note(dataset, target, of_metrics)


def _test_note(dataset: Dataset, target: Target, metrics: list[str]) -> Iterator[str]:
    values = _codes(target, dataset.test)
    undefined = [metric for metric in metrics if not is_defined(metric, values)]
    if undefined:
        only = target.class_names[int(values[0])]
        yield f'every {_cells(target)} of the test part is "{only}": {", ".join(undefined)} will not be defined there'


def _heads_of_two_classes(experiment: Experiment, targets: Mapping[str, Target]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the name and the metrics of each output with a binary target, or with several labels."""
    heads = make_heads(experiment, tasks_of(targets))
    yield from ((name, head.metrics) for name, head in heads.items() if head.task in ("binary", "multilabel"))


def _codes(target: Target, part: Part) -> Array:
    """Return the number of the class of each row ``(n_rows,)``, or of each label ``(n_rows * n_columns,)``; of two, 1 is the positive one."""
    return target.encode(target.select(part.targets)).ravel()


def _cells(target: Target) -> str:
    return "row" if target.task == "binary" else "label"


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
