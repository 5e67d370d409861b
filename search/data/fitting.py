"""Fits the preprocessing on the training part of a data set, and prepares the arrays that trials train on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ..errors import DataError, ExperimentError, nearest
from ..experiment.sections import OutputSection, PreprocessingSection
from .array_scaling import ArrayScaling
from .arrays import Inputs, TrainingArrays, named
from .byte_rows import UNSCALED, ByteRows
from .column_transformer import build_transformer, encodings_of, learns_from_target
from .columns import ColumnType, Features, column_type, to_python
from .dataset import Dataset
from .examination import Finding, examine, left_out, many_values
from .preprocessing import Preprocessor
from .tables.dates import ISO, DateColumn, find_format, informative_parts
from .target_choice import choose_targets
from .targets import Target
from .tokens import TokenColumn
from .value_range import ValueRange


@dataclass(frozen=True)
class Columns:
    """The feature columns that are used, and those that are not.

    Attributes:
        types: Type of each column that is used, in the data set's order.
        left_out: Why other columns are not used.
        limited: Text columns with more values than categories, unless the section names them.
    """

    types: Mapping[str, ColumnType]
    left_out: tuple[Finding, ...] = ()
    limited: tuple[Finding, ...] = ()


def choose_columns(dataset: Dataset, section: PreprocessingSection) -> Columns:
    """Choose the feature columns of a table and their types; an array has none.

    Args:
        dataset: The data set.
        section: ``[preprocessing]`` of the experiment.

    Raises:
        DataError: If a column cannot be used.
        ExperimentError: If the section names a column that the data set does not have.
    """
    parts = (dataset.train, *(() if dataset.has_all_rows else (dataset.validation,)), dataset.test)
    if not isinstance(dataset.train.features, pd.DataFrame):
        return Columns({})
    train, *others = (pd.DataFrame(part.features) for part in parts)
    features = pd.concat([train, *others], ignore_index=True)
    given = section.columns
    _check_names(given, list(features.columns), "preprocessing.columns", dataset.name)
    used = _used_columns(list(features.columns), section.inputs, dataset.name)
    types: dict[str, ColumnType] = {}
    for name in used:
        of = given.get(name) or column_type(train[name], dataset.name)
        match of:
            case "drop":
                pass
            case "numeric" | "date":
                types[name] = of
            case _:
                types[name] = "text"
    for name, chosen in section.inputs.items():
        for column in chosen:
            if column not in types:
                raise ExperimentError(f'preprocessing.inputs.{name} has "{column}", which preprocessing.columns drops; take it out of one of them')
    if not types:
        raise ExperimentError(f'preprocessing.columns: no column of data set "{dataset.name}" is left; write "drop" for fewer')
    named = {column for columns in section.inputs.values() for column in columns} | set(given)
    unusable = left_out(features, {name: of for name, of in types.items() if name not in named})
    if len(unusable) == len(types):  # better one that says little than none
        unusable = []
    types = {name: of for name, of in types.items() if name not in {finding.column for finding in unusable}}
    limited = [name for name, encoding in encodings_of(types, section).items() if encoding in ("onehot", "ordinal") and name not in given]
    return Columns(types, tuple(unusable), tuple(many_values(train[limited], section.max_categories)))


def find_problems(dataset: Dataset, columns: Columns) -> list[Finding]:
    """Return what a user should know about the data before a trial, first the columns that are left out.

    Args:
        dataset: The data set.
        columns: What `choose_columns` returns for it.
    """
    return [*columns.left_out, *columns.limited, *examine(dataset, columns.types)]


def scaling_of(dataset: Dataset, section: PreprocessingSection) -> str:
    """Return how rows that are arrays are scaled: ``[preprocessing] arrays``, or what "auto" is for the data set."""
    features, form = dataset.train.features, dataset.row_format
    if section.arrays != "auto" or form is None or not isinstance(features, np.ndarray):
        return section.arrays
    return form.scaling(features)


def fit_preprocessor(dataset: Dataset, section: PreprocessingSection, outputs: Mapping[str, OutputSection] | None = None) -> Preprocessor:
    """Fit preprocessing on the training part of a data set.

    Numeric columns have their gaps filled and are scaled; dates become numbers; text columns have their gaps filled and are
    encoded; identifiers and running text are left out. Arrays of bytes become 0 to 1, windows of series
    are standardised, other arrays pass as float32, unless the section says otherwise.

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
    features, targets = dataset.train.features, choose_targets(dataset, outputs or {}, section.target)
    inputs = {name: tuple(columns) for name, columns in section.inputs.items()}
    if isinstance(features, np.ndarray):
        if inputs:
            raise ExperimentError(f'preprocessing.inputs: the rows of data set "{dataset.name}" are arrays without columns; leave inputs out')
        return Preprocessor(
            columns=None,
            inputs={},
            input_shape=features.shape[1:],
            targets=targets,
            transformer=None,
            value_range=ValueRange.of(features),
            array_scaling=ArrayScaling.of(features, scaling_of(dataset, section)),
        )
    columns = choose_columns(dataset, section).types
    form = dataset.table_format
    formats = {name: _date_format(features[name], form.dates if form else {}) for name, of in columns.items() if of == "date"}
    plain = Preprocessor(
        columns=columns,
        inputs={},
        input_shape=(),
        targets=targets,
        transformer=None,
        dates={name: DateColumn(format, ()) for name, format in formats.items()},
        gaps=form.gaps if form else (),
    )
    rows = pd.DataFrame(plain.check(features))
    empty = next((name for name, of in columns.items() if of != "numeric" and rows[name].isna().all()), None)
    if empty is not None:
        raise DataError(f'data set "{dataset.name}", train part: the column "{empty}" has no values; set columns = {{ "{empty}" = "drop" }}')
    dates = {name: DateColumn(format, informative_parts(rows[name])) for name, format in formats.items()}
    _check_words(columns, section)
    tokens = {name: TokenColumn.of(rows[name], section.max_words, section.max_tokens) for name in columns if section.columns.get(name) == "tokens"}
    dated = replace(plain, dates=dates, tokens=tokens)
    _check_encoded_target(dataset, encodings_of(columns, section), targets)
    parts = [part for parts in dated.date_features.values() for part in parts]
    others = {name: of for name, of in columns.items() if name not in tokens}
    transformer, n_features = None, sum(of.n_tokens for of in tokens.values())
    if others:
        transformer = build_transformer(others, parts, section, task=next(iter(targets.values())).task, n_rows=len(rows))
        n_features += transformer.fit_transform(dated.expand_dates(rows), _encoded_target(dated, dataset)).shape[1]
    fitted = replace(dated, inputs=inputs, input_shape=(n_features,), transformer=transformer)
    return replace(fitted, input_shape={name: (len(chosen),) for name, chosen in fitted.positions().items()}) if inputs else fitted


