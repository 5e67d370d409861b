"""Fits preprocessing on the training part of a data set, and prepares the arrays that trials train on."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ..errors import ExperimentError, nearest
from ..experiment.sections import OutputSection, PreprocessingSection
from .arrays import TrainingArrays
from .column_transformer import build_transformer
from .columns import column_type
from .dataset import Dataset
from .preprocessing import Preprocessor
from .targets import choose_targets


def fit_preprocessor(dataset: Dataset, section: PreprocessingSection, outputs: Mapping[str, OutputSection] | None = None) -> Preprocessor:
    """Fit preprocessing on the training part of a data set.

    Numeric columns have their gaps filled and are scaled; text columns get their most frequent value in gaps and are
    encoded. Arrays pass through as float32.

    Args:
        dataset: The data set.
        section: ``[preprocessing]`` of the experiment.
        outputs: ``[outputs]`` of the experiment. Defaults to one output of the only target.

    Returns:
        The fitted preprocessor.

    Raises:
        DataError: If a column cannot be used.
        ExperimentError: If an input or an output names a column that the data set does not have.
    """
    features, targets = dataset.train.features, choose_targets(dataset, outputs or {})
    inputs = {name: tuple(columns) for name, columns in section.inputs.items()}
    if isinstance(features, np.ndarray):
        if inputs:
            raise ExperimentError(f'preprocessing.inputs: the rows of data set "{dataset.name}" are arrays without columns; leave inputs out')
        return Preprocessor(columns=None, inputs={}, input_shape=features.shape[1:], targets=targets, transformer=None)
    columns = {name: column_type(features[name], dataset.name) for name in _used_columns(list(features.columns), inputs, dataset.name)}
    rows = Preprocessor(columns=columns, inputs={}, input_shape=(), targets=targets, transformer=None).check(features)
    transformer = build_transformer(columns, section)
    n_features = transformer.fit_transform(rows).shape[1]
    fitted = Preprocessor(columns=columns, inputs=inputs, input_shape=(n_features,), targets=targets, transformer=transformer)
    return replace(fitted, input_shape={name: (len(chosen),) for name, chosen in fitted.positions().items()}) if inputs else fitted


def _used_columns(columns: list[str], inputs: Mapping[str, Sequence[str]], dataset: str) -> list[str]:
    """Return the columns that the inputs name, or all columns if there are no inputs, in the data set's order."""
    for name, chosen in inputs.items():
        for column in chosen:
            if column not in columns:
                raise ExperimentError(f'preprocessing.inputs.{name}: data set "{dataset}" has no column "{column}"; {nearest(column, columns)}')
    return [column for column in columns if not inputs or any(column in chosen for chosen in inputs.values())]


def prepare(dataset: Dataset, preprocessor: Preprocessor) -> TrainingArrays:
    """Transform the training and validation parts into arrays.

    Args:
        dataset: The data set.
        preprocessor: The preprocessor that was fitted on it.

    Returns:
        The arrays.

    Raises:
        DataError: If the validation part has other types of values than the training part.
    """
    return TrainingArrays(
        x_train=preprocessor.transform(dataset.train.features),
        y_train=preprocessor.encode_target(dataset.train.target),
        x_validation=preprocessor.transform(dataset.validation.features),
        y_validation=preprocessor.encode_target(dataset.validation.target),
        task=preprocessor.task,
        n_outputs=preprocessor.n_outputs,
    )
