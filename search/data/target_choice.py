"""Chooses the target of each output among those of a data set, and fits its scaling."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Literal

from ..errors import DataError, ExperimentError, nearest
from ..experiment.sections import OutputSection
from .columns import to_numbers
from .dataset import Dataset
from .scaling import Scaling
from .targets import Target

ScalingName = Literal["standard", "log", "none"]
"""How the target of a regression is scaled: mean 0 and standard deviation 1, so its logarithm, or not at all."""


def choose_targets(dataset: Dataset, outputs: Mapping[str, OutputSection], scaling: ScalingName = "none") -> dict[str, Target]:
    """Return the target of each output.

    Args:
        dataset: The data set.
        outputs: ``[outputs]`` of the experiment; empty for one output of the only target, or of all that one output can predict.
        scaling: ``target`` of ``[preprocessing]``: how targets of regressions are scaled, fitted on the training part.
            Defaults to "none".

    Returns:
        Targets by output name, in the order of the experiment; a single output is named ``""``.

    Raises:
        ExperimentError: If the data set has no such target; has several that one output cannot predict, or of which the experiment does not
            name the one to predict; or if the logarithm of a target does not exist.
    """
    if not outputs:
        if not fit_one_output(dataset, dataset.tasks):
            first = next(iter(dataset.tasks))
            raise ExperimentError(
                f'outputs: data set "{dataset.name}" has the targets {", ".join(dataset.tasks)}; add a table for each output, named as the model '
                f'names it, such as [outputs.{first}] with target = "{first}"'
            )
        return {"": _target(dataset, tuple(dataset.tasks), scaling)}
    chosen = [_target(dataset, _columns(dataset, name, section), scaling) for name, section in outputs.items()]
    return dict(zip(outputs, chosen, strict=True)) if len(chosen) > 1 else {"": chosen[0]}


def _columns(dataset: Dataset, output: str, section: OutputSection) -> tuple[str, ...]:
    """Return the target columns of one output."""
    known = dataset.tasks
    if dataset.n_steps:
        if section.target is not None:
            raise ExperimentError(
                f'outputs.{output}.target: the targets of data set "{dataset.name}" are steps, predicted together; leave target out'
            )
        return tuple(known)
    if section.target is None:
        if output in known or len(known) == 1:
            return (output if output in known else next(iter(known)),)
        raise ExperimentError(f'outputs.{output}: target is missing; data set "{dataset.name}" has the targets {", ".join(known)}')
    columns = (section.target,) if isinstance(section.target, str) else tuple(section.target)
    for column in columns:
        if column not in known:
            raise ExperimentError(f'outputs.{output}.target = "{column}": data set "{dataset.name}" has no such target; {nearest(column, known)}')
    if not fit_one_output(dataset, columns):
        given = ", ".join(f"{column} ({', '.join([known[column], *_class_names(dataset, column)])})" for column in columns)
        raise ExperimentError(
            f"outputs.{output}.target: an output of several targets needs numbers (regression), probabilities, or binary ones of the same classes, "
            f"but these are {given}; name one, or the class that is the positive one of all labels, such as positive = 'yes' of the loader"
        )
    return columns


def fit_one_output(dataset: Dataset, columns: Collection[str]) -> bool:
    """Return whether one output can predict some targets: a single one, several numbers or probabilities, or binary ones of the same classes."""
    kinds = {(dataset.tasks[column], frozenset(_class_names(dataset, column))) for column in columns}
    return len(columns) == 1 or (len(kinds) == 1 and next(iter(kinds))[0] != "multiclass")


def _class_names(dataset: Dataset, column: str) -> tuple[str, ...]:
    return tuple(dataset.class_names[column] if isinstance(dataset.class_names, Mapping) else dataset.class_names)


def _target(dataset: Dataset, columns: tuple[str, ...], scaling: ScalingName) -> Target:
    column, task = columns[0], dataset.tasks[columns[0]]
    if task == "probabilities":
        target = Target(columns=columns, task=task, classes=columns)
        _check_parts(dataset, target)
        return target
    if task == "regression":
        target = Target(columns=columns, task=task, n_steps=dataset.n_steps)
        return target if scaling == "none" else replace(target, scaling=_fit_scaling(dataset, target, is_log=scaling == "log"))
    by_name = {str(value): value for value in dataset.train.targets[column].unique().tolist()}
    orders = {_class_names(dataset, of) for of in columns}
    names = sorted(by_name) if len(orders) > 1 else next(iter(orders))  # the rarer text differs between labels: the second, as in scikit-learn
    classes = tuple(by_name[name] for name in names)
    return Target(columns=columns, task=task if len(columns) == 1 else "multilabel", classes=classes, n_steps=dataset.n_steps)


def _check_parts(dataset: Dataset, target: Target) -> None:
    """Check that a target can be encoded in every part."""
    for name, part in (("train", dataset.train), ("validation", dataset.validation), ("test", dataset.test)):
        try:
            target.encode(target.select(part.targets))
        except DataError as error:
            raise DataError(f'data set "{dataset.name}", {name} part: {error}') from None


def _fit_scaling(dataset: Dataset, target: Target, *, is_log: bool) -> Scaling:
    parts = {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}
    for name, part in parts.items() if is_log else ():
        for column in target.columns:
            smallest = to_numbers(part.targets[column], f'data set "{dataset.name}", {name} part').min()
            if smallest <= -1:
                raise ExperimentError(
                    f'preprocessing.target = "log": the target "{column}" is {smallest:g} in the {name} part, but log(1 + target) needs values '
                    'above -1; use "standard"'
                )
    return target.fit_scaling(target.select(dataset.train.targets), is_log=is_log)