def _check_words(columns: Mapping[str, ColumnType], section: PreprocessingSection) -> None:
    """Check that numbers of words are in an input without other features: no layer reads both.

    Raises:
        ExperimentError: If they are not.
    """
    for name in (name for name in columns if section.columns.get(name) == "tokens"):
        groups = list(section.inputs.values()) or [list(columns)]
        beside = next((chosen for chosen in groups if name in chosen and len(chosen) > 1), [])
        if beside:
            other = next(column for column in beside if column != name)
            raise ExperimentError(
                f'preprocessing.columns: "{name}" = "tokens" are numbers of words, which no layer reads beside "{other}"; '
                f'give it an input of its own, inputs = {{ words = ["{name}"], others = [...] }}, or drop the others'
            )


def _check_encoded_target(dataset: Dataset, encodings: Mapping[str, str], targets: Mapping[str, Target]) -> None:
    """Check that there is one target by which a column can be encoded, and more than one row."""
    name = next((name for name, encoding in encodings.items() if encoding == "target"), None)
    if name is None:
        return
    columns = list(dict.fromkeys(column for target in targets.values() for column in target.columns))
    if len(columns) > 1:
        raise ExperimentError(f'preprocessing: "{name}" cannot be encoded by the targets {", ".join(columns)}; expected one target; use "hash"')
    if len(dataset.train.target) == 1:
        raise DataError(f'data set "{dataset.name}", train part: one row; to encode "{name}" by the target expected at least 2; use "hash"')


def _encoded_target(preprocessor: Preprocessor, dataset: Dataset) -> np.ndarray:
    """Return the target by which columns are encoded: ``(n_rows,)``, that of the first output."""
    return next(iter(named(preprocessor.encode_target(dataset.train.target)).values())).ravel()


def _to_inputs(rows: Features, preprocessor: Preprocessor) -> Inputs:
    """Return what `Preprocessor.transform` returns, or bytes as they are, with their scaling."""
    checked = preprocessor.check(rows)
    if isinstance(checked, np.ndarray) and checked.dtype == np.uint8:
        return ByteRows(np.ascontiguousarray(checked), preprocessor.array_scaling or UNSCALED)
    return preprocessor.transform_checked(checked)


def _training_rows(dataset: Dataset, preprocessor: Preprocessor) -> Inputs:
    """Transform the training part, each row without its own target, in the same way whenever a study continues."""
    rows, transformer = dataset.train.features, preprocessor.transformer
    if not learns_from_target(transformer):
        return _to_inputs(rows, preprocessor)
    from sklearn import clone

    checked = pd.DataFrame(preprocessor.check(rows))
    transformed = clone(transformer).fit_transform(preprocessor.expand_dates(checked), _encoded_target(preprocessor, dataset))
    return preprocessor.by_input(preprocessor.with_tokens([transformed], checked))


def _date_format(column: pd.Series, known: Mapping[str, str]) -> str:
    """Return the format of a column of dates: the file's, or the one of its text."""
    name = str(column.name)
    if name in known or pd.api.types.is_datetime64_any_dtype(column.dtype):
        return known.get(name, ISO)
    found = find_format(column.map(str, na_action="ignore"), day_first=False)
    if found is None:
        first = to_python(column.dropna().iloc[0])
        raise ExperimentError(f'preprocessing.columns: "{name}" = "date", but the column holds {first!r}; expected dates such as 2026-01-31')
    return found


def _used_columns(columns: list[str], inputs: Mapping[str, Sequence[str]], dataset: str) -> list[str]:
    """Return the columns that the inputs name, or all columns if there are no inputs, in the data set's order."""
    for name, chosen in inputs.items():
        _check_names(chosen, columns, f"preprocessing.inputs.{name}", dataset)
    return [column for column in columns if not inputs or any(column in chosen for chosen in inputs.values())]


def _check_names(chosen: Sequence[str] | Mapping[str, str], columns: list[str], where: str, dataset: str) -> None:
    for column in chosen:
        if column not in columns:
            raise ExperimentError(f'{where}: data set "{dataset}" has no column "{column}"; {nearest(column, columns)}')


def prepare(dataset: Dataset, preprocessor: Preprocessor) -> TrainingArrays:
    """Transform the training and validation parts into arrays, and check that the test part can be transformed too.

    Args:
        dataset: The data set.
        preprocessor: The preprocessor that was fitted on it.

    Returns:
        The arrays.

    Raises:
        DataError: If the validation or the test part has other types of values than the training part, or an array is on another scale.
    """
    for name, part in (("validation", dataset.validation), ("test", dataset.test)):
        where = f'data set "{dataset.name}", {name} part'
        preprocessor.check_range(part.features, where)
        try:
            preprocessor.check(part.features)
            preprocessor.encode_target(part.target)
        except DataError as error:
            text = str(error).removeprefix("The rows: ")
            raise DataError(f"{where}: {text}, as in the train part; correct that row or leave it out") from None
    return TrainingArrays(
        x_train=_training_rows(dataset, preprocessor),
        y_train=preprocessor.encode_target(dataset.train.target),
        x_validation=_to_inputs(dataset.validation.features, preprocessor),
        y_validation=preprocessor.encode_target(dataset.validation.target),
        task=preprocessor.task,
        n_outputs=preprocessor.n_outputs,
        scalings=preprocessor.scalings,
        vocabulary_size=preprocessor.vocabulary_size,
        sample_weight=dataset.train.weights,
    )
